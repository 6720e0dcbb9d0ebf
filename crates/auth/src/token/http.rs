//! POST /oauth/2.0/token. The form is read from the body and, because some clients put it there, from the query
//! string; an error is HTTP 200 with a code, as the profile has it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{Extensions, HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use naru_web::kftc::Text;
use naru_web::{Effect, Hub, PeerCertificate, Route, Who};
use serde::{Deserialize, Serialize};

use super::service::{self, ClientProof, Issued, TokenError};

/// The route of this noun.
pub fn route(hub: &Hub) -> Route {
    Route {
        method: "POST",
        path: "/oauth/2.0/token",
        who: Who::Client,
        demand: None,
        effect: Effect::Writes,
        summary: "Code, refresh token or client credentials to an access token",
        handler: post(token).with_state(hub.clone()),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TokenRequest {
    grant_type: Text,
    client_id: Text,
    client_secret: Text,
    code: Text,
    redirect_uri: Text,
    refresh_token: Text,
    scope: Text,
}

#[derive(Serialize)]
struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_seq_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_use_code: Option<String>,
}

#[derive(Serialize)]
struct TokenRefused {
    rsp_code: String,
    rsp_message: String,
}

async fn token(
    State(hub): State<Hub>,
    RawQuery(query): RawQuery,
    extensions: Extensions,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(request) = read(query.as_deref(), &headers, &body) else {
        return refuse(&hub, "form");
    };
    let certificate_sha256 = extensions.get::<PeerCertificate>().and_then(|peer| peer.sha256);
    let proof = ClientProof {
        client_id: request.client_id.as_str(),
        secret: request.client_secret.as_str(),
        certificate_sha256,
    };
    let issued = match request.grant_type.as_str() {
        "authorization_code" => {
            let code = (request.code.as_str(), request.redirect_uri.as_str());
            service::exchange_code(&hub, &proof, code).await
        }
        "refresh_token" => {
            let token = (request.refresh_token.as_str(), request.scope.as_str());
            service::refresh(&hub, &proof, token).await
        }
        "client_credentials" => service::two_legged(&hub, &proof, request.scope.as_str()).await,
        _ => Err(TokenError::Scope),
    };
    match issued {
        Ok(issued) => ([(header::PRAGMA, "no-cache")], Json(answer(&issued))).into_response(),
        Err(TokenError::Credentials) => refuse(&hub, "credentials"),
        Err(TokenError::Scope) => refuse(&hub, "scope_refused"),
        Err(TokenError::NotEntitled) => refuse(&hub, "not_entitled"),
        Err(TokenError::Storage(error)) => {
            tracing::error!(event = "storage_failed", %error, "no token was issued");
            refuse(&hub, "internal")
        }
    }
}

/// The form of the body, filled up from the query string; `None` where it cannot be read.
fn read(query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> Option<TokenRequest> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    if !body.is_empty()
        && !kind
            .to_ascii_lowercase()
            .starts_with("application/x-www-form-urlencoded")
    {
        return None;
    }
    let in_body: TokenRequest = serde_urlencoded::from_bytes(body).ok()?;
    if !in_body.grant_type.is_empty() || query.is_none_or(str::is_empty) {
        return Some(in_body);
    }
    serde_urlencoded::from_str(query?).ok()
}

fn answer(issued: &Issued) -> TokenAnswer {
    let two_legged = issued.user_seq_no.is_none();
    TokenAnswer {
        access_token: issued.access.expose().to_owned(),
        token_type: "Bearer",
        expires_in: issued.expires_in,
        refresh_token: issued.refresh.as_ref().map(|refresh| refresh.expose().to_owned()),
        scope: issued.scopes.to_string(),
        user_seq_no: issued.user_seq_no.as_ref().map(ToString::to_string),
        client_use_code: two_legged.then(|| issued.client.client_use_code.to_string()),
    }
}

fn refuse(hub: &Hub, reason: &str) -> Response {
    let code = hub.codes().of(reason);
    Json(TokenRefused {
        rsp_code: code.rsp_code.clone(),
        rsp_message: code.message.clone(),
    })
    .into_response()
}
