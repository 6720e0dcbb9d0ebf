//! GET /fapi2/crl: the certificates of clients that the hub's authority has taken back (RFC 5280 5).

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use naru_web::{Effect, Hub, Problem, Route, Who};

/// The route of this noun.
pub fn route(hub: &Hub) -> Route {
    Route {
        method: "GET",
        path: "/fapi2/crl",
        who: Who::Public,
        demand: None,
        effect: Effect::Reads,
        summary: "Client certificates that were taken back, as a signed list (RFC 5280)",
        handler: get(list).with_state(hub.clone()),
    }
}

async fn list(State(hub): State<Hub>) -> Response {
    let der = hub.revoked().list_der();
    if der.is_empty() {
        return Problem::not_found("/fapi2/crl").into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "application/pkix-crl"),
        (header::CACHE_CONTROL, "public, max-age=60"),
    ];
    (StatusCode::OK, headers, der.to_vec()).into_response()
}
