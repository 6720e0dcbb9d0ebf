//! Why an inspection did not move.

use naru_core::DocumentKind;
use naru_rulebook::process::StepError;
use naru_storage::{InspectionRow, StorageError, VerdictRow};

use crate::Denied;
use crate::document::DocumentError;
use crate::proposal::ProposalError;

/// Why an inspection, or a finding of one, did not move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectionError {
    /// No such inspection, finding or proposal, or none that the member may see.
    #[error("there is no such inspection or finding")]
    Unknown,
    /// One of the same kind, service and platform is under way.
    #[error("one of the same kind is under way already; end it first")]
    Open,
    /// So many are under way already.
    #[error("{0} inspections are under way already; end one of them first")]
    TooManyOpen(usize),
    /// No agency of this id.
    #[error("there is no such inspecting agency")]
    Agency,
    /// A service needs a name.
    #[error("a name of 1 to 100 characters is needed for the service")]
    Service,
    /// The dated rules do not allow a self-inspection today.
    #[error("the rules in force do not allow a self-inspection here")]
    OwnInspectionNotAllowed,
    /// The process has no such step here, or not for this party.
    #[error(transparent)]
    Step(#[from] StepError),
    /// Somebody else moved it, or changed it, since it was looked at; it is given back as it stands.
    #[error("it has changed since it was looked at; look again")]
    Changed(Option<Box<InspectionRow>>),
    /// A reason is missing or too long.
    #[error("a note of 1 to {NOTE_MAX} characters is needed")]
    Note,
    /// Too many documents at once.
    #[error("at most {0} documents can be handed in at once")]
    TooMany(usize),
    /// Documents that this step needs.
    #[error("still to be handed in with this step: {}", words(.0))]
    Missing(Vec<DocumentKind>),
    /// The functional test has not been passed.
    #[error("a service is tested when its functional test in the test bed was passed")]
    NotDeveloped,
    /// The organisation has not signed this contract.
    #[error("both sign the same contract: the organisation has not signed this revision of it")]
    NotSigned,
    /// A contract can be signed between application and acceptance alone.
    #[error("in this state no contract is signed")]
    NothingToSign,
    /// This contract was signed, or too many others were.
    #[error("this contract is signed already, or too many were in this application")]
    SignedAlready,
    /// Items of the round without a verdict.
    #[error("without a verdict in this round: {}", .0.join(", "))]
    Unjudged(Vec<String>),
    /// Items whose verdict and findings contradict each other.
    #[error("verdict and findings do not agree on: {}", .0.join(", "))]
    Disagree(Vec<String>),
    /// Findings that wait for the organisation.
    #[error("{0} findings have neither a remedy nor an objection yet")]
    Unanswered(usize),
    /// Findings that are open where none may be.
    #[error("{0} findings are open")]
    FindingsOpen(usize),
    /// No finding is open where one must be.
    #[error("no finding is open")]
    NoFindings,
    /// Every round of the stage is used up.
    #[error("the {0} rounds of remediation of this stage are used up")]
    RoundsOver(u32),
    /// Items that are not fulfilled.
    #[error("not fulfilled: {}", .0.join(", "))]
    Unfulfilled(Vec<String>),
    /// An agency must confirm the self-inspection.
    #[error("the rules in force ask for a confirmation by an agency")]
    ConfirmationDue,
    /// No agency must.
    #[error("the rules in force ask for no confirmation")]
    NoConfirmation,
    /// Nobody, or somebody else, gives verdicts in this state.
    #[error("in {0} this cannot be written")]
    NotNow(String),
    /// No item of this inspection, or none of this round.
    #[error("`{0}` is no item of this round")]
    NotAnItem(String),
    /// Somebody else judged the item; what they wrote is given back.
    #[error("somebody else has judged this item; put the two together")]
    VerdictChanged(Option<Box<VerdictRow>>),
    /// A new day is not later than the old, or none was set.
    #[error("an extension needs a later day than the one that stands")]
    DueDay,
    /// Who judged or wrote a finding does not approve.
    #[error("another person must approve than one who judged or wrote a finding")]
    Author,
    /// The proposal.
    #[error(transparent)]
    Proposal(#[from] ProposalError),
    /// A document.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The member may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Characters of a note at most.
pub(crate) const NOTE_MAX: usize = 1_000;

fn words(kinds: &[DocumentKind]) -> String {
    kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}

/// A note without blanks around it.
pub(crate) fn noted(note: &str, is_needed: bool) -> Result<String, InspectionError> {
    let note = note.trim();
    let length = note.chars().count();
    if length > NOTE_MAX || (is_needed && length == 0) {
        Err(InspectionError::Note)
    } else {
        Ok(note.to_owned())
    }
}
