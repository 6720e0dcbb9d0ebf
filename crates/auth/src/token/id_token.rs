//! The ID token (OpenID Connect Core 2): who signed in, when and how.

use naru_core::{Client, SECOND, UserSeqNo};
use naru_web::Hub;
use serde::Serialize;

use crate::authorization::Fapi2Asked;

/// How long an ID token holds, seconds.
const LIFE_SECONDS: i64 = 300;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: String,
    exp: i64,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'static str>,
}

/// Signs an ID token with the hub's active key.
pub(super) fn sign(
    hub: &Hub,
    client: &Client,
    sub: &UserSeqNo,
    asked: &Fapi2Asked,
) -> Result<String, naru_storage::StorageError> {
    let now = hub.now().0 / SECOND;
    let claims = Claims {
        iss: &hub.settings().public_url,
        sub: sub.as_str(),
        aud: client.id.to_string(),
        exp: now + LIFE_SECONDS,
        iat: now,
        nonce: asked.nonce.as_deref(),
        auth_time: asked.signed_in.map(|signed_in| signed_in.at.0 / SECOND),
        acr: asked.signed_in.map(|signed_in| signed_in.method.acr()),
    };
    crate::key::service::sign(hub, "JWT", &claims)
}
