//! POST /fapi2/revoke

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use naru_core::{Action, Actor, Grant, RevokedBy};
use naru_crypto::{hex, sha256};
use naru_storage::TokenKind;
use naru_web::fapi2::{OauthError, Posted};
use naru_web::{Effect, Hub, Route, Who};

use crate::client::authentication::{Caller, authenticate};
use crate::grant::service::{self, GrantError};

/// The route of this noun.
pub fn route(hub: &Hub) -> Route {
    Route {
        method: "POST",
        path: "/fapi2/revoke",
        who: Who::Client,
        demand: None,
        effect: Effect::Writes,
        summary: "Ends a token; a refresh token ends its whole grant (RFC 7009)",
        handler: post(revoke).with_state(hub.clone()),
    }
}

async fn revoke(State(hub): State<Hub>, request: Request) -> Response {
    match revoked(&hub, request).await {
        // Whatever the token was, it is not good any more (line 125).
        Ok(()) => (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn revoked(hub: &Hub, request: Request) -> Result<(), OauthError> {
    let posted = Posted::of(request).await?;
    let caller = authenticate(hub, &posted).await?;
    let token = posted.form.need("token", "token is required")?;
    end(hub, &caller, &sha256(token.as_bytes())).await
}

async fn end(hub: &Hub, caller: &Caller, digest: &[u8; 32]) -> Result<(), OauthError> {
    let actor = Actor::Client(caller.client.id);
    // The hint is not looked at: a wrong one must not hide the token (line 126).
    let found = hub.storage().read("token_find", async |tx| {
        let refresh = tx.token_find(digest, TokenKind::Refresh).await?;
        let access = tx.token_find(digest, TokenKind::Access).await?;
        let Some(row) = refresh.or(access) else { return Ok(None) };
        let grant = tx.grant_find(row.grant_id).await?;
        Ok::<_, OauthError>(grant.map(|grant| (row, grant)))
    });
    let own = |(_, grant): &(_, Grant)| grant.client_id == caller.client.id && grant.revoked.is_none();
    let own = found.await?.filter(own);
    let Some((row, grant)) = own else { return Ok(()) };
    if row.kind == TokenKind::Access {
        let ended = hub.storage().run("token_end", &actor, async |tx| {
            if tx.token_end(&row.sha256).await? {
                let details = serde_json::json!({ "ended": hex(&row.sha256) });
                tx.trail(Action::TokenEnded, grant.id, details).await?;
            }
            Ok(())
        });
        return ended.await;
    }
    match service::revoke(hub.storage(), &actor, grant.id, (RevokedBy::Client, None)).await {
        Ok(_) | Err(GrantError::Ended | GrantError::Unknown) => Ok(()),
        Err(GrantError::Storage(error)) => Err(error.into()),
    }
}
