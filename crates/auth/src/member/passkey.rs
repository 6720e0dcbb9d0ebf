//! Members' passkeys: adding one in a session, signing in with one, and removing one.
//!
//! As with people, a ceremony of adding is a row, and one of signing in is none: its challenge is an HMAC of its id.

use naru_core::{Action, Actor, CeremonyId, Member, MemberId, MemberSession, MemberSignIn, Organisation, PasskeyId};
use naru_crypto::sha256;
use naru_storage::{MemberCeremony, MemberPasskeyRow, StorageError, Tx};
use naru_web::Hub;
use serde_json::{Value, json};

use super::Opened;
use super::session::{Draft, active};
use crate::passkey::ceremony::{Added, Answer, CHALLENGE_SECONDS, Known, checked_name, open_until};
use crate::passkey::{PASSKEYS_MAX, PasskeyError, PasskeyView, Passkeys};

/// Characters of the name that a device shows for a passkey at most.
const SHOWN_MAX: usize = 40;

/// What the state of a ceremony holds.
pub(super) struct Asked {
    /// Whether it began with an invitation; one that began in a session finishes nothing else.
    pub(super) is_enrolment: bool,
    /// What the browser's answer is compared with; null while it was asked nothing.
    pub(super) state: Value,
}

impl Asked {
    pub(super) const fn enrolling(state: Value) -> Self {
        Self {
            is_enrolment: true,
            state,
        }
    }

    pub(super) fn to_json(&self) -> Value {
        json!({ "enrolment": self.is_enrolment, "state": self.state })
    }

    pub(super) fn of(state: &Value) -> Self {
        Self {
            is_enrolment: state["enrolment"] == json!(true),
            state: state["state"].clone(),
        }
    }
}

/// Begins to add a passkey in a session, whose secret is shown once more: the ceremony, and the options for the browser
/// (`PublicKeyCredential.parseCreationOptionsFromJSON`). It takes the place of the one that the member began before.
pub async fn begin_add(
    passkeys: &Passkeys,
    hub: &Hub,
    whose: (&Member, &Organisation),
    secret: &str,
) -> Result<(CeremonyId, Value), PasskeyError> {
    let (member, organisation) = whose;
    let (options, state) = options(passkeys, hub, &(member.clone(), organisation.clone())).await?;
    let asked = Asked {
        is_enrolment: false,
        state,
    };
    let ceremony = MemberCeremony {
        id: CeremonyId::new(hub.now(), hub.storage().chance()),
        member_id: member.id,
        secret_sha256: sha256(secret.as_bytes()),
        state: asked.to_json(),
        expires_at: hub.now().plus_seconds(CHALLENGE_SECONDS),
    };
    put(hub, &ceremony).await?;
    Ok((ceremony.id, options))
}

/// Adds the passkey with which the browser of this session answered (`PublicKeyCredential.toJSON()`).
pub async fn finish_add(
    passkeys: &Passkeys,
    hub: &Hub,
    (session, secret): (&MemberSession, &str),
    (ceremony, credential): (CeremonyId, &Value),
    name: &str,
) -> Result<PasskeyId, PasskeyError> {
    let name = checked_name(name)?;
    let taken = take(hub, ceremony, secret).await?;
    let asked = Asked::of(&taken.state);
    if asked.is_enrolment || taken.member_id != session.member_id {
        return Err(PasskeyError::Gone);
    }
    let row = &row(hub, taken.member_id, passkeys.added(asked.state, credential)?, name);
    let actor = Actor::Member(row.member_id);
    let added = hub.storage().run("member_passkey_add", &actor, async |tx| {
        active(&tx, row.member_id).await?.ok_or(PasskeyError::Gone)?;
        insert(&tx, row).await
    });
    added.await.map_err(taken_is_refused)?;
    Ok(row.id)
}

/// Begins to sign in: the ceremony, and the options for the browser
/// (`PublicKeyCredential.parseRequestOptionsFromJSON`). Nothing is written: anybody may ask, as often as they like.
pub fn begin_sign_in(passkeys: &Passkeys, hub: &Hub) -> Result<(CeremonyId, Value), PasskeyError> {
    let id = CeremonyId::new(hub.now(), hub.storage().chance());
    Ok((id, passkeys.request(hub.storage().member_ceremony_challenge(id))?))
}

/// Signs the member in who gave this answer. The passkey's counter is checked and stored, the ceremony is over.
/// `device` is what [`crate::session::device_words`] says.
pub async fn finish_sign_in(
    passkeys: &Passkeys,
    hub: &Hub,
    (ceremony, credential): (CeremonyId, &Value),
    device: &str,
) -> Result<Opened, PasskeyError> {
    let ends_at = open_until(ceremony, hub.now()).ok_or(PasskeyError::Gone)?;
    let answer = Answer::read(credential)?;
    let credential_sha256 = answer.credential_sha256();
    let found = hub.storage().read("member_passkey_find", async |tx| {
        tx.member_passkey_find_by_credential(credential_sha256).await
    });
    let row: Option<MemberPasskeyRow> = found.await?;
    let row = row.ok_or(PasskeyError::Refused)?;
    let known = Known {
        id: row.id,
        handle: row.member_id.uuid(),
        key: &row.key,
    };
    let key = passkeys.used(hub.storage().member_ceremony_challenge(ceremony), &answer, &known)?;
    let after = &MemberPasskeyRow { key, ..row };
    let id = after.member_id;
    let draft = &Draft::new(hub, id, (MemberSignIn::Passkey, device));
    let actor = Actor::Member(id);
    let opened = hub.storage().run("member_sign_in", &actor, async |tx| {
        let whose = active(&tx, id).await?.ok_or(PasskeyError::Refused)?;
        if !tx.ceremony_answer(ceremony, ends_at).await? {
            return Err(PasskeyError::Gone);
        }
        if !tx.member_passkey_update_used(after).await? {
            return Err(PasskeyError::Refused);
        }
        Ok(draft.open(&tx, hub, whose).await?)
    });
    opened.await
}

/// A member's passkeys, oldest first.
pub async fn list(hub: &Hub, member_id: MemberId) -> Result<Vec<PasskeyView>, StorageError> {
    let view = |row: MemberPasskeyRow| PasskeyView {
        id: row.id,
        name: row.name,
        created_at: row.created_at,
        used_at: row.used_at,
    };
    Ok(rows(hub, member_id).await?.into_iter().map(view).collect())
}

/// Removes a passkey of a member. Whoever removes the last one needs a new invitation, or their certificate. Whether it
/// was there.
pub async fn remove(hub: &Hub, member_id: MemberId, id: PasskeyId) -> Result<bool, StorageError> {
    hub.storage()
        .run("member_passkey_remove", &Actor::Member(member_id), async |tx| {
            if !tx.member_passkey_remove(id, member_id).await? {
                return Ok(false);
            }
            let details = json!({ "passkey": id });
            tx.trail(Action::PasskeyRemoved, member_id, details).await?;
            Ok(true)
        })
        .await
}

/// What a browser is asked to make a passkey for this member, and what its answer will be compared with.
pub(super) async fn options(
    passkeys: &Passkeys,
    hub: &Hub,
    whose: &(Member, Organisation),
) -> Result<(Value, Value), PasskeyError> {
    let (member, organisation) = whose;
    let rows = rows(hub, member.id).await?;
    if rows.len() >= PASSKEYS_MAX {
        return Err(PasskeyError::TooMany);
    }
    let shown = shown_name(member, organisation);
    passkeys.creation(member.id.uuid(), &shown, rows.iter().map(|row| &row.key))
}

/// Which account it is, for somebody who has several: the organisation's code and the member's name there.
fn shown_name(member: &Member, organisation: &Organisation) -> String {
    let shown = format!("{} · {}", organisation.code, member.user_name);
    shown.chars().take(SHOWN_MAX).collect()
}

async fn rows(hub: &Hub, member_id: MemberId) -> Result<Vec<MemberPasskeyRow>, StorageError> {
    let listed = hub.storage().read("member_passkey_list", async |tx| {
        tx.member_passkey_list(member_id).await
    });
    listed.await
}

/// Stores a ceremony of adding.
pub(super) async fn put(hub: &Hub, ceremony: &MemberCeremony) -> Result<(), StorageError> {
    let actor = Actor::Member(ceremony.member_id);
    let begun = hub.storage().run("member_ceremony_put", &actor, async |tx| {
        tx.member_ceremony_put(ceremony).await?;
        let details = json!({ "member": ceremony.member_id });
        tx.trail(Action::CeremonyBegun, ceremony.id, details).await
    });
    begun.await
}

/// Takes a ceremony of adding out: it is answered once, in the browser that began it.
pub(super) async fn take(hub: &Hub, id: CeremonyId, secret: &str) -> Result<MemberCeremony, PasskeyError> {
    let secret_sha256 = sha256(secret.as_bytes());
    let taken = hub.storage().record("member_ceremony_take", async |tx| {
        tx.member_ceremony_take(id, secret_sha256).await
    });
    taken
        .await?
        .filter(|taken| !Asked::of(&taken.state).state.is_null())
        .ok_or(PasskeyError::Gone)
}

/// The row of a passkey that was answered with.
pub(super) fn row(hub: &Hub, member_id: MemberId, added: Added, name: String) -> MemberPasskeyRow {
    MemberPasskeyRow {
        id: PasskeyId::new(hub.now(), hub.storage().chance()),
        member_id,
        credential_sha256: added.credential_sha256,
        key: added.key,
        name,
        created_at: hub.now(),
        used_at: None,
        version: 1,
    }
}

/// Stores a passkey, unless the member has as many as one may have.
pub(super) async fn insert(tx: &Tx, row: &MemberPasskeyRow) -> Result<(), PasskeyError> {
    if tx.member_passkey_list(row.member_id).await?.len() >= PASSKEYS_MAX {
        return Err(PasskeyError::TooMany);
    }
    tx.member_passkey_insert(row).await?;
    let details = json!({ "passkey": row.id });
    tx.trail(Action::PasskeyAdded, row.member_id, details).await?;
    Ok(())
}

/// Where some member has this very key already, it is refused.
pub(super) fn taken_is_refused(error: PasskeyError) -> PasskeyError {
    match error {
        PasskeyError::Storage(StorageError::Taken { .. }) => PasskeyError::Refused,
        other => other,
    }
}
