//! What the operator and the supervisor see of organisations: many at once, one whole, and the state of admission in
//! numbers. Nothing here decides.

use std::collections::HashMap;

use naru_core::{
    AdmissionState, Client, MemberId, OrganisationId, OrganisationKind, Proposal, ProposalKind, Role, SubsidyState,
    Timestamp,
};
use naru_rulebook::duty::{Rules, Status};
use naru_storage::overview::{Coverage, InspectionCount, Labelled, LeaverSpan, OrganisationLabel, SignalCount};
use naru_storage::{
    BudgetRow, InspectionFilter, InspectionRow, NoticeRow, OrganisationCount, OrganisationFilter, PolicyRow,
    StorageError, SubsidyRow, Tx,
};

use super::OrganisationError;
use crate::duty::Dossier;
use crate::inspection::{Time, time};
use crate::proposal::view::{Named, named};
use crate::{AdmissionSettings, Denied, Office, Staff, gate};

/// Days over which leavers and decisions are shown to the supervisor.
const SPAN_DAYS: i64 = 90;
/// Organisations of one list of the supervisor's at most.
const SHOWN_MAX: i64 = 20;
/// Inspections whose clock is read for the supervisor at most; those that waited longest come first.
const CLOCKS_MAX: i64 = 100;

/// Applicants of one page, and how all of them stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// One page, in the order of their codes.
    pub organisations: Vec<naru_core::Organisation>,
    /// All of them, counted.
    pub counts: Vec<OrganisationCount>,
}

/// Everything about one organisation.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The organisation, its facts, and what opens its gates.
    pub dossier: Dossier,
    /// How many active members it has.
    pub members: i64,
    /// Its inspections, newest first, each with the time it has taken.
    pub inspections: Vec<(InspectionRow, Option<Time>)>,
    /// Its clients.
    pub clients: Vec<Client>,
    /// What was proposed about it, newest first.
    pub proposals: Vec<Proposal>,
    /// Its open notices.
    pub notices: Vec<NoticeRow>,
    /// Those who proposed and decided.
    pub names: HashMap<MemberId, Named>,
    /// The dated rules as this hub reads them.
    pub rules: &'static Rules,
}

/// The state of admission in numbers.
#[derive(Debug, Clone)]
pub struct Oversight {
    /// Fintechs by state and duty.
    pub counts: Vec<OrganisationCount>,
    /// Fintechs whose duty is overdue.
    pub overdue: Vec<naru_core::Organisation>,
    /// Fintechs that were cut off.
    pub restricted: Vec<naru_core::Organisation>,
    /// Inspections under way, by process and state.
    pub inspections: Vec<InspectionCount>,
    /// Inspections whose agency is late.
    pub late: Vec<(InspectionRow, Time)>,
    /// Those who are inspected and those who inspect.
    pub labels: HashMap<OrganisationId, OrganisationLabel>,
    /// How long leavers waited.
    pub leavers: LeaverSpan,
    /// How insurance covers limits.
    pub coverage: Coverage,
    /// How signals stand.
    pub signals: Vec<SignalCount>,
    /// Over how many days leavers and decisions are shown.
    pub span_days: i64,
}

/// Subsidies of a year.
#[derive(Debug, Clone)]
pub struct SubsidyYear {
    /// The budget; none was set where it is absent.
    pub budget: Option<BudgetRow>,
    /// The applications, oldest first.
    pub subsidies: Vec<SubsidyRow>,
    /// What waits for a decision.
    pub proposals: Vec<Proposal>,
    /// Whose.
    pub labels: HashMap<OrganisationId, OrganisationLabel>,
}

/// Whether the member may look at every organisation: anybody of the operator and of the supervisor.
pub fn require_overview(staff: &Staff) -> Result<(), Denied> {
    match staff.organisation.kind {
        OrganisationKind::Operator | OrganisationKind::Supervisor if staff.member.active => Ok(()),
        _ => Err(Denied {
            role: Role::Reader,
            kind: OrganisationKind::Operator,
        }),
    }
}

/// One page of applicants: a bounded list and one count, whatever their number.
pub async fn pipeline(
    office: &Office,
    staff: &Staff,
    filter: &OrganisationFilter,
) -> Result<Pipeline, OrganisationError> {
    require_overview(staff)?;
    let read = office.hub.storage().read("pipeline", async |tx| {
        Ok(Pipeline {
            organisations: tx.organisation_list(filter).await?,
            counts: tx.organisation_counts(OrganisationKind::Fintech).await?,
        })
    });
    read.await
}

/// Everything about the organisation of a code.
pub async fn whole(office: &Office, staff: &Staff, code: &str) -> Result<Whole, OrganisationError> {
    require_overview(staff)?;
    let now = office.hub.now();
    let read = office.hub.storage().read("organisation_whole", async |tx| {
        let found = tx.organisation_find_by_code(code).await?;
        let id = found.ok_or(OrganisationError::Unknown)?.id;
        let dossier = gate::service::dossier(&tx, id)
            .await?
            .ok_or(OrganisationError::Unknown)?;
        let mut inspections = Vec::new();
        for inspection in tx.inspection_list_of(id).await? {
            let time = time_of((&tx, &office.settings), &inspection, now).await?;
            inspections.push((inspection, time));
        }
        let proposals = tx.proposal_list_of_organisation(id).await?;
        Ok(Whole {
            members: tx.member_count(id, None).await?,
            clients: tx.client_list_of_organisation(id).await?,
            notices: tx.notice_list_open(id).await?,
            names: named(&tx, staff, &proposals).await?,
            dossier,
            inspections,
            proposals,
            rules: office.settings.rules(),
        })
    });
    read.await
}

/// The time an inspection has taken; one that has ended is not read again.
async fn time_of(
    (tx, settings): (&Tx, &AdmissionSettings),
    inspection: &InspectionRow,
    now: Timestamp,
) -> Result<Option<Time>, StorageError> {
    if inspection.ended_at.is_some() {
        return Ok(None);
    }
    let events = tx.inspection_event_list(inspection.id).await?;
    Ok(time(settings, (inspection, &events), now))
}

/// The state of admission in numbers, for those who watch.
pub async fn oversight(office: &Office, staff: &Staff) -> Result<Oversight, OrganisationError> {
    require_overview(staff)?;
    let now = office.hub.now();
    let since = now.plus_days(-SPAN_DAYS);
    let read = office.hub.storage().read("oversight", async |tx| {
        let filter = OrganisationFilter {
            kind: Some(OrganisationKind::Fintech),
            limit: SHOWN_MAX,
            ..OrganisationFilter::default()
        };
        let overdue = OrganisationFilter {
            duty_status: Some(Status::Overdue.as_str().to_owned()),
            ..filter.clone()
        };
        let restricted = OrganisationFilter {
            state: Some(AdmissionState::Restricted),
            ..filter
        };
        Ok(Oversight {
            counts: tx.organisation_counts(OrganisationKind::Fintech).await?,
            overdue: tx.organisation_list(&overdue).await?,
            restricted: tx.organisation_list(&restricted).await?,
            inspections: tx.inspection_counts().await?,
            late: late((&tx, &office.settings), now).await?,
            labels: labels(&tx, Labelled::UnderInspection).await?,
            leavers: tx.leaver_span(since).await?,
            coverage: tx.coverage().await?,
            signals: tx.signal_counts().await?,
            span_days: SPAN_DAYS,
        })
    });
    read.await
}

async fn late(
    (tx, settings): (&Tx, &AdmissionSettings),
    now: Timestamp,
) -> Result<Vec<(InspectionRow, Time)>, StorageError> {
    let filter = InspectionFilter {
        under_way: true,
        limit: CLOCKS_MAX,
        ..InspectionFilter::default()
    };
    let mut late = Vec::new();
    for inspection in tx.inspection_list(&filter).await? {
        if let Some(time) = time_of((tx, settings), &inspection, now)
            .await?
            .filter(|time| time.spent.is_agency_late)
        {
            late.push((inspection, time));
        }
    }
    Ok(late)
}

/// The codes and names behind a list.
pub(crate) async fn labels(tx: &Tx, of: Labelled) -> Result<HashMap<OrganisationId, OrganisationLabel>, StorageError> {
    let labels = tx.organisation_labels(of).await?;
    Ok(labels.into_iter().map(|label| (label.id, label)).collect())
}

/// Policies that wait for somebody who looks them up at the insurer, oldest first.
pub async fn unconfirmed(
    office: &Office,
    staff: &Staff,
) -> Result<(Vec<PolicyRow>, HashMap<OrganisationId, OrganisationLabel>), OrganisationError> {
    require_overview(staff)?;
    let read = office.hub.storage().read("policies_unconfirmed", async |tx| {
        let policies = tx.policy_list_unconfirmed().await?;
        Ok((policies, labels(&tx, Labelled::UnconfirmedPolicies).await?))
    });
    read.await
}

/// The subsidies of a year with its budget.
pub async fn subsidies(
    office: &Office,
    staff: &Staff,
    (year, state): (i64, Option<SubsidyState>),
) -> Result<SubsidyYear, OrganisationError> {
    require_overview(staff)?;
    let read = office.hub.storage().read("subsidy_year", async |tx| {
        Ok(SubsidyYear {
            budget: tx.budget_find(year).await?,
            subsidies: tx.subsidy_list(year, state).await?,
            proposals: tx.proposal_list_open(Some(ProposalKind::Subsidy), None).await?,
            labels: labels(&tx, Labelled::Subsidies(year)).await?,
        })
    });
    read.await
}
