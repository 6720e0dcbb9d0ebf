//! Decides a person's journey: who they are, what was found, what they allow.

use naru_core::trust::{Why, may_ask};
use naru_core::{
    Account, Action, Actor, AuthorizationId, Client, ClientId, Person, PersonFacts, PersonId, Session, SignInMethod,
    Timestamp, UserSeqNo,
};
use naru_crypto::{Secret, SecretKind, constant_time_eq, sha256};
use naru_storage::{Authorization, Step, StorageError, Tx};
use naru_web::Hub;

use super::asked::AskedRaw;
use super::{Asked, AskedError, SignedIn};

pub use super::agreement::{Choice, agree, fresh_grant, refuse, register};

/// Why a journey cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JourneyError {
    /// There is no such journey in this browser, or it has ended.
    #[error("the page has expired")]
    Gone,
    /// The journey stands at another step.
    #[error("the page is not the latest one")]
    Elsewhere,
    /// The fintech may not ask people any more: it or its organisation is not admitted.
    #[error("the fintech is not admitted now")]
    Stopped(Why),
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
    let found = hub
        .storage()
        .read("authorization_client", async |tx| tx.client_standing(id).await);
    let standing = found.await.map_err(AskedError::Storage)?.ok_or(AskedError::Client)?;
    let asked = raw.check(&standing, hub)?;
    let text = serde_json::to_string(&asked).map_err(|error| AskedError::Storage(StorageError::corrupt(error)))?;
    arrive(hub, Some(id), text).await.map_err(AskedError::Storage)
}

/// Begins a journey on a pushed request (RFC 9126 4): `client_id` and `request_uri` are all that is looked at.
pub async fn begin_pushed(hub: &Hub, query: &str) -> Result<(Authorization, Secret), AskedError> {
    let form = naru_web::fapi2::OauthForm::of_query(query).map_err(|_| AskedError::Client)?;
    let id: Option<ClientId> = form.get("client_id").and_then(|id| id.parse().ok());
    let (Some(id), Some(uri)) = (id, form.get("request_uri")) else {
        return Err(AskedError::Client);
    };
    let digest = sha256(uri.as_bytes());
    let found = hub.storage().read("pushed_request_find", async |tx| {
        let request = tx.pushed_request_find(&digest).await?;
        let standing = tx.client_standing(id).await?;
        Ok::<_, StorageError>(request.zip(standing))
    });
    let (request, standing) = found.await.map_err(AskedError::Storage)?.ok_or(AskedError::Client)?;
    // Loading the page does not use the request up, completing it does: browsers load pages twice (line 35).
    if request.client_id != id || request.used_at.is_some() || hub.now() >= request.expires_at {
        return Err(AskedError::Client);
    }
    may_ask(&standing, hub.now(), hub.settings().test_bed).map_err(AskedError::Stopped)?;
    arrive(hub, Some(id), request.asked).await.map_err(AskedError::Storage)
}

/// Begins a visit of a person who wants to see what they granted.
pub async fn visit(hub: &Hub) -> Result<(Authorization, Secret), StorageError> {
    arrive(hub, None, "{}".to_owned()).await
}

async fn arrive(
    hub: &Hub,
    client_id: Option<ClientId>,
    asked: String,
) -> Result<(Authorization, Secret), StorageError> {
    let (now, chance) = (hub.now(), hub.storage().chance());
    let secret = Secret::new(SecretKind::Session, chance.bytes());
    let journey = Authorization {
        id: AuthorizationId::new(now, chance),
        session_sha256: secret.sha256().to_vec(),
        client_id,
        asked,
        step: Step::Arrived,
        identity_request: None,
        person_id: None,
        found: Vec::new(),
        grant_id: None,
        code_sha256: None,
        code_expires_at: None,
        session_id: None,
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
        if !signed_in_still(&tx, &journey).await? {
            return Err(JourneyError::Gone);
        }
        let client = match journey.client_id {
            Some(client) => tx.client_find(client).await?,
            None => None,
        };
        Ok((journey, client))
    });
    let (journey, client) = found.await?;
    let shown = sha256(secret.as_bytes());
    if !constant_time_eq(&journey.session_sha256, &shown) || hub.now() >= journey.expires_at {
        return Err(JourneyError::Gone);
    }
    Ok((journey, client))
}

/// Whether the sign-in under which a journey goes on was not ended meanwhile, here or from another device.
pub(super) async fn signed_in_still(tx: &Tx, journey: &Authorization) -> Result<bool, StorageError> {
    let (Some(session), Some(person)) = (journey.session_id, journey.person_id) else {
        return Ok(true);
    };
    let sessions = tx.session_list(person).await?;
    let alive = |one: &Session| one.id == session && one.ended_at.is_none() && tx.now() < one.expires_at;
    Ok(sessions.iter().any(alive))
}

/// Remembers that a code was sent to the person's phone.
pub async fn code_sent(hub: &Hub, journey: &Authorization, request_id: String) -> Result<(), JourneyError> {
    let mut after = journey.clone();
    after.step = Step::CodeSent;
    after.identity_request = Some(request_id);
    move_on(hub, journey, &after).await
}

/// Goes back to the beginning, such as when a code has expired, or somebody else takes over: nobody is known any more.
pub async fn start_over(hub: &Hub, journey: &Authorization) -> Result<(), JourneyError> {
    let after = Authorization {
        step: Step::Arrived,
        identity_request: None,
        person_id: None,
        session_id: None,
        found: Vec::new(),
        ..journey.clone()
    };
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

pub(super) async fn step(tx: &Tx, from: Step, after: &Authorization) -> Result<(), JourneyError> {
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
            let mut after = signed_in_as(hub, journey, person.id, (new_secret, tx.now()));
            after.found.clone_from(found);
            note_sign_in(&mut after, tx.now(), SignInMethod::Identity);
            step(&tx, journey.step, &after).await
        });
    signed_in.await?;
    Ok(secret)
}

/// The person is signed in already, or has just signed in with a passkey: the journey goes on under that session.
pub async fn sign_in_with_session(
    hub: &Hub,
    journey: &Authorization,
    session: &Session,
    found: Vec<Account>,
) -> Result<Secret, JourneyError> {
    let secret = Secret::new(SecretKind::Session, hub.storage().chance().bytes());
    let (new_secret, found) = (&secret, &found);
    let moved = hub
        .storage()
        .run("authorization_sign_in", &Actor::Hub("pages"), async |tx| {
            let mut after = signed_in_as(hub, journey, session.person_id, (new_secret, tx.now()));
            after.session_id = Some(session.id);
            after.found.clone_from(found);
            note_sign_in(&mut after, session.created_at, session.method);
            step(&tx, journey.step, &after).await
        });
    moved.await?;
    Ok(secret)
}

fn signed_in_as(
    hub: &Hub,
    journey: &Authorization,
    person: PersonId,
    (secret, now): (&Secret, Timestamp),
) -> Authorization {
    Authorization {
        step: Step::SignedIn,
        person_id: Some(person),
        session_sha256: secret.sha256().to_vec(),
        expires_at: now.plus_seconds(hub.settings().lives.journey_seconds),
        ..journey.clone()
    }
}

/// Remembers when and how the person signed in, for the ID token.
fn note_sign_in(journey: &mut Authorization, at: Timestamp, method: SignInMethod) {
    let asked: Option<Asked> = serde_json::from_str(&journey.asked).ok();
    let Some(mut asked) = asked else { return };
    if let Some(fapi2) = &mut asked.fapi2 {
        fapi2.signed_in = Some(SignedIn { at, method });
        journey.asked = serde_json::to_string(&asked).unwrap_or_default();
    }
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
