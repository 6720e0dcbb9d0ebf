//! Who may ask for what: clients, people's consent journeys, grants, tokens and registered accounts.
//!
//! Nothing here moves money or speaks to institutions; pages are drawn by the console.

pub mod account;
pub mod authorization;
pub mod client;
pub mod grant;
pub mod identity;
pub mod person;
pub mod token;

use naru_web::{Hub, Route};

/// The routes of this feature.
pub fn routes(hub: &Hub) -> Vec<Route> {
    let mut routes = vec![token::http::route(hub)];
    routes.extend(person::http::routes(hub));
    routes.extend(account::http::routes(hub));
    routes
}
