//! Proof of possession (RFC 9449 4.3): checked in the order of that clause, cheap things first.

use axum::http::{HeaderMap, Method};
use naru_core::{SECOND, Timestamp};
use naru_crypto::jose::{Jws, PublicJwk, base64url};
use naru_crypto::{constant_time_eq, hex, sha256};
use serde::Deserialize;

use super::{OauthError, OauthErrorKind};
use crate::replay::{Claim, Replays};

/// A proof at most, bytes.
const PROOF_MAX: usize = 8 * 1024;
/// A proof's own id at most, bytes.
const ID_MAX: usize = 512;
/// How old a proof may be, seconds.
pub const PAST_SECONDS: i64 = 120;
/// How far ahead its clock may be, seconds.
pub const AHEAD_SECONDS: i64 = 30;
/// For how long proofs are remembered: as long as one can hold.
pub const REMEMBER_SECONDS: i64 = PAST_SECONDS + AHEAD_SECONDS + 10;

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// More than one `DPoP` header field.
    #[error("more than one DPoP header")]
    Several,
    /// Not a compact JWS, or a header or claim is missing.
    #[error("not a well-formed proof")]
    Malformed,
    /// Another `typ` than `dpop+jwt`.
    #[error("typ")]
    Type,
    /// An algorithm that is not taken, or a key that does not fit it or is private.
    #[error("algorithm or key")]
    Key,
    /// The signature does not verify.
    #[error("signature")]
    Signature,
    /// Made for another method.
    #[error("htm")]
    Method,
    /// Made for another address.
    #[error("htu")]
    Address,
    /// Too old, or from the future.
    #[error("iat")]
    Age,
    /// Made for another access token, or for none.
    #[error("ath")]
    Token,
    /// Seen before.
    #[error("replayed")]
    Replayed,
    /// No room to remember it.
    #[error("too many proofs")]
    Full,
}

impl ProofError {
    /// The word that records and developers see.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Several => "more than one DPoP header",
            Self::Malformed => "malformed",
            Self::Type => "typ",
            Self::Key => "alg or jwk",
            Self::Signature => "signature",
            Self::Method => "htm",
            Self::Address => "htu",
            Self::Age => "iat",
            Self::Token => "ath",
            Self::Replayed => "replayed",
            Self::Full => "too many proofs",
        }
    }
}

impl From<ProofError> for OauthError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Full => Self::new(OauthErrorKind::SlowDown, error.word()),
            _ => Self::new(OauthErrorKind::InvalidDpopProof, error.word()),
        }
    }
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: f64,
    ath: Option<String>,
}

/// What a proof has to have been made for.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// The request's method.
    pub method: &'a Method,
    /// The request's path.
    pub path: &'a str,
    /// Scheme, host and port under which the hub is reached: one, or a second one for mutual TLS.
    pub bases: &'a [&'a str],
    /// The access token that came with it.
    pub token: Option<&'a str>,
    /// The present moment.
    pub now: Timestamp,
}

/// A proof that holds, if it was not seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Proof {
    /// The thumbprint of its key (RFC 7638).
    pub(crate) jkt: [u8; 32],
    /// SHA-256 of its own id.
    id: [u8; 32],
}

impl Proof {
    /// Remembers the proof.
    ///
    /// # Errors
    /// A [`ProofError`] where it was seen before, or cannot be remembered.
    pub(crate) fn claim(&self, seen: &Replays, now: Timestamp) -> Result<[u8; 32], ProofError> {
        match seen.claim(&self.jkt, &hex(&self.id), now) {
            Claim::Fresh => Ok(self.jkt),
            Claim::Seen => Err(ProofError::Replayed),
            Claim::Full => Err(ProofError::Full),
        }
    }
}

/// Checks the proof of a request; `None` where there is none, else the thumbprint of its key (RFC 7638).
///
/// # Errors
/// A [`ProofError`]: which check failed first.
pub fn check(headers: &HeaderMap, made: &Made<'_>, seen: &Replays) -> Result<Option<[u8; 32]>, ProofError> {
    let proof = read(headers, made)?;
    proof.map(|proof| proof.claim(seen, made.now)).transpose()
}

/// Checks the proof of a request, and leaves it to the caller to remember it: only proofs of those who are known are
/// remembered, so that nobody else can fill the memory.
pub(crate) fn read(headers: &HeaderMap, made: &Made<'_>) -> Result<Option<Proof>, ProofError> {
    let mut found = headers.get_all("dpop").iter();
    let Some(proof) = found.next() else { return Ok(None) };
    if found.next().is_some() {
        return Err(ProofError::Several);
    }
    let text = proof.to_str().map_err(|_| ProofError::Malformed)?.trim();
    let jws = Jws::parse(text, PROOF_MAX).map_err(|error| match error {
        naru_crypto::jose::JoseError::Algorithm => ProofError::Key,
        _ => ProofError::Malformed,
    })?;
    let header = jws.header();
    if !header
        .typ
        .as_deref()
        .is_some_and(|typ| typ.eq_ignore_ascii_case("dpop+jwt"))
    {
        return Err(ProofError::Type);
    }
    let jwk = header.jwk.as_ref().ok_or(ProofError::Malformed)?;
    let key = PublicJwk::parse(jwk).map_err(|_| ProofError::Key)?;
    if key.algorithm() != header.algorithm {
        return Err(ProofError::Key);
    }
    jws.verify(&key).map_err(|_| ProofError::Signature)?;
    let claims: Claims = jws.claims().map_err(|_| ProofError::Malformed)?;
    claims_hold(&claims, made)?;
    Ok(Some(Proof {
        jkt: key.thumbprint(),
        id: sha256(claims.jti.as_bytes()),
    }))
}

fn claims_hold(claims: &Claims, made: &Made<'_>) -> Result<(), ProofError> {
    if claims.jti.is_empty() || claims.jti.len() > ID_MAX {
        return Err(ProofError::Malformed);
    }
    if claims.htm != made.method.as_str() {
        return Err(ProofError::Method);
    }
    let asked = normal(&claims.htu).ok_or(ProofError::Address)?;
    let ours = |base: &&str| normal(&format!("{base}{}", made.path)).is_some_and(|own| own == asked);
    if !made.bases.iter().any(ours) {
        return Err(ProofError::Address);
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit a double exactly")]
    let age = (made.now.0 / SECOND) as f64 - claims.iat;
    #[expect(clippy::cast_precision_loss, reason = "small constants")]
    let (past, ahead) = (PAST_SECONDS as f64, AHEAD_SECONDS as f64);
    // Written so that a value that is no number fails too.
    if !(age <= past && age >= -ahead) {
        return Err(ProofError::Age);
    }
    match (made.token, &claims.ath) {
        (None, _) => Ok(()),
        (Some(token), Some(ath)) => {
            let own = base64url(&sha256(token.as_bytes()));
            if constant_time_eq(own.as_bytes(), ath.as_bytes()) {
                Ok(())
            } else {
                Err(ProofError::Token)
            }
        }
        (Some(_), None) => Err(ProofError::Token),
    }
}

/// An address after syntax- and scheme-based normalisation (RFC 3986 6.2.2 and 6.2.3), without query and fragment:
/// scheme and host in small letters, the default port gone, percent-encoding in capitals and only where needed.
fn normal(address: &str) -> Option<String> {
    let end = address.find(['?', '#']).unwrap_or(address.len());
    let (bare, _) = address.split_at_checked(end)?;
    let (scheme, rest) = bare.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let (authority, path) = rest
        .find('/')
        .map_or(Some((rest, "/")), |at| rest.split_at_checked(at))?;
    let authority = authority.to_ascii_lowercase();
    if authority.is_empty() || authority.contains('@') {
        return None;
    }
    let authority = match scheme.as_str() {
        "https" => authority.strip_suffix(":443").unwrap_or(&authority),
        "http" => authority.strip_suffix(":80").unwrap_or(&authority),
        _ => return None,
    };
    Some(format!("{scheme}://{authority}{}", decoded(path)?))
}

/// A path with its unreserved characters decoded and other escapes in capitals (RFC 3986 6.2.2.2).
fn decoded(path: &str) -> Option<String> {
    let mut out = String::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(char::from(byte));
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let value = u8::try_from(digit()? * 16 + digit()?).ok()?;
        if value.is_ascii_alphanumeric() || matches!(value, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(value));
        } else {
            out.push_str(&format!("%{value:02X}"));
        }
    }
    path.is_ascii().then_some(out)
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
