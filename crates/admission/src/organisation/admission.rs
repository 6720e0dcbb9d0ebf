//! Decides the states of admission. Whatever the process marks with four eyes is proposed by one and decided by
//! another; what follows from rules is looked at again at the moment of the decision.

use naru_core::{
    Action, AdmissionEvent, Day, Decision, FactId, FactKind, Organisation, OrganisationId, OrganisationKind, Proposal,
    ProposalId, ProposalKind, RevisionId, Role,
};
use naru_storage::{FactRow, Tx};
use serde_json::{Value, json};

use super::{OrganisationError, guard};
use crate::proposal::{self, Approved, ProposalError, Proposed};
use crate::{Office, Staff, gate};

/// What is wanted of an admission.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Whose.
    pub organisation_id: OrganisationId,
    /// What is to happen.
    pub event: AdmissionEvent,
    /// Why.
    pub reason: &'a str,
    /// The new deadline, for [`AdmissionEvent::ExtendDeadline`] alone.
    pub extension_until: Option<Day>,
    /// The document that shows another special circumstance than a late agency, for
    /// [`AdmissionEvent::ExtendDeadline`] alone; the reason says which.
    pub circumstance: Option<RevisionId>,
}

/// Proposes an event; another member of the operator decides it.
pub async fn propose(office: &Office, staff: &Staff, wanted: &Wanted<'_>) -> Result<ProposalId, OrganisationError> {
    staff.require(Role::Desk, OrganisationKind::Operator)?;
    let actor = staff.actor();
    let proposed = office.hub.storage().run("admission_propose", &actor, async |tx| {
        propose_in(&tx, office, (wanted, Some(staff)))
            .await
            .map(|proposal| proposal.id)
    });
    proposed.await
}

/// The same in a transaction of the caller's; without a staff the hub proposes, and two people must agree.
pub async fn propose_in(
    tx: &Tx,
    office: &Office,
    (wanted, staff): (&Wanted<'_>, Option<&Staff>),
) -> Result<Proposal, OrganisationError> {
    let state = looked_at(tx, office, wanted).await?;
    let proposed = Proposed {
        organisation_id: Some(wanted.organisation_id),
        kind: ProposalKind::Admission,
        subject: wanted.organisation_id.to_string(),
        event: wanted.event.as_str(),
        state: &state,
        reason: wanted.reason,
        by: staff.map(|staff| staff.member.id),
    };
    Ok(proposal::propose(tx, &proposed).await?)
}

/// Approves a proposal of an admission under the digest that was shown. What it rests on is looked at again: where that
/// has changed, the proposal is void.
pub async fn approve(
    office: &Office,
    staff: &Staff,
    (id, seen): (ProposalId, [u8; 32]),
) -> Result<Approved, OrganisationError> {
    staff.require(Role::Desk, OrganisationKind::Operator)?;
    let actor = staff.actor();
    let approved = office.hub.storage().run("admission_approve", &actor, async |tx| {
        let found = tx
            .proposal_find(id)
            .await?
            .filter(|proposal| proposal.kind == ProposalKind::Admission);
        let proposal = found.ok_or(ProposalError::Unknown)?;
        let wanted = wanted_again(&proposal)?;
        let (state, refused) = match looked_at(&tx, office, &wanted).await {
            Ok(state) => (state, None),
            // It cannot happen any more: then it differs from what was proposed.
            Err(OrganisationError::Refused(why)) => (json!({ "refused": &why }), Some(why)),
            Err(error) => return Err(error),
        };
        let approved = proposal::approve(&tx, &proposal, (staff.member.id, seen), &state).await?;
        if approved == Ok(Approved::Decided) {
            carry_out(&tx, office, (&wanted, &proposal)).await?;
        }
        // A void proposal is written down too, and whoever would have approved it is told why it cannot be.
        let is_void = tx
            .proposal_find(id)
            .await?
            .is_some_and(|found| found.decision == Some(Decision::Void));
        Ok(match (approved, refused) {
            (Err(ProposalError::Changed), Some(why)) if is_void => Err(OrganisationError::Refused(why)),
            (approved, _) => approved.map_err(OrganisationError::from),
        })
    });
    approved.await?
}

/// What a proposal rests on, as it is now; for a page that shows what has changed.
pub async fn state_now(tx: &Tx, office: &Office, proposal: &Proposal) -> Result<Value, OrganisationError> {
    match looked_at(tx, office, &wanted_again(proposal)?).await {
        Err(OrganisationError::Refused(why)) => Ok(json!({ "refused": why })),
        looked => looked,
    }
}

/// A fintech leaves; its own administrator says so.
pub async fn leave(office: &Office, staff: &Staff, reason: &str) -> Result<(), OrganisationError> {
    staff.require(Role::Administrator, OrganisationKind::Fintech)?;
    let id = staff.organisation.id;
    let actor = staff.actor();
    let left = office.hub.storage().run("admission_leave", &actor, async |tx| {
        let organisation = tx.organisation_find(id).await?.ok_or(OrganisationError::Unknown)?;
        apply(&tx, &organisation, (AdmissionEvent::Leave, reason)).await?;
        gate::service::work_out(&tx, &office.settings, id).await?;
        Ok(())
    });
    left.await
}

fn wanted_again(proposal: &Proposal) -> Result<Wanted<'_>, OrganisationError> {
    let corrupt = |why: &str| OrganisationError::Storage(naru_storage::StorageError::corrupt(why));
    let state: Value =
        serde_json::from_str(&proposal.state).map_err(|_| corrupt("the state of a proposal is no JSON"))?;
    let until = state["extension_until"]
        .as_i64()
        .and_then(|day| i32::try_from(day).ok());
    Ok(Wanted {
        organisation_id: proposal
            .subject
            .parse()
            .map_err(|_| corrupt("a proposal's subject is no organisation"))?,
        event: AdmissionEvent::parse(&proposal.event).map_err(|_| corrupt("a proposal's event is unknown"))?,
        reason: &proposal.reason,
        extension_until: until.map(Day),
        circumstance: state["circumstance"]["revision"]
            .as_str()
            .and_then(|id| id.parse().ok()),
    })
}

/// Everything that a decision about an event rests on; refuses where the event cannot happen.
async fn looked_at(tx: &Tx, office: &Office, wanted: &Wanted<'_>) -> Result<Value, OrganisationError> {
    let found = gate::service::dossier(tx, wanted.organisation_id).await?;
    let dossier = found.ok_or(OrganisationError::Unknown)?;
    let organisation = &dossier.organisation;
    let Some(to) = organisation.state.apply(wanted.event) else {
        let why = format!("an organisation that is {} cannot {}", organisation.state, wanted.event);
        return Err(OrganisationError::Refused(why));
    };
    let worked = gate::worked_out(&dossier, office.settings.rules(), &office.settings, tx.now());
    let mut state = json!({
        "organisation": organisation.id,
        "code": &organisation.code,
        "from": organisation.state,
        "to": to,
        "event": wanted.event,
        "gates": worked.gates.iter().map(|gate| json!({
            "gate": gate.gate, "open": gate.open, "rule": &gate.rule, "evidence": &gate.evidence,
        })).collect::<Vec<_>>(),
        "duty": {
            "status": &worked.duty.status, "due": worked.duty.due,
            "confirmation_due": worked.duty.confirmation_due,
        },
        "insured_won": worked.insured_won,
        "limits_won": organisation.withdraw_day_won,
    });
    guard::check((tx, &office.settings), (wanted, &dossier, &worked), &mut state).await?;
    Ok(state)
}

async fn carry_out(
    tx: &Tx,
    office: &Office,
    (wanted, proposal): (&Wanted<'_>, &Proposal),
) -> Result<(), OrganisationError> {
    let id = wanted.organisation_id;
    let organisation = tx.organisation_find(id).await?.ok_or(OrganisationError::Unknown)?;
    if wanted.event == AdmissionEvent::ExtendDeadline {
        let fact = FactRow {
            id: FactId::new(tx.now(), tx.chance()),
            organisation_id: id,
            kind: FactKind::Extension,
            value: moved_from(&organisation).map_or_else(String::new, |due| due.to_string()),
            valid_from: tx.now().day(),
            valid_to: wanted.extension_until,
            evidence: proposal.id.to_string(),
            recorded_by: format!("proposal:{}", proposal.id),
            recorded_at: tx.now(),
            ended_at: None,
        };
        tx.fact_insert(&fact).await?;
        let details = json!({ "fact": fact.id, "kind": fact.kind, "from_due": fact.value, "to": fact.valid_to });
        tx.trail(Action::FactRecorded, id, details).await?;
    }
    let reason = format!("{} ({})", wanted.reason, proposal.id);
    apply(tx, &organisation, (wanted.event, &reason)).await?;
    Ok(gate::service::work_out(tx, &office.settings, id).await?)
}

/// The day that an extension moves: that of the inspection, or of its confirmation where that is what is owed.
fn moved_from(organisation: &Organisation) -> Option<Day> {
    organisation.duty.confirmation_due.or(organisation.duty.due)
}

async fn apply(
    tx: &Tx,
    organisation: &Organisation,
    (event, reason): (AdmissionEvent, &str),
) -> Result<(), OrganisationError> {
    let Some(to) = organisation.state.apply(event) else {
        let why = format!("an organisation that is {} cannot {event}", organisation.state);
        return Err(OrganisationError::Refused(why));
    };
    if !tx.organisation_set_state(organisation, to, reason).await? {
        return Err(OrganisationError::Changed);
    }
    let details = json!({ "from": organisation.state, "to": to, "event": event });
    tx.trail(Action::AdmissionMoved, organisation.id, details).await?;
    Ok(())
}
