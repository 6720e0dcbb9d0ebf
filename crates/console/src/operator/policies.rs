//! Policies of guarantee insurance that wait for somebody who looks them up at the insurer. GET /operator/policies;
//! POST /operator/policies/{id}/confirm.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::organisation::overview;
use naru_admission::policy::service as policy;
use naru_core::{OrganisationKind, Role, Timestamp, Won};
use naru_web::Route;
use serde::Serialize;

use super::desk::{DeskDone, Failed, Said, answered, back, frame};
use super::parts::iso;
use crate::Pages;
use crate::member::{StaffForm, StaffPage, route};
use crate::page::{Frame, PageError, render};

const HERE: &str = "/operator/policies";
/// Policies that are listed at most, those first that wait longest.
const LISTED_MAX: usize = 200;

/// What waits. Confirming posts `csrf` to the policy's own action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PoliciesView {
    pub(super) csrf: String,
    pub(super) said: Said,
    pub(super) acts: bool,
    pub(super) policies: Vec<WaitingPolicy>,
    /// Whether more may wait than are listed.
    pub(super) has_more: bool,
}

/// One policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct WaitingPolicy {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) insurer: String,
    pub(super) number: String,
    pub(super) cover_won: Won,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) recorded_at: Timestamp,
    /// Where the policy's own document is opened.
    pub(super) document_href: Option<String>,
    pub(super) own: bool,
    pub(super) confirm_action: String,
}

pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let confirm_path = "/operator/policies/{id}/confirm";
    vec![
        route(pages, ("GET", HERE), "Policies to confirm", get(show)),
        route(pages, ("POST", confirm_path), "Confirms a policy", post(confirm)),
    ]
}

async fn show(page: StaffPage) -> Response {
    let said = Said::of(page.query());
    answered(list(&page, said).await)
}

async fn list(page: &StaffPage, said: Said) -> Result<Response, Response> {
    let frame = frame(page, HERE).await?;
    let staff = &page.guest.staff;
    let read = overview::unconfirmed(&page.pages.office, staff).await;
    let (policies, labels) = read.map_err(|error| Failed::from(error).alone(page))?;
    let line = |policy: &naru_storage::PolicyRow| {
        let label = labels.get(&policy.organisation_id);
        WaitingPolicy {
            code: label.map_or_else(String::new, |label| label.code.clone()),
            name: label.map_or_else(String::new, |label| label.name.clone()),
            insurer: policy.insurer.clone(),
            number: policy.number.clone(),
            cover_won: policy.cover_won,
            from: iso(policy.from_day),
            to: iso(policy.to_day),
            recorded_at: policy.recorded_at,
            document_href: policy.revision_id.map(|id| format!("/operator/documents/{id}")),
            own: policy.recorded_by == staff.member.id,
            confirm_action: format!("{HERE}/{}/confirm", policy.id),
        }
    };
    let status = said.status();
    let view = PoliciesView {
        csrf: page.guest.csrf(),
        said,
        acts: staff.require(Role::Desk, OrganisationKind::Operator).is_ok(),
        has_more: policies.len() >= LISTED_MAX,
        policies: policies.iter().map(line).collect(),
    };
    Ok(page.pages.answer(status, policies_page(&view, &frame)))
}

async fn confirm(Path(id): Path<String>, StaffForm { page, form }: StaffForm) -> Response {
    let confirmed = async {
        frame(&page, HERE).await?;
        let id = id.parse().map_err(|_| page.not_found())?;
        match policy::confirm(&page.pages.office, &page.guest.staff, id).await {
            Ok(_) => Ok(back(&page, HERE, DeskDone::Confirmed)),
            Err(error) => {
                let said = Said::refused(Failed::from(error).on(&page)?, &form, &[]);
                list(&page, said).await
            }
        }
    };
    answered(confirmed.await)
}

/// The page.
pub(super) fn policies_page(view: &PoliciesView, frame: &Frame) -> Result<String, PageError> {
    render("operator/policies.html", view, frame)
}
