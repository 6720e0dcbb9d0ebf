//! Where the fintech stands: GET /fintech.

use axum::response::Response;
use axum::routing::get;
use naru_web::Route;

use super::desk::Seat;
use super::standing::{find, view};
use crate::member::route;
use crate::pages::Pages;

const HERE: &str = "/fintech";

/// The route of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let summary = "Where a fintech stands: gates, what is due, what to do next";
    vec![route(pages, ("GET", HERE), summary, get(show))]
}

async fn show(seat: Seat) -> Response {
    let found = find(&seat).await.map(|found| view(&found));
    seat.show(("fintech/standing.html", HERE), &seat.said(), found).await
}
