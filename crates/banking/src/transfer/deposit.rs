//! POST /v2.0/transfer/deposit/fin_num and /deposit/acnt_num: from the fintech's contract account to a payee.

use std::collections::BTreeMap;
use std::sync::Arc;

use naru_core::trust::{AccountStanding, AccountUse, Demand};
use naru_core::{BankTranId, CallId, Order, Scope, Side, Transfer, TransferKind, Won, mask_account};
use naru_web::kftc::{FieldError, Refusal, Success, Text, judged, required};
use naru_web::{Demanding, Effect, Route, Trusted};
use serde::{Deserialize, Serialize};

use super::service::recorded;
use super::withdraw::{carry_out, known};
use super::{contract_account, wire_state};
use crate::Desk;
use crate::desk::answered;
use crate::inquiry::http::{named_account, tran_dtime};
use crate::inquiry::oob::account_num;

/// The routes of this noun.
pub(crate) fn routes(desk: &Desk) -> Vec<Route> {
    let at = (&desk.hub, desk);
    let (fin, acnt) = ("/v2.0/transfer/deposit/fin_num", "/v2.0/transfer/deposit/acnt_num");
    vec![
        judged(
            ("POST", fin),
            Effect::MovesMoney,
            "From the fintech to a registered account",
            at,
            to_registered,
        ),
        judged(
            ("POST", acnt),
            Effect::MovesMoney,
            "From the fintech to an account number",
            at,
            to_number,
        ),
    ]
}

/// The fields both deposits share.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DepositRequest {
    cntr_account_type: Text,
    cntr_account_num: Text,
    wd_print_content: Text,
    name_check_option: Text,
    tran_dtime: Text,
    req_cnt: Text,
    req_list: Vec<DepositRow>,
}

/// One deposit of a request; the profile allows one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DepositRow {
    tran_no: Text,
    bank_tran_id: Text,
    fintech_use_num: Text,
    bank_code_std: Text,
    account_num: Text,
    account_holder_name: Text,
    print_content: Text,
    tran_amt: Text,
    req_client_name: Text,
    req_client_bank_code: Text,
    req_client_account_num: Text,
    #[serde(alias = "req_client_fintech_use")]
    req_client_fintech_use_num: Text,
    req_client_num: Text,
    transfer_purpose: Text,
    cms_num: Text,
    withdraw_bank_tran_id: Text,
}

/// A deposit to a registered account.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct ToRegistered(DepositRequest);

/// A deposit to an account number.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct ToNumber(DepositRequest);

impl Demanding for ToRegistered {
    const DEMAND: Demand = Demand {
        scope: Scope::Oob,
        account: AccountUse::Name,
        once: false,
    };

    fn fintech_use_num(&self) -> Option<&str> {
        self.0.req_list.first().map(|row| row.fintech_use_num.as_str())
    }

    fn bank_tran_id(&self) -> Option<&str> {
        self.0.req_list.first().map(|row| row.bank_tran_id.as_str())
    }

    fn shape(&self) -> Result<(), FieldError> {
        self.0.row().map(|_| ())
    }
}

impl Demanding for ToNumber {
    const DEMAND: Demand = Demand {
        scope: Scope::Oob,
        account: AccountUse::None,
        once: false,
    };

    fn bank_tran_id(&self) -> Option<&str> {
        self.0.req_list.first().map(|row| row.bank_tran_id.as_str())
    }

    fn shape(&self) -> Result<(), FieldError> {
        self.0.row().map(|_| ())
    }
}

impl DepositRequest {
    /// The one row of a request.
    fn row(&self) -> Result<&DepositRow, FieldError> {
        let row = match self.req_list.as_slice() {
            [] => return Err(FieldError::new("req_list", "is required, with one deposit")),
            [row] => row,
            _ => return Err(FieldError::new("req_list", "must have exactly one deposit")),
        };
        if !self.req_cnt.is_empty() && self.req_cnt.as_str() != "1" {
            return Err(FieldError::new("req_cnt", "must be 1"));
        }
        Ok(row)
    }

    fn checks_name(&self) -> Result<bool, FieldError> {
        match self.name_check_option.as_str() {
            "" | "on" => Ok(true),
            "off" => Ok(false),
            _ => Err(FieldError::new("name_check_option", "must be on or off")),
        }
    }

    fn order<R: Demanding>(&self, call: &Trusted<R>, payee: Side) -> Result<Order, Refusal> {
        let row = self.row()?;
        tran_dtime(&self.tran_dtime)?;
        let amount = FieldError::read("tran_amt", required("tran_amt", &row.tran_amt)?, Won::parse_amount)?;
        let contract = &call.client.contract_account;
        Ok(Order {
            kind: TransferKind::Deposit,
            client_id: call.client.id,
            call_id: call.call_id,
            bank_tran_id: BankTranId::parse(row.bank_tran_id.as_str())
                .map_err(|error| FieldError::new("bank_tran_id", error))?,
            amount,
            debit: Side {
                bank_code: contract.bank_code.clone(),
                account_num: contract.account_num.clone(),
                holder_name: contract.holder_name.clone(),
                print_content: FieldError::text("wd_print_content", &self.wd_print_content, 20)?,
            },
            credit: payee,
            person_id: None,
            fintech_use_num: call.account.as_ref().map(|account| account.fintech_use_num.clone()),
            returns: None,
            echo: row.echo(call.account.as_ref())?,
        })
    }
}

impl DepositRow {
    fn echo(&self, account: Option<&AccountStanding>) -> Result<BTreeMap<String, String>, FieldError> {
        if !self.req_client_account_num.is_empty() && !self.req_client_fintech_use_num.is_empty() {
            let expected = "must not be given together with req_client_account_num";
            return Err(FieldError::new("req_client_fintech_use_num", expected));
        }
        if !self.transfer_purpose.is_empty() {
            FieldError::one_of("transfer_purpose", &self.transfer_purpose, &["TR", "ST", "AU"])?;
        }
        let texts: [(&str, &Text, usize); 8] = [
            ("tran_no", &self.tran_no, 5),
            ("req_client_name", &self.req_client_name, 20),
            ("req_client_bank_code", &self.req_client_bank_code, 3),
            ("req_client_account_num", &self.req_client_account_num, 16),
            ("req_client_num", &self.req_client_num, 20),
            ("transfer_purpose", &self.transfer_purpose, 2),
            ("cms_num", &self.cms_num, 32),
            ("withdraw_bank_tran_id", &self.withdraw_bank_tran_id, 20),
        ];
        let mut echo = BTreeMap::new();
        for (name, value, longest) in texts {
            let text = FieldError::text(name, value, longest)?;
            if !text.is_empty() {
                echo.insert(name.to_owned(), text);
            }
        }
        if let Some(account) = account {
            echo.insert("account_alias".to_owned(), account.alias.clone());
        }
        Ok(echo)
    }
}

/// What both deposits answer.
#[derive(Debug, Serialize)]
pub struct DepositAnswer {
    wd_bank_code_std: String,
    wd_bank_code_sub: String,
    wd_bank_name: String,
    wd_account_num_masked: String,
    wd_print_content: String,
    wd_account_holder_name: String,
    res_cnt: &'static str,
    res_list: [DepositItem; 1],
}

#[derive(Debug, Serialize)]
struct DepositItem {
    tran_no: String,
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
    cms_num: String,
    withdraw_bank_tran_id: String,
}

impl DepositAnswer {
    fn of(desk: &Desk, transfer: &Transfer) -> Success<Self> {
        let wire = wire_state(transfer);
        let order = &transfer.order;
        let (debit, credit) = (&order.debit, &order.credit);
        let echo = |name: &str| order.echo.get(name).cloned().unwrap_or_default();
        let item = DepositItem {
            tran_no: echo("tran_no"),
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
            account_alias: echo("account_alias"),
            bank_code_std: credit.bank_code.to_string(),
            bank_code_sub: format!("{}0000", credit.bank_code),
            bank_name: desk.bank_name(&credit.bank_code),
            savings_bank_name: "",
            account_num_masked: mask_account(&credit.account_num),
            print_content: credit.print_content.clone(),
            account_holder_name: known(&transfer.facts.credit.holder_name, &credit.holder_name),
            tran_amt: order.amount.to_string(),
            cms_num: echo("cms_num"),
            withdraw_bank_tran_id: echo("withdraw_bank_tran_id"),
        };
        let body = Self {
            wd_bank_code_std: debit.bank_code.to_string(),
            wd_bank_code_sub: format!("{}0000", debit.bank_code),
            wd_bank_name: desk.bank_name(&debit.bank_code),
            wd_account_num_masked: mask_account(&debit.account_num),
            wd_print_content: debit.print_content.clone(),
            wd_account_holder_name: known(&transfer.facts.debit.holder_name, &debit.holder_name),
            res_cnt: "1",
            res_list: [item],
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

async fn to_registered(desk: Desk, call: Arc<Trusted<ToRegistered>>) -> Result<Success<DepositAnswer>, Refusal> {
    let request = &call.ask.0;
    contract_account(&call.client, &request.cntr_account_type, &request.cntr_account_num)?;
    let row = request.row()?;
    request.checks_name()?;
    let account = named_account(call.account.as_ref())?;
    let payee = Side {
        bank_code: account.account.bank_code.clone(),
        account_num: account.account.account_num.clone(),
        holder_name: account.account.holder_name.clone(),
        print_content: FieldError::text("print_content", required("print_content", &row.print_content)?, 20)?,
    };
    let order = request.order(&call, payee)?;
    let transfer = carry_out(&desk, &call, order).await?;
    Ok(DepositAnswer::of(&desk, &transfer))
}

async fn to_number(desk: Desk, call: Arc<Trusted<ToNumber>>) -> Result<Success<DepositAnswer>, Refusal> {
    let request = &call.ask.0;
    contract_account(&call.client, &request.cntr_account_type, &request.cntr_account_num)?;
    let row = request.row()?;
    let institution = desk.institution("bank_code_std", row.bank_code_std.as_str(), &call.client)?;
    let number = account_num("account_num", &row.account_num)?;
    let name = required("account_holder_name", &row.account_holder_name)?;
    let payee = Side {
        bank_code: institution.code.clone(),
        account_num: number.to_owned(),
        holder_name: FieldError::text("account_holder_name", name, 40)?,
        print_content: FieldError::text("print_content", required("print_content", &row.print_content)?, 20)?,
    };
    let checks_name = request.checks_name()?;
    let order = request.order(&call, payee)?;
    // A request that was made before gets its answer without asking anybody.
    if checks_name && recorded(&desk, &order, call.at).await?.is_none() {
        check_name(&desk, &call, &order.credit).await?;
    }
    let transfer = carry_out(&desk, &call, order).await?;
    Ok(DepositAnswer::of(&desk, &transfer))
}

/// Compares the payee's name with the holder's at the institution, blanks aside.
async fn check_name(desk: &Desk, call: &Trusted<ToNumber>, payee: &Side) -> Result<(), Refusal> {
    let bank = &payee.bank_code;
    let holder = answered(call, bank, desk.lines.holder(bank, &payee.account_num, ("N", "")).await)?;
    let plain = |name: &str| name.split_whitespace().collect::<String>();
    if plain(&holder.holder_name) == plain(&payee.holder_name) {
        Ok(())
    } else {
        Err(Refusal::Reason("holder_differs"))
    }
}
