//! Four eyes: what one member proposes, or the hub, another decides.

pub mod service;
pub mod view;

pub use service::{Approved, ProposalError, Proposed, approve, propose, reject, state_sha256};
