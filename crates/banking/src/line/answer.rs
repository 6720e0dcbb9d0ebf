//! What institutions answer, checked: amounts are numbers, days are days, and odd rows are left out and counted.
//!
//! Answers hold names and account numbers; their debug forms show none of it. Texts are clipped to what the hub
//! stores, so that a talkative institution cannot fill the database.

use std::fmt;

use naru_core::{LegFacts, Outcome, Timestamp, Won, words};

/// The answer to one question, of the same kind as the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The accounts of a person.
    Accounts(AccountList),
    /// Who holds an account.
    Holder(Holder),
    /// The balance of an account.
    Balance(Balance),
    /// One page of movements.
    Transactions(TransactionsPage),
    /// A debit or credit was executed.
    Moved(Moved),
    /// What became of a reference; `None` when nothing was decided under it up to now.
    Outcome(Option<LegOutcome>),
    /// Whether the institution is open.
    Status(LineStatus),
}

/// The accounts of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountList {
    /// At most 100, in the institution's order.
    pub accounts: Vec<FoundAccount>,
    /// Rows that were left out because they were not of the form agreed.
    pub skipped: u32,
}

impl From<Vec<FoundAccount>> for AccountList {
    fn from(accounts: Vec<FoundAccount>) -> Self {
        Self { accounts, skipped: 0 }
    }
}

/// One account of a person, every field in the protocol's form.
#[derive(Clone, PartialEq, Eq)]
pub struct FoundAccount {
    /// 10 to 14 digits.
    pub account_num: String,
    /// At most three digits, or empty.
    pub account_seq: String,
    /// `1` demand, `2` savings, `6` securities.
    pub account_type: String,
    /// The product's name.
    pub product_name: String,
    /// The holder's name.
    pub holder_name: String,
    /// `P` person, `C` company.
    pub holder_type: String,
    /// `yyyyMMdd`, or empty where the institution did not say.
    pub opened_on: String,
    /// `yyyyMMdd`, or empty.
    pub matures_on: String,
}

/// Who holds an account.
#[derive(Clone, PartialEq, Eq)]
pub struct Holder {
    /// The holder's name.
    pub holder_name: String,
    /// `1` demand, `2` savings, `6` securities; empty where the institution did not say.
    pub account_type: String,
    /// At most three digits, or empty.
    pub account_seq: String,
}

/// The balance of an account.
#[derive(Clone, PartialEq, Eq)]
pub struct Balance {
    /// What is on the account.
    pub balance: Won,
    /// What can be taken from it.
    pub available: Won,
    /// `1` demand, `2` savings, `6` securities; empty where the institution did not say.
    pub account_type: String,
    /// The product's name.
    pub product_name: String,
    /// `yyyyMMdd`, or empty.
    pub account_issue_date: String,
    /// `yyyyMMdd`, or empty.
    pub maturity_date: String,
    /// Day of the last movement `yyyyMMdd`, or empty.
    pub last_tran_date: String,
}

/// One page of an account's movements.
#[derive(Clone, PartialEq, Eq)]
pub struct TransactionsPage {
    /// The account's balance when the page was made.
    pub balance: Won,
    /// At most 100, in the order asked for.
    pub movements: Vec<Movement>,
    /// Where the next page begins, at most 64 characters; empty at the end.
    pub next_cursor: String,
    /// Rows that were left out because they were not of the form agreed.
    pub skipped: u32,
}

/// Which way money moved, seen from the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Into the account.
    In,
    /// Out of the account.
    Out,
}
words!(Way, "way of a movement", { In = "in", Out = "out" });

/// One movement of an account.
#[derive(Clone, PartialEq, Eq)]
pub struct Movement {
    /// `yyyyMMdd`
    pub tran_date: String,
    /// `HHmmss`
    pub tran_time: String,
    /// In or out.
    pub way: Way,
    /// The kind of transaction, in the institution's words.
    pub tran_type: String,
    /// What the passbook prints.
    pub print_content: String,
    /// How much.
    pub amount: Won,
    /// The balance after it.
    pub after_balance: Won,
    /// The branch, or empty.
    pub branch_name: String,
}

/// An executed debit or credit.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// The institution's own words.
    pub message: String,
    /// When it was executed, where the institution said so in the form agreed.
    pub executed_at: Option<Timestamp>,
    /// The account holder's name.
    pub holder_name: String,
    /// The account's number with its last three digits hidden.
    pub account_num_masked: String,
    /// The balance right after it, where the institution said so in the form agreed.
    pub balance: Option<Won>,
}

impl From<Moved> for LegFacts {
    fn from(moved: Moved) -> Self {
        Self {
            holder_name: moved.holder_name,
            message: moved.message,
        }
    }
}

/// What an institution has on record under a reference.
#[derive(Clone, PartialEq, Eq)]
pub struct LegOutcome {
    /// `debit` or `credit`; empty where the institution did not say.
    pub kind: String,
    /// Yes, no, or unknown while the institution is still at work; never down.
    pub outcome: Outcome,
    /// The amount recorded, where the institution said so in the form agreed.
    pub amount: Option<Won>,
    /// When it was decided, where the institution said so in the form agreed.
    pub executed_at: Option<Timestamp>,
}

/// Whether an institution is within its hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineStatus {
    /// Every call is served.
    Open,
    /// Only status and outcomes are served; the others are answered `114`.
    Closed,
}
words!(LineStatus, "line state", { Open = "open", Closed = "closed" });

/// A debug form that tells no more than the name of the type.
macro_rules! sealed {
    ($($name:ident),+ $(,)?) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(sealed)"))
            }
        }
    )+};
}
sealed!(
    FoundAccount,
    Holder,
    Balance,
    TransactionsPage,
    Movement,
    Moved,
    LegOutcome
);
