//! What the consoles show of findings.

use naru_core::{FindingId, OrganisationId, OrganisationKind, Proposal};
use naru_rulebook::Party;
use naru_storage::{FindingEventRow, FindingRow, InspectionRow, RevisionRow};

use super::service::found;
use crate::inspection::{InspectionError, finding_machine, is_told};
use crate::{Office, Staff, document};

/// One finding with everything that happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingView {
    /// The finding.
    pub finding: FindingRow,
    /// Its inspection.
    pub inspection: InspectionRow,
    /// Everything that happened to it, oldest first.
    pub events: Vec<FindingEventRow>,
    /// The revisions that were handed in for it.
    pub evidence: Vec<RevisionRow>,
    /// Whether it waits for its remedy beyond the day it was due.
    pub is_overdue: bool,
    /// What the member's side may do now.
    pub next: Vec<&'static str>,
    /// What waits for a second person; empty for the organisation.
    pub proposals: Vec<Proposal>,
}

/// One finding.
pub async fn view(office: &Office, staff: &Staff, id: FindingId) -> Result<FindingView, InspectionError> {
    let today = office.hub.now().day();
    let read = office.hub.storage().read("finding_view", async |tx| {
        let (finding, inspection, party) = found(&tx, staff, id).await?;
        let events = tx.finding_event_list(id).await?;
        let mut evidence = Vec::new();
        for revision in events.iter().flat_map(|event| &event.revisions) {
            evidence.extend(tx.revision_find(*revision).await?);
        }
        let open = tx.proposal_list_of_subject(&id.to_string()).await?.into_iter();
        let proposals = open.filter(|proposal| proposal.decision.is_none() && party != Party::Org);
        Ok(FindingView {
            is_overdue: finding.is_overdue(today),
            next: finding_machine().events_of(&finding.state, party),
            proposals: proposals.collect(),
            finding,
            inspection,
            events,
            evidence,
        })
    });
    read.await
}

/// The open findings of an organisation, those due first before the others: what its people were told of, what concerns
/// the member's agency, or all for operator and supervisor.
pub async fn open_findings(
    office: &Office,
    staff: &Staff,
    organisation: OrganisationId,
) -> Result<Vec<FindingRow>, InspectionError> {
    let own = staff.organisation.id;
    let read = office.hub.storage().read("finding_list_open", async |tx| {
        if !document::may_read(&tx, staff, organisation).await? {
            return Err(InspectionError::Unknown);
        }
        let inspections = tx.inspection_list_of(organisation).await?;
        let shows = |finding: &FindingRow| {
            let inspection = inspections
                .iter()
                .find(|inspection| inspection.id == finding.inspection_id);
            inspection.is_some_and(|inspection| match staff.organisation.kind {
                OrganisationKind::Agency => inspection.agency_id == Some(own),
                OrganisationKind::Operator | OrganisationKind::Supervisor => true,
                _ => is_told(inspection, finding.round),
            })
        };
        let mut findings = tx.finding_list_open(organisation).await?;
        findings.retain(shows);
        Ok(findings)
    });
    read.await
}
