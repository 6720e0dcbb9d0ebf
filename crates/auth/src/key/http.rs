//! GET /fapi2/jwks

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use naru_crypto::jose::PublicJwk;
use naru_web::{Effect, Hub, Route, Who};
use serde_json::{Value, json};

/// The route of this noun.
pub fn route(hub: &Hub) -> Route {
    Route {
        method: "GET",
        path: "/fapi2/jwks",
        who: Who::Public,
        demand: None,
        effect: Effect::Reads,
        summary: "The hub's public keys as a JWK set (RFC 7517)",
        handler: get(jwks).with_state(hub.clone()),
    }
}

async fn jwks(State(hub): State<Hub>) -> Response {
    let keys: Vec<Value> = hub.keys().get().published.iter().map(PublicJwk::to_value).collect();
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (StatusCode::OK, headers, json!({ "keys": keys }).to_string()).into_response()
}
