//! What the lists of these consoles show beside the inspections themselves: what waits for whose signature, and what no
//! agency has taken yet. Nothing here decides.

use std::collections::BTreeSet;

use naru_core::{FindingId, InspectionId, InspectionMachine, MemberId, Proposal, ProposalKind};
use naru_storage::{InspectionFilter, InspectionRow, StorageError, Tx};

use super::seat::Seat;

/// Inspections that nobody has taken, listed at most.
const UNCLAIMED_MAX: i64 = 200;

/// Something that waits for a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    /// Of which inspection.
    pub(super) inspection: InspectionId,
    /// Where it is signed.
    pub(super) href: String,
    /// Who proposed it, judged, or wrote a finding, and so does not sign.
    pub(super) not_by: BTreeSet<MemberId>,
}

impl Waiting {
    /// Whether a member who approves for the agency may sign it.
    pub(super) fn may_be_signed_by(&self, member: MemberId) -> bool {
        !self.not_by.contains(&member)
    }
}

/// A self-inspection that no agency has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unclaimed {
    pub(super) inspection: InspectionRow,
    pub(super) code: String,
    pub(super) name: String,
}

/// What waits for a signature in some inspections of the reader's agency.
pub(super) async fn waiting(seat: &Seat, inspections: &[InspectionId]) -> Result<Vec<Waiting>, StorageError> {
    let storage = seat.office().hub.storage();
    let read = storage.read("inspections_waiting", async |tx| {
        let mut waiting = Vec::new();
        for kind in [ProposalKind::Inspection, ProposalKind::Finding] {
            for proposal in tx.proposal_list_open(Some(kind), None).await? {
                waiting.extend(waits(&tx, &proposal, (seat.base, inspections)).await?);
            }
        }
        Ok(waiting)
    });
    read.await
}

async fn waits(
    tx: &Tx,
    proposal: &Proposal,
    (base, inspections): (&str, &[InspectionId]),
) -> Result<Option<Waiting>, StorageError> {
    let mut not_by: BTreeSet<MemberId> = proposal.proposed_by.into_iter().collect();
    let writer = |actor: &str| actor.strip_prefix("member:").and_then(|id| id.parse::<MemberId>().ok());
    let subject = proposal.subject.as_str();
    let (inspection, href) = match proposal.kind {
        ProposalKind::Inspection => {
            let found = subject.parse::<InspectionId>().ok();
            let Some(id) = found.filter(|id| inspections.contains(id)) else {
                return Ok(None);
            };
            not_by.extend(tx.verdict_list(id).await?.iter().map(|verdict| verdict.judged_by));
            let findings = tx.finding_list(id).await?;
            not_by.extend(findings.iter().filter_map(|finding| writer(&finding.written_by)));
            (id, format!("{base}/inspections/{id}/sign/{}", proposal.id))
        }
        _ => {
            let Ok(id) = subject.parse::<FindingId>() else {
                return Ok(None);
            };
            let found = tx.finding_find(id).await?;
            let Some(finding) = found.filter(|finding| inspections.contains(&finding.inspection_id)) else {
                return Ok(None);
            };
            not_by.extend(writer(&finding.written_by));
            (finding.inspection_id, format!("{base}/findings/{id}"))
        }
    };
    Ok(Some(Waiting {
        inspection,
        href,
        not_by,
    }))
}

/// Self-inspections that wait to be confirmed by an agency, whichever takes them, those that waited longest first.
pub(super) async fn unclaimed(seat: &Seat) -> Result<Vec<Unclaimed>, StorageError> {
    let filter = InspectionFilter {
        machine: Some(InspectionMachine::OwnInspection),
        state: "CONFIRMATION_DUE".to_owned(),
        limit: UNCLAIMED_MAX,
        ..InspectionFilter::default()
    };
    let storage = seat.office().hub.storage();
    let read = storage.read("inspections_unclaimed", async |tx| {
        let mut unclaimed = Vec::new();
        let found = tx.inspection_list(&filter).await?;
        for inspection in found.into_iter().filter(|found| found.agency_id.is_none()) {
            let organisation = tx.organisation_find(inspection.organisation_id).await?;
            let (code, name) = organisation.map(|found| (found.code, found.name)).unwrap_or_default();
            unclaimed.push(Unclaimed { inspection, code, name });
        }
        Ok(unclaimed)
    });
    read.await
}
