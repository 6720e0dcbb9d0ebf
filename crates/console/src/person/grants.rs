//! What the list of consents given shows.

use naru_core::{GrantState, RevokedBy, Scope, Timestamp, words};
use serde::Serialize;

use super::WithdrawalLimits;

/// Everything the person agreed to. Ending one posts `csrf` to its own action.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct GrantsView {
    /// The forms' token.
    pub csrf: String,
    /// The consents, in the order in which they are shown.
    pub grants: Vec<GrantView>,
    /// Whether a passkey is offered; the person may say *later*.
    pub offer: bool,
}

/// One consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantView {
    /// Its id.
    pub id: String,
    /// Who received it.
    pub client_name: String,
    /// For what.
    pub scopes: Vec<Scope>,
    /// How much may be withdrawn; absent where nothing may.
    pub limits: Option<WithdrawalLimits>,
    /// For which accounts.
    pub accounts: Vec<GrantAccount>,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// How many calls were made under it.
    pub calls: i64,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// When it was ended before its time.
    pub ended_at: Option<Timestamp>,
    /// Where it stands.
    pub state: GrantWord,
    /// Where ending it is posted to; not used where it is not active.
    pub revoke_action: String,
    /// Where the calls of this company are listed.
    pub activity_href: String,
    /// Where its record is downloaded from.
    pub record_href: String,
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
