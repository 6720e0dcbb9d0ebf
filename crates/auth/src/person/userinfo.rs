//! GET and POST /fapi2/userinfo (OpenID Connect Core 5.3): the subject, and nothing that was not granted.

use axum::http::StatusCode;
use axum::response::Response;
use naru_core::Scope;
use naru_web::fapi2::{OauthError, OauthErrorKind, Resource, json, resource};
use naru_web::{Effect, Hub, Route};
use serde_json::json;

/// The routes of this noun.
pub fn routes(hub: &Hub) -> Vec<Route> {
    let route = |method| {
        let what = "As whom the fintech knows the person (OpenID Connect)";
        resource(
            (method, "/fapi2/userinfo"),
            (Scope::OpenId, Effect::Reads),
            what,
            hub,
            tell,
        )
    };
    vec![route("GET"), route("POST")]
}

async fn tell(_hub: Hub, call: Resource) -> Result<Response, OauthError> {
    let sub = call.user_seq_no.ok_or_else(|| {
        let why = "the token was issued without a person";
        OauthError::new(OauthErrorKind::Forbidden, why)
    })?;
    Ok(json(StatusCode::OK, &json!({ "sub": sub.as_str() })))
}
