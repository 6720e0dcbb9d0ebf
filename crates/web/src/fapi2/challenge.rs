//! What a resource answers to a client of the FAPI 2.0 profile whose chain is broken (RFC 6750 3, RFC 9449 7.1).

use axum::http::{HeaderValue, StatusCode};
use naru_core::trust::{Link, Verdict, Why};

use crate::presented::Scheme;

/// The status and the `WWW-Authenticate` header for a broken chain; `None` where HTTP has nothing to say about it.
///
/// A token that came as a bearer's is answered with `Bearer`, unless it is bound to a key: then the proof is missing,
/// and `DPoP` says so.
pub(crate) fn challenge(verdict: &Verdict, scheme: Option<Scheme>) -> Option<(StatusCode, Option<HeaderValue>)> {
    let (link, why, _) = verdict.broken()?;
    let scheme = match why {
        Why::ProofMissing | Why::ProofRefused | Why::KeyMismatch => Some(Scheme::Dpop),
        _ => scheme,
    };
    let (status, error) = match (link, why) {
        (Link::Channel, Why::TokenMissing) => (StatusCode::UNAUTHORIZED, None),
        (Link::Channel, Why::ProofRefused) => (StatusCode::UNAUTHORIZED, Some("invalid_dpop_proof")),
        // Introspection calls the token of a client that is not served inactive; here it is no better.
        (Link::Channel | Link::Organisation, _) | (Link::Consent, Why::GrantRevoked | Why::GrantExpired) => {
            (StatusCode::UNAUTHORIZED, Some("invalid_token"))
        }
        (Link::Consent, Why::ScopeMissing) => (StatusCode::FORBIDDEN, Some("insufficient_scope")),
        _ => return Some((StatusCode::FORBIDDEN, None)),
    };
    Some((status, Some(unauthorized(scheme, error))))
}

/// The header, with the algorithms a proof may be signed with.
pub(super) fn unauthorized(scheme: Option<Scheme>, error: Option<&'static str>) -> HeaderValue {
    HeaderValue::from_static(match (scheme, error) {
        (None, _) | (Some(_), None) => "DPoP algs=\"ES256 PS256 EdDSA Ed25519\", Bearer",
        (Some(Scheme::Bearer), Some("insufficient_scope")) => "Bearer error=\"insufficient_scope\"",
        (Some(Scheme::Bearer), Some(_)) => "Bearer error=\"invalid_token\"",
        (Some(Scheme::Dpop), Some("invalid_dpop_proof")) => {
            "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 PS256 EdDSA Ed25519\""
        }
        (Some(Scheme::Dpop), Some("insufficient_scope")) => {
            "DPoP error=\"insufficient_scope\", algs=\"ES256 PS256 EdDSA Ed25519\""
        }
        (Some(Scheme::Dpop), Some(_)) => "DPoP error=\"invalid_token\", algs=\"ES256 PS256 EdDSA Ed25519\"",
    })
}
