//! What happens when somebody is silent, when a consent ends, and whether the books agree.

use hyper::StatusCode;
use naru_storage::StorageError;
use serde_json::json;

use super::consent::form;
use super::money::ask_result;
use crate::demo::journey::{Journey, expect, text};

pub(super) async fn silence(j: &mut Journey<'_>) -> Result<String, String> {
    let bank = j.accounts[0].bank.clone();
    // The institution debits and then keeps its answer to itself for longer than anybody waits.
    j.fault(
        &bank,
        json!({ "kind": "late", "on": ["debit"], "times": 1, "delay_ms": 60_000 }),
    )
    .await?;
    let id = j.bank_tran_id()?;
    let body = j.withdrawal_body(&id, 0, 3_000)?;
    let answer = j
        .http
        .post("/v2.0/transfer/withdraw/fin_num", &j.access_token, &body)
        .await?;
    expect(&answer, "rsp_code", "A0007")?;
    let asked = ask_result(j, &id, "3000").await?;
    expect(&asked, "rsp_code", "A0007")?;
    j.lost_id = id;
    Ok("A0007: neither done nor failed; the result inquiry says the same".to_owned())
}

pub(super) async fn resolve(j: &mut Journey<'_>) -> Result<String, String> {
    j.clear_faults(&j.accounts[0].bank).await?;
    let answer = ask_result(j, &j.lost_id, "3000").await?;
    expect(&answer, "rsp_code", "A0007")?;
    // The hub asks by itself after a minute; for the demonstration that minute is made to have passed.
    let storage = j.trial.running.parts.hub.storage();
    let woken = storage.record("transfer_wake_all", async |tx| {
        tx.transfer_wake_all(tx.now().plus_seconds(60)).await
    });
    let woken = woken.await.map_err(|error: StorageError| error.to_string())?;
    for _ in 0..150 {
        let answer = ask_result(j, &j.lost_id, "3000").await?;
        if text(&answer, "rsp_code") == "A0000" {
            expect(&answer["res_list"][0], "bank_rsp_code", "000")?;
            return Ok(format!(
                "{woken} transfer asked for again by the hub's own reference: it was executed, once"
            ));
        }
        Journey::patience().await;
    }
    Err("the resolver found nothing within 30 s".to_owned())
}

pub(super) async fn withdraw_consent(j: &mut Journey<'_>) -> Result<String, String> {
    let page = j.browser.open("/grants").await?;
    let page = page.text();
    let (action, csrf) = form(&page, "revoke")?;
    // The page's first form signs out; the token is the same in all of them.
    let answer = j.browser.submit(&action, &[("csrf", &csrf)]).await?;
    if answer.status != StatusCode::OK {
        return Err(format!("the consent was not ended: {}", answer.status));
    }
    Ok("ended on the page of one's own consents".to_owned())
}

pub(super) async fn refused(j: &mut Journey<'_>) -> Result<String, String> {
    let (id, now) = (j.bank_tran_id()?, j.now());
    let number = j.accounts[0].fintech_use_num.clone();
    let query = [
        ("bank_tran_id", id.as_str()),
        ("fintech_use_num", &number),
        ("tran_dtime", &now),
    ];
    let answer = j
        .http
        .get("/v2.0/account/balance/fin_num", &j.access_token, &query)
        .await?;
    expect(&answer, "rsp_code", "O0002")?;
    j.refused_call = text(&answer, "api_tran_id").to_owned();
    Ok(format!(
        "{} {}",
        text(&answer, "rsp_code"),
        text(&answer, "rsp_message")
    ))
}

pub(super) async fn explain(j: &mut Journey<'_>) -> Result<String, String> {
    let id = j
        .refused_call
        .parse()
        .map_err(|_| format!("not a call: {}", j.refused_call))?;
    j.trial.running.parts.hub.calls().flush().await;
    let storage = j.trial.running.parts.hub.storage();
    let call = storage.read("call_find", async |tx| tx.call_find(id).await).await;
    let call = call
        .map_err(|error: StorageError| error.to_string())?
        .ok_or("the call was not recorded")?;
    let verdict: naru_core::trust::Verdict = serde_json::from_str(&call.verdict).map_err(|error| error.to_string())?;
    match verdict.broken() {
        Some((link, why, evidence)) if why == naru_core::trust::Why::GrantRevoked => {
            let facts: Vec<_> = evidence.iter().map(|fact| format!("{} {}", fact.0, fact.1)).collect();
            let sentence = why.sentence(naru_core::Language::En);
            Ok(format!("✕ {link}: {sentence} ({})", facts.join(", ")))
        }
        other => Err(format!(
            "expected the consent link to be broken by revocation, saw {other:?}"
        )),
    }
}

pub(super) async fn books(j: &mut Journey<'_>) -> Result<String, String> {
    let storage = j.trial.running.parts.hub.storage();
    let check = storage.read("journal_check", async |tx| tx.journal_check().await).await;
    let check = check.map_err(|error: StorageError| error.to_string())?;
    if !check.holds() {
        return Err(format!("the journal does not hold: {check:?}"));
    }
    let mut agreed = Vec::new();
    for (bank, demo) in j
        .trial
        .banks
        .iter()
        .zip(naru_sims::demo::banks(naru_sims::seoul::now().date()))
    {
        let totals = bank.totals();
        let moved = totals.balance_won - totals.opening_won;
        let position = check
            .positions
            .iter()
            .find(|(code, _)| *code == demo.code)
            .map_or(0, |(_, won)| won.0);
        if !totals.is_balanced() || moved != position {
            return Err(format!(
                "institution {} moved {moved} won, its position says {position}",
                demo.code
            ));
        }
        agreed.push(format!("{} {position:+}", demo.code));
    }
    Ok(format!(
        "positions {}; suspense {}; every entry sums to zero",
        agreed.join(", "),
        check.suspense
    ))
}
