//! One public key for verifying signatures (RFC 7517, RFC 7518 clause 6, RFC 8037 clause 2), parsed once.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
};
use serde_json::{Map, Value, json};

use super::{Algorithm, JoseError, base64url, from_base64url};
use crate::{hex, sha256};

/// Members that belong to private or symmetric keys (RFC 7518 clauses 6.2.2, 6.3.2 and 6.4, RFC 8037 clause 2; `priv`
/// is that of the key kind `AKP`).
const PRIVATE: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/// RSA moduli, in bytes: 2048 bits at least (FAPI 2.0 Security Profile 5.4.1), and 4096 at most, so that nobody buys
/// our time with a huge key.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;

/// One public key: EC over P-256, RSA of 2048 to 4096 bits, or OKP over Ed25519.
///
/// Two are equal when they are the same key, whatever they are called. A clone shares the parsed key.
#[derive(Clone)]
pub struct PublicJwk(Arc<Inner>);

struct Inner {
    key: ParsedPublicKey,
    members: Members,
    thumbprint: [u8; 32],
    kid: Option<String>,
    signs: bool,
}

/// The members a key of this kind must have, as bytes.
enum Members {
    Ec { x: Vec<u8>, y: Vec<u8> },
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Okp { x: Vec<u8> },
}

impl PublicJwk {
    /// Reads a key from its JSON object. Members it does not know are ignored.
    ///
    /// # Errors
    /// [`JoseError::Key`] for a private or symmetric key, another kind or curve, a wrong size, a point that is not on
    /// the curve, and a key whose `use` or `key_ops` is not for signatures; [`JoseError::Algorithm`] when `alg` says
    /// another algorithm than the one this kind of key is bound to; [`JoseError::Malformed`] for anything but an
    /// object.
    pub fn parse(value: &Value) -> Result<Self, JoseError> {
        let object = value.as_object().ok_or(JoseError::Malformed("a key is an object"))?;
        if holds_private(object) {
            return Err(JoseError::Key("it holds private members; only public keys are taken"));
        }
        let members = match (text(object, "kty")?, object.get("crv").and_then(Value::as_str)) {
            ("EC", Some("P-256")) => Members::Ec {
                x: bytes(object, "x")?,
                y: bytes(object, "y")?,
            },
            ("RSA", _) => Members::Rsa {
                n: bytes(object, "n")?,
                e: bytes(object, "e")?,
            },
            ("OKP", Some("Ed25519")) => Members::Okp { x: bytes(object, "x")? },
            _ => return Err(JoseError::Key("the kind is not EC P-256, RSA or OKP Ed25519")),
        };
        let signs = for_signatures(object)?;
        if let Some(stated) = object.get("alg") {
            let stated = stated.as_str().ok_or(JoseError::Malformed("`alg` is a text"))?;
            if Algorithm::parse(stated)? != members.algorithm() {
                return Err(JoseError::Algorithm);
            }
        }
        let kid = match object.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(JoseError::Malformed("`kid` is a text")),
        };
        Self::of(members, kid, signs)
    }

    fn of(members: Members, kid: Option<String>, signs: bool) -> Result<Self, JoseError> {
        let key = members.parse()?;
        let thumbprint = sha256(members.required().as_bytes());
        Ok(Self(Arc::new(Inner {
            key,
            members,
            thumbprint,
            kid,
            signs,
        })))
    }

    /// A P-256 key from its uncompressed point, 65 bytes (SEC 1 clause 2.3.3), named by its thumbprint.
    pub(crate) fn named_p256(point: &[u8]) -> Result<Self, JoseError> {
        let [4, coordinates @ ..] = point else {
            return Err(JoseError::Key("not an uncompressed point"));
        };
        let (x, y) = coordinates
            .split_at_checked(32)
            .ok_or(JoseError::Key("a P-256 point has 65 bytes"))?;
        let (x, y) = (x.to_vec(), y.to_vec());
        Self::named(Members::Ec { x, y })
    }

    /// An RSA key from its modulus and exponent, named by its thumbprint.
    pub(super) fn named_rsa(n: &[u8], e: &[u8]) -> Result<Self, JoseError> {
        let (n, e) = (n.to_vec(), e.to_vec());
        Self::named(Members::Rsa { n, e })
    }

    /// An Ed25519 key from its 32 bytes, named by its thumbprint.
    pub(super) fn named_ed25519(x: &[u8]) -> Result<Self, JoseError> {
        Self::named(Members::Okp { x: x.to_vec() })
    }

    fn named(members: Members) -> Result<Self, JoseError> {
        let kid = base64url(&sha256(members.required().as_bytes()));
        Self::of(members, Some(kid), true)
    }

    /// The name its owner gave it.
    pub fn kid(&self) -> Option<&str> {
        self.0.kid.as_deref()
    }

    /// The one algorithm it is bound to: ES256 for EC, PS256 for RSA, EdDSA for OKP.
    pub fn algorithm(&self) -> Algorithm {
        self.0.members.algorithm()
    }

    /// SHA-256 of the key's required members (RFC 7638 clause 3): the `jkt` of RFC 9449 once in base64url.
    pub fn thumbprint(&self) -> [u8; 32] {
        self.0.thumbprint
    }

    /// The key as JSON: its required members, `alg`, and `kid` and `use` where its owner gave them.
    pub fn to_value(&self) -> Value {
        let mut value = self.bare();
        value["alg"] = json!(self.algorithm().as_str());
        if let Some(kid) = &self.0.kid {
            value["kid"] = json!(kid);
        }
        if self.0.signs {
            value["use"] = json!("sig");
        }
        value
    }

    /// The required members alone, as a DPoP proof carries them.
    pub(super) fn bare(&self) -> Value {
        match &self.0.members {
            Members::Ec { x, y } => json!({ "kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y) }),
            Members::Rsa { n, e } => json!({ "kty": "RSA", "n": base64url(n), "e": base64url(e) }),
            Members::Okp { x } => json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(x) }),
        }
    }

    /// Whether `signature` is that of this key over `message`, in the form of RFC 7518 clauses 3.4 and 3.5 and RFC 8037
    /// clause 3.1: 64 bytes for ES256 and EdDSA, as long as the modulus for PS256.
    ///
    /// # Errors
    /// [`JoseError::Signature`] when it is not.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), JoseError> {
        self.0
            .key
            .verify_sig(message, signature)
            .map_err(|_| JoseError::Signature)
    }
}

impl Members {
    const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ec { .. } => Algorithm::Es256,
            Self::Rsa { .. } => Algorithm::Ps256,
            Self::Okp { .. } => Algorithm::EdDsa,
        }
    }

    /// The text whose digest is the thumbprint: required members only, sorted, without white space (RFC 7638 clause
    /// 3.2).
    fn required(&self) -> String {
        match self {
            Self::Ec { x, y } => {
                let (x, y) = (base64url(x), base64url(y));
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
            Self::Rsa { n, e } => {
                let (n, e) = (base64url(n), base64url(e));
                format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)
            }
            Self::Okp { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, base64url(x)),
        }
    }

    fn parse(&self) -> Result<ParsedPublicKey, JoseError> {
        match self {
            Self::Ec { x, y } if x.len() == 32 && y.len() == 32 => {
                let mut point = [4; 65];
                point[1..33].copy_from_slice(x);
                point[33..].copy_from_slice(y);
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                    .map_err(|_| JoseError::Key("the point is not on P-256"))
            }
            Self::Ec { .. } => Err(JoseError::Key("a coordinate of P-256 has 32 bytes")),
            Self::Rsa { n, e } => {
                rsa_sizes(n, e)?;
                RsaPublicKeyComponents { n, e }
                    .to_parsed_public_key(&RSA_PSS_2048_8192_SHA256)
                    .map_err(|_| JoseError::Key("not an RSA key"))
            }
            Self::Okp { x } if x.len() == 32 => {
                if is_weak_ed25519(x) {
                    return Err(JoseError::Key("anybody could sign for this Ed25519 key"));
                }
                ParsedPublicKey::new(&ED25519, x).map_err(|_| JoseError::Key("not a point of Ed25519"))
            }
            Self::Okp { .. } => Err(JoseError::Key("an Ed25519 key has 32 bytes")),
        }
    }
}

/// Points of Ed25519 whose order divides eight, by their `y`; signatures for them can be made without a private key
/// (RFC 8032 clause 8.9 speaks of the cofactor).
const WEAK_ED25519: [&str; 5] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
];

/// Whether a key of 32 bytes is such a point, or its `y` is not below the prime (RFC 8032 clause 5.1.3).
fn is_weak_ed25519(x: &[u8]) -> bool {
    let mut y = x.to_vec();
    if let Some(last) = y.last_mut() {
        // The highest bit is the sign of the other coordinate.
        *last &= 0x7f;
    }
    let beyond = matches!(y.as_slice(), [0xed..=0xff, middle @ .., 0x7f] if middle.iter().all(|byte| *byte == 0xff));
    beyond || WEAK_ED25519.contains(&hex(&y).as_str())
}

/// A modulus of 2048 to 4096 bits and an odd exponent from 3 to 32 bits, both without leading zeros (RFC 7518 clause
/// 6.3.1).
fn rsa_sizes(n: &[u8], e: &[u8]) -> Result<(), JoseError> {
    let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    let shortest = |number: &[u8]| number.first().is_some_and(|first| *first != 0);
    let [high, ..] = n else {
        return Err(JoseError::Key("the modulus is empty"));
    };
    if !RSA_BYTES.contains(&n.len()) || (n.len() == *RSA_BYTES.start() && *high < 0x80) || !shortest(n) {
        return Err(JoseError::Key("an RSA key has 2048 to 4096 bits"));
    }
    if e.len() > 4 || !shortest(e) || !odd(e) || e == [1] || !odd(n) {
        return Err(JoseError::Key("not an RSA key"));
    }
    Ok(())
}

/// Whether an object has a member that only private or symmetric keys have.
pub(super) fn holds_private(object: &Map<String, Value>) -> bool {
    PRIVATE.iter().any(|name| object.contains_key(*name))
}

/// Whether the key says that it is for signatures; silence is consent (RFC 7517 clauses 4.2 and 4.3).
fn for_signatures(object: &Map<String, Value>) -> Result<bool, JoseError> {
    let stated = match object.get("use") {
        None => false,
        Some(Value::String(purpose)) if purpose == "sig" => true,
        Some(_) => return Err(JoseError::Key("its `use` is not `sig`")),
    };
    match object.get("key_ops") {
        None => Ok(stated),
        Some(Value::Array(operations)) if operations.iter().any(|operation| operation == "verify") => Ok(stated),
        Some(_) => Err(JoseError::Key("its `key_ops` has no `verify`")),
    }
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Result<&'a str, JoseError> {
    object
        .get(name)
        .and_then(Value::as_str)
        .ok_or(JoseError::Key("a required member is missing or not a text"))
}

fn bytes(object: &Map<String, Value>, name: &str) -> Result<Vec<u8>, JoseError> {
    from_base64url(text(object, name)?).ok_or(JoseError::Key("a member is not in base64url"))
}

impl PartialEq for PublicJwk {
    fn eq(&self, other: &Self) -> bool {
        self.0.thumbprint == other.0.thumbprint
    }
}

impl Eq for PublicJwk {}

impl fmt::Debug for PublicJwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicJwk")
            .field("algorithm", &self.algorithm())
            .field("kid", &self.0.kid)
            .field("thumbprint", &base64url(&self.0.thumbprint))
            .finish()
    }
}
