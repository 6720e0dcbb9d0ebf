//! Signals: what the hub can observe itself, looked at by durable jobs.
//!
//! Only registered endpoints are ever looked at. What could not be looked at is an error, what was not looked at in
//! time is stale; neither is a pass, and neither wipes out a failure.

pub mod alarm;
pub mod job;
mod ledger;
mod outside;
pub mod plan;
pub mod prober;
mod rows;
pub mod service;

#[cfg(test)]
pub(crate) mod house;

pub use job::{JobSettings, Round};
pub use prober::{HubProber, Prober, ProberError, ProberSettings, Seen};
