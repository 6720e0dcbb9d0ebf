//! POST /fapi2/introspect

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use naru_core::trust::{Standing, TokenStanding};
use naru_core::{ClientStatus, Confirmation, GrantState, SECOND, Scopes, Timestamp};
use naru_crypto::jose::base64url;
use naru_crypto::{hex, sha256};
use naru_storage::{StandingQuery, StorageError, TokenKind, TokenRow};
use naru_web::fapi2::{OauthError, Posted, json};
use naru_web::{Effect, Hub, Route, Who};
use serde_json::{Map, Value, json};

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
    let query = StandingQuery {
        test_bed: hub.settings().test_bed,
        token_sha256: Some(&digest),
        certificate_sha256: None,
        proof: naru_core::trust::ProofStanding::Missing,
        fintech_use_num: None,
        once: None,
        named_person: None,
    };
    let found = hub.storage().read("introspect", async |tx| {
        let standing = tx.standing(query).await?;
        // A wrong hint must not hide a token, so none is looked at: both kinds are looked for (line 126).
        let kind = match standing.channel.token {
            TokenStanding::Unknown => TokenKind::Refresh,
            _ => TokenKind::Access,
        };
        let Some(row) = tx.token_find(&digest, kind).await? else {
            return Ok(None);
        };
        let grant = tx.grant_find(row.grant_id).await?;
        Ok::<_, StorageError>(grant.map(|grant| (standing, row, grant)))
    });
    let Some((standing, row, grant)) = found.await? else {
        return Ok(inactive());
    };
    if row.kind == TokenKind::Refresh {
        let refresh = row;
        let alive = hub.now() < refresh.expires_at && grant.state(hub.now()) == GrantState::Active;
        let own = grant.client_id == caller.client.id;
        return Ok(if alive && own {
            json!({
                "active": true, "client_id": grant.client_id, "scope": grant.scopes.to_string(),
                "exp": refresh.expires_at.0 / SECOND, "iat": refresh.issued_at.0 / SECOND, "grant_id": grant.id,
            })
        } else {
            inactive()
        });
    }
    Ok(active(hub, caller, &standing, &row).unwrap_or_else(inactive))
}

fn inactive() -> Value {
    json!({ "active": false })
}

fn active(hub: &Hub, caller: &Caller, standing: &Standing, row: &TokenRow) -> Option<Value> {
    let TokenStanding::Found {
        confirmation,
        expires_at,
        scopes,
    } = &standing.channel.token
    else {
        return None;
    };
    let (client, granted) = (&standing.client.as_ref()?.client, standing.grant.as_ref()?);
    let grant = &granted.grant;
    let audience = hub.settings().public_url.as_str();
    // Its own tokens, or, as a resource server, those meant for it (line 130).
    let may_know = client.id == caller.client.id || caller.credential.resource.as_deref() == Some(audience);
    let alive = standing.now < *expires_at
        && client.status == ClientStatus::Active
        && grant.state(standing.now) == GrantState::Active;
    if !may_know || !alive {
        return None;
    }
    let seconds = |at: Timestamp| at.0 / SECOND;
    let covers = |scopes: &Scopes| Scopes::of(&scopes.iter().filter(|s| grant.scopes.has(*s)).collect::<Vec<_>>());
    let scope = scopes.as_ref().map_or_else(|| grant.scopes.clone(), covers).to_string();
    let mut told = Map::new();
    let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
    tell("active", true.into());
    tell("iss", audience.into());
    tell("aud", audience.into());
    tell(
        "sub",
        granted
            .user_seq_no
            .as_ref()
            .map_or_else(|| client.id.to_string(), ToString::to_string)
            .into(),
    );
    tell("client_id", client.id.to_string().into());
    tell("scope", scope.into());
    tell("exp", seconds(*expires_at).into());
    tell("iat", seconds(row.issued_at).into());
    tell("jti", hex(&row.sha256).into());
    tell("grant_id", grant.id.to_string().into());
    match confirmation {
        Confirmation::Key(jkt) => {
            tell("token_type", "DPoP".into());
            tell("cnf", json!({ "jkt": base64url(jkt) }));
        }
        Confirmation::Certificate(sha256) => {
            tell("token_type", "Bearer".into());
            tell("cnf", json!({ "x5t#S256": base64url(sha256) }));
        }
        Confirmation::None => {
            tell("token_type", "Bearer".into());
        }
    }
    Some(Value::Object(told))
}
