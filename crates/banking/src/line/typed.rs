//! Each question with its own kind of answer. An answer of another kind than the question's is silence.

use std::time::Duration;

use naru_core::{BankCode, LegFacts, Outcome};

use super::answer::{Answer, Balance, FoundAccount, Holder, LineStatus, TransactionsPage};
use super::ask::{Ask, MoveAsk, TransactionsAsk};
use super::fault::LineFault;
use super::lines::{Asked, Lines};

/// What an outcome inquiry came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inquiry {
    /// Something is on record under the reference. The outcome is yes, no or (still at work) unknown, never down.
    Found(Outcome),
    /// Nothing was decided under the reference up to now; sending it again is safe.
    NotFound,
    /// Nothing was learnt.
    NoAnswer,
}

/// Takes the answer of the kind expected out of what was asked.
macro_rules! expect_answer {
    ($asked:expr, $kind:ident) => {{
        let asked: Asked = $asked;
        let result = match asked.result {
            Ok(Answer::$kind(found)) => Ok(found),
            Ok(_) => Err(LineFault::silence()),
            Err(fault) => Err(fault),
        };
        (result, asked.institution_us)
    }};
}

/// Every answer comes with the institution's share of the time, in microseconds.
impl Lines {
    /// The accounts of a person, by linking value; odd rows are left out and have been logged.
    pub async fn accounts(&self, bank: &BankCode, linking_value: &str) -> (Result<Vec<FoundAccount>, LineFault>, i64) {
        let linking_value = linking_value.to_owned();
        let (result, us) = expect_answer!(self.ask(bank, Ask::Accounts { linking_value }).await, Accounts);
        (result.map(|list| list.accounts), us)
    }

    /// Who holds an account; `check` is the type and the number that must match (see [`Ask::Holder`]).
    pub async fn holder(
        &self,
        bank: &BankCode,
        account_num: &str,
        check: (&str, &str),
    ) -> (Result<Holder, LineFault>, i64) {
        let ask = Ask::Holder {
            account_num: account_num.to_owned(),
            info_type: check.0.to_owned(),
            info: check.1.to_owned(),
        };
        expect_answer!(self.ask(bank, ask).await, Holder)
    }

    /// The balance of an account.
    pub async fn balance(&self, bank: &BankCode, account_num: &str) -> (Result<Balance, LineFault>, i64) {
        let account_num = account_num.to_owned();
        expect_answer!(self.ask(bank, Ask::Balance { account_num }).await, Balance)
    }

    /// One page of an account's movements.
    pub async fn transactions(
        &self,
        bank: &BankCode,
        ask: TransactionsAsk,
    ) -> (Result<TransactionsPage, LineFault>, i64) {
        expect_answer!(self.ask(bank, Ask::Transactions(ask)).await, Transactions)
    }

    /// Whether the institution is within its hours; asked also while the breaker is open.
    pub async fn line_status(&self, bank: &BankCode) -> (Result<LineStatus, LineFault>, i64) {
        expect_answer!(self.ask(bank, Ask::Status).await, Status)
    }

    /// Takes money from an account, at most once for the reference.
    pub async fn debit(&self, bank: &BankCode, order: MoveAsk) -> (Outcome, i64) {
        self.debit_within(bank, order, Duration::MAX).await
    }

    /// As [`Lines::debit`], within the budget given if that is shorter than the institution's own.
    pub async fn debit_within(&self, bank: &BankCode, order: MoveAsk, budget: Duration) -> (Outcome, i64) {
        outcome_of(self.ask_within(bank, Ask::Debit(order), budget).await)
    }

    /// Adds money to an account, at most once for the reference.
    pub async fn credit(&self, bank: &BankCode, order: MoveAsk) -> (Outcome, i64) {
        self.credit_within(bank, order, Duration::MAX).await
    }

    /// As [`Lines::credit`], within the budget given if that is shorter than the institution's own.
    pub async fn credit_within(&self, bank: &BankCode, order: MoveAsk, budget: Duration) -> (Outcome, i64) {
        outcome_of(self.ask_within(bank, Ask::Credit(order), budget).await)
    }

    /// What became of a reference; asked also while the breaker is open.
    pub async fn outcome(&self, bank: &BankCode, reference: &str) -> (Inquiry, i64) {
        let reference = reference.to_owned();
        let (result, us) = expect_answer!(self.ask(bank, Ask::Outcome { reference }).await, Outcome);
        let inquiry = match result {
            Ok(Some(found)) => Inquiry::Found(found.outcome),
            Ok(None) => Inquiry::NotFound,
            Err(_) => Inquiry::NoAnswer,
        };
        (inquiry, us)
    }
}

fn outcome_of(asked: Asked) -> (Outcome, i64) {
    let (result, us) = expect_answer!(asked, Moved);
    let outcome = match result {
        Ok(moved) => Outcome::Yes(LegFacts::from(moved)),
        Err(fault) => fault.into_outcome(),
    };
    (outcome, us)
}
