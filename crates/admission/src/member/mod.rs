//! Members: the people of an organisation, and the end of everything they hold when they leave.
//!
//! Every change of a member goes through one function, whether a page or a directory asks for it: it keeps the limits
//! and the last administrator, and when the member leaves it ends in the same transaction all that they hold.

pub mod arrival;
pub mod by_operator;
mod change;
pub mod service;
pub mod token;

pub use change::MemberError;
pub(crate) use change::{Word, insert, took, update};
