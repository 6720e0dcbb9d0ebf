//! POST /v2.0/transfer/result: what became of transfers.

use std::sync::Arc;

use naru_core::trust::{AccountUse, Demand};
use naru_core::{BankTranId, ClientId, Day, Scope, Transfer, TransferKind, Won, mask_account};
use naru_storage::StorageError;
use naru_web::kftc::{FieldError, Refusal, Success, Text, judged, required};
use naru_web::{Demanding, Effect, Route, Trusted};
use serde::{Deserialize, Serialize};

use super::wire_state;
use super::withdraw::known;
use crate::Desk;
use crate::inquiry::http::tran_dtime;

/// Rows of one request at most.
const ROWS_MAX: usize = 25;

/// The route of this noun.
pub(crate) fn routes(desk: &Desk) -> Vec<Route> {
    let path = ("POST", "/v2.0/transfer/result");
    vec![judged(
        path,
        Effect::Reads,
        "What became of transfers",
        (&desk.hub, desk),
        result,
    )]
}

/// What POST /v2.0/transfer/result asks.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResultRequest {
    check_type: Text,
    tran_dtime: Text,
    req_cnt: Text,
    req_list: Vec<ResultRow>,
}

/// One transfer that is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResultRow {
    tran_no: Text,
    org_bank_tran_id: Text,
    org_bank_tran_date: Text,
    org_tran_amt: Text,
}

impl Demanding for ResultRequest {
    const DEMAND: Demand = Demand {
        scope: Scope::Oob,
        account: AccountUse::None,
        once: false,
    };
}

impl ResultRequest {
    fn kind(&self) -> Result<TransferKind, FieldError> {
        let word = required("check_type", &self.check_type)?;
        Ok(match FieldError::one_of("check_type", word, &["1", "2"])? {
            "1" => TransferKind::Withdraw,
            _ => TransferKind::Deposit,
        })
    }

    fn rows(&self) -> Result<&[ResultRow], FieldError> {
        if self.req_list.is_empty() || self.req_list.len() > ROWS_MAX {
            return Err(FieldError::new(
                "req_list",
                format_args!("must have 1 to {ROWS_MAX} transfers"),
            ));
        }
        if !self.req_cnt.is_empty() && self.req_cnt.as_str() != self.req_list.len().to_string() {
            return Err(FieldError::new("req_cnt", "must be the number of rows in req_list"));
        }
        Ok(&self.req_list)
    }
}

/// A row, checked.
pub(super) struct Named {
    pub(super) bank_tran_id: BankTranId,
    pub(super) day: Day,
    pub(super) amount: Won,
}

/// The original transfer that a row names.
pub(super) fn original(id: &Text, date: &Text, amount: &Text) -> Result<Named, FieldError> {
    Ok(Named {
        bank_tran_id: FieldError::read("org_bank_tran_id", required("org_bank_tran_id", id)?, BankTranId::parse)?,
        day: Day::parse(required("org_bank_tran_date", date)?.as_str())
            .ok_or_else(|| FieldError::new("org_bank_tran_date", "must be an existing day yyyyMMdd"))?,
        amount: FieldError::read("org_tran_amt", required("org_tran_amt", amount)?, Won::parse_amount)?,
    })
}

/// What POST /v2.0/transfer/result answers.
#[derive(Debug, Serialize)]
pub struct ResultAnswer {
    res_cnt: String,
    res_list: Vec<ResultItem>,
}

/// What became of one transfer.
#[derive(Debug, Default, Serialize)]
pub struct ResultItem {
    tran_no: String,
    bank_tran_id: String,
    bank_tran_date: String,
    bank_code_tran: String,
    bank_rsp_code: String,
    bank_rsp_message: String,
    wd_bank_code_std: String,
    wd_bank_name: String,
    wd_account_num_masked: String,
    wd_print_content: String,
    wd_account_holder_name: String,
    dps_bank_code_std: String,
    dps_bank_name: String,
    dps_account_num_masked: String,
    dps_print_content: String,
    dps_account_holder_name: String,
    tran_amt: String,
}

impl ResultItem {
    fn of(desk: &Desk, tran_no: &str, transfer: &Transfer) -> Self {
        let wire = wire_state(transfer);
        let order = &transfer.order;
        let (debit, credit) = (&order.debit, &order.credit);
        Self {
            tran_no: tran_no.to_owned(),
            bank_tran_id: order.bank_tran_id.to_string(),
            bank_tran_date: transfer.day.to_string(),
            bank_code_tran: wire.bank_code.to_string(),
            bank_rsp_code: wire.bank_rsp_code,
            bank_rsp_message: wire.bank_rsp_message,
            wd_bank_code_std: debit.bank_code.to_string(),
            wd_bank_name: desk.bank_name(&debit.bank_code),
            wd_account_num_masked: mask_account(&debit.account_num),
            wd_print_content: debit.print_content.clone(),
            wd_account_holder_name: known(&transfer.facts.debit.holder_name, &debit.holder_name),
            dps_bank_code_std: credit.bank_code.to_string(),
            dps_bank_name: desk.bank_name(&credit.bank_code),
            dps_account_num_masked: mask_account(&credit.account_num),
            dps_print_content: credit.print_content.clone(),
            dps_account_holder_name: known(&transfer.facts.credit.holder_name, &credit.holder_name),
            tran_amt: order.amount.to_string(),
        }
    }

    /// A transfer that the fintech never asked for, or not in these words.
    fn missing(row: &ResultRow, named: &Named, message: &str) -> Self {
        Self {
            tran_no: row.tran_no.as_str().to_owned(),
            bank_tran_id: named.bank_tran_id.to_string(),
            bank_tran_date: named.day.to_string(),
            bank_rsp_message: message.to_owned(),
            tran_amt: named.amount.to_string(),
            ..Self::default()
        }
    }
}

/// A transfer by the fintech's name for it; one of another amount is not it.
pub(super) async fn find(
    desk: &Desk,
    client_id: ClientId,
    kind: TransferKind,
    named: &Named,
) -> Result<Option<Transfer>, StorageError> {
    let found = desk.hub.storage().read("transfer_find_by_name", async |tx| {
        tx.transfer_find_by_name(client_id, named.day, kind, &named.bank_tran_id)
            .await
    });
    let found: Result<Option<Transfer>, StorageError> = found.await;
    Ok(found?.filter(|transfer| transfer.order.amount == named.amount))
}

async fn result(desk: Desk, call: Arc<Trusted<ResultRequest>>) -> Result<Success<ResultAnswer>, Refusal> {
    let kind = call.ask.kind()?;
    tran_dtime(&call.ask.tran_dtime)?;
    let missing = &desk.hub.codes().of("no_such_transfer").message;
    let (mut reason, mut found_any) = ("ok", false);
    let mut res_list = Vec::new();
    let rows = call.ask.rows()?;
    for row in rows {
        let named = original(&row.org_bank_tran_id, &row.org_bank_tran_date, &row.org_tran_amt)?;
        match find(&desk, call.client.id, kind, &named).await? {
            Some(transfer) => {
                found_any = true;
                // The answer to one question says in its head that the outcome is still open.
                if rows.len() == 1 {
                    call.note_about(transfer.id);
                    if !transfer.state.is_final() {
                        reason = wire_state(&transfer).reason;
                    }
                }
                res_list.push(ResultItem::of(&desk, row.tran_no.as_str(), &transfer));
            }
            None => res_list.push(ResultItem::missing(row, &named, missing)),
        }
    }
    if !found_any {
        return Err(Refusal::Reason("no_such_transfer"));
    }
    let body = ResultAnswer {
        res_cnt: res_list.len().to_string(),
        res_list,
    };
    Ok(Success {
        reason,
        call_id: call.call_id,
        at: call.at,
        body,
    })
}
