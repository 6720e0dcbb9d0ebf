//! Health, readiness and numbers, on the operations listener that no fintech reaches.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::Hub;

/// `/health` (the process lives), `/ready` (the database answers) and `/metrics` (Prometheus).
pub fn ops_router(hub: Hub) -> Router {
    Router::new()
        .route("/health", get(|| async { "ok\n" }))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(hub)
}

async fn ready(State(hub): State<Hub>) -> (StatusCode, &'static str) {
    match hub.storage().ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(event = "not_ready", %error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}

async fn metrics(State(hub): State<Hub>) -> ([(&'static str, &'static str); 1], String) {
    let waiting = i64::try_from(hub.calls().waiting()).unwrap_or(i64::MAX);
    hub.metrics().calls_waiting.set(waiting);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([("content-type", kind)], hub.metrics().text())
}
