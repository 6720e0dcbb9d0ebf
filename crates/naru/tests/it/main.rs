//! Integration tests of the whole hub, one binary: features over the real router, promises over the route table,
//! thirty days under virtual time, crashes, and the README's own lines.

mod admission;
mod auth;
mod banking;
mod coverage;
mod crash;
mod harness;
mod seed;
mod story;
