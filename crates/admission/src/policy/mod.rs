//! Policies of guarantee insurance.

pub mod service;
