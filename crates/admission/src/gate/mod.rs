//! Gates: the five doors of admission, worked out from rules and evidence.

mod follow_up;
pub mod jobs;
pub mod service;
mod standing;

pub use standing::{WorkedOut, worked_out};
