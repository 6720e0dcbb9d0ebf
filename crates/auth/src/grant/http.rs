//! GET and DELETE /fapi2/grants/{id} (Grant Management 6.4 and 6.5).

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use naru_core::{Actor, Grant, GrantId, RevokedBy, SECOND, Scope};
use naru_storage::StorageError;
use naru_web::fapi2::{OauthError, OauthErrorKind, Resource, json, resource};
use naru_web::{Effect, Hub, Route};
use serde_json::json;

use super::service::{self, GrantError};

const PATH: &str = "/fapi2/grants/{id}";

/// The routes of this noun.
pub fn routes(hub: &Hub) -> Vec<Route> {
    vec![
        resource(
            ("GET", PATH),
            (Scope::GrantQuery, Effect::Reads),
            "What a grant covers, told to its client (Grant Management)",
            hub,
            show,
        ),
        resource(
            ("DELETE", PATH),
            (Scope::GrantRevoke, Effect::Writes),
            "Ends a grant and every token of it (Grant Management)",
            hub,
            end,
        ),
    ]
}

async fn find(hub: &Hub, call: &Resource) -> Result<Grant, OauthError> {
    let unknown = || OauthError::new(OauthErrorKind::NotFound, "there is no such grant");
    let id: GrantId = call.named.parse().map_err(|_| unknown())?;
    let found = hub.storage().read("grant_find", async |tx| tx.grant_find(id).await);
    let found: Result<Option<Grant>, StorageError> = found.await;
    let grant = found?.filter(|grant| grant.revoked.is_none()).ok_or_else(unknown)?;
    if grant.client_id != call.client.id {
        let why = "the grant is another client's";
        return Err(OauthError::new(OauthErrorKind::Forbidden, why));
    }
    Ok(grant)
}

async fn show(hub: Hub, call: Resource) -> Result<Response, OauthError> {
    let grant = find(&hub, &call).await?;
    let scopes: Vec<_> = grant.scopes.iter().map(|scope| json!({ "scope": scope })).collect();
    let body = json!({
        "scopes": scopes,
        "created_at": grant.created_at.0 / SECOND,
        "expires_at": grant.expires_at.0 / SECOND,
    });
    Ok(json(StatusCode::OK, &body))
}

async fn end(hub: Hub, call: Resource) -> Result<Response, OauthError> {
    let grant = find(&hub, &call).await?;
    let actor = Actor::Client(call.client.id);
    match service::revoke(hub.storage(), &actor, grant.id, (RevokedBy::Client, None)).await {
        Ok(_) | Err(GrantError::Ended | GrantError::Unknown) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(GrantError::Storage(error)) => Err(error.into()),
    }
}
