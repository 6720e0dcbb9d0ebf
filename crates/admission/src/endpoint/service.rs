//! Registers and removes endpoints, and plans the signals that are looked at there.

use naru_core::{Action, Endpoint, EndpointId, EndpointKind, OrganisationId, OrganisationKind, Role, Timestamp};
use naru_probe::{Target, TargetError};
use naru_storage::{StorageError, Tx};
use serde_json::json;

use crate::signal::plan;
use crate::{Denied, Office, Staff};

/// Endpoints of one organisation at most.
pub const ENDPOINTS_MAX: i64 = 20;
/// Endpoints that one organisation registers within a day at most, whatever became of them.
pub const REGISTERED_DAY_MAX: usize = 40;
/// A host whose endpoint was removed is looked at again so long after that one was registered, seconds.
const AGAIN_SECONDS: i64 = 600;

/// Why an endpoint was not registered or removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// No such endpoint of the organisation.
    #[error("there is no such endpoint")]
    Unknown,
    /// The address cannot be looked at.
    #[error("url: {0}")]
    Url(TargetError),
    /// The port is one of another service.
    #[error("url: port {0} is not looked at")]
    Port(u16),
    /// It is registered already.
    #[error("this address is registered already")]
    Taken,
    /// There are too many.
    #[error("an organisation registers at most {ENDPOINTS_MAX} endpoints")]
    TooMany,
    /// Too many were registered today.
    #[error("an organisation registers at most {REGISTERED_DAY_MAX} endpoints a day")]
    TooOften,
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
    if !target.is_at_port_of(&office.settings.endpoint_low_ports) {
        return Err(EndpointError::Port(target.port()));
    }
    let (organisation, actor, url) = (staff.organisation.id, staff.actor(), target.to_string());
    let registered = office.hub.storage().run("endpoint_register", &actor, async |tx| {
        if tx.endpoint_find_registered(organisation, kind, &url).await?.is_some() {
            return Err(EndpointError::Taken);
        }
        let due_at = first_look(&tx, (organisation, target.host()), office.settings.private_endpoints).await?;
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
        plan::endpoint(&tx, &endpoint, due_at).await?;
        let details = json!({ "registered": true, "kind": kind, "organisation": organisation });
        tx.trail(Action::EndpointChanged, endpoint.id, details).await?;
        Ok(endpoint)
    });
    registered.await
}

/// When a fresh endpoint is looked at: at once, unless the host was registered and removed a moment ago.
async fn first_look(
    tx: &Tx,
    (organisation, host): (OrganisationId, &str),
    is_private: bool,
) -> Result<Timestamp, EndpointError> {
    let recent = tx.endpoint_list_since(organisation, tx.now().plus_days(-1)).await?;
    if recent.len() >= REGISTERED_DAY_MAX {
        return Err(EndpointError::TooOften);
    }
    let is_same = |endpoint: &&Endpoint| {
        let target = Target::parse(&endpoint.url, is_private);
        endpoint.removed_at.is_some() && target.is_ok_and(|target| target.host() == host)
    };
    let before = recent.iter().find(is_same).map(|endpoint| endpoint.registered_at);
    let again = before.map(|at| at.plus_seconds(AGAIN_SECONDS));
    Ok(again.map_or(tx.now(), |again| again.max(tx.now())))
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
