//! Decides a person's journey: who they are, what was found, what they allow.

use naru_core::{
    Account, AccountId, Action, Actor, AuthorizationId, Client, Consent, FintechUseNum, Grant, GrantId, Person,
    PersonFacts, PersonId, Registration, Scope, Scopes, Timestamp, UserSeqNo,
};
use naru_crypto::{Secret, SecretKind, constant_time_eq};
use naru_storage::{Authorization, Step, StorageError, Tx};
use naru_web::Hub;

use super::asked::AskedRaw;
use super::{Asked, AskedError};

/// Why a journey cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JourneyError {
    /// There is no such journey in this browser, or it has ended.
    #[error("the page has expired")]
    Gone,
    /// The journey stands at another step.
    #[error("the page is not the latest one")]
    Elsewhere,
    /// The choice cannot be taken.
    #[error("{0}")]
    Choice(&'static str),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Begins a journey on a fintech's request: the row, and the secret for the browser's cookie.
pub async fn begin(hub: &Hub, query: &str) -> Result<(Authorization, Secret), AskedError> {
    let raw: AskedRaw = serde_urlencoded::from_str(query).map_err(|_| AskedError::Client)?;
    let id = raw.client_id.as_str().parse().map_err(|_| AskedError::Client)?;
    let client = hub
        .storage()
        .read("authorization_client", async |tx| tx.client_find(id).await);
    let client: Client = client.await.map_err(AskedError::Storage)?.ok_or(AskedError::Client)?;
    let asked = raw.check(&client)?;
    let text = serde_json::to_string(&asked).map_err(|error| AskedError::Storage(StorageError::corrupt(error)))?;
    arrive(hub, Some(&client), text).await.map_err(AskedError::Storage)
}

/// Begins a visit of a person who wants to see what they granted.
pub async fn visit(hub: &Hub) -> Result<(Authorization, Secret), StorageError> {
    arrive(hub, None, "{}".to_owned()).await
}

async fn arrive(hub: &Hub, client: Option<&Client>, asked: String) -> Result<(Authorization, Secret), StorageError> {
    let (now, chance) = (hub.now(), hub.storage().chance());
    let secret = Secret::new(SecretKind::Session, chance.bytes());
    let journey = Authorization {
        id: AuthorizationId::new(now, chance),
        session_sha256: secret.sha256().to_vec(),
        client_id: client.map(|client| client.id),
        asked,
        step: Step::Arrived,
        identity_request: None,
        person_id: None,
        found: Vec::new(),
        grant_id: None,
        code_sha256: None,
        code_expires_at: None,
        created_at: now,
        expires_at: now.plus_seconds(hub.settings().lives.journey_seconds),
    };
    let row = &journey;
    let stored = hub
        .storage()
        .run("authorization_begin", &Actor::Hub("pages"), async |tx| {
            tx.authorization_insert(row).await?;
            tx.trail(
                Action::AuthorizationMoved,
                row.id,
                serde_json::json!({ "to": row.step.as_str() }),
            )
            .await
        });
    stored.await?;
    Ok((journey, secret))
}

/// A journey with the fintech that asks, if it belongs to the browser that shows this secret and has not ended.
pub async fn find(
    hub: &Hub,
    id: AuthorizationId,
    secret: &str,
) -> Result<(Authorization, Option<Client>), JourneyError> {
    let found = hub.storage().read("authorization_find", async |tx| {
        let Some(journey) = tx.authorization_find(id).await? else {
            return Err(JourneyError::Gone);
        };
        let client = match journey.client_id {
            Some(client) => tx.client_find(client).await?,
            None => None,
        };
        Ok((journey, client))
    });
    let (journey, client) = found.await?;
    let shown = naru_crypto::sha256(secret.as_bytes());
    if !constant_time_eq(&journey.session_sha256, &shown) || hub.now() >= journey.expires_at {
        return Err(JourneyError::Gone);
    }
    Ok((journey, client))
}

/// Remembers that a code was sent to the person's phone.
pub async fn code_sent(hub: &Hub, journey: &Authorization, request_id: String) -> Result<(), JourneyError> {
    let mut after = journey.clone();
    after.step = Step::CodeSent;
    after.identity_request = Some(request_id);
    move_on(hub, journey, &after).await
}

/// Goes back to the beginning, such as when a code has expired.
pub async fn start_over(hub: &Hub, journey: &Authorization) -> Result<(), JourneyError> {
    let mut after = journey.clone();
    after.step = Step::Arrived;
    after.identity_request = None;
    move_on(hub, journey, &after).await
}

async fn move_on(hub: &Hub, from: &Authorization, after: &Authorization) -> Result<(), JourneyError> {
    let moved = hub
        .storage()
        .run("authorization_move", &Actor::Hub("pages"), async |tx| {
            step(&tx, from.step, after).await
        });
    moved.await
}

async fn step(tx: &Tx, from: Step, after: &Authorization) -> Result<(), JourneyError> {
    if !tx.authorization_move(after, from).await? {
        return Err(JourneyError::Elsewhere);
    }
    tx.trail(
        Action::AuthorizationMoved,
        after.id,
        serde_json::json!({ "to": after.step.as_str() }),
    )
    .await?;
    Ok(())
}

/// The identity check has said who the person is: stores them, what was found at the institutions, and gives the
/// browser another secret.
pub async fn sign_in(
    hub: &Hub,
    journey: &Authorization,
    facts: &PersonFacts,
    found: Vec<Account>,
) -> Result<Secret, JourneyError> {
    let secret = Secret::new(SecretKind::Session, hub.storage().chance().bytes());
    let (new_secret, found) = (&secret, &found);
    let signed_in = hub
        .storage()
        .run("authorization_sign_in", &Actor::Hub("pages"), async |tx| {
            let person = person_put(hub, &tx, facts).await?;
            let mut after = journey.clone();
            after.step = Step::SignedIn;
            after.person_id = Some(person.id);
            after.found.clone_from(found);
            after.session_sha256 = new_secret.sha256().to_vec();
            after.expires_at = tx.now().plus_seconds(hub.settings().lives.journey_seconds);
            step(&tx, journey.step, &after).await?;
            tx.trail(
                Action::SessionOpened,
                person.id,
                serde_json::json!({ "authorization": journey.id }),
            )
            .await?;
            Ok::<_, JourneyError>(())
        });
    signed_in.await?;
    Ok(secret)
}

/// The person behind these facts; stored if they came for the first time.
pub async fn person_put(hub: &Hub, tx: &Tx, facts: &PersonFacts) -> Result<Person, StorageError> {
    if let Some(mut person) = tx.person_find_by_link(&facts.linking_value).await? {
        if person.facts != *facts {
            tx.person_set_facts(person.id, facts).await?;
            person.facts = facts.clone();
        }
        return Ok(person);
    }
    let person = Person {
        id: PersonId::new(tx.now(), hub.storage().chance()),
        user_seq_no: UserSeqNo::new(hub.storage().chance()),
        facts: facts.clone(),
        created_at: tx.now(),
    };
    tx.person_insert(&person).await?;
    tx.trail(Action::PersonJoined, person.id, serde_json::json!({})).await?;
    Ok(person)
}

/// What the person chose.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Positions of the chosen accounts in the list that was found.
    pub accounts: Vec<usize>,
    /// Whether they agree to inquiry.
    pub inquiry: bool,
    /// Whether they agree to withdrawal.
    pub transfer: bool,
}

/// The person agrees: grant, registrations and code in one commit. Gives the address the browser goes to.
pub async fn agree(
    hub: &Hub,
    journey: &Authorization,
    (asked, choice): (&Asked, &Choice),
) -> Result<String, JourneyError> {
    let (Some(client_id), Some(person_id)) = (journey.client_id, journey.person_id) else {
        return Err(JourneyError::Elsewhere);
    };
    let scopes = chosen_scopes(asked, choice)?;
    let accounts: Vec<&Account> = choice.accounts.iter().filter_map(|at| journey.found.get(*at)).collect();
    if accounts.is_empty() && (scopes.has(Scope::Inquiry) || scopes.has(Scope::Transfer)) {
        return Err(JourneyError::Choice("choose_account"));
    }
    let code = Secret::new(SecretKind::Code, hub.storage().chance().bytes());
    let (code, scopes, accounts) = (&code, &scopes, &accounts);
    let actor = Actor::Person(person_id);
    let agreed = hub.storage().run("authorization_agree", &actor, async |tx| {
        let grant = fresh_grant(hub, (client_id, person_id), scopes, tx.now());
        tx.grant_insert(&grant).await?;
        tx.trail(
            Action::GrantGiven,
            grant.id,
            serde_json::json!({ "scopes": scopes.to_string() }),
        )
        .await?;
        for account in accounts {
            register(hub, &tx, &grant, account).await?;
        }
        let mut after = journey.clone();
        after.step = Step::Agreed;
        after.grant_id = Some(grant.id);
        after.found = Vec::new();
        after.code_sha256 = Some(code.sha256().to_vec());
        after.code_expires_at = Some(tx.now().plus_seconds(hub.settings().lives.code_seconds));
        step(&tx, Step::SignedIn, &after).await
    });
    agreed.await?;
    Ok(asked.code_uri(code.expose(), scopes))
}

fn chosen_scopes(asked: &Asked, choice: &Choice) -> Result<Scopes, JourneyError> {
    let wanted = asked.scope_set();
    let kept: Vec<Scope> = wanted
        .iter()
        .filter(|scope| match scope {
            Scope::Inquiry => choice.inquiry,
            Scope::Transfer => choice.transfer,
            _ => true,
        })
        .collect();
    let of_accounts = |scope: &Scope| matches!(scope, Scope::Inquiry | Scope::Transfer);
    // Signing in is granted along: who was asked for more and allows none of it has not agreed.
    let asked_more = wanted.iter().any(|scope| of_accounts(&scope));
    if kept.is_empty() || asked_more && !kept.iter().any(of_accounts) {
        Err(JourneyError::Choice("choose_something"))
    } else {
        Ok(Scopes::of(&kept))
    }
}

/// A grant of a person to a client from now on.
pub fn fresh_grant(
    hub: &Hub,
    (client_id, person_id): (naru_core::ClientId, PersonId),
    scopes: &Scopes,
    now: Timestamp,
) -> Grant {
    Grant {
        id: GrantId::new(now, hub.storage().chance()),
        client_id,
        person_id: Some(person_id),
        scopes: scopes.clone(),
        created_at: now,
        expires_at: now.plus_seconds(hub.settings().lives.grant_seconds),
        revoked: None,
        last_used_at: None,
    }
}

/// Registers one account under a grant, with the consents that the grant's scopes give.
pub async fn register(hub: &Hub, tx: &Tx, grant: &Grant, account: &Account) -> Result<FintechUseNum, StorageError> {
    let (now, chance) = (tx.now(), hub.storage().chance());
    let person_id = grant
        .person_id
        .ok_or_else(|| StorageError::corrupt("a grant without a person has no accounts"))?;
    let account_id = tx.account_put(person_id, account, AccountId::new(now, chance)).await?;
    let consent = |scope| {
        let given = grant.scopes.has(scope);
        Consent {
            agreed_at: given.then_some(now),
            until: given.then_some(grant.expires_at),
            ended_at: None,
        }
    };
    let registration = Registration {
        fintech_use_num: FintechUseNum::new(&account.bank_code, chance),
        client_id: grant.client_id,
        person_id,
        account_id,
        account: account.clone(),
        alias: account.product_name.clone(),
        inquiry: consent(Scope::Inquiry),
        transfer: consent(Scope::Transfer),
        created_at: now,
    };
    let number = tx.registration_put(&registration).await?;
    let details = serde_json::json!({ "grant": grant.id, "scopes": grant.scopes.to_string() });
    tx.trail(Action::RegistrationAgreed, &number, details).await?;
    Ok(number)
}

/// The person refuses, or leaves.
pub async fn refuse(hub: &Hub, journey: &Authorization) -> Result<(), JourneyError> {
    let mut after = journey.clone();
    after.step = Step::Refused;
    after.found = Vec::new();
    move_on(hub, journey, &after).await
}

/// The person signs out: the journey ends at once, whatever step it stands at.
pub async fn leave(hub: &Hub, journey: &Authorization) -> Result<(), JourneyError> {
    let mut after = journey.clone();
    after.expires_at = hub.now();
    let left = hub
        .storage()
        .run("authorization_leave", &Actor::Hub("pages"), async |tx| {
            if !tx.authorization_move(&after, journey.step).await? {
                return Err(JourneyError::Elsewhere);
            }
            tx.trail(Action::SessionClosed, journey.id, serde_json::json!({}))
                .await?;
            Ok(())
        });
    left.await
}
