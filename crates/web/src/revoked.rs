//! Client certificates that are not accepted any more, and the signed list that says so to others.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

/// SHA-256 of every revoked certificate that has not run out by itself; exchanged as a whole while the hub serves.
#[derive(Debug, Clone, Default)]
pub struct RevokedCertificates(Arc<RwLock<Known>>);

#[derive(Debug, Default)]
struct Known {
    certificates: HashSet<[u8; 32]>,
    list_der: Arc<[u8]>,
}

impl RevokedCertificates {
    /// Whether a certificate is revoked.
    pub fn has(&self, sha256: &[u8; 32]) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.certificates.contains(sha256)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).certificates.len()
    }

    /// The signed list (RFC 5280 5), DER; empty where the hub has no authority of its own.
    pub fn list_der(&self) -> Arc<[u8]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).list_der)
    }

    /// Exchanges the certificates.
    pub fn set(&self, certificates: HashSet<[u8; 32]>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).certificates = certificates;
    }

    /// Exchanges the signed list.
    pub fn set_list(&self, der: &[u8]) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).list_der = Arc::from(der);
    }
}
