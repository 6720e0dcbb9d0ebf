//! Who may ask for what: clients, people's consent journeys, grants, tokens and registered accounts.
//!
//! Nothing here moves money or speaks to institutions; pages are drawn by the console.

pub mod account;
pub mod authorization;
pub mod client;
pub mod grant;
pub mod identity;
pub mod introspection;
pub mod key;
pub mod member;
pub mod metadata;
pub mod passkey;
pub mod person;
pub mod pushed_request;
pub mod revocation;
pub mod session;
pub mod token;

use naru_web::{Hub, Route};

/// The routes of this feature.
pub fn routes(hub: &Hub) -> Vec<Route> {
    let mut routes = vec![token::http::route(hub)];
    routes.extend(person::http::routes(hub));
    routes.extend(account::http::routes(hub));
    routes.extend([pushed_request::http::route(hub), token::fapi2_http::route(hub)]);
    routes.extend([introspection::http::route(hub), revocation::http::route(hub)]);
    routes.extend(person::userinfo::routes(hub));
    routes.extend(grant::http::routes(hub));
    routes.extend([key::http::route(hub), client::http::route(hub)]);
    routes.extend(metadata::http::routes(hub));
    routes
}
