//! Inspections, moved only as their process says.
//!
//! What a result says, the verdicts of its round and the open findings, is what a second person signs; a change of any
//! of it in between voids the signature.

mod book;
mod case;
mod contract;
mod error;
mod guard;
mod moves;
mod own;
mod reach;
pub mod service;
mod time;
mod verdict;
mod view;

pub use book::{finding_machine, is_told, items, judging, machine, reader, side};
pub use case::Case;
pub use contract::sign_contract;
pub use error::InspectionError;
pub use own::keep_in_step;
pub use service::{Act, Acted, Opening, act, approve, open, reject};
pub use time::{Interval, Time, Waited, time, waited};
pub use verdict::{Judgement, judge};
pub use view::{InspectionView, ItemView, Overview, QueueEntry, archive, overview, queue, view};

pub(crate) use book::{require, require_approver, require_reader, takes};
pub(crate) use case::{answers_of, digests};
pub(crate) use error::noted;
pub(crate) use moves::void_open;
pub(crate) use reach::is_named;
pub(crate) use service::{find_proposal, propose};
