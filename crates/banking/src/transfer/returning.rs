//! POST /v2.0/return/claim and /v2.0/return/result: asking a payee's institution to give a mis-sent deposit back.
//!
//! A claim is a transfer of its own, from the payee back to the contract account. Whether the payee agrees is for
//! the payee's institution to know; its "no" ends the claim.

use std::collections::BTreeMap;
use std::sync::Arc;

use naru_core::trust::{AccountUse, Demand};
use naru_core::{BankTranId, CallId, Order, Scope, Transfer, TransferKind, TransferState, mask_account};
use naru_web::kftc::{FieldError, Refusal, Success, Text, judged, required};
use naru_web::{Demanding, Effect, Route, Trusted};
use serde::{Deserialize, Serialize};

use super::result::{find, original};
use super::wire_state;
use super::withdraw::{carry_out, known};
use crate::Desk;
use crate::inquiry::http::tran_dtime;

/// How long a deposit can be claimed back, days.
const CLAIM_DAYS: i64 = 365;

const OOB: Demand = Demand {
    scope: Scope::Oob,
    account: AccountUse::None,
    once: false,
};

/// The routes of this noun.
pub(crate) fn routes(desk: &Desk) -> Vec<Route> {
    let at = (&desk.hub, desk);
    vec![
        judged(
            ("POST", "/v2.0/return/claim"),
            Effect::MovesMoney,
            "Claims a mis-sent deposit back",
            at,
            claim,
        ),
        judged(
            ("POST", "/v2.0/return/result"),
            Effect::Reads,
            "What became of a claim",
            at,
            result,
        ),
    ]
}

/// What POST /v2.0/return/claim asks.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ClaimRequest {
    bank_tran_id: Text,
    org_bank_tran_id: Text,
    org_bank_tran_date: Text,
    org_tran_amt: Text,
    claim_reason: Text,
    tran_dtime: Text,
}

impl Demanding for ClaimRequest {
    const DEMAND: Demand = OOB;

    fn bank_tran_id(&self) -> Option<&str> {
        Some(self.bank_tran_id.as_str())
    }
}

impl ClaimRequest {
    fn order(&self, call: &Trusted<Self>, deposit: &Transfer) -> Result<Order, FieldError> {
        let mut echo = BTreeMap::new();
        let reason = FieldError::text("claim_reason", &self.claim_reason, 100)?;
        echo.insert("claim_reason".to_owned(), reason);
        let mut payee = deposit.order.credit.clone();
        payee.print_content = "반환청구".to_owned();
        let mut contract = deposit.order.debit.clone();
        contract.print_content = "반환청구".to_owned();
        Ok(Order {
            kind: TransferKind::Return,
            client_id: call.client.id,
            call_id: call.call_id,
            bank_tran_id: BankTranId::parse(self.bank_tran_id.as_str())
                .map_err(|error| FieldError::new("bank_tran_id", error))?,
            amount: deposit.order.amount,
            debit: payee,
            credit: contract,
            person_id: None,
            fintech_use_num: None,
            returns: Some(deposit.id),
            echo,
        })
    }
}

/// What both answer.
#[derive(Debug, Serialize)]
pub struct ClaimAnswer {
    bank_tran_id: String,
    bank_tran_date: String,
    bank_code_tran: String,
    bank_rsp_code: String,
    bank_rsp_message: String,
    org_bank_tran_id: String,
    org_bank_tran_date: String,
    bank_code_std: String,
    bank_name: String,
    account_num_masked: String,
    account_holder_name: String,
    tran_amt: String,
}

impl ClaimAnswer {
    fn of(desk: &Desk, claim: &Transfer, (org_id, org_day): (String, String)) -> Success<Self> {
        let wire = wire_state(claim);
        let payee = &claim.order.debit;
        let body = Self {
            bank_tran_id: claim.order.bank_tran_id.to_string(),
            bank_tran_date: claim.day.to_string(),
            bank_code_tran: wire.bank_code.to_string(),
            bank_rsp_code: wire.bank_rsp_code,
            bank_rsp_message: wire.bank_rsp_message,
            org_bank_tran_id: org_id,
            org_bank_tran_date: org_day,
            bank_code_std: payee.bank_code.to_string(),
            bank_name: desk.bank_name(&payee.bank_code),
            account_num_masked: mask_account(&payee.account_num),
            account_holder_name: known(&claim.facts.debit.holder_name, &payee.holder_name),
            tran_amt: claim.order.amount.to_string(),
        };
        let at = if claim.state.is_final() {
            claim.state_since
        } else {
            claim.created_at
        };
        Success {
            reason: wire.reason,
            call_id: CallId::from(claim.id.uuid()),
            at,
            body,
        }
    }
}

async fn claim(desk: Desk, call: Arc<Trusted<ClaimRequest>>) -> Result<Success<ClaimAnswer>, Refusal> {
    let ask = &call.ask;
    tran_dtime(&ask.tran_dtime)?;
    let named = original(&ask.org_bank_tran_id, &ask.org_bank_tran_date, &ask.org_tran_amt)?;
    let deposit = find(&desk, call.client.id, TransferKind::Deposit, &named).await?;
    let deposit = deposit
        .filter(|deposit| deposit.state == TransferState::Completed)
        .ok_or(Refusal::Reason("no_such_transfer"))?;
    if call.at.days_since(deposit.created_at) > CLAIM_DAYS {
        return Err(FieldError::new("org_bank_tran_date", "must lie within the last year").into());
    }
    let order = ask.order(&call, &deposit)?;
    let claim = carry_out(&desk, &call, order).await?;
    Ok(ClaimAnswer::of(
        &desk,
        &claim,
        (named.bank_tran_id.to_string(), named.day.to_string()),
    ))
}

/// What POST /v2.0/return/result asks: the claim, by the id under which it was made.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ClaimResultRequest {
    org_bank_tran_id: Text,
    org_bank_tran_date: Text,
    org_tran_amt: Text,
}

impl Demanding for ClaimResultRequest {
    const DEMAND: Demand = OOB;
}

async fn result(desk: Desk, call: Arc<Trusted<ClaimResultRequest>>) -> Result<Success<ClaimAnswer>, Refusal> {
    let ask = &call.ask;
    required("org_bank_tran_id", &ask.org_bank_tran_id)?;
    let named = original(&ask.org_bank_tran_id, &ask.org_bank_tran_date, &ask.org_tran_amt)?;
    let claim = find(&desk, call.client.id, TransferKind::Return, &named).await?;
    let claim = claim.ok_or(Refusal::Reason("no_such_transfer"))?;
    let deposit = match claim.order.returns {
        Some(id) => {
            desk.hub
                .storage()
                .read("transfer_find", async |tx| tx.transfer_find(id).await)
                .await?
        }
        None => None,
    };
    let deposit: Option<Transfer> = deposit;
    let names = deposit
        .map(|d| (d.order.bank_tran_id.to_string(), d.day.to_string()))
        .unwrap_or_default();
    // The question has a number and a time of its own; the claim's are told when the claim itself is repeated.
    Ok(Success {
        call_id: call.call_id,
        at: call.at,
        ..ClaimAnswer::of(&desk, &claim, names)
    })
}
