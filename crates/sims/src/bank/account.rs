//! An account: its terms, which never change, and its state and balance, which do.
//! Terms are shared by reference so that answering a call copies no text.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::movement::PastMovement;

/// Whether an account takes part in transfers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountState {
    /// Debits and credits are executed.
    Open,
    /// Everything is answered `412`.
    Closed,
    /// The holder's safety block (안심차단) is on: debits are answered `490`, everything else works.
    Blocked,
}

/// Who may own an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HolderType {
    /// A person; `holder_info` is the six-digit birth date.
    #[serde(rename = "P")]
    Person,
    /// A company; `holder_info` is the ten-digit business number.
    #[serde(rename = "C")]
    Company,
}

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    /// A person's or company's own account.
    Ordinary,
    /// A fintech's contract account: credited by withdrawals, debited by deposits.
    Contract,
}

/// What is agreed about an account when it is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountTerms {
    /// 10 to 14 digits, unique within the bank.
    pub account_num: Arc<str>,
    /// Up to three digits, or empty.
    pub account_seq: String,
    /// The holder's CI (연계정보), 88 characters; empty for an account that no person can find.
    pub linking_value: String,
    /// As printed on the passbook.
    pub holder_name: Arc<str>,
    /// Person or company.
    pub holder_type: HolderType,
    /// Person: birth date `yyMMdd`. Company: business number, ten digits.
    pub holder_info: String,
    /// `1` demand, `2` savings, `6` securities.
    pub account_type: String,
    /// The product's name.
    pub product_name: String,
    /// `yyyyMMdd`.
    pub opened_on: String,
    /// `yyyyMMdd`, or empty when the account does not mature.
    pub matures_on: String,
    /// Ordinary or contract.
    pub kind: AccountKind,
    /// The most that one debit or credit may move, in won; `None` for no limit.
    pub limit_won: Option<i64>,
}

/// An account to open, with what happened on it before the books began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningAccount {
    /// The terms.
    pub terms: AccountTerms,
    /// The balance after `history`, in won; counted as opening balance in [`super::Totals`].
    pub balance_won: i64,
    /// Earlier movements, oldest first. They are shown, and are not counted as credited or debited.
    #[serde(default)]
    pub history: Vec<PastMovement>,
}

impl OpeningAccount {
    /// A person's demand account without limit and history; `birth` is `yyMMdd`.
    #[must_use]
    pub fn person(
        account_num: &str,
        linking_value: &str,
        (holder_name, birth): (&str, &str),
        balance_won: i64,
    ) -> Self {
        let terms = AccountTerms {
            account_num: account_num.into(),
            account_seq: String::new(),
            linking_value: linking_value.to_owned(),
            holder_name: holder_name.into(),
            holder_type: HolderType::Person,
            holder_info: birth.to_owned(),
            account_type: "1".to_owned(),
            product_name: "자유입출금통장".to_owned(),
            opened_on: "20200102".to_owned(),
            matures_on: String::new(),
            kind: AccountKind::Ordinary,
            limit_won: None,
        };
        Self {
            terms,
            balance_won,
            history: Vec::new(),
        }
    }

    /// A fintech's contract account; `business_num` is ten digits.
    #[must_use]
    pub fn contract(account_num: &str, holder_name: &str, business_num: &str, balance_won: i64) -> Self {
        let mut account = Self::person(account_num, "", (holder_name, business_num), balance_won);
        account.terms.holder_type = HolderType::Company;
        account.terms.kind = AccountKind::Contract;
        account.terms.product_name = "이용기관 약정계좌".to_owned();
        account
    }

    /// The same account with a limit for one transfer, in won.
    #[must_use]
    pub fn with_limit(mut self, limit_won: i64) -> Self {
        self.terms.limit_won = Some(limit_won);
        self
    }
}

/// An account as the books show it at one moment.
#[derive(Debug, Clone)]
pub struct Account {
    /// The terms.
    pub terms: Arc<AccountTerms>,
    /// Open, closed or blocked.
    pub state: AccountState,
    /// Whole won, never negative.
    pub balance_won: i64,
}

/// Why an account was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct OpeningRefused {
    /// The field at fault, spelled as in the line protocol.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
}

const MOST_OPENING_WON: i64 = 1_000_000_000_000_000;
const MOST_TEXT_BYTES: usize = 200;

/// Checks the shape of an opening account; the books check what depends on other accounts.
pub(super) fn check(account: &OpeningAccount) -> Result<(), OpeningRefused> {
    let terms = &account.terms;
    let refuse = |field, why| Err(OpeningRefused { field, why });
    if !is_account_num(&terms.account_num) {
        return refuse("account_num", "10 to 14 digits");
    }
    if terms.account_seq.len() > 3 || !is_digits(&terms.account_seq) {
        return refuse("account_seq", "at most three digits");
    }
    if terms.linking_value.len() > 128 {
        return refuse("linking_value", "at most 128 characters");
    }
    if terms.holder_name.is_empty() || terms.holder_name.len() > MOST_TEXT_BYTES {
        return refuse("holder_name", "1 to 200 bytes");
    }
    let digits = if terms.holder_type == HolderType::Person { 6 } else { 10 };
    if terms.holder_info.len() != digits || !is_digits(&terms.holder_info) {
        return refuse("holder_info", "six digits yyMMdd of a person, ten digits of a company");
    }
    if !matches!(terms.account_type.as_str(), "1" | "2" | "6") {
        return refuse("account_type", "1, 2 or 6");
    }
    if terms.product_name.len() > MOST_TEXT_BYTES {
        return refuse("product_name", "at most 200 bytes");
    }
    if crate::seoul::parse_day(&terms.opened_on).is_none() {
        return refuse("opened_on", "yyyyMMdd");
    }
    if !terms.matures_on.is_empty() && crate::seoul::parse_day(&terms.matures_on).is_none() {
        return refuse("matures_on", "yyyyMMdd or empty");
    }
    if !(0..=MOST_OPENING_WON).contains(&account.balance_won) {
        return refuse("balance_won", "0 to 1,000,000,000,000,000");
    }
    if terms.limit_won.is_some_and(|limit| limit <= 0) {
        return refuse("limit_won", "above 0");
    }
    Ok(())
}

/// Whether the text has the shape of an account number: 10 to 14 digits.
pub(super) fn is_account_num(text: &str) -> bool {
    (10..=14).contains(&text.len()) && is_digits(text)
}

/// The account number with its last three digits hidden.
pub(super) fn masked(account_num: &str) -> String {
    let shown = account_num.get(..account_num.len().saturating_sub(3)).unwrap_or("");
    format!("{shown}***")
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
