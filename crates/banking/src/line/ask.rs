//! The questions that can be put to an institution.
//!
//! They hold account numbers and linking values, so their debug form shows the hub's own references and nothing else.

use std::fmt;

use naru_core::{BankCode, Timestamp, Won, words};

/// One question to an institution.
#[derive(Clone, PartialEq, Eq)]
pub enum Ask {
    /// The accounts of a person.
    Accounts {
        /// The person's linking value (CI, 연계정보), 1 to 128 characters.
        linking_value: String,
    },
    /// Who holds an account.
    Holder {
        /// 10 to 14 digits.
        account_num: String,
        /// A space: `info` is a birth date `yyMMdd`; `6`: a business number; `N`: no check.
        info_type: String,
        /// What must match; empty with `N`.
        info: String,
    },
    /// The balance of an account.
    Balance {
        /// 10 to 14 digits.
        account_num: String,
    },
    /// One page of an account's movements.
    Transactions(TransactionsAsk),
    /// Take money from an account.
    Debit(MoveAsk),
    /// Add money to an account.
    Credit(MoveAsk),
    /// What became of a reference.
    Outcome {
        /// The hub's own reference.
        reference: String,
    },
    /// Whether the institution is open.
    Status,
}

impl Ask {
    /// What is asked, in one word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Accounts { .. } => "accounts",
            Self::Holder { .. } => "holder",
            Self::Balance { .. } => "balance",
            Self::Transactions(_) => "transactions",
            Self::Debit(_) => "debit",
            Self::Credit(_) => "credit",
            Self::Outcome { .. } => "outcome",
            Self::Status => "status",
        }
    }

    /// Whether an open breaker lets the question through: it is how unknown transfers are resolved.
    pub(super) const fn passes_open_breaker(&self) -> bool {
        matches!(self, Self::Outcome { .. } | Self::Status)
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Debit(order) | Self::Credit(order) => write!(f, "Ask({} {})", self.word(), order.reference),
            Self::Outcome { reference } => write!(f, "Ask(outcome {reference})"),
            _ => write!(f, "Ask({})", self.word()),
        }
    }
}

/// Which movements are asked for (`inquiry_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementFilter {
    /// All.
    All,
    /// Only those into the account.
    In,
    /// Only those out of the account.
    Out,
}
words!(MovementFilter, "inquiry type", { All = "A", In = "I", Out = "O" });

/// The order of a page (`sort_order`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementOrder {
    /// Oldest first.
    Ascending,
    /// Newest first.
    Descending,
}
words!(MovementOrder, "sort order", { Ascending = "A", Descending = "D" });

/// Which movements of which account.
#[derive(Clone, PartialEq, Eq)]
pub struct TransactionsAsk {
    /// 10 to 14 digits.
    pub account_num: String,
    /// All, in or out.
    pub filter: MovementFilter,
    /// The first second, included.
    pub from: Timestamp,
    /// The last second, included.
    pub to: Timestamp,
    /// Oldest or newest first.
    pub order: MovementOrder,
    /// Movements on a page, 1 to 100; other numbers are brought into that range.
    pub page_size: u32,
    /// Empty for the first page, else `next_cursor` of the page before.
    pub cursor: String,
}

impl fmt::Debug for TransactionsAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransactionsAsk")
    }
}

/// An order to debit or credit one account. Whoever makes one has stored the reference before.
#[derive(Clone, PartialEq, Eq)]
pub struct MoveAsk {
    /// The hub's own reference, 1 to 64 visible ASCII characters, the same at every retry.
    pub reference: String,
    /// 10 to 14 digits.
    pub account_num: String,
    /// How much.
    pub amount: Won,
    /// What the passbook prints, up to 20 characters.
    pub print_content: String,
    /// The institution on the other side.
    pub counterpart_bank_code: BankCode,
    /// The name on the other side.
    pub counterpart_name: String,
    /// `TR` remittance, `ST` settlement, `AU` authentication.
    pub purpose: String,
    /// The reference that a reversal gives back, or empty.
    pub return_of: String,
}

impl fmt::Debug for MoveAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MoveAsk({})", self.reference)
    }
}
