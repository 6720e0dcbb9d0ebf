//! Cases about lists of movements: pages that stay put while money moves, limits, orders and filters.

use naru_core::Timestamp;
use serde_json::{Value, json};

use super::report::{Finding, Miss, Script, ensure};
use super::seen::{Seen, cell, has_all};
use super::session::Session;

const MOVEMENT_FIELDS: [&str; 8] = [
    "tran_date",
    "tran_time",
    "inout_type",
    "tran_type",
    "print_content",
    "tran_amt",
    "after_balance_amt",
    "branch_name",
];
/// Movements that are read page by page, at most.
const MOST_PAGED: usize = 20;

pub(super) async fn play(script: &mut Script, session: &Session) {
    let expected = "page by page what one large page shows, also when money moves between the pages";
    script.play("paging", expected, paging(session)).await;
    let expected = "no more movements than asked for; HTTP 400 and code 810 to 0, 101 and words";
    script.play("page-size", expected, page_size(session)).await;
    let expected = "oldest first, newest first, only in, only out, nothing outside the range";
    script
        .play("order-and-filter", expected, order_and_filter(session))
        .await;
}

/// The body of a question: yesterday until tomorrow, so that every movement of this check is in it.
fn ask(session: &Session, changes: &[(&str, &str)]) -> Value {
    let now = session.settings.clock.now();
    let stamp = |at: Timestamp, time: &str| format!("{}{time}", at.yyyymmdd());
    let mut ask = json!({
        "account_num": session.settings.account_num, "inquiry_type": "A",
        "from": stamp(now.plus_days(-1), "000000"), "to": stamp(now.plus_days(1), "235959"),
        "sort_order": "D", "page_size": "100", "cursor": ""
    });
    for (field, value) in changes {
        ask[*field] = json!(value);
    }
    ask
}

async fn page(session: &Session, changes: &[(&str, &str)]) -> Result<Seen, Miss> {
    let seen = session
        .post("/line/v1/transactions", &ask(session, changes))
        .await?
        .agreed("000")?;
    seen.won("balance_amt")?;
    let cursor = seen.text("next_cursor")?.len();
    ensure(cursor <= 64, || format!("a cursor of {cursor} characters"))?;
    for row in seen.list("items")? {
        has_all(row, &MOVEMENT_FIELDS)?;
        ensure(super::seen::won(cell(row, "tran_amt")).is_some(), || {
            "a `tran_amt` that is not an amount".to_owned()
        })?;
        ensure(at(row).is_some(), || "a movement at no moment".to_owned())?;
    }
    Ok(seen)
}

fn at(row: &Value) -> Option<Timestamp> {
    Timestamp::from_compact(&format!("{}{}", cell(row, "tran_date"), cell(row, "tran_time")))
}

async fn paging(session: &Session) -> Finding {
    session.to_and_fro().await?;
    session.to_and_fro().await?;
    let whole = page(session, &[]).await?;
    let whole = whole.list("items")?;
    ensure(whole.len() >= 4, || {
        format!("{} movements after four orders", whole.len())
    })?;
    let wanted = &whole[..whole.len().min(MOST_PAGED)];
    let mut found: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    while found.len() < wanted.len() {
        let seen = page(session, &[("page_size", "2"), ("cursor", &cursor)]).await?;
        let is_first = found.is_empty();
        found.extend_from_slice(seen.list("items")?);
        seen.text("next_cursor")?.clone_into(&mut cursor);
        if is_first {
            session.to_and_fro().await?;
        }
        if cursor.is_empty() || seen.list("items")?.is_empty() {
            break;
        }
    }
    found.truncate(wanted.len());
    let count = found.len();
    ensure(count == wanted.len(), || {
        format!("{count} movements instead of {}", wanted.len())
    })?;
    let differs = found.iter().zip(wanted).filter(|(a, b)| a != b).count();
    ensure(differs == 0, || {
        format!("{differs} of {count} movements are others than on the large page")
    })?;
    Ok(format!("{count} movements, each once"))
}

async fn page_size(session: &Session) -> Finding {
    let one = page(session, &[("page_size", "1")]).await?;
    let count = one.list("items")?.len();
    ensure(count == 1, || format!("{count} movements on a page of one"))?;
    for size in ["0", "101", "-1", "many", ""] {
        let body = ask(session, &[("page_size", size)]);
        let seen = session.post("/line/v1/transactions", &body).await?;
        seen.malformed("page_size")?;
    }
    Ok("one movement on a page of one; five sizes refused".to_owned())
}

async fn order_and_filter(session: &Session) -> Finding {
    for (order, is_right) in [("A", Timestamp::le as fn(&_, &_) -> bool), ("D", Timestamp::ge)] {
        let seen = page(session, &[("sort_order", order)]).await?;
        let moments: Vec<Timestamp> = seen.list("items")?.iter().filter_map(at).collect();
        let is_sorted = moments.windows(2).all(|pair| is_right(&pair[0], &pair[1]));
        ensure(is_sorted, || format!("not in the order {order}"))?;
    }
    for (filter, way) in [("I", "in"), ("O", "out")] {
        let seen = page(session, &[("inquiry_type", filter)]).await?;
        let list = seen.list("items")?;
        let is_filtered = !list.is_empty() && list.iter().all(|row| cell(row, "inout_type") == way);
        ensure(is_filtered, || format!("inquiry type {filter} shows none or others"))?;
    }
    let long_ago = [("from", "19990101000000"), ("to", "19990102000000")];
    let seen = page(session, &long_ago).await?;
    let is_empty = seen.list("items")?.is_empty() && seen.text("next_cursor")?.is_empty();
    ensure(is_empty, || "movements outside the range".to_owned())?;
    Ok("sorted, filtered, in range".to_owned())
}
