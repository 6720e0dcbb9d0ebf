//! Rows of proposals: what one member proposed and another decides. The table itself refuses one who does both.
//!
//! How a proposal is made and ended stands here too, because admission and banking both need it and neither may depend
//! on the other: a digest of exactly what was looked at, two different people, a trail row for each step. What a
//! proposal is about, who may make it and what follows from it is theirs to say.

use naru_core::{Action, Approval, Decision, MemberId, OrganisationId, Proposal, ProposalId, ProposalKind, Timestamp};
use naru_crypto::{hex, sha256};
use serde_json::{Value, json};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// Characters of a reason at most.
const REASON_MAX: usize = 1_000;

/// Why nothing was proposed or decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FourEyesError {
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
    #[error("a reason of 1 to {REASON_MAX} characters is needed")]
    Reason,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What is to be proposed.
#[derive(Debug, Clone)]
pub struct Proposed<'a> {
    /// Whom it concerns.
    pub organisation_id: Option<OrganisationId>,
    /// What kind of thing.
    pub kind: ProposalKind,
    /// The id of what would change.
    pub subject: String,
    /// What would happen to it.
    pub event: &'a str,
    /// What is looked at: everything that the decision rests on.
    pub state: &'a Value,
    /// Why.
    pub reason: &'a str,
    /// By whom; `None` for the hub itself, and then two people must agree.
    pub by: Option<MemberId>,
}

/// What an approval did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approved {
    /// One more person must agree.
    Seconded,
    /// It is decided: carry it out in the same transaction.
    Decided,
}

/// The digest that is signed: SHA-256 of the state's JSON with its keys in order.
pub fn state_sha256(state: &Value) -> [u8; 32] {
    sha256(canonical(state).as_bytes())
}

/// JSON with sorted keys and no blanks: `serde_json` keeps maps sorted.
fn canonical(state: &Value) -> String {
    state.to_string()
}

fn checked(reason: &str) -> Result<String, FourEyesError> {
    let reason = reason.trim();
    if (1..=REASON_MAX).contains(&reason.chars().count()) {
        Ok(reason.to_owned())
    } else {
        Err(FourEyesError::Reason)
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, organisation_id, kind, subject, event, state, state_sha256, reason, proposed_by, proposed_at,
                 seconded_by, decided_by, decided_at, decision, decision_reason FROM proposals ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<Proposal, StorageError> {
    Ok(Proposal {
        id: row.next()?,
        organisation_id: row.next()?,
        kind: row.next()?,
        subject: row.next()?,
        event: row.next()?,
        state: row.next()?,
        state_sha256: row.next()?,
        reason: row.next()?,
        proposed_by: row.next()?,
        proposed_at: row.next()?,
        seconded_by: row.next()?,
        decided_by: row.next()?,
        decided_at: row.next()?,
        decision: row.next()?,
        decision_reason: row.next()?,
    })
}

impl Tx {
    /// Stores a proposal. There is one open at most of each event of a subject.
    ///
    /// # Errors
    /// [`StorageError::Taken`] where one is open already.
    pub async fn proposal_insert(&self, proposal: &Proposal) -> Result<(), StorageError> {
        let p = proposal;
        self.execute(
            "INSERT INTO proposals (id, organisation_id, kind, subject, event, state, state_sha256, reason, proposed_by,
                 proposed_at, decision_reason)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '')",
            values![
                p.id,
                p.organisation_id,
                p.kind,
                &p.subject,
                &p.event,
                &p.state,
                p.state_sha256,
                &p.reason,
                p.proposed_by,
                p.proposed_at
            ],
        )
        .await?;
        Ok(())
    }

    /// A proposal by its id.
    pub async fn proposal_find(&self, id: ProposalId) -> Result<Option<Proposal>, StorageError> {
        const SQL: &str = columns!("WHERE id = $1");
        self.query_opt(SQL, values![id]).await?.map(read).transpose()
    }

    /// The open proposal of an event of a subject.
    pub async fn proposal_find_open(&self, subject: &str, event: &str) -> Result<Option<Proposal>, StorageError> {
        const SQL: &str = columns!("WHERE subject = $1 AND event = $2 AND decided_at IS NULL");
        self.query_opt(SQL, values![subject, event])
            .await?
            .map(read)
            .transpose()
    }

    /// Everything that was proposed for a subject, newest first; at most 100.
    pub async fn proposal_list_of_subject(&self, subject: &str) -> Result<Vec<Proposal>, StorageError> {
        const SQL: &str = columns!("WHERE subject = $1 ORDER BY proposed_at DESC, id DESC LIMIT 100");
        self.query(SQL, values![subject]).await?.into_iter().map(read).collect()
    }

    /// What waits for a decision, oldest first: of one kind, of one organisation, or all; at most 200.
    pub async fn proposal_list_open(
        &self,
        kind: Option<ProposalKind>,
        organisation: Option<OrganisationId>,
    ) -> Result<Vec<Proposal>, StorageError> {
        const SQL: &str = columns!(
            "WHERE decided_at IS NULL AND ($1 = '' OR kind = $1) AND ($2 = '' OR organisation_id = $2)
             ORDER BY proposed_at, id LIMIT 200"
        );
        let organisation = organisation.map_or_else(String::new, |id| id.to_string());
        let values = values![kind.map_or("", ProposalKind::as_str), organisation];
        self.query(SQL, values).await?.into_iter().map(read).collect()
    }

    /// What was proposed about an organisation, newest first; at most 100.
    pub async fn proposal_list_of_organisation(&self, id: OrganisationId) -> Result<Vec<Proposal>, StorageError> {
        const SQL: &str = columns!("WHERE organisation_id = $1 ORDER BY proposed_at DESC, id DESC LIMIT 100");
        self.query(SQL, values![id]).await?.into_iter().map(read).collect()
    }

    /// What was decided since a moment, the latest first.
    pub async fn proposal_list_decided(&self, since: Timestamp, limit: i64) -> Result<Vec<Proposal>, StorageError> {
        const SQL: &str = columns!("WHERE decided_at >= $1 ORDER BY decided_at DESC, id DESC LIMIT $2");
        let values = values![since, limit.clamp(1, 200)];
        self.query(SQL, values).await?.into_iter().map(read).collect()
    }

    /// Notes the first of two approvals of what the hub proposed. Whether there was none before.
    pub async fn proposal_second(&self, id: ProposalId, by: MemberId) -> Result<bool, StorageError> {
        let sql = "UPDATE proposals SET seconded_by = $2
             WHERE id = $1 AND decided_at IS NULL AND seconded_by IS NULL AND proposed_by IS NULL";
        Ok(self.execute(sql, values![id, by]).await? == 1)
    }

    /// Ends an open proposal. Whether it was open, and the one who decides is not the one who proposed or seconded.
    pub async fn proposal_decide(
        &self,
        id: ProposalId,
        (by, decision): (Option<MemberId>, Decision),
        reason: &str,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE proposals SET decided_by = $2, decided_at = $3, decision = $4, decision_reason = $5
             WHERE id = $1 AND decided_at IS NULL
               AND ($6 = '' OR ((proposed_by IS NULL OR proposed_by <> $6)
                   AND (seconded_by IS NULL OR seconded_by <> $6)))";
        let other = by.map_or_else(String::new, |by| by.to_string());
        Ok(self
            .execute(sql, values![id, by, self.now(), decision, reason, other])
            .await?
            == 1)
    }
}

impl Tx {
    /// Proposes; nothing happens to the subject yet.
    pub async fn proposal_make(&self, proposed: &Proposed<'_>) -> Result<Proposal, FourEyesError> {
        let reason = checked(proposed.reason)?;
        let open = self.proposal_find_open(&proposed.subject, proposed.event).await?;
        if open.is_some() {
            return Err(FourEyesError::Open);
        }
        let proposal = Proposal {
            id: ProposalId::new(self.now(), self.chance()),
            organisation_id: proposed.organisation_id,
            kind: proposed.kind,
            subject: proposed.subject.clone(),
            event: proposed.event.to_owned(),
            state: canonical(proposed.state),
            state_sha256: state_sha256(proposed.state),
            reason,
            proposed_by: proposed.by,
            proposed_at: self.now(),
            decided_by: None,
            decided_at: None,
            decision: None,
            decision_reason: String::new(),
            seconded_by: None,
        };
        self.proposal_insert(&proposal).await?;
        let details = json!({
            "kind": proposal.kind, "subject": &proposal.subject, "event": &proposal.event,
            "state_sha256": hex(&proposal.state_sha256),
        });
        self.trail(Action::ProposalMade, proposal.id, details).await?;
        Ok(proposal)
    }

    /// Approves what was shown under `seen`. `state_now` is worked out anew by the caller in the same transaction: what
    /// differs from what was proposed voids the proposal, which the caller must let commit.
    ///
    /// # Errors
    /// The inner [`FourEyesError::Changed`] comes after the proposal was voided: commit it by returning it as a value.
    pub async fn proposal_approve(
        &self,
        proposal: &Proposal,
        (by, seen): (MemberId, [u8; 32]),
        state_now: &Value,
    ) -> Result<Result<Approved, FourEyesError>, StorageError> {
        match proposal.approval(by) {
            Approval::Ended => Ok(Err(FourEyesError::Ended)),
            Approval::SameMember => Ok(Err(FourEyesError::SameMember)),
            Approval::Seconds | Approval::Decides if seen != proposal.state_sha256 => Ok(Err(FourEyesError::Changed)),
            Approval::Seconds | Approval::Decides if state_sha256(state_now) != proposal.state_sha256 => {
                let why = "what it rested on has changed";
                self.proposal_end(proposal, (None, Decision::Void), why).await?;
                Ok(Err(FourEyesError::Changed))
            }
            Approval::Seconds => {
                if !self.proposal_second(proposal.id, by).await? {
                    return Ok(Err(FourEyesError::Ended));
                }
                self.proposal_trail(proposal, "seconded").await?;
                Ok(Ok(Approved::Seconded))
            }
            Approval::Decides => {
                if !self.proposal_end(proposal, (Some(by), Decision::Approved), "").await? {
                    return Ok(Err(FourEyesError::Ended));
                }
                Ok(Ok(Approved::Decided))
            }
        }
    }

    /// Turns a proposal down; its proposer may take it back this way as well.
    pub async fn proposal_reject(&self, proposal: &Proposal, by: MemberId, reason: &str) -> Result<(), FourEyesError> {
        let reason = checked(reason)?;
        if proposal.decision.is_some() {
            return Err(FourEyesError::Ended);
        }
        let own = proposal.proposed_by == Some(by) || proposal.seconded_by == Some(by);
        let decision = if own {
            (None, Decision::Void)
        } else {
            (Some(by), Decision::Rejected)
        };
        if self.proposal_end(proposal, decision, &reason).await? {
            Ok(())
        } else {
            Err(FourEyesError::Ended)
        }
    }

    async fn proposal_end(
        &self,
        proposal: &Proposal,
        (by, decision): (Option<MemberId>, Decision),
        reason: &str,
    ) -> Result<bool, StorageError> {
        if !self.proposal_decide(proposal.id, (by, decision), reason).await? {
            return Ok(false);
        }
        self.proposal_trail(proposal, decision.as_str()).await?;
        Ok(true)
    }

    async fn proposal_trail(&self, proposal: &Proposal, what: &str) -> Result<(), StorageError> {
        let details = json!({
            "kind": proposal.kind, "subject": &proposal.subject, "event": &proposal.event, "decision": what,
            "state_sha256": hex(&proposal.state_sha256),
        });
        self.trail(Action::ProposalDecided, proposal.id, details).await
    }
}
