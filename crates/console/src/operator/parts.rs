//! What several pages of the desk and the supervisor show: gates, duties, rules, proposals, and days as people write
//! them.

use std::collections::HashMap;
use std::sync::Arc;

use naru_admission::proposal::view::{Listed, Named};
use naru_core::{
    AdmissionEvent, AdmissionState, Approval, Day, Gate, GateStanding, Language, MemberId, Organisation, Proposal,
    ProposalKind, Role, Timestamp,
};
use naru_rulebook::duty::{Rules, Status};
use naru_rulebook::process::{Process, Processes};
use naru_rulebook::{Certainty, Party};
use naru_storage::OrganisationCount;
use serde::Serialize;

use crate::message::Message;
use crate::wording;

/// `2026-11-21`.
pub(crate) fn iso(day: Day) -> String {
    format!("{:04}-{:02}-{:02}", day.0 / 10_000, day.0 / 100 % 100, day.0 % 100)
}

/// The day that a field of type `date` says; `None` where it says none that exists.
pub(super) fn day_of(text: &str) -> Option<Day> {
    let mut parts = text.split('-').map(str::len);
    let is_written = parts.next() == Some(4) && parts.next() == Some(2) && parts.next() == Some(2);
    (is_written && text.len() == 10)
        .then(|| Day::parse(&text.replace('-', "")))
        .flatten()
}

/// One gate in a row of marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct GateMark {
    /// Which.
    pub(crate) gate: Gate,
    /// `holds`, `broken`, or `unknown` where it was never worked out.
    pub(crate) is: &'static str,
}

pub(super) fn gate_marks(organisation: &Organisation, now: Timestamp) -> Vec<GateMark> {
    let mark = |gate: &Gate| GateMark {
        gate: *gate,
        is: standing(organisation, *gate).map_or("unknown", |standing| is_of(standing, now)),
    };
    Gate::ALL.iter().map(mark).collect()
}

fn standing(organisation: &Organisation, gate: Gate) -> Option<&GateStanding> {
    organisation.gates.iter().find(|standing| standing.gate == gate)
}

fn is_of(standing: &GateStanding, now: Timestamp) -> &'static str {
    if standing.is_open(now) { "holds" } else { "broken" }
}

/// One gate with everything about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct GateView {
    gate: Gate,
    is: &'static str,
    until: Option<Timestamp>,
    rule: String,
    evidence: Vec<(String, String)>,
}

pub(super) fn gate_views(organisation: &Organisation, (now, language): (Timestamp, Language)) -> Vec<GateView> {
    let view = |gate: &Gate| {
        let found = standing(organisation, *gate);
        GateView {
            gate: *gate,
            is: found.map_or("unknown", |standing| is_of(standing, now)),
            until: found.and_then(|standing| standing.until),
            rule: found.map_or_else(String::new, |standing| standing.rule.clone()),
            evidence: found.map_or_else(Vec::new, |standing| wording::evidence(&standing.evidence, language)),
        }
    };
    Gate::ALL.iter().map(view).collect()
}

/// How a status of duty looks.
pub(super) fn mark_of(status: &str) -> &'static str {
    match Status::parse(status) {
        Ok(Status::Cleared) => "holds",
        Ok(Status::Overdue | Status::BlockedBeforeLaunch) => "broken",
        Ok(Status::Deferred | Status::AdmissibleDeferred | Status::ConfirmationDue) => "unknown",
        Err(_) => "idle",
    }
}

/// How a state of admission looks.
pub(super) const fn mark_of_state(state: AdmissionState) -> &'static str {
    match state {
        AdmissionState::Live => "holds",
        AdmissionState::Restricted | AdmissionState::Refused => "broken",
        AdmissionState::Applied | AdmissionState::Suitable => "unknown",
        AdmissionState::Terminated => "idle",
    }
}

/// A rule that said something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RuleView {
    id: String,
    condition: String,
    source: String,
    certainty: Certainty,
    certainty_text: String,
    from: String,
    to: Option<String>,
}

pub(super) fn rule_views(book: &Rules, rules: &[Arc<str>]) -> Vec<RuleView> {
    let found = rules.iter().filter_map(|id| book.find(id));
    let view = |rule: &naru_rulebook::duty::Rule| RuleView {
        id: rule.id.to_string(),
        condition: rule.condition_text.clone(),
        source: rule.source.clone(),
        certainty: rule.certainty,
        certainty_text: rule.certainty_text.clone(),
        from: iso(rule.effective_from),
        to: rule.effective_to.map(iso),
    };
    found.map(view).collect()
}

/// A bar of a drawing, with the list that it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Bar {
    /// The word of what is counted.
    pub(crate) word: String,
    /// How many.
    pub(crate) count: i64,
    /// Where the list of them is.
    pub(crate) href: String,
    /// Whether the page shows that list now.
    pub(crate) chosen: bool,
}

/// How many stand where: bars by state and bars by duty, and all of them together.
pub(crate) fn bars(counts: &[OrganisationCount], (state, duty): (&str, &str), base: &str) -> (i64, [Vec<Bar>; 2]) {
    let sum = |of: &dyn Fn(&OrganisationCount) -> bool| counts.iter().filter(|c| of(c)).map(|c| c.count).sum::<i64>();
    let states = AdmissionState::ALL.iter().map(|word| Bar {
        word: word.to_string(),
        count: sum(&|count| count.state == *word),
        href: format!("{base}?state={word}"),
        chosen: state == word.as_str(),
    });
    let duties = Status::ALL.iter().map(|word| Bar {
        word: word.to_string(),
        count: sum(&|count| count.duty_status == word.as_str()),
        href: format!("{base}?duty={word}"),
        chosen: duty == word.as_str(),
    });
    (sum(&|_| true), [states.collect(), duties.collect()])
}

/// An organisation in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OrganisationLine {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) state: AdmissionState,
    pub(crate) state_is: &'static str,
    pub(crate) gates: Vec<GateMark>,
    pub(crate) duty: String,
    pub(crate) duty_is: &'static str,
    pub(crate) due: Option<String>,
    pub(crate) next: &'static str,
    pub(crate) next_gate: Option<Gate>,
}

impl OrganisationLine {
    /// What a list shows of an organisation; `base` is the path below which its page is.
    pub(crate) fn of(organisation: &Organisation, base: &str, now: Timestamp) -> Self {
        let duty = &organisation.duty;
        let (next, next_gate) = next_step(organisation, now);
        Self {
            code: organisation.code.clone(),
            name: organisation.name.clone(),
            href: format!("{base}/organisations/{}", organisation.code),
            state: organisation.state,
            state_is: mark_of_state(organisation.state),
            gates: gate_marks(organisation, now),
            duty: duty.status.clone(),
            duty_is: mark_of(&duty.status),
            due: duty.confirmation_due.or(duty.due).map(iso),
            next,
            next_gate,
        }
    }
}

/// What is to be done next, and the gate that is in the way.
fn next_step(organisation: &Organisation, now: Timestamp) -> (&'static str, Option<Gate>) {
    let closed = organisation.admission().closed_gate(now).map(|standing| standing.gate);
    let is_overdue = organisation.duty.status == Status::Overdue.as_str();
    match organisation.state {
        AdmissionState::Applied => ("suitability", None),
        AdmissionState::Suitable if closed.is_none() => ("let_in", None),
        AdmissionState::Restricted if closed.is_none() => ("lift", None),
        AdmissionState::Live if is_overdue => ("overdue", None),
        AdmissionState::Live if closed.is_none() => ("none", None),
        AdmissionState::Suitable | AdmissionState::Restricted | AdmissionState::Live => ("gate", closed),
        AdmissionState::Terminated | AdmissionState::Refused => ("none", None),
    }
}

/// Somebody who proposed or decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NamedView {
    name: String,
    roles: Vec<&'static str>,
}

pub(super) fn name_of(members: &HashMap<MemberId, Named>, id: Option<MemberId>) -> Option<NamedView> {
    id.map(|id| {
        members.get(&id).map_or_else(
            || NamedView {
                name: id.to_string(),
                roles: Vec::new(),
            },
            |named| NamedView {
                name: named.display_name.clone(),
                roles: named.roles.iter().map(|role| role.as_str()).collect(),
            },
        )
    })
}

/// A proposal in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ProposalLine {
    pub(crate) href: Option<String>,
    pub(crate) kind: ProposalKind,
    pub(crate) event: String,
    /// Whether the desk decides it.
    pub(crate) is_ours: bool,
    pub(crate) event_known: bool,
    pub(crate) is_step: bool,
    pub(crate) organisation: Option<(String, String)>,
    pub(crate) reason: String,
    pub(crate) proposed_by: Option<NamedView>,
    pub(crate) proposed_at: Timestamp,
    pub(crate) seconded_by: Option<NamedView>,
    pub(crate) decided_by: Option<NamedView>,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) decision: Option<&'static str>,
    pub(crate) decision_reason: String,
    pub(crate) sha256: String,
    pub(crate) may_approve: bool,
}

impl ProposalLine {
    /// What a list shows of a proposal to a member; `base` is the console's path, below which its page is.
    pub(crate) fn of(
        proposal: &Proposal,
        (members, label): (&HashMap<MemberId, Named>, Option<(String, String)>),
        (me, base): (MemberId, Option<&str>),
    ) -> Self {
        let p = proposal;
        let by_desk = |id: MemberId| members.get(&id).is_some_and(|named| named.roles.has(Role::Desk));
        let is_ours = match p.kind {
            ProposalKind::Inspection => is_step_of_desk(&p.event),
            ProposalKind::Finding => p.proposed_by.is_some_and(by_desk),
            kind => decides_here(kind),
        };
        Self {
            href: base.map(|base| href(p, (base, is_ours))),
            is_ours,
            kind: p.kind,
            event: p.event.clone(),
            event_known: is_event_known(&p.event),
            is_step: Message::of(&format!("inspector.event.{}", p.event)).is_some(),
            organisation: label,
            reason: p.reason.clone(),
            proposed_by: name_of(members, p.proposed_by),
            proposed_at: p.proposed_at,
            seconded_by: name_of(members, p.seconded_by),
            decided_by: name_of(members, p.decided_by),
            decided_at: p.decided_at,
            decision: p.decision.map(|decision| decision.as_str()),
            decision_reason: p.decision_reason.clone(),
            sha256: naru_crypto::hex(&p.state_sha256),
            may_approve: is_ours && matches!(p.approval(me), Approval::Seconds | Approval::Decides),
        }
    }
}

/// Where a proposal is looked at: steps of inspections and findings where they are signed.
fn href(p: &Proposal, (base, is_ours): (&str, bool)) -> String {
    match p.kind {
        ProposalKind::Inspection if is_ours && p.decision.is_none() => {
            format!("{base}/inspections/{}/sign/{}", p.subject, p.id)
        }
        ProposalKind::Inspection => format!("{base}/inspections/{}", p.subject),
        ProposalKind::Finding => format!("{base}/findings/{}", p.subject),
        _ => format!("{base}/proposals/{}", p.id),
    }
}

/// Whether the desk takes a step of this name in a self-inspection.
fn is_step_of_desk(event: &str) -> bool {
    let machine = Processes::embedded().machine(Process::SelfInspection);
    let mut steps = machine.transitions.iter();
    steps.any(|step| step.on == event && step.by == Party::Operator)
}

/// Whether the operator's desk decides this kind; the others are decided by inspecting agencies.
pub(super) const fn decides_here(kind: ProposalKind) -> bool {
    matches!(
        kind,
        ProposalKind::Admission | ProposalKind::Subsidy | ProposalKind::Transfer | ProposalKind::Client
    )
}

/// Whether the pages have words for an event; processes of inspections bring their own.
pub(super) fn is_event_known(event: &str) -> bool {
    AdmissionEvent::parse(event).is_ok() || matches!(event, "grant" | "refuse" | "attest" | "activate")
}

/// Every proposal of a list.
pub(crate) fn lines(listed: &Listed, (me, base): (MemberId, Option<&str>)) -> Vec<ProposalLine> {
    let line = |proposal: &Proposal| {
        let label = proposal.organisation_id.and_then(|id| listed.organisations.get(&id));
        let label = label.map(|label| (label.code.clone(), label.name.clone()));
        ProposalLine::of(proposal, (&listed.members, label), (me, base))
    };
    listed.proposals.iter().map(line).collect()
}
