//! The messages of the line protocol v1 as they stand on the wire: JSON, every value a string.
//! Requests are raw here; [`LineRequest::read`] names the field when one is missing or of the wrong shape.
//! Unknown fields are ignored, so that the protocol can grow.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::account::Account;
use super::code::Code;
use super::movement::{Direction, InquiryType, Movement, SortOrder, TransactionsQuery};
use super::order::Order;
use super::reading::HolderCheck;
use crate::seoul;

/// The name of the field that is missing or has the wrong shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) String);

fn malformed(field: &str) -> Malformed {
    Malformed(field.to_owned())
}

/// A request of the line protocol.
pub(super) trait LineRequest: DeserializeOwned {
    /// The fields that must be there.
    const REQUIRED: &'static [&'static str];

    /// Reads a request; only when that fails is the body looked at again to name the field.
    fn read(body: &[u8]) -> Result<Self, Malformed> {
        serde_json::from_slice(body).map_err(|_| diagnose(body, Self::REQUIRED))
    }
}

fn diagnose(body: &[u8], required: &[&str]) -> Malformed {
    let Ok(Value::Object(map)) = serde_json::from_slice(body) else {
        return malformed("body");
    };
    let absent = required.iter().find(|field| !map.contains_key(**field));
    let not_text = map
        .iter()
        .find(|(_, value)| !value.is_string())
        .map(|(field, _)| field.as_str());
    malformed(absent.copied().or(not_text).unwrap_or("body"))
}

#[derive(Debug, Deserialize)]
pub(super) struct AccountsRequest {
    pub(super) linking_value: String,
}

impl LineRequest for AccountsRequest {
    const REQUIRED: &'static [&'static str] = &["linking_value"];
}

impl AccountsRequest {
    pub(super) fn check(&self) -> Result<&str, Malformed> {
        let is_right = (1..=128).contains(&self.linking_value.len());
        if is_right {
            Ok(&self.linking_value)
        } else {
            Err(malformed("linking_value"))
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct HolderRequest {
    pub(super) account_num: String,
    holder_info_type: String,
    holder_info: String,
}

impl LineRequest for HolderRequest {
    const REQUIRED: &'static [&'static str] = &["account_num", "holder_info_type", "holder_info"];
}

impl HolderRequest {
    pub(super) fn check(&self) -> Result<HolderCheck<'_>, Malformed> {
        match self.holder_info_type.as_str() {
            " " => Ok(HolderCheck::BirthDate(&self.holder_info)),
            "6" => Ok(HolderCheck::BusinessNumber(&self.holder_info)),
            "N" => Ok(HolderCheck::NoCheck),
            _ => Err(malformed("holder_info_type")),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct BalanceRequest {
    pub(super) account_num: String,
}

impl LineRequest for BalanceRequest {
    const REQUIRED: &'static [&'static str] = &["account_num"];
}

#[derive(Debug, Deserialize)]
pub(super) struct TransactionsRequest {
    pub(super) account_num: String,
    inquiry_type: String,
    from: String,
    to: String,
    sort_order: String,
    page_size: String,
    cursor: String,
}

impl LineRequest for TransactionsRequest {
    const REQUIRED: &'static [&'static str] = &[
        "account_num",
        "inquiry_type",
        "from",
        "to",
        "sort_order",
        "page_size",
        "cursor",
    ];
}

impl TransactionsRequest {
    pub(super) fn check(&self) -> Result<TransactionsQuery, Malformed> {
        let inquiry_type = match self.inquiry_type.as_str() {
            "A" => InquiryType::All,
            "I" => InquiryType::In,
            "O" => InquiryType::Out,
            _ => return Err(malformed("inquiry_type")),
        };
        let sort_order = match self.sort_order.as_str() {
            "A" => SortOrder::Ascending,
            "D" => SortOrder::Descending,
            _ => return Err(malformed("sort_order")),
        };
        let page_size = whole_number(&self.page_size).and_then(|size| usize::try_from(size).ok());
        let is_right = |size: &usize| (1..=super::movement::MOST_PAGE_SIZE).contains(size);
        Ok(TransactionsQuery {
            inquiry_type,
            sort_order,
            from: seoul::parse_stamp(&self.from).ok_or_else(|| malformed("from"))?,
            to: seoul::parse_stamp(&self.to).ok_or_else(|| malformed("to"))?,
            page_size: page_size.filter(is_right).ok_or_else(|| malformed("page_size"))?,
            cursor: self.cursor.clone(),
        })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct OrderRequest {
    reference: String,
    account_num: String,
    amount: String,
    print_content: String,
    counterpart_bank_code: String,
    counterpart_name: String,
    purpose: String,
    #[serde(default)]
    return_of: String,
}

impl LineRequest for OrderRequest {
    const REQUIRED: &'static [&'static str] = &[
        "reference",
        "account_num",
        "amount",
        "print_content",
        "counterpart_bank_code",
        "counterpart_name",
        "purpose",
    ];
}

impl OrderRequest {
    pub(super) fn check(self) -> Result<Order, Malformed> {
        let order = Order {
            amount_won: whole_number(&self.amount).ok_or_else(|| malformed("amount"))?,
            reference: self.reference,
            account_num: self.account_num,
            print_content: self.print_content,
            counterpart_bank_code: self.counterpart_bank_code,
            counterpart_name: self.counterpart_name,
            purpose: self.purpose,
            return_of: self.return_of,
        };
        order.malformed_field().map_or(Ok(order), |field| Err(malformed(field)))
    }
}

/// Up to twelve digits without sign, separator or leading zero.
fn whole_number(text: &str) -> Option<i64> {
    let is_right = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_right && !text.starts_with('0') {
        text.parse().ok()
    } else {
        None
    }
}

/// The answer when there is nothing to tell but the code.
#[derive(Debug, Serialize)]
pub(super) struct PlainAnswer<'a> {
    pub(super) code: Code,
    pub(super) message: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct AccountsAnswer<'a> {
    pub(super) code: Code,
    pub(super) message: &'a str,
    pub(super) accounts: Vec<AccountItem<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct AccountItem<'a> {
    account_num: &'a str,
    account_seq: &'a str,
    account_type: &'a str,
    product_name: &'a str,
    holder_name: &'a str,
    holder_type: super::account::HolderType,
    opened_on: &'a str,
    matures_on: &'a str,
}

impl<'a> AccountItem<'a> {
    pub(super) fn of(account: &'a Account) -> Self {
        let terms = &account.terms;
        Self {
            account_num: &terms.account_num,
            account_seq: &terms.account_seq,
            account_type: &terms.account_type,
            product_name: &terms.product_name,
            holder_name: &terms.holder_name,
            holder_type: terms.holder_type,
            opened_on: &terms.opened_on,
            matures_on: &terms.matures_on,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct HolderAnswer<'a> {
    pub(super) code: Code,
    pub(super) message: &'a str,
    pub(super) holder_name: &'a str,
    pub(super) account_type: &'a str,
    pub(super) account_seq: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct BalanceAnswer<'a> {
    pub(super) code: Code,
    pub(super) message: &'a str,
    pub(super) balance_amt: String,
    pub(super) available_amt: String,
    pub(super) account_type: &'a str,
    pub(super) product_name: &'a str,
    pub(super) account_issue_date: &'a str,
    pub(super) maturity_date: &'a str,
    pub(super) last_tran_date: String,
}

#[derive(Debug, Serialize)]
pub(super) struct TransactionsAnswer<'a> {
    pub(super) code: Code,
    pub(super) message: &'a str,
    pub(super) balance_amt: String,
    pub(super) items: Vec<TransactionItem<'a>>,
    pub(super) next_cursor: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct TransactionItem<'a> {
    tran_date: String,
    tran_time: String,
    inout_type: Direction,
    tran_type: &'a str,
    print_content: &'a str,
    tran_amt: String,
    after_balance_amt: String,
    branch_name: &'a str,
}

impl<'a> TransactionItem<'a> {
    pub(super) fn of(movement: &'a Movement) -> Self {
        Self {
            tran_date: seoul::day_of(movement.at),
            tran_time: seoul::time_of(movement.at),
            inout_type: movement.direction,
            tran_type: &movement.tran_type,
            print_content: &movement.print_content,
            tran_amt: movement.amount_won.to_string(),
            after_balance_amt: movement.after_won.to_string(),
            branch_name: &movement.branch_name,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct OrderAnswer<'a> {
    pub(super) code: Code,
    pub(super) message: &'a str,
    pub(super) reference: &'a str,
    pub(super) executed_at: String,
    pub(super) holder_name: &'a str,
    pub(super) account_num_masked: String,
    pub(super) balance_amt: String,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct OutcomeAnswer<'a> {
    pub(super) code: &'a str,
    pub(super) message: &'a str,
    pub(super) found: &'a str,
    pub(super) kind: &'a str,
    pub(super) outcome_code: &'a str,
    pub(super) outcome_message: &'a str,
    pub(super) amount: String,
    pub(super) executed_at: String,
    pub(super) holder_name: &'a str,
    pub(super) account_num_masked: String,
}

#[derive(Debug, Serialize)]
pub(super) struct StatusAnswer<'a> {
    pub(super) code: Code,
    pub(super) message: &'a str,
    pub(super) state: &'a str,
}
