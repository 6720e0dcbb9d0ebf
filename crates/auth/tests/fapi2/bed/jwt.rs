//! Signed texts of which every part can be wrong.

use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use aws_lc_rs::{hmac, rand::SystemRandom};
use naru_crypto::jose::{Signer as _, SoftwareKey, base64url, from_base64url};
use serde_json::{Value, json};

/// A change to claims or to a header.
pub(crate) type Change = Box<dyn Fn(&mut Value) + Send + Sync>;

/// Sets a member.
pub(crate) fn set(name: &'static str, value: impl Into<Value>) -> Change {
    let value = value.into();
    Box::new(move |object| object[name] = value.clone())
}

/// Takes a member away.
pub(crate) fn drop_one(name: &'static str) -> Change {
    Box::new(move |object| {
        object.as_object_mut().unwrap().remove(name);
    })
}

/// Changes nothing.
pub(crate) fn same() -> Change {
    Box::new(|_| {})
}

/// A signed text before it is signed.
#[derive(Debug, Clone)]
pub(crate) struct Jwt {
    pub(crate) header: Value,
    pub(crate) claims: Value,
}

impl Jwt {
    /// For a key whose name stands in the header.
    pub(crate) fn named(key: &SoftwareKey, typ: &str, claims: Value) -> Self {
        let header = json!({ "typ": typ, "alg": key.algorithm().as_str(), "kid": key.kid() });
        Self { header, claims }
    }

    /// For a key that is brought along.
    pub(crate) fn carrying(key: &SoftwareKey, typ: &str, claims: Value) -> Self {
        let header = json!({ "typ": typ, "alg": key.algorithm().as_str(), "jwk": bare(key) });
        Self { header, claims }
    }

    /// With one of its claims changed.
    pub(crate) fn claim(mut self, change: &Change) -> Self {
        change(&mut self.claims);
        self
    }

    /// With its header changed.
    pub(crate) fn head(mut self, change: &Change) -> Self {
        change(&mut self.header);
        self
    }

    /// Signed by a key, whatever the header says.
    pub(crate) fn sign(&self, key: &SoftwareKey) -> String {
        self.seal(|message| key.sign(message).unwrap())
    }

    /// With this signature.
    pub(crate) fn seal(&self, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let part = |value: &Value| base64url(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = sign(signed.as_bytes());
        format!("{signed}.{}", base64url(&signature))
    }

    /// Every confusion of algorithms: what it is called, and the text.
    pub(crate) fn confused(&self, key: &SoftwareKey) -> Vec<(&'static str, String)> {
        let as_alg = |alg: &'static str| self.clone().head(&set("alg", alg));
        let public = key.public_jwk().to_value().to_string();
        let mac = |secret: &[u8], message: &[u8]| {
            let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
            hmac::sign(&secret, message).as_ref().to_vec()
        };
        let unsigned = as_alg("none").seal(|_| Vec::new());
        let x = bare(key)["x"].as_str().unwrap_or("n").to_owned();
        vec![
            ("none with a signature", as_alg("none").sign(key)),
            ("none without one", unsigned),
            ("NONE", as_alg("NONE").seal(|_| vec![1])),
            (
                "HS256 with the public JWK",
                as_alg("HS256").seal(|m| mac(public.as_bytes(), m)),
            ),
            (
                "HS256 with a coordinate",
                as_alg("HS256").seal(|m| mac(x.as_bytes(), m)),
            ),
            ("RS256", rs256(&as_alg("RS256"))),
            ("PS256 over an EC key", as_alg("PS256").sign(key)),
            ("EdDSA over an EC key", as_alg("EdDSA").sign(key)),
            ("ES384", as_alg("ES384").sign(key)),
            ("no alg", self.clone().head(&drop_one("alg")).sign(key)),
            (
                "alg is a list",
                self.clone().head(&set("alg", json!(["ES256"]))).sign(key),
            ),
            ("crit", self.clone().head(&set("crit", json!(["exp"]))).sign(key)),
            ("b64", self.clone().head(&set("b64", false)).sign(key)),
            ("a signature of zeros", self.seal(|_| vec![0; 64])),
            ("an empty signature", self.seal(|_| Vec::new())),
            ("another key", self.sign(&another())),
        ]
    }
}

/// A key of the same kind that nobody registered.
pub(crate) fn another() -> SoftwareKey {
    let made = SoftwareKey::generate(naru_crypto::jose::Algorithm::Es256);
    made.unwrap().0
}

/// The required members of the public half.
pub(crate) fn bare(key: &SoftwareKey) -> Value {
    let mut value = key.public_jwk().to_value();
    for name in ["alg", "kid", "use"] {
        value.as_object_mut().unwrap().remove(name);
    }
    value
}

/// Signs with RS256, an algorithm that is not taken; the key that belongs to it is in [`rsa_jwk`].
pub(crate) fn rs256(jwt: &Jwt) -> String {
    jwt.seal(|message| {
        let pair = rsa();
        let mut signature = vec![0; pair.public_modulus_len()];
        let rng = SystemRandom::new();
        pair.sign(&RSA_PKCS1_SHA256, &rng, message, &mut signature).unwrap();
        signature
    })
}

fn rsa_pkcs8() -> &'static [u8] {
    static KEY: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    KEY.get_or_init(|| SoftwareKey::generate(naru_crypto::jose::Algorithm::Ps256).unwrap().1)
}

fn rsa() -> RsaKeyPair {
    RsaKeyPair::from_pkcs8(rsa_pkcs8()).unwrap()
}

/// An RSA key that signs with PS256 here, and with RS256 in [`rs256`].
pub(crate) fn rsa_key() -> SoftwareKey {
    SoftwareKey::from_pkcs8(naru_crypto::jose::Algorithm::Ps256, rsa_pkcs8()).unwrap()
}

/// A signed text of exactly this header and these claims.
pub(crate) fn raw(header: &str, claims: &str, key: &SoftwareKey) -> String {
    let signed = format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()));
    let signature = key.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", base64url(&signature))
}

/// What a signed text says, whoever signed it.
pub(crate) fn claims_of(text: &str) -> Value {
    let part = text.split('.').nth(1).unwrap();
    serde_json::from_slice(&from_base64url(part).unwrap()).unwrap()
}

/// What the header of a signed text says.
pub(crate) fn header_of(text: &str) -> Value {
    let part = text.split('.').next().unwrap();
    serde_json::from_slice(&from_base64url(part).unwrap()).unwrap()
}
