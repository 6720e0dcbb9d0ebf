//! Until when findings must be remedied. Every day that was ever set stays in the history.

use naru_core::{Day, FindingId};
use naru_rulebook::Party;
use naru_storage::{FindingRow, Tx};

use super::service::{Cause, found, log};
use crate::duty::plus_days;
use crate::inspection::{Case, InspectionError, noted, require};
use crate::{AdmissionSettings, Office, Staff};

/// Sets the day for every finding that waits for the organisation, when a round of remediation opens.
pub(crate) async fn set_due(tx: &Tx, settings: &AdmissionSettings, case: &Case) -> Result<(), InspectionError> {
    let due = plus_days(tx.now().day(), i64::from(settings.remedy_days));
    let waiting = |finding: &&FindingRow| matches!(finding.state.as_str(), "OPEN" | "REMEDIATING");
    for finding in case.open_findings().filter(waiting) {
        if finding.due_on.is_none_or(|before| before < due) {
            change(
                tx,
                finding,
                due,
                (naru_core::Actor::Hub("inspections").to_string(), String::new()),
            )
            .await?;
        }
    }
    Ok(())
}

/// Gives the organisation more time for a finding: the agency, with a reason.
pub async fn extend(
    office: &Office,
    staff: &Staff,
    (id, version_seen): (FindingId, i64),
    due_on: Day,
    reason: &str,
) -> Result<FindingRow, InspectionError> {
    let reason = noted(reason, true)?;
    let actor = staff.actor();
    let done = office.hub.storage().run("finding_extend", &actor, async |tx| {
        let (finding, inspection, party) = found(&tx, staff, id).await?;
        if party != Party::Agency {
            return Err(InspectionError::Unknown);
        }
        require(
            staff,
            if inspection.agency_id.is_some() {
                Party::Agency
            } else {
                Party::Operator
            },
        )?;
        if finding.version != version_seen {
            return Err(InspectionError::Changed(None));
        }
        let is_later = finding.due_on.is_some_and(|before| before < due_on) && due_on >= tx.now().day();
        if !finding.is_open() || !is_later {
            return Err(InspectionError::DueDay);
        }
        change(&tx, &finding, due_on, (staff.actor().to_string(), reason.clone())).await
    });
    done.await
}

pub(super) async fn change(
    tx: &Tx,
    finding: &FindingRow,
    due_on: Day,
    (actor, note): (String, String),
) -> Result<FindingRow, InspectionError> {
    let mut after = finding.clone();
    after.due_on = Some(due_on);
    if !tx.finding_update(&after).await? {
        return Err(InspectionError::Changed(None));
    }
    after.version += 1;
    let event = if finding.due_on.is_none() { "set-due" } else { "extend" };
    let cause = Cause {
        actor,
        event: event.to_owned(),
        note,
        revisions: Vec::new(),
    };
    log(tx, &finding.state, &after, cause).await?;
    Ok(after)
}
