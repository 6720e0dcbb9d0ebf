//! A set of public keys (RFC 7517 clause 5), as a client registers it or the hub publishes it.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::jwk::holds_private;
use super::{Algorithm, JoseError, PublicJwk, json};

/// The longest text of a set, in bytes.
const LONGEST_BYTES: usize = 64 * 1024;
/// The most keys of a set, the skipped ones included.
const MOST_KEYS: usize = 32;

/// The keys of one party that signatures can be verified with.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Jwks(Vec<PublicJwk>);

#[derive(Deserialize)]
struct Text {
    keys: Vec<Map<String, Value>>,
}

impl Jwks {
    /// Reads a set. Keys it cannot use (for encryption, of another kind, size or algorithm) are skipped.
    ///
    /// # Errors
    /// [`JoseError::Malformed`] for more than 64 KiB, more than 32 keys, a member named twice, or another form;
    /// [`JoseError::Key`] when any key of it, a skipped one included, holds private members.
    pub fn parse(text: &str) -> Result<Self, JoseError> {
        if text.len() > LONGEST_BYTES {
            return Err(JoseError::Malformed("a set of keys has at most 64 KiB"));
        }
        let set: Text = json::object(text.as_bytes())?;
        if set.keys.len() > MOST_KEYS {
            return Err(JoseError::Malformed("a set has at most 32 keys"));
        }
        if set.keys.iter().any(holds_private) {
            return Err(JoseError::Key("a key of the set holds private members"));
        }
        let keys = set.keys.into_iter().map(Value::Object);
        Ok(Self(keys.filter_map(|key| PublicJwk::parse(&key).ok()).collect()))
    }

    /// A set of these keys, in this order.
    pub fn of(keys: Vec<PublicJwk>) -> Self {
        Self(keys)
    }

    /// The keys a signature of this algorithm may be verified with. A `kid` narrows them to those of that name; two of
    /// one name are told apart by their kind.
    pub fn candidates(&self, algorithm: Algorithm, kid: Option<&str>) -> impl Iterator<Item = &PublicJwk> {
        self.0
            .iter()
            .filter(move |key| key.algorithm() == algorithm && (kid.is_none() || key.kid() == kid))
    }

    /// Every usable key, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &PublicJwk> {
        self.0.iter()
    }

    /// Whether no key of it can be used.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The set as JSON text: the usable keys, their public members only.
    pub fn to_text(&self) -> String {
        let keys: Vec<Value> = self.0.iter().map(PublicJwk::to_value).collect();
        json!({ "keys": keys }).to_string()
    }
}
