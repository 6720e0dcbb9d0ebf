//! Private keys that sign, and the compact texts made with them (RFC 7515 clause 7.1).

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PSS_SHA256, RsaKeyPair,
};
use serde::Serialize;
use serde_json::Value;

use super::{Algorithm, JoseError, PublicJwk, base64url};

/// A private key somewhere: in memory, or in a device that signs and never gives it away.
pub trait Signer: Send + Sync {
    /// The name of the key: its thumbprint in base64url.
    fn kid(&self) -> &str;

    /// The algorithm the key is bound to.
    fn algorithm(&self) -> Algorithm;

    /// The public half, with its name.
    fn public_jwk(&self) -> PublicJwk;

    /// Signs a message, in the form [`PublicJwk::verify`] takes. It may wait for a device.
    ///
    /// # Errors
    /// [`JoseError::Unavailable`] when the key cannot be used just now.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, JoseError>;
}

/// A private key in memory.
pub struct SoftwareKey {
    pair: Pair,
    public: PublicJwk,
}

enum Pair {
    Es256(EcdsaKeyPair),
    Ps256(Box<RsaKeyPair>),
    EdDsa(Ed25519KeyPair),
}

impl SoftwareKey {
    /// A fresh key (RSA of 2048 bits for PS256), and its PKCS#8 bytes (RFC 5208): a secret to be sealed by the caller.
    ///
    /// # Errors
    /// [`JoseError::Key`] when the library cannot make one.
    pub fn generate(algorithm: Algorithm) -> Result<(Self, Vec<u8>), JoseError> {
        let failed = |_| JoseError::Key("no key could be made");
        let rng = SystemRandom::new();
        let pkcs8 = match algorithm {
            Algorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng)
                .map_err(failed)?
                .as_ref()
                .to_vec(),
            Algorithm::Ps256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                der.as_ref().to_vec()
            }
            Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8v1(&rng)
                .map_err(failed)?
                .as_ref()
                .to_vec(),
        };
        Ok((Self::from_pkcs8(algorithm, &pkcs8)?, pkcs8))
    }

    /// The key of an earlier [`SoftwareKey::generate`], or of any tool that writes PKCS#8 (DER).
    ///
    /// # Errors
    /// [`JoseError::Key`] when the bytes are not a key for this algorithm.
    pub fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, JoseError> {
        let refused = |_| JoseError::Key("not a PKCS#8 key for this algorithm");
        let (pair, public) = match algorithm {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(refused)?;
                let public = PublicJwk::named_p256(pair.public_key().as_ref())?;
                (Pair::Es256(pair), public)
            }
            Algorithm::Ps256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(refused)?;
                let key = pair.public_key();
                let public = PublicJwk::named_rsa(
                    key.modulus().big_endian_without_leading_zero(),
                    key.exponent().big_endian_without_leading_zero(),
                )?;
                (Pair::Ps256(Box::new(pair)), public)
            }
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(refused)?;
                let public = PublicJwk::named_ed25519(pair.public_key().as_ref())?;
                (Pair::EdDsa(pair), public)
            }
        };
        Ok(Self { pair, public })
    }
}

impl Signer for SoftwareKey {
    fn kid(&self) -> &str {
        self.public.kid().expect("a key of ours is named by its thumbprint")
    }

    fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }

    fn public_jwk(&self) -> PublicJwk {
        self.public.clone()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, JoseError> {
        let failed = |_| JoseError::Unavailable("the library did not sign".to_owned());
        let rng = SystemRandom::new();
        match &self.pair {
            Pair::Es256(pair) => Ok(pair.sign(&rng, message).map_err(failed)?.as_ref().to_vec()),
            Pair::Ps256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PSS_SHA256, &rng, message, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
            Pair::EdDsa(pair) => Ok(pair.try_sign(message).map_err(failed)?.as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for SoftwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftwareKey({}, {}, hidden)", self.algorithm(), self.kid())
    }
}

#[derive(Serialize)]
struct HeaderText<'a> {
    typ: &'a str,
    alg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwk: Option<Value>,
}

/// Signs claims as a compact text whose header has `typ`, `alg` and `kid`.
///
/// # Errors
/// [`JoseError::Malformed`] when the claims are not a JSON object; [`JoseError::Unavailable`] as [`Signer::sign`].
pub fn sign(signer: &dyn Signer, typ: &str, claims: &impl Serialize) -> Result<String, JoseError> {
    let header = HeaderText {
        typ,
        alg: signer.algorithm().as_str(),
        kid: Some(signer.kid()),
        jwk: None,
    };
    compact(signer, &header, claims)
}

/// Signs claims as a compact text whose header has `typ`, `alg` and the public key itself: a DPoP proof (RFC 9449
/// clause 4.2). The hub makes none; clients of tests, the demonstration and the benchmark do.
///
/// # Errors
/// As [`sign`].
pub fn sign_with_jwk(signer: &dyn Signer, typ: &str, claims: &impl Serialize) -> Result<String, JoseError> {
    let header = HeaderText {
        typ,
        alg: signer.algorithm().as_str(),
        kid: None,
        jwk: Some(signer.public_jwk().bare()),
    };
    compact(signer, &header, claims)
}

fn compact(signer: &dyn Signer, header: &HeaderText<'_>, claims: &impl Serialize) -> Result<String, JoseError> {
    let unwritable = |_| JoseError::Malformed("claims are a JSON object");
    let header = serde_json::to_vec(header).map_err(unwritable)?;
    let claims = serde_json::to_vec(claims).map_err(unwritable)?;
    if claims.first() != Some(&b'{') {
        return Err(JoseError::Malformed("claims are a JSON object"));
    }
    let mut text = base64url(&header);
    text.push('.');
    text.push_str(&base64url(&claims));
    let signature = signer.sign(text.as_bytes())?;
    text.push('.');
    text.push_str(&base64url(&signature));
    Ok(text)
}
