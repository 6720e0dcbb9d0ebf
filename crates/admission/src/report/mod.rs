//! The final report of an inspection: the paper that is printed, signed and filed, in Korean and in English.
//!
//! It is made from what stands in the database alone, so that the same state gives the same bytes; and it is made of
//! what was signed: where the stored verdicts are not those that two people put their names to, there is no report.

mod document;
mod error;
mod page;
mod people;
pub(crate) mod record;
pub mod service;
mod view;
pub(crate) mod words;

pub use error::ReportError;
pub use naru_report::PRINT_CSS;
pub use service::{Printed, Shown, html, pdf};
