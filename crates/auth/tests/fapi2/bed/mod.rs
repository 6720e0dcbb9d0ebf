//! The bed: a hub over a database in memory, a clock and a chance that the test owns, and clients that can say
//! everything right, and anything wrong.

mod call;
mod client;
mod form;
mod hub;
mod journey;
mod jwt;
mod rows;
pub(crate) mod tls;

pub(crate) use call::{Answer, Call};
pub(crate) use client::{ASSERTION, FapiClient, Terms, VERIFIER, certificate, registration, shown};
pub(crate) use form::Form;
pub(crate) use hub::{ACTOR, Bed, Options};
pub(crate) use journey::{Redirect, Tokens};
pub(crate) use jwt::{Change, Jwt, another, bare, claims_of, drop_one, header_of, raw, rs256, rsa_key, same, set};

/// Who the hub is.
pub(crate) const ISSUER: &str = "https://hub.example";
