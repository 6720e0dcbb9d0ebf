//! What the page of one inspection shows: where it stands, what can be done now, whose time runs, and what has
//! happened.

use naru_admission::inspection::{InspectionView, Time, machine, side};
use naru_admission::{AdmissionSettings, Staff};
use naru_core::{Day, Language, Proposal, Timestamp, Verdict};
use naru_storage::InspectionRow;
use serde::Serialize;

use super::desk::day_text;
use super::documents::{DocumentView, Named};

/// The time an inspection has taken, to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClockView {
    /// The agency's time, whole hours.
    pub agency_hours: i64,
    /// The organisation's time, whole hours.
    pub organisation_hours: i64,
    /// What the agency has, whole hours.
    pub allowed_hours: i64,
    /// `agency`, `organisation` or `nobody`: whose time runs.
    pub running: &'static str,
    /// When the agency's time is or was used up.
    pub due_by: Option<Timestamp>,
    /// Whether the agency has used more.
    pub is_late: bool,
}

/// A step that the agency may take now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepView {
    /// Its name in the process.
    pub event: String,
    /// Whether an approver must sign it.
    pub needs_four_eyes: bool,
    /// Whether a note is needed with it.
    pub needs_note: bool,
    /// What is handed in with it: the contract that the organisation signed.
    pub documents: Vec<DocumentView>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventView {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: String,
    /// The state after.
    pub to_state: String,
    /// What was said; empty where nothing was.
    pub note: String,
    /// The round after it.
    pub round: i64,
    /// Whether two people signed it.
    pub is_signed: bool,
    /// What was handed in with it.
    pub documents: Vec<DocumentView>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingLine {
    /// Its id.
    pub id: String,
    /// The item's title.
    pub title: String,
    /// The item's id.
    pub control: String,
    /// The state.
    pub state: String,
    /// What was found.
    pub statement: String,
    /// Until when it is to be remedied, `2026-11-21`; empty where no day was set.
    pub due: String,
    /// Whether that day is over.
    pub is_overdue: bool,
    /// In which round it was written.
    pub round: i64,
}

/// Something that waits for an approver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProposalLine {
    /// Where it can be signed; empty where others sign it.
    pub href: String,
    /// What would happen.
    pub event: String,
    /// Since when it waits.
    pub at: Timestamp,
}

/// One inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InspectionPageView {
    /// Its id.
    pub id: String,
    /// The organisation.
    pub organisation: String,
    /// `ORG` or `APP`.
    pub kind: &'static str,
    /// The name of the service; empty for an organisation.
    pub service: String,
    /// The platform; empty for an organisation.
    pub platform: String,
    /// The state.
    pub state: String,
    /// Since when.
    pub since: Timestamp,
    /// The round.
    pub round: i64,
    /// How it ended.
    pub outcome: &'static str,
    /// Whether there is a report.
    pub is_final: bool,
    /// Whether a round can be taken in from a bundle.
    pub can_import: bool,
    /// The version that the forms are made for.
    pub version: i64,
    /// Items of the round, how many of them are judged, and how many are not fulfilled.
    pub items: (usize, usize, usize),
    /// Its time, once the clock has started.
    pub clock: Option<ClockView>,
    /// What can be done now.
    pub steps: Vec<StepView>,
    /// What waits for an approver.
    pub proposals: Vec<ProposalLine>,
    /// Every finding, oldest first.
    pub findings: Vec<FindingLine>,
    /// What happened, newest first.
    pub events: Vec<EventView>,
}

/// The time of an inspection; none before its clock has started.
pub(super) fn clock(settings: &AdmissionSettings, inspection: &InspectionRow, time: &Time) -> Option<ClockView> {
    let spent = &time.spent;
    spent.started_at?;
    let hours = |micros: i64| micros / (3_600 * naru_core::SECOND);
    let weeks = machine(settings, inspection.machine)
        .clock_start
        .as_ref()
        .map_or(0, |start| start.weeks);
    Some(ClockView {
        agency_hours: hours(spent.agency_micros),
        organisation_hours: hours(spent.organisation_micros),
        allowed_hours: i64::from(weeks) * 7 * 24,
        running: spent.running_for.map_or("nobody", |owner| owner.as_str()),
        due_by: spent.due_by,
        is_late: spent.is_agency_late,
    })
}

/// Items of the round, how many of them are judged in it, and how many are not fulfilled.
pub(super) fn progress(view: &InspectionView) -> (usize, usize, usize) {
    let round = view.inspection.round;
    let in_round = || view.items.iter().filter(|item| item.in_round);
    let verdicts: Vec<Verdict> = in_round()
        .filter_map(|item| item.verdicts.iter().find(|verdict| verdict.round == round))
        .map(|verdict| verdict.verdict)
        .collect();
    let unfulfilled = verdicts.iter().filter(|verdict| !verdict.is_fulfilled()).count();
    (in_round().count(), verdicts.len(), unfulfilled)
}

/// Whether an inspection has a report.
pub(super) fn is_final(inspection: &InspectionRow) -> bool {
    matches!(inspection.state.as_str(), "FINAL_REPORTED" | "ACCEPTED" | "CONFIRMED")
}

fn steps(settings: &AdmissionSettings, view: &InspectionView, named: &Named<'_>) -> Vec<StepView> {
    let machine = machine(settings, view.inspection.machine);
    let signed = view.timeline.iter().rev().find(|event| event.event == "sign-contract");
    let step = |event: &&str| {
        let step = machine
            .leaving(&view.inspection.state)
            .find(|step| step.on == **event)?;
        let is_contract = step.on == "accept-and-sign-contract";
        let contract = signed.filter(|_| is_contract);
        Some(StepView {
            event: step.on.clone(),
            needs_four_eyes: step.needs_four_eyes,
            needs_note: step.needs_four_eyes
                || matches!(
                    step.on.as_str(),
                    "return-for-completion" | "reject-remedy-new-round" | "return" | "decline-application"
                ),
            documents: contract.map(|event| named.lines(&event.revisions)).unwrap_or_default(),
        })
    };
    view.next.iter().filter_map(step).collect()
}

fn findings(view: &InspectionView, (today, language): (Day, Language)) -> Vec<FindingLine> {
    let of = view
        .items
        .iter()
        .flat_map(|item| item.findings.iter().map(move |finding| (item.control, finding)));
    let mut lines: Vec<(Timestamp, FindingLine)> = of
        .map(|(control, finding)| {
            let line = FindingLine {
                id: finding.id.to_string(),
                title: language.pick(&control.title_ko, &control.title_en).to_owned(),
                control: control.id.clone(),
                state: finding.state.clone(),
                statement: finding.statement.clone(),
                due: finding.due_on.map(day_text).unwrap_or_default(),
                is_overdue: finding.is_overdue(today),
                round: finding.round,
            };
            (finding.created_at, line)
        })
        .collect();
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// Whether the side that a member is on takes a step of this name, and so signs it.
pub(super) fn signs(settings: &AdmissionSettings, view: &InspectionView, (staff, event): (&Staff, &str)) -> bool {
    let party = side(staff, &view.inspection);
    let mut steps = machine(settings, view.inspection.machine).transitions.iter();
    steps.any(|step| step.on == event && Ok(step.by) == party)
}

/// The page of one inspection.
pub(super) fn page(
    view: &InspectionView,
    named: &Named<'_>,
    (settings, staff, language): (&AdmissionSettings, &Staff, Language),
) -> InspectionPageView {
    let inspection = &view.inspection;
    let id = inspection.id.to_string();
    let sign_href = |proposal: &Proposal| match signs(settings, view, (staff, &proposal.event)) {
        true => format!("{}/inspections/{id}/sign/{}", named.base, proposal.id),
        false => String::new(),
    };
    let proposals = view.proposals.iter().map(|proposal| ProposalLine {
        href: sign_href(proposal),
        event: proposal.event.clone(),
        at: proposal.proposed_at,
    });
    let events = view.timeline.iter().rev().map(|event| EventView {
        at: event.at,
        event: event.event.clone(),
        to_state: event.to_state.clone(),
        note: event.note.clone(),
        round: event.round,
        is_signed: event.proposal_id.is_some(),
        documents: named.lines(&event.revisions),
    });
    InspectionPageView {
        organisation: view.organisation_name.clone(),
        kind: inspection.kind.as_str(),
        service: inspection.service.clone(),
        platform: inspection.platform.clone(),
        state: inspection.state.clone(),
        since: inspection.state_since,
        round: inspection.round,
        outcome: inspection.outcome.as_str(),
        is_final: is_final(inspection),
        can_import: named.base == "/inspector" && view.may_judge,
        version: inspection.version,
        items: progress(view),
        clock: view.time.as_ref().and_then(|time| clock(settings, inspection, time)),
        steps: steps(settings, view, named),
        proposals: proposals.collect(),
        findings: findings(view, (named.today, language)),
        events: events.collect(),
        id,
    }
}
