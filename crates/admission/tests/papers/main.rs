//! What is given out of an inspection and taken in: the final report on paper, and OSCAL bundles.

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

#[path = "../inspections/developed.rs"]
mod developed;
#[path = "../inspections/house.rs"]
#[expect(
    dead_code,
    reason = "the house of the inspections has more rooms than these tests enter"
)]
mod house;
mod oscal;
mod oscal_refused;
#[path = "../inspections/paper.rs"]
#[expect(dead_code, reason = "and more papers")]
mod paper;
mod report;
mod walk;
