//! What the consoles show of findings.

use naru_core::{FindingId, OrganisationId, OrganisationKind, Proposal};
use naru_rulebook::Party;
use naru_storage::{FindingEventRow, FindingRow, Inspected, InspectionRow, OpenAfterEnd, RevisionRow, StorageError};

use super::service::found;
use crate::inspection::{InspectionError, finding_machine, is_told, require_reader};
use crate::{Office, Staff, document};

/// Reopened findings that are listed at most.
const REOPENED_MAX: i64 = 200;

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

/// An open finding on an inspection that has ended, such as one that a signal reopened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopened {
    /// The finding, its inspection and its organisation.
    pub open: OpenAfterEnd,
    /// Whether it waits for its remedy beyond the day it was due.
    pub is_overdue: bool,
    /// What the member's side may do now; empty while it waits for the organisation, and for who merely looks.
    pub next: Vec<&'static str>,
}

/// The open findings on inspections that have ended, those due first before the others; at most 200. An agency sees
/// those of its own inspections, the operator those of self-inspections that no agency confirmed, because it judges
/// them, and the supervisor all.
///
/// # Errors
/// [`InspectionError::Denied`] for everybody else.
pub async fn reopened(office: &Office, staff: &Staff) -> Result<Vec<Reopened>, InspectionError> {
    let who = match staff.organisation.kind {
        OrganisationKind::Operator | OrganisationKind::Supervisor => {
            crate::organisation::overview::require_overview(staff)?;
            match staff.organisation.kind {
                OrganisationKind::Operator => Inspected::ByNoAgency,
                _ => Inspected::ByAnybody,
            }
        }
        _ => {
            require_reader(staff)?;
            Inspected::By(staff.organisation.id)
        }
    };
    let read = office.hub.storage().read("finding_reopened", async |tx| {
        tx.finding_list_open_after_end(who, REOPENED_MAX).await
    });
    let listed: Result<Vec<OpenAfterEnd>, StorageError> = read.await;
    let today = office.hub.now().day();
    let next = |state: &str| match who {
        Inspected::ByAnybody => Vec::new(),
        _ => finding_machine().events_of(state, Party::Agency),
    };
    let view = |open: OpenAfterEnd| Reopened {
        is_overdue: open.finding.is_overdue(today),
        next: next(&open.finding.state),
        open,
    };
    Ok(listed?.into_iter().map(view).collect())
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
        let inspections = tx.inspection_list_of(organisation).await?;
        let inspected = inspections.iter().any(|inspection| inspection.agency_id == Some(own));
        let may_look = staff.member.active && inspected;
        if !may_look && !document::may_read(&tx, staff, organisation).await? {
            return Err(InspectionError::Unknown);
        }
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
