//! The ceremonies of WebAuthn as functions of plain values: what a browser is asked, and whether its answer is right.
//!
//! Nothing here knows people or members, and nothing is stored: whose a key is, how long a challenge holds, and that it
//! is answered once, is decided by the services that call this.

use std::sync::Arc;
use std::time::Duration;

use naru_core::{CeremonyId, PasskeyId, SECOND, Timestamp};
use naru_crypto::sha256;
use naru_storage::StorageError;
use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Serialize};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::PasskeyError;

/// Characters of a passkey's name at most.
pub(super) const NAME_MAX: usize = 40;
/// How long a challenge can be answered, seconds.
pub(crate) const CHALLENGE_SECONDS: i64 = 300;
/// The same for the browser.
const CHALLENGE: Duration = Duration::from_mins(5);

/// The hub as authenticators know it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Passkeys(Arc<Webauthn>);

/// A key that a browser answered with.
pub(crate) struct Added {
    /// SHA-256 of the credential's id.
    pub(crate) credential_sha256: [u8; 32],
    /// Public key, counter and what else belongs to it, as JSON.
    pub(crate) key: Value,
}

/// A browser's answer to options for signing in; not checked yet.
pub(crate) struct Answer(PublicKeyCredential);

impl Answer {
    /// Reads what the browser sent (`PublicKeyCredential.toJSON()`).
    pub(crate) fn read(credential: &Value) -> Result<Self, PasskeyError> {
        from_browser(credential).map(Self)
    }

    /// SHA-256 of the id of the credential that is said to have been used.
    pub(crate) fn credential_sha256(&self) -> [u8; 32] {
        sha256(self.0.get_credential_id())
    }
}

/// The passkey that an answer is compared with.
pub(crate) struct Known<'a> {
    /// Its id, for the log.
    pub(crate) id: PasskeyId,
    /// The handle of whose it is.
    pub(crate) handle: Uuid,
    /// What is stored of it, as [`Added::key`] has it.
    pub(crate) key: &'a Value,
}

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

    /// The options for adding a passkey (`PublicKeyCredential.parseCreationOptionsFromJSON`), and what their answer
    /// will be compared with. `known` are the keys that the same holder has already.
    pub(crate) fn creation<'a>(
        &self,
        handle: Uuid,
        shown_name: &str,
        known: impl Iterator<Item = &'a Value>,
    ) -> Result<(Value, Value), PasskeyError> {
        let known: Result<Vec<_>, PasskeyError> = known.map(|key| Ok(key_of(key)?.cred_id().clone())).collect();
        let (challenge, state) = self
            .0
            .start_passkey_registration(handle, shown_name, shown_name, Some(known?))
            .map_err(|error| refused(&error))?;
        let mut options = to_json(&challenge.public_key)?;
        // The library leaves it open whether the device remembers whose the key is. Nobody types a name here.
        options["authenticatorSelection"]["residentKey"] = json!("required");
        options["authenticatorSelection"]["requireResidentKey"] = json!(true);
        Ok((options, to_json(&state)?))
    }

    /// The key in a right answer to options for adding.
    pub(crate) fn added(&self, state: Value, credential: &Value) -> Result<Added, PasskeyError> {
        let state: PasskeyRegistration = serde_json::from_value(state).map_err(StorageError::corrupt)?;
        let answer: RegisterPublicKeyCredential = from_browser(credential)?;
        // What the device does not remember cannot be used to sign in here.
        if answer.extensions.cred_props.as_ref().and_then(|props| props.rk) == Some(false) {
            tracing::info!(event = "passkey_refused", why = "the device does not keep the key");
            return Err(PasskeyError::Refused);
        }
        let key = self
            .0
            .finish_passkey_registration(&answer, &state)
            .map_err(|error| refused(&error))?;
        Ok(Added {
            credential_sha256: sha256(key.cred_id()),
            key: to_json(&key)?,
        })
    }

    /// The options for signing in (`PublicKeyCredential.parseRequestOptionsFromJSON`), around a challenge of ours.
    pub(crate) fn request(&self, challenge: Vec<u8>) -> Result<Value, PasskeyError> {
        let (mut request, _) = self
            .0
            .start_discoverable_authentication()
            .map_err(|error| refused(&error))?;
        request.public_key.challenge = challenge;
        to_json(&request.public_key)
    }

    /// The key after a right answer to a challenge: its counter has moved on.
    pub(crate) fn used(&self, challenge: Vec<u8>, answer: &Answer, known: &Known<'_>) -> Result<Value, PasskeyError> {
        let (handle, _) = self
            .0
            .identify_discoverable_authentication(&answer.0)
            .map_err(|error| refused(&error))?;
        if handle != known.handle {
            tracing::info!(event = "passkey_refused", passkey = %known.id, why = "another's handle");
            return Err(PasskeyError::Refused);
        }
        if is_framed(&answer.0.response.client_data_json) {
            tracing::info!(event = "passkey_refused", passkey = %known.id, why = "a page within another site's");
            return Err(PasskeyError::Refused);
        }
        let mut key = key_of(known.key)?;
        let state = self.expected(challenge)?;
        let result = self
            .0
            .finish_discoverable_authentication_v2(&answer.0, state, &key)
            .map_err(|error| {
                if matches!(error, WebauthnError::CredentialPossibleCompromise) {
                    tracing::warn!(event = "passkey_counter", passkey = %known.id, "a copy of a passkey may be in use");
                }
                refused(&error)
            })?;
        key.update_credential(&result);
        to_json(&key)
    }

    /// What an answer to this challenge is compared with.
    fn expected(&self, challenge: Vec<u8>) -> Result<DiscoverableAuthentication, PasskeyError> {
        let (mut request, state) = self
            .0
            .start_discoverable_authentication()
            .map_err(|error| refused(&error))?;
        request.public_key.challenge = challenge;
        let mut state = to_json(&state)?;
        // The library draws a challenge of its own; ours takes its place in the same writing.
        state["ast"]["challenge"] = to_json(&request.public_key)?["challenge"].take();
        Ok(serde_json::from_value(state).map_err(StorageError::corrupt)?)
    }
}

/// Until when a ceremony of signing in can be answered: its id tells when it began. Nothing where that has passed.
pub(crate) fn open_until(id: CeremonyId, now: Timestamp) -> Option<Timestamp> {
    let (seconds, nanos) = id.uuid().get_timestamp()?.to_unix();
    let seconds = i64::try_from(seconds).ok()?;
    let begun_at = Timestamp(seconds.checked_mul(SECOND)? + i64::from(nanos / 1_000));
    Some(begun_at.plus_seconds(CHALLENGE_SECONDS)).filter(|end| now < *end)
}

/// A passkey's name as it is stored.
pub(crate) fn checked_name(name: &str) -> Result<String, PasskeyError> {
    let name = name.trim();
    let is_short = (1..=NAME_MAX).contains(&name.chars().count());
    if is_short && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(PasskeyError::Name)
    }
}

fn key_of(key: &Value) -> Result<Passkey, StorageError> {
    Passkey::deserialize(key).map_err(StorageError::corrupt)
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
