//! The contract, which both sign: the organisation first, then the agency that accepts it by naming the same revision.

use naru_core::{Action, InspectionId, RevisionId};
use naru_rulebook::Party;
use serde_json::json;

use super::case::Case;
use super::guard::SIGN;
use super::moves::{Cause, event_of};
use super::{InspectionError, book};
use crate::{Office, Staff, document};

/// Contracts that are signed in one application at most.
const SIGNATURES_MAX: usize = 10;

/// A contract is signed once, and in one application not without end.
fn check_unsigned(case: &Case, contract: RevisionId) -> Result<(), InspectionError> {
    let since = case
        .events
        .iter()
        .rposition(|event| event.to_state == "APPLIED" && event.event != SIGN);
    let since = case.events.iter().skip(since.unwrap_or(0));
    let signed: Vec<_> = since.filter(|event| event.event == SIGN).collect();
    let is_last = signed.last().is_some_and(|event| event.revisions.contains(&contract));
    if is_last || signed.len() >= SIGNATURES_MAX {
        return Err(InspectionError::SignedAlready);
    }
    Ok(())
}

/// The organisation signs a contract: a revision of one of its documents, which the agency then accepts by naming the
/// same. It can be signed anew until then.
pub async fn sign_contract(
    office: &Office,
    staff: &Staff,
    id: InspectionId,
    contract: RevisionId,
) -> Result<(), InspectionError> {
    let actor = staff.actor();
    let done = office
        .hub
        .storage()
        .run("inspection_sign_contract", &actor, async |tx| {
            let case = Case::load(&tx, id).await?;
            if book::side(staff, &case.inspection)? != Party::Org {
                return Err(InspectionError::Unknown);
            }
            book::require(staff, Party::Org)?;
            if case.inspection.state != "APPLIED" {
                return Err(InspectionError::NothingToSign);
            }
            check_unsigned(&case, contract)?;
            let found = document::check_attached(&tx, case.inspection.organisation_id, &[contract]).await?;
            if found
                .iter()
                .any(|revision| revision.kind != naru_core::DocumentKind::Contract)
            {
                return Err(InspectionError::Missing(vec![naru_core::DocumentKind::Contract]));
            }
            let cause = Cause {
                actor: staff.actor().to_string(),
                note: String::new(),
                revisions: vec![contract],
                proposal_id: None,
            };
            let event = event_of(&tx, &case, (SIGN, &case.inspection), cause);
            tx.inspection_event_insert(&event).await?;
            let details = json!({ "event": SIGN, "revision": contract });
            tx.trail(Action::InspectionMoved, id, details).await?;
            Ok(())
        });
    done.await
}
