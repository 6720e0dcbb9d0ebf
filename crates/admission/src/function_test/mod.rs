//! The functional test: the hub watches a fintech's client in the test bed and ticks off a published list.
//!
//! Nothing is declared: a step is done when the record of calls shows it, and the calls that show it are its evidence.

mod evidence;
pub mod jobs;
pub mod service;

pub use service::{FunctionTestError, Progress, StepStanding};
