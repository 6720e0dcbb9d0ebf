//! What the handlers of these pages share: what is said of the form before, and what an error of a service means on a
//! page.

use std::collections::BTreeMap;

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
    /// Items, verdicts or findings stand against it.
    StillOpen,
    /// It cannot happen in the present state.
    NotNow,
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
    StillOpen = "still_open",
    NotNow = "not_now",
    Day = "day",
    Field = "field",
});

/// What was wrong with a form, with the service's own sentence where it says more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// The word.
    pub word: AlertWord,
    /// What stands against it: ids of items; empty where the word says everything.
    pub detail: String,
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
pub(super) fn alert(word: AlertWord, detail: impl ToString) -> Trouble {
    Trouble::Alert(Alert {
        word,
        detail: detail.to_string(),
    })
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
            E::Denied(_) => alert(AlertWord::Denied, ""),
            E::Changed(_) | E::VerdictChanged(_) => alert(AlertWord::Changed, ""),
            E::Author => alert(AlertWord::Author, ""),
            E::Note => alert(AlertWord::Note, ""),
            E::DueDay => alert(AlertWord::Day, ""),
            E::Unjudged(items) | E::Disagree(items) | E::Unfulfilled(items) => {
                alert(AlertWord::StillOpen, items.join(", "))
            }
            E::FindingsOpen(_) | E::NoFindings | E::Unanswered(_) => alert(AlertWord::StillOpen, ""),
            E::Step(_) | E::NotNow(_) | E::RoundsOver(_) | E::NotSigned | E::Missing(_) => alert(AlertWord::NotNow, ""),
            _ => alert(AlertWord::Field, ""),
        }
    }
}

impl From<ProposalError> for Trouble {
    fn from(error: ProposalError) -> Self {
        match error {
            ProposalError::Unknown => Self::NotFound,
            ProposalError::Open => alert(AlertWord::Open, ""),
            ProposalError::Ended => alert(AlertWord::NotNow, ""),
            ProposalError::SameMember => alert(AlertWord::SamePerson, ""),
            ProposalError::Changed => alert(AlertWord::Void, ""),
            ProposalError::Reason => alert(AlertWord::Note, ""),
            ProposalError::Denied(_) => alert(AlertWord::Denied, ""),
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
