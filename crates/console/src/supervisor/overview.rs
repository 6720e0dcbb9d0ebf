//! What the overview shows: the state of admission in numbers, and where to look closer.

use naru_admission::organisation::overview::Oversight;
use naru_core::{AdmissionState, MemberId, SignalKind, SignalOutcome, Timestamp, Won};
use naru_rulebook::duty::Status;
use serde::Serialize;

use crate::operator::{Bar, OrganisationLine, ProposalLine, bars};
use crate::page::{Frame, PageError, render};

const BASE: &str = "/supervisor";
/// Inspections whose time is counted at most.
const COUNTED_MAX: i64 = 100;

/// The state of admission. Nothing on it can be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OverviewView {
    pub(super) total: i64,
    pub(super) states: Vec<Bar>,
    pub(super) duties: Vec<Bar>,
    pub(super) overdue: Vec<OrganisationLine>,
    pub(super) overdue_all: All,
    pub(super) restricted: Vec<OrganisationLine>,
    pub(super) restricted_all: All,
    pub(super) inspections: Vec<InspectionRow>,
    pub(super) late: Vec<LateRow>,
    /// Inspections under way, and how many of them had their time counted, those first that stand still longest.
    pub(super) counted: (i64, i64),
    pub(super) span_days: i64,
    pub(super) leavers: i64,
    pub(super) leaver_median_ms: Option<i64>,
    pub(super) leaver_max_ms: Option<i64>,
    pub(super) live: i64,
    pub(super) short: i64,
    pub(super) limits_won: Won,
    pub(super) insured_won: Won,
    pub(super) signals: Vec<SignalRow>,
    pub(super) decisions: Vec<ProposalLine>,
}

/// How many there are in all, and where they are listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct All {
    pub(super) count: i64,
    pub(super) href: String,
}

/// Inspections under way in one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct InspectionRow {
    pub(super) machine: String,
    pub(super) state: String,
    pub(super) count: i64,
    pub(super) oldest: Timestamp,
}

/// An inspection whose agency is late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct LateRow {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) href: String,
    pub(super) agency: String,
    pub(super) machine: String,
    pub(super) state: String,
    pub(super) due_by: Option<Timestamp>,
    pub(super) agency_days: i64,
}

/// How one signal stands over all organisations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SignalRow {
    pub(super) signal: SignalKind,
    pub(super) pass: i64,
    pub(super) fail: i64,
    pub(super) open: i64,
}

/// The view of what was read.
pub(super) fn view(read: &Oversight, decisions: Vec<ProposalLine>, now: Timestamp) -> OverviewView {
    let (total, [states, duties]) = bars(&read.counts, ("", ""), "/supervisor/organisations");
    let all = |bars: &[Bar], word: &str| {
        let found = bars.iter().find(|bar| bar.word == word);
        All {
            count: found.map_or(0, |bar| bar.count),
            href: found.map_or_else(String::new, |bar| bar.href.clone()),
        }
    };
    let under_way: i64 = read.inspections.iter().map(|count| count.count).sum();
    let line = |organisation| OrganisationLine::of(organisation, BASE, now);
    let inspection = |count: &naru_storage::overview::InspectionCount| InspectionRow {
        machine: count.machine.to_string(),
        state: count.state.clone(),
        count: count.count,
        oldest: count.oldest,
    };
    OverviewView {
        total,
        overdue_all: all(&duties, Status::Overdue.as_str()),
        restricted_all: all(&states, AdmissionState::Restricted.as_str()),
        counted: (under_way, under_way.min(COUNTED_MAX)),
        states,
        duties,
        overdue: read.overdue.iter().map(line).collect(),
        restricted: read.restricted.iter().map(line).collect(),
        inspections: read.inspections.iter().map(inspection).collect(),
        late: late(read),
        span_days: read.span_days,
        leavers: read.leavers.count,
        leaver_median_ms: read.leavers.median_us.map(|us| us / 1_000),
        leaver_max_ms: read.leavers.max_us.map(|us| us / 1_000),
        live: read.coverage.organisations,
        short: read.coverage.short,
        limits_won: read.coverage.limits_won,
        insured_won: read.coverage.insured_won,
        signals: signals(read),
        decisions,
    }
}

fn late(read: &Oversight) -> Vec<LateRow> {
    const DAY_MICROS: i64 = 86_400 * naru_core::SECOND;
    let row = |(inspection, time): &(naru_storage::InspectionRow, naru_admission::inspection::Time)| {
        let label = read.labels.get(&inspection.organisation_id);
        let agency = inspection.agency_id.and_then(|id| read.labels.get(&id));
        let code = label.map_or_else(String::new, |label| label.code.clone());
        LateRow {
            name: label.map_or_else(String::new, |label| label.name.clone()),
            href: format!("{BASE}/organisations/{code}"),
            agency: agency.map_or_else(String::new, |agency| agency.name.clone()),
            machine: inspection.machine.to_string(),
            state: inspection.state.clone(),
            due_by: time.spent.due_by,
            agency_days: time.spent.agency_micros / DAY_MICROS,
            code,
        }
    };
    read.late.iter().map(row).collect()
}

fn signals(read: &Oversight) -> Vec<SignalRow> {
    let sum = |signal: SignalKind, of: &dyn Fn(SignalOutcome) -> bool| {
        let counts = read.signals.iter().filter(|c| c.signal == signal && of(c.outcome));
        counts.map(|count| count.count).sum::<i64>()
    };
    let row = |signal: &SignalKind| SignalRow {
        signal: *signal,
        pass: sum(*signal, &|outcome| outcome == SignalOutcome::Pass),
        fail: sum(*signal, &|outcome| outcome == SignalOutcome::Fail),
        open: sum(*signal, &|outcome| {
            !matches!(
                outcome,
                SignalOutcome::Pass | SignalOutcome::Fail | SignalOutcome::NotApplicable
            )
        }),
    };
    let rows = SignalKind::ALL.iter().map(row);
    rows.filter(|row| row.pass + row.fail + row.open > 0).collect()
}

/// One page of the list of organisations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ListView {
    pub(super) rows: Vec<OrganisationLine>,
    pub(super) newest_href: Option<String>,
    pub(super) older_href: Option<String>,
}

/// The overview.
pub(super) fn overview(view: &OverviewView, frame: &Frame) -> Result<String, PageError> {
    render("supervisor/overview.html", view, frame)
}

/// The list.
pub(super) fn list(view: &ListView, frame: &Frame) -> Result<String, PageError> {
    render("supervisor/organisations.html", view, frame)
}

/// Who looks, for what a list of decisions shows.
pub(super) const fn reader(me: MemberId) -> (MemberId, Option<&'static str>) {
    (me, None)
}
