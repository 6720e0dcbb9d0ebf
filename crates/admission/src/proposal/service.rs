//! Decides proposals. Whoever approves names the digest of what they were shown; what has changed since voids it. The
//! rules that banking's proposals share stand in `naru_storage::proposal`.

use naru_core::{MemberId, Proposal};
use naru_storage::proposal::FourEyesError;
use naru_storage::{StorageError, Tx};
use serde_json::Value;

use crate::Denied;

pub use naru_storage::proposal::{Approved, Proposed, state_sha256};

/// Why nothing was proposed or decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProposalError {
    /// No such proposal.
    #[error("there is no such proposal")]
    Unknown,
    /// The same thing is proposed already.
    #[error("the same is proposed already and waits for a decision")]
    Open,
    /// It was decided before.
    #[error("this was decided before")]
    Ended,
    /// Another person must approve than the one who proposed or seconded.
    #[error("another person must approve than the one who proposed it")]
    SameMember,
    /// What would be approved is not what was shown.
    #[error("what was proposed has changed since; look at it and propose it again")]
    Changed,
    /// A reason is missing or too long.
    #[error("a reason of 1 to 1000 characters is needed")]
    Reason,
    /// The member may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<FourEyesError> for ProposalError {
    fn from(error: FourEyesError) -> Self {
        match error {
            FourEyesError::Open => Self::Open,
            FourEyesError::Ended => Self::Ended,
            FourEyesError::SameMember => Self::SameMember,
            FourEyesError::Changed => Self::Changed,
            FourEyesError::Reason => Self::Reason,
            FourEyesError::Storage(error) => Self::Storage(error),
        }
    }
}

/// Proposes; nothing happens to the subject yet.
pub async fn propose(tx: &Tx, proposed: &Proposed<'_>) -> Result<Proposal, ProposalError> {
    Ok(tx.proposal_make(proposed).await?)
}

/// Approves what was shown under `seen`. `state_now` is worked out anew by the caller in the same transaction: what
/// differs from what was proposed voids the proposal, which the caller must let commit.
///
/// # Errors
/// [`ProposalError::Changed`] after the proposal was voided: commit it by returning the error as a value.
pub async fn approve(
    tx: &Tx,
    proposal: &Proposal,
    (by, seen): (MemberId, [u8; 32]),
    state_now: &Value,
) -> Result<Result<Approved, ProposalError>, StorageError> {
    let approved = tx.proposal_approve(proposal, (by, seen), state_now).await?;
    Ok(approved.map_err(ProposalError::from))
}

/// Turns a proposal down; its proposer may take it back this way as well.
pub async fn reject(tx: &Tx, proposal: &Proposal, by: MemberId, reason: &str) -> Result<(), ProposalError> {
    Ok(tx.proposal_reject(proposal, by, reason).await?)
}
