//! Organisations: signing up, dated facts, and the states of admission.

pub mod admission;
pub mod fact;
mod guard;
pub mod overview;
pub mod service;
pub mod standing;

pub use admission::{Wanted, approve, leave, propose};
pub(crate) use guard::lateness;
pub use service::{OrganisationError, SignUp, sign_up};
