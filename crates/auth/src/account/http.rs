//! GET /v2.0/account/list, POST /v2.0/account/update_info, POST /v2.0/account/cancel.

use std::sync::Arc;

use naru_core::trust::{AccountUse, Demand};
use naru_core::{Action, Actor, Consent, Registration, Scope, Timestamp, mask_account};
use naru_web::kftc::{BankLeg, FieldError, Refusal, Success, Text, judged, required};
use naru_web::{Demanding, Effect, Hub, Route, Trusted};
use serde::{Deserialize, Serialize};

/// The routes of this noun.
pub fn routes(hub: &Hub) -> Vec<Route> {
    let at = (hub, hub);
    vec![
        judged(
            ("GET", "/v2.0/account/list"),
            Effect::Reads,
            "The person's accounts registered at this fintech",
            at,
            list,
        ),
        judged(
            ("POST", "/v2.0/account/update_info"),
            Effect::Writes,
            "Gives an account another name",
            at,
            update_info,
        ),
        judged(
            ("POST", "/v2.0/account/cancel"),
            Effect::Writes,
            "Ends one consent for an account",
            at,
            cancel,
        ),
    ]
}

/// One account in a list. Institutions' names are filled in by the bank code, which is all that is stored.
#[derive(Debug, Serialize)]
pub struct AccountItem {
    fintech_use_num: String,
    account_alias: String,
    bank_code_std: String,
    bank_code_sub: String,
    bank_name: String,
    savings_bank_name: String,
    account_num_masked: String,
    account_seq: String,
    account_holder_name: String,
    account_holder_type: String,
    account_type: String,
    inquiry_agree_yn: &'static str,
    inquiry_agree_dtime: String,
    transfer_agree_yn: &'static str,
    transfer_agree_dtime: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_num: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_state: Option<&'static str>,
}

impl AccountItem {
    /// An account as the list shows it at `now`.
    pub fn of(r: &Registration, now: Timestamp) -> Self {
        let agreed = |consent: &Consent| {
            let since = consent
                .agreed_at
                .map(|at| format!("{}{}", at.yyyymmdd(), at.hhmmss()))
                .unwrap_or_default();
            if consent.is_alive(now) {
                ("Y", since)
            } else {
                ("N", since)
            }
        };
        let ((inquiry_agree_yn, inquiry_agree_dtime), (transfer_agree_yn, transfer_agree_dtime)) =
            (agreed(&r.inquiry), agreed(&r.transfer));
        Self {
            fintech_use_num: r.fintech_use_num.to_string(),
            account_alias: r.alias.clone(),
            bank_code_std: r.account.bank_code.to_string(),
            bank_code_sub: format!("{}0000", r.account.bank_code),
            bank_name: String::new(),
            savings_bank_name: String::new(),
            account_num_masked: mask_account(&r.account.account_num),
            account_seq: r.account.account_seq.clone(),
            account_holder_name: r.account.holder_name.clone(),
            account_holder_type: r.account.holder_type.clone(),
            account_type: r.account.account_type.clone(),
            inquiry_agree_yn,
            inquiry_agree_dtime,
            transfer_agree_yn,
            transfer_agree_dtime,
            payer_num: None,
            account_state: None,
        }
    }

    /// As GET /v2.0/user/me shows it.
    #[must_use]
    pub fn with_payer_num(mut self) -> Self {
        self.payer_num = Some(String::new());
        self
    }

    /// As GET /v2.0/account/list shows it: `01` usable, `09` every consent has ended.
    #[must_use]
    fn with_state(mut self) -> Self {
        let alive = self.inquiry_agree_yn == "Y" || self.transfer_agree_yn == "Y";
        self.account_state = Some(if alive { "01" } else { "09" });
        self
    }

    /// With the institution's name.
    #[must_use]
    pub fn with_bank_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.bank_name);
        self
    }
}

/// What GET /v2.0/account/list asks.
#[derive(Debug, Deserialize)]
pub struct ListRequest {
    #[serde(default)]
    user_seq_no: Text,
    #[serde(default)]
    include_cancel_yn: Text,
    #[serde(default)]
    sort_order: Text,
}

impl Demanding for ListRequest {
    const DEMAND: Demand = Demand {
        scope: Scope::Login,
        account: AccountUse::None,
        once: false,
    };

    fn named_person(&self) -> Option<&str> {
        Some(self.user_seq_no.as_str()).filter(|number| !number.is_empty())
    }
}

/// What GET /v2.0/account/list answers.
#[derive(Debug, Serialize)]
pub struct ListAnswer {
    user_name: String,
    res_cnt: String,
    res_list: Vec<AccountItem>,
}

async fn list(hub: Hub, call: Arc<Trusted<ListRequest>>) -> Result<Success<ListAnswer>, Refusal> {
    required("user_seq_no", &call.ask.user_seq_no)?;
    let with_ended = match call.ask.include_cancel_yn.as_str() {
        "" | "N" => false,
        "Y" => true,
        _ => return Err(FieldError::new("include_cancel_yn", "must be Y or N").into()),
    };
    let newest_first = match call.ask.sort_order.as_str() {
        "" | "D" => true,
        "A" => false,
        _ => return Err(FieldError::new("sort_order", "must be D (newest first) or A").into()),
    };
    let (client_id, Some(person_id)) = (call.client.id, call.person_id()) else {
        return Err(Refusal::Reason("scope_missing"));
    };
    let found = hub.storage().read("account_list", async |tx| {
        let person = tx.person_find(person_id).await?;
        let names = tx.institution_list().await?;
        Ok::<_, Refusal>((person, tx.registration_list(client_id, person_id).await?, names))
    });
    let (person, registrations, institutions) = found.await?;
    let mut res_list: Vec<_> = registrations
        .iter()
        .filter(|r| with_ended || r.inquiry.is_alive(call.at) || r.transfer.is_alive(call.at))
        .map(|r| {
            let bank = institutions.iter().find(|i| i.code == r.account.bank_code);
            AccountItem::of(r, call.at)
                .with_state()
                .with_bank_name(bank.map_or("", |i| &i.name_ko))
        })
        .collect();
    if newest_first {
        res_list.reverse();
    }
    let user_name = person.map(|person| person.facts.name).unwrap_or_default();
    let body = ListAnswer {
        user_name,
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

/// What POST /v2.0/account/update_info asks.
#[derive(Debug, Deserialize)]
pub struct UpdateRequest {
    #[serde(default)]
    fintech_use_num: Text,
    #[serde(default)]
    account_alias: Text,
}

impl Demanding for UpdateRequest {
    const DEMAND: Demand = Demand {
        scope: Scope::Login,
        account: AccountUse::Name,
        once: false,
    };

    fn fintech_use_num(&self) -> Option<&str> {
        Some(self.fintech_use_num.as_str())
    }
}

/// What POST /v2.0/account/update_info answers.
#[derive(Debug, Serialize)]
pub struct UpdateAnswer {
    bank_name: String,
    savings_bank_name: String,
    fintech_use_num: String,
    account_alias: String,
}

async fn update_info(hub: Hub, call: Arc<Trusted<UpdateRequest>>) -> Result<Success<UpdateAnswer>, Refusal> {
    let alias = FieldError::text("account_alias", required("account_alias", &call.ask.account_alias)?, 50)?;
    let account = call.account.as_ref().ok_or(Refusal::Reason("account_unknown"))?;
    let (number, new_alias) = (&account.fintech_use_num, &alias);
    let actor = Actor::Client(call.client.id);
    let renamed = hub.storage().run("registration_rename", &actor, async |tx| {
        tx.registration_rename(number, new_alias).await?;
        tx.trail(Action::RegistrationRenamed, number, serde_json::json!({}))
            .await?;
        Ok::<_, Refusal>(tx.institution_find(&account.account.bank_code).await?)
    });
    let bank = renamed.await?;
    let body = UpdateAnswer {
        bank_name: bank.map(|bank| bank.name_ko).unwrap_or_default(),
        savings_bank_name: String::new(),
        fintech_use_num: number.to_string(),
        account_alias: alias,
    };
    Ok(Success {
        reason: "ok",
        call_id: call.call_id,
        at: call.at,
        body,
    })
}

/// What POST /v2.0/account/cancel asks.
#[derive(Debug, Deserialize)]
pub struct CancelRequest {
    #[serde(default)]
    bank_tran_id: Text,
    #[serde(default)]
    scope: Text,
    #[serde(default)]
    fintech_use_num: Text,
}

impl Demanding for CancelRequest {
    const DEMAND: Demand = Demand {
        scope: Scope::Login,
        account: AccountUse::Name,
        once: true,
    };

    fn fintech_use_num(&self) -> Option<&str> {
        Some(self.fintech_use_num.as_str())
    }

    fn bank_tran_id(&self) -> Option<&str> {
        Some(self.bank_tran_id.as_str())
    }
}

async fn cancel(hub: Hub, call: Arc<Trusted<CancelRequest>>) -> Result<Success<BankLeg>, Refusal> {
    let scope = match FieldError::one_of("scope", &call.ask.scope, &["inquiry", "transfer"])? {
        "transfer" => Scope::Transfer,
        _ => Scope::Inquiry,
    };
    let account = call.account.as_ref().ok_or(Refusal::Reason("account_unknown"))?;
    let number = &account.fintech_use_num;
    let actor = Actor::Client(call.client.id);
    let ended = hub.storage().run("registration_end", &actor, async |tx| {
        let missing = if scope == Scope::Transfer {
            "transfer_missing"
        } else {
            "inquiry_missing"
        };
        if !tx.registration_end(number, scope).await? {
            return Err(Refusal::Reason(missing));
        }
        tx.trail(Action::ConsentEnded, number, serde_json::json!({ "scope": scope }))
            .await?;
        Ok(())
    });
    ended.await?;
    let body = BankLeg::ok(call.ask.bank_tran_id.as_str(), &account.account.bank_code, call.at);
    Ok(Success {
        reason: "ok",
        call_id: call.call_id,
        at: call.at,
        body,
    })
}
