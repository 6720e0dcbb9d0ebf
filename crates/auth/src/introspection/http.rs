//! POST /fapi2/introspect

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use naru_core::{ClientStatus, Confirmation, GrantState, SECOND, Scopes, Timestamp};
use naru_crypto::jose::base64url;
use naru_crypto::{hex, sha256};
use naru_storage::{StorageError, TokenInContext, TokenKind};
use naru_web::fapi2::{OauthError, Posted, json};
use naru_web::{Effect, Hub, Route, Who};
use serde_json::{Value, json};

use crate::client::authentication::{Caller, authenticate};

const SIGNED: &str = "application/token-introspection+jwt";

/// The route of this noun.
pub fn route(hub: &Hub) -> Route {
    Route {
        method: "POST",
        path: "/fapi2/introspect",
        who: Who::Client,
        demand: None,
        effect: Effect::Reads,
        summary: "What a token is, and whether it is alive (RFC 7662, RFC 9701)",
        handler: post(introspect).with_state(hub.clone()),
    }
}

async fn introspect(State(hub): State<Hub>, request: Request) -> Response {
    introspected(&hub, request)
        .await
        .unwrap_or_else(OauthError::into_response)
}

/// Whether the caller asks for a signed answer (RFC 9701 4).
fn wants_signed(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok());
    let mut kinds = accepted
        .flat_map(|accept| accept.split(','))
        .filter_map(|kind| kind.split(';').next());
    kinds.any(|kind| kind.trim().eq_ignore_ascii_case(SIGNED))
}

async fn introspected(hub: &Hub, request: Request) -> Result<Response, OauthError> {
    let posted = Posted::of(request).await?;
    let caller = authenticate(hub, &posted).await?;
    let token = posted.form.need("token", "token is required")?;
    let told = told(hub, &caller, token).await?;
    if !wants_signed(&posted.headers) {
        return Ok(json(StatusCode::OK, &told));
    }
    let claims = json!({
        "iss": hub.settings().public_url,
        "aud": caller.client.id.to_string(),
        "iat": hub.now().0 / SECOND,
        "token_introspection": told,
    });
    let signed = crate::key::service::sign(hub, "token-introspection+jwt", &claims)?;
    let headers = [(header::CONTENT_TYPE, SIGNED), (header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::OK, headers, signed).into_response())
}

/// What the caller is told of a token: all, or that it is not active and nothing else (line 128).
async fn told(hub: &Hub, caller: &Caller, token: &str) -> Result<Value, OauthError> {
    let digest = sha256(token.as_bytes());
    // A wrong hint must not hide a token, so none is looked at: both kinds are looked for (line 126).
    let found = hub.storage().read("introspect", async |tx| {
        Ok::<_, StorageError>((tx.token_find_in_context(&digest).await?, tx.now()))
    });
    let (found, now) = found.await?;
    let told = found.and_then(|found| match found.token.kind {
        TokenKind::Refresh => refresh(caller, &found, now),
        TokenKind::Access => access(hub, caller, &found, now),
    });
    Ok(told.unwrap_or_else(|| json!({ "active": false })))
}

fn refresh(caller: &Caller, found: &TokenInContext, now: Timestamp) -> Option<Value> {
    let TokenInContext { token, grant, .. } = found;
    let alive = now < token.expires_at && grant.state(now) == GrantState::Active;
    (alive && grant.client_id == caller.client.id).then(|| {
        json!({
            "active": true, "client_id": grant.client_id, "scope": grant.scopes.to_string(),
            "exp": token.expires_at.0 / SECOND, "iat": token.issued_at.0 / SECOND, "grant_id": grant.id,
        })
    })
}

fn access(hub: &Hub, caller: &Caller, found: &TokenInContext, now: Timestamp) -> Option<Value> {
    let TokenInContext { token, grant, .. } = found;
    let audience = hub.settings().public_url.as_str();
    // Its own tokens, or, as a resource server, those meant for it (line 130).
    let may_know = grant.client_id == caller.client.id || caller.credential.resource.as_deref() == Some(audience);
    let alive =
        now < token.expires_at && found.client_status == ClientStatus::Active && grant.state(now) == GrantState::Active;
    if !may_know || !alive {
        return None;
    }
    let covers = |scopes: &Scopes| Scopes::of(&scopes.iter().filter(|s| grant.scopes.has(*s)).collect::<Vec<_>>());
    let scopes = token.scopes.as_ref().map_or_else(|| grant.scopes.clone(), covers);
    let sub = match &found.user_seq_no {
        Some(person) => person.to_string(),
        None => grant.client_id.to_string(),
    };
    let mut told = json!({
        "active": true,
        "iss": audience,
        "aud": audience,
        "sub": sub,
        "client_id": grant.client_id,
        "scope": scopes.to_string(),
        "exp": token.expires_at.0 / SECOND,
        "iat": token.issued_at.0 / SECOND,
        "jti": hex(&token.sha256),
        "grant_id": grant.id,
        "token_type": "Bearer",
    });
    match token.confirmation {
        Confirmation::Key(jkt) => {
            told["token_type"] = "DPoP".into();
            told["cnf"] = json!({ "jkt": base64url(&jkt) });
        }
        Confirmation::Certificate(sha256) => told["cnf"] = json!({ "x5t#S256": base64url(&sha256) }),
        Confirmation::None => {}
    }
    Some(told)
}
