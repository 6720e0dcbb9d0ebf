//! What must hold before an admission moves: open gates, a rule that allows a restriction, the proof that an agency is
//! late, or the document that shows another special circumstance.

use naru_core::{AdmissionEvent, InspectionKind};
use naru_rulebook::Inspection;
use naru_rulebook::duty::{Consequence, Duty, Status};
use naru_storage::{InspectionFilter, StorageError, Tx};
use serde_json::{Value, json};

use super::OrganisationError;
use super::admission::Wanted;
use crate::duty::Dossier;
use crate::{AdmissionSettings, gate, inspection};

/// Inspections of one organisation whose clock is read.
const CLOCKS_MAX: i64 = 100;

/// Refuses what cannot be decided, and adds to the state what the decision rests on.
pub(super) async fn check(
    (tx, settings): (&Tx, &AdmissionSettings),
    (wanted, dossier, worked): (&Wanted<'_>, &Dossier, &gate::WorkedOut),
    state: &mut Value,
) -> Result<(), OrganisationError> {
    let refused = |why: String| Err(OrganisationError::Refused(why));
    let duty = dossier.duty(settings.rules(), tx.now().day(), Inspection::Org);
    match wanted.event {
        AdmissionEvent::AllGatesOpen | AdmissionEvent::DutyMet => {
            let mut admission = dossier.organisation.admission();
            admission.gates.clone_from(&worked.gates);
            admission.insured_won = worked.insured_won;
            match admission.closed_gate(tx.now()) {
                Some(closed) => refused(format!(
                    "the gate {} is closed ({}): {}",
                    closed.gate, closed.rule, closed.evidence
                )),
                None => Ok(()),
            }
        }
        AdmissionEvent::Restrict if duty.consequence != Consequence::MayRestrictService => {
            refused(format!("no rule allows a restriction: the duty is {}", duty.status))
        }
        AdmissionEvent::Restrict => match lateness((tx, settings), dossier).await? {
            Some(proof) => refused(format!(
                "the inspecting agency is late itself, so the deadline is extended instead (R-EXTEND): {proof}"
            )),
            None => Ok(()),
        },
        AdmissionEvent::ExtendDeadline => extension((tx, settings), (wanted, dossier, &duty), state).await,
        _ => Ok(()),
    }
}

/// An extension moves a day that there is, for a late agency or another special circumstance.
async fn extension(
    (tx, settings): (&Tx, &AdmissionSettings),
    (wanted, dossier, duty): (&Wanted<'_>, &Dossier, &Duty),
    state: &mut Value,
) -> Result<(), OrganisationError> {
    let refused = |why: String| Err(OrganisationError::Refused(why));
    let today = tx.now().day();
    let Some(until) = wanted.extension_until.filter(|until| today < *until) else {
        return Err(OrganisationError::field("extension_until", "must be a day to come"));
    };
    let moved = duty.confirmation_due.or(duty.due);
    let waits = matches!(
        duty.status,
        Status::Overdue | Status::Deferred | Status::ConfirmationDue
    );
    let Some(from) = moved.filter(|_| waits) else {
        return refused(format!("there is no deadline to extend: the duty is {}", duty.status));
    };
    if until <= from {
        return Err(OrganisationError::field(
            "extension_until",
            "must lie after the day that stands",
        ));
    }
    state["extension_until"] = json!(until);
    state["extends"] = json!(from);
    if let Some(revision) = wanted.circumstance {
        let row = tx.revision_find(revision).await?;
        let Some(row) = row.filter(|row| row.organisation_id == dossier.organisation.id) else {
            return Err(OrganisationError::field(
                "circumstance",
                "must be a document of the organisation that shows it",
            ));
        };
        state["circumstance"] = json!({
            "revision": row.id, "sha256": naru_crypto::hex(&row.sha256), "words": wanted.reason,
        });
        return Ok(());
    }
    match lateness((tx, settings), dossier).await? {
        Some(proof) => {
            state["agency_late"] = proof;
            Ok(())
        }
        None => refused(
            "no inspecting agency of this organisation is late, and no document shows another special circumstance"
                .to_owned(),
        ),
    }
}

/// The proof that an inspecting agency takes longer than its time, or has not begun in time; `None` where none does.
/// Only what no longer changes is in it, because its digest is what two people approve.
pub(crate) async fn lateness(
    (tx, settings): (&Tx, &AdmissionSettings),
    dossier: &Dossier,
) -> Result<Option<Value>, StorageError> {
    let filter = InspectionFilter {
        organisation_id: Some(dossier.organisation.id),
        under_way: true,
        limit: CLOCKS_MAX,
        ..InspectionFilter::default()
    };
    for row in tx.inspection_list(&filter).await? {
        if row.kind != InspectionKind::Organisation {
            continue;
        }
        let events = tx.inspection_event_list(row.id).await?;
        let of = (&row, events.as_slice());
        let time = inspection::time(settings, of, tx.now()).filter(|time| time.spent.is_agency_late);
        let waited = inspection::waited(settings, of, tx.now()).filter(|waited| waited.is_late);
        let (since, due_by) = match (time, waited) {
            (Some(time), _) => (time.spent.started_at, time.spent.due_by),
            (None, Some(waited)) => (Some(waited.since), Some(waited.due_by)),
            (None, None) => continue,
        };
        return Ok(Some(json!({
            "inspection": row.id,
            "agency": row.agency_id,
            "machine": row.machine,
            "started_at": since,
            "agency_was_due_by": due_by,
        })));
    }
    Ok(None)
}
