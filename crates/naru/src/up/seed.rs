//! What a trial begins with: its institutions, a fintech, and people who have already agreed.

use naru_auth::authorization::service as journeys;
use naru_auth::client::service::{self as clients, Registration};
use naru_auth::token::service as tokens;
use naru_core::{
    Account, Action, Actor, BankCode, Client, ClientLimits, Confirmation, ContractAccount, Environment, Institution,
    InstitutionStatus, Person, PersonFacts, PersonId, Scope, Scopes, Timestamp, UserSeqNo, Won,
};
use naru_sims::bank::RunningBank;
use naru_sims::demo;
use naru_storage::{Storage, StorageError, TokenKind, Tx};
use serde::{Deserialize, Serialize};

use super::UpError;
use super::files::{Files, certificate_sha256};
use crate::app::Parts;

const ACTOR: Actor = Actor::Hub("trial");
/// People of a trial came this long ago, so that the first-three-days rule does not hold for them.
const JOINED_DAYS_AGO: i64 = 30;
/// Where the trial's fintech wants its answers.
pub(super) const REDIRECT_URI: &str = "http://localhost:3000/callback";
const KEPT: &str = "trial.json";

/// Why the trial's fintech and people cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The fintech.
    #[error("trial fintech: {0}")]
    Client(#[from] clients::ClientError),
    /// A token.
    #[error("trial tokens: {0}")]
    Token(#[from] tokens::TokenError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Something that the trial itself made is missing.
    #[error("{0}")]
    Missing(String),
}

/// The trial's fintech with its secrets.
pub(super) struct Fintech {
    pub(super) client: Client,
    pub(super) kept: Kept,
}

/// What is kept in the directory, because the database holds only digests of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) oob_token: String,
    pub(super) people: Vec<KeptPerson>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptPerson {
    pub(super) user_seq_no: String,
    pub(super) access_token: String,
    pub(super) refresh_token: String,
}

/// The institutions' rows follow where the simulated ones listen today; whatever an operator changed stays.
pub(super) async fn institutions(storage: &Storage, banks: &[RunningBank]) -> Result<(), UpError> {
    for (bank, demo) in banks.iter().zip(demo::banks(naru_sims::seoul::now().date())) {
        let code = BankCode::parse(&demo.code).map_err(|error| SeedError::Missing(error.to_string()))?;
        let line_url = format!("https://{}", bank.line_addr);
        let fresh = &Institution {
            code,
            name_en: format!("Simulated bank {}", demo.code),
            name_ko: demo.name,
            line_url: line_url.clone(),
            simulated: true,
            status: InstitutionStatus::Open,
            timeout_ms: 10_000,
            in_flight_max: 256,
            net_debit_cap: None,
            updated_at: storage.clock().now(),
            version: 0,
        };
        let line_url = &line_url;
        let put = storage.run("institution_put", &ACTOR, async |tx| {
            let known = tx.institution_find(&fresh.code).await?;
            let row = known.map_or_else(
                || fresh.clone(),
                |known| Institution {
                    line_url: line_url.clone(),
                    ..known
                },
            );
            tx.institution_put(&row).await?;
            tx.trail(
                Action::InstitutionChanged,
                &row.code,
                serde_json::json!({ "line_url": line_url }),
            )
            .await
        });
        put.await.map_err(SeedError::from)?;
    }
    Ok(())
}

/// The trial's fintech: found again, or registered.
pub(super) async fn fintech(parts: &Parts, files: &Files) -> Result<Fintech, UpError> {
    let storage = parts.hub.storage();
    let kept: Kept = files
        .text(KEPT)
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    if let Ok(client) = clients::find(storage, &kept.client_id).await {
        return Ok(Fintech { client, kept });
    }
    let certificate = files.text("fintech.pem").and_then(|pem| certificate_sha256(&pem));
    let limits = ClientLimits {
        transfer_won: Won(10_000_000),
        day_won: Won(100_000_000),
        month_won: Won(1_000_000_000),
    };
    let registration = Registration {
        client_use_code: None,
        name: demo::FINTECH_NAME.to_owned(),
        environment: Environment::TestBed,
        scopes: Scopes::of(&[Scope::Login, Scope::Inquiry, Scope::Transfer, Scope::Oob]),
        redirect_uris: vec![REDIRECT_URI.to_owned()],
        certificate_sha256: certificate,
        contract_account: contract_account()?,
        withdraw_limits: limits,
        deposit_limits: limits,
        credential: None,
        organisation_id: super::members::fintech(storage).await.map_err(SeedError::from)?,
    };
    let registered = clients::register(storage, &ACTOR, registration)
        .await
        .map_err(SeedError::from)?;
    let (client, Some(secret)) = registered else {
        return Err(SeedError::Missing("a client of the test bed has a secret".to_owned()).into());
    };
    let kept = Kept {
        client_id: client.id.to_string(),
        client_secret: secret.expose().to_owned(),
        ..Kept::default()
    };
    keep(files, &kept)?;
    Ok(Fintech { client, kept })
}

/// The contract account that the simulated test bank holds for the trial's fintech.
pub fn contract_account() -> Result<ContractAccount, SeedError> {
    Ok(ContractAccount {
        bank_code: BankCode::parse(demo::FINTECH_BANK).map_err(|error| SeedError::Missing(error.to_string()))?,
        account_num: demo::FINTECH_ACCOUNT.to_owned(),
        holder_name: demo::FINTECH_NAME.to_owned(),
    })
}

fn keep(files: &Files, kept: &Kept) -> Result<(), UpError> {
    files.write(KEPT, &serde_json::to_string_pretty(kept).unwrap_or_default())
}

/// The trial's people with living tokens: those of an earlier run, or fresh ones.
pub(super) async fn people(parts: &Parts, files: &Files, fintech: &Fintech) -> Result<Kept, UpError> {
    if fintech.kept.people.len() == demo::people().len() && are_alive(parts, &fintech.kept).await? {
        return Ok(fintech.kept.clone());
    }
    let mut kept = fintech.kept.clone();
    kept.people.clear();
    for person in demo::people() {
        let facts = PersonFacts {
            linking_value: person.linking_value,
            name: person.name,
            birth_date: person.birth_date,
            gender: person.gender,
            cell_no: person.cell_no,
            email: person.email,
        };
        kept.people.push(agreed(parts, &fintech.client, &facts).await?);
    }
    let proof = tokens::ClientProof {
        client_id: &kept.client_id,
        secret: &kept.client_secret,
        certificate_sha256: None,
    };
    let oob = tokens::two_legged(&parts.hub, &proof, "oob")
        .await
        .map_err(SeedError::from)?;
    oob.access.expose().clone_into(&mut kept.oob_token);
    keep(files, &kept)?;
    Ok(kept)
}

/// Whether every kept token will still live tomorrow.
async fn are_alive(parts: &Parts, kept: &Kept) -> Result<bool, UpError> {
    let tomorrow = parts.hub.now().plus_days(1);
    let access = kept.people.iter().map(|person| &person.access_token);
    for token in access.chain([&kept.oob_token]) {
        let digest = naru_crypto::sha256(token.as_bytes());
        let found = parts.hub.storage().read("trial_token", async |tx| {
            let Some(token) = tx.token_find(&digest, TokenKind::Access).await? else {
                return Ok(false);
            };
            let grant = tx.grant_find(token.grant_id).await?;
            let lives = grant.is_some_and(|grant| grant.revoked.is_none() && grant.expires_at > tomorrow);
            Ok::<_, StorageError>(lives && token.expires_at > tomorrow)
        });
        if !found.await.map_err(SeedError::from)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A person who has agreed to everything, for every account that the institutions know.
async fn agreed(parts: &Parts, client: &Client, facts: &PersonFacts) -> Result<KeptPerson, UpError> {
    let accounts = accounts_of(parts, &facts.linking_value).await;
    let (accounts, hub) = (&accounts, &parts.hub);
    let scopes = Scopes::of(&[Scope::Login, Scope::Inquiry, Scope::Transfer]);
    let scopes = &scopes;
    let issued = hub.storage().run("trial_person", &ACTOR, async |tx| {
        let person = joined(parts, &tx, facts).await?;
        let grant = journeys::fresh_grant(hub, (client.id, person.id), scopes, tx.now());
        tx.grant_insert(&grant).await?;
        tx.trail(
            Action::GrantGiven,
            grant.id,
            serde_json::json!({ "scopes": scopes.to_string() }),
        )
        .await?;
        for account in accounts {
            journeys::register(hub, &tx, &grant, account).await?;
        }
        tokens::issue(hub, &tx, (client, &grant), Confirmation::None).await
    });
    let issued = issued.await.map_err(SeedError::from)?;
    Ok(KeptPerson {
        user_seq_no: issued.user_seq_no.map(|number| number.to_string()).unwrap_or_default(),
        access_token: issued.access.expose().to_owned(),
        refresh_token: issued
            .refresh
            .map(|token| token.expose().to_owned())
            .unwrap_or_default(),
    })
}

async fn joined(parts: &Parts, tx: &Tx, facts: &PersonFacts) -> Result<Person, StorageError> {
    if let Some(person) = tx.person_find_by_link(&facts.linking_value).await? {
        return Ok(person);
    }
    let chance = parts.hub.storage().chance();
    let joined_at: Timestamp = tx.now().plus_days(-JOINED_DAYS_AGO);
    let person = Person {
        id: PersonId::new(tx.now(), chance),
        user_seq_no: UserSeqNo::new(chance),
        facts: facts.clone(),
        created_at: joined_at,
    };
    tx.person_insert(&person).await?;
    tx.trail(Action::PersonJoined, person.id, serde_json::json!({ "trial": true }))
        .await?;
    Ok(person)
}

/// A person's accounts at every institution that answers.
pub(super) async fn accounts_of(parts: &Parts, linking_value: &str) -> Vec<Account> {
    let mut found = Vec::new();
    for institution in parts.desk.lines.institutions() {
        let (answer, _) = parts.desk.lines.accounts(&institution.code, linking_value).await;
        for account in answer.unwrap_or_default() {
            found.push(Account {
                bank_code: institution.code.clone(),
                account_num: account.account_num,
                account_seq: account.account_seq,
                holder_name: account.holder_name,
                holder_type: account.holder_type,
                account_type: account.account_type,
                product_name: account.product_name,
            });
        }
    }
    found
}
