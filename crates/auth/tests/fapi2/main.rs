//! The authorization server of the FAPI 2.0 profile over its real router: one test for every line that the profile's
//! documents make mandatory, each named by the line of the checklist it stands for, and every way to get it wrong.

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

mod asked;
mod assertion;
mod bad_input;
mod bed;
mod dpop;
mod grants;
mod happy;
mod introspection;
mod journey;
mod message;
mod metadata;
mod mtls;
mod mutation;
mod par;
mod registration;
mod resource;
mod revocation;
mod token;
mod transport;
