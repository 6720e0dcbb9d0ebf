//! What people decide where the hub cannot find out: what became of one leg of a transfer that is stuck, or that was
//! asked for again and again in vain. One member of the operator's desk says what the institution confirmed in writing,
//! another looks at the same and agrees. The transfer then moves as if the institution's line had answered.
//!
//! Nothing here asks an institution, and nothing sends a leg: what is left to do is the resolver's again.

use naru_core::{
    Action, Actor, Attested, LegKind, LegState, Member, Organisation, OrganisationKind, Proposal, ProposalId,
    ProposalKind, Role, Timestamp, Transfer, TransferEvent, TransferId, TransferState,
};
use naru_storage::proposal::{Approved, FourEyesError, Proposed};
use naru_storage::{Posting, StorageError, TrailRow, TransferFilter, Tx};
use serde_json::{Value, json};

use super::drive::{Halted, Way, store_in};
use super::service::LEASE_SECONDS;
use crate::Desk;

/// Transfers shown in the queue at most.
const QUEUE_MAX: i64 = 200;
/// Characters of a reference to evidence at most.
const EVIDENCE_MAX: usize = 200;

/// Why nothing was proposed or decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettlementError {
    /// No such transfer.
    #[error("there is no such transfer")]
    Unknown,
    /// It does not wait for people, or not for this leg.
    #[error("{0}")]
    Refused(String),
    /// The reference to the institution's document is missing or too long.
    #[error("the institution's document must be named, in 1 to {EVIDENCE_MAX} characters")]
    Evidence,
    /// The hub is asking the institution at this moment.
    #[error("the hub is asking the institution at this moment; look again in a minute")]
    Asking,
    /// Only the operator's desk decides.
    #[error("this needs the role desk of an operator")]
    Denied,
    /// No such proposal.
    #[error("there is no such proposal")]
    NoProposal,
    /// Four eyes.
    #[error(transparent)]
    FourEyes(#[from] FourEyesError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<Halted> for SettlementError {
    fn from(halted: Halted) -> Self {
        match halted {
            Halted::Overtaken => Self::Asking,
            Halted::Storage(error) => Self::Storage(error),
        }
    }
}

/// What is said to have become of a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Of which transfer.
    pub transfer_id: TransferId,
    /// Of which leg.
    pub leg: LegKind,
    /// What.
    pub told: Attested,
    /// The institution's document: its number and day, nothing personal.
    pub evidence: String,
    /// Why it is decided by people.
    pub reason: String,
}

/// A transfer with everything that hangs off it.
#[derive(Debug, Clone)]
pub struct Case {
    /// The transfer.
    pub transfer: Transfer,
    /// Its legs with what the institutions said last.
    pub legs: Vec<naru_core::Leg>,
    /// Its postings.
    pub postings: Vec<Posting>,
    /// What was done to it, oldest first.
    pub trail: Vec<TrailRow>,
    /// What was proposed for it, newest first.
    pub proposals: Vec<Proposal>,
}

/// The statements that can be made about a transfer as it stands; empty where it does not wait for people.
pub fn possible(transfer: &Transfer, queue_asks: i64) -> Vec<(LegKind, &'static str)> {
    let candidates = LegKind::ALL.iter().flat_map(|leg| {
        let no = Attested::NotCarriedOut { code: String::new() };
        [Attested::CarriedOut, no].map(|told| (*leg, told))
    });
    let waits = waits(transfer, queue_asks);
    let takes = |(leg, told): &(LegKind, Attested)| {
        let event = TransferEvent::Attest(*leg, told.clone());
        waits && transfer.state.clone().apply(event).is_ok()
    };
    candidates.filter(takes).map(|(leg, told)| (leg, told.word())).collect()
}

fn waits(transfer: &Transfer, queue_asks: i64) -> bool {
    match transfer.state {
        TransferState::Stuck { .. } => true,
        TransferState::Unknown { .. } => transfer.asks >= queue_asks,
        _ => false,
    }
}

/// The operator's queue: stuck, or asked for in vain again and again; the oldest first.
pub async fn queue(desk: &Desk) -> Result<Vec<Transfer>, StorageError> {
    let filter = TransferFilter::Queue {
        asks: desk.settings.queue_asks,
    };
    let listed = desk
        .hub
        .storage()
        .read("transfer_list", async |tx| tx.transfer_list(filter, QUEUE_MAX).await);
    listed.await
}

/// Everything about one transfer; `None` where there is none.
pub async fn case(desk: &Desk, id: TransferId) -> Result<Option<Case>, StorageError> {
    let found = desk.hub.storage().read("transfer_case", async |tx| {
        let Some(transfer) = tx.transfer_find(id).await? else {
            return Ok(None);
        };
        let subject = id.to_string();
        Ok(Some(Case {
            legs: tx.leg_list(&transfer).await?,
            postings: tx.journal_list(id).await?,
            trail: tx.trail_of(&subject).await?,
            proposals: tx.proposal_list_of_subject(&subject).await?,
            transfer,
        }))
    });
    found.await
}

/// Proposes what became of a leg; another member of the desk decides.
pub async fn propose(
    desk: &Desk,
    by: (&Member, &Organisation),
    statement: &Statement,
) -> Result<ProposalId, SettlementError> {
    require_desk(by)?;
    if !(1..=EVIDENCE_MAX).contains(&statement.evidence.trim().chars().count()) {
        return Err(SettlementError::Evidence);
    }
    let actor = Actor::Member(by.0.id);
    let proposed = desk.hub.storage().run("settlement_propose", &actor, async |tx| {
        let (transfer, state) = looked_at(&tx, desk, statement).await?;
        let organisation = tx.organisation_find_by_client(transfer.order.client_id).await?;
        let proposed = Proposed {
            organisation_id: organisation.map(|organisation| organisation.id),
            kind: ProposalKind::Transfer,
            subject: transfer.id.to_string(),
            // One statement at a time, so that two that contradict each other cannot both wait.
            event: "attest",
            state: &state,
            reason: &statement.reason,
            by: Some(by.0.id),
        };
        Ok(tx.proposal_make(&proposed).await?.id)
    });
    proposed.await
}

/// Agrees with what another proposed, under the digest that was shown; the transfer moves in the same commit.
pub async fn approve(
    desk: &Desk,
    by: (&Member, &Organisation),
    (id, seen): (ProposalId, [u8; 32]),
) -> Result<Approved, SettlementError> {
    require_desk(by)?;
    let actor = Actor::Member(by.0.id);
    let approved = desk.hub.storage().run("settlement_approve", &actor, async |tx| {
        let proposal = find(&tx, id).await?;
        let statement = &statement_of(&proposal)?;
        let (transfer, now_state) = match looked_at(&tx, desk, statement).await {
            Ok((transfer, state)) => (Some(transfer), state),
            // It cannot happen any more: then it differs from what was proposed.
            Err(SettlementError::Refused(why)) => (None, json!({ "refused": why })),
            Err(error) => return Err(error),
        };
        let seen = (by.0.id, seen);
        let approved = tx.proposal_approve(&proposal, seen, &now_state).await?;
        if let (Ok(Approved::Decided), Some(transfer)) = (&approved, transfer) {
            carry_out(&tx, transfer, (statement, id)).await?;
        }
        // A void proposal is written down too.
        Ok::<_, SettlementError>(approved)
    });
    Ok(approved.await??)
}

/// What a proposal rests on, as it is now; for a page that shows what has changed.
pub async fn state_now(desk: &Desk, proposal: &Proposal) -> Result<Value, SettlementError> {
    let storage = desk.hub.storage();
    let read = storage.read("settlement_state", async |tx| {
        match looked_at(&tx, desk, &statement_of(proposal)?).await {
            Err(SettlementError::Refused(why)) => Ok(json!({ "refused": why })),
            looked => looked.map(|(_, state)| state),
        }
    });
    read.await
}

/// Turns a proposal down, or takes back one's own; the transfer stays where it is.
pub async fn reject(
    desk: &Desk,
    by: (&Member, &Organisation),
    (id, reason): (ProposalId, &str),
) -> Result<(), SettlementError> {
    require_desk(by)?;
    let actor = Actor::Member(by.0.id);
    let rejected = desk.hub.storage().run("settlement_reject", &actor, async |tx| {
        let proposal = find(&tx, id).await?;
        Ok(tx.proposal_reject(&proposal, by.0.id, reason).await?)
    });
    rejected.await
}

fn require_desk((member, organisation): (&Member, &Organisation)) -> Result<(), SettlementError> {
    if organisation.kind == OrganisationKind::Operator && member.may(Role::Desk) {
        Ok(())
    } else {
        Err(SettlementError::Denied)
    }
}

async fn find(tx: &Tx, id: ProposalId) -> Result<Proposal, SettlementError> {
    let found = tx.proposal_find(id).await?;
    found
        .filter(|proposal| proposal.kind == ProposalKind::Transfer)
        .ok_or(SettlementError::NoProposal)
}

/// The statement that a proposal makes.
fn statement_of(proposal: &Proposal) -> Result<Statement, StorageError> {
    let state: Value = serde_json::from_str(&proposal.state).map_err(StorageError::corrupt)?;
    let text = |name: &str| state[name].as_str().unwrap_or_default();
    let told = Attested::parse(text("told"), text("code"));
    Ok(Statement {
        transfer_id: proposal.subject.parse().map_err(StorageError::corrupt)?,
        leg: LegKind::parse(text("leg")).map_err(StorageError::corrupt)?,
        told: told.ok_or_else(|| StorageError::corrupt("a proposal does not say what became of the leg"))?,
        evidence: text("evidence").to_owned(),
        reason: proposal.reason.clone(),
    })
}

/// Everything that a decision about a transfer rests on. How often it was asked for is not part of it: that goes on
/// while people decide, and changes nothing about what happened.
async fn looked_at(tx: &Tx, desk: &Desk, statement: &Statement) -> Result<(Transfer, Value), SettlementError> {
    let found = tx.transfer_find(statement.transfer_id).await?;
    let transfer = found.ok_or(SettlementError::Unknown)?;
    if !waits(&transfer, desk.settings.queue_asks) {
        let why = format!("a transfer that is {} does not wait for people", transfer.state.word());
        return Err(SettlementError::Refused(why));
    }
    if is_asked_now(&transfer, tx.now()) {
        return Err(SettlementError::Asking);
    }
    let event = TransferEvent::Attest(statement.leg, statement.told.clone());
    let to = transfer.state.clone().apply(event);
    let to = to.map_err(|error| SettlementError::Refused(error.to_string()))?;
    let legs = tx.leg_list(&transfer).await?;
    let (word, leg, code, _) = transfer.state.columns();
    let order = &transfer.order;
    let state = json!({
        "transfer": transfer.id, "kind": order.kind, "amount_won": order.amount,
        "debit_bank": &order.debit.bank_code, "credit_bank": &order.credit.bank_code,
        "from": word, "from_leg": leg, "from_code": code, "since": transfer.state_since.to_string(),
        "legs": legs.iter().map(|leg| json!({ "leg": leg.reference.kind, "state": leg.state })).collect::<Vec<_>>(),
        "leg": statement.leg, "told": statement.told.word(), "code": code_of(&statement.told),
        "evidence": statement.evidence.trim(), "to": to.word(),
    });
    Ok((transfer, state))
}

fn code_of(told: &Attested) -> &str {
    match told {
        Attested::CarriedOut => "",
        Attested::NotCarriedOut { code } => code,
    }
}

/// Whether the resolver may have the transfer for itself: who has it set its next look to the end of the lease.
/// A leg could be sent while people say that it was not.
fn is_asked_now(transfer: &Transfer, now: Timestamp) -> bool {
    transfer
        .next_at
        .is_some_and(|next| next <= now.plus_seconds(LEASE_SECONDS))
}

async fn carry_out(
    tx: &Tx,
    transfer: Transfer,
    (statement, proposal): (&Statement, ProposalId),
) -> Result<(), SettlementError> {
    let (id, from, leg) = (transfer.id, transfer.state.word(), statement.leg);
    let mut way = Way::new(transfer);
    // A leg that was refused is final; only a document makes it open again.
    tx.leg_reopen(id, leg).await?;
    way.attest((leg, statement.told.clone()), tx.now())
        .map_err(|error| SettlementError::Refused(error.to_string()))?;
    // What is left to do, the resolver begins at once by asking.
    way.transfer.asks = 0;
    way.transfer.next_at = way.transfer.state.next_leg().map(|_| tx.now());
    let moved = way.movement();
    store_in(tx, std::iter::once(&moved)).await?;
    let details = json!({
        "from": from, "to": way.transfer.state.word(), "leg": leg, "told": statement.told.word(),
        "evidence": &statement.evidence, "proposal": proposal,
    });
    tx.trail(Action::TransferDecided, id, details).await?;
    Ok(())
}

/// The last code that an institution gave for a leg; a leg that is still pending keeps it with the transfer.
pub fn last_code<'a>(case: &'a Case, leg: &'a naru_core::Leg) -> &'a str {
    if leg.state == LegState::Pending || leg.code.is_empty() {
        case.transfer
            .facts
            .codes
            .get(&leg.reference.kind)
            .map_or(leg.code.as_str(), String::as_str)
    } else {
        &leg.code
    }
}

#[cfg(test)]
#[path = "settlement_tests.rs"]
mod tests;
