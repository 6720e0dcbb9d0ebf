//! What a caller presents with an API call: a token, a certificate, the proof of a key.

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use naru_core::trust::{ProofStanding, Standing, TokenStanding};
use naru_core::{Confirmation, Timestamp};
use naru_crypto::sha256;

use crate::fapi2::proof::{self, Made, Proof};
use crate::{Hub, PeerCertificate};

/// How a token was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// RFC 6750.
    Bearer,
    /// RFC 9449 7.1: with a proof.
    Dpop,
}

/// The access token of a request: `Authorization: Bearer <token>`, with the word glued to the token tolerated, or
/// `Authorization: DPoP <token>`. The words are compared without regard to case; two headers are none.
pub(crate) fn credentials(headers: &HeaderMap) -> Option<(Scheme, &str)> {
    let mut found = headers.get_all(header::AUTHORIZATION).iter();
    let value = found.next()?.to_str().ok()?.trim();
    if found.next().is_some() {
        return None;
    }
    let (scheme, rest) = match value.split_at_checked(6) {
        Some((word, rest)) if word.eq_ignore_ascii_case("bearer") => (Scheme::Bearer, rest),
        _ => match value.split_at_checked(5) {
            Some((word, rest)) if word.eq_ignore_ascii_case("dpop ") => (Scheme::Dpop, rest),
            _ => return None,
        },
    };
    let token = rest.trim_start();
    if token.is_empty() || token.len() > 512 {
        None
    } else {
        Some((scheme, token))
    }
}

/// What the caller presented, so that the chain can be judged, and judged once more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presented {
    pub(crate) scheme: Option<Scheme>,
    pub(crate) token_sha256: Option<[u8; 32]>,
    pub(crate) certificate_sha256: Option<[u8; 32]>,
    pub(crate) proof: ProofStanding,
    /// The proof behind `proof`, where one holds; not yet remembered.
    held: Option<Proof>,
}

impl Presented {
    /// Reads a request's headers; a proof is checked here, and remembered in [`Presented::settle`].
    pub(crate) fn of(hub: &Hub, request: &Request, now: Timestamp) -> Self {
        let credentials = credentials(request.headers());
        let proof = match credentials {
            Some((Scheme::Dpop, token)) => {
                let bases: Vec<&str> = hub.bases().collect();
                let made = Made {
                    method: request.method(),
                    path: request.uri().path(),
                    bases: &bases,
                    token: Some(token),
                    now,
                };
                proof::read(request.headers(), &made)
            }
            _ => Ok(None),
        };
        let peer = request.extensions().get::<PeerCertificate>();
        Self {
            scheme: credentials.map(|(scheme, _)| scheme),
            token_sha256: credentials.map(|(_, token)| sha256(token.as_bytes())),
            certificate_sha256: peer.and_then(|peer| peer.sha256),
            proof: match &proof {
                Ok(Some(proof)) => ProofStanding::Proved(proof.jkt),
                Ok(None) => ProofStanding::Missing,
                Err(error) => ProofStanding::Refused(error.word()),
            },
            held: proof.ok().flatten(),
        }
    }

    /// Remembers the proof, once its token is known to be bound to its key: a proof holds once. To be called once for
    /// each call, before the chain is judged.
    pub(crate) fn settle(&self, hub: &Hub, standing: &mut Standing) {
        let TokenStanding::Found { confirmation, .. } = &standing.channel.token else {
            return;
        };
        let Some(proof) = self.held.filter(|held| *confirmation == Confirmation::Key(held.jkt)) else {
            return;
        };
        if let Err(error) = proof.claim(hub.proofs(), standing.now) {
            standing.channel.proof = ProofStanding::Refused(error.word());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn bearer_is_read_as_clients_write_it() {
        let token = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            credentials(&headers).map(|(scheme, token)| (scheme, token.to_owned()))
        };
        let bearer = Some((Scheme::Bearer, "nat_abc".to_owned()));
        assert_eq!(token("Bearer nat_abc"), bearer);
        assert_eq!(token("Bearernat_abc"), bearer, "glued");
        assert_eq!(token("bearer  nat_abc "), bearer);
        assert_eq!(token("dPoP nat_abc"), Some((Scheme::Dpop, "nat_abc".to_owned())));
        assert_eq!(token("DPoPnat_abc"), None);
        assert_eq!(token("Basic nat_abc"), None);
        assert_eq!(token("Bearer"), None);
        assert_eq!(token("Bearer "), None);
    }
}
