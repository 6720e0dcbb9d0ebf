//! Works out the gates of an organisation and keeps them, in the transaction that changed what they rest on.

use naru_core::{Action, GateStanding, NoticeKind, OrganisationId};
use naru_rulebook::duty::Status;
use naru_storage::{StorageError, Tx};
use serde_json::json;

use super::worked_out;
use crate::AdmissionSettings;
use crate::duty::Dossier;

/// Everything that gates and duty of an organisation rest on; `None` where there is no such organisation.
pub async fn dossier(tx: &Tx, id: OrganisationId) -> Result<Option<Dossier>, StorageError> {
    let Some(organisation) = tx.organisation_find(id).await? else {
        return Ok(None);
    };
    Ok(Some(Dossier {
        organisation,
        facts: tx.fact_history(id).await?,
        clearances: tx.clearance_list(id).await?,
        policies: tx.policy_list(id).await?,
        function_test: tx.function_test_passed(id).await?.map(|(test, _)| test),
    }))
}

/// How often an organisation that another transaction changed in between is worked out again.
const TRIES: u32 = 4;

/// Works out gates and duty of an organisation anew and keeps them. Call it last in the transaction.
///
/// # Errors
/// [`StorageError::Failed`] where others change the organisation faster than it can be worked out; nothing is kept.
pub async fn work_out(tx: &Tx, settings: &AdmissionSettings, organisation: OrganisationId) -> Result<(), StorageError> {
    for _ in 0..TRIES {
        if kept(tx, settings, organisation).await? {
            return Ok(());
        }
    }
    Err(StorageError::Failed {
        transaction: "gate_work_out",
        cause: format!("others changed {organisation} {TRIES} times meanwhile"),
    })
}

/// One try; whether the organisation was still the one that was looked at.
async fn kept(tx: &Tx, settings: &AdmissionSettings, organisation: OrganisationId) -> Result<bool, StorageError> {
    let Some(dossier) = dossier(tx, organisation).await? else {
        return Ok(true);
    };
    let worked = worked_out(&dossier, settings.rules(), settings, tx.now());
    let before = &dossier.organisation;
    if before.gates == worked.gates && before.duty == worked.duty && before.insured_won == worked.insured_won {
        return Ok(true);
    }
    let kept = tx
        .organisation_set_gates(before, &worked.gates, (&worked.duty, worked.insured_won))
        .await?;
    if kept {
        if worked.duty.status == Status::Cleared.as_str() {
            for kind in [NoticeKind::DutyDue, NoticeKind::DutyOverdue] {
                tx.notice_close(organisation, kind, "ORG").await?;
            }
        }
        let turned = turned(&before.gates, &worked.gates);
        let details = json!({ "turned": turned, "duty": worked.duty.status });
        tx.trail(Action::GatesWorkedOut, organisation, details).await?;
    }
    Ok(kept)
}

/// The gates that stand differently, as `gate=open` or `gate=closed`.
pub(super) fn turned(before: &[GateStanding], after: &[GateStanding]) -> Vec<String> {
    let was_open = |gate| before.iter().any(|standing| standing.gate == gate && standing.open);
    let turned = after.iter().filter(|standing| was_open(standing.gate) != standing.open);
    turned
        .map(|standing| format!("{}={}", standing.gate, if standing.open { "open" } else { "closed" }))
        .collect()
}
