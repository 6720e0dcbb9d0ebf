//! What an agency has under way: GET /inspector. What is due first stands first, and what is late says so.

use axum::response::Response;
use axum::routing::get;
use naru_admission::inspection::{self, QueueEntry};
use naru_web::Route;
use serde::Serialize;

use super::desk::{Seat, Trouble};
use super::inspection::{ClockView, clock};
use crate::member::route;
use crate::pages::Pages;

const HERE: &str = "/inspector";

/// One inspection in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueLine {
    /// Its id.
    pub id: String,
    /// The organisation.
    pub organisation: String,
    /// Its short name.
    pub code: String,
    /// `ORG` or `APP`.
    pub kind: &'static str,
    /// The name of the service; empty for an organisation.
    pub service: String,
    /// The platform; empty for an organisation.
    pub platform: String,
    /// The state, a word of its process.
    pub state: String,
    /// The round.
    pub round: i64,
    /// Whether the agency can move it on.
    pub is_ours: bool,
    /// Its time, once the clock has started.
    pub clock: Option<ClockView>,
}

/// The queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueView {
    /// What is under way, due first.
    pub lines: Vec<QueueLine>,
    /// How many are late.
    pub late: usize,
    /// How many the agency can move on.
    pub ours: usize,
}

/// The routes of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![route(
        pages,
        ("GET", HERE),
        "The inspections of an agency, due first",
        get(show),
    )]
}

async fn show(seat: Seat) -> Response {
    let said = seat.said();
    let entries = inspection::queue(seat.office(), &seat.staff, "").await;
    let view = entries.map(view).map_err(Trouble::from);
    seat.show(("inspector/queue.html", HERE), &said, view).await
}

/// Those whose time is used up first stand first; those without a clock come last.
pub(super) fn view(mut entries: Vec<QueueEntry>) -> QueueView {
    entries.sort_by_key(|entry| {
        let due = entry.time.as_ref().and_then(|time| time.spent.due_by);
        (due.is_none(), due, entry.inspection.state_since, entry.inspection.id)
    });
    let lines: Vec<QueueLine> = entries.iter().map(line).collect();
    QueueView {
        late: lines
            .iter()
            .filter(|line| line.clock.as_ref().is_some_and(|clock| clock.is_late))
            .count(),
        ours: lines.iter().filter(|line| line.is_ours).count(),
        lines,
    }
}

fn line(entry: &QueueEntry) -> QueueLine {
    let inspection = &entry.inspection;
    QueueLine {
        id: inspection.id.to_string(),
        organisation: entry.organisation_name.clone(),
        code: entry.organisation_code.clone(),
        kind: inspection.kind.as_str(),
        service: inspection.service.clone(),
        platform: inspection.platform.clone(),
        state: inspection.state.clone(),
        round: inspection.round,
        is_ours: !entry.next.is_empty(),
        clock: entry.time.as_ref().and_then(|time| clock(inspection, time)),
    }
}
