//! Questions as request bodies and paths. Texts are borrowed from the question; nothing is copied before the body.

use std::fmt::{Display, Write as _};

use naru_core::{Timestamp, Won};
use serde::{Serialize, Serializer};

use crate::line::ask::{Ask, MoveAsk, MovementFilter, MovementOrder, TransactionsAsk};

const MOST_PAGE_SIZE: u32 = 100;

#[derive(Serialize)]
struct AccountsBody<'a> {
    linking_value: &'a str,
}

#[derive(Serialize)]
struct HolderBody<'a> {
    account_num: &'a str,
    holder_info_type: &'a str,
    holder_info: &'a str,
}

#[derive(Serialize)]
struct BalanceBody<'a> {
    account_num: &'a str,
}

#[derive(Serialize)]
struct TransactionsBody<'a> {
    account_num: &'a str,
    inquiry_type: MovementFilter,
    #[serde(serialize_with = "stamp")]
    from: Timestamp,
    #[serde(serialize_with = "stamp")]
    to: Timestamp,
    sort_order: MovementOrder,
    #[serde(serialize_with = "text")]
    page_size: u32,
    cursor: &'a str,
}

impl<'a> TransactionsBody<'a> {
    fn of(ask: &'a TransactionsAsk) -> Self {
        Self {
            account_num: &ask.account_num,
            inquiry_type: ask.filter,
            from: ask.from,
            to: ask.to,
            sort_order: ask.order,
            page_size: ask.page_size.clamp(1, MOST_PAGE_SIZE),
            cursor: &ask.cursor,
        }
    }
}

#[derive(Serialize)]
struct OrderBody<'a> {
    reference: &'a str,
    account_num: &'a str,
    #[serde(serialize_with = "text")]
    amount: Won,
    print_content: &'a str,
    counterpart_bank_code: &'a str,
    counterpart_name: &'a str,
    purpose: &'a str,
    return_of: &'a str,
}

impl<'a> OrderBody<'a> {
    fn of(ask: &'a MoveAsk) -> Self {
        Self {
            reference: &ask.reference,
            account_num: &ask.account_num,
            amount: ask.amount,
            print_content: &ask.print_content,
            counterpart_bank_code: ask.counterpart_bank_code.as_str(),
            counterpart_name: &ask.counterpart_name,
            purpose: &ask.purpose,
            return_of: &ask.return_of,
        }
    }
}

fn text<T: Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

/// `yyyyMMddHHmmss` in Seoul.
fn stamp<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{}{}", at.yyyymmdd(), at.hhmmss()))
}

/// The body to POST, or `None` for a question that is a GET.
pub(in crate::line) fn body(ask: &Ask) -> Option<Vec<u8>> {
    match ask {
        Ask::Accounts { linking_value } => json(&AccountsBody { linking_value }),
        Ask::Holder {
            account_num,
            info_type,
            info,
        } => json(&HolderBody {
            account_num,
            holder_info_type: info_type,
            holder_info: info,
        }),
        Ask::Balance { account_num } => json(&BalanceBody { account_num }),
        Ask::Transactions(ask) => json(&TransactionsBody::of(ask)),
        Ask::Debit(ask) | Ask::Credit(ask) => json(&OrderBody::of(ask)),
        Ask::Outcome { .. } | Ask::Status => None,
    }
}

fn json<T: Serialize>(body: &T) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(512);
    serde_json::to_writer(&mut bytes, body).expect("writing texts to memory does not fail");
    Some(bytes)
}

/// The path of an outcome inquiry: the reference percent-encoded (RFC 3986, 2.3: all but unreserved characters).
pub(in crate::line) fn path(reference: &str) -> String {
    let mut path = String::with_capacity(64 + reference.len());
    path.push_str("/line/v1/outcomes/");
    for byte in reference.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            let written = write!(path, "%{byte:02X}");
            written.expect("writing to a String does not fail");
        }
    }
    path
}
