//! The pages for people: saying who they are, agreeing or refusing, and ending what they agreed to.
//!
//! Each page has a view, made by its handler, and a function here. The wire form of each form is said at its view.

mod consent;
pub(crate) mod consents_http;
#[cfg(test)]
mod gallery;
pub(crate) mod journey_http;
#[cfg(test)]
mod message_tests;
mod outcome;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod samples;
mod sign_in;
mod sign_in_http;

pub use consent::{
    AccountChoice, ConsentError, ConsentView, ConsentsView, GrantAccount, GrantView, GrantWord, ScopePair,
    WithdrawalLimits,
};
pub use outcome::{DoneView, DoneWord, ProblemView, ProblemWord};
pub use sign_in::{CodeError, CodeView, SignInError, SignInView, SignInWords};

use crate::page::{Frame, PageError, render};

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
pub fn consents(view: &ConsentsView, frame: &Frame) -> Result<String, PageError> {
    render("person/consents.html", view, frame)
}

/// The end of a way.
pub fn done(view: &DoneView, frame: &Frame) -> Result<String, PageError> {
    render("person/done.html", view, frame)
}

/// Why it does not go on.
pub fn problem(view: &ProblemView, frame: &Frame) -> Result<String, PageError> {
    render("person/problem.html", view, frame)
}
