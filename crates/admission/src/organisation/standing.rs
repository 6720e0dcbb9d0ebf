//! What an organisation is shown of itself: where it stands and what is due when, its clients and how much they call,
//! its policies and subsidies. Only reads; nothing is decided here.

use naru_core::{Client, Day, OrganisationId, OrganisationKind};
use naru_rulebook::Inspection;
use naru_rulebook::duty::Duty;
use naru_storage::{OrganisationFilter, PolicyRow, StorageError, SubsidyRow, Tx, UsageCall, UsageDay};

use crate::duty::{Dossier, plus_days};
use crate::{Office, Staff, gate};

/// How far ahead it is said what is due, days.
const AHEAD_DAYS: i64 = 2 * 366;
/// Days of usage that are shown.
const USAGE_DAYS: i64 = 14;
/// Calls of the whole record among which those of the organisation are looked for.
const USAGE_STRETCH: i64 = 5_000;
/// Agencies that one can choose among at most.
const AGENCIES_MAX: i64 = 100;

/// Where an organisation stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Everything that its gates and duty rest on.
    pub dossier: Dossier,
    /// The duty of the organisation inspection today.
    pub duty: Duty,
    /// The days from today on at which that duty changes, with the duty from then on.
    pub changes: Vec<(Day, Duty)>,
    /// Its clients, oldest first.
    pub clients: Vec<Client>,
}

/// Clients and how much they called.
#[derive(Debug, Clone)]
pub struct Usage {
    /// The first day that is counted.
    pub since: Day,
    /// Answered calls by client and day.
    pub days: Vec<UsageDay>,
    /// The organisation's calls among the last ones of the record, newest first.
    pub lately: Vec<UsageCall>,
}

/// Where the member's organisation stands today.
///
/// # Errors
/// The database's; an organisation that is not there is corrupt, because a member of it is signed in.
pub async fn standing(office: &Office, staff: &Staff) -> Result<Standing, StorageError> {
    let (id, today) = (staff.organisation.id, office.hub.now().day());
    let read = office.hub.storage().read("organisation_standing", async |tx: Tx| {
        let dossier = gate::service::dossier(&tx, id).await?;
        let clients = tx.client_list_of_organisation(id).await?;
        Ok::<_, StorageError>((dossier, clients))
    });
    let (dossier, clients) = read.await?;
    let dossier = dossier.ok_or_else(|| StorageError::corrupt("a member of an organisation that is not there"))?;
    let rules = office.settings.rules();
    let facts = dossier.facts_on(today, Inspection::Org);
    Ok(Standing {
        duty: rules.duty(&facts),
        changes: rules.changes(&facts, today, plus_days(today, AHEAD_DAYS)),
        dossier,
        clients,
    })
}

/// The clients of the member's organisation, oldest first.
///
/// # Errors
/// The database's.
pub async fn clients(office: &Office, staff: &Staff) -> Result<Vec<Client>, StorageError> {
    let id = staff.organisation.id;
    let read = office
        .hub
        .storage()
        .read("client_list_of_organisation", async |tx: Tx| {
            tx.client_list_of_organisation(id).await
        });
    read.await
}

/// How much the clients of the member's organisation called.
///
/// # Errors
/// The database's.
pub async fn usage(office: &Office, staff: &Staff) -> Result<Usage, StorageError> {
    let id = staff.organisation.id;
    let since = plus_days(office.hub.now().day(), 1 - USAGE_DAYS);
    let read = office.hub.storage().read("organisation_usage", async |tx: Tx| {
        Ok(Usage {
            since,
            days: tx.usage_by_day(id, since).await?,
            lately: tx.usage_lately(id, USAGE_STRETCH).await?,
        })
    });
    read.await
}

/// Every policy of the member's organisation that was not ended before its day.
///
/// # Errors
/// The database's.
pub async fn policies(office: &Office, staff: &Staff) -> Result<Vec<PolicyRow>, StorageError> {
    let id = staff.organisation.id;
    let read = office
        .hub
        .storage()
        .read("policy_list", async |tx: Tx| tx.policy_list(id).await);
    read.await
}

/// Every subsidy that the member's organisation applied for.
///
/// # Errors
/// The database's.
pub async fn subsidies(office: &Office, staff: &Staff) -> Result<Vec<SubsidyRow>, StorageError> {
    let id = staff.organisation.id;
    let read = office
        .hub
        .storage()
        .read("subsidy_list_of", async |tx: Tx| tx.subsidy_list_of(id).await);
    read.await
}

/// The agencies that inspect: id and name.
///
/// # Errors
/// The database's.
pub async fn agencies(office: &Office) -> Result<Vec<(OrganisationId, String)>, StorageError> {
    let filter = OrganisationFilter {
        kind: Some(OrganisationKind::Agency),
        limit: AGENCIES_MAX,
        ..OrganisationFilter::default()
    };
    let read = office.hub.storage().read("agency_list", async |tx: Tx| {
        let found = tx.organisation_list(&filter).await?;
        Ok::<_, StorageError>(found.into_iter().map(|agency| (agency.id, agency.name)).collect())
    });
    read.await
}
