//! People and members without pages: their passkeys and their sessions, over a hub with a database in memory, a clock
//! that the test owns, and authenticators in software.

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

mod authenticator;
mod client_admission;
mod house;
mod invitations;
mod member;
mod member_session;
mod passkey;
mod refused;
mod session;
mod staff;
