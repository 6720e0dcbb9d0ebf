//! The route table: every route of the hub as data. The router is made from it, and so are the tests that no route is
//! open by accident and no write goes untraced.

use axum::Router;
use axum::extract::Request;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use naru_core::trust::Demand;
use naru_core::{CallId, Chance, Clock};

use crate::fapi2::{OauthError, OauthErrorKind};
use crate::rates::Asker;
use crate::{Hub, PeerAddress, Problem};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody: a page before sign-in, an asset.
    Public,
    /// A fintech that proves itself with its secret or certificate: the token endpoint.
    Client,
    /// A fintech with an access token; the chain of trust is judged.
    Token,
    /// A person with a browser session.
    Person,
    /// A member of an organisation with a browser session of their own kind.
    Member,
    /// An organisation's own directory, with its token (RFC 7644 2).
    Directory,
}

/// What a route does to the state of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing but the call's own record.
    Reads,
    /// Rows, each with its trail.
    Writes,
    /// Rows and money.
    MovesMoney,
}

/// One route.
#[derive(Debug, Clone)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path as the router reads it.
    pub path: &'static str,
    /// Who may call it.
    pub who: Who,
    /// What it demands of the chain of trust; present exactly when `who` is [`Who::Token`].
    pub demand: Option<Demand>,
    /// What it does.
    pub effect: Effect,
    /// One line for the documentation.
    pub summary: &'static str,
    /// What answers.
    pub handler: MethodRouter,
}

impl Route {
    /// Method and path, as logs and numbers name the route.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// The header that names an answer in the hub's records.
pub(crate) const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");

/// The router of a route table. Every answer carries a correlation id and the headers that keep browsers careful.
pub fn router(routes: Vec<Route>, clock: Clock, chance: Chance) -> Router {
    let mut router = Router::new();
    for route in routes {
        router = router.route(route.path, route.handler);
    }
    router
        .fallback(async |request: Request| Problem::not_found(request.uri().path()))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            let (clock, chance) = (clock.clone(), chance.clone());
            async move { with_headers(next.run(request).await, &clock, &chance) }
        }))
}

/// The same routes, where whatever needs no access token is let in only so often from one address.
pub fn limited(routes: Vec<Route>, hub: &Hub) -> Vec<Route> {
    let limit = |route: Route| {
        // Style and script of a page come in a bunch and cost nothing; tokens have rates of their own.
        if matches!(route.who, Who::Token | Who::Directory) || route.path.starts_with("/assets/") {
            return route;
        }
        let hub = hub.clone();
        let handler = route
            .handler
            .layer(middleware::from_fn(move |request: Request, next: Next| {
                let hub = hub.clone();
                async move {
                    let address = request.extensions().get::<PeerAddress>().map(|peer| peer.0);
                    match address.map_or(Ok(()), |from| hub.rates().allow(Asker::Address(from), hub.now())) {
                        Ok(()) => next.run(request).await,
                        Err(wait) if route.who == Who::Client => slow_down(wait),
                        Err(wait) => Problem::too_many(wait),
                    }
                }
            }));
        Route { handler, ..route }
    };
    routes.into_iter().map(limit).collect()
}

/// In the form of an OAuth endpoint (RFC 6749 5.2).
fn slow_down(wait: std::time::Duration) -> Response {
    let why = "too many requests from this address; come again after the time in Retry-After";
    let mut response = OauthError::new(OauthErrorKind::SlowDown, why).into_response();
    response.headers_mut().insert(RETRY_AFTER, wait.as_secs().max(1).into());
    response
}

fn with_headers(mut response: Response, clock: &Clock, chance: &Chance) -> Response {
    let headers = response.headers_mut();
    if !headers.contains_key(CORRELATION) {
        let id = CallId::new(clock.now(), chance).to_string();
        headers.insert(CORRELATION, HeaderValue::from_str(&id).expect("an id is plain ASCII"));
    }
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("strict-transport-security", "max-age=31536000"),
        ("referrer-policy", "no-referrer"),
    ] {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
    response.into_response()
}
