//! Answers: what an organisation says of an item, once for every catalogue that the item maps to.

pub mod service;

pub use service::{Answer, AnswerError, ItemAnswer, Served, list, put};
pub(crate) use service::{answered, served};
