//! What may be registered for a client of the FAPI 2.0 profile.

use naru_core::{AuthMethod, Binding, ClientCredential, TlsName, TlsNameKind};
use naru_crypto::certificate::SubjectName;
use naru_crypto::jose::Jwks;

/// Checks a credential; what is wrong, and what would be accepted.
///
/// Keys are public signature keys of FAPI 2.0 (5.4.1), given as a set or at an https address, not both; a certificate's
/// name is exactly one (RFC 8705 2.1.2).
pub fn check(credential: &ClientCredential) -> Result<(), (&'static str, &'static str)> {
    match (&credential.jwks, &credential.jwks_uri) {
        (Some(_), Some(_)) => return Err(("jwks", "is given as a set or as an address, not both")),
        (Some(text), None) => {
            let keys = Jwks::parse(text).map_err(|_| {
                let expected = "must be a JWK set of public keys: EC P-256, RSA of 2048 bits or more, or Ed25519";
                ("jwks", expected)
            })?;
            if keys.is_empty() {
                return Err(("jwks", "has no key that signs with ES256, PS256 or EdDSA"));
            }
            has_no_twins(&keys)?;
        }
        (None, Some(uri)) if !is_https(uri) => return Err(("jwks_uri", "must be an https address")),
        _ => {}
    }
    let has_keys = credential.jwks.is_some() || credential.jwks_uri.is_some();
    match credential.method {
        AuthMethod::PrivateKeyJwt if !has_keys => return Err(("jwks", "or jwks_uri is required for private_key_jwt")),
        AuthMethod::TlsClientAuth if credential.tls_name.is_none() => {
            return Err((
                "tls_name",
                "is required for tls_client_auth: exactly one name of the certificate",
            ));
        }
        _ => {}
    }
    if credential.signed_requests && !has_keys {
        return Err(("jwks", "or jwks_uri is required to sign requests"));
    }
    if credential.binding == Binding::Certificate && credential.method == AuthMethod::PrivateKeyJwt && !has_keys {
        return Err(("jwks", "is required"));
    }
    credential.tls_name.as_ref().map_or(Ok(()), check_name)
}

/// No two keys share a name (FAPI 2.0 5.6.3: duplicate `kid` values are to be avoided).
fn has_no_twins(keys: &Jwks) -> Result<(), (&'static str, &'static str)> {
    let mut kids: Vec<&str> = keys.iter().filter_map(naru_crypto::jose::PublicJwk::kid).collect();
    let all = kids.len();
    kids.sort_unstable();
    kids.dedup();
    if kids.len() == all {
        Ok(())
    } else {
        Err(("jwks", "has two keys with the same kid"))
    }
}

fn is_https(uri: &str) -> bool {
    let plain = uri.bytes().all(|b| b.is_ascii_graphic()) && !uri.contains(['#', '@']);
    plain
        && uri.len() <= 500
        && uri
            .strip_prefix("https://")
            .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

fn check_name(name: &TlsName) -> Result<(), (&'static str, &'static str)> {
    let value = name.value.as_str();
    let fine = match name.kind {
        TlsNameKind::SubjectDn => SubjectName::parse(value).is_ok(),
        TlsNameKind::SanIp => value.parse::<std::net::IpAddr>().is_ok(),
        TlsNameKind::SanDns | TlsNameKind::SanUri | TlsNameKind::SanEmail => {
            !value.is_empty() && value.len() <= 500 && value.bytes().all(|b| b.is_ascii_graphic())
        }
    };
    if fine {
        Ok(())
    } else {
        Err(("tls_name", "cannot be read as a name of its kind"))
    }
}
