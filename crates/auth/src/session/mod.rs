//! Sessions: a person signed in on one device, until they leave it, leave everywhere, or do nothing for a while.
//!
//! The secret lives in the browser's cookie, its SHA-256 in the row. How long sessions live is set in `Lives`.

mod device;
pub mod service;

pub use device::device_words;
pub use service::{Opened, end, end_all, find, list, open};
