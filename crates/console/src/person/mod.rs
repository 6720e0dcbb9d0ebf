//! The pages for people: saying who they are, agreeing or refusing, and what is theirs to see and to end.
//!
//! Each page has a view, made by its handler, and a function here. The wire form of each form is said at its view.

mod activity;
mod activity_http;
mod consent;
#[cfg(test)]
mod gallery;
mod gate;
mod grants;
pub(crate) mod grants_http;
pub(crate) mod journey_http;
#[cfg(test)]
mod message_tests;
mod outcome;
#[cfg(test)]
mod page_tests;
mod passkey_http;
mod record;
#[cfg(test)]
mod samples;
mod security;
mod security_http;
mod sign_in;
mod sign_in_http;

pub use activity::{ActivityView, AnswerWord, CallView, ClientChoice, DayView, DidWord};
pub use consent::{AccountChoice, ConsentError, ConsentView, ScopePair, WithdrawalLimits};
pub use grants::{GrantAccount, GrantView, GrantWord, GrantsView};
pub use outcome::{DoneView, DoneWord, ProblemView, ProblemWord};
pub use security::{PasskeyView, SecurityDone, SecurityView, SessionView};
pub use sign_in::{CodeError, CodeView, SignInError, SignInView, SignInWords};

use naru_web::Route;

use crate::Pages;
use crate::page::{Frame, PageError, render};

/// The routes of the pages for people.
pub(crate) fn routes(pages: &Pages) -> Vec<Route> {
    let mut routes = journey_http::routes(pages);
    routes.extend(grants_http::routes(pages));
    routes.extend(activity_http::routes(pages));
    routes.extend(security_http::routes(pages));
    routes.extend(passkey_http::routes(pages));
    routes
}

/// The page on which a person says who they are.
pub fn sign_in(view: &SignInView, frame: &Frame) -> Result<String, PageError> {
    render("person/sign_in.html", view, frame)
}

/// The page that asks for the number sent to the person's phone.
pub fn code(view: &CodeView, frame: &Frame) -> Result<String, PageError> {
    render("person/code.html", view, frame)
}

/// The page on which a person agrees or refuses.
pub fn consent(view: &ConsentView, frame: &Frame) -> Result<String, PageError> {
    render("person/consent.html", view, frame)
}

/// The list of everything the person agreed to.
pub fn grants(view: &GrantsView, frame: &Frame) -> Result<String, PageError> {
    render("person/grants.html", view, frame)
}

/// The list of every call made in the person's name.
pub fn activity(view: &ActivityView, frame: &Frame) -> Result<String, PageError> {
    render("person/activity.html", view, frame)
}

/// How and where the person is signed in.
pub fn security(view: &SecurityView, frame: &Frame) -> Result<String, PageError> {
    render("person/security.html", view, frame)
}

/// The end of a way.
pub fn done(view: &DoneView, frame: &Frame) -> Result<String, PageError> {
    render("person/done.html", view, frame)
}

/// Why it does not go on.
pub fn problem(view: &ProblemView, frame: &Frame) -> Result<String, PageError> {
    render("person/problem.html", view, frame)
}
