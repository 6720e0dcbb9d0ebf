//! The bed: a hub over a database in memory, a clock and a chance that the test owns, and clients that can say
//! everything right, and anything wrong.

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

mod call;
mod client;
mod form;
mod hub;
mod journey;
mod jwt;

pub(crate) use call::{Answer, Call};
pub(crate) use client::{FapiClient, Terms, VERIFIER};
pub(crate) use form::Form;
pub(crate) use hub::{Bed, Options};
pub(crate) use journey::{Redirect, Tokens};
pub(crate) use jwt::{Change, Jwt, drop_one, same, set};

/// Who the hub is.
pub(crate) const ISSUER: &str = "https://hub.example";
