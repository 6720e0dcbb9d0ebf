//! GET /v2.0/user/me, POST /v2.0/user/unlink, POST /v2.0/user/close.

use std::sync::Arc;

use naru_core::trust::{AccountUse, Demand};
use naru_core::{Action, Actor, RevokedBy, Scope};
use naru_web::kftc::{FieldError, Refusal, Success, Text, judged, required};
use naru_web::{Demanding, Effect, Hub, Route, Trusted};
use serde::{Deserialize, Serialize};

use crate::account::http::AccountItem;

/// The routes of this noun.
pub fn routes(hub: &Hub) -> Vec<Route> {
    let at = (hub, hub);
    vec![
        judged(
            ("GET", "/v2.0/user/me"),
            Effect::Reads,
            "Who the person is, and the registered accounts",
            at,
            me,
        ),
        judged(
            ("POST", "/v2.0/user/unlink"),
            Effect::Writes,
            "Ends the person's grants to this fintech",
            at,
            unlink,
        ),
        judged(
            ("POST", "/v2.0/user/close"),
            Effect::Writes,
            "Ends the grants and every account consent",
            at,
            close,
        ),
    ]
}

const LOGIN: Demand = Demand {
    scope: Scope::Login,
    account: AccountUse::None,
    once: false,
};

/// What GET /v2.0/user/me asks.
#[derive(Debug, Deserialize)]
pub struct MeRequest {
    #[serde(default)]
    user_seq_no: Text,
}

impl Demanding for MeRequest {
    const DEMAND: Demand = LOGIN;

    fn named_person(&self) -> Option<&str> {
        Some(self.user_seq_no.as_str()).filter(|number| !number.is_empty())
    }
}

/// What GET /v2.0/user/me answers.
#[derive(Debug, Serialize)]
pub struct MeAnswer {
    user_seq_no: String,
    user_ci: String,
    user_name: String,
    user_info: String,
    user_gender: String,
    user_cell_no: String,
    user_email: String,
    res_cnt: String,
    res_list: Vec<AccountItem>,
}

async fn me(hub: Hub, call: Arc<Trusted<MeRequest>>) -> Result<Success<MeAnswer>, Refusal> {
    required("user_seq_no", &call.ask.user_seq_no)?;
    let (client_id, Some(person_id)) = (call.client.id, call.person_id()) else {
        return Err(Refusal::Reason("scope_missing"));
    };
    let found = hub.storage().read("user_me", async |tx| {
        let person = tx.person_find(person_id).await?;
        let institutions = tx.institution_list().await?;
        Ok::<_, Refusal>((person, tx.registration_list(client_id, person_id).await?, institutions))
    });
    let (person, registrations, institutions) = found.await?;
    let person = person.ok_or(Refusal::Reason("internal"))?;
    let res_list: Vec<_> = registrations
        .iter()
        .filter(|r| r.inquiry.is_alive(call.at) || r.transfer.is_alive(call.at))
        .map(|r| {
            let bank = institutions.iter().find(|i| i.code == r.account.bank_code);
            AccountItem::of(r, call.at)
                .with_payer_num()
                .with_bank_name(bank.map_or("", |i| &i.name_ko))
        })
        .collect();
    let facts = person.facts;
    let body = MeAnswer {
        user_seq_no: person.user_seq_no.to_string(),
        user_ci: facts.linking_value,
        user_name: facts.name,
        user_info: facts.birth_date,
        user_gender: facts.gender,
        user_cell_no: facts.cell_no,
        user_email: facts.email,
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

/// What unlink and close ask.
#[derive(Debug, Deserialize)]
pub struct LeaveRequest {
    #[serde(default)]
    client_use_code: Text,
    #[serde(default)]
    user_seq_no: Text,
}

impl Demanding for LeaveRequest {
    const DEMAND: Demand = LOGIN;

    fn named_person(&self) -> Option<&str> {
        Some(self.user_seq_no.as_str()).filter(|number| !number.is_empty())
    }
}

/// An answer of the envelope alone.
#[derive(Debug, Serialize)]
pub struct Nothing {}

async fn unlink(hub: Hub, call: Arc<Trusted<LeaveRequest>>) -> Result<Success<Nothing>, Refusal> {
    leave(&hub, &call, false).await
}

async fn close(hub: Hub, call: Arc<Trusted<LeaveRequest>>) -> Result<Success<Nothing>, Refusal> {
    leave(&hub, &call, true).await
}

async fn leave(hub: &Hub, call: &Trusted<LeaveRequest>, accounts: bool) -> Result<Success<Nothing>, Refusal> {
    required("user_seq_no", &call.ask.user_seq_no)?;
    let code = required("client_use_code", &call.ask.client_use_code)?;
    if code.as_str() != call.client.client_use_code.as_str() {
        return Err(FieldError::new("client_use_code", "must be the caller's own").into());
    }
    let (client_id, Some(person_id)) = (call.client.id, call.person_id()) else {
        return Err(Refusal::Reason("scope_missing"));
    };
    let actor = Actor::Client(client_id);
    let left = hub.storage().run("person_leave", &actor, async |tx| {
        let grants = tx.grant_revoke_all(client_id, person_id, RevokedBy::Client).await?;
        let details = serde_json::json!({ "client": client_id, "grants": grants });
        tx.trail(Action::GrantRevoked, person_id, details).await?;
        if accounts {
            let ended = tx.registration_end_all(client_id, person_id).await?;
            tx.trail(
                Action::ConsentEnded,
                person_id,
                serde_json::json!({ "registrations": ended }),
            )
            .await?;
        }
        Ok::<_, Refusal>(())
    });
    left.await?;
    Ok(Success {
        reason: "ok",
        call_id: call.call_id,
        at: call.at,
        body: Nothing {},
    })
}
