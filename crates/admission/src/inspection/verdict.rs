//! Verdicts: what is judged of an item in the present round. Two who judge the same item do not overwrite each other.

use naru_core::{Action, InspectionId, InspectionMethod, Verdict};
use naru_storage::VerdictRow;
use serde_json::json;

use super::case::Case;
use super::error::noted;
use super::{InspectionError, book};
use crate::{Office, Staff};

/// What is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement<'a> {
    /// Of which item.
    pub control_id: &'a str,
    /// What.
    pub verdict: Verdict,
    /// How it was looked at.
    pub method: InspectionMethod,
    /// Why; needed unless it is satisfied.
    pub note: &'a str,
    /// The version that was looked at; 0 where the round had no verdict on the item.
    pub version_seen: i64,
}

/// Judges an item in the present round.
///
/// # Errors
/// [`InspectionError::VerdictChanged`] where somebody else was faster; theirs stands, and is given back.
pub async fn judge(
    office: &Office,
    staff: &Staff,
    id: InspectionId,
    judgement: &Judgement<'_>,
) -> Result<VerdictRow, InspectionError> {
    let note = noted(judgement.note, judgement.verdict.needs_note())?;
    let actor = staff.actor();
    let done = office.hub.storage().run("inspection_judge", &actor, async |tx| {
        let case = Case::load(&tx, id).await?;
        let party = book::side(staff, &case.inspection)?;
        if book::judging(&case.inspection) != Some(party) {
            return Err(InspectionError::NotNow(case.inspection.state.clone()));
        }
        book::require(staff, party)?;
        if !case.scope().contains(&judgement.control_id) {
            let asked = judgement.control_id.chars().take(60).collect();
            return Err(InspectionError::NotAnItem(asked));
        }
        let mut row = VerdictRow {
            inspection_id: id,
            round: case.inspection.round,
            control_id: judgement.control_id.to_owned(),
            verdict: judgement.verdict,
            note: note.clone(),
            method: judgement.method,
            judged_by: staff.member.id,
            judged_at: tx.now(),
            version: judgement.version_seen,
        };
        let kept = match judgement.version_seen {
            0 => tx.verdict_insert(&row).await?,
            _ => tx.verdict_update(&row).await?,
        };
        if !kept {
            let theirs = case.verdict(judgement.control_id).cloned();
            return Err(InspectionError::VerdictChanged(theirs.map(Box::new)));
        }
        row.version += 1;
        let details = json!({
            "control": &row.control_id, "round": row.round, "verdict": row.verdict, "version": row.version,
        });
        tx.trail(Action::VerdictGiven, id, details).await?;
        Ok(row)
    });
    done.await
}
