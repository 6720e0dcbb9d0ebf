//! Decides policies: a fintech records one, somebody of the operator looks it up at the insurer and confirms it. It
//! opens its gate from then on, and closes it by itself after its last day.

use naru_core::{Action, Day, OrganisationId, OrganisationKind, PolicyId, RevisionId, Role, Won};
use naru_storage::{PolicyRow, StorageError};
use serde_json::json;

use crate::{Denied, Office, Staff, gate};

/// Characters of the insurer's name and the number at most.
const TEXT_MAX: usize = 80;
/// Policies of one organisation at most.
const POLICIES_MAX: usize = 100;

/// Why a policy was not recorded or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No such policy.
    #[error("there is no such policy")]
    Unknown,
    /// A value cannot be taken.
    #[error("{field} {expected}")]
    Field {
        /// Which.
        field: &'static str,
        /// What would be accepted.
        expected: &'static str,
    },
    /// It was confirmed or ended before, or its recorder wants to confirm it.
    #[error("it was confirmed or ended before, or must be confirmed by another person")]
    Settled,
    /// The member may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A policy to be recorded.
#[derive(Debug, Clone)]
pub struct NewPolicy<'a> {
    /// Who insures.
    pub insurer: &'a str,
    /// The insurer's number.
    pub number: &'a str,
    /// Up to how much.
    pub cover_won: Won,
    /// From which day on it is in force.
    pub from_day: Day,
    /// Until which day, that day included.
    pub to_day: Day,
    /// The policy itself as a document of the organisation.
    pub revision_id: Option<RevisionId>,
}

/// Records a policy of the member's own organisation.
pub async fn record(office: &Office, staff: &Staff, policy: &NewPolicy<'_>) -> Result<PolicyId, PolicyError> {
    staff
        .require(Role::Administrator, OrganisationKind::Fintech)
        .or_else(|_| staff.require(Role::SecurityOfficer, OrganisationKind::Fintech))?;
    check(policy)?;
    let storage = office.hub.storage();
    let row = &PolicyRow {
        id: PolicyId::new(office.hub.now(), storage.chance()),
        organisation_id: staff.organisation.id,
        insurer: policy.insurer.trim().to_owned(),
        number: policy.number.trim().to_owned(),
        cover_won: policy.cover_won,
        from_day: policy.from_day,
        to_day: policy.to_day,
        revision_id: policy.revision_id,
        recorded_by: staff.member.id,
        recorded_at: office.hub.now(),
        confirmed_by: None,
        confirmed_at: None,
        ended_at: None,
    };
    let actor = staff.actor();
    let recorded = storage.run("policy_record", &actor, async |tx| {
        if tx.policy_list(row.organisation_id).await?.len() >= POLICIES_MAX {
            return Err(PolicyError::Field {
                field: "policies",
                expected: "an organisation has at most 100",
            });
        }
        tx.policy_insert(row).await?;
        let details = json!({ "policy": row.id, "cover_won": row.cover_won, "from": row.from_day, "to": row.to_day });
        tx.trail(Action::PolicyRecorded, row.organisation_id, details).await?;
        Ok(())
    });
    recorded.await?;
    Ok(row.id)
}

/// Confirms a policy that was looked up at the insurer; the gate follows in the same commit.
pub async fn confirm(office: &Office, staff: &Staff, id: PolicyId) -> Result<OrganisationId, PolicyError> {
    staff.require(Role::Desk, OrganisationKind::Operator)?;
    let actor = staff.actor();
    let confirmed = office.hub.storage().run("policy_confirm", &actor, async |tx| {
        let policy = tx.policy_find(id).await?.ok_or(PolicyError::Unknown)?;
        if !tx.policy_confirm(id, staff.member.id).await? {
            return Err(PolicyError::Settled);
        }
        let details = json!({ "policy": id, "confirmed": true });
        tx.trail(Action::PolicyRecorded, policy.organisation_id, details)
            .await?;
        gate::service::work_out(&tx, &office.settings, policy.organisation_id).await?;
        Ok(policy.organisation_id)
    });
    confirmed.await
}

/// Ends a policy before its day: its fintech, or the operator who heard so from the insurer.
pub async fn end(office: &Office, staff: &Staff, id: PolicyId) -> Result<(), PolicyError> {
    let actor = staff.actor();
    let ended = office.hub.storage().run("policy_end", &actor, async |tx| {
        let policy = tx.policy_find(id).await?.ok_or(PolicyError::Unknown)?;
        if policy.organisation_id == staff.organisation.id {
            staff.require(Role::Administrator, OrganisationKind::Fintech)?;
        } else {
            staff.require(Role::Desk, OrganisationKind::Operator)?;
        }
        if !tx.policy_end(id).await? {
            return Err(PolicyError::Settled);
        }
        let details = json!({ "policy": id, "ended": true });
        tx.trail(Action::PolicyRecorded, policy.organisation_id, details)
            .await?;
        gate::service::work_out(&tx, &office.settings, policy.organisation_id).await?;
        Ok(())
    });
    ended.await
}

fn check(policy: &NewPolicy<'_>) -> Result<(), PolicyError> {
    let refuse = |field, expected| Err(PolicyError::Field { field, expected });
    let is_short = |text: &str| (1..=TEXT_MAX).contains(&text.trim().chars().count());
    if !is_short(policy.insurer) || !is_short(policy.number) {
        return refuse("insurer", "and number have 1 to 80 characters each");
    }
    if policy.cover_won <= Won(0) {
        return refuse("cover_won", "must be more than nothing");
    }
    if policy.to_day < policy.from_day {
        return refuse("to_day", "must not lie before from_day");
    }
    Ok(())
}
