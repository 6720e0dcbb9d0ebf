//! The program as its users run it: the README's own lines, the demonstration, and a trial that is stopped and started.

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

mod people;
mod process;
mod readme;
mod trial;
