//! Movements of an account and the bounded, stable way to read them.
//! A movement's place in its account's history never changes, so a cursor is that place and stays good when
//! new movements arrive.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::code::Code;
use super::order::MOST_AMOUNT_WON;
use crate::seoul;

/// Which way money moved, seen from the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Into the account.
    In,
    /// Out of the account.
    Out,
}

/// A movement from before the books began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastMovement {
    /// When, to the second.
    #[serde(with = "crate::seoul::stamped")]
    pub at: OffsetDateTime,
    /// In or out.
    pub direction: Direction,
    /// Whole won, above 0.
    pub amount_won: i64,
    /// The kind of transaction, such as `체크카드`.
    pub tran_type: Cow<'static, str>,
    /// What the passbook prints.
    pub print_content: String,
    /// The branch, or empty.
    pub branch_name: Cow<'static, str>,
}

/// One line of an account's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Movement {
    /// When, to the second; never earlier than the movement before.
    #[serde(with = "crate::seoul::stamped")]
    pub at: OffsetDateTime,
    /// In or out.
    pub direction: Direction,
    /// Whole won, above 0.
    pub amount_won: i64,
    /// The balance after this movement, in won.
    pub after_won: i64,
    /// The kind of transaction.
    pub tran_type: Cow<'static, str>,
    /// What the passbook prints.
    pub print_content: String,
    /// The branch, or empty.
    pub branch_name: Cow<'static, str>,
}

/// Which movements are asked for (`inquiry_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InquiryType {
    /// `A`
    All,
    /// `I`
    In,
    /// `O`
    Out,
}

/// The order of a page (`sort_order`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortOrder {
    /// `A`: oldest first.
    Ascending,
    /// `D`: newest first.
    Descending,
}

/// What part of a history is asked for.
#[derive(Debug, Clone)]
pub struct TransactionsQuery {
    /// All, in or out.
    pub inquiry_type: InquiryType,
    /// The first second included.
    pub from: OffsetDateTime,
    /// The last second included.
    pub to: OffsetDateTime,
    /// Oldest or newest first.
    pub sort_order: SortOrder,
    /// 1 to 100.
    pub page_size: usize,
    /// Empty for the first page, else `next_cursor` of the page before.
    pub cursor: String,
}

/// The most movements on one page.
pub const MOST_PAGE_SIZE: usize = 100;

/// One page of a history.
#[derive(Debug, Clone)]
pub struct TransactionsPage {
    /// The account's balance at this moment, in won.
    pub balance_won: i64,
    /// At most `page_size` movements.
    pub items: Vec<Movement>,
    /// Where the next page begins; empty at the end.
    pub next_cursor: String,
}

/// Reads one page.
///
/// # Errors
/// `810` for a page size outside 1..=100 or a cursor that these books did not give for this order.
pub(super) fn page(history: &[Movement], query: &TransactionsQuery) -> Result<(Vec<Movement>, String), Code> {
    if !(1..=MOST_PAGE_SIZE).contains(&query.page_size) {
        return Err(Code::MALFORMED);
    }
    let start = history.partition_point(|movement| movement.at < query.from);
    let end = history.partition_point(|movement| movement.at <= query.to).max(start);
    let place = parse_cursor(&query.cursor, query.sort_order)?;
    let wanted = |place: &usize| match query.inquiry_type {
        InquiryType::All => true,
        InquiryType::In => history[*place].direction == Direction::In,
        InquiryType::Out => history[*place].direction == Direction::Out,
    };
    let places: Vec<usize> = match query.sort_order {
        SortOrder::Ascending => {
            let first = place.unwrap_or(start).clamp(start, end);
            (first..end).filter(wanted).take(query.page_size + 1).collect()
        }
        SortOrder::Descending => {
            let last = place.map_or(end, |place| place.saturating_add(1)).clamp(start, end);
            (start..last).rev().filter(wanted).take(query.page_size + 1).collect()
        }
    };
    let next = places
        .get(query.page_size)
        .map_or_else(String::new, |place| cursor(*place, query.sort_order));
    let items = places
        .iter()
        .take(query.page_size)
        .map(|place| history[*place].clone())
        .collect();
    Ok((items, next))
}

fn cursor(place: usize, order: SortOrder) -> String {
    format!("{}{place:x}", letter(order))
}

fn parse_cursor(text: &str, order: SortOrder) -> Result<Option<usize>, Code> {
    if text.is_empty() {
        return Ok(None);
    }
    let place = text.strip_prefix(letter(order)).filter(|digits| digits.len() <= 15);
    let place = place.and_then(|digits| usize::from_str_radix(digits, 16).ok());
    place.map(Some).ok_or(Code::MALFORMED)
}

fn letter(order: SortOrder) -> char {
    match order {
        SortOrder::Ascending => 'a',
        SortOrder::Descending => 'd',
    }
}

/// The history with the balance after each movement, reckoned back from the balance at its end.
///
/// # Errors
/// Says what is wrong: out of order, a movement of nothing, or an account that would have been overdrawn.
pub(super) fn told(history: &[PastMovement], closing_won: i64) -> Result<Vec<Movement>, &'static str> {
    let signed = |past: &PastMovement| match past.direction {
        Direction::In => past.amount_won,
        Direction::Out => -past.amount_won,
    };
    if history
        .iter()
        .any(|past| !(1..=MOST_AMOUNT_WON).contains(&past.amount_won))
    {
        return Err("an amount outside 1 to 999,999,999,999 won");
    }
    let mut after_won = closing_won - history.iter().map(signed).sum::<i64>();
    let mut told: Vec<Movement> = Vec::with_capacity(history.len());
    for past in history {
        let at = seoul::whole_second(past.at);
        if told.last().is_some_and(|last| last.at > at) {
            return Err("not oldest first");
        }
        let before_won = after_won;
        after_won += signed(past);
        if before_won < 0 || after_won < 0 {
            return Err("the account would have been overdrawn");
        }
        told.push(Movement {
            at,
            direction: past.direction,
            amount_won: past.amount_won,
            after_won,
            tran_type: past.tran_type.clone(),
            print_content: past.print_content.clone(),
            branch_name: past.branch_name.clone(),
        });
    }
    Ok(told)
}
