//! Cases that only read: status, accounts, holder, balance.

use serde_json::json;

use super::report::{Finding, Miss, Script, ensure};
use super::seen::{cell, has_all};
use super::session::{NO_ACCOUNT, Session};

const ACCOUNT_FIELDS: [&str; 8] = [
    "account_num",
    "account_seq",
    "account_type",
    "product_name",
    "holder_name",
    "holder_type",
    "opened_on",
    "matures_on",
];

pub(super) async fn play(script: &mut Script, session: &Session) {
    let expected = "code 000 and the test account among the person's, twice in the same order";
    script.play("accounts", expected, accounts(session)).await;
    let expected = "code 000 and an empty list";
    script.play("accounts-of-nobody", expected, nobody(session)).await;
    let expected = "code 000 and the holder's name, whatever the number";
    script
        .play("holder-unchecked", expected, holder_unchecked(session))
        .await;
    let expected = "code 000 and the same name";
    script.play("holder-right", expected, holder_right(session)).await;
    script.play("holder-wrong", "code 464", holder_wrong(session)).await;
    let expected = "code 000 and whole won in digits";
    script.play("balance", expected, balance(session)).await;
    let expected = "code 411 to holder, balance and transactions";
    script.play("no-such-account", expected, no_account(session)).await;
}

pub(super) async fn status(session: &Session) -> Finding {
    let seen = session.get("/line/v1/status").await?.agreed("000")?;
    let state = seen.text("state")?;
    ensure(state == "open", || format!("{}, not open", seen.kind()))?;
    Ok(seen.kind())
}

async fn accounts(session: &Session) -> Finding {
    let Some(linking_value) = &session.settings.linking_value else {
        return Err(Miss::NotPlayed("no linking value was given".to_owned()));
    };
    let body = json!({ "linking_value": linking_value });
    let first = session.post("/line/v1/accounts", &body).await?.agreed("000")?;
    let list = first.list("accounts")?;
    for row in list {
        has_all(row, &ACCOUNT_FIELDS)?;
    }
    let is_there = list
        .iter()
        .any(|row| cell(row, "account_num") == session.settings.account_num);
    ensure(is_there, || {
        format!("{} accounts, the test account not among them", list.len())
    })?;
    let again = session.post("/line/v1/accounts", &body).await?.agreed("000")?;
    ensure(again.list("accounts")? == list, || {
        "another list at the second call".to_owned()
    })?;
    Ok(format!("{}, {} accounts", first.kind(), list.len()))
}

async fn nobody(session: &Session) -> Finding {
    let body = json!({ "linking_value": session.reference() });
    let seen = session.post("/line/v1/accounts", &body).await?.agreed("000")?;
    let count = seen.list("accounts")?.len();
    ensure(count == 0, || format!("{count} accounts"))?;
    Ok(format!("{}, no accounts", seen.kind()))
}

async fn holder(session: &Session, (kind, number): (&str, &str)) -> Result<super::seen::Seen, Miss> {
    let account_num = &session.settings.account_num;
    let body = json!({ "account_num": account_num, "holder_info_type": kind, "holder_info": number });
    session.post("/line/v1/holder", &body).await
}

async fn holder_unchecked(session: &Session) -> Finding {
    let seen = holder(session, ("N", "")).await?.agreed("000")?;
    ensure(!seen.text("holder_name")?.is_empty(), || "an empty name".to_owned())?;
    Ok(seen.kind())
}

async fn holder_right(session: &Session) -> Finding {
    let Some((kind, number)) = &session.settings.holder else {
        return Err(Miss::NotPlayed("no number of the holder was given".to_owned()));
    };
    let seen = holder(session, (kind, number)).await?.agreed("000")?;
    let unchecked = holder(session, ("N", "")).await?.agreed("000")?;
    let is_same = seen.text("holder_name")? == unchecked.text("holder_name")?;
    ensure(is_same, || "another name than without a check".to_owned())?;
    Ok(seen.kind())
}

async fn holder_wrong(session: &Session) -> Finding {
    let right = session.settings.holder.as_ref().map(|(_, number)| number.as_str());
    let wrong = if right == Some("000229") { "000228" } else { "000229" };
    let seen = holder(session, (" ", wrong)).await?.agreed("464")?;
    Ok(seen.kind())
}

async fn balance(session: &Session) -> Finding {
    let body = json!({ "account_num": session.settings.account_num });
    let seen = session.post("/line/v1/balance", &body).await?.agreed("000")?;
    seen.won("balance_amt")?;
    seen.won("available_amt")?;
    let texts = [
        "account_type",
        "product_name",
        "account_issue_date",
        "maturity_date",
        "last_tran_date",
    ];
    for field in texts {
        seen.text(field)?;
    }
    Ok(seen.kind())
}

async fn no_account(session: &Session) -> Finding {
    let calls = [
        (
            "/line/v1/holder",
            json!({ "account_num": NO_ACCOUNT, "holder_info_type": "N", "holder_info": "" }),
        ),
        ("/line/v1/balance", json!({ "account_num": NO_ACCOUNT })),
        (
            "/line/v1/transactions",
            json!({
                "account_num": NO_ACCOUNT, "inquiry_type": "A", "from": "20260101000000", "to": "20261231235959",
                "sort_order": "D", "page_size": "25", "cursor": ""
            }),
        ),
    ];
    for (path, body) in &calls {
        session.post(path, body).await?.agreed("411")?;
    }
    Ok("code 411, three times".to_owned())
}
