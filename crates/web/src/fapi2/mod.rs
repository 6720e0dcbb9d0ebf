//! The FAPI 2.0 wire profile: forms in, RFC 6749 errors out, and keys proved with every call.

mod challenge;
mod error;
mod form;
pub mod proof;
mod resource;

pub(crate) use challenge::challenge;
pub use error::{OauthError, OauthErrorKind, json};
pub use form::{OauthForm, Posted};
pub use proof::ProofError;
pub use resource::{Resource, resource};
