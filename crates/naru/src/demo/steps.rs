//! The steps of the journey, in order.

use std::pin::Pin;

use hyper::{Method, StatusCode};
use naru_storage::StorageError;
use serde_json::{Value, json};

use super::journey::{Journey, REDIRECT_URI, Registered, expect, text};
use crate::client::attribute;

type Outcome<'j> = Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'j>>;
type StepFn = for<'j, 'a> fn(&'j mut Journey<'a>) -> Outcome<'j>;

/// Every step with its name.
pub(super) fn all() -> Vec<(&'static str, StepFn)> {
    vec![
        ("an operator registers a fintech", |j| Box::pin(j.register())),
        ("a person consents in the browser", |j| Box::pin(consent(j))),
        ("the fintech exchanges the code for tokens", |j| Box::pin(exchange(j))),
        ("the fintech asks who the person is", |j| Box::pin(me(j))),
        ("the fintech asks for a balance", |j| Box::pin(balance(j))),
        ("the fintech reads two pages of transactions", |j| {
            Box::pin(transactions(j))
        }),
        ("the fintech withdraws from the person", |j| Box::pin(withdraw(j))),
        ("the fintech pays another person at another bank", |j| {
            Box::pin(deposit(j))
        }),
        ("the same withdrawal again: same answer, no second movement", |j| {
            Box::pin(repeat(j))
        }),
        ("the fintech asks what became of it", |j| Box::pin(result(j))),
        ("an institution goes silent: the transfer is unknown", |j| {
            Box::pin(silence(j))
        }),
        ("the resolver asks again and finds the truth", |j| Box::pin(resolve(j))),
        ("the person withdraws consent", |j| Box::pin(withdraw_consent(j))),
        ("the next call is refused", |j| Box::pin(refused(j))),
        ("trust explain says why", |j| Box::pin(explain(j))),
        ("the books of hub and institutions agree to the won", |j| {
            Box::pin(books(j))
        }),
    ]
}

async fn consent(j: &mut Journey<'_>) -> Result<String, String> {
    let (client, _) = j.client()?;
    let query = serde_urlencoded::to_string([
        ("response_type", "code"),
        ("client_id", &client.id.to_string()),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "login inquiry transfer"),
        ("state", "b80BLsfigm9OokPTjy03elbJqRHOfGSY"),
        ("auth_type", "0"),
    ]);
    let page = j
        .browser
        .follow(&format!("/oauth/2.0/authorize?{}", query.unwrap_or_default()))
        .await?;
    let person = naru_sims::demo::people().into_iter().next().ok_or("no person")?;
    let (action, csrf) = form(&page.text(), "identity")?;
    let words = [
        ("csrf", csrf.as_str()),
        ("name", &person.name),
        ("birth_date", &person.birth_date),
        ("cell_no", &person.cell_no),
    ];
    let page = j.browser.submit(&action, &words).await?.text();
    let number = page
        .split("class=\"bubble num\">")
        .nth(1)
        .and_then(|rest| rest.split('<').next());
    let number = digits(number.unwrap_or_default(), 6);
    let (action, csrf) = form(&page, "code")?;
    let page = j.browser.submit(&action, &[("csrf", &csrf), ("code", &number)]).await?;
    let page = page.text();
    let (action, csrf) = form(&page, "decision")?;
    let offered = page.matches("name=\"account\"").count();
    let values: Vec<String> = (0..offered).map(|at| at.to_string()).collect();
    let mut choice = vec![
        ("csrf", csrf.as_str()),
        ("inquiry", "yes"),
        ("transfer", "yes"),
        ("decision", "agree"),
    ];
    choice.extend(values.iter().map(|value| ("account", value.as_str())));
    let answer = j.browser.submit(&action, &choice).await?;
    let location = answer.header("location");
    if answer.status != StatusCode::SEE_OTHER || !location.starts_with(REDIRECT_URI) {
        return Err(format!("no way back to the fintech: {} {location}", answer.status));
    }
    let query = location.split('?').nth(1).unwrap_or_default();
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).map_err(|error| error.to_string())?;
    let find = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    if find("state").as_deref() != Some("b80BLsfigm9OokPTjy03elbJqRHOfGSY") {
        return Err("the state did not come back".to_owned());
    }
    j.code = find("code").ok_or("no code came back")?;
    Ok(format!(
        "{} agreed for {offered} accounts; a code came back with the state",
        person.name
    ))
}

/// The first so many digits of a text.
fn digits(text: &str, count: usize) -> String {
    text.chars().filter(char::is_ascii_digit).take(count).collect()
}

/// The address and token of the form on a page that leads to a step.
fn form(page: &str, step: &str) -> Result<(String, String), String> {
    let page = &page.replace("&#x2f;", "/");
    let marker = format!("/{step}?");
    let action = attribute(page, &marker, "action").or_else(|| attribute(page, &format!("/{step}\""), "action"));
    let csrf = attribute(page, "name=\"csrf\"", "value");
    match (action, csrf) {
        (Some(action), Some(csrf)) => Ok((action, csrf)),
        _ => Err(format!("the page has no form for {step}")),
    }
}

async fn exchange(j: &mut Journey<'_>) -> Result<String, String> {
    let (client, secret) = j.client()?;
    let id = client.id.to_string();
    let credentials = [("client_id", id.as_str()), ("client_secret", secret.expose())];
    let mut pairs = credentials.to_vec();
    pairs.extend([
        ("grant_type", "authorization_code"),
        ("code", &j.code),
        ("redirect_uri", REDIRECT_URI),
    ]);
    let tokens = j.http.form("/oauth/2.0/token", &pairs).await?;
    let mut pairs = credentials.to_vec();
    pairs.extend([("grant_type", "client_credentials"), ("scope", "oob")]);
    let oob = j.http.form("/oauth/2.0/token", &pairs).await?;
    expect(&tokens, "token_type", "Bearer")?;
    expect(&oob, "token_type", "Bearer")?;
    let (access, number) = (
        text(&tokens, "access_token").to_owned(),
        text(&tokens, "user_seq_no").to_owned(),
    );
    let saw = format!(
        "scope `{}`, {} seconds, user_seq_no {number}",
        text(&tokens, "scope"),
        tokens["expires_in"]
    );
    (j.access_token, j.user_seq_no) = (access, number);
    j.oob_token = text(&oob, "access_token").to_owned();
    Ok(saw)
}

async fn me(j: &mut Journey<'_>) -> Result<String, String> {
    let answer = j
        .http
        .get("/v2.0/user/me", &j.access_token, &[("user_seq_no", &j.user_seq_no)])
        .await?;
    expect(&answer, "rsp_code", "A0000")?;
    let rows = answer["res_list"].as_array().cloned().unwrap_or_default();
    j.accounts = rows
        .iter()
        .map(|row| Registered {
            fintech_use_num: text(row, "fintech_use_num").to_owned(),
            bank: text(row, "bank_code_std").to_owned(),
        })
        .collect();
    if j.accounts.len() < 2 {
        return Err(format!("fewer than two accounts: {answer}"));
    }
    let masked: Vec<_> = rows.iter().map(|row| text(row, "account_num_masked")).collect();
    Ok(format!(
        "{} with accounts {}",
        text(&answer, "user_name"),
        masked.join(", ")
    ))
}

async fn balance(j: &mut Journey<'_>) -> Result<String, String> {
    let won = j.balance(0).await?;
    Ok(format!("{won} won at institution {}", j.accounts[0].bank))
}

async fn transactions(j: &mut Journey<'_>) -> Result<String, String> {
    let today = j.trial.running.parts.hub.now();
    let (from, to, now) = (today.plus_days(-90).yyyymmdd(), today.yyyymmdd(), j.now());
    let mut trace = String::new();
    let mut counts = Vec::new();
    for _ in 0..2 {
        let id = j.bank_tran_id()?;
        let query = [
            ("bank_tran_id", id.as_str()),
            ("fintech_use_num", &j.accounts[0].fintech_use_num),
            ("inquiry_type", "A"),
            ("inquiry_base", "D"),
            ("from_date", &from),
            ("to_date", &to),
            ("sort_order", "D"),
            ("tran_dtime", &now),
            ("befor_inquiry_trace_info", &trace),
        ];
        let page = j
            .http
            .get("/v2.0/account/transaction_list/fin_num", &j.access_token, &query)
            .await?;
        expect(&page, "rsp_code", "A0000")?;
        counts.push(text(&page, "page_record_cnt").to_owned());
        trace = text(&page, "befor_inquiry_trace_info").to_owned();
        if counts.len() == 1 {
            expect(&page, "next_page_yn", "Y")?;
        }
    }
    Ok(format!("{} transactions, then {} more", counts[0], counts[1]))
}

async fn withdraw(j: &mut Journey<'_>) -> Result<String, String> {
    let before = j.balance(0).await?;
    let id = j.bank_tran_id()?;
    let body = j.withdrawal_body(&id, 0, 10_000)?;
    let answer = j
        .http
        .post("/v2.0/transfer/withdraw/fin_num", &j.access_token, &body)
        .await?;
    expect(&answer, "rsp_code", "A0000")?;
    expect(&answer, "bank_rsp_code", "000")?;
    let after = j.balance(0).await?;
    if before - after != 10_000 {
        return Err(format!("the balance went from {before} to {after}"));
    }
    let saw = format!(
        "10000 won; the balance went from {before} to {after}; {} left of the day's limit",
        text(&answer, "wd_limit_remain_amt")
    );
    j.withdrawal = Some((body, answer));
    Ok(saw)
}

async fn deposit(j: &mut Journey<'_>) -> Result<String, String> {
    let own_bank = j.accounts[0].bank.clone();
    let payee = j.trial.summary.people.get(1).ok_or("no second person")?;
    let account = payee.accounts.iter().find(|account| account.bank_code_std != own_bank);
    let account = account.ok_or("the second person has no account at another bank")?;
    let books = j
        .bank_admin(&account.bank_code_std, Method::GET, "/books", Value::Null)
        .await?;
    let (number, before) = account_of(&books, &payee.name).ok_or("the payee's account is not in the books")?;
    let now = j.now();
    let body = json!({
        "cntr_account_type": "N",
        "cntr_account_num": j.trial.summary.contract_account,
        "wd_pass_phrase": "NONE",
        "wd_print_content": "모아핀송금",
        "name_check_option": "on",
        "tran_dtime": now,
        "req_cnt": "1",
        "req_list": [{
            "tran_no": "1",
            "bank_tran_id": j.bank_tran_id()?,
            "bank_code_std": account.bank_code_std,
            "account_num": number,
            "account_holder_name": payee.name,
            "print_content": "모아핀에서",
            "tran_amt": "7000",
            "req_client_name": "김하늘",
            "req_client_num": "HANEUL1",
            "transfer_purpose": "TR",
        }],
    });
    let answer = j
        .http
        .post("/v2.0/transfer/deposit/acnt_num", &j.oob_token, &body)
        .await?;
    expect(&answer, "rsp_code", "A0000")?;
    expect(&answer["res_list"][0], "bank_rsp_code", "000")?;
    let books = j
        .bank_admin(&account.bank_code_std, Method::GET, "/books", Value::Null)
        .await?;
    let (_, after) = account_of(&books, &payee.name).ok_or("the payee's account is gone")?;
    if after - before != 7_000 {
        return Err(format!("the payee's balance went from {before} to {after}"));
    }
    Ok(format!(
        "7000 won to {} at institution {}; the balance grew by exactly that",
        payee.name, account.bank_code_std
    ))
}

/// The first account of a holder in a bank's own books: number and balance.
fn account_of(books: &Value, holder: &str) -> Option<(String, i64)> {
    let rows = books["accounts"].as_array()?;
    let row = rows.iter().find(|row| text(row, "holder_name") == holder)?;
    Some((
        text(row, "account_num").to_owned(),
        won(row, "balance_amt").or_else(|| won(row, "balance_won"))?,
    ))
}

fn won(row: &Value, name: &str) -> Option<i64> {
    row[name].as_i64().or_else(|| row[name].as_str()?.parse().ok())
}

async fn repeat(j: &mut Journey<'_>) -> Result<String, String> {
    let (body, first) = j.withdrawal.clone().ok_or("nothing was withdrawn")?;
    let before = j.balance(0).await?;
    let again = j
        .http
        .post("/v2.0/transfer/withdraw/fin_num", &j.access_token, &body)
        .await?;
    let after = j.balance(0).await?;
    if again != first {
        return Err(format!("another answer than before: {again}"));
    }
    if before != after {
        return Err(format!("money moved again: {before} to {after}"));
    }
    let mut other = body;
    other["tran_amt"] = json!("20000");
    let refused = j
        .http
        .post("/v2.0/transfer/withdraw/fin_num", &j.access_token, &other)
        .await?;
    expect(&refused, "rsp_code", "A0326")?;
    Ok("the recorded answer, word for word; the balance stayed; another amount under the same id is A0326".to_owned())
}

async fn ask_result(j: &Journey<'_>, id: &str, amount: &str) -> Result<Value, String> {
    let body = json!({
        "check_type": "1",
        "tran_dtime": j.now(),
        "req_cnt": "1",
        "req_list": [{
            "tran_no": "1",
            "org_bank_tran_id": id,
            "org_bank_tran_date": j.trial.running.parts.hub.now().yyyymmdd(),
            "org_tran_amt": amount,
        }],
    });
    j.http.post("/v2.0/transfer/result", &j.oob_token, &body).await
}

async fn result(j: &mut Journey<'_>) -> Result<String, String> {
    let (body, _) = j.withdrawal.clone().ok_or("nothing was withdrawn")?;
    let answer = ask_result(j, text(&body, "bank_tran_id"), "10000").await?;
    expect(&answer, "rsp_code", "A0000")?;
    expect(&answer["res_list"][0], "bank_rsp_code", "000")?;
    Ok(format!("executed, {} won", text(&answer["res_list"][0], "tran_amt")))
}

async fn silence(j: &mut Journey<'_>) -> Result<String, String> {
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

async fn resolve(j: &mut Journey<'_>) -> Result<String, String> {
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

async fn withdraw_consent(j: &mut Journey<'_>) -> Result<String, String> {
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

async fn refused(j: &mut Journey<'_>) -> Result<String, String> {
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

async fn explain(j: &mut Journey<'_>) -> Result<String, String> {
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

async fn books(j: &mut Journey<'_>) -> Result<String, String> {
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
