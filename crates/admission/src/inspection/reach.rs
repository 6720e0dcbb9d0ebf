//! What an agency may still look at once its inspection has ended: what was handed to it, what its result names, and
//! what was handed in for the findings on it.

use naru_core::{OrganisationId, RevisionId};
use naru_storage::{StorageError, Tx};
use serde_json::Value;

/// Whether an ended inspection of an agency names a revision of the inspected organisation.
pub(crate) async fn is_named(
    tx: &Tx,
    (agency, owner): (OrganisationId, OrganisationId),
    revision: RevisionId,
) -> Result<bool, StorageError> {
    for inspection in tx.inspection_list_of(owner).await? {
        if inspection.agency_id != Some(agency) || inspection.ended_at.is_none() {
            continue;
        }
        let handed_in = tx.inspection_event_list(inspection.id).await?;
        if handed_in.iter().any(|event| event.revisions.contains(&revision)) {
            return Ok(true);
        }
        for proposal in tx.proposal_list_of_subject(&inspection.id.to_string()).await? {
            let signed: Value = serde_json::from_str(&proposal.state).map_err(StorageError::corrupt)?;
            if proposal.decision == Some(naru_core::Decision::Approved) && names(&signed, revision) {
                return Ok(true);
            }
        }
        for finding in tx.finding_list(inspection.id).await? {
            let events = tx.finding_event_list(finding.id).await?;
            if events.iter().any(|event| event.revisions.contains(&revision)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether a signed state names a revision among its documents.
fn names(signed: &Value, revision: RevisionId) -> bool {
    let documents = signed.get("documents").and_then(Value::as_array);
    let revision = revision.to_string();
    let mut named = documents.into_iter().flatten();
    named.any(|document| document.get("revision").and_then(Value::as_str) == Some(&revision))
}
