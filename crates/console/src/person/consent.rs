//! What the page that asks for consent shows.

use naru_core::{ClientStatus, Scope, Timestamp, Won, words};
use serde::Serialize;

/// Inquiry, transfer, both or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ScopePair {
    /// Balances and transactions.
    pub inquiry: bool,
    /// Withdrawals.
    pub transfer: bool,
}

/// How much may be withdrawn under the consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct WithdrawalLimits {
    /// At a time.
    pub transfer_won: Won,
    /// In a day in Seoul.
    pub day_won: Won,
}

/// An account that can be connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountChoice {
    /// What the form posts for it.
    pub value: String,
    /// Where it is.
    pub bank_name: String,
    /// Its number with the last three digits hidden.
    pub masked: String,
    /// The product's name.
    pub product_name: String,
    /// Who holds it.
    pub holder_name: String,
    /// Whether the person ticked it in the last try. Nothing is ticked for them.
    pub checked: bool,
}

/// Asking for consent. The form posts `csrf`, `decision` (`agree` or `refuse`), `account` once per chosen account,
/// and `inquiry=yes` and `transfer=yes` where the person allows them (a scope asked alone is posted in any case).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentView {
    /// Where the form is posted to.
    pub action: String,
    /// The form's token.
    pub csrf: String,
    /// The fintech that asks.
    pub client_name: String,
    /// Where the fintech stands.
    pub client_status: ClientStatus,
    /// Whether the fintech reaches invented institutions only.
    pub test_bed: bool,
    /// What it asks for. Where it is neither, the consent is to signing in alone and names no account.
    pub asked: ScopePair,
    /// What is granted along with it: who the person is, signing in, looking at or ending the consent through the app.
    pub also: Vec<Scope>,
    /// What the person ticked in the last try, where both are asked; nothing at first.
    pub chosen: ScopePair,
    /// The accounts that were found.
    pub accounts: Vec<AccountChoice>,
    /// The names of institutions that did not answer.
    pub institutions_unreachable: Vec<String>,
    /// Until when the consent will hold.
    pub until: Timestamp,
    /// What holds for withdrawals; shown where transfer is asked.
    pub limits: WithdrawalLimits,
    /// Whether the person has just typed a code; otherwise they were signed in already, or came with a passkey.
    pub by_code: bool,
    /// What was wrong with the last try.
    pub error: Option<ConsentError>,
    /// Where somebody else, on the same device, says that they are not the one who is signed in.
    pub somebody_else_action: String,
}

/// What can be wrong with an answer; its fixed word is the key of its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentError {
    /// Agreed without choosing an account.
    NoAccount,
    /// Agreed, but to neither of the two that were asked.
    NoScope,
    /// The form's token is no longer valid.
    Stale,
    /// Who registers the accounts did not answer.
    Unreachable,
}
words!(ConsentError, "consent error", {
    NoAccount = "consent.error_no_account",
    NoScope = "consent.error_no_scope",
    Stale = "form.stale",
    Unreachable = "form.unreachable",
});
