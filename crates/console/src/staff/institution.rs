//! The place of an institution's members: its organisation, the line under its code, its people, its notices.
//! GET /institution.
//!
//! A line belongs to the institution whose organisation bears the line's own code. Only the operator registers
//! institutions, and so decides which code that is.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use naru_admission::member::{service as members, token};
use naru_admission::notice;
use naru_banking::line::{BreakerState, LineState};
use naru_core::{InstitutionStatus, Language, OrganisationKind, Timestamp, words};
use naru_web::Route;
use serde::Serialize;

use crate::fintech::desk::{Seat, day_text};
use crate::fintech::trouble::Trouble;
use crate::member::{StaffPage, route};
use crate::pages::Pages;

const HERE: &str = "/institution";

/// How a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HealthWord {
    /// Calls go through.
    Well,
    /// Calls go through, and the last ones were not answered.
    Failing,
    /// Ordinary calls are refused for a moment, because too many were not answered.
    Stopped,
    /// The operator has taken the institution out.
    Closed,
}
words!(HealthWord, "health", { Well = "well", Failing = "failing", Stopped = "stopped", Closed = "closed" });

/// The line to the institution, as this node of the hub sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LineView {
    /// The institution's code on the wire.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How it is.
    pub health: HealthWord,
    /// Its mark.
    pub is: &'static str,
    /// Since when calls in a row were not answered.
    pub failing_since: Option<Timestamp>,
    /// The code of the last fault; empty for silence, none where there was no fault.
    pub fault: Option<String>,
    /// Calls under way.
    pub in_flight: i64,
    /// How long one call may take, milliseconds.
    pub timeout_ms: i64,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct InstitutionView {
    /// The organisation's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Since when the hub knows it.
    pub since: Timestamp,
    /// The line under its code.
    pub line: Option<LineView>,
    /// Members who may sign in.
    pub active: usize,
    /// Living tokens of its directory.
    pub tokens: usize,
    /// Open notices: kind, subject, day.
    pub notices: Vec<(String, String, String)>,
}

/// A member of an institution who is signed in; nobody else has this page.
struct Counter(Seat);

impl FromRequestParts<Pages> for Counter {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Response> {
        let page = StaffPage::from_request_parts(parts, pages).await?;
        if page.guest.kind() == OrganisationKind::Institution {
            Ok(Self(Seat::of_any(page)))
        } else {
            Err(page.not_found())
        }
    }
}

/// The route of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![route(
        pages,
        ("GET", HERE),
        "An institution, its line and its people",
        get(show),
    )]
}

async fn show(Counter(seat): Counter) -> Response {
    let view = view(&seat).await;
    seat.show(("staff/institution.html", HERE), &seat.said(), view).await
}

async fn view(seat: &Seat) -> Result<InstitutionView, Trouble> {
    let (office, staff, now) = (seat.office(), &seat.staff, seat.pages().hub.now());
    let listed = members::list(office, staff).await?;
    let tokens = token::list(office, staff).await?;
    let notices = notice::list_open(office, staff.organisation.id).await?;
    Ok(InstitutionView {
        code: staff.organisation.code.clone(),
        name: staff.organisation.name.clone(),
        since: staff.organisation.created_at,
        line: line(seat),
        active: listed.iter().filter(|listed| listed.row.member.active).count(),
        tokens: tokens.iter().filter(|token| token.is_alive(now)).count(),
        notices: notices
            .into_iter()
            .map(|row| (row.kind.to_string(), row.subject, day_text(row.due_on)))
            .collect(),
    })
}

fn line(seat: &Seat) -> Option<LineView> {
    let (lines, own) = (&seat.pages().desk.lines, &seat.staff.organisation.code);
    let state = lines.status().into_iter().find(|line| line.code.as_str() == own)?;
    let timeout_ms = lines.institution(&state.code)?.timeout_ms;
    Some(line_view(state, timeout_ms, seat.language()))
}

fn line_view(state: LineState, timeout_ms: i64, language: Language) -> LineView {
    let (health, is) = match (state.status, state.breaker, state.failing_since) {
        (InstitutionStatus::Closed, ..) => (HealthWord::Closed, "idle"),
        (_, BreakerState::Open | BreakerState::HalfOpen, _) => (HealthWord::Stopped, "broken"),
        (_, BreakerState::Closed, Some(_)) => (HealthWord::Failing, "unknown"),
        (_, BreakerState::Closed, None) => (HealthWord::Well, "holds"),
    };
    LineView {
        code: state.code.as_str().to_owned(),
        name: language.pick(&state.name_ko, &state.name_en).to_owned(),
        health,
        is,
        failing_since: state.failing_since,
        fault: state.last_fault_code,
        in_flight: state.in_flight,
        timeout_ms,
    }
}

#[cfg(test)]
mod tests {
    use naru_core::BankCode;

    use super::*;

    #[test]
    fn a_line_is_well_failing_stopped_or_closed() {
        let since = Timestamp::from_compact("20261121140000");
        for (status, breaker, failing_since, expected) in [
            (InstitutionStatus::Open, BreakerState::Closed, None, HealthWord::Well),
            (
                InstitutionStatus::Open,
                BreakerState::Closed,
                since,
                HealthWord::Failing,
            ),
            (InstitutionStatus::Open, BreakerState::Open, since, HealthWord::Stopped),
            (
                InstitutionStatus::Open,
                BreakerState::HalfOpen,
                since,
                HealthWord::Stopped,
            ),
            (InstitutionStatus::Closed, BreakerState::Open, since, HealthWord::Closed),
        ] {
            let state = LineState {
                code: BankCode::parse("097").unwrap(),
                name_ko: "은행".to_owned(),
                name_en: "Bank".to_owned(),
                status,
                breaker,
                failing_since,
                last_fault_code: Some(String::new()),
                in_flight: 2,
            };
            let view = line_view(state, 1_000, Language::En);
            assert_eq!((view.health, view.name.as_str()), (expected, "Bank"));
        }
    }
}
