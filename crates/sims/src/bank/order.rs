//! Orders to move money and what became of them.
//! A reference is executed at most once: the first outcome, yes or no, is kept and repeated.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::account::is_account_num;
use super::code::Code;

/// Debit or credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderKind {
    /// Take from the account.
    Debit,
    /// Add to the account.
    Credit,
}

impl OrderKind {
    /// `debit` or `credit`, as the protocol writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Credit => "credit",
        }
    }
}

/// The most that one order may move: twelve digits of won.
pub const MOST_AMOUNT_WON: i64 = 999_999_999_999;

/// An order to debit or credit one account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Order {
    /// The caller's own reference, 1 to 64 visible ASCII characters, the same at every retry.
    pub reference: String,
    /// The account to debit or credit.
    pub account_num: String,
    /// Whole won, 1 to 999,999,999,999.
    pub amount_won: i64,
    /// What the passbook prints.
    pub print_content: String,
    /// The institution on the other side, three digits.
    pub counterpart_bank_code: String,
    /// The name on the other side.
    pub counterpart_name: String,
    /// `TR`, `ST` or `AU`.
    pub purpose: String,
    /// The reference that this order gives back, or empty.
    pub return_of: String,
}

impl Order {
    /// An order with only what decides its outcome.
    #[must_use]
    pub fn new(reference: &str, account_num: &str, amount_won: i64) -> Self {
        let (reference, account_num) = (reference.to_owned(), account_num.to_owned());
        Self {
            reference,
            account_num,
            amount_won,
            ..Self::default()
        }
    }

    /// The first field of the wrong shape, spelled as in the protocol.
    #[must_use]
    pub fn malformed_field(&self) -> Option<&'static str> {
        let is_long = |text: &str| text.len() > 200;
        let faults = [
            ("reference", !is_reference(&self.reference)),
            ("account_num", !is_account_num(&self.account_num)),
            ("amount", !(1..=MOST_AMOUNT_WON).contains(&self.amount_won)),
            ("print_content", is_long(&self.print_content)),
            ("counterpart_bank_code", is_long(&self.counterpart_bank_code)),
            ("counterpart_name", is_long(&self.counterpart_name)),
            ("purpose", is_long(&self.purpose)),
            (
                "return_of",
                !self.return_of.is_empty() && !is_reference(&self.return_of),
            ),
        ];
        faults.iter().find(|(_, is_wrong)| *is_wrong).map(|(field, _)| *field)
    }
}

/// Whether the text may be a reference: 1 to 64 visible ASCII characters.
pub(super) fn is_reference(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What became of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The caller's reference.
    pub reference: Arc<str>,
    /// Debit or credit.
    pub kind: OrderKind,
    /// The account asked for.
    pub account_num: Arc<str>,
    /// Whole won.
    pub amount_won: i64,
    /// `000` or the reason why not.
    pub code: Code,
    /// When it was decided, to the second.
    pub executed_at: OffsetDateTime,
    /// The account's holder; empty when there is no such account.
    pub holder_name: Arc<str>,
    /// The account's balance right after the decision, in won; 0 when there is no such account.
    pub balance_won: i64,
}
