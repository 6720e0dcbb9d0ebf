//! What the handlers of these pages share: what is said of the form before, and what an error of a service means on a
//! page.

use std::collections::BTreeMap;

use naru_admission::document::DocumentError;
use naru_admission::inspection::InspectionError;
use naru_admission::proposal::ProposalError;
use naru_core::{Language, words};
use naru_storage::StorageError;
use serde::Serialize;

use crate::pages::Form;

/// What was just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoneWord {
    /// A step was taken.
    Moved,
    /// A step waits for an approver.
    Proposed,
    /// An item was judged.
    Judged,
    /// A finding was written.
    Written,
    /// A finding got more time.
    Extended,
    /// What was proposed was signed and carried out.
    Approved,
    /// What was proposed was turned down or taken back.
    Rejected,
    /// A finding that was a mistake was removed.
    Struck,
    /// An inspection was taken by the agency.
    Taken,
}
words!(DoneWord, "done", {
    Moved = "moved",
    Proposed = "proposed",
    Judged = "judged",
    Written = "written",
    Extended = "extended",
    Approved = "approved",
    Rejected = "rejected",
    Struck = "struck",
    Taken = "taken",
});

/// What was wrong with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertWord {
    /// The member's roles do not allow it.
    Denied,
    /// Somebody else changed it meanwhile.
    Changed,
    /// Four eyes: another person must sign.
    SamePerson,
    /// Whoever judged or wrote a finding does not sign.
    Author,
    /// What was to be signed is not what stands; the proposal is void.
    Void,
    /// The same waits for an approver already.
    Open,
    /// A note is missing or too long.
    Note,
    /// Items of the round have no verdict.
    Unjudged,
    /// Verdict and findings of an item contradict each other.
    Disagree,
    /// Items are not fulfilled.
    Unfulfilled,
    /// Findings wait for the organisation; how many.
    Unanswered,
    /// Findings are open where none may be; how many.
    FindingsOpen,
    /// No finding is open where one must be.
    NoFindings,
    /// The organisation has not signed this contract.
    NotSigned,
    /// Documents are missing; their kinds.
    Missing,
    /// The rounds of this stage are used up; how many there are.
    RoundsOver,
    /// The rules ask for a confirmation by an agency.
    ConfirmationDue,
    /// They ask for none.
    NoConfirmation,
    /// More documents than can be handed in at once; how many can.
    TooMany,
    /// A document no longer holds.
    DocumentExpired,
    /// A document cannot be taken.
    Document,
    /// No item of this round.
    NotAnItem,
    /// A bundle has faults; they are listed.
    Faults,
    /// A file is no JSON.
    NoJson,
    /// An upload broke off, was too large, or did not come from this page.
    Upload,
    /// As many uploads are under way as there may be.
    Busy,
    /// It cannot happen in the present state.
    NotNow,
    /// It was decided before.
    Ended,
    /// A day is not one, or not later.
    Day,
    /// A value cannot be taken.
    Field,
}
words!(AlertWord, "alert", {
    Denied = "denied",
    Changed = "changed",
    SamePerson = "same_person",
    Author = "author",
    Void = "void",
    Open = "open",
    Note = "note",
    Unjudged = "unjudged",
    Disagree = "disagree",
    Unfulfilled = "unfulfilled",
    Unanswered = "unanswered",
    FindingsOpen = "findings_open",
    NoFindings = "no_findings",
    NotSigned = "not_signed",
    Missing = "missing",
    RoundsOver = "rounds_over",
    ConfirmationDue = "confirmation_due",
    NoConfirmation = "no_confirmation",
    TooMany = "too_many",
    DocumentExpired = "document_expired",
    Document = "document",
    NotAnItem = "not_an_item",
    Faults = "faults",
    NoJson = "no_json",
    Upload = "upload",
    Busy = "busy",
    NotNow = "not_now",
    Ended = "ended",
    Day = "day",
    Field = "field",
});

/// What was wrong with a form, with the items or the number that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// The word.
    pub word: AlertWord,
    /// The items, or the kinds of documents, that stand against it.
    pub of: Vec<String>,
    /// How many; 0 where the word does not count.
    pub count: usize,
}

/// What a page says about the form before it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Said {
    /// What was just done.
    pub done: Option<DoneWord>,
    /// What was wrong.
    pub alert: Option<Alert>,
    /// What was typed, so that nothing is lost.
    pub filled: BTreeMap<String, String>,
}

/// What the member's roles allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct May {
    /// Judge, write findings, propose.
    pub inspect: bool,
    /// Sign.
    pub approve: bool,
}

/// What a template is given.
#[derive(Serialize)]
pub(super) struct Sheet<'a, V: Serialize> {
    /// The token of the page's forms.
    pub(super) csrf: String,
    /// What is said of the form before.
    pub(super) said: &'a Said,
    /// What the member may do.
    pub(super) may: May,
    /// Where the pages of this console are, such as `/inspector`.
    pub(super) base: &'static str,
    /// The page itself.
    pub(super) it: &'a V,
}

/// Why there is no page, or a form was not done.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nothing like this, or nothing of this agency's.
    NotFound,
    /// It can be mended: the page is shown again.
    Alert(Alert),
    /// The database.
    Storage(StorageError),
}

/// An alert without more to say.
pub(super) const fn alert(word: AlertWord) -> Trouble {
    counted(word, 0)
}

/// An alert about a number of something.
const fn counted(word: AlertWord, count: usize) -> Trouble {
    Trouble::Alert(Alert {
        word,
        of: Vec::new(),
        count,
    })
}

/// An alert about these.
const fn about(word: AlertWord, of: Vec<String>) -> Trouble {
    Trouble::Alert(Alert { word, of, count: 0 })
}

impl From<StorageError> for Trouble {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<InspectionError> for Trouble {
    fn from(error: InspectionError) -> Self {
        use InspectionError as E;
        match error {
            E::Unknown => Self::NotFound,
            E::Storage(error) => error.into(),
            E::Proposal(error) => error.into(),
            E::Denied(_) => alert(AlertWord::Denied),
            E::Changed(_) | E::VerdictChanged(_) => alert(AlertWord::Changed),
            E::Author => alert(AlertWord::Author),
            E::Note => alert(AlertWord::Note),
            E::DueDay => alert(AlertWord::Day),
            E::Unjudged(items) => about(AlertWord::Unjudged, items),
            E::Disagree(items) => about(AlertWord::Disagree, items),
            E::Unfulfilled(items) => about(AlertWord::Unfulfilled, items),
            E::Missing(kinds) => about(AlertWord::Missing, kinds.iter().map(ToString::to_string).collect()),
            E::NotAnItem(item) => about(AlertWord::NotAnItem, vec![item]),
            E::FindingsOpen(count) => counted(AlertWord::FindingsOpen, count),
            E::Unanswered(count) => counted(AlertWord::Unanswered, count),
            E::TooMany(most) => counted(AlertWord::TooMany, most),
            E::RoundsOver(most) => counted(AlertWord::RoundsOver, usize::try_from(most).unwrap_or(usize::MAX)),
            E::NoFindings => alert(AlertWord::NoFindings),
            E::NotSigned => alert(AlertWord::NotSigned),
            E::ConfirmationDue => alert(AlertWord::ConfirmationDue),
            E::NoConfirmation => alert(AlertWord::NoConfirmation),
            E::Document(DocumentError::Storage(error)) => error.into(),
            E::Document(DocumentError::Expired { .. }) => alert(AlertWord::DocumentExpired),
            E::Document(_) => alert(AlertWord::Document),
            E::Step(_) | E::NotNow(_) | E::NothingToSign => alert(AlertWord::NotNow),
            _ => alert(AlertWord::Field),
        }
    }
}

impl From<ProposalError> for Trouble {
    fn from(error: ProposalError) -> Self {
        match error {
            ProposalError::Unknown => Self::NotFound,
            ProposalError::Open => alert(AlertWord::Open),
            ProposalError::Ended => alert(AlertWord::Ended),
            ProposalError::SameMember => alert(AlertWord::SamePerson),
            ProposalError::Changed => alert(AlertWord::Void),
            ProposalError::Reason => alert(AlertWord::Note),
            ProposalError::Denied(_) => alert(AlertWord::Denied),
            ProposalError::Storage(error) => error.into(),
        }
    }
}

/// What was typed, but the token.
pub(super) fn filled(form: &Form) -> BTreeMap<String, String> {
    let typed = form.pairs().filter(|(name, _)| *name != "csrf");
    typed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// An id out of a path or a form; what is none is nobody's.
pub(super) fn id<T: std::str::FromStr>(text: &str) -> Result<T, Trouble> {
    text.parse().map_err(|_| Trouble::NotFound)
}

/// The version of a thing that a form was made for.
pub(super) fn version(form: &Form) -> i64 {
    form.get("version").parse().unwrap_or(0)
}

/// One of two texts.
pub(super) fn pick(language: Language, (ko, en): (&str, &str)) -> String {
    language.pick(ko, en).to_owned()
}

/// `2026-11-21`.
pub(super) fn day_text(day: naru_core::Day) -> String {
    day.start().to_string().chars().take("2026-11-21".len()).collect()
}
