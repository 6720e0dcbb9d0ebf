//! Decides ceremonies: adding a passkey in a session, signing in with one, and removing one.
//!
//! A ceremony of adding is a row, one per person. Anybody may begin one of signing in, so that it is no row: its
//! challenge is an HMAC of its id, the id tells when it began, and only an answer that was right is written down.

use std::sync::Arc;
use std::time::Duration;

use naru_core::{Action, Actor, CeremonyId, PasskeyId, Person, PersonId, SECOND, Session, SignInMethod, Timestamp};
use naru_crypto::sha256;
use naru_storage::{Ceremony, PasskeyRow, StorageError};
use naru_web::Hub;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    Webauthn, WebauthnBuilder, WebauthnError,
};

/// Passkeys of one person at most.
pub const PASSKEYS_MAX: usize = 10;
/// Characters of a passkey's name at most.
const NAME_MAX: usize = 40;
/// How long a challenge can be answered, seconds.
const CHALLENGE_SECONDS: i64 = 300;
/// The same for the browser.
const CHALLENGE: Duration = Duration::from_mins(5);

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

/// The hub as authenticators know it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Passkeys(Arc<Webauthn>);

impl Passkeys {
    /// For browsers that reach the hub under this address. Its host is what passkeys are bound to: another one loses
    /// them all. An IP address cannot have passkeys.
    ///
    /// # Errors
    /// Says what is wrong with the address.
    pub fn new(public_url: &str) -> Result<Self, String> {
        let origin = Url::parse(public_url).map_err(|error| format!("`{public_url}` is no address: {error}"))?;
        let host = origin
            .domain()
            .ok_or_else(|| format!("`{public_url}` names no host: passkeys are bound to a name"))?;
        WebauthnBuilder::new(host, &origin)
            .and_then(|builder| builder.rp_name("Naru 나루").timeout(CHALLENGE).build())
            .map(|webauthn| Self(Arc::new(webauthn)))
            .map_err(|error| error.to_string())
    }

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
        let (options, state) = self.creation(person, &rows)?;
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

    /// The options for adding a passkey, and what their answer will be compared with.
    fn creation(&self, person: &Person, rows: &[PasskeyRow]) -> Result<(Value, Value), PasskeyError> {
        let known: Result<Vec<_>, PasskeyError> = rows.iter().map(|row| Ok(key_of(row)?.cred_id().clone())).collect();
        let called = shown_name(person);
        let (challenge, state) = self
            .0
            .start_passkey_registration(person.id.uuid(), &called, &called, Some(known?))
            .map_err(|error| refused(&error))?;
        let mut options = to_json(&challenge.public_key)?;
        // The library leaves it open whether the device remembers whose the key is. Nobody types a name here.
        options["authenticatorSelection"]["residentKey"] = json!("required");
        options["authenticatorSelection"]["requireResidentKey"] = json!(true);
        Ok((options, to_json(&state)?))
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
        let key = self.added(taken, credential)?;
        let row = PasskeyRow {
            id: PasskeyId::new(hub.now(), hub.storage().chance()),
            person_id: session.person_id,
            credential_sha256: sha256(key.cred_id()),
            key: to_json(&key)?,
            name,
            created_at: hub.now(),
            used_at: None,
            version: 1,
        };
        store(hub, &row).await?;
        Ok(row.id)
    }

    /// The key in a right answer.
    fn added(&self, taken: Ceremony, credential: &Value) -> Result<Passkey, PasskeyError> {
        let state: PasskeyRegistration = serde_json::from_value(taken.state).map_err(StorageError::corrupt)?;
        let answer: RegisterPublicKeyCredential = from_browser(credential)?;
        // What the device does not remember cannot be used to sign in here.
        if answer.extensions.cred_props.as_ref().and_then(|props| props.rk) == Some(false) {
            tracing::info!(event = "passkey_refused", why = "the device does not keep the key");
            return Err(PasskeyError::Refused);
        }
        self.0
            .finish_passkey_registration(&answer, &state)
            .map_err(|error| refused(&error))
    }

    /// Begins to sign in: the ceremony, and the options for the browser
    /// (`PublicKeyCredential.parseRequestOptionsFromJSON`). Nothing is written: anybody may ask, as often as they
    /// like.
    pub async fn begin_sign_in(&self, hub: &Hub) -> Result<(CeremonyId, Value), PasskeyError> {
        let id = CeremonyId::new(hub.now(), hub.storage().chance());
        let (mut request, _) = self
            .0
            .start_discoverable_authentication()
            .map_err(|error| refused(&error))?;
        request.public_key.challenge = hub.storage().ceremony_challenge(id);
        Ok((id, to_json(&request.public_key)?))
    }

    /// Who signs in with this answer. The passkey's counter is checked and stored, the ceremony is over.
    pub async fn finish_sign_in(
        &self,
        hub: &Hub,
        ceremony: CeremonyId,
        credential: &Value,
    ) -> Result<PersonId, PasskeyError> {
        let ends_at = begun_at(ceremony).map(|at| at.plus_seconds(CHALLENGE_SECONDS));
        let ends_at = ends_at.filter(|end| hub.now() < *end).ok_or(PasskeyError::Gone)?;
        let answer: PublicKeyCredential = from_browser(credential)?;
        let credential_sha256 = sha256(answer.get_credential_id());
        let found = hub.storage().read("passkey_find", async |tx| {
            tx.passkey_find_by_credential(credential_sha256).await
        });
        let row: Option<PasskeyRow> = found.await?;
        let after = &self.used(hub, ceremony, (&answer, row.ok_or(PasskeyError::Refused)?))?;
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

    /// The passkey after a right answer.
    fn used(
        &self,
        hub: &Hub,
        ceremony: CeremonyId,
        (answer, row): (&PublicKeyCredential, PasskeyRow),
    ) -> Result<PasskeyRow, PasskeyError> {
        let (handle, _) = self
            .0
            .identify_discoverable_authentication(answer)
            .map_err(|error| refused(&error))?;
        if handle != row.person_id.uuid() {
            tracing::info!(event = "passkey_refused", passkey = %row.id, why = "another person's handle");
            return Err(PasskeyError::Refused);
        }
        if is_framed(&answer.response.client_data_json) {
            tracing::info!(event = "passkey_refused", passkey = %row.id, why = "a page within another site's");
            return Err(PasskeyError::Refused);
        }
        let mut key = key_of(&row)?;
        let state = self.expected(hub, ceremony)?;
        let result = self
            .0
            .finish_discoverable_authentication_v2(answer, state, &key)
            .map_err(|error| {
                if matches!(error, WebauthnError::CredentialPossibleCompromise) {
                    tracing::warn!(event = "passkey_counter", passkey = %row.id, "a copy of a passkey may be in use");
                }
                refused(&error)
            })?;
        key.update_credential(&result);
        Ok(PasskeyRow {
            key: to_json(&key)?,
            ..row
        })
    }

    /// What an answer to this ceremony is compared with.
    fn expected(&self, hub: &Hub, ceremony: CeremonyId) -> Result<DiscoverableAuthentication, PasskeyError> {
        let (mut request, state) = self
            .0
            .start_discoverable_authentication()
            .map_err(|error| refused(&error))?;
        request.public_key.challenge = hub.storage().ceremony_challenge(ceremony);
        let mut state = to_json(&state)?;
        // The library draws a challenge of its own; ours takes its place in the same writing.
        state["ast"]["challenge"] = to_json(&request.public_key)?["challenge"].take();
        Ok(serde_json::from_value(state).map_err(StorageError::corrupt)?)
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

/// When a ceremony of signing in began: its id tells.
fn begun_at(id: CeremonyId) -> Option<Timestamp> {
    let (seconds, nanos) = id.uuid().get_timestamp()?.to_unix();
    let seconds = i64::try_from(seconds).ok()?;
    Some(Timestamp(seconds.checked_mul(SECOND)? + i64::from(nanos / 1_000)))
}

/// What the device calls the person: the last digits of their number tell two apart, nothing tells who they are.
fn shown_name(person: &Person) -> String {
    let number: Vec<char> = person.user_seq_no.to_string().chars().collect();
    let last: String = number.iter().skip(number.len().saturating_sub(3)).collect();
    format!("나루 이용자 ***{last}")
}

fn checked_name(name: &str) -> Result<String, PasskeyError> {
    let name = name.trim();
    let is_short = (1..=NAME_MAX).contains(&name.chars().count());
    if is_short && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(PasskeyError::Name)
    }
}

fn key_of(row: &PasskeyRow) -> Result<Passkey, StorageError> {
    serde_json::from_value(row.key.clone()).map_err(StorageError::corrupt)
}

fn to_json(value: &impl Serialize) -> Result<Value, PasskeyError> {
    Ok(serde_json::to_value(value).map_err(StorageError::corrupt)?)
}

fn from_browser<T: DeserializeOwned>(credential: &Value) -> Result<T, PasskeyError> {
    T::deserialize(credential).map_err(|_| {
        tracing::info!(event = "passkey_refused", why = "the answer cannot be read");
        PasskeyError::Refused
    })
}

/// Whether the answer was made on a page within another site's (WebAuthn Level 3, 7.2). The library asks this
/// where a passkey is added, but not where one is used.
fn is_framed(client_data: &[u8]) -> bool {
    serde_json::from_slice::<Value>(client_data).is_ok_and(|said| said["crossOrigin"] == json!(true))
}

fn refused(error: &WebauthnError) -> PasskeyError {
    tracing::info!(event = "passkey_refused", why = %error);
    PasskeyError::Refused
}
