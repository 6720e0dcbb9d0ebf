//! Registers and removes endpoints, and plans the signals that are looked at there.

use naru_core::{Action, Endpoint, EndpointId, EndpointKind, OrganisationId, OrganisationKind, Role};
use naru_probe::{Target, TargetError};
use naru_storage::StorageError;
use serde_json::json;

use crate::signal::plan;
use crate::{Denied, Office, Staff};

/// Endpoints of one organisation at most.
pub const ENDPOINTS_MAX: i64 = 20;

/// Why an endpoint was not registered or removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// No such endpoint of the organisation.
    #[error("there is no such endpoint")]
    Unknown,
    /// The address cannot be looked at.
    #[error("url: {0}")]
    Url(TargetError),
    /// It is registered already.
    #[error("this address is registered already")]
    Taken,
    /// There are too many.
    #[error("an organisation registers at most {ENDPOINTS_MAX} endpoints")]
    TooMany,
    /// The member may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Whether a member may change the endpoints of their own organisation: a developer or an administrator of a fintech.
fn may_change(staff: &Staff) -> Result<(), Denied> {
    staff
        .require(Role::Developer, OrganisationKind::Fintech)
        .or_else(|denied| {
            let by_administrator = staff.require(Role::Administrator, OrganisationKind::Fintech);
            by_administrator.map_err(|_| denied)
        })
}

/// Registers an address: from then on it is looked at.
///
/// # Errors
/// [`EndpointError`]: no https address of a public name, registered already, too many, or not allowed.
pub async fn register(
    office: &Office,
    staff: &Staff,
    (kind, url): (EndpointKind, &str),
) -> Result<Endpoint, EndpointError> {
    may_change(staff)?;
    let target = Target::parse(url.trim(), office.settings.private_endpoints).map_err(EndpointError::Url)?;
    let (organisation, actor, url) = (staff.organisation.id, staff.actor(), target.to_string());
    let registered = office.hub.storage().run("endpoint_register", &actor, async |tx| {
        if tx.endpoint_find_registered(organisation, kind, &url).await?.is_some() {
            return Err(EndpointError::Taken);
        }
        let endpoint = Endpoint {
            id: EndpointId::new(tx.now(), tx.chance()),
            organisation_id: organisation,
            kind,
            url: url.clone(),
            registered_by: staff.member.id,
            registered_at: tx.now(),
            removed_at: None,
        };
        if !tx.endpoint_insert(&endpoint, ENDPOINTS_MAX).await? {
            return Err(EndpointError::TooMany);
        }
        plan::endpoint(&tx, &endpoint).await?;
        let details = json!({ "registered": true, "kind": kind, "organisation": organisation });
        tx.trail(Action::EndpointChanged, endpoint.id, details).await?;
        Ok(endpoint)
    });
    registered.await
}

/// Takes an address back: it is not looked at any more. What was observed stays.
///
/// # Errors
/// [`EndpointError`]: not an endpoint of the organisation, or not allowed.
pub async fn remove(office: &Office, staff: &Staff, id: EndpointId) -> Result<(), EndpointError> {
    may_change(staff)?;
    let actor = staff.actor();
    let removed = office.hub.storage().run("endpoint_remove", &actor, async |tx| {
        let endpoint = tx.endpoint_find(id).await?;
        let own = endpoint.filter(|endpoint| endpoint.organisation_id == staff.organisation.id);
        own.ok_or(EndpointError::Unknown)?;
        if !tx.endpoint_remove(id).await? {
            return Err(EndpointError::Unknown);
        }
        tx.trail(Action::EndpointChanged, id, json!({ "removed": true }))
            .await?;
        Ok(())
    });
    removed.await
}

/// The registered endpoints of an organisation, oldest first.
///
/// # Errors
/// The database's.
pub async fn list(office: &Office, organisation: OrganisationId) -> Result<Vec<Endpoint>, EndpointError> {
    let listed = office
        .hub
        .storage()
        .read("endpoint_list", async |tx| Ok(tx.endpoint_list(organisation).await?));
    listed.await
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod tests;
