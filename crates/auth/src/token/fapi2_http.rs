//! POST /fapi2/token

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use naru_core::Confirmation;
use naru_web::fapi2::{OauthError, OauthErrorKind, Posted, json};
use naru_web::{Effect, Hub, Route, Who};
use serde::Serialize;

use super::fapi2::{self, Issued};
use crate::client::authentication::authenticate;

/// The route of this noun in the FAPI 2.0 profile.
pub fn route(hub: &Hub) -> Route {
    Route {
        method: "POST",
        path: "/fapi2/token",
        who: Who::Client,
        demand: None,
        effect: Effect::Writes,
        summary: "Code, refresh token or client credentials to a bound access token (FAPI 2.0)",
        handler: post(token).with_state(hub.clone()),
    }
}

#[derive(Serialize)]
struct TokenAnswer<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: i64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<String>,
}

async fn token(State(hub): State<Hub>, request: Request) -> Response {
    match issued(&hub, request).await {
        Ok(issued) => answer(&issued),
        Err(error) => error.into_response(),
    }
}

async fn issued(hub: &Hub, request: Request) -> Result<Issued, OauthError> {
    let posted = Posted::of(request).await?;
    let caller = authenticate(hub, &posted).await?;
    let form = &posted.form;
    let grant_type = form.need("grant_type", "grant_type is required")?;
    if !matches!(
        grant_type,
        "authorization_code" | "refresh_token" | "client_credentials"
    ) {
        let why = "grant_type must be authorization_code, refresh_token or client_credentials";
        return Err(OauthError::new(OauthErrorKind::UnsupportedGrantType, why));
    }
    let bound = fapi2::confirmation(hub, &caller, &posted.headers)?;
    match grant_type {
        "authorization_code" => {
            let code = form.need("code", "code is required")?;
            let code = (code, form.get("redirect_uri"), form.get("code_verifier"));
            fapi2::exchange_code(hub, &caller, bound, code).await
        }
        "refresh_token" => {
            let token = form.need("refresh_token", "refresh_token is required")?;
            fapi2::refresh(hub, &caller, bound, (token, form.get("scope"))).await
        }
        _ => fapi2::two_legged(hub, &caller, bound, form.get("scope")).await,
    }
}

fn answer(issued: &Issued) -> Response {
    let body = TokenAnswer {
        access_token: issued.access.expose(),
        token_type: match issued.confirmation {
            Confirmation::Key(_) => "DPoP",
            Confirmation::Certificate(_) | Confirmation::None => "Bearer",
        },
        expires_in: issued.expires_in,
        scope: issued.scopes.to_string(),
        refresh_token: issued.refresh.as_ref().map(naru_crypto::Secret::expose),
        id_token: issued.id_token.as_deref(),
        grant_id: issued.grant_id.map(|id| id.to_string()),
    };
    json(StatusCode::OK, &body)
}
