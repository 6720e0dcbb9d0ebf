//! What a fintech asks of institutions, and how money moves: every answer, every refusal, every silence.

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

mod deposit;
mod input;
mod inquiry;
mod limits;
mod management;
mod meanwhile;
mod mutation;
mod result;
mod returning;
mod silence;
mod withdraw;
