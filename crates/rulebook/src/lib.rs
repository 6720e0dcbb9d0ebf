//! The rule book of admission and inspection: the catalogues of controls, the dated rules that say which inspection
//! binds whom and until when, the processes an inspection runs through, and the signals that can be observed.
//!
//! All of it is text under `data/`, embedded and read once, and pure functions of that text and their arguments. What
//! the sources leave open is a setting with a default of ours. Nothing here knows a database, a clock or the network.

mod calendar;
pub mod catalogue;
pub mod duty;
mod embedded;
pub mod process;
pub mod signal;
mod words;

pub use embedded::BookError;
pub use words::{Certainty, Inspection, Party, Platform};
