//! Cases that move money: once for a reference, whatever is repeated, changed or sent at the same moment.

use futures_util::future::join_all;
use naru_core::{LegFacts, Outcome};
use serde_json::json;

use super::report::{Finding, Miss, Script, ensure};
use super::seen::Seen;
use super::session::{Direction, NO_ACCOUNT, Session};

/// More than any test account holds; twelve digits, the most that an order can carry.
const TOO_MUCH: &str = "999999999999";
const AT_ONCE: usize = 4;

/// An executed order: its reference and its first answer.
struct Done {
    reference: String,
    answer: Seen,
}

pub(super) async fn play(script: &mut Script, session: &Session) {
    let mut done = None;
    let expected = "code 000, all fields, one won more; then code 000, all fields, one won less";
    let case = credit_then_debit(session, &mut done);
    script.play("credit-then-debit", expected, case).await;
    let done = done.as_ref();
    let expected = "the first answer again, and no money moved";
    script.play("repeat", expected, repeat(session, done)).await;
    let expected = "code 822 to another amount, direction or account; no money moved; the first outcome stays";
    script
        .play("repeat-changed", expected, repeat_changed(session, done))
        .await;
    let expected = "found Y, with the kind, code, amount and time of the order";
    script.play("outcome", expected, outcome(session, done)).await;
    let expected = "found N, all other fields empty";
    script
        .play("outcome-of-nothing", expected, outcome_of_nothing(session))
        .await;
    let expected = "one won more, and no two different answers";
    script.play("at-once", expected, at_once(session)).await;
    let expected = "a no with all fields, on record, and the same at a repetition";
    script.play("refusal-remembered", expected, refusal(session)).await;
    let expected = "code 411, on record";
    script
        .play("order-without-account", expected, no_account(session))
        .await;
}

async fn credit_then_debit(session: &Session, done: &mut Option<Done>) -> Finding {
    let before = session.balance().await?;
    for (way, after) in [(Direction::Credit, before + 1), (Direction::Debit, before)] {
        let reference = session.reference();
        let answer = session.send(way, &reference, "1").await?.agreed("000")?;
        let told = answer.clone().recorded(&reference)?.won("balance_amt")?;
        let is = session.balance().await?;
        ensure(told == after, || {
            format!("balance_amt differs by {} won", told.saturating_sub(after))
        })?;
        ensure(is == after, || {
            format!("the balance differs by {} won", is.saturating_sub(after))
        })?;
        if way == Direction::Credit {
            *done = Some(Done { reference, answer });
        }
    }
    Ok("code 000 twice, one won to and fro".to_owned())
}

fn played(done: Option<&Done>) -> Result<&Done, Miss> {
    done.ok_or_else(|| Miss::NotPlayed("no credit was executed before".to_owned()))
}

/// Nothing moved since the balance was `before`.
async fn unmoved(session: &Session, before: i64) -> Result<(), Miss> {
    let moved = session.balance().await?.saturating_sub(before);
    ensure(moved == 0, || format!("{moved} won moved"))
}

async fn repeat(session: &Session, done: Option<&Done>) -> Finding {
    let Done { reference, answer } = played(done)?;
    let before = session.balance().await?;
    let again = session.send(Direction::Credit, reference, "1").await?;
    unmoved(session, before).await?;
    ensure(again == *answer, || format!("another answer ({})", again.kind()))?;
    Ok("the first answer, nothing moved".to_owned())
}

async fn repeat_changed(session: &Session, done: Option<&Done>) -> Finding {
    let Done { reference, .. } = played(done)?;
    let before = session.balance().await?;
    let other_amount = session.send(Direction::Credit, reference, "2").await?;
    let other_way = session.send(Direction::Debit, reference, "1").await?;
    let mut order = session.order(reference, "1");
    order["account_num"] = json!(NO_ACCOUNT);
    let other_account = session.post(Direction::Credit.path(), &order).await?;
    unmoved(session, before).await?;
    for answer in [other_amount, other_way, other_account] {
        answer.agreed("822")?;
    }
    outcome(session, done).await?;
    Ok("code 822 three times, nothing moved".to_owned())
}

async fn outcome(session: &Session, done: Option<&Done>) -> Finding {
    let Done { reference, answer } = played(done)?;
    let found = session.outcome(reference).await?;
    let expected = [
        ("found", "Y"),
        ("kind", "credit"),
        ("outcome_code", "000"),
        ("amount", "1"),
        ("executed_at", answer.text("executed_at")?),
        ("holder_name", answer.text("holder_name")?),
        ("account_num_masked", answer.text("account_num_masked")?),
    ];
    for (field, expected) in expected {
        ensure(found.text(field)? == expected, || {
            format!("another `{field}` than that of the order")
        })?;
    }
    found.text("outcome_message")?;
    Ok("found Y, as executed".to_owned())
}

async fn outcome_of_nothing(session: &Session) -> Finding {
    let found = session.outcome(&session.reference()).await?;
    ensure(found.text("found")? == "N", || "found, although never sent".to_owned())?;
    let empty = [
        "kind",
        "outcome_code",
        "outcome_message",
        "amount",
        "executed_at",
        "holder_name",
        "account_num_masked",
    ];
    for field in empty {
        ensure(found.text(field)?.is_empty(), || format!("`{field}` is not empty"))?;
    }
    Ok("found N".to_owned())
}

/// The connections stand before the first byte is sent, so that the calls truly meet.
async fn at_once(session: &Session) -> Finding {
    let before = session.balance().await?;
    let reference = session.reference();
    let body = bytes::Bytes::from(session.order(&reference, "1").to_string());
    let connections = join_all((0..AT_ONCE).map(|_| session.door.connect(false))).await;
    let mut connections = connections
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
        .map_err(Miss::Broken)?;
    let calls = connections
        .iter_mut()
        .map(|connection| connection.post(Direction::Credit.path(), body.clone()));
    let answers = join_all(calls).await;
    let moved = session.balance().await?.saturating_sub(before);
    if moved > 0 {
        let (reference, amount) = (session.reference(), moved.to_string());
        session
            .send(Direction::Debit, &reference, &amount)
            .await?
            .agreed("000")?;
    }
    ensure(moved == 1, || {
        format!("{moved} won moved by {AT_ONCE} calls with one reference")
    })?;
    let mut yes: Option<Seen> = None;
    for answer in answers {
        let answer = Seen::read(&answer.map_err(Miss::Broken)?)?;
        if is_in_doubt(answer.code()) {
            continue;
        }
        let answer = answer.agreed("000")?;
        let is_same = yes.as_ref().is_none_or(|first| *first == answer);
        ensure(is_same, || "two different answers".to_owned())?;
        yes = Some(answer);
    }
    ensure(yes.is_some(), || "nobody was told that it was executed".to_owned())?;
    Ok(format!("executed once by {AT_ONCE} calls"))
}

/// Whether the code leaves open what happened; that is allowed to calls that meet another at work. `822` is not:
/// the order is the same.
fn is_in_doubt(code: &str) -> bool {
    code != "822" && matches!(Outcome::of_code(code, LegFacts::default()), Outcome::Unknown { .. })
}

async fn refusal(session: &Session) -> Finding {
    let before = session.balance().await?;
    let reference = session.reference();
    let first = session.send(Direction::Debit, &reference, TOO_MUCH).await?;
    let code = first.code().to_owned();
    let is_no = matches!(Outcome::of_code(&code, LegFacts::default()), Outcome::No { .. }) && code != "810";
    ensure(is_no, || first.kind())?;
    let first = first.agreed(&code)?.recorded(&reference)?;
    unmoved(session, before).await?;
    session.to_and_fro().await?;
    let again = session.send(Direction::Debit, &reference, TOO_MUCH).await?;
    ensure(again == first, || {
        format!("another answer at the repetition ({})", again.kind())
    })?;
    let found = session.outcome(&reference).await?;
    let is_kept = found.text("found")? == "Y" && found.text("outcome_code")? == code;
    ensure(is_kept, || "not on record".to_owned())?;
    Ok(format!("code {code}, kept"))
}

async fn no_account(session: &Session) -> Finding {
    let reference = session.reference();
    let mut order = session.order(&reference, "1");
    order["account_num"] = json!(NO_ACCOUNT);
    let seen = session.post(Direction::Debit.path(), &order).await?.agreed("411")?;
    let found = session.outcome(&reference).await?;
    let is_kept = found.text("found")? == "Y" && found.text("outcome_code")? == "411";
    ensure(is_kept, || "not on record".to_owned())?;
    Ok(seen.kind())
}
