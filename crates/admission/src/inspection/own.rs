//! What the dated rules say of self-inspections: whether one may take the agency's place, and whether an agency must
//! confirm it.

use naru_core::{Action, Actor, InspectionKind, InspectionMachine, OrganisationId};
use naru_rulebook::Inspection;
use naru_rulebook::duty::{Facts, Method};
use naru_storage::{InspectionFilter, StorageError, Tx};
use serde_json::json;

use super::case::Case;
use super::moves::{Cause, carry_out};
use super::{InspectionError, book};
use crate::AdmissionSettings;
use crate::gate::service::dossier;

async fn facts(tx: &Tx, organisation: OrganisationId, kind: InspectionKind) -> Result<Option<Facts>, StorageError> {
    let inspection = match kind {
        InspectionKind::Organisation => Inspection::Org,
        InspectionKind::Service => Inspection::App,
    };
    let dossier = dossier(tx, organisation).await?;
    Ok(dossier.map(|dossier| dossier.facts_on(tx.now().day(), inspection)))
}

/// Whether a self-inspection may take the agency's place today.
pub(super) async fn is_allowed(
    tx: &Tx,
    settings: &AdmissionSettings,
    (organisation, kind): (OrganisationId, InspectionKind),
) -> Result<bool, StorageError> {
    let facts = facts(tx, organisation, kind).await?;
    Ok(facts.is_some_and(|facts| settings.rules().duty(&facts).methods.contains(&Method::SelfInspection)))
}

/// Whether the agency must confirm, once the organisation has cleared itself.
pub(super) async fn confirmation_applies(
    tx: &Tx,
    settings: &AdmissionSettings,
    case: &Case,
) -> Result<bool, StorageError> {
    let i = &case.inspection;
    let Some(mut facts) = facts(tx, i.organisation_id, i.kind).await? else {
        return Ok(false);
    };
    match i.kind {
        InspectionKind::Organisation => facts.org_cleared_by = Some(Method::SelfInspection),
        InspectionKind::Service => facts.app_cleared_by = Some(Method::SelfInspection),
    }
    facts.org_confirmed = false;
    Ok(settings.rules().duty(&facts).confirmation_due.is_some())
}

/// Moves the self-inspections of an organisation as the calendar and its facts demand: void where what allowed them was
/// lost, and to their confirmation where the rules ask for one. How many were moved. One that has ended stays as it is:
/// there the duty itself tells that it no longer suffices.
///
/// # Errors
/// The database alone.
pub async fn keep_in_step(
    tx: &Tx,
    settings: &AdmissionSettings,
    organisation: OrganisationId,
) -> Result<usize, InspectionError> {
    let filter = InspectionFilter {
        organisation_id: Some(organisation),
        machine: Some(InspectionMachine::OwnInspection),
        under_way: true,
        limit: 100,
        ..InspectionFilter::default()
    };
    let mut moved = 0;
    for inspection in tx.inspection_list(&filter).await? {
        let case = Case::load(tx, inspection.id).await?;
        let event = if !is_allowed(tx, settings, (organisation, inspection.kind)).await? && !confirms(&case) {
            "precondition-lost"
        } else if inspection.state == "SUBMITTED"
            && case.unfulfilled().is_empty()
            && confirmation_applies(tx, settings, &case).await?
        {
            "confirmation-duty-applies"
        } else {
            continue;
        };
        let machine = book::machine(settings, inspection.machine);
        let step = machine.step(&inspection.state, event, naru_rulebook::Party::Clock)?;
        let cause = Cause {
            actor: Actor::Hub("inspections").to_string(),
            note: String::new(),
            revisions: Vec::new(),
            proposal_id: None,
        };
        carry_out(tx, settings, case, (step, cause)).await?;
        moved += 1;
    }
    if moved > 0 {
        tx.trail(Action::InspectionMoved, organisation, json!({ "by_clock": moved }))
            .await?;
    }
    Ok(moved)
}

/// Whether an agency is about to confirm what was cleared before self-inspection was abolished: that is not void.
fn confirms(case: &Case) -> bool {
    case.inspection.state.starts_with("CONFIRMATION_")
}
