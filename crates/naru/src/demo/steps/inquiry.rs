//! The fintech looks: who the person is, balances, transactions.

use crate::demo::journey::{Journey, Registered, expect, text};

pub(super) async fn me(j: &mut Journey<'_>) -> Result<String, String> {
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

pub(super) async fn balance(j: &mut Journey<'_>) -> Result<String, String> {
    let won = j.balance(0).await?;
    Ok(format!("{won} won at institution {}", j.accounts[0].bank))
}

pub(super) async fn transactions(j: &mut Journey<'_>) -> Result<String, String> {
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
