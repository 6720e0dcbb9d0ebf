//! The actors of the journey: a fintech's client, a person's browser, the operator, and whoever watches the books.

use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use naru_auth::client::service::{self as clients, Registration};
use naru_core::{Client, ClientLimits, ClientUseCode, Environment, Scope, Scopes, Won};
use naru_crypto::Secret;
use naru_web::outbound::ClientTls;
use serde_json::{Value, json};

use crate::client::{Browser, Http};
use crate::up::{self, Trial};

/// Where the journey's fintech wants its answers: nobody listens there, the browser only has to be sent there.
pub(super) const REDIRECT_URI: &str = "https://fintech.example/callback";

/// Everything the steps know.
pub(super) struct Journey<'a> {
    pub(super) trial: &'a Trial,
    pub(super) http: Http,
    pub(super) browser: Browser,
    pub(super) fintech: Option<(Client, Secret)>,
    pub(super) code: String,
    pub(super) access_token: String,
    pub(super) user_seq_no: String,
    pub(super) oob_token: String,
    pub(super) accounts: Vec<Registered>,
    pub(super) withdrawal: Option<(Value, Value)>,
    pub(super) lost_id: String,
    pub(super) refused_call: String,
}

/// A registered account as the fintech knows it.
#[derive(Debug, Clone)]
pub(super) struct Registered {
    pub(super) fintech_use_num: String,
    pub(super) bank: String,
}

impl<'a> Journey<'a> {
    pub(super) fn new(trial: &'a Trial) -> Result<Self, String> {
        let ca = std::fs::read(&trial.summary.ca_file).map_err(|error| error.to_string())?;
        let tls = ClientTls {
            roots_pem: ca,
            identity_pem: None,
        };
        let http = Http::new(&trial.summary.hub, &tls)?;
        Ok(Self {
            trial,
            browser: Browser::new(http.clone()),
            http,
            fintech: None,
            code: String::new(),
            access_token: String::new(),
            user_seq_no: String::new(),
            oob_token: String::new(),
            accounts: Vec::new(),
            withdrawal: None,
            lost_id: String::new(),
            refused_call: String::new(),
        })
    }

    pub(super) fn client(&self) -> Result<&(Client, Secret), String> {
        self.fintech
            .as_ref()
            .ok_or_else(|| "no fintech is registered".to_owned())
    }

    /// A fresh `bank_tran_id` of the fintech.
    pub(super) fn bank_tran_id(&self) -> Result<String, String> {
        let code: &ClientUseCode = &self.client()?.0.client_use_code;
        let chance = self.trial.running.parts.hub.storage().chance();
        Ok(format!(
            "{code}U{}",
            chance.text(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 9)
        ))
    }

    pub(super) fn now(&self) -> String {
        let now = self.trial.running.parts.hub.now();
        format!("{}{}", now.yyyymmdd(), now.hhmmss())
    }

    /// Registers the journey's fintech, as `naru client register` does.
    pub(super) async fn register(&mut self) -> Result<String, String> {
        let limits = ClientLimits {
            transfer_won: Won(1_000_000),
            day_won: Won(5_000_000),
            month_won: Won(50_000_000),
        };
        let registration = Registration {
            client_use_code: None,
            name: "모아핀".to_owned(),
            environment: Environment::TestBed,
            scopes: Scopes::of(&[Scope::Login, Scope::Inquiry, Scope::Transfer, Scope::Oob]),
            redirect_uris: vec![REDIRECT_URI.to_owned()],
            certificate_sha256: None,
            contract_account: up::contract_account().map_err(|error| error.to_string())?,
            withdraw_limits: limits,
            deposit_limits: limits,
            credential: None,
            organisation_id: None,
        };
        let storage = self.trial.running.parts.hub.storage();
        let operator = naru_core::Actor::Operator("demo".to_owned());
        let registered = clients::register(storage, &operator, registration).await;
        let (client, secret) = registered.map_err(|error| error.to_string())?;
        let secret = secret.ok_or("a client of the test bed has a secret")?;
        let saw = format!(
            "{} is client {} with code {}",
            client.name, client.id, client.client_use_code
        );
        self.fintech = Some((client, secret));
        Ok(saw)
    }

    /// What the simulated institution's own books say of an account balance, over its admin address.
    pub(super) async fn bank_admin(
        &self,
        bank: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> Result<Value, String> {
        let sim = self.trial.summary.sims.iter().find(|sim| sim.bank_code_std == bank);
        let admin = &sim.ok_or_else(|| format!("no institution {bank}"))?.admin;
        let url = format!("{admin}{path}");
        let headers = [("content-type", "application/json")];
        let body = if body.is_null() {
            Bytes::new()
        } else {
            Bytes::from(body.to_string())
        };
        let answer = self.http.send(method, &url, &headers, body).await?;
        if answer.status.is_success() {
            Ok(answer.json())
        } else {
            Err(format!("{url}: {}", answer.text()))
        }
    }

    /// Sets a fault at an institution.
    pub(super) async fn fault(&self, bank: &str, fault: Value) -> Result<(), String> {
        self.bank_admin(bank, Method::POST, "/faults", fault).await.map(|_| ())
    }

    /// Clears an institution's faults.
    pub(super) async fn clear_faults(&self, bank: &str) -> Result<(), String> {
        self.bank_admin(bank, Method::DELETE, "/faults", Value::Null)
            .await
            .map(|_| ())
    }

    /// The balance of one of the person's accounts, asked through the hub.
    pub(super) async fn balance(&self, at: usize) -> Result<i64, String> {
        let account = self.accounts.get(at).ok_or("no such account")?;
        let id = self.bank_tran_id()?;
        let now = self.now();
        let query = [
            ("bank_tran_id", id.as_str()),
            ("fintech_use_num", &account.fintech_use_num),
            ("tran_dtime", &now),
        ];
        let answer = self
            .http
            .get("/v2.0/account/balance/fin_num", &self.access_token, &query)
            .await?;
        expect(&answer, "rsp_code", "A0000")?;
        text(&answer, "balance_amt")
            .parse()
            .map_err(|_| format!("not a balance: {answer}"))
    }

    /// A withdrawal's body.
    pub(super) fn withdrawal_body(&self, id: &str, at: usize, won: i64) -> Result<Value, String> {
        let account = self.accounts.get(at).ok_or("no such account")?;
        Ok(json!({
            "bank_tran_id": id,
            "cntr_account_type": "N",
            "cntr_account_num": self.trial.summary.contract_account,
            "dps_print_content": "모아핀충전",
            "fintech_use_num": account.fintech_use_num,
            "wd_print_content": "모아핀",
            "tran_amt": won.to_string(),
            "tran_dtime": self.now(),
            "req_client_name": "김하늘",
            "req_client_fintech_use_num": account.fintech_use_num,
            "req_client_num": "HANEUL1",
            "transfer_purpose": "ST",
        }))
    }

    /// Looks again until something is true, at most so long.
    pub(super) async fn patience() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A text field of an answer; empty where there is none.
pub(super) fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap_or_default()
}

/// Fails unless a field has the expected value.
pub(super) fn expect(answer: &Value, name: &str, value: &str) -> Result<(), String> {
    if text(answer, name) == value {
        Ok(())
    } else {
        Err(format!("{name} should be {value}: {answer}"))
    }
}
