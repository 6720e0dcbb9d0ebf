//! What the pages of items show: all of them with how far they are judged, and one with the answer and its evidence
//! beside the question.

use naru_admission::inspection::{InspectionView, ItemView};
use naru_admission::signal::service::SignalStanding;
use naru_core::{Day, InspectionMethod, Language, Timestamp, Verdict};
use naru_storage::VerdictRow;
use serde::Serialize;

use super::desk::{day_text, pick};
use super::documents::DocumentView;
use super::inspection::progress;
use crate::wording;

/// Which items are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// All of them.
    All,
    /// Those of the round without a verdict.
    Unjudged,
    /// Those whose last verdict leaves something to remedy.
    Unfulfilled,
}
naru_core::words!(Show, "choice of items", { All = "all", Unjudged = "unjudged", Unfulfilled = "unfulfilled" });

/// One item in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemLine {
    /// Its id.
    pub id: String,
    /// The number in the source; its id where it has none.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its last verdict; empty where it has none.
    pub verdict: &'static str,
    /// Whether that was given in the present round.
    pub is_judged: bool,
    /// Whether it is judged in this round.
    pub in_round: bool,
    /// Whether the organisation has answered.
    pub is_answered: bool,
    /// How many findings are open.
    pub findings: usize,
}

/// Every item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemsView {
    /// The inspection.
    pub id: String,
    /// The organisation.
    pub organisation: String,
    /// The round.
    pub round: i64,
    /// Which are listed.
    pub show: Show,
    /// Items of the round, how many of them are judged, and how many are not fulfilled.
    pub items: (usize, usize, usize),
    /// The items that were chosen, in the order of the catalogue.
    pub lines: Vec<ItemLine>,
}

/// One verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerdictView {
    /// In which round.
    pub round: i64,
    /// What.
    pub verdict: Verdict,
    /// How it was looked at.
    pub method: InspectionMethod,
    /// Why.
    pub note: String,
    /// When.
    pub at: Timestamp,
    /// Raised by every change.
    pub version: i64,
}

/// How a signal stands that is evidence for an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignalView {
    /// The signal.
    pub signal: &'static str,
    /// How it stands.
    pub outcome: &'static str,
    /// How that is meant: a status.
    pub is: &'static str,
    /// What was seen last, in words.
    pub said: String,
    /// The same in the words of the probe.
    pub summary: String,
    /// When.
    pub at: Option<Timestamp>,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemPageView {
    /// The inspection.
    pub inspection: String,
    /// The organisation.
    pub organisation: String,
    /// The item.
    pub id: String,
    /// Its number in the source.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What is asked.
    pub question: String,
    /// What may be looked at, where the rule book suggests it.
    pub suggestions: Vec<String>,
    /// What the organisation answers; empty where it has not.
    pub answer: String,
    /// When it answered.
    pub answered_at: Option<Timestamp>,
    /// The item through which this one is answered; empty where it has an answer of its own.
    pub through: String,
    /// What proves it.
    pub documents: Vec<DocumentView>,
    /// What the hub sees itself.
    pub signals: Vec<SignalView>,
    /// Every verdict, oldest first.
    pub verdicts: Vec<VerdictView>,
    /// The verdict of the present round.
    pub present: Option<VerdictView>,
    /// Its findings.
    pub findings: Vec<super::FindingLine>,
    /// Whether the form is shown.
    pub can_judge: bool,
    /// Where it stands among the items: from 1, and how many there are.
    pub place: (usize, usize),
    /// The item before and the one after; empty at the ends.
    pub around: (String, String),
    /// The round.
    pub round: i64,
}

/// The list.
pub(super) fn items(view: &InspectionView, show: Show, language: Language) -> ItemsView {
    let round = view.inspection.round;
    let lines = view.items.iter().map(|item| line(item, round, language));
    let is_shown = |line: &ItemLine| match show {
        Show::All => true,
        Show::Unjudged => line.in_round && !line.is_judged,
        Show::Unfulfilled => matches!(line.verdict, "partially" | "not_satisfied"),
    };
    ItemsView {
        id: view.inspection.id.to_string(),
        organisation: view.organisation_name.clone(),
        round,
        show,
        items: progress(view),
        lines: lines.filter(is_shown).collect(),
    }
}

fn number(item: &ItemView) -> String {
    item.control.number.clone().unwrap_or_else(|| item.control.id.clone())
}

fn line(item: &ItemView, round: i64, language: Language) -> ItemLine {
    let last = item.verdicts.last();
    ItemLine {
        id: item.control.id.clone(),
        number: number(item),
        title: pick(language, (&item.control.title_ko, &item.control.title_en)),
        verdict: last.map_or("", |last| last.verdict.as_str()),
        is_judged: last.is_some_and(|last| last.round == round),
        in_round: item.in_round,
        is_answered: item.answer().is_some(),
        findings: item.findings.iter().filter(|finding| finding.is_open()).count(),
    }
}

fn verdict(row: &VerdictRow) -> VerdictView {
    VerdictView {
        round: row.round,
        verdict: row.verdict,
        method: row.method,
        note: row.note.clone(),
        at: row.judged_at,
        version: row.version,
    }
}

/// How an outcome is meant.
fn meant(outcome: naru_core::SignalOutcome) -> &'static str {
    use naru_core::SignalOutcome as O;
    match outcome {
        O::Pass => "holds",
        O::Fail => "broken",
        O::Error | O::Stale => "unknown",
        O::NotTested | O::NotApplicable => "idle",
    }
}

fn signal(standing: &SignalStanding, language: Language) -> SignalView {
    SignalView {
        signal: standing.row.signal.as_str(),
        outcome: standing.row.outcome.as_str(),
        is: meant(standing.row.outcome),
        said: standing
            .latest
            .as_ref()
            .map(|latest| wording::observed(latest, language))
            .unwrap_or_default(),
        summary: standing
            .latest
            .as_ref()
            .map(|latest| latest.summary.clone())
            .unwrap_or_default(),
        at: standing.latest.as_ref().map(|latest| latest.observed_at),
    }
}

/// One item of an inspection; `None` where it has none of this id.
pub(super) fn item(
    view: &InspectionView,
    control_id: &str,
    signals: &[SignalStanding],
    (base, today, language): (&str, Day, Language),
) -> Option<ItemPageView> {
    let at = view.items.iter().position(|item| item.control.id == control_id)?;
    let item = view.items.get(at)?;
    let round = view.inspection.round;
    let neighbour = |at: Option<usize>| at.and_then(|at| view.items.get(at)).map(|item| item.control.id.clone());
    let answer = item.answer();
    let documents = item.evidence.iter().map(|row| DocumentView::of(row, base, today));
    let feeds = signals
        .iter()
        .filter(|standing| standing.controls.iter().any(|id| id == control_id));
    let findings = item.findings.iter().map(|finding| super::FindingLine {
        id: finding.id.to_string(),
        title: pick(language, (&item.control.title_ko, &item.control.title_en)),
        control: control_id.to_owned(),
        state: finding.state.clone(),
        statement: finding.statement.clone(),
        due: finding.due_on.map(day_text).unwrap_or_default(),
        is_overdue: finding.is_overdue(today),
        round: finding.round,
    });
    Some(ItemPageView {
        inspection: view.inspection.id.to_string(),
        organisation: view.organisation_name.clone(),
        id: control_id.to_owned(),
        number: number(item),
        title: pick(language, (&item.control.title_ko, &item.control.title_en)),
        question: item.question(language).to_owned(),
        suggestions: item
            .control
            .evidence
            .iter()
            .map(|text| wording::hint(text, language))
            .collect(),
        answer: answer.map(|answer| answer.body.clone()).unwrap_or_default(),
        answered_at: answer.map(|answer| answer.changed_at),
        through: answer
            .filter(|a| a.control_id != control_id)
            .map(|a| a.control_id.clone())
            .unwrap_or_default(),
        documents: documents.collect(),
        signals: feeds.map(|standing| signal(standing, language)).collect(),
        verdicts: item.verdicts.iter().map(verdict).collect(),
        present: item.verdicts.iter().find(|row| row.round == round).map(verdict),
        findings: findings.collect(),
        can_judge: view.may_judge && item.in_round,
        place: (at + 1, view.items.len()),
        around: (
            neighbour(at.checked_sub(1)).unwrap_or_default(),
            neighbour(Some(at + 1)).unwrap_or_default(),
        ),
        round,
    })
}
