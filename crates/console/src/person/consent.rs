//! What the page that asks for consent shows, and the list of consents given.

use naru_core::{ClientStatus, GrantState, RevokedBy, Timestamp, Won, words};
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
    /// What it asks for. Where it is neither, the consent is to signing in alone and names no account.
    pub asked: ScopePair,
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
    /// What was wrong with the last try.
    pub error: Option<ConsentError>,
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

/// Everything the person agreed to. Ending one posts `csrf`, `grant` to its own action; signing out posts `csrf`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ConsentsView {
    /// The forms' token.
    pub csrf: String,
    /// The consents, in the order in which they are shown.
    pub grants: Vec<GrantView>,
    /// Where signing out is posted to.
    pub sign_out_action: String,
}

/// One consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantView {
    /// Its id, posted as `grant`.
    pub id: String,
    /// Who received it.
    pub client_name: String,
    /// For what; neither means signing in alone.
    pub scopes: ScopePair,
    /// For which accounts.
    pub accounts: Vec<GrantAccount>,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// When it was ended before its time.
    pub ended_at: Option<Timestamp>,
    /// Where it stands.
    pub state: GrantWord,
    /// Where ending it is posted to; not used where it is not active.
    pub revoke_action: String,
}

/// An account under a consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantAccount {
    /// Where it is.
    pub bank_name: String,
    /// The product's name, or the person's own for it.
    pub product_name: String,
    /// Its number with the last three digits hidden.
    pub masked: String,
}

/// Where a consent stands, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantWord {
    /// Usable.
    Active,
    /// Its time has run out.
    Expired,
    /// The person ended it.
    RevokedByPerson,
    /// The fintech ended it.
    RevokedByClient,
    /// The operator ended it.
    RevokedByOperator,
}
words!(GrantWord, "grant state", {
    Active = "active",
    Expired = "expired",
    RevokedByPerson = "revoked_by_person",
    RevokedByClient = "revoked_by_client",
    RevokedByOperator = "revoked_by_operator",
});

impl From<GrantState> for GrantWord {
    fn from(state: GrantState) -> Self {
        match state {
            GrantState::Active => Self::Active,
            GrantState::Expired => Self::Expired,
            GrantState::Revoked { by, .. } => match by {
                RevokedBy::Person => Self::RevokedByPerson,
                RevokedBy::Client => Self::RevokedByClient,
                RevokedBy::Operator => Self::RevokedByOperator,
            },
        }
    }
}
