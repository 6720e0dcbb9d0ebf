//! GET /v2.0/account/balance/fin_num and GET /v2.0/account/transaction_list/fin_num.

use std::sync::Arc;

use naru_core::trust::{AccountStanding, AccountUse, Demand};
use naru_core::{Day, Scope, Timestamp};
use naru_web::kftc::{BankLeg, FieldError, Refusal, Success, Text, judged, required};
use naru_web::{Demanding, Effect, Route, Trusted};
use serde::{Deserialize, Serialize};

use crate::Desk;
use crate::desk::answered;
use crate::line::{MovementFilter, MovementOrder, TransactionsAsk, TransactionsPage, Way};

const INQUIRY: Demand = Demand {
    scope: Scope::Inquiry,
    account: AccountUse::Inquiry,
    once: true,
};

/// The routes of this noun.
pub fn routes(desk: &Desk) -> Vec<Route> {
    let at = (&desk.hub, desk);
    vec![
        judged(
            ("GET", "/v2.0/account/balance/fin_num"),
            Effect::Reads,
            "The balance of an account",
            at,
            balance,
        ),
        judged(
            ("GET", "/v2.0/account/transaction_list/fin_num"),
            Effect::Reads,
            "The transactions of an account, page by page",
            at,
            transactions,
        ),
    ]
}

/// What GET /v2.0/account/balance/fin_num asks.
#[derive(Debug, Deserialize)]
pub struct BalanceRequest {
    #[serde(default)]
    bank_tran_id: Text,
    #[serde(default)]
    fintech_use_num: Text,
    #[serde(default)]
    tran_dtime: Text,
}

impl Demanding for BalanceRequest {
    const DEMAND: Demand = INQUIRY;

    fn fintech_use_num(&self) -> Option<&str> {
        Some(self.fintech_use_num.as_str())
    }

    fn bank_tran_id(&self) -> Option<&str> {
        Some(self.bank_tran_id.as_str())
    }
}

/// What GET /v2.0/account/balance/fin_num answers.
#[derive(Debug, Serialize)]
pub struct BalanceAnswer {
    #[serde(flatten)]
    leg: BankLeg,
    bank_name: String,
    savings_bank_name: &'static str,
    fintech_use_num: String,
    balance_amt: String,
    available_amt: String,
    account_type: String,
    product_name: String,
    account_issue_date: String,
    maturity_date: String,
    last_tran_date: String,
}

async fn balance(desk: Desk, call: Arc<Trusted<BalanceRequest>>) -> Result<Success<BalanceAnswer>, Refusal> {
    tran_dtime(&call.ask.tran_dtime)?;
    let account = named_account(call.account.as_ref())?;
    let bank = &account.account.bank_code;
    let found = answered(
        &call,
        bank,
        desk.lines.balance(bank, &account.account.account_num).await,
    )?;
    let body = BalanceAnswer {
        leg: BankLeg::ok(call.ask.bank_tran_id.as_str(), bank, call.at),
        bank_name: desk.bank_name(bank),
        savings_bank_name: "",
        fintech_use_num: account.fintech_use_num.to_string(),
        balance_amt: found.balance.to_string(),
        available_amt: found.available.to_string(),
        account_type: found.account_type,
        product_name: found.product_name,
        account_issue_date: found.account_issue_date,
        maturity_date: found.maturity_date,
        last_tran_date: found.last_tran_date,
    };
    Ok(Success {
        reason: "ok",
        call_id: call.call_id,
        at: call.at,
        body,
    })
}

/// The account that the judge found; a call that got this far has one.
pub(crate) fn named_account(account: Option<&AccountStanding>) -> Result<&AccountStanding, Refusal> {
    account.ok_or(Refusal::Reason("account_unknown"))
}

/// The request's own time: clients send stale and 12-hour times, and some none, but never one that does not exist.
pub(crate) fn tran_dtime(value: &Text) -> Result<(), FieldError> {
    if value.is_empty() || Timestamp::from_compact(value.as_str()).is_some() {
        return Ok(());
    }
    Err(FieldError::new("tran_dtime", "must be an existing time yyyyMMddHHmmss"))
}

/// What GET /v2.0/account/transaction_list/fin_num asks.
#[derive(Debug, Deserialize)]
pub struct TransactionsRequest {
    #[serde(default)]
    bank_tran_id: Text,
    #[serde(default)]
    fintech_use_num: Text,
    #[serde(default)]
    inquiry_type: Text,
    #[serde(default)]
    inquiry_base: Text,
    #[serde(default)]
    from_date: Text,
    #[serde(default)]
    from_time: Text,
    #[serde(default)]
    to_date: Text,
    #[serde(default)]
    to_time: Text,
    #[serde(default)]
    sort_order: Text,
    #[serde(default)]
    tran_dtime: Text,
    #[serde(default, alias = "before_inquiry_trace_info")]
    befor_inquiry_trace_info: Text,
}

impl Demanding for TransactionsRequest {
    const DEMAND: Demand = INQUIRY;

    fn fintech_use_num(&self) -> Option<&str> {
        Some(self.fintech_use_num.as_str())
    }

    fn bank_tran_id(&self) -> Option<&str> {
        Some(self.bank_tran_id.as_str())
    }
}

impl TransactionsRequest {
    fn check(&self, account_num: &str, page_size: u32) -> Result<TransactionsAsk, FieldError> {
        tran_dtime(&self.tran_dtime)?;
        let filter = match self.inquiry_type.as_str() {
            "" => MovementFilter::All,
            _ => FieldError::read("inquiry_type", &self.inquiry_type, |word| {
                MovementFilter::parse(word).map_err(|_| "must be A (all), I (in) or O (out)")
            })?,
        };
        let order = match self.sort_order.as_str() {
            "" => MovementOrder::Descending,
            _ => FieldError::read("sort_order", &self.sort_order, |word| {
                MovementOrder::parse(word).map_err(|_| "must be D (newest first) or A (oldest first)")
            })?,
        };
        let by_time = match self.inquiry_base.as_str() {
            "" | "D" => false,
            "T" => true,
            _ => return Err(FieldError::new("inquiry_base", "must be D (by day) or T (by time)")),
        };
        let from = moment(
            ("from_date", &self.from_date),
            ("from_time", &self.from_time),
            by_time,
            "000000",
        )?;
        let to = moment(
            ("to_date", &self.to_date),
            ("to_time", &self.to_time),
            by_time,
            "235959",
        )?;
        if from > to {
            return Err(FieldError::new("from_date", "must not be after to_date"));
        }
        let cursor = FieldError::text("befor_inquiry_trace_info", &self.befor_inquiry_trace_info, 200)?;
        Ok(TransactionsAsk {
            account_num: account_num.to_owned(),
            filter,
            from,
            to,
            order,
            page_size,
            cursor,
        })
    }
}

fn moment(
    (date_field, date): (&str, &Text),
    (time_field, time): (&str, &Text),
    by_time: bool,
    whole_day: &str,
) -> Result<Timestamp, FieldError> {
    let date = required(date_field, date)?.as_str();
    if Day::parse(date).is_none() {
        return Err(FieldError::new(date_field, "must be an existing day yyyyMMdd"));
    }
    let time = if by_time {
        required(time_field, time)?.as_str()
    } else {
        whole_day
    };
    Timestamp::from_compact(&format!("{date}{time}"))
        .ok_or_else(|| FieldError::new(time_field, "must be an existing time HHmmss"))
}

/// What GET /v2.0/account/transaction_list/fin_num answers.
#[derive(Debug, Serialize)]
pub struct TransactionsAnswer {
    #[serde(flatten)]
    leg: BankLeg,
    bank_name: String,
    savings_bank_name: &'static str,
    fintech_use_num: String,
    balance_amt: String,
    page_record_cnt: String,
    next_page_yn: &'static str,
    befor_inquiry_trace_info: String,
    res_list: Vec<TransactionItem>,
}

/// One transaction.
#[derive(Debug, Serialize)]
pub struct TransactionItem {
    tran_date: String,
    tran_time: String,
    inout_type: &'static str,
    tran_type: String,
    print_content: String,
    tran_amt: String,
    after_balance_amt: String,
    branch_name: String,
}

async fn transactions(
    desk: Desk,
    call: Arc<Trusted<TransactionsRequest>>,
) -> Result<Success<TransactionsAnswer>, Refusal> {
    let account = named_account(call.account.as_ref())?;
    let ask = call
        .ask
        .check(&account.account.account_num, desk.hub.settings().page_size)?;
    if !ask.cursor.is_empty() {
        call.note_about(naru_storage::CallRecord::LATER_PAGE);
    }
    let bank = &account.account.bank_code;
    let page = answered(&call, bank, desk.lines.transactions(bank, ask).await)?;
    let body = TransactionsAnswer {
        leg: BankLeg::ok(call.ask.bank_tran_id.as_str(), bank, call.at),
        bank_name: desk.bank_name(bank),
        savings_bank_name: "",
        fintech_use_num: account.fintech_use_num.to_string(),
        balance_amt: page.balance.to_string(),
        page_record_cnt: page.movements.len().to_string(),
        next_page_yn: if page.next_cursor.is_empty() { "N" } else { "Y" },
        befor_inquiry_trace_info: page.next_cursor.clone(),
        res_list: items(page),
    };
    Ok(Success {
        reason: "ok",
        call_id: call.call_id,
        at: call.at,
        body,
    })
}

fn items(page: TransactionsPage) -> Vec<TransactionItem> {
    page.movements
        .into_iter()
        .map(|movement| TransactionItem {
            tran_date: movement.tran_date,
            tran_time: movement.tran_time,
            inout_type: if movement.way == Way::In { "입금" } else { "출금" },
            tran_type: movement.tran_type,
            print_content: movement.print_content,
            tran_amt: movement.amount.to_string(),
            after_balance_amt: movement.after_balance.to_string(),
            branch_name: movement.branch_name,
        })
        .collect()
}
