//! The pipeline of all applicants. GET /operator

use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use naru_admission::organisation::overview;
use naru_core::{AdmissionState, OrganisationKind};
use naru_rulebook::duty::Status;
use naru_storage::OrganisationFilter;
use naru_web::Route;

use super::desk::{Failed, answered, frame};
use super::pipeline::{PAGE, pipeline, view};
use crate::Pages;
use crate::member::{StaffPage, route};
use crate::pages::parameter;

/// Characters of a search or a code at most.
const BEGINS_MAX: usize = 80;

pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let summary = "The pipeline of all applicants";
    vec![route(pages, ("GET", "/operator"), summary, get(show))]
}

async fn show(page: StaffPage) -> Response {
    answered(list(&page).await)
}

/// What the address asks for; what it says that is no word of ours is not asked for.
pub(crate) fn filter(query: Option<&str>) -> OrganisationFilter {
    let text = |name: &str| {
        let text = parameter(query, name).unwrap_or_default();
        text.trim().chars().take(BEGINS_MAX).collect::<String>()
    };
    OrganisationFilter {
        kind: Some(OrganisationKind::Fintech),
        state: AdmissionState::parse(&text("state")).ok(),
        duty_status: Status::parse(&text("duty")).ok().map(|word| word.to_string()),
        after: text("after"),
        begins: text("begins"),
        limit: PAGE + 1,
    }
}

async fn list(page: &StaffPage) -> Result<Response, Response> {
    let frame = frame(page, "/operator").await?;
    let filter = filter(page.query());
    let read = overview::pipeline(&page.pages.office, &page.guest.staff, &filter).await;
    let read = read.map_err(|error| Failed::from(error).alone(page))?;
    let view = view(&read, &filter, page.pages.hub.now());
    Ok(page.pages.answer(StatusCode::OK, pipeline(&view, &frame)))
}
