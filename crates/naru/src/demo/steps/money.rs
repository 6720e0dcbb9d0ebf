//! Money moves: a withdrawal, a deposit, the same request again, and what became of it.

use hyper::Method;
use serde_json::{Value, json};

use crate::demo::journey::{Journey, expect, text};

pub(super) async fn withdraw(j: &mut Journey<'_>) -> Result<String, String> {
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

pub(super) async fn deposit(j: &mut Journey<'_>) -> Result<String, String> {
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
pub(super) fn account_of(books: &Value, holder: &str) -> Option<(String, i64)> {
    let rows = books["accounts"].as_array()?;
    let row = rows.iter().find(|row| text(row, "holder_name") == holder)?;
    Some((
        text(row, "account_num").to_owned(),
        won(row, "balance_amt").or_else(|| won(row, "balance_won"))?,
    ))
}

pub(super) fn won(row: &Value, name: &str) -> Option<i64> {
    row[name].as_i64().or_else(|| row[name].as_str()?.parse().ok())
}

pub(super) async fn repeat(j: &mut Journey<'_>) -> Result<String, String> {
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

pub(super) async fn ask_result(j: &Journey<'_>, id: &str, amount: &str) -> Result<Value, String> {
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

pub(super) async fn result(j: &mut Journey<'_>) -> Result<String, String> {
    let (body, _) = j.withdrawal.clone().ok_or("nothing was withdrawn")?;
    let answer = ask_result(j, text(&body, "bank_tran_id"), "10000").await?;
    expect(&answer, "rsp_code", "A0000")?;
    expect(&answer["res_list"][0], "bank_rsp_code", "000")?;
    Ok(format!("executed, {} won", text(&answer["res_list"][0], "tran_amt")))
}
