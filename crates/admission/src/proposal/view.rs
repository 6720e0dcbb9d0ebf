//! What the desk and the supervisor see of proposals: what waits, what was decided, and one of them beside what it
//! rests on now.

use std::collections::{BTreeSet, HashMap};

use naru_core::{Member, MemberId, OrganisationId, Proposal, ProposalId, ProposalKind, Roles};
use naru_storage::overview::{Labelled, OrganisationLabel};
use naru_storage::{StorageError, Tx};
use serde_json::Value;

use super::{ProposalError, service};
use crate::organisation::{OrganisationError, admission, overview};
use crate::subsidy::service::SubsidyError;
use crate::{Office, Staff};

/// Who did something, as others are shown them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Their name.
    pub display_name: String,
    /// What they may do.
    pub roles: Roles,
}

/// Proposals with the names behind them.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The proposals.
    pub proposals: Vec<Proposal>,
    /// Whom they concern.
    pub organisations: HashMap<OrganisationId, OrganisationLabel>,
    /// Who proposed and decided them.
    pub members: HashMap<MemberId, Named>,
}

/// One proposal beside what it rests on now.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The proposal.
    pub proposal: Proposal,
    /// The same as it was looked at, worked out now; `None` where another room decides it.
    pub state_now: Option<Value>,
    /// Whom it concerns.
    pub organisation: Option<OrganisationLabel>,
    /// Who proposed and decided it.
    pub members: HashMap<MemberId, Named>,
}

/// What waits for a decision, oldest first.
pub async fn waiting(office: &Office, staff: &Staff) -> Result<Listed, ProposalError> {
    overview::require_overview(staff)?;
    let read = office.hub.storage().read("proposals_waiting", async |tx| {
        let proposals = tx.proposal_list_open(None, None).await?;
        Ok(Listed {
            organisations: overview::labels(&tx, Labelled::OpenProposals).await?,
            members: named(&tx, staff, &proposals).await?,
            proposals,
        })
    });
    read.await
}

/// What was decided in the last days, the latest first.
pub async fn decided(office: &Office, staff: &Staff, (days, limit): (i64, i64)) -> Result<Listed, ProposalError> {
    overview::require_overview(staff)?;
    let since = office.hub.now().plus_days(-days);
    let read = office.hub.storage().read("proposals_decided", async |tx| {
        let proposals = tx.proposal_list_decided(since, limit).await?;
        Ok(Listed {
            organisations: overview::labels(&tx, Labelled::DecidedSince(since)).await?,
            members: named(&tx, staff, &proposals).await?,
            proposals,
        })
    });
    read.await
}

/// One proposal.
pub async fn find(office: &Office, staff: &Staff, id: ProposalId) -> Result<Seen, ProposalError> {
    overview::require_overview(staff)?;
    let read = office.hub.storage().read("proposal_seen", async |tx| {
        let proposal = tx.proposal_find(id).await?.ok_or(ProposalError::Unknown)?;
        let organisation = match proposal.organisation_id {
            Some(id) => tx.organisation_find(id).await?,
            None => None,
        };
        Ok(Seen {
            state_now: state_now(&tx, office, &proposal).await?,
            organisation: organisation.map(|organisation| OrganisationLabel {
                id: organisation.id,
                code: organisation.code,
                name: organisation.name,
            }),
            members: named(&tx, staff, std::slice::from_ref(&proposal)).await?,
            proposal,
        })
    });
    read.await
}

/// Turns down what the desk decides: admissions and subsidies; its proposer takes it back this way.
pub async fn reject(office: &Office, staff: &Staff, (id, reason): (ProposalId, &str)) -> Result<(), ProposalError> {
    staff.require(naru_core::Role::Desk, naru_core::OrganisationKind::Operator)?;
    let actor = staff.actor();
    let rejected = office.hub.storage().run("proposal_reject", &actor, async |tx| {
        let found = tx.proposal_find(id).await?;
        let is_ours = |p: &Proposal| matches!(p.kind, ProposalKind::Admission | ProposalKind::Subsidy);
        let proposal = found.filter(is_ours).ok_or(ProposalError::Unknown)?;
        service::reject(&tx, &proposal, staff.member.id, reason).await
    });
    rejected.await
}

async fn state_now(tx: &Tx, office: &Office, proposal: &Proposal) -> Result<Option<Value>, StorageError> {
    match proposal.kind {
        ProposalKind::Admission => match admission::state_now(tx, office, proposal).await {
            Ok(state) => Ok(Some(state)),
            Err(OrganisationError::Storage(error)) => Err(error),
            Err(_) => Ok(None),
        },
        ProposalKind::Subsidy => match crate::subsidy::service::state_now(tx, proposal).await {
            Ok(state) => Ok(Some(state)),
            Err(SubsidyError::Storage(error)) => Err(error),
            Err(_) => Ok(None),
        },
        ProposalKind::Inspection | ProposalKind::Finding | ProposalKind::Transfer | ProposalKind::Client => Ok(None),
    }
}

/// The names of those behind proposals: the reader's own colleagues in one look, others one by one.
pub(crate) async fn named(
    tx: &Tx,
    staff: &Staff,
    proposals: &[Proposal],
) -> Result<HashMap<MemberId, Named>, StorageError> {
    let behind = |p: &Proposal| [p.proposed_by, p.seconded_by, p.decided_by];
    let mut wanted: BTreeSet<MemberId> = proposals.iter().flat_map(behind).flatten().collect();
    let mut names = HashMap::new();
    if wanted.is_empty() {
        return Ok(names);
    }
    let mut add = |member: Member| {
        let named = Named {
            display_name: member.display_name,
            roles: member.roles,
        };
        names.insert(member.id, named);
    };
    for row in tx.member_list(staff.organisation.id).await? {
        if wanted.remove(&row.member.id) {
            add(row.member);
        }
    }
    for id in wanted {
        if let Some(row) = tx.member_find(id).await? {
            add(row.member);
        }
    }
    Ok(names)
}
