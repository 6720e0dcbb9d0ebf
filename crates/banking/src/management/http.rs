//! GET /v2.0/bank/status, GET /v2.0/manage/wd_limit, GET /v2.0/manage/count.

use std::sync::Arc;

use naru_core::trust::{AccountUse, Demand};
use naru_core::{Day, Direction, InstitutionStatus, LimitTake, Scope, TransferKind, Won};
use naru_web::kftc::{FieldError, Refusal, Success, Text, judged, required};
use naru_web::{Demanding, Effect, Route, Trusted};
use serde::{Deserialize, Serialize};

use crate::Desk;
use crate::line::BreakerState;

const OOB: Demand = Demand {
    scope: Scope::Oob,
    account: AccountUse::None,
    once: false,
};

/// The routes of this noun.
pub fn routes(desk: &Desk) -> Vec<Route> {
    let at = (&desk.hub, desk);
    vec![
        judged(
            ("GET", "/v2.0/bank/status"),
            Effect::Reads,
            "Which institutions can be reached",
            at,
            bank_status,
        ),
        judged(
            ("GET", "/v2.0/manage/wd_limit"),
            Effect::Reads,
            "Withdrawal limits and what is left",
            at,
            wd_limit,
        ),
        judged(
            ("GET", "/v2.0/manage/count"),
            Effect::Reads,
            "A day's totals for reconciliation",
            at,
            count,
        ),
    ]
}

/// A request without fields.
#[derive(Debug, Deserialize)]
pub struct PlainRequest {}

impl Demanding for PlainRequest {
    const DEMAND: Demand = OOB;
}

/// What GET /v2.0/bank/status answers.
#[derive(Debug, Serialize)]
pub struct BankStatusAnswer {
    res_cnt: String,
    res_list: Vec<BankStatusItem>,
}

/// One institution: `Y` reachable, `N` closed or failing.
#[derive(Debug, Serialize)]
pub struct BankStatusItem {
    bank_code_std: String,
    bank_name: String,
    bank_status: &'static str,
}

async fn bank_status(desk: Desk, call: Arc<Trusted<PlainRequest>>) -> Result<Success<BankStatusAnswer>, Refusal> {
    let res_list: Vec<_> = desk
        .lines
        .status()
        .into_iter()
        .map(|line| {
            let reachable = line.status == InstitutionStatus::Open && line.breaker == BreakerState::Closed;
            BankStatusItem {
                bank_code_std: line.code.to_string(),
                bank_name: line.name_ko,
                bank_status: if reachable { "Y" } else { "N" },
            }
        })
        .collect();
    let body = BankStatusAnswer {
        res_cnt: res_list.len().to_string(),
        res_list,
    };
    Ok(Success {
        reason: "ok",
        call_id: call.call_id,
        at: call.at,
        body,
    })
}

/// What GET /v2.0/manage/wd_limit answers.
#[derive(Debug, Serialize)]
pub struct WdLimitAnswer {
    wd_transfer_limit_amt: String,
    wd_day_limit_amt: String,
    wd_day_used_amt: String,
    wd_month_limit_amt: String,
    wd_month_used_amt: String,
    wd_limit_remain_amt: String,
}

async fn wd_limit(desk: Desk, call: Arc<Trusted<PlainRequest>>) -> Result<Success<WdLimitAnswer>, Refusal> {
    let subject = LimitTake::client_subject(call.client.id, Direction::Withdraw);
    let (subject, day) = (&subject, call.at.day());
    let used = desk.hub.storage().read("limit_used", async |tx| {
        let of_day = tx.limit_used(subject, day.0).await?;
        Ok::<_, Refusal>((of_day, tx.limit_used(subject, day.month()).await?))
    });
    let (of_day, of_month) = used.await?;
    let limits = &call.client.withdraw_limits;
    let left = |cap: Won, used: Won| cap.0.saturating_sub(used.0).max(0);
    let body = WdLimitAnswer {
        wd_transfer_limit_amt: limits.transfer_won.to_string(),
        wd_day_limit_amt: limits.day_won.to_string(),
        wd_day_used_amt: of_day.to_string(),
        wd_month_limit_amt: limits.month_won.to_string(),
        wd_month_used_amt: of_month.to_string(),
        wd_limit_remain_amt: left(limits.day_won, of_day)
            .min(left(limits.month_won, of_month))
            .to_string(),
    };
    Ok(Success {
        reason: "ok",
        call_id: call.call_id,
        at: call.at,
        body,
    })
}

/// What GET /v2.0/manage/count asks.
#[derive(Debug, Deserialize)]
pub struct CountRequest {
    #[serde(default)]
    inquiry_date: Text,
}

impl Demanding for CountRequest {
    const DEMAND: Demand = OOB;
}

/// What GET /v2.0/manage/count answers: calls by route, and money by kind and state.
#[derive(Debug, Serialize)]
pub struct CountAnswer {
    inquiry_date: String,
    wd_cnt: String,
    wd_amt: String,
    dps_cnt: String,
    dps_amt: String,
    unresolved_cnt: String,
    unresolved_amt: String,
    res_cnt: String,
    res_list: Vec<CountItem>,
}

/// One route's calls.
#[derive(Debug, Serialize)]
pub struct CountItem {
    api_name: String,
    tran_cnt: String,
    success_cnt: String,
}

async fn count(desk: Desk, call: Arc<Trusted<CountRequest>>) -> Result<Success<CountAnswer>, Refusal> {
    let date = required("inquiry_date", &call.ask.inquiry_date)?;
    let day =
        Day::parse(date.as_str()).ok_or_else(|| FieldError::new("inquiry_date", "must be an existing day yyyyMMdd"))?;
    let client_id = call.client.id;
    let totals = desk.hub.storage().read("daily_totals", async |tx| {
        let transfers = tx.transfer_totals(client_id, day).await?;
        Ok::<_, Refusal>((transfers, tx.call_totals(client_id, day).await?))
    });
    let (transfers, calls) = totals.await?;
    let sum = |wanted: &dyn Fn(TransferKind, &str) -> bool| {
        let chosen = transfers.iter().filter(|t| wanted(t.kind, &t.state));
        chosen.fold((0, 0), |(count, won), t| (count + t.count, won + t.amount.0))
    };
    let (wd_cnt, wd_amt) = sum(&|kind, state| kind == TransferKind::Withdraw && state == "completed");
    let (dps_cnt, dps_amt) = sum(&|kind, state| kind == TransferKind::Deposit && state == "completed");
    let ended = ["completed", "failed", "reversed", "refused"];
    let (unresolved_cnt, unresolved_amt) = sum(&|_, state| !ended.contains(&state));
    let res_list: Vec<_> = calls
        .into_iter()
        .map(|total| CountItem {
            api_name: total.route,
            tran_cnt: total.count.to_string(),
            success_cnt: total.succeeded.to_string(),
        })
        .collect();
    let body = CountAnswer {
        inquiry_date: day.to_string(),
        wd_cnt: wd_cnt.to_string(),
        wd_amt: wd_amt.to_string(),
        dps_cnt: dps_cnt.to_string(),
        dps_amt: dps_amt.to_string(),
        unresolved_cnt: unresolved_cnt.to_string(),
        unresolved_amt: unresolved_amt.to_string(),
        res_cnt: res_list.len().to_string(),
        res_list,
    };
    Ok(Success {
        reason: "ok",
        call_id: call.call_id,
        at: call.at,
        body,
    })
}
