//! POST /fapi2/par

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use naru_web::fapi2::{OauthError, Posted, json};
use naru_web::{Effect, Hub, Route, Who};
use serde::Serialize;

use super::service;

/// The route of this noun.
pub fn route(hub: &Hub) -> Route {
    Route {
        method: "POST",
        path: "/fapi2/par",
        who: Who::Client,
        demand: None,
        effect: Effect::Writes,
        summary: "What a client will ask a person, said before the browser comes (RFC 9126)",
        handler: post(par).with_state(hub.clone()),
    }
}

#[derive(Serialize)]
struct Pushed {
    request_uri: String,
    expires_in: i64,
}

async fn par(State(hub): State<Hub>, request: Request) -> Response {
    pushed(&hub, request).await.unwrap_or_else(OauthError::into_response)
}

async fn pushed(hub: &Hub, request: Request) -> Result<Response, OauthError> {
    let request_uri = service::push(hub, &Posted::of(request).await?).await?;
    let answer = Pushed {
        request_uri,
        expires_in: service::LIFE_SECONDS,
    };
    Ok(json(StatusCode::CREATED, &answer))
}
