//! POST /v2.0/transfer/withdraw/fin_num: from a person's account to the fintech's contract account.

use std::collections::BTreeMap;
use std::sync::Arc;

use naru_core::trust::{AccountStanding, AccountUse, Demand};
use naru_core::{BankCode, BankTranId, FintechUseNum, Order, Scope, Side, Transfer, TransferKind, Won};
use naru_core::{CallId, mask_account};
use naru_web::kftc::{FieldError, Refusal, Success, Text, judged, required};
use naru_web::{Demanding, Effect, Route, Trusted};
use serde::{Deserialize, Serialize};

use super::drive::drive_and_wait;
use super::service::{Reserved, reserve};
use super::{contract_account, wire_state};
use crate::Desk;
use crate::inquiry::http::{named_account, tran_dtime};
use crate::inquiry::oob::account_num;

/// The route of this noun.
pub(crate) fn routes(desk: &Desk) -> Vec<Route> {
    let path = ("POST", "/v2.0/transfer/withdraw/fin_num");
    vec![judged(
        path,
        Effect::MovesMoney,
        "From a person to the fintech",
        (&desk.hub, desk),
        withdraw,
    )]
}

/// What POST /v2.0/transfer/withdraw/fin_num asks.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WithdrawRequest {
    bank_tran_id: Text,
    cntr_account_type: Text,
    cntr_account_num: Text,
    dps_print_content: Text,
    fintech_use_num: Text,
    wd_print_content: Text,
    tran_amt: Text,
    tran_dtime: Text,
    req_client_name: Text,
    req_client_bank_code: Text,
    req_client_account_num: Text,
    #[serde(alias = "req_client_fintech_use")]
    req_client_fintech_use_num: Text,
    req_client_num: Text,
    transfer_purpose: Text,
    sub_frnc_name: Text,
    sub_frnc_num: Text,
    #[serde(alias = "sub_frnc_bussiness_num")]
    sub_frnc_business_num: Text,
    recv_client_name: Text,
    recv_client_bank_code: Text,
    recv_client_account_num: Text,
}

impl Demanding for WithdrawRequest {
    // The id is the transfer's idempotency key: a repeat is answered from the record, so the judge does not ask.
    const DEMAND: Demand = Demand {
        scope: Scope::Transfer,
        account: AccountUse::Withdraw,
        once: false,
    };

    fn fintech_use_num(&self) -> Option<&str> {
        Some(self.fintech_use_num.as_str())
    }

    fn bank_tran_id(&self) -> Option<&str> {
        Some(self.bank_tran_id.as_str())
    }
}

impl WithdrawRequest {
    fn check(&self, call: &Trusted<Self>, account: &AccountStanding) -> Result<Order, Refusal> {
        contract_account(&call.client, &self.cntr_account_type, &self.cntr_account_num)?;
        tran_dtime(&self.tran_dtime)?;
        let amount = FieldError::read("tran_amt", required("tran_amt", &self.tran_amt)?, Won::parse_amount)?;
        let purpose = required("transfer_purpose", &self.transfer_purpose)?;
        let purpose = FieldError::one_of("transfer_purpose", purpose, &["TR", "ST", "AU"])?;
        let dps_print = required("dps_print_content", &self.dps_print_content)?;
        let contract = &call.client.contract_account;
        Ok(Order {
            kind: TransferKind::Withdraw,
            client_id: call.client.id,
            call_id: call.call_id,
            bank_tran_id: BankTranId::parse(self.bank_tran_id.as_str())
                .map_err(|error| FieldError::new("bank_tran_id", error))?,
            amount,
            debit: Side {
                bank_code: account.account.bank_code.clone(),
                account_num: account.account.account_num.clone(),
                holder_name: account.account.holder_name.clone(),
                print_content: FieldError::text("wd_print_content", &self.wd_print_content, 20)?,
            },
            credit: Side {
                bank_code: contract.bank_code.clone(),
                account_num: contract.account_num.clone(),
                holder_name: contract.holder_name.clone(),
                print_content: FieldError::text("dps_print_content", dps_print, 20)?,
            },
            person_id: Some(account.person_id),
            fintech_use_num: Some(account.fintech_use_num.clone()),
            returns: None,
            echo: self.echo(account, purpose)?,
        })
    }

    /// Who asked the fintech for it: an account or a registered one, not both. Kept with the transfer.
    fn echo(&self, account: &AccountStanding, purpose: &str) -> Result<BTreeMap<String, String>, FieldError> {
        let by_number = !self.req_client_account_num.is_empty() || !self.req_client_bank_code.is_empty();
        let by_registration = !self.req_client_fintech_use_num.is_empty();
        match (by_number, by_registration) {
            (true, true) => {
                let expected = "must not be given together with req_client_account_num";
                return Err(FieldError::new("req_client_fintech_use_num", expected));
            }
            (true, false) => {
                account_num("req_client_account_num", &self.req_client_account_num)?;
                FieldError::read("req_client_bank_code", &self.req_client_bank_code, BankCode::parse)?;
            }
            (false, true) => {
                let number = &self.req_client_fintech_use_num;
                FieldError::read("req_client_fintech_use_num", number, FintechUseNum::parse)?;
            }
            (false, false) => {
                let expected = "or req_client_fintech_use_num is required: who asked for the withdrawal";
                return Err(FieldError::new("req_client_account_num", expected));
            }
        }
        let texts: [(&str, &Text, usize); 8] = [
            (
                "req_client_name",
                required("req_client_name", &self.req_client_name)?,
                20,
            ),
            ("req_client_num", &self.req_client_num, 20),
            ("sub_frnc_name", &self.sub_frnc_name, 100),
            ("sub_frnc_num", &self.sub_frnc_num, 15),
            ("sub_frnc_business_num", &self.sub_frnc_business_num, 20),
            ("recv_client_name", &self.recv_client_name, 20),
            ("recv_client_bank_code", &self.recv_client_bank_code, 3),
            ("recv_client_account_num", &self.recv_client_account_num, 16),
        ];
        let mut echo = BTreeMap::new();
        for (name, value, longest) in texts {
            let text = FieldError::text(name, value, longest)?;
            if !text.is_empty() {
                echo.insert(name.to_owned(), text);
            }
        }
        echo.insert("transfer_purpose".to_owned(), purpose.to_owned());
        echo.insert("account_alias".to_owned(), account.alias.clone());
        Ok(echo)
    }
}

/// What POST /v2.0/transfer/withdraw/fin_num answers.
#[derive(Debug, Serialize)]
pub struct WithdrawAnswer {
    dps_bank_code_std: String,
    dps_bank_code_sub: String,
    dps_bank_name: String,
    dps_account_num_masked: String,
    dps_print_content: String,
    dps_account_holder_name: String,
    bank_tran_id: String,
    bank_tran_date: String,
    bank_code_tran: String,
    bank_rsp_code: String,
    bank_rsp_message: String,
    fintech_use_num: String,
    account_alias: String,
    bank_code_std: String,
    bank_code_sub: String,
    bank_name: String,
    savings_bank_name: &'static str,
    account_num_masked: String,
    print_content: String,
    account_holder_name: String,
    tran_amt: String,
    wd_limit_remain_amt: String,
}

impl WithdrawAnswer {
    /// The answer is a function of the stored transfer: a repeated request gets the same one.
    fn of(desk: &Desk, transfer: &Transfer) -> Success<Self> {
        let wire = wire_state(transfer);
        let order = &transfer.order;
        let (debit, credit) = (&order.debit, &order.credit);
        let body = Self {
            dps_bank_code_std: credit.bank_code.to_string(),
            dps_bank_code_sub: format!("{}0000", credit.bank_code),
            dps_bank_name: desk.bank_name(&credit.bank_code),
            dps_account_num_masked: mask_account(&credit.account_num),
            dps_print_content: credit.print_content.clone(),
            dps_account_holder_name: known(&transfer.facts.credit.holder_name, &credit.holder_name),
            bank_tran_id: order.bank_tran_id.to_string(),
            bank_tran_date: transfer.day.to_string(),
            bank_code_tran: wire.bank_code.to_string(),
            bank_rsp_code: wire.bank_rsp_code,
            bank_rsp_message: wire.bank_rsp_message,
            fintech_use_num: order
                .fintech_use_num
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            account_alias: order.echo.get("account_alias").cloned().unwrap_or_default(),
            bank_code_std: debit.bank_code.to_string(),
            bank_code_sub: format!("{}0000", debit.bank_code),
            bank_name: desk.bank_name(&debit.bank_code),
            savings_bank_name: "",
            account_num_masked: mask_account(&debit.account_num),
            print_content: debit.print_content.clone(),
            account_holder_name: known(&transfer.facts.debit.holder_name, &debit.holder_name),
            tran_amt: order.amount.to_string(),
            wd_limit_remain_amt: transfer.limit_remain.to_string(),
        };
        let at = if transfer.state.is_final() {
            transfer.state_since
        } else {
            transfer.created_at
        };
        Success {
            reason: wire.reason,
            call_id: CallId::from(transfer.id.uuid()),
            at,
            body,
        }
    }
}

/// What the institution told, or what was known before.
pub(super) fn known(told: &str, before: &str) -> String {
    if told.is_empty() {
        before.to_owned()
    } else {
        told.to_owned()
    }
}

async fn withdraw(desk: Desk, call: Arc<Trusted<WithdrawRequest>>) -> Result<Success<WithdrawAnswer>, Refusal> {
    let account = named_account(call.account.as_ref())?;
    let order = call.ask.check(&call, account)?;
    let transfer = carry_out(&desk, &call, order).await?;
    Ok(WithdrawAnswer::of(&desk, &transfer))
}

/// Stores an order's intention, drives it, and gives where it stands; a repeated one is only looked up.
pub(super) async fn carry_out<R: Demanding>(desk: &Desk, call: &Trusted<R>, order: Order) -> Result<Transfer, Refusal> {
    let transfer = match reserve(desk, call, order).await? {
        Reserved::Repeated(transfer) => {
            call.note_about(transfer.id);
            transfer
        }
        Reserved::New(transfer) => {
            let (transfer, took) = drive_and_wait(desk, transfer).await;
            let wire = wire_state(&transfer);
            call.note_institution(&wire.bank_code, &wire.bank_rsp_code, took.institution_us);
            transfer
        }
    };
    Ok(transfer)
}
