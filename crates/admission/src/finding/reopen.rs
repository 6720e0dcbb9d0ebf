//! Live evidence that went stale or failed reopens an item of a finished inspection: a finding of the hub, which leaves
//! the result as it was. That it is remedied is for people to say, not for the signal.

use naru_core::{Actor, InspectionOutcome, OrganisationId};
use naru_storage::{FindingRow, Tx};

use super::due::change;
use super::service::insert;
use crate::AdmissionSettings;
use crate::duty::plus_days;
use crate::inspection::{InspectionError, items, noted};

/// Reopens items of the latest finished inspection that has them; an item with an open finding stays as it is. The new
/// findings. The reason is given to people: a signal and what was seen, nothing personal.
///
/// # Errors
/// The database, and a reason that is missing or too long.
pub async fn reopen_item(
    tx: &Tx,
    settings: &AdmissionSettings,
    organisation: OrganisationId,
    (control_ids, reason): (&[&str], &str),
) -> Result<Vec<FindingRow>, InspectionError> {
    let reason = noted(reason, true)?;
    let by = Actor::Hub("signals").to_string();
    let due = plus_days(tx.now().day(), i64::from(settings.remedy_days));
    let mut inspections = tx.inspection_list_of(organisation).await?;
    inspections.retain(|inspection| {
        matches!(
            inspection.outcome,
            InspectionOutcome::Passed | InspectionOutcome::Failed
        ) && inspection.ended_at.is_some()
    });
    inspections.sort_by_key(|inspection| std::cmp::Reverse(inspection.ended_at));
    let mut reopened = Vec::new();
    for control_id in control_ids {
        let has_item = |at: &usize| {
            let all = inspections.get(*at).map(items).unwrap_or_default();
            all.iter().any(|item| item.id == *control_id)
        };
        let latest = (0..inspections.len()).find(has_item);
        let Some(inspection) = latest.and_then(|at| inspections.get(at)) else {
            continue;
        };
        let mut findings = tx.finding_list(inspection.id).await?.into_iter();
        if findings.any(|finding| finding.control_id == *control_id && finding.is_open()) {
            continue;
        }
        let finding = insert(tx, inspection, (control_id, &reason), by.clone()).await?;
        reopened.push(change(tx, &finding, due, (by.clone(), String::new())).await?);
    }
    Ok(reopened)
}
