//! Carries a step out: the row, the event, what follows for findings, proposals and gates, in one transaction.

use naru_core::{Action, Decision, InspectionOutcome, ProposalId, RevisionId};
use naru_rulebook::process::Transition;
use naru_storage::{InspectionEventRow, InspectionRow, Tx};
use serde_json::json;

use super::case::Case;
use super::{InspectionError, book};
use crate::AdmissionSettings;
use crate::duty::plus_days;
use crate::finding;
use crate::gate::service::work_out;

/// Why a step is taken.
pub(super) struct Cause {
    /// In whose name.
    pub(super) actor: String,
    /// What was said.
    pub(super) note: String,
    /// What was handed in.
    pub(super) revisions: Vec<RevisionId>,
    /// What two people agreed on.
    pub(super) proposal_id: Option<ProposalId>,
}

/// Takes a step that was checked.
pub(super) async fn carry_out(
    tx: &Tx,
    settings: &AdmissionSettings,
    case: Case,
    (step, cause): (&Transition, Cause),
) -> Result<InspectionRow, InspectionError> {
    let before = &case.inspection;
    let mut after = before.clone();
    after.state.clone_from(&step.to);
    after.state_since = tx.now();
    if step.opens_round || book::begins_stage(step) {
        after.round += 1;
    }
    end(tx, settings, &case, &mut after);
    if !tx.inspection_update(&after).await? {
        return Err(InspectionError::Changed(None));
    }
    after.version += 1;
    let event = event_of(tx, &case, (&step.on, &after), cause);
    tx.inspection_event_insert(&event).await?;
    let details = json!({
        "event": &event.event, "from": &event.from_state, "to": &event.to_state, "round": event.round,
        "outcome": after.outcome, "proposal": event.proposal_id,
    });
    tx.trail(Action::InspectionMoved, after.id, details).await?;
    void_others(tx, &after).await?;
    if step.opens_round {
        finding::set_due(tx, settings, &case).await?;
    }
    work_out(tx, settings, after.organisation_id).await?;
    Ok(after)
}

/// What a state says of the outcome. A self-inspection has passed when only its confirmation is left.
fn end(tx: &Tx, settings: &AdmissionSettings, case: &Case, after: &mut InspectionRow) {
    after.outcome = match after.state.as_str() {
        "FINAL_REPORTED" | "CONFIRMED" => case.outcome(),
        "ACCEPTED" | "CONFIRMATION_DUE" => InspectionOutcome::Passed,
        "WITHDRAWN" => InspectionOutcome::Withdrawn,
        "VOID" => InspectionOutcome::Void,
        _ => return,
    };
    if book::machine(settings, after.machine).is_terminal(&after.state) {
        after.ended_at = Some(tx.now());
    }
    if after.outcome == InspectionOutcome::Passed {
        let today = tx.now().day();
        after.valid_until = settings
            .result_days
            .map(|days| plus_days(today, i64::from(days) + 1).start());
    }
}

/// The next event of an inspection, with the state it had and the one it has now.
pub(super) fn event_of(
    tx: &Tx,
    case: &Case,
    (event, after): (&str, &InspectionRow),
    cause: Cause,
) -> InspectionEventRow {
    InspectionEventRow {
        inspection_id: after.id,
        sequence: case.events.last().map_or(1, |last| last.sequence + 1),
        at: tx.now(),
        actor: cause.actor,
        event: event.to_owned(),
        from_state: case.inspection.state.clone(),
        to_state: after.state.clone(),
        note: cause.note,
        revisions: cause.revisions,
        round: after.round,
        proposal_id: cause.proposal_id,
    }
}

/// What else was proposed for it rested on a state that is no more.
async fn void_others(tx: &Tx, inspection: &InspectionRow) -> Result<(), InspectionError> {
    void_open(tx, &inspection.id.to_string(), "the inspection has moved on").await
}

/// Voids every open proposal of a subject.
pub(crate) async fn void_open(tx: &Tx, subject: &str, why: &str) -> Result<(), InspectionError> {
    for proposal in tx.proposal_list_of_subject(subject).await? {
        if proposal.decision.is_none() && tx.proposal_decide(proposal.id, (None, Decision::Void), why).await? {
            let details = json!({ "subject": subject, "event": &proposal.event, "decision": Decision::Void });
            tx.trail(Action::ProposalDecided, proposal.id, details).await?;
        }
    }
    Ok(())
}
