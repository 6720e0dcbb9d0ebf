//! How far the operator is with a client of production that the fintech registered itself: nothing of it holds before
//! two people of the operator have agreed.

use naru_core::{Client, ClientStatus, Decision, Environment, Proposal, ProposalKind, Timestamp, words};
use naru_storage::StorageError;
use serde::Serialize;

use super::desk::{Read, Seat};

/// Where the decision stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AdmissionWord {
    /// Nobody has looked yet.
    Waiting,
    /// One has agreed, a second one must.
    Seconded,
    /// It was turned down; the client is closed.
    Rejected,
    /// What was registered has changed since; it is looked at anew.
    Void,
}
words!(AdmissionWord, "admission of a client", {
    Waiting = "waiting", Seconded = "seconded", Rejected = "rejected", Void = "void",
});

/// The decision about a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct AdmissionView {
    /// Where it stands.
    pub word: AdmissionWord,
    /// The same as a mark.
    pub is: &'static str,
    /// Since when.
    pub at: Timestamp,
    /// Why it was turned down, in the operator's words; empty otherwise.
    pub reason: String,
}

/// The decision about a client that does not call yet, or never will; none for every other client.
pub(super) async fn admission(seat: &Seat, client: &Client) -> Read<Option<AdmissionView>> {
    let is_about_it = client.environment == Environment::Production
        && matches!(client.status, ClientStatus::Registered | ClientStatus::Closed);
    if !is_about_it {
        return Ok(None);
    }
    let (storage, subject) = (seat.pages().hub.storage(), client.id.to_string());
    let found: Result<Vec<Proposal>, StorageError> = storage
        .read("proposal_list_of_subject", async |tx| {
            tx.proposal_list_of_subject(&subject).await
        })
        .await;
    let of_clients = found?
        .into_iter()
        .filter(|proposal| proposal.kind == ProposalKind::Client);
    Ok(of_clients
        .max_by_key(|proposal| (proposal.proposed_at, proposal.id))
        .and_then(|proposal| view(&proposal)))
}

fn view(proposal: &Proposal) -> Option<AdmissionView> {
    let (word, is) = match (proposal.decision, proposal.seconded_by) {
        (None, None) => (AdmissionWord::Waiting, "unknown"),
        (None, Some(_)) => (AdmissionWord::Seconded, "unknown"),
        (Some(Decision::Rejected), _) => (AdmissionWord::Rejected, "broken"),
        (Some(Decision::Void), _) => (AdmissionWord::Void, "unknown"),
        (Some(Decision::Approved), _) => return None,
    };
    Some(AdmissionView {
        word,
        is,
        at: proposal.decided_at.unwrap_or(proposal.proposed_at),
        reason: match word {
            AdmissionWord::Rejected => proposal.decision_reason.clone(),
            _ => String::new(),
        },
    })
}
