//! Self-inspections that were handed in and wait for the desk. GET /operator/inspections; each opens the pages that
//! agencies use, where the desk accepts it or returns it.

use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use naru_admission::inspection::InspectionError;
use naru_core::{InspectionMachine, Timestamp};
use naru_storage::{InspectionFilter, InspectionRow, StorageError};
use naru_web::Route;
use serde::Serialize;

use super::desk::{answered, frame};
use crate::Pages;
use crate::inspector::ReopenedLine;
use crate::inspector::archive::reopened;
use crate::member::{StaffPage, route};
use crate::page::{Frame, PageError, render};

const HERE: &str = "/operator/inspections";
/// Inspections listed at most; those that waited longest come first.
const LISTED_MAX: usize = 100;

/// What was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct InspectionsView {
    pub(super) lines: Vec<HandedIn>,
    /// Open findings on self-inspections that were accepted, which the desk judges.
    pub(super) reopened: Vec<ReopenedLine>,
    /// Whether more wait than are listed.
    pub(super) has_more: bool,
}

/// One self-inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct HandedIn {
    pub(super) href: String,
    pub(super) name: String,
    pub(super) code: String,
    pub(super) kind: &'static str,
    pub(super) service: String,
    pub(super) platform: String,
    pub(super) since: Timestamp,
    /// Whether somebody proposed what to do, and another has to sign.
    pub(super) waits_for_signature: bool,
}

pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![route(
        pages,
        ("GET", HERE),
        "Self-inspections that were handed in",
        get(show),
    )]
}

async fn show(page: StaffPage) -> Response {
    answered(list(&page).await)
}

async fn list(page: &StaffPage) -> Result<Response, Response> {
    let frame = frame(page, HERE).await?;
    let found = submitted(page).await;
    let found = found.map_err(|error| page.unavailable(&error, "self-inspections could not be listed"))?;
    let view = InspectionsView {
        has_more: found.len() > LISTED_MAX,
        lines: found.iter().take(LISTED_MAX).map(line).collect(),
        reopened: reopened(page).await.map_err(|error| failed(page, error))?,
    };
    Ok(page.pages.answer(StatusCode::OK, inspections(&view, &frame)))
}

/// Why the findings could not be listed.
fn failed(page: &StaffPage, error: InspectionError) -> Response {
    match error {
        InspectionError::Storage(error) => page.unavailable(&error, "reopened findings could not be listed"),
        _ => page.not_found(),
    }
}

type Submitted = (InspectionRow, Option<naru_core::Organisation>, bool);

async fn submitted(page: &StaffPage) -> Result<Vec<Submitted>, StorageError> {
    let filter = InspectionFilter {
        machine: Some(InspectionMachine::OwnInspection),
        state: "SUBMITTED".to_owned(),
        limit: i64::try_from(LISTED_MAX).unwrap_or(i64::MAX).saturating_add(1),
        ..InspectionFilter::default()
    };
    let storage = page.pages.hub.storage();
    let read = storage.read("inspections_submitted", async |tx| {
        let mut found = Vec::new();
        for inspection in tx.inspection_list(&filter).await? {
            let organisation = tx.organisation_find(inspection.organisation_id).await?;
            let proposals = tx.proposal_list_of_subject(&inspection.id.to_string()).await?;
            let waits = proposals.iter().any(|proposal| proposal.decision.is_none());
            found.push((inspection, organisation, waits));
        }
        Ok(found)
    });
    read.await
}

fn line((inspection, organisation, waits): &Submitted) -> HandedIn {
    let named = organisation.as_ref();
    HandedIn {
        href: format!("{HERE}/{}", inspection.id),
        name: named.map_or_else(String::new, |found| found.name.clone()),
        code: named.map_or_else(String::new, |found| found.code.clone()),
        kind: inspection.kind.as_str(),
        service: inspection.service.clone(),
        platform: inspection.platform.clone(),
        since: inspection.state_since,
        waits_for_signature: *waits,
    }
}

/// The page.
pub(super) fn inspections(view: &InspectionsView, frame: &Frame) -> Result<String, PageError> {
    render("operator/inspections.html", view, frame)
}
