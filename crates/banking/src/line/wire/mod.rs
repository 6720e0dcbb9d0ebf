//! The line protocol v1 as it stands on the wire (`docs/line.openapi.yaml`): JSON objects whose values are all texts.
//!
//! [`body`] writes a question, [`read`] checks an answer. An answer is looked at twice: first for its code alone, and
//! only with `000` for the rest, so that an odd field beside a no cannot hide the no.

mod reading;
mod rows;
#[cfg(test)]
mod tests;
mod writing;

pub(super) use reading::{Expected, read};
pub(super) use writing::{body, path};
