//! POST /v2.0/inquiry/real_name and POST /v2.0/inquiry/receive: inquiries without a person.

use std::sync::Arc;

use naru_core::trust::{AccountUse, Demand};
use naru_core::{Scope, mask_account};
use naru_web::kftc::{BankLeg, FieldError, Refusal, Success, Text, judged, required};
use naru_web::{Demanding, Effect, Route, Trusted};
use serde::{Deserialize, Serialize};

use super::http::tran_dtime;
use crate::Desk;
use crate::desk::answered;

const OOB: Demand = Demand {
    scope: Scope::Oob,
    account: AccountUse::None,
    once: true,
};

/// The routes of this noun.
pub fn routes(desk: &Desk) -> Vec<Route> {
    let at = (&desk.hub, desk);
    vec![
        judged(
            ("POST", "/v2.0/inquiry/real_name"),
            Effect::Reads,
            "Who holds an account",
            at,
            real_name,
        ),
        judged(
            ("POST", "/v2.0/inquiry/receive"),
            Effect::Reads,
            "Whether a payee can be paid",
            at,
            receive,
        ),
    ]
}

/// What POST /v2.0/inquiry/real_name asks.
#[derive(Debug, Deserialize)]
pub struct RealNameRequest {
    #[serde(default)]
    bank_tran_id: Text,
    #[serde(default)]
    bank_code_std: Text,
    #[serde(default)]
    account_num: Text,
    #[serde(default)]
    account_holder_info_type: Text,
    #[serde(default)]
    account_holder_info: Text,
    #[serde(default)]
    tran_dtime: Text,
}

impl Demanding for RealNameRequest {
    const DEMAND: Demand = OOB;

    fn bank_tran_id(&self) -> Option<&str> {
        Some(self.bank_tran_id.as_str())
    }
}

/// An account number: digits, as institutions write them.
pub(crate) fn account_num<'a>(field: &str, value: &'a Text) -> Result<&'a str, FieldError> {
    let number = required(field, value)?.as_str();
    if (6..=16).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(number);
    }
    Err(FieldError::new(field, "must be 6 to 16 digits without hyphens"))
}

/// What POST /v2.0/inquiry/real_name answers.
#[derive(Debug, Serialize)]
pub struct RealNameAnswer {
    #[serde(flatten)]
    leg: BankLeg,
    bank_code_std: String,
    bank_code_sub: String,
    bank_name: String,
    savings_bank_name: &'static str,
    account_num: String,
    account_seq: String,
    account_holder_info_type: String,
    account_holder_info: String,
    account_type: String,
    account_holder_name: String,
}

async fn real_name(desk: Desk, call: Arc<Trusted<RealNameRequest>>) -> Result<Success<RealNameAnswer>, Refusal> {
    let ask = &call.ask;
    tran_dtime(&ask.tran_dtime)?;
    let institution = desk.institution("bank_code_std", ask.bank_code_std.as_str(), &call.client)?;
    let number = account_num("account_num", &ask.account_num)?;
    let (info_type, info) = holder_info(&ask.account_holder_info_type, &ask.account_holder_info)?;
    let bank = &institution.code;
    let holder = answered(&call, bank, desk.lines.holder(bank, number, (info_type, info)).await)?;
    let body = RealNameAnswer {
        leg: BankLeg::ok(ask.bank_tran_id.as_str(), bank, call.at),
        bank_code_std: bank.to_string(),
        bank_code_sub: format!("{bank}0000"),
        bank_name: institution.name_ko.clone(),
        savings_bank_name: "",
        account_num: number.to_owned(),
        account_seq: holder.account_seq,
        account_holder_info_type: info_type.to_owned(),
        account_holder_info: info.to_owned(),
        account_type: holder.account_type,
        account_holder_name: holder.holder_name,
    };
    Ok(Success {
        reason: "ok",
        call_id: call.call_id,
        at: call.at,
        body,
    })
}

/// A blank or missing type means a birth date `yyMMdd`, `6` a business number, `N` no check.
fn holder_info<'a>(kind: &'a Text, info: &'a Text) -> Result<(&'a str, &'a str), FieldError> {
    let digits = |count: std::ops::RangeInclusive<usize>| {
        let text = info.as_str();
        count.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    match kind.as_str() {
        "" if digits(6..=6) => Ok((" ", info.as_str())),
        "" => Err(FieldError::new(
            "account_holder_info",
            "must be a birth date of 6 digits, yyMMdd",
        )),
        "6" if digits(10..=10) => Ok(("6", info.as_str())),
        "6" => Err(FieldError::new(
            "account_holder_info",
            "must be a business number of 10 digits",
        )),
        "N" => Ok(("N", "")),
        _ => Err(FieldError::new("account_holder_info_type", "must be a blank, 6 or N")),
    }
}

/// What POST /v2.0/inquiry/receive asks.
#[derive(Debug, Deserialize)]
pub struct ReceiveRequest {
    #[serde(default)]
    bank_tran_id: Text,
    #[serde(default)]
    cntr_account_type: Text,
    #[serde(default)]
    cntr_account_num: Text,
    #[serde(default)]
    bank_code_std: Text,
    #[serde(default)]
    account_num: Text,
    #[serde(default)]
    print_content: Text,
    #[serde(default)]
    tran_amt: Text,
}

impl Demanding for ReceiveRequest {
    const DEMAND: Demand = OOB;

    fn bank_tran_id(&self) -> Option<&str> {
        Some(self.bank_tran_id.as_str())
    }
}

/// What POST /v2.0/inquiry/receive answers.
#[derive(Debug, Serialize)]
pub struct ReceiveAnswer {
    #[serde(flatten)]
    leg: BankLeg,
    bank_code_std: String,
    bank_code_sub: String,
    bank_name: String,
    savings_bank_name: &'static str,
    account_num: String,
    account_num_masked: String,
    print_content: String,
    account_holder_name: String,
    tran_amt: String,
}

async fn receive(desk: Desk, call: Arc<Trusted<ReceiveRequest>>) -> Result<Success<ReceiveAnswer>, Refusal> {
    let ask = &call.ask;
    crate::transfer::contract_account(&call.client, &ask.cntr_account_type, &ask.cntr_account_num)?;
    let institution = desk.institution("bank_code_std", ask.bank_code_std.as_str(), &call.client)?;
    let number = account_num("account_num", &ask.account_num)?;
    let amount = FieldError::read(
        "tran_amt",
        required("tran_amt", &ask.tran_amt)?,
        naru_core::Won::parse_amount,
    )?;
    let print_content = FieldError::text("print_content", &ask.print_content, 20)?;
    let bank = &institution.code;
    let holder = answered(&call, bank, desk.lines.holder(bank, number, ("N", "")).await)?;
    let body = ReceiveAnswer {
        leg: BankLeg::ok(ask.bank_tran_id.as_str(), bank, call.at),
        bank_code_std: bank.to_string(),
        bank_code_sub: format!("{bank}0000"),
        bank_name: institution.name_ko.clone(),
        savings_bank_name: "",
        account_num: number.to_owned(),
        account_num_masked: mask_account(number),
        print_content,
        account_holder_name: holder.holder_name,
        tran_amt: amount.to_string(),
    };
    Ok(Success {
        reason: "ok",
        call_id: call.call_id,
        at: call.at,
        body,
    })
}
