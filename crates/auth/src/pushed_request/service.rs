//! Stores what a client asked, under a name that only it is told.

use axum::http::{HeaderMap, Method};
use naru_core::{Action, Actor, Binding, GrantState, SECOND};
use naru_crypto::hex;
use naru_crypto::jose::{Jws, from_base64url};
use naru_crypto::{Secret, SecretKind, sha256};
use naru_storage::PushedRequest;
use naru_web::Hub;
use naru_web::fapi2::proof::{self, Made};
use naru_web::fapi2::{OauthError, OauthErrorKind, OauthForm, Posted};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::check::{Parameters, check};
use crate::authorization::Asked;
use crate::client::authentication::{self, AHEAD_SECONDS, Caller};

/// How long a pushed request can be used, seconds (RFC 9126 2.2; below 600, FAPI 2.0 5.3.2.2).
pub const LIFE_SECONDS: i64 = 90;
/// What a `request_uri` begins with.
pub const URN: &str = "urn:ietf:params:oauth:request_uri:";
/// Living requests of one client at most.
const LIVING_MAX: u32 = 3_000;
/// A signed request at most, bytes.
const OBJECT_MAX: usize = 48 * 1024;
/// How long a signed request may hold, and how old it may be, seconds (Message Signing 5.3.1).
const OBJECT_SECONDS: f64 = 3_600.0;

impl Parameters for OauthForm {
    fn get(&self, name: &str) -> Option<String> {
        Self::get(self, name).map(str::to_owned)
    }
}

/// The claims of a signed request; a number counts as its digits, an object as its text.
struct Claims(Map<String, Value>);

impl Parameters for Claims {
    fn get(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }
}

#[derive(Deserialize)]
struct ObjectClaims {
    iss: Option<String>,
    aud: Value,
    exp: f64,
    nbf: f64,
    client_id: Option<String>,
    request: Option<Value>,
    request_uri: Option<Value>,
}

/// Takes a request in; gives its `request_uri`.
///
/// # Errors
/// Whatever the authorization endpoint would have refused (RFC 9126 2.1).
pub async fn push(hub: &Hub, shown: &Posted) -> Result<String, OauthError> {
    let caller = authentication::authenticate(hub, shown).await?;
    if shown.form.get("request_uri").is_some() {
        return Err(OauthError::request("request_uri cannot be pushed"));
    }
    let signed = caller.credential.signed_responses;
    let (asked, jkt) = match shown.form.get("request") {
        Some(object) => {
            let claims = opened(hub, &caller, object).await?;
            (check(&caller.client, signed, &claims)?, claims.get("dpop_jkt"))
        }
        None if caller.credential.signed_requests => {
            let why = "this client must sign its requests: the request parameter is missing";
            return Err(OauthError::new(OauthErrorKind::InvalidRequestObject, why));
        }
        None => (
            check(&caller.client, signed, &shown.form)?,
            shown.form.get("dpop_jkt").map(str::to_owned),
        ),
    };
    let jkt = bound_key(hub, &caller, &shown.headers, jkt)?;
    grant_is_known(hub, &caller, &asked).await?;
    store(hub, &caller, asked, jkt).await
}

/// The claims of a signed request object, once it holds (RFC 9101, Message Signing 5.3.1).
async fn opened(hub: &Hub, caller: &Caller, object: &str) -> Result<Claims, OauthError> {
    let refuse = || OauthError::new(OauthErrorKind::InvalidRequestObject, "the signed request does not hold");
    let jws = Jws::parse(object, OBJECT_MAX).map_err(|_| refuse())?;
    let typ = jws.header().typ.as_deref().unwrap_or("oauth-authz-req+jwt");
    if !typ.eq_ignore_ascii_case("oauth-authz-req+jwt") && !typ.eq_ignore_ascii_case("jwt") {
        return Err(refuse());
    }
    authentication::verify(hub, &caller.credential, &jws)
        .await
        .map_err(|()| refuse())?;
    let claims: ObjectClaims = jws.claims().map_err(|_| refuse())?;
    let id = caller.client.id.to_string();
    let issuer = &hub.settings().public_url;
    let for_us = match &claims.aud {
        Value::String(aud) => aud == issuer,
        Value::Array(all) => all.iter().any(|aud| aud.as_str() == Some(issuer)),
        _ => false,
    };
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit a double exactly")]
    let (now, ahead) = ((hub.now().0 / SECOND) as f64, AHEAD_SECONDS as f64);
    let in_time = claims.nbf <= now + ahead
        && claims.nbf >= now - OBJECT_SECONDS
        && claims.exp > now - 10.0
        && claims.exp <= claims.nbf + OBJECT_SECONDS;
    let own = claims.iss.as_deref() == Some(&id) && claims.client_id.as_ref().is_none_or(|named| *named == id);
    let nested = claims.request.is_some() || claims.request_uri.is_some();
    if for_us && in_time && own && !nested {
        jws.claims().map(Claims).map_err(|_| refuse())
    } else {
        Err(refuse())
    }
}

/// The key that the code is bound to: named, or proved here (RFC 9449 10.1); both must agree.
fn bound_key(
    hub: &Hub,
    caller: &Caller,
    headers: &HeaderMap,
    named: Option<String>,
) -> Result<Option<[u8; 32]>, OauthError> {
    let bases: Vec<&str> = hub.bases().collect();
    let made = Made {
        method: &Method::POST,
        path: "/fapi2/par",
        bases: &bases,
        token: None,
        now: hub.now(),
    };
    let refuse = |why| OauthError::new(OauthErrorKind::InvalidDpopProof, why);
    let proved = proof::check(headers, &made, hub.proofs())?;
    let named = match named {
        None => None,
        Some(text) => {
            let digest = from_base64url(&text).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            Some(digest.ok_or_else(|| OauthError::request("dpop_jkt must be a thumbprint in base64url"))?)
        }
    };
    if caller.credential.binding == Binding::Certificate && (named.is_some() || proved.is_some()) {
        return Err(refuse("this client is registered for tokens bound to its certificate"));
    }
    match (named, proved) {
        (Some(named), Some(proved)) if named != proved => Err(refuse("the proof is of another key than dpop_jkt")),
        (named, proved) => Ok(named.or(proved)),
    }
}

async fn grant_is_known(hub: &Hub, caller: &Caller, asked: &Asked) -> Result<(), OauthError> {
    let grant = asked.fapi2.as_ref().and_then(|fapi2| fapi2.grant.as_ref()?.id);
    let Some(id) = grant else { return Ok(()) };
    let found = hub
        .storage()
        .read("grant_find", async |tx| tx.grant_find(id).await)
        .await?;
    let alive = |grant: &naru_core::Grant| grant.state(hub.now()) == GrantState::Active;
    let own = found.is_some_and(|grant| grant.client_id == caller.client.id && alive(&grant));
    let why = "there is no such grant of this client";
    if own {
        Ok(())
    } else {
        Err(OauthError::new(OauthErrorKind::InvalidGrantId, why))
    }
}

async fn store(hub: &Hub, caller: &Caller, mut asked: Asked, jkt: Option<[u8; 32]>) -> Result<String, OauthError> {
    let secret = Secret::new(SecretKind::Request, hub.storage().chance().bytes());
    let uri = format!("{URN}{}", secret.expose());
    let digest = sha256(uri.as_bytes());
    if let Some(fapi2) = &mut asked.fapi2 {
        fapi2.request_sha256 = hex(&digest);
        fapi2.issuer.clone_from(&hub.settings().public_url);
        fapi2.jkt = jkt.map(|jkt| hex(&jkt));
    }
    let now = hub.now();
    let row = PushedRequest {
        sha256: digest.to_vec(),
        client_id: caller.client.id,
        asked: serde_json::to_string(&asked).map_err(naru_storage::StorageError::corrupt)?,
        created_at: now,
        expires_at: now.plus_seconds(LIFE_SECONDS),
        used_at: None,
    };
    let actor = Actor::Client(caller.client.id);
    hub.storage()
        .run("pushed_request_insert", &actor, async |tx| {
            if tx.pushed_request_is_crowded(row.client_id, LIVING_MAX).await? {
                let why = "too many pushed requests wait to be used; try again";
                return Err(OauthError::new(OauthErrorKind::SlowDown, why));
            }
            tx.pushed_request_insert(&row).await?;
            let details = serde_json::json!({ "scopes": asked.scopes });
            tx.trail(Action::RequestPushed, caller.client.id, details).await?;
            Ok(())
        })
        .await?;
    Ok(uri)
}
