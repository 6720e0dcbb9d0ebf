//! What is read from the books besides accounts and movements: sums, balances, and how a holder is checked.

use serde::Serialize;
use time::OffsetDateTime;

use super::account::Account;

/// Sums over all accounts. `opening_won + credited_won - debited_won == balance_won` always holds:
/// the left side is counted as money moves, the right side is added up from the accounts when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Number of accounts, closed ones included.
    pub accounts: u64,
    /// Sum of all balances now, in won.
    pub balance_won: i64,
    /// Sum of all executed credits, in won.
    pub credited_won: i64,
    /// Sum of all executed debits, in won.
    pub debited_won: i64,
    /// Sum of all balances at opening, in won.
    pub opening_won: i64,
    /// Movements on record, those from before the books began included.
    pub movements: u64,
}

impl Totals {
    /// Whether the sums agree.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.opening_won + self.credited_won - self.debited_won == self.balance_won
    }
}

/// How a holder is to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolderCheck<'a> {
    /// The six-digit birth date `yyMMdd` of a person must match.
    BirthDate(&'a str),
    /// The business number of a company must match.
    BusinessNumber(&'a str),
    /// Only the name is asked for.
    NoCheck,
}

/// An account with the day of its last movement.
#[derive(Debug, Clone)]
pub struct Balance {
    /// The account, its balance included.
    pub account: Account,
    /// When money last moved; `None` when it never did.
    pub last_moved_at: Option<OffsetDateTime>,
}
