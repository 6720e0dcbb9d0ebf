//! What the page of one finding shows, and a finding among others.

use naru_admission::finding::FindingView;
use naru_core::Day;
use naru_storage::{FindingRow, RevisionRow};
use serde::Serialize;

use super::desk::day_text;
use super::documents::{RevisionView, revision_view};
use super::inspection::{AttachView, EventLine, attach, event_word};
use super::inspections::{ChoiceView, choice};

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct FindingLine {
    /// Its id.
    pub id: String,
    /// On which item.
    pub control: String,
    /// In which round it was written.
    pub round: i64,
    /// Its state.
    pub state: String,
    /// The same as a mark.
    pub is: &'static str,
    /// What was found.
    pub statement: String,
    /// Until when it must be remedied; empty where no day was set.
    pub due_on: String,
    /// Whether that day has passed.
    pub is_overdue: bool,
    /// Whether the hub reopened the item, because a signal failed or grew old.
    pub is_of_hub: bool,
}

/// One finding, to be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct OneFindingView {
    /// The finding.
    pub finding: FindingLine,
    /// Its inspection.
    pub inspection: ChoiceView,
    /// The version that a form is made for.
    pub version: i64,
    /// What happened, oldest first.
    pub events: Vec<EventLine>,
    /// What was handed in.
    pub evidence: Vec<RevisionView>,
    /// What the fintech may do now.
    pub next: Vec<&'static str>,
    /// The documents that can be handed in.
    pub documents: Vec<AttachView>,
}

/// A finding among others.
pub(super) fn finding_line(finding: &FindingRow, today: Day) -> FindingLine {
    FindingLine {
        id: finding.id.to_string(),
        control: finding.control_id.clone(),
        round: finding.round,
        state: finding.state.clone(),
        is: match finding.state.as_str() {
            "CLOSED" => "holds",
            "WITHDRAWN" => "idle",
            "REMEDY_SUBMITTED" | "DISPUTED" => "unknown",
            _ => "broken",
        },
        statement: finding.statement.clone(),
        due_on: finding.due_on.map(day_text).unwrap_or_default(),
        is_overdue: finding.is_overdue(today),
        is_of_hub: finding.written_by.starts_with("hub"),
    }
}

/// The view of one finding.
pub(super) fn one_finding(found: &FindingView, documents: &[RevisionRow], today: Day) -> OneFindingView {
    let event = |event: &naru_storage::FindingEventRow| EventLine {
        at: event.at,
        event: event_word(&event.event),
        to: event.to_state.clone(),
        note: event.note.clone(),
    };
    OneFindingView {
        finding: finding_line(&found.finding, today),
        inspection: choice(&found.inspection),
        version: found.finding.version,
        events: found.events.iter().map(event).collect(),
        evidence: found.evidence.iter().map(|row| revision_view(row, today)).collect(),
        next: found.next.clone(),
        documents: attach(documents, today, &[]),
    }
}
