//! The lines over real HTTP and mutual TLS against simulated banks, and the conformance check against right and
//! wrong ones.

mod broken;
mod conformance;
mod faults;
mod registry;
mod support;
mod transport;
