//! Signed JSON (JOSE): public keys (RFC 7517), compact signatures (RFC 7515) and the keys that make them.
//!
//! Three algorithms and no others: ES256, PS256 and EdDSA over Ed25519, as FAPI 2.0 allows (Security Profile 5.4.1).
//! A key is bound to one of them by what it is, so that a header can never choose another. Nothing here fetches a key:
//! `jku` and `x5u` are ignored.

mod json;
mod jwk;
mod jwks;
mod jws;
mod signer;

#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use jwk::PublicJwk;
pub use jwks::Jwks;
pub use jws::{Header, Jws};
pub use signer::{Signer, SoftwareKey, sign, sign_with_jwk};

/// Why a key, a set of keys or a signed text was refused, or could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoseError {
    /// The text does not have the form its standard asks for.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// An algorithm that is not one of ours, or not the one the key is bound to.
    #[error("the algorithm is not ES256, PS256 or EdDSA, or not the one of the key")]
    Algorithm,
    /// A key that is not a public signature key of a kind and size we take.
    #[error("key: {0}")]
    Key(&'static str),
    /// The signature is not that of this key over this text.
    #[error("the signature does not hold")]
    Signature,
    /// The private key cannot be used just now, for example because its token does not answer.
    #[error("the signing key cannot be used: {0}")]
    Unavailable(String),
}

/// A signature algorithm (RFC 7518 clause 3.1, RFC 8037 clause 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    Ps256,
    /// EdDSA over Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Every algorithm, the preferred one first.
    pub const ALL: [Self; 3] = [Self::Es256, Self::Ps256, Self::EdDsa];

    /// The value of `alg`: `ES256`, `PS256` or `EdDSA`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Ps256 => "PS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads a value of `alg`. `Ed25519` is the newer name of the same algorithm (RFC 9864 clause 2.2).
    ///
    /// # Errors
    /// [`JoseError::Algorithm`] for everything else, `none` and the symmetric ones included.
    pub fn parse(text: &str) -> Result<Self, JoseError> {
        match text {
            "ES256" => Ok(Self::Es256),
            "PS256" => Ok(Self::Ps256),
            "EdDSA" | "Ed25519" => Ok(Self::EdDsa),
            _ => Err(JoseError::Algorithm),
        }
    }
}

impl std::fmt::Display for Algorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Base64url without padding (RFC 4648 clause 5, RFC 7515 clause 2).
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes behind a base64url text. `None` for padding, other letters, and bits left over at the end: a value has one
/// text only.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
