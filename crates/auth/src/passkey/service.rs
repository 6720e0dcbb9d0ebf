//! Decides the ceremonies of people: adding a passkey in a session, signing in with one, and removing one.
//!
//! A ceremony of adding is a row, one per person. Anybody may begin one of signing in, so that it is no row: its
//! challenge is an HMAC of its id, the id tells when it began, and only an answer that was right is written down.

use naru_core::{Action, Actor, CeremonyId, PasskeyId, Person, PersonId, Session, SignInMethod, Timestamp};
use naru_storage::{Ceremony, PasskeyRow, StorageError};
use naru_web::Hub;
use serde_json::{Value, json};

use super::Passkeys;
use super::ceremony::{Answer, CHALLENGE_SECONDS, Known, NAME_MAX, checked_name, open_until};

/// Passkeys of one person at most, and of one member.
pub const PASSKEYS_MAX: usize = 10;

/// Why a ceremony did not succeed. Which part of an answer was wrong is told to the log alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// There is no such ceremony in this session, it has expired, or it was answered before.
    #[error("the ceremony has ended")]
    Gone,
    /// The answer is not right, or the passkey cannot be used here.
    #[error("the passkey was refused")]
    Refused,
    /// The person has as many passkeys as one may have.
    #[error("a person has at most {PASSKEYS_MAX} passkeys")]
    TooMany,
    /// The passkey's name is empty, too long or unprintable.
    #[error("a passkey's name has 1 to {NAME_MAX} characters")]
    Name,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A passkey as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyView {
    /// Its id.
    pub id: PasskeyId,
    /// What the person calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When the person last signed in with it.
    pub used_at: Option<Timestamp>,
}

impl Passkeys {
    /// Begins to add a passkey: the ceremony, and the options for the browser
    /// (`PublicKeyCredential.parseCreationOptionsFromJSON`). It takes the place of the one that the person began
    /// before.
    pub async fn begin_add(
        &self,
        hub: &Hub,
        session: &Session,
        person: &Person,
    ) -> Result<(CeremonyId, Value), PasskeyError> {
        if session.person_id != person.id {
            return Err(PasskeyError::Refused);
        }
        let rows = rows(hub, person.id).await?;
        if rows.len() >= PASSKEYS_MAX {
            return Err(PasskeyError::TooMany);
        }
        let known = rows.iter().map(|row| &row.key);
        let (options, state) = self.creation(person.id.uuid(), &shown_name(person), known)?;
        let (now, chance) = (hub.now(), hub.storage().chance());
        let ceremony = &Ceremony {
            id: CeremonyId::new(now, chance),
            person_id: person.id,
            session_id: session.id,
            state,
            expires_at: now.plus_seconds(CHALLENGE_SECONDS),
        };
        let actor = Actor::Person(person.id);
        let begun = hub.storage().run("passkey_begin_add", &actor, async |tx| {
            tx.ceremony_insert(ceremony).await?;
            let details = json!({ "session": ceremony.session_id });
            tx.trail(Action::CeremonyBegun, ceremony.id, details).await?;
            Ok::<_, StorageError>(())
        });
        begun.await?;
        Ok((ceremony.id, options))
    }

    /// Adds the passkey with which the browser answered (`PublicKeyCredential.toJSON()`).
    pub async fn finish_add(
        &self,
        hub: &Hub,
        session: &Session,
        (ceremony, credential): (CeremonyId, &Value),
        name: &str,
    ) -> Result<PasskeyId, PasskeyError> {
        let name = checked_name(name)?;
        let session_id = session.id;
        let taken = hub
            .storage()
            .record("passkey_take", async |tx| tx.ceremony_take(ceremony, session_id).await);
        let taken = taken.await?.ok_or(PasskeyError::Gone)?;
        let added = self.added(taken.state, credential)?;
        let row = PasskeyRow {
            id: PasskeyId::new(hub.now(), hub.storage().chance()),
            person_id: session.person_id,
            credential_sha256: added.credential_sha256,
            key: added.key,
            name,
            created_at: hub.now(),
            used_at: None,
            version: 1,
        };
        store(hub, &row).await?;
        Ok(row.id)
    }

    /// Begins to sign in: the ceremony, and the options for the browser
    /// (`PublicKeyCredential.parseRequestOptionsFromJSON`). Nothing is written: anybody may ask, as often as they
    /// like.
    pub async fn begin_sign_in(&self, hub: &Hub) -> Result<(CeremonyId, Value), PasskeyError> {
        let id = CeremonyId::new(hub.now(), hub.storage().chance());
        Ok((id, self.request(hub.storage().ceremony_challenge(id))?))
    }

    /// Who signs in with this answer. The passkey's counter is checked and stored, the ceremony is over.
    pub async fn finish_sign_in(
        &self,
        hub: &Hub,
        ceremony: CeremonyId,
        credential: &Value,
    ) -> Result<PersonId, PasskeyError> {
        let ends_at = open_until(ceremony, hub.now()).ok_or(PasskeyError::Gone)?;
        let answer = Answer::read(credential)?;
        let credential_sha256 = answer.credential_sha256();
        let found = hub.storage().read("passkey_find", async |tx| {
            tx.passkey_find_by_credential(credential_sha256).await
        });
        let row: Option<PasskeyRow> = found.await?;
        let row = row.ok_or(PasskeyError::Refused)?;
        let known = Known {
            id: row.id,
            handle: row.person_id.uuid(),
            key: &row.key,
        };
        let key = self.used(hub.storage().ceremony_challenge(ceremony), &answer, &known)?;
        let after = &PasskeyRow { key, ..row };
        let actor = Actor::Person(after.person_id);
        let signed_in = hub.storage().run("passkey_sign_in", &actor, async |tx| {
            if !tx.ceremony_answer(ceremony, ends_at).await? {
                return Err(PasskeyError::Gone);
            }
            if !tx.passkey_update_used(after).await? {
                return Err(PasskeyError::Refused);
            }
            let details = json!({ "passkey": after.id, "method": SignInMethod::Passkey.as_str() });
            tx.trail(Action::SessionOpened, after.person_id, details).await?;
            Ok(())
        });
        signed_in.await?;
        Ok(after.person_id)
    }
}

/// A person's passkeys, oldest first.
pub async fn list(hub: &Hub, person_id: PersonId) -> Result<Vec<PasskeyView>, StorageError> {
    let view = |row: PasskeyRow| PasskeyView {
        id: row.id,
        name: row.name,
        created_at: row.created_at,
        used_at: row.used_at,
    };
    Ok(rows(hub, person_id).await?.into_iter().map(view).collect())
}

/// Removes a passkey of a person; the last one too, because the identity check remains. Whether it was there.
pub async fn remove(hub: &Hub, person_id: PersonId, id: PasskeyId) -> Result<bool, StorageError> {
    hub.storage()
        .run("passkey_remove", &Actor::Person(person_id), async |tx| {
            if !tx.passkey_remove(id, person_id).await? {
                return Ok(false);
            }
            tx.trail(Action::PasskeyRemoved, person_id, json!({ "passkey": id }))
                .await?;
            Ok(true)
        })
        .await
}

async fn rows(hub: &Hub, person_id: PersonId) -> Result<Vec<PasskeyRow>, StorageError> {
    let listed = hub
        .storage()
        .read("passkey_list", async |tx| tx.passkey_list(person_id).await);
    listed.await
}

async fn store(hub: &Hub, row: &PasskeyRow) -> Result<(), PasskeyError> {
    let actor = Actor::Person(row.person_id);
    let added = hub.storage().run("passkey_add", &actor, async |tx| {
        if tx.passkey_list(row.person_id).await?.len() >= PASSKEYS_MAX {
            return Err(PasskeyError::TooMany);
        }
        tx.passkey_insert(row).await?;
        tx.trail(Action::PasskeyAdded, row.person_id, json!({ "passkey": row.id }))
            .await?;
        Ok(())
    });
    added.await.map_err(|error| match error {
        // Somebody has this very key already.
        PasskeyError::Storage(StorageError::Taken { .. }) => PasskeyError::Refused,
        other => other,
    })
}

/// What the device calls the person: the last digits of their number tell two apart, nothing tells who they are.
fn shown_name(person: &Person) -> String {
    let number: Vec<char> = person.user_seq_no.to_string().chars().collect();
    let last: String = number.iter().skip(number.len().saturating_sub(3)).collect();
    format!("나루 이용자 ***{last}")
}
