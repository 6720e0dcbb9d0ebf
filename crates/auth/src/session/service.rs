//! Decides sessions: opening one after the person has proved who they are, finding it again, ending it.

use naru_core::{Action, Actor, PersonId, SECOND, Session, SessionId, SignInMethod, Timestamp};
use naru_crypto::{Secret, SecretKind, sha256};
use naru_storage::StorageError;
use naru_web::Hub;

/// How often the use of a session is noted at most, seconds.
const SEEN_SECONDS: i64 = 60;
/// Characters of a device's description at most.
const DEVICE_MAX: usize = 60;

/// A session that was opened just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// What the browser shows from now on; nobody sees it again.
    pub secret: Secret,
    /// The person's other living sessions, newest first: a sign-in beside them is worth a word.
    pub others: Vec<Session>,
}

/// Opens a session of a person who has just proved who they are. `device` is what [`super::device_words`] says.
pub async fn open(hub: &Hub, person_id: PersonId, method: SignInMethod, device: &str) -> Result<Opened, StorageError> {
    let (now, chance) = (hub.now(), hub.storage().chance());
    let secret = Secret::new(SecretKind::Session, chance.bytes());
    let session = Session {
        id: SessionId::new(now, chance),
        person_id,
        method,
        device: device.chars().take(DEVICE_MAX).collect(),
        created_at: now,
        seen_at: now,
        expires_at: now.plus_seconds(hub.settings().lives.session_absolute_seconds),
        ended_at: None,
    };
    let (row, sha256, actor) = (&session, secret.sha256(), Actor::Person(person_id));
    let opened = hub.storage().run("session_open", &actor, async |tx| {
        let others = living(hub, tx.session_list(person_id).await?, tx.now());
        tx.session_insert(row, sha256).await?;
        let details = serde_json::json!({ "session": row.id, "method": row.method.as_str() });
        tx.trail(Action::SessionOpened, person_id, details).await?;
        Ok::<_, StorageError>(others)
    });
    let others = opened.await?;
    Ok(Opened {
        session,
        secret,
        others,
    })
}

/// The living session of the browser that shows this secret. That it was used is noted once a minute.
pub async fn find(hub: &Hub, secret: &str) -> Result<Option<Session>, StorageError> {
    // Only the digest meets the database: how long the look-up takes tells nothing about the secret.
    let sha256 = sha256(secret.as_bytes());
    let found = hub
        .storage()
        .read("session_find", async |tx| tx.session_find_by_secret(sha256).await);
    let found: Option<Session> = found.await?;
    let now = hub.now();
    let Some(mut session) = found.filter(|session| is_alive(hub, session, now)) else {
        return Ok(None);
    };
    if now.micros_since(session.seen_at) >= SEEN_SECONDS * SECOND {
        let id = session.id;
        let noted = hub
            .storage()
            .record("session_seen", async |tx| tx.session_seen(id, now));
        noted.await?;
        session.seen_at = now;
    }
    Ok(Some(session))
}

/// A person's living sessions, newest first.
pub async fn list(hub: &Hub, person_id: PersonId) -> Result<Vec<Session>, StorageError> {
    let listed = hub
        .storage()
        .read("session_list", async |tx| tx.session_list(person_id).await);
    Ok(living(hub, listed.await?, hub.now()))
}

/// Ends one of a person's sessions. Whether there was such a one that had not ended.
pub async fn end(hub: &Hub, person_id: PersonId, session_id: SessionId) -> Result<bool, StorageError> {
    hub.storage()
        .run("session_end", &Actor::Person(person_id), async |tx| {
            if !tx.session_end(session_id, person_id).await? {
                return Ok(false);
            }
            let details = serde_json::json!({ "session": session_id });
            tx.trail(Action::SessionClosed, person_id, details).await?;
            Ok(true)
        })
        .await
}

/// Ends all of a person's sessions, or all but one; how many of them were alive.
pub async fn end_all(hub: &Hub, person_id: PersonId, except: Option<SessionId>) -> Result<u64, StorageError> {
    hub.storage()
        .run("session_end_all", &Actor::Person(person_id), async |tx| {
            let living = living(hub, tx.session_list(person_id).await?, tx.now());
            // Idle ones end for good as well: nothing may bring them back.
            if tx.session_end_all(person_id, except).await? == 0 {
                return Ok(0);
            }
            let ended: Vec<SessionId> = living
                .iter()
                .map(|session| session.id)
                .filter(|id| Some(*id) != except)
                .collect();
            let details = serde_json::json!({ "sessions": ended, "kept": except });
            tx.trail(Action::SessionClosed, person_id, details).await?;
            Ok(u64::try_from(ended.len()).unwrap_or(u64::MAX))
        })
        .await
}

fn living(hub: &Hub, mut sessions: Vec<Session>, now: Timestamp) -> Vec<Session> {
    sessions.retain(|session| is_alive(hub, session, now));
    sessions
}

fn is_alive(hub: &Hub, session: &Session, now: Timestamp) -> bool {
    session.is_alive(now, hub.settings().lives.session_idle_seconds)
}
