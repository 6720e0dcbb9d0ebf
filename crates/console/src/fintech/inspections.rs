//! The inspections of a fintech: GET and POST /fintech/inspections.

use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::finding;
use naru_admission::inspection::{self, Opening, Overview, Time};
use naru_admission::organisation::standing;
use naru_core::{InspectionKind, InspectionMachine, InspectionOutcome, Timestamp};
use naru_rulebook::Platform;
use naru_rulebook::process::Owner;
use naru_storage::InspectionRow;
use naru_web::Route;
use serde::Serialize;

use super::desk::{Ended, Said, Seat, Sent, id};
use super::finding::{FindingLine, finding_line};
use super::trouble::{AlertWord, Trouble, at};
use crate::member::route;
use crate::pages::{Form, Pages};

pub(super) const HERE: &str = "/fintech/inspections";

/// An inspection among others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ChoiceView {
    /// Its id.
    pub id: String,
    /// The duty it serves.
    pub kind: InspectionKind,
    /// The process it runs through.
    pub machine: InspectionMachine,
    /// The platform; empty for an organisation.
    pub platform: String,
    /// The name of the service; empty for an organisation.
    pub service: String,
}

/// The time an inspection has taken, drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ClockView {
    /// When it started.
    pub started_at: Timestamp,
    /// The agency's time, hours.
    pub agency_hours: i64,
    /// The organisation's time, hours.
    pub organisation_hours: i64,
    /// Whose time runs: `agency`, `organisation`, or nobody's.
    pub running_for: Option<&'static str>,
    /// When the agency's time is used up.
    pub due_by: Option<Timestamp>,
    /// Whether the agency has used more than its time.
    pub is_late: bool,
    /// Each stretch: whose (`agency`, `organisation`, `nobody`), where it begins and how wide it is, in thousandths.
    pub stretches: Vec<(&'static str, i64, i64)>,
}

/// One inspection in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct EntryView {
    /// Which.
    pub which: ChoiceView,
    /// The state, a word of its process.
    pub state: String,
    /// Since when.
    pub since: Timestamp,
    /// The round.
    pub round: i64,
    /// How it ended.
    pub outcome: InspectionOutcome,
    /// The same as a mark.
    pub is: &'static str,
    /// When its result ends to hold.
    pub valid_until: Option<Timestamp>,
    /// Whether something is expected of the fintech, besides taking the application back.
    pub is_ours: bool,
    /// Findings that are open, and how many of them are overdue.
    pub findings: (usize, usize),
    /// The time it has taken.
    pub clock: Option<ClockView>,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct InspectionsView {
    /// The inspections, newest first.
    pub entries: Vec<EntryView>,
    /// Every finding that is open, also on inspections that have ended, those due first before the others.
    pub findings: Vec<FindingLine>,
    /// The agencies: id and name.
    pub agencies: Vec<(String, String)>,
    /// The platforms.
    pub platforms: Vec<Platform>,
}

/// The routes of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![
        route(pages, ("GET", HERE), "The inspections of a fintech", get(show)),
        route(pages, ("POST", HERE), "Applies for an inspection", post(open)),
    ]
}

/// An inspection among others.
pub(super) fn choice(inspection: &InspectionRow) -> ChoiceView {
    ChoiceView {
        id: inspection.id.to_string(),
        kind: inspection.kind,
        machine: inspection.machine,
        platform: inspection.platform.clone(),
        service: inspection.service.clone(),
    }
}

/// The time an inspection has taken; none before its clock starts.
pub(super) fn clock(time: Option<&Time>) -> Option<ClockView> {
    let time = time?;
    let spent = &time.spent;
    let started_at = spent.started_at?;
    let hours = |micros: i64| micros / 3_600_000_000;
    let whole = spent.since_started_micros.max(1);
    let thousandths = |micros: i64| micros.clamp(0, whole).saturating_mul(1_000) / whole;
    let word = |owner: Option<Owner>| owner.map_or("nobody", |owner| owner.as_str());
    let stretches = time.intervals.iter().map(|interval| {
        let from = thousandths(interval.from.micros_since(started_at));
        let until = thousandths(interval.until.micros_since(started_at));
        (word(interval.owner), from, (until - from).max(2))
    });
    Some(ClockView {
        started_at,
        agency_hours: hours(spent.agency_micros),
        organisation_hours: hours(spent.organisation_micros),
        running_for: spent.running_for.map(|owner| owner.as_str()),
        due_by: spent.due_by,
        is_late: spent.is_agency_late,
        stretches: stretches.collect(),
    })
}

/// How an outcome stands.
pub(super) const fn mark(outcome: InspectionOutcome) -> &'static str {
    match outcome {
        InspectionOutcome::Pending => "unknown",
        InspectionOutcome::Passed => "holds",
        InspectionOutcome::Failed | InspectionOutcome::Void => "broken",
        InspectionOutcome::Withdrawn => "idle",
    }
}

fn entry_view(entry: &Overview) -> EntryView {
    let inspection = &entry.inspection;
    EntryView {
        which: choice(inspection),
        state: inspection.state.clone(),
        since: inspection.state_since,
        round: inspection.round,
        outcome: inspection.outcome,
        is: mark(inspection.outcome),
        valid_until: inspection.valid_until,
        is_ours: entry.next.iter().any(|event| *event != "withdraw"),
        findings: (entry.open_findings.len(), entry.overdue),
        clock: clock(entry.time.as_ref()),
    }
}

async fn show(seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, &said).await
}

async fn shown(seat: &Seat, said: &Said) -> Response {
    let view = async {
        let entries = inspection::overview(seat.office(), &seat.staff).await?;
        let agencies = standing::agencies(seat.office()).await?;
        let own = seat.staff.organisation.id;
        let findings = finding::open_findings(seat.office(), &seat.staff, own).await?;
        Ok(InspectionsView {
            findings: findings.iter().map(|row| finding_line(row, seat.today())).collect(),
            entries: entries.iter().map(entry_view).collect(),
            agencies: agencies.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
            platforms: Platform::ALL.to_vec(),
        })
    };
    seat.show(("fintech/inspections.html", HERE), said, view.await).await
}

async fn open(Sent { seat, form }: Sent) -> Response {
    let opened = async {
        let opening = opening(&form)?;
        let row = inspection::open(seat.office(), &seat.staff, &opening).await?;
        Ok(row.id)
    };
    let ended: Result<Ended, Trouble> = match opened.await {
        Ok(id) => return seat.back(&format!("{HERE}/{id}"), super::desk::DoneWord::InspectionOpened),
        Err(trouble) => Err(trouble),
    };
    match seat.settle((HERE, "open"), &form, ended) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}

/// What is applied for: `platform` is empty for the organisation, `agency` for an inspection by oneself.
fn opening(form: &Form) -> Result<Opening, Trouble> {
    let agency = match form.get("agency") {
        "" | "self" => None,
        text => Some(id(text).map_err(|_| at("agency", AlertWord::Field, ""))?),
    };
    let platform = match form.get("platform") {
        "" => None,
        word => Some(Platform::parse(word).map_err(|error| at("platform", AlertWord::Field, error))?),
    };
    let service = form.get("service").to_owned();
    Ok(match (agency, platform) {
        (Some(agency), None) => Opening::Organisation { agency },
        (Some(agency), Some(platform)) => Opening::Service {
            agency,
            service,
            platform,
        },
        (None, None) => Opening::OwnOrganisation,
        (None, Some(platform)) => Opening::OwnService { service, platform },
    })
}
