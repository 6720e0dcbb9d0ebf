//! What the pages of one inspection and of one of its items show.

use naru_admission::inspection::{InspectionView, ItemView};
use naru_core::{
    Day, DocumentKind, InspectionMethod, InspectionOutcome, Language, Proposal, RevisionId, Timestamp, Verdict,
};
use naru_storage::RevisionRow;
use serde::Serialize;

use super::documents::{RevisionView, revision_view};
use super::finding::{FindingLine, finding_line};
use super::inspections::{ChoiceView, ClockView, choice, clock, mark};
use crate::message::Message;
use crate::wording::hint;

/// Documents among which one can choose at once.
const CHOICES_MAX: usize = 60;

/// A document that can be handed in: revision, kind, title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct AttachView {
    /// The revision.
    pub id: String,
    /// What the document is for.
    pub kind: DocumentKind,
    /// Its title.
    pub title: String,
    /// Which revision.
    pub revision: i64,
    /// Whether it goes with the answer already.
    pub chosen: bool,
}

/// One item in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ItemLine {
    /// Its id, such as `fsi-m-01-1`.
    pub id: String,
    /// Its title.
    pub title: &'static str,
    /// Whether it is answered: `own`, `through` another item, or `nothing`.
    pub served: &'static str,
    /// How the answer stands: `holds` or `idle`; `broken` where a document that it names has ended.
    pub is: &'static str,
    /// The last verdict that the fintech was told of.
    pub verdict: Option<Verdict>,
    /// The same as a mark.
    pub verdict_is: &'static str,
    /// Its open findings.
    pub findings: usize,
    /// Whether it is judged in the present round.
    pub in_round: bool,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct EventLine {
    /// When.
    pub at: Timestamp,
    /// What, a word of the process.
    pub event: String,
    /// The state after it.
    pub to: String,
    /// What was said.
    pub note: String,
}

/// Something that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ProposalLine {
    /// Its id.
    pub id: String,
    /// What would happen.
    pub event: String,
    /// Why.
    pub reason: String,
    /// SHA-256 of the state that is approved, hexadecimal.
    pub digest: String,
    /// That state: the text whose digest it is.
    pub state: String,
    /// When it was proposed.
    pub at: Timestamp,
    /// Whether the member who looks proposed it: another must approve.
    pub is_own: bool,
}

/// One inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct OneInspectionView {
    /// Which.
    pub which: ChoiceView,
    /// The state.
    pub state: String,
    /// Since when.
    pub since: Timestamp,
    /// The round.
    pub round: i64,
    /// The version that a form is made for.
    pub version: i64,
    /// How it ended.
    pub outcome: InspectionOutcome,
    /// The same as a mark.
    pub is: &'static str,
    /// The steps that the fintech may take now, taking the application back apart.
    pub next: Vec<&'static str>,
    /// Whether it may take the application back.
    pub can_withdraw: bool,
    /// Whether the contract can be signed now.
    pub can_sign: bool,
    /// The time it has taken.
    pub clock: Option<ClockView>,
    /// Every item.
    pub items: Vec<ItemLine>,
    /// How many items are answered.
    pub answered: usize,
    /// Every finding the fintech was told of, oldest first.
    pub findings: Vec<FindingLine>,
    /// What happened, newest first.
    pub timeline: Vec<EventLine>,
    /// What waits for a second person.
    pub proposals: Vec<ProposalLine>,
    /// The documents that can be handed in.
    pub documents: Vec<AttachView>,
    /// Whether there is a final report.
    pub has_report: bool,
}

/// One item, to be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct OneItemView {
    /// The inspection it is looked at in.
    pub inspection: ChoiceView,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: &'static str,
    /// The question.
    pub question: &'static str,
    /// What may be handed in; suggestions.
    pub suggestions: Vec<String>,
    /// The answer that stands; empty where there is none of its own.
    pub body: String,
    /// Its version; 0 where there is none.
    pub version: i64,
    /// When it was changed.
    pub changed_at: Option<Timestamp>,
    /// The item whose answer serves this one; empty where it is its own or none.
    pub through: String,
    /// The text of that answer.
    pub through_body: String,
    /// What goes with the answer.
    pub evidence: Vec<RevisionView>,
    /// The documents that can go with it.
    pub documents: Vec<AttachView>,
    /// The verdicts of each round that the fintech was told of: round, verdict, mark, note.
    pub verdicts: Vec<(i64, Verdict, &'static str, String)>,
    /// Its findings.
    pub findings: Vec<FindingLine>,
    /// Whether the fintech itself judges it now.
    pub may_judge: bool,
    /// The verdict of the present round that stands, with its version; 0 where there is none.
    pub judged: (Option<Verdict>, i64),
    /// The verdicts and methods there are.
    pub words: (Vec<Verdict>, Vec<InspectionMethod>),
    /// What somebody else wrote meanwhile: text and version; none where nobody did.
    pub theirs: Option<(String, i64)>,
}

/// The key of a step's name: its own word, or one for all that have none.
pub(super) fn event_word(event: &str) -> String {
    let is_known = Message::of(&format!("fintech.event.{event}")).is_some();
    if is_known { event.to_owned() } else { "other".to_owned() }
}

/// The documents that can be handed in today.
pub(super) fn attach(rows: &[RevisionRow], today: Day, chosen: &[RevisionId]) -> Vec<AttachView> {
    let fit = rows.iter().filter(|row| !row.is_expired(today));
    let view = |row: &RevisionRow| AttachView {
        id: row.id.to_string(),
        kind: row.kind,
        title: row.title.clone(),
        revision: row.revision,
        chosen: chosen.contains(&row.id),
    };
    fit.take(CHOICES_MAX).map(view).collect()
}

const fn verdict_mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Satisfied => "holds",
        Verdict::Partially => "unknown",
        Verdict::NotSatisfied => "broken",
        Verdict::NotApplicable => "idle",
    }
}

fn served(item: &ItemView) -> &'static str {
    use naru_admission::answer::Served;
    match item.served {
        Served::Own(_) => "own",
        Served::Through { .. } => "through",
        Served::Nothing => "nothing",
    }
}

fn item_line(item: &ItemView, (language, today): (Language, Day)) -> ItemLine {
    let last = item.verdicts.last().map(|row| row.verdict);
    ItemLine {
        id: item.control.id.clone(),
        title: language.pick(&item.control.title_ko, &item.control.title_en),
        served: served(item),
        is: match item.answer() {
            None => "idle",
            Some(_) if item.evidence.iter().any(|row| row.is_expired(today)) => "broken",
            Some(_) => "holds",
        },
        verdict: last,
        verdict_is: last.map_or("idle", verdict_mark),
        findings: item.findings.iter().filter(|finding| finding.is_open()).count(),
        in_round: item.in_round,
    }
}

fn proposal_line(proposal: &Proposal, own: naru_core::MemberId) -> ProposalLine {
    ProposalLine {
        id: proposal.id.to_string(),
        event: event_word(&proposal.event),
        reason: proposal.reason.clone(),
        digest: naru_crypto::hex(&proposal.state_sha256),
        state: proposal.state.clone(),
        at: proposal.proposed_at,
        is_own: proposal.proposed_by == Some(own),
    }
}

/// The view of one inspection.
pub(super) fn one(
    found: &InspectionView,
    documents: &[RevisionRow],
    (language, today, own): (Language, Day, naru_core::MemberId),
) -> OneInspectionView {
    let inspection = &found.inspection;
    let event = |event: &naru_storage::InspectionEventRow| EventLine {
        at: event.at,
        event: event_word(&event.event),
        to: event.to_state.clone(),
        note: event.note.clone(),
    };
    let mut findings: Vec<FindingLine> = found
        .items
        .iter()
        .flat_map(|item| &item.findings)
        .map(|finding| finding_line(finding, today))
        .collect();
    findings.sort_by_key(|finding| (finding.is != "broken", finding.due_on.clone()));
    OneInspectionView {
        which: choice(inspection),
        state: inspection.state.clone(),
        since: inspection.state_since,
        round: inspection.round,
        version: inspection.version,
        outcome: inspection.outcome,
        is: mark(inspection.outcome),
        next: found
            .next
            .iter()
            .copied()
            .filter(|event| *event != "withdraw")
            .collect(),
        can_withdraw: found.next.contains(&"withdraw"),
        can_sign: inspection.state == "APPLIED",
        clock: clock(found.time.as_ref()),
        items: found
            .items
            .iter()
            .map(|item| item_line(item, (language, today)))
            .collect(),
        answered: found.items.iter().filter(|item| item.answer().is_some()).count(),
        findings,
        timeline: found.timeline.iter().rev().map(event).collect(),
        proposals: found
            .proposals
            .iter()
            .map(|proposal| proposal_line(proposal, own))
            .collect(),
        documents: attach(documents, today, &[]),
        has_report: has_report(found),
    }
}

/// Whether there is a final report to be read: an outcome that an agency has yet to confirm has none.
fn has_report(found: &InspectionView) -> bool {
    let inspection = &found.inspection;
    let has_result = matches!(
        inspection.outcome,
        InspectionOutcome::Passed | InspectionOutcome::Failed
    );
    has_result && inspection.ended_at.is_some()
}

/// The view of one item.
pub(super) fn one_item(
    found: &InspectionView,
    item: &ItemView,
    documents: &[RevisionRow],
    (language, today): (Language, Day),
) -> OneItemView {
    use naru_admission::answer::Served;
    let (own, through) = match &item.served {
        Served::Own(answer) => (Some(answer), None),
        Served::Through { answer, .. } => (None, Some(answer)),
        Served::Nothing => (None, None),
    };
    let chosen = own.map_or(&[][..], |answer| answer.revisions.as_slice());
    let round = found.inspection.round;
    let present = item.verdicts.iter().find(|row| row.round == round);
    let verdicts = item.verdicts.iter();
    OneItemView {
        inspection: choice(&found.inspection),
        id: item.control.id.clone(),
        title: language.pick(&item.control.title_ko, &item.control.title_en),
        question: item.question(language),
        suggestions: item.control.evidence.iter().map(|text| hint(text, language)).collect(),
        body: own.map_or_else(String::new, |answer| answer.body.clone()),
        version: own.map_or(0, |answer| answer.version),
        changed_at: own.map(|answer| answer.changed_at),
        through: through.map_or_else(String::new, |answer| answer.control_id.clone()),
        through_body: through.map_or_else(String::new, |answer| answer.body.clone()),
        evidence: item.evidence.iter().map(|row| revision_view(row, today)).collect(),
        documents: attach(documents, today, chosen),
        verdicts: verdicts
            .map(|row| (row.round, row.verdict, verdict_mark(row.verdict), row.note.clone()))
            .collect(),
        findings: item
            .findings
            .iter()
            .map(|finding| finding_line(finding, today))
            .collect(),
        may_judge: found.may_judge && item.in_round,
        judged: (present.map(|row| row.verdict), present.map_or(0, |row| row.version)),
        words: (Verdict::ALL.to_vec(), InspectionMethod::ALL.to_vec()),
        theirs: None,
    }
}
