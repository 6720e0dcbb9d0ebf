//! Members' sessions: opening one for somebody who has proved who they are, finding it again, ending it.
//!
//! Whether the member is active is asked with every look at the session, so that a deactivated member is out at their
//! next request. The state of their organisation keeps nobody out: who was cut off still has things to answer.

use naru_core::{
    Action, Actor, Member, MemberId, MemberSession, MemberSignIn, Organisation, SECOND, SessionId, Timestamp,
};
use naru_crypto::{Secret, SecretKind, sha256};
use naru_storage::{StorageError, Tx};
use naru_web::Hub;
use serde_json::json;

use super::SignInError;

/// How often the use of a session is noted at most, seconds.
const SEEN_SECONDS: i64 = 60;
/// Characters of a device's description at most.
const DEVICE_MAX: usize = 60;

/// A member with a living sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub member: Member,
    /// For whom they work.
    pub organisation: Organisation,
    /// Under which sign-in.
    pub session: MemberSession,
}

/// A session that was opened just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Who is signed in.
    pub signed_in: SignedIn,
    /// What the browser shows from now on; nobody sees it again.
    pub secret: Secret,
    /// The member's other living sessions, newest first: a sign-in beside them is worth a word.
    pub others: Vec<MemberSession>,
}

/// A session that is about to be opened, made outside the transaction that may run twice.
pub(super) struct Draft {
    session: MemberSession,
    secret: Secret,
}

impl Draft {
    /// A session of this member on this device, from now on.
    pub(super) fn new(hub: &Hub, member_id: MemberId, (method, device): (MemberSignIn, &str)) -> Self {
        let (now, chance) = (hub.now(), hub.storage().chance());
        Self {
            session: MemberSession {
                id: SessionId::new(now, chance),
                member_id,
                method,
                device: device.chars().take(DEVICE_MAX).collect(),
                created_at: now,
                seen_at: now,
                expires_at: now.plus_seconds(hub.settings().lives.session_absolute_seconds),
                ended_at: None,
            },
            secret: Secret::new(SecretKind::Session, chance.bytes()),
        }
    }

    /// Opens the session inside a transaction that has settled who it is.
    pub(super) async fn open(&self, tx: &Tx, hub: &Hub, whose: (Member, Organisation)) -> Result<Opened, StorageError> {
        let (member, organisation) = whose;
        let others = living(hub, tx.member_session_list(member.id).await?, tx.now());
        tx.member_session_insert(&self.session, self.secret.sha256()).await?;
        tx.member_seen(member.id)?;
        let details = json!({ "session": self.session.id, "method": self.session.method });
        tx.trail(Action::MemberSignedIn, member.id, details).await?;
        Ok(Opened {
            signed_in: SignedIn {
                member,
                organisation,
                session: self.session.clone(),
            },
            secret: self.secret.clone(),
            others,
        })
    }
}

/// The member with this id, if they are active, with their organisation.
pub(super) async fn active(tx: &Tx, id: MemberId) -> Result<Option<(Member, Organisation)>, StorageError> {
    let found = tx.member_find(id).await?;
    let Some(row) = found.filter(|row| row.member.active && row.removed_at.is_none()) else {
        return Ok(None);
    };
    let organisation = tx.organisation_find(row.member.organisation_id).await?;
    Ok(organisation.map(|organisation| (row.member, organisation)))
}

/// Signs the member in whose registered certificate was presented on the connection. `device` is what
/// [`crate::session::device_words`] says.
///
/// # Errors
/// [`SignInError::Refused`] where the certificate is nobody's, or the member is not active.
pub async fn sign_in_with_certificate(
    hub: &Hub,
    certificate_sha256: [u8; 32],
    device: &str,
) -> Result<Opened, SignInError> {
    let found = hub.storage().read("member_find_by_certificate", async |tx| {
        tx.member_find_by_certificate(certificate_sha256).await
    });
    let found: Result<_, StorageError> = found.await;
    let id = found?.ok_or(SignInError::Refused)?.member.id;
    let draft = &Draft::new(hub, id, (MemberSignIn::Certificate, device));
    let actor = Actor::Member(id);
    let opened = hub.storage().run("member_sign_in", &actor, async |tx| {
        let whose = active(&tx, id).await?;
        // It may have been exchanged since it was looked up.
        let whose = whose.filter(|(member, _)| member.certificate_sha256 == Some(certificate_sha256));
        Ok(draft.open(&tx, hub, whose.ok_or(SignInError::Refused)?).await?)
    });
    opened.await
}

/// The living session of the browser that shows this secret, with its active member. That it was used is noted once a
/// minute.
pub async fn find(hub: &Hub, secret: &str) -> Result<Option<SignedIn>, StorageError> {
    // Only the digest meets the database: how long the look-up takes tells nothing about the secret.
    let sha256 = sha256(secret.as_bytes());
    let found = hub
        .storage()
        .read("member_session_find", async |tx| tx.member_session_find(sha256).await);
    let found: Result<_, StorageError> = found.await;
    let now = hub.now();
    let Some((mut session, row, organisation)) = found?.filter(|(session, ..)| is_alive(hub, session, now)) else {
        return Ok(None);
    };
    if now.micros_since(session.seen_at) >= SEEN_SECONDS * SECOND {
        let id = session.id;
        let noted = hub
            .storage()
            .record("member_session_seen", async |tx| tx.member_session_seen(id, now));
        noted.await?;
        session.seen_at = now;
    }
    Ok(Some(SignedIn {
        member: row.member,
        organisation,
        session,
    }))
}

/// A member's living sessions, newest first.
pub async fn list(hub: &Hub, member_id: MemberId) -> Result<Vec<MemberSession>, StorageError> {
    let listed = hub.storage().read("member_session_list", async |tx| {
        tx.member_session_list(member_id).await
    });
    Ok(living(hub, listed.await?, hub.now()))
}

/// Ends one of a member's sessions. Whether there was such a one that had not ended.
pub async fn end(hub: &Hub, member_id: MemberId, session_id: SessionId) -> Result<bool, StorageError> {
    hub.storage()
        .run("member_session_end", &Actor::Member(member_id), async |tx| {
            if !tx.member_session_end(session_id, member_id).await? {
                return Ok(false);
            }
            let details = json!({ "session": session_id });
            tx.trail(Action::MemberSignedOut, member_id, details).await?;
            Ok(true)
        })
        .await
}

/// Ends all of a member's sessions but one; how many of them were alive.
pub async fn end_others(hub: &Hub, member_id: MemberId, kept: SessionId) -> Result<u64, StorageError> {
    hub.storage()
        .run("member_session_end_others", &Actor::Member(member_id), async |tx| {
            let living = living(hub, tx.member_session_list(member_id).await?, tx.now());
            // Idle ones end for good as well: nothing may bring them back.
            if tx.member_session_end_others(member_id, kept).await? == 0 {
                return Ok(0);
            }
            let ended: Vec<SessionId> = living
                .iter()
                .map(|session| session.id)
                .filter(|id| *id != kept)
                .collect();
            let details = json!({ "sessions": ended, "kept": kept });
            tx.trail(Action::MemberSignedOut, member_id, details).await?;
            Ok(u64::try_from(ended.len()).unwrap_or(u64::MAX))
        })
        .await
}

fn living(hub: &Hub, mut sessions: Vec<MemberSession>, now: Timestamp) -> Vec<MemberSession> {
    sessions.retain(|session| is_alive(hub, session, now));
    sessions
}

fn is_alive(hub: &Hub, session: &MemberSession, now: Timestamp) -> bool {
    session.is_alive(now, hub.settings().lives.session_idle_seconds)
}
