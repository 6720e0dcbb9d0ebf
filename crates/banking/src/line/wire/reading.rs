//! Answers, from an HTTP status and a body to an [`Answer`] or the [`LineFault`] that it stands for.
//! Whatever is not of the form agreed is silence: nothing may be concluded from it about money.

use std::borrow::Cow;

use http::StatusCode;
use naru_core::{LegFacts, Outcome, Timestamp, Won};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::rows;
use crate::line::answer::{AccountList, Answer, Balance, Holder, LegOutcome, LineStatus, Moved, TransactionsPage};
use crate::line::ask::Ask;
use crate::line::fault::LineFault;

const MOST_MESSAGE_CHARS: usize = 200;
const MOST_CURSOR_BYTES: usize = 64;

/// The kind of answer that a question expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::line) enum Expected {
    Accounts,
    Holder,
    Balance,
    Transactions,
    /// The outcome of the order with this reference.
    Moved(String),
    Outcome,
    Status,
}

impl Expected {
    pub(in crate::line) fn of(ask: Ask) -> Self {
        match ask {
            Ask::Accounts { .. } => Self::Accounts,
            Ask::Holder { .. } => Self::Holder,
            Ask::Balance { .. } => Self::Balance,
            Ask::Transactions(_) => Self::Transactions,
            Ask::Debit(order) | Ask::Credit(order) => Self::Moved(order.reference),
            Ask::Outcome { .. } => Self::Outcome,
            Ask::Status => Self::Status,
        }
    }
}

/// What every answer begins with.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(borrow, default)]
    message: Cow<'a, str>,
    /// Orders only.
    #[serde(borrow, default)]
    reference: Cow<'a, str>,
}

#[derive(Deserialize)]
struct AccountsWire<'a> {
    #[serde(borrow)]
    accounts: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct HolderWire {
    holder_name: String,
    #[serde(default)]
    account_type: String,
    #[serde(default)]
    account_seq: String,
}

#[derive(Deserialize)]
struct BalanceWire<'a> {
    #[serde(borrow)]
    balance_amt: Cow<'a, str>,
    #[serde(borrow)]
    available_amt: Cow<'a, str>,
    #[serde(default)]
    account_type: String,
    #[serde(default)]
    product_name: String,
    #[serde(default)]
    account_issue_date: String,
    #[serde(default)]
    maturity_date: String,
    #[serde(default)]
    last_tran_date: String,
}

#[derive(Deserialize)]
struct TransactionsWire<'a> {
    #[serde(borrow)]
    balance_amt: Cow<'a, str>,
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
    next_cursor: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct MovedWire<'a> {
    #[serde(borrow)]
    executed_at: Cow<'a, str>,
    holder_name: String,
    account_num_masked: String,
    #[serde(borrow)]
    balance_amt: Cow<'a, str>,
}

#[derive(Deserialize)]
struct OutcomeWire<'a> {
    #[serde(borrow)]
    found: Cow<'a, str>,
    #[serde(default)]
    kind: String,
    #[serde(borrow, default)]
    outcome_code: Cow<'a, str>,
    #[serde(default)]
    outcome_message: String,
    #[serde(borrow, default)]
    amount: Cow<'a, str>,
    #[serde(borrow, default)]
    executed_at: Cow<'a, str>,
    #[serde(default)]
    holder_name: String,
}

#[derive(Deserialize)]
struct StatusWire<'a> {
    #[serde(borrow)]
    state: Cow<'a, str>,
}

/// Reads an answer.
///
/// # Errors
/// The fault that the code stands for; silence when the status or the body is not of the form agreed.
pub(in crate::line) fn read(status: StatusCode, body: &[u8], expected: &Expected) -> Result<Answer, LineFault> {
    let head: Head<'_> = wire(body)?;
    let is_agreed = match status {
        StatusCode::OK => true,
        StatusCode::BAD_REQUEST => head.code == "810",
        _ => false,
    };
    if !is_agreed || is_of_another_order(&head, expected) {
        return Err(LineFault::silence());
    }
    let message = rows::clip(head.message.into_owned(), MOST_MESSAGE_CHARS);
    if head.code != "000" {
        return Err(LineFault::of_code(&head.code, message).unwrap_or_else(LineFault::silence));
    }
    match expected {
        Expected::Accounts => accounts(body),
        Expected::Holder => holder(body),
        Expected::Balance => balance(body),
        Expected::Transactions => transactions(body),
        Expected::Moved(_) => moved(body, message),
        Expected::Outcome => outcome(body),
        Expected::Status => {
            let found: StatusWire<'_> = wire(body)?;
            let state = LineStatus::parse(&found.state).map_err(|_| LineFault::silence())?;
            Ok(Answer::Status(state))
        }
    }
}

/// Whether the answer to an order names another reference than the one sent. A yes must name it; a no may be bare.
fn is_of_another_order(head: &Head<'_>, expected: &Expected) -> bool {
    match expected {
        Expected::Moved(_) if head.reference.is_empty() => head.code == "000",
        Expected::Moved(sent) => head.reference != sent.as_str(),
        _ => false,
    }
}

fn wire<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, LineFault> {
    serde_json::from_slice(body).map_err(|_| LineFault::silence())
}

fn won(text: &str) -> Result<Won, LineFault> {
    rows::won(text).ok_or_else(LineFault::silence)
}

fn accounts(body: &[u8]) -> Result<Answer, LineFault> {
    let found: AccountsWire<'_> = wire(body)?;
    let (accounts, skipped) = rows::sound(&found.accounts, rows::account);
    Ok(Answer::Accounts(AccountList { accounts, skipped }))
}

fn holder(body: &[u8]) -> Result<Answer, LineFault> {
    let found: HolderWire = wire(body)?;
    Ok(Answer::Holder(Holder {
        holder_name: rows::clip_name(found.holder_name),
        account_type: rows::clip_word(found.account_type),
        account_seq: rows::clip_word(found.account_seq),
    }))
}

fn balance(body: &[u8]) -> Result<Answer, LineFault> {
    let found: BalanceWire<'_> = wire(body)?;
    Ok(Answer::Balance(Balance {
        balance: won(&found.balance_amt)?,
        available: won(&found.available_amt)?,
        account_type: rows::clip_word(found.account_type),
        product_name: rows::clip_name(found.product_name),
        account_issue_date: rows::day_or_empty(found.account_issue_date),
        maturity_date: rows::day_or_empty(found.maturity_date),
        last_tran_date: rows::day_or_empty(found.last_tran_date),
    }))
}

fn transactions(body: &[u8]) -> Result<Answer, LineFault> {
    let found: TransactionsWire<'_> = wire(body)?;
    if found.next_cursor.len() > MOST_CURSOR_BYTES {
        return Err(LineFault::silence());
    }
    let (movements, skipped) = rows::sound(&found.items, rows::movement);
    Ok(Answer::Transactions(TransactionsPage {
        balance: won(&found.balance_amt)?,
        movements,
        next_cursor: found.next_cursor,
        skipped,
    }))
}

/// An executed order. Its code and its reference have been read; nothing else in it can turn a yes into a doubt.
fn moved(body: &[u8], message: String) -> Result<Answer, LineFault> {
    let found: MovedWire<'_> = serde_json::from_slice(body).unwrap_or_default();
    Ok(Answer::Moved(Moved {
        message,
        executed_at: Timestamp::from_compact(&found.executed_at),
        holder_name: rows::clip_name(found.holder_name),
        account_num_masked: rows::clip_name(found.account_num_masked),
        balance: rows::won(&found.balance_amt),
    }))
}

fn outcome(body: &[u8]) -> Result<Answer, LineFault> {
    let found: OutcomeWire<'_> = wire(body)?;
    match found.found.as_ref() {
        "N" => Ok(Answer::Outcome(None)),
        "Y" => Ok(Answer::Outcome(Some(LegOutcome {
            outcome: recorded(&found),
            amount: rows::won(&found.amount),
            executed_at: Timestamp::from_compact(&found.executed_at),
            kind: rows::clip_word(found.kind),
        }))),
        _ => Err(LineFault::silence()),
    }
}

/// The outcome on record. Down and `810` are never recorded: an institution that says so contradicts itself, and
/// from a contradiction nothing is concluded.
fn recorded(found: &OutcomeWire<'_>) -> Outcome {
    let facts = LegFacts {
        holder_name: rows::clip_name(found.holder_name.clone()),
        message: rows::clip(found.outcome_message.clone(), MOST_MESSAGE_CHARS),
    };
    match Outcome::of_code(&found.outcome_code, facts) {
        Outcome::Down { code } => Outcome::Unknown { code },
        Outcome::No { code, .. } if code == "810" => Outcome::Unknown { code },
        outcome => outcome,
    }
}
