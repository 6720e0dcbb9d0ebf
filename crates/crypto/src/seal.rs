//! Sealed columns: AES-256-GCM under a named master key, bound to the column they were sealed for, and a blind index
//! (HMAC-SHA-256) by which a sealed value can be looked up without being opened.
//!
//! A sealed value carries the name of its key, so that keys can be added and old values still open.

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::fill_random;

const NONCE_BYTES: usize = 12;
const FORMAT: u8 = 1;

/// Why a value could not be opened or a keyring read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not a sealed value.
    #[error("not a sealed value")]
    Format,
    /// Sealed under a key that is not on the ring.
    #[error("sealed under the key `{0}`, which is not on the ring")]
    UnknownKey(String),
    /// Changed since it was sealed, or sealed for another column.
    #[error("the value was changed or sealed for another column")]
    Tampered,
    /// The keyring's text cannot be read.
    #[error("the keyring cannot be read: {0}")]
    Keyring(String),
}

/// The master keys: one seals, all open.
pub struct Keyring {
    current: String,
    keys: BTreeMap<String, LessSafeKey>,
    blind: hmac::Key,
    text: KeyringText,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyringText {
    current: String,
    blind: String,
    keys: BTreeMap<String, String>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring(current {}, {} keys)", self.current, self.keys.len())
    }
}

impl Keyring {
    /// A ring with one fresh key named `k1`.
    pub fn generate() -> Self {
        let fresh = || {
            let mut key = [0; 32];
            fill_random(&mut key);
            STANDARD.encode(key)
        };
        let keys = BTreeMap::from([("k1".to_owned(), fresh())]);
        let text = KeyringText {
            current: "k1".to_owned(),
            blind: fresh(),
            keys,
        };
        Self::of(text).expect("fresh keys have the right length")
    }

    /// Reads a ring from its TOML text: `current`, `blind`, and `[keys]` with 32 bytes each in Base64.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        Self::of(toml::from_str(text).map_err(|error| SealError::Keyring(error.message().to_owned()))?)
    }

    /// The ring's TOML text: a secret, to be kept in a file only its owner can read.
    pub fn to_text(&self) -> String {
        toml::to_string(&self.text).expect("a keyring is plain text")
    }

    fn of(text: KeyringText) -> Result<Self, SealError> {
        let decode = |name: &str, key: &str| {
            STANDARD
                .decode(key)
                .ok()
                .filter(|bytes| bytes.len() == 32)
                .ok_or_else(|| SealError::Keyring(format!("`{name}` is not 32 bytes in Base64")))
        };
        let mut keys = BTreeMap::new();
        for (name, key) in &text.keys {
            if name.is_empty() || name.len() > 32 {
                return Err(SealError::Keyring("a key's name has 1 to 32 characters".to_owned()));
            }
            let unbound = UnboundKey::new(&AES_256_GCM, &decode(name, key)?)
                .map_err(|_| SealError::Keyring(format!("`{name}` is not an AES-256 key")))?;
            keys.insert(name.clone(), LessSafeKey::new(unbound));
        }
        if !keys.contains_key(&text.current) {
            return Err(SealError::UnknownKey(text.current));
        }
        let blind = hmac::Key::new(hmac::HMAC_SHA256, &decode("blind", &text.blind)?);
        Ok(Self {
            current: text.current.clone(),
            keys,
            blind,
            text,
        })
    }

    /// Seals a value for one column (`table.column`).
    pub fn seal(&self, column: &str, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        fill_random(&mut nonce);
        let mut sealed = Vec::with_capacity(2 + self.current.len() + NONCE_BYTES + plain.len() + 16);
        let name_len = u8::try_from(self.current.len()).expect("a key's name was checked to be short");
        sealed.extend([FORMAT, name_len]);
        sealed.extend(self.current.as_bytes());
        sealed.extend(nonce);
        let mut body = plain.to_vec();
        self.keys[&self.current]
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(column.as_bytes()),
                &mut body,
            )
            .expect("a column's value is far below the limit of AES-GCM");
        sealed.append(&mut body);
        sealed
    }

    /// Opens a value sealed for the same column.
    pub fn open(&self, column: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let [FORMAT, name_len, rest @ ..] = sealed else {
            return Err(SealError::Format);
        };
        let name_len = usize::from(*name_len);
        if rest.len() < name_len + NONCE_BYTES {
            return Err(SealError::Format);
        }
        let (name, rest) = rest.split_at(name_len);
        let (nonce, body) = rest.split_at(NONCE_BYTES);
        let name = std::str::from_utf8(name).map_err(|_| SealError::Format)?;
        let key = self
            .keys
            .get(name)
            .ok_or_else(|| SealError::UnknownKey(name.to_owned()))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Format)?;
        let mut body = body.to_vec();
        let plain = key
            .open_in_place(nonce, Aad::from(column.as_bytes()), &mut body)
            .map_err(|_| SealError::Tampered)?
            .len();
        body.truncate(plain);
        Ok(body)
    }

    /// The blind index of a value within one column.
    pub fn blind(&self, column: &str, value: &[u8]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.blind);
        context.update(column.as_bytes());
        context.update(&[0]);
        context.update(value);
        context.sign().as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_own_column_alone() {
        let ring = Keyring::generate();
        let sealed = ring.seal("people.facts", "김나루".as_bytes());
        assert_eq!(ring.open("people.facts", &sealed).unwrap(), "김나루".as_bytes());
        assert_eq!(ring.open("accounts.facts", &sealed), Err(SealError::Tampered));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(ring.open("people.facts", &changed).is_err(), "byte {at}");
        }
        for len in 0..sealed.len() {
            assert!(ring.open("people.facts", &sealed[..len]).is_err(), "length {len}");
        }
    }

    #[test]
    fn an_old_key_still_opens_after_a_new_one_seals() {
        let old = Keyring::generate();
        let sealed = old.seal("c", b"x");
        let mut text = old.text.clone();
        text.keys.insert("k2".to_owned(), STANDARD.encode([9; 32]));
        text.current = "k2".to_owned();
        let new = Keyring::of(text).unwrap();
        assert_eq!(new.open("c", &sealed).unwrap(), b"x");
        assert_eq!(
            old.open("c", &new.seal("c", b"y")),
            Err(SealError::UnknownKey("k2".to_owned()))
        );
        assert_eq!(
            old.blind("c", b"x"),
            new.blind("c", b"x"),
            "the blind index does not rotate"
        );
    }

    #[test]
    fn a_ring_survives_its_text_and_refuses_nonsense() {
        let ring = Keyring::generate();
        let again = Keyring::parse(&ring.to_text()).unwrap();
        assert_eq!(again.open("c", &ring.seal("c", b"x")).unwrap(), b"x");
        assert_ne!(ring.blind("a", b"x"), ring.blind("b", b"x"));
        for bad in [
            "",
            "current = \"k1\"",
            "current='k'\nblind='AA=='\n[keys]\nk='AA=='",
            "unknown = 1",
        ] {
            assert!(Keyring::parse(bad).is_err(), "{bad}");
        }
    }
}
