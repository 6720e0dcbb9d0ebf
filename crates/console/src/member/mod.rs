//! The pages of members: signing in, enrolling with an invitation, and how and where they are signed in. What they do
//! once they are in stands in the console of their organisation's kind.

mod enrol_http;
#[cfg(test)]
pub(crate) mod gallery;
pub(crate) mod gate;
#[cfg(test)]
#[path = "gate_tests.rs"]
mod gate_tests;
mod security;
mod security_http;
mod sign_in;
mod sign_in_http;

pub use security::{StaffSecurityView, StaffSessionView};
pub use sign_in::{AddPasskeyView, EnrolError, EnrolView, StaffSignInError, StaffSignInView, TrialMember};

pub(crate) use gate::{Arrival, StaffForm, StaffPage, console_of, home};

use axum::routing::MethodRouter;
use naru_web::{Effect, Route, Who};

use crate::Pages;
use crate::page::{Frame, PageError, render};

/// Every label of a way that a frame of a member's page may show; the tests of the messages read it.
#[cfg(test)]
pub(crate) const WAY_LABELS: &[&str] = &["member.way_console", "member.way_members", "member.way_security"];

/// The routes of these pages.
pub(crate) fn routes(pages: &Pages) -> Vec<Route> {
    let mut routes = sign_in_http::routes(pages);
    routes.extend(enrol_http::routes(pages));
    routes.extend(security_http::routes(pages));
    routes
}

/// An entry of the route table for members who are signed in; every such page may note that it was seen, and so writes.
pub(crate) fn route(
    pages: &Pages,
    (method, path): (&'static str, &'static str),
    summary: &'static str,
    handler: MethodRouter<Pages>,
) -> Route {
    Route {
        method,
        path,
        who: Who::Member,
        demand: None,
        effect: Effect::Writes,
        summary,
        handler: handler.with_state(pages.clone()),
    }
}

/// The page on which a member signs in.
pub fn sign_in(view: &StaffSignInView, frame: &Frame) -> Result<String, PageError> {
    render("member/sign_in.html", view, frame)
}

/// The page on which an invited member types their code.
pub fn enrol(view: &EnrolView, frame: &Frame) -> Result<String, PageError> {
    render("member/enrol.html", view, frame)
}

/// The page on which they add their first passkey.
pub fn add_passkey(view: &AddPasskeyView, frame: &Frame) -> Result<String, PageError> {
    render("member/passkey.html", view, frame)
}

/// How and where the member is signed in.
pub fn security(view: &StaffSecurityView, frame: &Frame) -> Result<String, PageError> {
    render("member/security.html", view, frame)
}
