//! Cases about requests that are not understood: each is answered with 400 and `810`, and none leaves a trace.

use bytes::Bytes;
use serde_json::{Value, json};

use super::report::{Finding, Miss, Script, ensure};
use super::session::{Direction, Session};

/// The most bytes of a request, times four.
const PADDING_BYTES: usize = 64 * 1024;

pub(super) async fn play(script: &mut Script, session: &Session) {
    let expected = "HTTP 400 and code 810";
    script.play("not-json", expected, not_json(session)).await;
    let expected = "HTTP 400, code 810, a message that names the field; nothing recorded";
    script.play("field-missing", expected, field_missing(session)).await;
    script.play("field-malformed", expected, field_malformed(session)).await;
    let expected = "code 000: unknown fields are ignored";
    script.play("field-unknown", expected, field_unknown(session)).await;
    let expected = "HTTP 4xx or a closed connection; nothing recorded; the next call is served";
    script.play("oversized", expected, oversized(session)).await;
}

async fn not_json(session: &Session) -> Finding {
    for body in ["", "{", "[]", "null", "{\"reference\":"] {
        let seen = session
            .post_bytes(Direction::Credit.path(), Bytes::from_static(body.as_bytes()))
            .await?;
        seen.malformed("")?;
    }
    Ok("HTTP 400 and code 810, five times".to_owned())
}

async fn field_missing(session: &Session) -> Finding {
    for field in ["account_num", "amount", "purpose"] {
        let reference = session.reference();
        let mut order = session.order(&reference, "1");
        if let Value::Object(map) = &mut order {
            map.remove(field);
        }
        refused(session, (&reference, field), &order).await?;
    }
    Ok("HTTP 400 and code 810, three times".to_owned())
}

async fn field_malformed(session: &Session) -> Finding {
    let amounts = ["", "0", "01", "-1", "+1", "1,000", "1.0", "1e3", "1000000000000", "１"].map(|amount| json!(amount));
    let wrong = amounts
        .into_iter()
        .chain([json!(1), Value::Null])
        .map(|amount| ("amount", amount));
    let wrong = wrong.chain([
        ("account_num", json!("123456789")),
        ("account_num", json!("12345678901a")),
    ]);
    let mut count = 0;
    for (field, value) in wrong {
        let reference = session.reference();
        let mut order = session.order(&reference, "1");
        order[field] = value;
        refused(session, (&reference, field), &order).await?;
        count += 1;
    }
    for reference in [String::new(), "a b".to_owned(), "r".repeat(65)] {
        let order = session.order(&reference, "1");
        session
            .post(Direction::Credit.path(), &order)
            .await?
            .malformed("reference")?;
        count += 1;
    }
    Ok(format!("HTTP 400 and code 810, {count} times"))
}

async fn refused(session: &Session, (reference, field): (&str, &str), order: &Value) -> Result<(), Miss> {
    session.post(Direction::Credit.path(), order).await?.malformed(field)?;
    session.is_unrecorded(reference).await
}

async fn field_unknown(session: &Session) -> Finding {
    let body = json!({ "account_num": session.settings.account_num, "not_yet_invented": "1" });
    let seen = session.post("/line/v1/balance", &body).await?.agreed("000")?;
    Ok(seen.kind())
}

async fn oversized(session: &Session) -> Finding {
    let reference = session.reference();
    let mut order = session.order(&reference, "1");
    order["padding"] = json!("x".repeat(PADDING_BYTES));
    let mut connection = session.door.connect(false).await.map_err(Miss::Broken)?;
    let answered = connection
        .post(Direction::Credit.path(), Bytes::from(order.to_string()))
        .await;
    let saw = match answered {
        Ok(raw) => {
            ensure(raw.status.is_client_error(), || format!("HTTP {}", raw.status.as_u16()))?;
            format!("HTTP {}", raw.status.as_u16())
        }
        Err(why) => why,
    };
    session.is_unrecorded(&reference).await?;
    Ok(saw)
}
