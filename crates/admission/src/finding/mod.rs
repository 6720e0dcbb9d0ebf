//! Findings: what an inspection found, and the rounds of remedy until it is closed.

mod due;
mod reopen;
pub mod service;
mod view;

pub use due::extend;
pub(crate) use due::set_due;
pub use reopen::reopen_item;
pub use service::{FindingAct, act, approve, reject, strike, write};
pub use view::{FindingView, Reopened, open_findings, reopened, view};
