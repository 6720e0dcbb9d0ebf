//! The bed on which features are tested: the real router over a real database in memory, a clock and a chance that
//! the test owns, institutions that are books behind a line with faults on demand, and an identity agency.
//!
//! A test makes a [`Bed`], a [`Fintech`] and a [`Login`], sends real requests, and ends with [`Bed::money_is_right`].

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

mod agency;
mod bank;
mod bed;
mod browser;
mod call;
mod party;
mod sample;

pub(crate) use agency::{Agency, CODE};
pub(crate) use bank::{Bank, Fault};
pub(crate) use bed::{ACTOR, Bed, Options};
pub(crate) use browser::{Browser, form_of, query_of};
pub(crate) use call::{Answer, Call};
pub(crate) use party::{Fintech, Held, Login, Terms, limits};
pub(crate) use sample::Sample;

/// The moment at which every bed begins, in Seoul.
pub(crate) const START: &str = "20261121140000";
/// What every person's account holds at first, won.
pub(crate) const OPENING_WON: i64 = 100_000_000;
/// What the contract account holds at first, won.
pub(crate) const CONTRACT_WON: i64 = 10_000_000_000;
/// The fintech's contract account at 097.
pub(crate) const CONTRACT: &str = naru_sims::demo::FINTECH_ACCOUNT;
