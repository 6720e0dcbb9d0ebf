//! The KFTC Open Banking v2.0 wire profile: its envelope, its codes, its tolerances, and the judged route.
//!
//! Business errors are HTTP 200 with a code in the body; every value is a string; nothing is added to an answer,
//! because strict client parsers exist. Correlation travels in a header.

mod codes;
mod envelope;
mod judged;
mod request;
mod text;

pub use codes::{Code, Codes};
pub use envelope::{BankLeg, Refusal, Success};
pub use judged::judged;
pub use text::{FieldError, Text, required};
