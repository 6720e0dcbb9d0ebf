//! The simulators over real HTTP, as the hub and an operator meet them.

mod admin;
mod client;
mod faults;
mod identity;
mod kept;
mod line;
mod tls;
