//! The people of an organisation, as administrators and directories change them, and the end of everything a leaver
//! holds: through the real routes and services, with the test clock.

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

mod arrivals;
mod console;
mod directory;
mod ends;
mod house;
mod users;
