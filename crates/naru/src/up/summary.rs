//! What a fintech needs to begin: addresses, credentials, people, and a line to paste.

use naru_sims::bank::RunningBank;
use naru_sims::{demo, identity};
use serde::Serialize;

use super::files::Files;
use super::seed::{Fintech, Kept, REDIRECT_URI};
use crate::app::Running;

/// What `naru up --json` prints.
#[derive(Debug, Clone, Serialize)]
pub struct TrialSummary {
    /// The hub's base address.
    pub hub: String,
    /// Its operations address: `/health`, `/ready`, `/metrics`.
    pub ops: String,
    /// The development certificate authority.
    pub ca_file: String,
    /// The configuration that `naru` commands use on this trial.
    pub config_file: String,
    /// The fintech's OAuth id.
    pub client_id: String,
    /// Its secret; test bed only.
    pub client_secret: String,
    /// The prefix of its `bank_tran_id`s.
    pub client_use_code: String,
    /// Its certificate for mutual TLS.
    pub client_cert_file: String,
    /// The certificate's private key.
    pub client_key_file: String,
    /// Where its answers are sent.
    pub redirect_uri: String,
    /// Its contract account.
    pub contract_account: String,
    /// People who have agreed to everything.
    pub people: Vec<SummaryPerson>,
    /// A token for calls without a person.
    pub oob_token: String,
    /// The simulated institutions and the identity agency.
    pub sims: Vec<SummarySim>,
}

/// A person of the trial.
#[derive(Debug, Clone, Serialize)]
pub struct SummaryPerson {
    /// The name; invented.
    pub name: String,
    /// As fintechs know the person.
    pub user_seq_no: String,
    /// For calls on the person's behalf.
    pub access_token: String,
    /// For another pair of tokens.
    pub refresh_token: String,
    /// The registered accounts.
    pub accounts: Vec<SummaryAccount>,
}

/// A registered account.
#[derive(Debug, Clone, Serialize)]
pub struct SummaryAccount {
    /// As the fintech knows it.
    pub fintech_use_num: String,
    /// Which institution.
    pub bank_code_std: String,
    /// Its balance just now.
    pub balance_amt: String,
}

/// A simulator's admin address.
#[derive(Debug, Clone, Serialize)]
pub struct SummarySim {
    /// `bank` or `identity`.
    pub kind: &'static str,
    /// An institution's code; empty for the identity agency.
    pub bank_code_std: String,
    /// Where faults are set and books are read.
    pub admin: String,
    /// Where it serves the hub.
    pub line: String,
}

pub(super) async fn of(
    running: &Running,
    files: &Files,
    (fintech, kept): (&Fintech, Kept),
    (banks, identity): (&[RunningBank], &identity::RunningIdentity),
) -> TrialSummary {
    let file = |name: &str| files.path(name).display().to_string();
    let mut people = Vec::new();
    for (known, person) in kept.people.iter().zip(demo::people()) {
        people.push(SummaryPerson {
            name: person.name,
            user_seq_no: known.user_seq_no.clone(),
            access_token: known.access_token.clone(),
            refresh_token: known.refresh_token.clone(),
            accounts: accounts(running, fintech, &person.linking_value).await,
        });
    }
    let mut sims: Vec<_> = banks
        .iter()
        .zip(demo::banks(naru_sims::seoul::now().date()))
        .map(|(bank, demo)| SummarySim {
            kind: "bank",
            bank_code_std: demo.code,
            admin: format!("http://{}/admin", bank.admin_addr),
            line: format!("https://{}", bank.line_addr),
        })
        .collect();
    sims.push(SummarySim {
        kind: "identity",
        bank_code_std: String::new(),
        admin: format!("http://{}/admin", identity.admin_addr),
        line: format!("http://{}", identity.addr),
    });
    TrialSummary {
        hub: format!("https://localhost:{}", running.addr.port()),
        ops: format!("http://{}", running.ops_addr),
        ca_file: file("ca.pem"),
        config_file: file("naru.toml"),
        client_id: kept.client_id,
        client_secret: kept.client_secret,
        client_use_code: fintech.client.client_use_code.to_string(),
        client_cert_file: file("fintech.pem"),
        client_key_file: file("fintech.key"),
        redirect_uri: REDIRECT_URI.to_owned(),
        contract_account: fintech.client.contract_account.account_num.clone(),
        people,
        oob_token: kept.oob_token,
        sims,
    }
}

async fn accounts(running: &Running, fintech: &Fintech, linking_value: &str) -> Vec<SummaryAccount> {
    let storage = running.parts.hub.storage();
    let client_id = fintech.client.id;
    let found = storage.read("trial_accounts", async |tx| {
        let Some(person) = tx.person_find_by_link(linking_value).await? else {
            return Ok(Vec::new());
        };
        tx.registration_list(client_id, person.id).await
    });
    let found: Result<_, naru_storage::StorageError> = found.await;
    let mut accounts = Vec::new();
    for registration in found.unwrap_or_default() {
        let account = &registration.account;
        let (balance, _) = running
            .parts
            .desk
            .lines
            .balance(&account.bank_code, &account.account_num)
            .await;
        accounts.push(SummaryAccount {
            fintech_use_num: registration.fintech_use_num.to_string(),
            bank_code_std: account.bank_code.to_string(),
            balance_amt: balance.map(|balance| balance.balance.to_string()).unwrap_or_default(),
        });
    }
    accounts
}

impl TrialSummary {
    /// A line that works when it is pasted: the balance of the first person's first account.
    pub fn curl_line(&self, bank_tran_id: &str) -> String {
        let (token, number) = self.people.first().map_or(("", ""), |person| {
            let number = person
                .accounts
                .first()
                .map_or("", |account| account.fintech_use_num.as_str());
            (person.access_token.as_str(), number)
        });
        format!(
            "curl --cacert {} -H 'Authorization: Bearer {token}' \\\n  '{}/v2.0/account/balance/fin_num?bank_tran_id=\
             {bank_tran_id}&fintech_use_num={number}&tran_dtime=20261121140327'",
            self.ca_file, self.hub,
        )
    }
}
