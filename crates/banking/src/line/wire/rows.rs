//! Rows of lists and the small forms in them. A row of the wrong form is left out and counted; it never takes the
//! rest of its list with it.

use std::borrow::Cow;

use naru_core::{Day, Timestamp, Won};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::line::answer::{FoundAccount, Movement, Way};

const MOST_ROWS: usize = 100;
const MOST_NAME_CHARS: usize = 100;
const MOST_WORD_CHARS: usize = 8;

/// The rows that are sound, and the number of those that are not or are more than the protocol allows.
pub(super) fn sound<T>(rows: &[&RawValue], read: fn(&str) -> Option<T>) -> (Vec<T>, u32) {
    let sound: Vec<T> = rows.iter().take(MOST_ROWS).filter_map(|row| read(row.get())).collect();
    let skipped = rows.len() - sound.len();
    (sound, u32::try_from(skipped).unwrap_or(u32::MAX))
}

#[derive(Deserialize)]
struct AccountRow {
    account_num: String,
    #[serde(default)]
    account_seq: String,
    account_type: String,
    #[serde(default)]
    product_name: String,
    holder_name: String,
    holder_type: String,
    #[serde(default)]
    opened_on: String,
    #[serde(default)]
    matures_on: String,
}

/// One account, where its row is sound.
pub(super) fn account(row: &str) -> Option<FoundAccount> {
    let row: AccountRow = serde_json::from_str(row).ok()?;
    let is_sound = (10..=14).contains(&row.account_num.len())
        && is_digits(&row.account_num)
        && row.account_seq.len() <= 3
        && is_digits(&row.account_seq)
        && matches!(row.account_type.as_str(), "1" | "2" | "6")
        && matches!(row.holder_type.as_str(), "P" | "C")
        && !row.holder_name.is_empty();
    is_sound.then(|| FoundAccount {
        account_num: row.account_num,
        account_seq: row.account_seq,
        account_type: row.account_type,
        product_name: clip_name(row.product_name),
        holder_name: clip_name(row.holder_name),
        holder_type: row.holder_type,
        opened_on: day_or_empty(row.opened_on),
        matures_on: day_or_empty(row.matures_on),
    })
}

#[derive(Deserialize)]
struct MovementRow<'a> {
    tran_date: String,
    tran_time: String,
    #[serde(borrow)]
    inout_type: Cow<'a, str>,
    #[serde(default)]
    tran_type: String,
    #[serde(default)]
    print_content: String,
    #[serde(borrow)]
    tran_amt: Cow<'a, str>,
    #[serde(borrow)]
    after_balance_amt: Cow<'a, str>,
    #[serde(default)]
    branch_name: String,
}

/// One movement, where its row is sound.
pub(super) fn movement(row: &str) -> Option<Movement> {
    let row: MovementRow<'_> = serde_json::from_str(row).ok()?;
    Timestamp::from_compact(&format!("{}{}", row.tran_date, row.tran_time))?;
    Day::parse(&row.tran_date)?;
    Some(Movement {
        way: Way::parse(&row.inout_type).ok()?,
        tran_type: clip_name(row.tran_type),
        print_content: clip_name(row.print_content),
        amount: won(&row.tran_amt)?,
        after_balance: won(&row.after_balance_amt)?,
        branch_name: clip_name(row.branch_name),
        tran_date: row.tran_date,
        tran_time: row.tran_time,
    })
}

/// Whole won without sign, separator or leading zero.
pub(super) fn won(text: &str) -> Option<Won> {
    let is_right = is_digits(text) && (text == "0" || !text.starts_with('0'));
    if is_right { text.parse().ok().map(Won) } else { None }
}

/// The day as it stands, or nothing where it is not a day.
pub(super) fn day_or_empty(text: String) -> String {
    if Day::parse(&text).is_some() {
        text
    } else {
        String::new()
    }
}

pub(super) fn clip_name(text: String) -> String {
    clip(text, MOST_NAME_CHARS)
}

pub(super) fn clip_word(text: String) -> String {
    clip(text, MOST_WORD_CHARS)
}

/// The first characters of a text, at most `most`; a text that is short enough is not copied.
pub(super) fn clip(mut text: String, most: usize) -> String {
    if text.len() > most
        && let Some((end, _)) = text.char_indices().nth(most)
    {
        text.truncate(end);
    }
    text
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
