//! Admission through the real hub.

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

mod function_test;
mod gates;
mod prober;
