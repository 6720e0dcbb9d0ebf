//! What the page of a finding shows: what was found, every round of its remedy, and what can be done now.

use naru_admission::Staff;
use naru_admission::finding::FindingView;
use naru_admission::inspection::{finding_machine, is_told, side};
use naru_core::{Language, Timestamp};
use naru_rulebook::Party;
use naru_rulebook::catalogue::Catalogues;
use serde::Serialize;

use super::StepView;
use super::desk::{day_text, pick};
use super::documents::{DocumentView, Named};

/// What happened to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingEventView {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: String,
    /// What was said; empty where nothing was.
    pub note: String,
    /// Until when it is to be remedied after this; empty where no day was set.
    pub due: String,
    /// What was handed in with it.
    pub documents: Vec<DocumentView>,
}

/// A signature that a finding waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingProposal {
    /// Its id.
    pub id: String,
    /// What would happen.
    pub event: String,
    /// Why.
    pub reason: String,
    /// Since when it waits.
    pub at: Timestamp,
    /// The digest of what is signed.
    pub sha256: String,
    /// Exactly what is signed.
    pub state: String,
    /// Whether the member proposed it.
    pub is_own: bool,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingPageView {
    /// Its id.
    pub id: String,
    /// The inspection.
    pub inspection: String,
    /// The item.
    pub control: String,
    /// Its title.
    pub title: String,
    /// What is asked.
    pub question: String,
    /// What was found.
    pub statement: String,
    /// The state.
    pub state: String,
    /// In which round it was written.
    pub round: i64,
    /// Until when it is to be remedied, `2026-11-21`; empty where no day was set.
    pub due: String,
    /// Whether that day is over.
    pub is_overdue: bool,
    /// The version that the forms are made for.
    pub version: i64,
    /// What can be done now.
    pub steps: Vec<StepView>,
    /// Whether it can get more time.
    pub can_extend: bool,
    /// Whether it can be removed as a mistake, because nobody was told of it.
    pub can_strike: bool,
    /// Whether the member's side judges it, and so signs.
    pub is_judged_here: bool,
    /// What waits for an approver.
    pub proposals: Vec<FindingProposal>,
    /// What happened, oldest first.
    pub events: Vec<FindingEventView>,
}

/// The page of one finding for a member.
pub(super) fn page(view: &FindingView, named: &Named<'_>, (staff, language): (&Staff, Language)) -> FindingPageView {
    let finding = &view.finding;
    let is_judged_here = match side(staff, &view.inspection) {
        Ok(Party::Agency) => true,
        Ok(Party::Operator) => view.inspection.agency_id.is_none(),
        _ => false,
    };
    let control = Catalogues::embedded()
        .control(&finding.control_id)
        .map(|(_, control)| control);
    let steps = view.next.iter().filter_map(|event| {
        let step = finding_machine()
            .leaving(&finding.state)
            .find(|step| step.on == **event)?;
        Some(StepView {
            event: step.on.clone(),
            needs_four_eyes: step.needs_four_eyes,
            needs_note: true,
            documents: Vec::new(),
        })
    });
    let proposals = view.proposals.iter().map(|proposal| FindingProposal {
        id: proposal.id.to_string(),
        event: proposal.event.clone(),
        reason: proposal.reason.clone(),
        at: proposal.proposed_at,
        sha256: naru_crypto::hex(&proposal.state_sha256),
        state: proposal.state.clone(),
        is_own: proposal.proposed_by == Some(staff.member.id),
    });
    let events = view.events.iter().map(|event| FindingEventView {
        at: event.at,
        event: event.event.clone(),
        note: event.note.clone(),
        due: event.due_on.map(day_text).unwrap_or_default(),
        documents: named.lines(&event.revisions),
    });
    let question = control.map(|c| {
        pick(
            language,
            (&c.question_ko, c.question_en.as_deref().unwrap_or(&c.question_ko)),
        )
    });
    FindingPageView {
        id: finding.id.to_string(),
        inspection: view.inspection.id.to_string(),
        control: finding.control_id.clone(),
        title: control
            .map(|c| pick(language, (&c.title_ko, &c.title_en)))
            .unwrap_or_default(),
        question: question.unwrap_or_default(),
        statement: finding.statement.clone(),
        state: finding.state.clone(),
        round: finding.round,
        due: finding.due_on.map(day_text).unwrap_or_default(),
        is_overdue: view.is_overdue,
        version: finding.version,
        steps: steps.collect(),
        can_extend: is_judged_here && finding.is_open() && finding.due_on.is_some(),
        can_strike: is_judged_here
            && finding.state == finding_machine().initial
            && !is_told(&view.inspection, finding.round),
        is_judged_here,
        proposals: proposals.collect(),
        events: events.collect(),
    }
}
