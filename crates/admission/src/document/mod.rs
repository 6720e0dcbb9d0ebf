//! Documents: immutable revisions, streamed to disk and named by their digest.

mod contents;
mod error;
mod reading;
pub mod service;
mod store;
mod taking;

pub use error::DocumentError;
pub(crate) use reading::{check_attached, may_read};
pub use reading::{current, list_as_of, open, pieces, revisions};
pub use service::{Upload, receive, sweep};
pub use store::Opened;
