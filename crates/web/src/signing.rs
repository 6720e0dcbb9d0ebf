//! The keys with which the hub signs, as every handler sees them: the one that signs now, and those that are published.

use std::sync::{Arc, PoisonError, RwLock};

use naru_crypto::jose::{PublicJwk, Signer};

/// The keys at one moment.
#[derive(Clone, Default)]
pub struct KeySet {
    /// The one that signs.
    pub active: Option<Arc<dyn Signer>>,
    /// The public parts of all that are published: next, active and retained.
    pub published: Vec<PublicJwk>,
}

/// A key set that is exchanged as a whole while the hub serves.
#[derive(Default)]
pub struct HubKeys(RwLock<Arc<KeySet>>);

impl HubKeys {
    /// The keys at this moment.
    pub fn get(&self) -> Arc<KeySet> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Exchanges the keys.
    pub fn set(&self, keys: KeySet) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }
}
