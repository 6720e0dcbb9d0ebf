//! How a client of the FAPI 2.0 profile proves itself: with a signed assertion or with its certificate, and in no other
//! way (FAPI 2.0 Security Profile 5.3.2.1, RFC 7523 3, RFC 8705 2).

use axum::http::header;
use naru_core::{
    AuthMethod, Client, ClientCredential, ClientId, ClientStatus, Environment, Profile, SECOND, TlsName, TlsNameKind,
};
use naru_crypto::certificate::{self, SubjectName};
use naru_crypto::jose::{Header, Jwks, Jws};
use naru_web::fapi2::{OauthError, OauthErrorKind, Posted};
use naru_web::{ASSERTION_SECONDS, Asker, Claim, Hub, PeerCertificate};
use serde::Deserialize;

/// An assertion at most, bytes.
const ASSERTION_MAX: usize = 8 * 1024;
/// How far ahead a client's clock may be, seconds.
pub(crate) const AHEAD_SECONDS: i64 = 30;
/// How long after its end an assertion still counts, seconds: for clocks that are behind.
const LATE_SECONDS: i64 = 10;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client that proved itself.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Which.
    pub client: Client,
    /// What is registered for it.
    pub credential: ClientCredential,
    /// SHA-256 of the certificate on its connection.
    pub certificate_sha256: Option<[u8; 32]>,
}

#[derive(Deserialize)]
struct Assertion {
    iss: String,
    sub: String,
    /// A JSON string, and nothing else (line 15 of FAPI 2.0 5.3.2.1: an array fails).
    aud: String,
    exp: f64,
    jti: String,
    iat: Option<f64>,
    nbf: Option<f64>,
}

/// Authenticates the caller.
///
/// # Errors
/// `invalid_client`, which never says what was wrong.
pub async fn authenticate(hub: &Hub, shown: &Posted) -> Result<Caller, OauthError> {
    // No secret exists that could be right, and no token proves a client.
    if shown.headers.contains_key(header::AUTHORIZATION) {
        let why = "client authentication failed";
        return Err(OauthError::new(OauthErrorKind::InvalidClientScheme, why));
    }
    if shown.form.get("client_secret").is_some() {
        return Err(OauthError::client());
    }
    let assertion = match (
        shown.form.get("client_assertion"),
        shown.form.get("client_assertion_type"),
    ) {
        (Some(assertion), Some(ASSERTION_TYPE)) => Some(assertion),
        (None, None) => None,
        _ => return Err(OauthError::client()),
    };
    let jws = assertion
        .map(|text| Jws::parse(text, ASSERTION_MAX).map_err(|_| OauthError::client()))
        .transpose()?;
    let id = match &jws {
        // Not verified yet: it only says whose keys to look for.
        Some(jws) => jws.claims::<Assertion>().map_err(|_| OauthError::client())?.sub,
        None => shown.form.get("client_id").ok_or_else(OauthError::client)?.to_owned(),
    };
    if shown.form.get("client_id").is_some_and(|named| named != id) {
        return Err(OauthError::client());
    }
    let id: ClientId = id.parse().map_err(|_| OauthError::client())?;
    let peer = shown.peer.as_ref();
    let (client, credential, revoked) = find(hub, id, peer).await?;
    match (credential.method, &jws) {
        (AuthMethod::PrivateKeyJwt, Some(jws)) => assertion_holds(hub, id, &credential, jws).await?,
        (AuthMethod::TlsClientAuth, None) if !revoked => certificate_holds(&credential, peer)?,
        _ => return Err(OauthError::client()),
    }
    Ok(Caller {
        client,
        credential,
        certificate_sha256: peer.and_then(|peer| peer.sha256).filter(|_| !revoked),
    })
}

/// The client and its credential, if it may be served; and whether the certificate on its connection was revoked.
async fn find(
    hub: &Hub,
    id: ClientId,
    peer: Option<&PeerCertificate>,
) -> Result<(Client, ClientCredential, bool), OauthError> {
    let certificate = peer.and_then(|peer| peer.sha256);
    let found = hub.storage().read("client_authenticate", async |tx| {
        Ok::<_, OauthError>(tx.client_find_with_credential(id, certificate.as_ref()).await?)
    });
    let (client, credential, revoked) = found.await?.ok_or_else(OauthError::client)?;
    let served = client.profile == Profile::Fapi2
        && client.status == ClientStatus::Active
        && (client.environment == Environment::Production || hub.settings().test_bed);
    if served {
        Ok((client, credential, revoked))
    } else {
        Err(OauthError::client())
    }
}

fn asks_at_its_pace(hub: &Hub, id: ClientId) -> Result<(), OauthError> {
    hub.rates().allow(Asker::Client(id), hub.now()).map_err(|_| {
        let why = "the client asks too often; come again after the time in Retry-After";
        OauthError::new(OauthErrorKind::SlowDown, why)
    })
}

async fn assertion_holds(
    hub: &Hub,
    id: ClientId,
    credential: &ClientCredential,
    jws: &Jws<'_>,
) -> Result<(), OauthError> {
    // A signed request or a proof is not an assertion, whoever signed it (RFC 8725 3.11).
    let typ = jws.header().typ.as_deref().unwrap_or("JWT");
    if !["JWT", "client-authentication+jwt"]
        .iter()
        .any(|known| typ.eq_ignore_ascii_case(known))
    {
        return Err(OauthError::client());
    }
    verify(hub, credential, jws).await.map_err(|()| OauthError::client())?;
    // Before the assertion is remembered: what is refused for its rate takes no room.
    asks_at_its_pace(hub, id)?;
    let claims: Assertion = jws.claims().map_err(|_| OauthError::client())?;
    let id = id.to_string();
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit a double exactly")]
    let at = |seconds: i64| (hub.now().0 / SECOND + seconds) as f64;
    let is_ahead = |time: Option<f64>| time.is_some_and(|time| time > at(AHEAD_SECONDS));
    let in_time = claims.exp > at(-LATE_SECONDS) && claims.exp <= at(ASSERTION_SECONDS);
    let named = claims.iss == id && claims.sub == id && claims.aud == hub.settings().public_url;
    let is_id = (1..=512).contains(&claims.jti.len());
    if !named || !in_time || is_ahead(claims.iat) || is_ahead(claims.nbf) || !is_id {
        return Err(OauthError::client());
    }
    match hub.assertions().claim(id.as_bytes(), &claims.jti, hub.now()) {
        Claim::Fresh => Ok(()),
        Claim::Seen => Err(OauthError::client()),
        Claim::Full => Err(OauthError::new(
            OauthErrorKind::SlowDown,
            "too many assertions; try again",
        )),
    }
}

/// Verifies a signed text with the client's registered keys.
pub(crate) async fn verify(hub: &Hub, credential: &ClientCredential, jws: &Jws<'_>) -> Result<(), ()> {
    let header = jws.header();
    if let Some(text) = &credential.jwks {
        let keys = hub.remote_keys().registered(text).map_err(|_| ())?;
        return any_verifies(&keys, header, jws);
    }
    let uri = credential.jwks_uri.as_deref().ok_or(())?;
    let wanted = (header.algorithm, header.kid.as_deref());
    let keys = hub.remote_keys().get(uri, wanted, hub.now()).await.map_err(|error| {
        tracing::warn!(event = "client_keys_unknown", %error, "a client's keys could not be fetched");
    })?;
    any_verifies(&keys, header, jws)
}

fn any_verifies(keys: &Jwks, header: &Header, jws: &Jws<'_>) -> Result<(), ()> {
    let mut candidates = keys.candidates(header.algorithm, header.kid.as_deref());
    if candidates.any(|key| jws.verify(key).is_ok()) {
        Ok(())
    } else {
        Err(())
    }
}

/// The certificate chains to a trusted authority (the listener saw to that) and carries the registered name.
fn certificate_holds(credential: &ClientCredential, peer: Option<&PeerCertificate>) -> Result<(), OauthError> {
    let der = peer
        .and_then(|peer| peer.der.as_deref())
        .ok_or_else(OauthError::client)?;
    let registered = credential.tls_name.as_ref().ok_or_else(OauthError::client)?;
    let shown = certificate::names(der).map_err(|_| OauthError::client())?;
    if carries(&shown, registered) {
        Ok(())
    } else {
        Err(OauthError::client())
    }
}

fn carries(shown: &certificate::CertificateNames, registered: &TlsName) -> bool {
    let value = registered.value.as_str();
    match registered.kind {
        TlsNameKind::SubjectDn => SubjectName::parse(value).is_ok_and(|name| name == shown.subject),
        TlsNameKind::SanDns => shown.san_dns.iter().any(|name| name.eq_ignore_ascii_case(value)),
        TlsNameKind::SanUri => shown.san_uri.iter().any(|name| name == value),
        TlsNameKind::SanIp => value
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| shown.san_ip.contains(&address)),
        TlsNameKind::SanEmail => shown.san_email.iter().any(|name| name == value),
    }
}
