//! Inspections through their services: documents, answers, verdicts, findings, rounds, the clock, and four eyes.

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

mod after;
mod answers;
mod app;
mod developed;
mod documents;
mod findings;
mod house;
mod org;
mod own;
mod paper;
mod refused;
mod uploads;
