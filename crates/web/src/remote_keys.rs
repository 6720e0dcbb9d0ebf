//! Keys that clients publish at an address of theirs (`jwks_uri`): fetched over TLS with the server's name verified
//! (RFC 9525) from public addresses alone, kept for a while, and bounded in every direction.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use naru_core::{SECOND, Timestamp};
use naru_crypto::jose::{Algorithm, JoseError, Jwks};
use naru_crypto::sha256;

use crate::OutboundSettings;
use crate::outbound::{ClientTls, Outbound, Reach};

/// How long one fetch may take.
const BUDGET: Duration = Duration::from_secs(3);
/// How long a set is used before it is fetched again.
const FRESH_US: i64 = 300 * SECOND;
/// How long a set is used when its address does not answer any more.
const STALE_US: i64 = 3_600 * SECOND;
/// How soon a set may be fetched again because a key was not in it, or because fetching failed.
const AGAIN_US: i64 = 15 * SECOND;
/// Sets kept at most; beyond that, all are fetched anew.
const SETS_MAX: usize = 4_096;

/// Why a client's keys are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RemoteKeysError {
    /// No authorities are configured, or they cannot be read.
    #[error("the hub has no authorities to verify the server with: set outbound.ca_file")]
    Setup,
    /// The address did not answer with a key set.
    #[error("the address did not answer with a key set")]
    Fetch,
}

/// Fetched key sets.
pub struct RemoteKeys {
    outbound: Option<Outbound>,
    sets: Mutex<HashMap<String, Kept>>,
    /// Registered sets as they were read, by the SHA-256 of their text: reading keys is dear.
    read: Mutex<HashMap<[u8; 32], Arc<Jwks>>>,
}

#[derive(Clone)]
struct Kept {
    keys: Option<Arc<Jwks>>,
    /// When the set was read.
    fetched_at: Timestamp,
    /// When it was last asked for.
    tried_at: Timestamp,
}

impl RemoteKeys {
    /// Nobody is trusted where the settings name no authority.
    pub fn new(settings: &OutboundSettings) -> Self {
        let tls = ClientTls {
            roots_pem: settings.roots_pem.clone(),
            identity_pem: None,
        };
        let reach = if settings.private_addresses {
            Reach::Anywhere
        } else {
            Reach::Public
        };
        let usable = !settings.roots_pem.is_empty();
        Self {
            outbound: usable
                .then(|| Outbound::reaching(reach, "", (&tls, BUDGET)).ok())
                .flatten(),
            sets: Mutex::default(),
            read: Mutex::default(),
        }
    }

    /// The key set of a registered text, read once.
    ///
    /// # Errors
    /// When it is no key set.
    pub fn registered(&self, text: &str) -> Result<Arc<Jwks>, JoseError> {
        let name = sha256(text.as_bytes());
        let known = self
            .read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&name)
            .cloned();
        if let Some(keys) = known {
            return Ok(keys);
        }
        let keys = Arc::new(Jwks::parse(text)?);
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.len() >= SETS_MAX {
            read.clear();
        }
        read.insert(name, Arc::clone(&keys));
        Ok(keys)
    }

    /// The key set at an address; fetched where it is old, or lacks a key that is asked for.
    ///
    /// # Errors
    /// A [`RemoteKeysError`] where no set is known.
    pub async fn get(
        &self,
        uri: &str,
        (algorithm, kid): (Algorithm, Option<&str>),
        now: Timestamp,
    ) -> Result<Arc<Jwks>, RemoteKeysError> {
        let kept = self
            .sets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(uri)
            .cloned();
        if let Some(kept) = &kept {
            let age = now.micros_since(kept.tried_at);
            let suits = kept
                .keys
                .as_ref()
                .is_some_and(|keys| keys.candidates(algorithm, kid).next().is_some());
            if age < AGAIN_US || suits && age < FRESH_US {
                return kept.keys.clone().ok_or(RemoteKeysError::Fetch);
            }
        }
        let outbound = self.outbound.as_ref().ok_or(RemoteKeysError::Setup)?;
        // A set that was known goes on to be used for a while when its address is silent, and not for ever: keys are
        // withdrawn by taking them out of it. Whoever comes during the fetch uses it too, instead of fetching again.
        let known = kept.filter(|kept| now.micros_since(kept.fetched_at) < STALE_US);
        let (keys, fetched_at) = known.map_or((None, Timestamp(0)), |kept| (kept.keys, kept.fetched_at));
        self.keep(uri, (keys.clone(), fetched_at), now);
        let text = if uri.starts_with("https://") {
            outbound.get(uri).await.ok()
        } else {
            None
        };
        let fetched = text.and_then(|text| Jwks::parse(&text).ok()).map(Arc::new);
        let (keys, fetched_at) = fetched.map_or((keys, fetched_at), |fetched| (Some(fetched), now));
        self.keep(uri, (keys.clone(), fetched_at), now);
        keys.ok_or(RemoteKeysError::Fetch)
    }

    fn keep(&self, uri: &str, (keys, fetched_at): (Option<Arc<Jwks>>, Timestamp), tried_at: Timestamp) {
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        if sets.len() >= SETS_MAX {
            sets.clear();
        }
        let entry = Kept {
            keys,
            fetched_at,
            tried_at,
        };
        sets.insert(uri.to_owned(), entry);
    }
}
