//! Makes, moves and loads keys. Private parts are sealed rows, or lie in a PKCS#11 token that only a label names.

use std::sync::Arc;

use naru_core::{Action, Actor, KeyEvent, KeyPurpose, KeyState, SECOND};
use naru_crypto::jose::{self, Algorithm, PublicJwk, Signer, SoftwareKey};
use naru_crypto::pkcs11;
use naru_storage::{SigningKey, Storage, StorageError};
use naru_web::{Hub, KeySet};
use serde::Serialize;
use tokio::runtime::{Handle, RuntimeFlavor};

/// How long a key is published before it may sign, seconds: as long as others may keep the old set.
pub const PUBLISHED_BEFORE_SECONDS: i64 = 600;

/// Why a key was not made or moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No key has this name.
    #[error("there is no such key; `naru keys list` shows them")]
    Unknown,
    /// The event cannot happen in the key's state.
    #[error("the key is {state}: there is nothing to {event}")]
    Illegal {
        /// Where it stands.
        state: KeyState,
        /// What was to happen.
        event: KeyEvent,
    },
    /// The next key is too young: others may not have seen it.
    #[error("the next key is published since {since}; it may sign ten minutes later, or at once with --now")]
    TooYoung {
        /// Since when it is published.
        since: naru_core::Timestamp,
    },
    /// Somebody else moved a key meanwhile.
    #[error("the keys were changed meanwhile; look at them and try again")]
    Changed,
    /// The key cannot be made or used.
    #[error("{0}")]
    Key(String),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Where private keys are made and used.
#[derive(Clone, Default)]
pub enum KeyStore {
    /// In rows, sealed with the hub's keyring.
    #[default]
    Sealed,
    /// In a token that gives signatures and never keys.
    Token(Arc<dyn TokenStore>),
}

/// A token that holds keys, such as a hardware security module behind PKCS#11.
pub trait TokenStore: Send + Sync {
    /// Makes a key pair under a label.
    fn generate(&self, label: &str) -> Result<Arc<dyn Signer>, String>;
    /// Finds the key pair of a label.
    fn find(&self, label: &str) -> Result<Arc<dyn Signer>, String>;
}

impl TokenStore for pkcs11::Token {
    fn generate(&self, label: &str) -> Result<Arc<dyn Signer>, String> {
        let made = Self::generate(self, label).map_err(|error| error.to_string())?;
        Ok(Arc::new(made))
    }

    fn find(&self, label: &str) -> Result<Arc<dyn Signer>, String> {
        let found = Self::find(self, label).map_err(|error| error.to_string())?;
        Ok(Arc::new(found))
    }
}

/// Makes a key that is published from now on and signs nothing yet.
pub async fn make(storage: &Storage, actor: &Actor, store: &KeyStore) -> Result<SigningKey, KeyError> {
    let now = storage.clock().now();
    let failed = |error: jose::JoseError| KeyError::Key(error.to_string());
    let (public, private_pkcs8, token_label) = match store {
        KeyStore::Sealed => {
            let (key, pkcs8) = SoftwareKey::generate(Algorithm::Es256).map_err(failed)?;
            (key.public_jwk(), Some(pkcs8), None)
        }
        KeyStore::Token(token) => {
            let label = format!("naru-{}", naru_crypto::hex(&storage.chance().bytes::<8>()));
            let key = token.generate(&label).map_err(KeyError::Key)?;
            (key.public_jwk(), None, Some(label))
        }
    };
    let key = SigningKey {
        kid: jose::base64url(&public.thumbprint()),
        purpose: KeyPurpose::Answers,
        algorithm: public.algorithm().as_str().to_owned(),
        state: KeyState::Next,
        state_since: now,
        public_jwk: public.to_value().to_string(),
        private_pkcs8,
        token_label,
        created_at: now,
    };
    let row = &key;
    storage
        .run("signing_key_make", actor, async |tx| {
            tx.signing_key_insert(row).await?;
            let details = serde_json::json!({ "to": row.state, "algorithm": row.algorithm });
            tx.trail(Action::KeyMoved, &row.kid, details).await
        })
        .await?;
    Ok(key)
}

/// The next key begins to sign, the active one is retained, and another is made to be next. Before a key was published
/// for ten minutes it signs only when `now` is asked for, such as when the active one is in other hands.
pub async fn rotate(storage: &Storage, actor: &Actor, store: &KeyStore, now: bool) -> Result<SigningKey, KeyError> {
    let keys = list(storage).await?;
    let next = match keys.iter().rev().find(|key| key.state == KeyState::Next) {
        Some(next) => next.clone(),
        None => make(storage, actor, store).await?,
    };
    let first = !keys.iter().any(|key| key.state == KeyState::Active);
    let age = storage.clock().now().micros_since(next.state_since) / SECOND;
    if !first && !now && age < PUBLISHED_BEFORE_SECONDS {
        return Err(KeyError::TooYoung {
            since: next.state_since,
        });
    }
    let (active, next_key): (Vec<&SigningKey>, _) =
        (keys.iter().filter(|key| key.state == KeyState::Active).collect(), &next);
    storage
        .run("signing_key_rotate", actor, async |tx| {
            for key in &active {
                if !tx
                    .signing_key_move(&key.kid, KeyState::Active, KeyState::Retained)
                    .await?
                {
                    return Err(KeyError::Changed);
                }
                let details = serde_json::json!({ "to": KeyState::Retained });
                tx.trail(Action::KeyMoved, &key.kid, details).await?;
            }
            if !tx
                .signing_key_move(&next_key.kid, KeyState::Next, KeyState::Active)
                .await?
            {
                return Err(KeyError::Changed);
            }
            let details = serde_json::json!({ "to": KeyState::Active });
            tx.trail(Action::KeyMoved, &next_key.kid, details).await?;
            Ok(())
        })
        .await?;
    make(storage, actor, store).await
}

/// Withdraws a key: what it signed verifies no longer.
pub async fn revoke(storage: &Storage, actor: &Actor, kid: &str) -> Result<(), KeyError> {
    let keys = list(storage).await?;
    let key = keys.iter().find(|key| key.kid == kid).ok_or(KeyError::Unknown)?;
    let event = KeyEvent::Revoke;
    let to = key.state.apply(event).ok_or(KeyError::Illegal {
        state: key.state,
        event,
    })?;
    storage
        .run("signing_key_revoke", actor, async |tx| {
            if !tx.signing_key_move(kid, key.state, to).await? {
                return Err(KeyError::Changed);
            }
            tx.trail(Action::KeyMoved, kid, serde_json::json!({ "to": to })).await?;
            Ok(())
        })
        .await
}

/// Every key, oldest first.
pub async fn list(storage: &Storage) -> Result<Vec<SigningKey>, StorageError> {
    storage
        .read("signing_key_list", async |tx| tx.signing_key_list().await)
        .await
}

/// Loads the keys of the database into the hub.
pub async fn load(hub: &Hub, store: &KeyStore) -> Result<(), KeyError> {
    let mut set = KeySet::default();
    for row in list(hub.storage()).await? {
        if !row.state.is_published() {
            continue;
        }
        let unreadable = |error: jose::JoseError| KeyError::Key(format!("key {}: {error}", row.kid));
        let value = serde_json::from_str(&row.public_jwk).map_err(StorageError::corrupt)?;
        set.published.push(PublicJwk::parse(&value).map_err(unreadable)?);
        if row.state != KeyState::Active {
            continue;
        }
        let held = hub.keys().get().active.clone().filter(|active| active.kid() == row.kid);
        set.active = Some(match (held, &row.private_pkcs8, &row.token_label, store) {
            (Some(held), ..) => held,
            (None, Some(pkcs8), ..) => Arc::new(SoftwareKey::from_pkcs8(Algorithm::Es256, pkcs8).map_err(unreadable)?),
            (None, None, Some(label), KeyStore::Token(token)) => token.find(label).map_err(KeyError::Key)?,
            _ => {
                return Err(KeyError::Key(format!(
                    "key {} lies in a token: set [keys] in the configuration",
                    row.kid
                )));
            }
        });
    }
    hub.keys().set(set);
    Ok(())
}

/// Loads the keys; makes the first one where there is none, so that a hub that starts can sign.
pub async fn prepare(hub: &Hub, store: &KeyStore) -> Result<(), KeyError> {
    if list(hub.storage()).await?.is_empty() {
        match rotate(hub.storage(), &Actor::Hub("keys"), store, true).await {
            // Another node made the first key at the same moment.
            Ok(_) | Err(KeyError::Changed) => {}
            Err(error) => return Err(error),
        }
    }
    load(hub, store).await
}

/// Signs an answer with the active key. A token of hardware takes its time, which other work does not wait for.
pub fn sign(hub: &Hub, typ: &str, claims: &impl Serialize) -> Result<String, StorageError> {
    let keys = hub.keys().get();
    let signer = keys
        .active
        .as_ref()
        .ok_or_else(|| StorageError::corrupt("the hub has no active signing key"))?;
    let sign = || jose::sign(signer.as_ref(), typ, claims).map_err(StorageError::corrupt);
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(sign),
        _ => sign(),
    }
}
