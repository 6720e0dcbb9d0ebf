//! The supervisor's pages. GET /supervisor, GET /supervisor/organisations, GET /supervisor/organisations/{code}.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use naru_admission::organisation::overview as read;
use naru_admission::proposal::view as proposals;
use naru_core::OrganisationKind;
use naru_web::Route;

use super::overview::{ListView, list, overview, reader, view};
use crate::Pages;
use crate::member::{StaffPage, route};
use crate::operator::{
    Failed, OrganisationLine, answered, filter, lines, organisation, organisation_view, require_kind,
};
use crate::page::{Frame, StaffWay};

/// Every label of a way through this console.
pub(crate) const WAY_LABELS: &[&str] = &[
    "supervisor.way_overview",
    "supervisor.way_organisations",
    "supervisor.way_archive",
    "supervisor.way_catalogues",
    "supervisor.way_security",
];
const WAY_PATHS: [&str; 5] = [
    "/supervisor",
    "/supervisor/organisations",
    "/supervisor/archive",
    "/supervisor/catalogues",
    "/staff/security",
];
/// Decisions shown at most.
const DECISIONS_MAX: i64 = 30;

/// The routes of these pages.
pub(crate) fn routes(pages: &Pages) -> Vec<Route> {
    let (all, one) = ("/supervisor/organisations", "/supervisor/organisations/{code}");
    vec![
        route(pages, ("GET", "/supervisor"), "The state of admission", get(show)),
        route(pages, ("GET", all), "Every fintech", get(show_list)),
        route(pages, ("GET", one), "Everything about one organisation", get(show_one)),
    ]
}

async fn frame(page: &StaffPage, here: &str) -> Result<Frame, Response> {
    require_kind(page, OrganisationKind::Supervisor)?;
    let frame = page.frame(here, ways(here)).await?;
    Ok(Frame { wide: true, ..frame })
}

/// The ways through the console.
pub(crate) fn ways(here: &str) -> Vec<StaffWay> {
    // An inspection is reached through its organisation.
    let current = match here {
        here if here.starts_with("/staff") => WAY_PATHS[4],
        here if here.starts_with(WAY_PATHS[3]) => WAY_PATHS[3],
        here if here.starts_with(WAY_PATHS[2]) => WAY_PATHS[2],
        here if here.starts_with(WAY_PATHS[1]) || here.starts_with("/supervisor/inspections") => WAY_PATHS[1],
        _ => WAY_PATHS[0],
    };
    let pairs = WAY_LABELS.iter().zip(WAY_PATHS);
    let way = |(label, path): (&&'static str, &str)| StaffWay {
        label,
        href: path.to_owned(),
        current: path == current,
    };
    pairs.map(way).collect()
}

async fn show(page: StaffPage) -> Response {
    let shown = async {
        let frame = frame(&page, "/supervisor").await?;
        let (office, staff) = (&page.pages.office, &page.guest.staff);
        let found = read::oversight(office, staff).await;
        let found = found.map_err(|error| Failed::from(error).alone(&page))?;
        let decided = proposals::decided(office, staff, (found.span_days, DECISIONS_MAX)).await;
        let decided = decided.map_err(|error| Failed::from(error).alone(&page))?;
        let decisions = lines(&decided, reader(staff.member.id));
        let view = view(&found, decisions, page.pages.hub.now());
        Ok(page.pages.answer(StatusCode::OK, overview(&view, &frame)))
    };
    answered(shown.await)
}

async fn show_list(page: StaffPage) -> Response {
    let shown = async {
        let frame = frame(&page, WAY_PATHS[1]).await?;
        let filter = filter(page.query());
        let found = read::pipeline(&page.pages.office, &page.guest.staff, &filter).await;
        let found = found.map_err(|error| Failed::from(error).alone(&page))?;
        let now = page.pages.hub.now();
        let most = usize::try_from(filter.limit - 1).unwrap_or(usize::MAX);
        let shown = found.organisations.iter().take(most);
        let rows: Vec<OrganisationLine> = shown.map(|o| OrganisationLine::of(o, "/supervisor", now)).collect();
        let address = |after: &str| {
            let state = filter.state.map_or("", naru_core::AdmissionState::as_str);
            let duty = filter.duty_status.as_deref().unwrap_or_default();
            format!("{}?state={state}&duty={duty}&after={after}", WAY_PATHS[1])
        };
        let has_more = found.organisations.len() > most;
        let view = ListView {
            newest_href: (!filter.after.is_empty()).then(|| address("")),
            older_href: rows.last().filter(|_| has_more).map(|last| address(&last.code)),
            rows,
        };
        Ok(page.pages.answer(StatusCode::OK, list(&view, &frame)))
    };
    answered(shown.await)
}

async fn show_one(Path(code): Path<String>, page: StaffPage) -> Response {
    let shown = async {
        let here = format!("/supervisor/organisations/{code}");
        let frame = frame(&page, &here).await?;
        let staff = &page.guest.staff;
        let whole = read::whole(&page.pages.office, staff, &code).await;
        let whole = whole.map_err(|error| Failed::from(error).alone(&page))?;
        let to = ("/supervisor", staff.member.id);
        let view = organisation_view(
            &whole,
            (String::new(), false),
            to,
            (page.pages.hub.now(), page.language()),
        );
        Ok(page.pages.answer(StatusCode::OK, organisation(&view, &frame)))
    };
    answered(shown.await)
}
