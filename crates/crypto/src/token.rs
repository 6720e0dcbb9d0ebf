//! Opaque secrets: 256 random bits behind a prefix that tells what they are; only their SHA-256 is ever stored.

use std::fmt;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::sha256;

/// Fills a buffer from the operating system's generator.
///
/// # Panics
/// When the operating system has no randomness to give: there is no safe way to go on.
pub fn fill_random(bytes: &mut [u8]) {
    SystemRandom::new()
        .fill(bytes)
        .expect("the operating system gives random bytes");
}

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
    /// An authorization code.
    Code,
    /// A client's secret.
    Client,
    /// A browser session.
    Session,
    /// A pushed authorization request.
    Request,
    /// A token of an organisation's directory.
    Directory,
}

impl SecretKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Access => "nat_",
            Self::Refresh => "nrt_",
            Self::Code => "nac_",
            Self::Client => "ncs_",
            Self::Session => "nse_",
            Self::Request => "nrq_",
            Self::Directory => "ndt_",
        }
    }
}

/// A secret in the clear, on its way to its owner. Its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret made of 32 random bytes.
    pub fn new(kind: SecretKind, random: [u8; 32]) -> Self {
        Self(format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(random)))
    }

    /// The text to hand out.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub fn sha256(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_tells_its_kind_and_hides_itself() {
        let secret = Secret::new(SecretKind::Access, [7; 32]);
        assert!(secret.expose().starts_with("nat_"));
        assert_eq!(secret.expose().len(), 4 + 43);
        assert_eq!(format!("{secret:?}"), "Secret(hidden)");
        assert_eq!(secret.sha256(), sha256(secret.expose().as_bytes()));
    }

    #[test]
    fn random_bytes_differ() {
        let (mut a, mut b) = ([0; 32], [0; 32]);
        fill_random(&mut a);
        fill_random(&mut b);
        assert_ne!(a, b);
    }
}
