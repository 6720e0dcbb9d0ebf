//! Authorizations: a person's journey from a fintech's request to a code, or to a refusal.
//!
//! The journey belongs to one browser: its secret lives in a cookie, its SHA-256 in the row, and it changes when the
//! person signs in.

mod agreement;
mod asked;
pub mod jobs;
pub mod service;

pub use asked::{Asked, AskedError, Fapi2Asked, GrantAction, GrantUse, SignedIn};
