//! Subsidies for inspections, paid from a yearly budget that cannot be overdrawn.

pub mod service;
