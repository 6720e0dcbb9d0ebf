//! What the two pages of signing in show: who the person is, and the number sent to their phone.

use naru_core::words;
use serde::Serialize;

/// What the person said about themselves, as it stood in the form; also an invented person of a test bed.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
pub struct SignInWords {
    /// The name.
    pub name: String,
    /// The date of birth, `yyyymmdd`; a browser that fills it in by itself may write `yyyy-mm-dd`.
    pub birth_date: String,
    /// The mobile number; hyphens and spaces may stand in it.
    pub cell_no: String,
}

impl std::fmt::Debug for SignInWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignInWords(personal)")
    }
}

/// Saying who one is. The form posts `csrf`, `name`, `birth_date`, `cell_no`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SignInView {
    /// Where the form is posted to.
    pub action: String,
    /// The form's token.
    pub csrf: String,
    /// The fintech that asks; empty where the person came by themselves.
    pub client_name: String,
    /// What was wrong with the last try.
    pub error: Option<SignInError>,
    /// What the last try said.
    pub filled: SignInWords,
    /// Invented people one can sign in as; empty outside a test bed.
    pub trial_people: Vec<SignInWords>,
    /// Where the script asks for a passkey ceremony; empty where passkeys are not offered.
    pub passkey_begin: String,
    /// Where it sends the browser's answer.
    pub passkey_finish: String,
    /// The person's own page that signing in leads to, where they came by themselves.
    pub next: String,
}

/// What can be wrong with signing in; its fixed word is the key of its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInError {
    /// The name is empty or too long.
    Name,
    /// The date of birth is not a date.
    BirthDate,
    /// The mobile number is not one.
    CellNo,
    /// The three do not belong to one person.
    NoMatch,
    /// Too many requests.
    TooMany,
    /// The form's token is no longer valid.
    Stale,
    /// Who proofs people did not answer.
    Unreachable,
}
words!(SignInError, "sign-in error", {
    Name = "sign_in.error_name",
    BirthDate = "sign_in.error_birth_date",
    CellNo = "sign_in.error_cell_no",
    NoMatch = "sign_in.error_no_match",
    TooMany = "sign_in.error_too_many",
    Stale = "form.stale",
    Unreachable = "form.unreachable",
});

/// The number sent to the person's phone. The form posts `csrf`, `code`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CodeView {
    /// Where the form is posted to.
    pub action: String,
    /// The form's token.
    pub csrf: String,
    /// The fintech that asks; empty where the person came by themselves.
    pub client_name: String,
    /// The text of the message, in a test bed, where nothing is really sent.
    pub simulated_message: Option<String>,
    /// How often the person may still try, where that is worth saying.
    pub tries_left: Option<u32>,
    /// What was wrong with the last try.
    pub error: Option<CodeError>,
}

/// What can be wrong with a code; its fixed word is the key of its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeError {
    /// Not six digits.
    Shape,
    /// Not the number that was sent.
    Wrong,
    /// Its time has run out.
    Expired,
    /// The form's token is no longer valid.
    Stale,
    /// Who proofs people did not answer.
    Unreachable,
}
words!(CodeError, "code error", {
    Shape = "code.error_shape",
    Wrong = "code.error_wrong",
    Expired = "code.error_expired",
    Stale = "form.stale",
    Unreachable = "form.unreachable",
});
