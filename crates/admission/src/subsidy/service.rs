//! Decides subsidies: a fintech applies for an inspection, two people of the operator decide, one records the payment.
//! The budget is bound by the decision itself, in the same commit, so that it cannot be overdrawn.

use naru_core::{
    Action, InspectionId, InspectionMachine, InspectionOutcome, OrganisationKind, Proposal, ProposalId, ProposalKind,
    Role, SubsidyEvent, SubsidyId, SubsidyState, Won,
};
use naru_storage::{BudgetRow, StorageError, SubsidyRow, Tx};
use serde_json::{Value, json};

use crate::proposal::{self, Approved, ProposalError, Proposed};
use crate::{Denied, Office, Staff};

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubsidyError {
    /// No such subsidy.
    #[error("there is no such subsidy")]
    Unknown,
    /// A value cannot be taken.
    #[error("{field} {expected}")]
    Field {
        /// Which.
        field: &'static str,
        /// What would be accepted.
        expected: String,
    },
    /// The inspection has an application already.
    #[error("this inspection has an application already")]
    Twice,
    /// The event cannot happen in the state.
    #[error("a subsidy that is {state} cannot {event}")]
    Illegal {
        /// Where it stands.
        state: SubsidyState,
        /// What was to happen.
        event: SubsidyEvent,
    },
    /// The year's budget does not have so much left.
    #[error("the budget of {year} has {left_won} won left")]
    OverBudget {
        /// Which year.
        year: i64,
        /// What is left of it.
        left_won: i64,
    },
    /// Somebody else changed it meanwhile.
    #[error("the subsidy was changed meanwhile; look at it and try again")]
    Changed,
    /// Four eyes.
    #[error(transparent)]
    Proposal(#[from] ProposalError),
    /// The member may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

fn field(field: &'static str, expected: impl Into<String>) -> SubsidyError {
    SubsidyError::Field {
        field,
        expected: expected.into(),
    }
}

/// Who may ask for money in the name of a fintech.
fn may_ask(staff: &Staff) -> Result<(), Denied> {
    staff
        .require(Role::SecurityOfficer, OrganisationKind::Fintech)
        .or_else(|_| staff.require(Role::Administrator, OrganisationKind::Fintech))
}

/// What is supported is the cost of an agency's inspection: none of the organisation's own, and none that was taken
/// back or lost its ground.
async fn eligible(tx: &Tx, inspection: InspectionId) -> Result<(), SubsidyError> {
    let found = tx.inspection_find(inspection).await?;
    let is_eligible = found.is_some_and(|found| {
        let is_own = found.machine == InspectionMachine::OwnInspection;
        !is_own && !matches!(found.outcome, InspectionOutcome::Withdrawn | InspectionOutcome::Void)
    });
    if is_eligible {
        Ok(())
    } else {
        Err(field("inspection", "must be one by an agency that was not withdrawn"))
    }
}

/// Applies for the support of an inspection of the member's own organisation.
pub async fn apply(
    office: &Office,
    staff: &Staff,
    (inspection, cost_won, asked_won): (InspectionId, Won, Won),
) -> Result<SubsidyId, SubsidyError> {
    may_ask(staff)?;
    let percent = office.settings.subsidy_percent;
    let most = cost_won.0.max(0).saturating_mul(percent) / 100;
    if asked_won.0 <= 0 || asked_won.0 > most {
        return Err(field(
            "asked_won",
            format!("must lie between 1 and {most}: {percent} % of the cost"),
        ));
    }
    let now = office.hub.now();
    let row = &SubsidyRow {
        id: SubsidyId::new(now, office.hub.storage().chance()),
        organisation_id: staff.organisation.id,
        inspection_id: inspection,
        year: i64::from(now.day().0 / 10_000),
        cost_won,
        asked_won,
        granted_won: Won(0),
        state: SubsidyState::Applied,
        applied_by: staff.member.id,
        applied_at: now,
        decided_at: None,
        paid_at: None,
        payment_reference: String::new(),
        version: 1,
    };
    let actor = staff.actor();
    let applied = office.hub.storage().run("subsidy_apply", &actor, async |tx| {
        let owner = tx.inspection_organisation(inspection).await?;
        if owner != Some(staff.organisation.id) {
            return Err(field("inspection", "must be one of this organisation"));
        }
        eligible(&tx, inspection).await?;
        tx.subsidy_insert(row).await?;
        let details = json!({ "subsidy": row.id, "inspection": inspection, "asked_won": asked_won });
        tx.trail(Action::SubsidyMoved, row.id, details).await?;
        Ok(())
    });
    match applied.await {
        Ok(()) => Ok(row.id),
        Err(SubsidyError::Storage(StorageError::Taken { .. })) => Err(SubsidyError::Twice),
        Err(error) => Err(error),
    }
}

/// Takes an application back.
pub async fn withdraw(office: &Office, staff: &Staff, id: SubsidyId) -> Result<(), SubsidyError> {
    may_ask(staff)?;
    let actor = staff.actor();
    let withdrawn = office.hub.storage().run("subsidy_withdraw", &actor, async |tx| {
        let found = tx
            .subsidy_find(id)
            .await?
            .filter(|subsidy| subsidy.organisation_id == staff.organisation.id);
        let subsidy = found.ok_or(SubsidyError::Unknown)?;
        move_to(&tx, subsidy, SubsidyEvent::Withdraw).await.map(drop)
    });
    withdrawn.await
}

/// Proposes to grant an amount, or to refuse.
pub async fn propose(
    office: &Office,
    staff: &Staff,
    (id, grant_won): (SubsidyId, Option<Won>),
    reason: &str,
) -> Result<ProposalId, SubsidyError> {
    staff.require(Role::Desk, OrganisationKind::Operator)?;
    let actor = staff.actor();
    let proposed = office.hub.storage().run("subsidy_propose", &actor, async |tx| {
        let subsidy = tx.subsidy_find(id).await?.ok_or(SubsidyError::Unknown)?;
        let event = if grant_won.is_some() {
            SubsidyEvent::Grant
        } else {
            SubsidyEvent::Refuse
        };
        if let Some(won) = grant_won {
            check_grant(&subsidy, won)?;
            eligible(&tx, subsidy.inspection_id).await?;
        }
        if subsidy.state.apply(event).is_none() {
            let state = subsidy.state;
            return Err(SubsidyError::Illegal { state, event });
        }
        let state = looked_at(&subsidy, grant_won);
        let proposed = Proposed {
            organisation_id: Some(subsidy.organisation_id),
            kind: ProposalKind::Subsidy,
            subject: id.to_string(),
            event: event.as_str(),
            state: &state,
            reason,
            by: Some(staff.member.id),
        };
        Ok(proposal::propose(&tx, &proposed).await?.id)
    });
    proposed.await
}

fn check_grant(subsidy: &SubsidyRow, won: Won) -> Result<(), SubsidyError> {
    if won.0 <= 0 || won > subsidy.asked_won {
        return Err(field(
            "granted_won",
            format!("must lie between 1 and {}", subsidy.asked_won.0),
        ));
    }
    Ok(())
}

/// Everything that a decision about a subsidy rests on.
fn looked_at(subsidy: &SubsidyRow, grant_won: Option<Won>) -> Value {
    json!({
        "subsidy": subsidy.id, "organisation": subsidy.organisation_id, "inspection": subsidy.inspection_id,
        "year": subsidy.year, "cost_won": subsidy.cost_won, "asked_won": subsidy.asked_won,
        "state": subsidy.state, "version": subsidy.version, "grant_won": grant_won,
    })
}

fn granted(proposal: &Proposal) -> Option<Won> {
    let state: Value = serde_json::from_str(&proposal.state).ok()?;
    state["grant_won"].as_i64().map(Won)
}

/// What a proposal rests on, as it is now; for a page that shows what has changed.
pub async fn state_now(tx: &Tx, proposal: &Proposal) -> Result<Value, SubsidyError> {
    let subject = proposal.subject.parse().map_err(|_| SubsidyError::Unknown)?;
    let subsidy = tx.subsidy_find(subject).await?.ok_or(SubsidyError::Unknown)?;
    Ok(looked_at(&subsidy, granted(proposal)))
}

/// Approves what another proposed; a grant binds the budget in the same commit.
pub async fn approve(
    office: &Office,
    staff: &Staff,
    (id, seen): (ProposalId, [u8; 32]),
) -> Result<Approved, SubsidyError> {
    staff.require(Role::Desk, OrganisationKind::Operator)?;
    let actor = staff.actor();
    let approved = office.hub.storage().run("subsidy_approve", &actor, async |tx| {
        let found = tx
            .proposal_find(id)
            .await?
            .filter(|proposal| proposal.kind == ProposalKind::Subsidy);
        let proposal = found.ok_or(ProposalError::Unknown)?;
        let subject = proposal.subject.parse().map_err(|_| SubsidyError::Unknown)?;
        let subsidy = tx.subsidy_find(subject).await?.ok_or(SubsidyError::Unknown)?;
        let grant_won = granted(&proposal);
        let approved =
            proposal::approve(&tx, &proposal, (staff.member.id, seen), &looked_at(&subsidy, grant_won)).await?;
        if approved != Ok(Approved::Decided) {
            return Ok::<_, SubsidyError>(approved);
        }
        match grant_won {
            Some(won) => {
                eligible(&tx, subsidy.inspection_id).await?;
                grant(&tx, subsidy, won).await?;
            }
            None => {
                move_to(&tx, subsidy, SubsidyEvent::Refuse).await?;
            }
        }
        Ok(approved)
    });
    Ok(approved.await??)
}

async fn grant(tx: &Tx, subsidy: SubsidyRow, won: Won) -> Result<(), SubsidyError> {
    let year = subsidy.year;
    if !tx.budget_bind(year, won).await? {
        let left_won = tx
            .budget_find(year)
            .await?
            .map_or(0, |budget| budget.budget_won.0 - budget.granted_won.0);
        return Err(SubsidyError::OverBudget { year, left_won });
    }
    let granted = SubsidyRow {
        granted_won: won,
        ..subsidy
    };
    move_to(tx, granted, SubsidyEvent::Grant).await.map(drop)
}

/// Records that a granted subsidy was paid.
pub async fn pay(office: &Office, staff: &Staff, id: SubsidyId, reference: &str) -> Result<(), SubsidyError> {
    staff.require(Role::Desk, OrganisationKind::Operator)?;
    let reference = reference.trim();
    if !(1..=80).contains(&reference.chars().count()) {
        return Err(field(
            "reference",
            "has 1 to 80 characters: the payment's number at the bank",
        ));
    }
    let actor = staff.actor();
    let paid = office.hub.storage().run("subsidy_pay", &actor, async |tx| {
        let subsidy = tx.subsidy_find(id).await?.ok_or(SubsidyError::Unknown)?;
        let (year, won) = (subsidy.year, subsidy.granted_won);
        let with_reference = SubsidyRow {
            payment_reference: reference.to_owned(),
            ..subsidy
        };
        move_to(&tx, with_reference, SubsidyEvent::Pay).await?;
        if !tx.budget_pay(year, won).await? {
            return Err(StorageError::corrupt("more would be paid than was bound").into());
        }
        Ok(())
    });
    paid.await
}

async fn move_to(tx: &Tx, subsidy: SubsidyRow, event: SubsidyEvent) -> Result<SubsidyRow, SubsidyError> {
    let Some(to) = subsidy.state.apply(event) else {
        let state = subsidy.state;
        return Err(SubsidyError::Illegal { state, event });
    };
    let from = subsidy.state;
    let now = Some(tx.now());
    let after = SubsidyRow {
        state: to,
        decided_at: if event == SubsidyEvent::Pay {
            subsidy.decided_at
        } else {
            now
        },
        paid_at: if event == SubsidyEvent::Pay { now } else { None },
        ..subsidy
    };
    if !tx.subsidy_update(&after).await? {
        return Err(SubsidyError::Changed);
    }
    let details = json!({ "from": from, "to": to, "granted_won": after.granted_won });
    tx.trail(Action::SubsidyMoved, after.id, details).await?;
    Ok(after)
}

/// Sets the budget of a year; never below what is bound already.
pub async fn set_budget(office: &Office, staff: &Staff, (year, won): (i64, Won)) -> Result<(), SubsidyError> {
    staff.require(Role::Desk, OrganisationKind::Operator)?;
    if !(2019..=2999).contains(&year) || won.0 < 0 {
        return Err(field(
            "budget",
            "has a year from 2019 on and an amount that is not negative",
        ));
    }
    let actor = staff.actor();
    let set = office.hub.storage().run("budget_set", &actor, async |tx| {
        if !tx.budget_set(year, won, staff.member.id).await? {
            let bound = tx.budget_find(year).await?.map_or(0, |budget| budget.granted_won.0);
            return Err(field(
                "budget",
                format!("must not be below the {bound} won that are granted"),
            ));
        }
        tx.trail(Action::SubsidyMoved, year, json!({ "budget_won": won }))
            .await?;
        Ok(())
    });
    set.await
}

/// The budget of a year.
pub async fn budget(office: &Office, year: i64) -> Result<Option<BudgetRow>, StorageError> {
    office
        .hub
        .storage()
        .read("budget_find", async |tx| tx.budget_find(year).await)
        .await
}
