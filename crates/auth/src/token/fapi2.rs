//! Issues tokens of the FAPI 2.0 profile: bound to a key or a certificate, short, and hanging off one grant.

use axum::http::{HeaderMap, Method};
use naru_core::{
    Action, Actor, Binding, Client, Confirmation, Grant, GrantId, GrantState, RevokedBy, SECOND, Scope, Scopes,
    UserSeqNo,
};
use naru_crypto::jose::base64url;
use naru_crypto::{Secret, SecretKind, constant_time_eq, from_hex, sha256};
use naru_storage::{Authorization, Step, TokenKind, TokenRow, Tx};
use naru_web::Hub;
use naru_web::fapi2::proof::{self, Made};
use naru_web::fapi2::{OauthError, OauthErrorKind};

use super::id_token;
use crate::authorization::{Asked, Fapi2Asked};
use crate::client::authentication::Caller;
use crate::grant::service::{Whose, end_all};

/// What was issued.
pub struct Issued {
    /// The access token.
    pub access: Secret,
    /// The refresh token, where the grant is a person's and none is there yet.
    pub refresh: Option<Secret>,
    /// What the access token is bound to.
    pub confirmation: Confirmation,
    /// Seconds it lives.
    pub expires_in: i64,
    /// What it covers.
    pub scopes: Scopes,
    /// The grant, where the request managed one (Grant Management 6.2).
    pub grant_id: Option<GrantId>,
    /// The ID token, where `openid` was granted.
    pub id_token: Option<String>,
}

/// What the tokens of this request are bound to: the key that it proves, or the certificate on its connection.
///
/// # Errors
/// `invalid_dpop_proof` or `invalid_request` where what the client registered for is missing (lines 11, 12, 82).
pub fn confirmation(hub: &Hub, caller: &Caller, headers: &HeaderMap) -> Result<Confirmation, OauthError> {
    let refuse = |why| OauthError::new(OauthErrorKind::InvalidDpopProof, why);
    match caller.credential.binding {
        Binding::Certificate if headers.contains_key("dpop") => {
            Err(refuse("this client is registered for tokens bound to its certificate"))
        }
        Binding::Certificate => caller
            .certificate_sha256
            .map(Confirmation::Certificate)
            .ok_or_else(|| OauthError::request("the connection carries no client certificate to bind the token to")),
        Binding::Dpop => {
            let bases: Vec<&str> = hub.bases().collect();
            let made = Made {
                method: &Method::POST,
                path: "/fapi2/token",
                bases: &bases,
                token: None,
                now: hub.now(),
            };
            let proved = proof::check(headers, &made, hub.proofs())?;
            proved
                .map(Confirmation::Key)
                .ok_or_else(|| refuse("a DPoP proof is required for this client"))
        }
    }
}

/// Code → token (RFC 6749 4.1.3, RFC 7636 4.6). A second use ends the grant that the code led to (line 30).
pub async fn exchange_code(
    hub: &Hub,
    caller: &Caller,
    confirmation: Confirmation,
    (code, redirect_uri, verifier): (&str, Option<&str>, Option<&str>),
) -> Result<Issued, OauthError> {
    let code_sha256 = sha256(code.as_bytes());
    let actor = Actor::Client(caller.client.id);
    let id_token = &id_token_of(hub, caller, &code_sha256).await?;
    let exchanged = hub.storage().run("token_exchange_code", &actor, async |tx| {
        let found = tx.authorization_find_by_code(&code_sha256).await?;
        let own = |found: &Authorization| found.client_id == Some(caller.client.id);
        let found = found.filter(own).ok_or_else(OauthError::grant)?;
        let asked: Asked = serde_json::from_str(&found.asked).map_err(|_| OauthError::grant())?;
        let (Some(fapi2), Some(grant_id)) = (&asked.fapi2, found.grant_id) else {
            return Err(OauthError::grant());
        };
        if found.step == Step::Exchanged {
            end_all(&tx, Whose::Grant(grant_id), RevokedBy::Operator).await?;
            return Ok(None);
        }
        let fresh = found.step == Step::Agreed && found.code_expires_at.is_some_and(|until| tx.now() < until);
        let same = redirect_uri == Some(asked.redirect_uri.as_str());
        if !fresh || !same || !verifies(fapi2, verifier) || !bound_here(fapi2, confirmation) {
            return Err(OauthError::grant());
        }
        let after = Authorization {
            step: Step::Exchanged,
            ..found
        };
        if !tx.authorization_move(&after, Step::Agreed).await? {
            return Err(OauthError::grant());
        }
        let grant = living(&tx, grant_id).await?;
        let mut issued = issue(hub, &tx, (&caller.client, &grant), (confirmation, None)).await?;
        issued.grant_id = fapi2.grant.map(|_| grant.id);
        issued.refresh = Some(refresh_token(hub, &tx, &grant).await?);
        issued.id_token.clone_from(id_token);
        Ok(Some(issued))
    });
    exchanged.await?.ok_or_else(OauthError::grant)
}

/// The ID token that belongs to a code, where `openid` was granted. Signed before anything is committed: a token of
/// hardware may take its time or fail, and then the code is still good.
async fn id_token_of(hub: &Hub, caller: &Caller, code_sha256: &[u8; 32]) -> Result<Option<String>, OauthError> {
    let found = hub.storage().read("authorization_find_by_code", async |tx| {
        let found = tx.authorization_find_by_code(code_sha256).await?;
        let waits = |found: &Authorization| found.client_id == Some(caller.client.id) && found.step == Step::Agreed;
        let Some((found, grant_id)) = found
            .filter(waits)
            .and_then(|found| Some((found.asked, found.grant_id?)))
        else {
            return Ok(None);
        };
        let grant = tx.grant_find(grant_id).await?;
        match grant.filter(|grant| grant.scopes.has(Scope::OpenId)) {
            Some(grant) => Ok(Some((found, subject(&tx, &grant).await?))),
            None => Ok::<_, OauthError>(None),
        }
    });
    let Some((asked, sub)) = found.await? else {
        return Ok(None);
    };
    let asked: Asked = serde_json::from_str(&asked).map_err(|_| OauthError::grant())?;
    let signed = asked
        .fapi2
        .map(|fapi2| id_token::sign(hub, &caller.client, &sub, &fapi2));
    Ok(signed.transpose()?)
}

/// Whether the verifier is the one behind the challenge (`S256`).
fn verifies(fapi2: &Fapi2Asked, verifier: Option<&str>) -> bool {
    let Some(verifier) = verifier.filter(|verifier| (43..=128).contains(&verifier.len())) else {
        return false;
    };
    let digest = base64url(&sha256(verifier.as_bytes()));
    constant_time_eq(digest.as_bytes(), fapi2.challenge.as_bytes())
}

/// Whether the code may be exchanged with this key (RFC 9449 10).
fn bound_here(fapi2: &Fapi2Asked, confirmation: Confirmation) -> bool {
    match (fapi2.jkt.as_deref().and_then(from_hex), confirmation) {
        (None, _) => fapi2.jkt.is_none(),
        (Some(bound), Confirmation::Key(shown)) => bound == shown,
        (Some(_), _) => false,
    }
}

async fn living(tx: &Tx, id: GrantId) -> Result<Grant, OauthError> {
    let grant = tx.grant_find(id).await?;
    grant
        .filter(|grant| grant.state(tx.now()) == GrantState::Active)
        .ok_or_else(OauthError::grant)
}

async fn subject(tx: &Tx, grant: &Grant) -> Result<UserSeqNo, OauthError> {
    let person = match grant.person_id {
        Some(id) => tx.person_find(id).await?,
        None => None,
    };
    person.map(|person| person.user_seq_no).ok_or_else(OauthError::grant)
}

/// Refresh (RFC 6749 6). The refresh token stays (line 16); scope may narrow and never widen (line 123); the new access
/// token is bound to whatever this request proves (lines 83 and 100).
pub async fn refresh(
    hub: &Hub,
    caller: &Caller,
    confirmation: Confirmation,
    (token, scope): (&str, Option<&str>),
) -> Result<Issued, OauthError> {
    let wanted = scope.map(scopes_of).transpose()?;
    let token_sha256 = sha256(token.as_bytes());
    let actor = Actor::Client(caller.client.id);
    let refreshed = hub.storage().run("token_refresh", &actor, async |tx| {
        let row = tx.token_find(&token_sha256, TokenKind::Refresh).await?;
        let row = row
            .filter(|row| tx.now() < row.expires_at)
            .ok_or_else(OauthError::grant)?;
        let grant = living(&tx, row.grant_id).await?;
        if grant.client_id != caller.client.id {
            return Err(OauthError::grant());
        }
        if wanted.as_ref().is_some_and(|wanted| !grant.scopes.covers(wanted)) {
            let why = "a refresh may narrow the scope, never widen it";
            return Err(OauthError::new(OauthErrorKind::InvalidScope, why));
        }
        issue(hub, &tx, (&caller.client, &grant), (confirmation, wanted.clone())).await
    });
    refreshed.await
}

fn scopes_of(text: &str) -> Result<Scopes, OauthError> {
    let refuse = || {
        OauthError::new(
            OauthErrorKind::InvalidScope,
            "scope is missing, unknown or not the client's",
        )
    };
    let scopes = Scopes::parse(text).map_err(|_| refuse())?;
    if scopes.is_empty() { Err(refuse()) } else { Ok(scopes) }
}

/// Two-legged (RFC 6749 4.4): what a client has without a person.
pub async fn two_legged(
    hub: &Hub,
    caller: &Caller,
    confirmation: Confirmation,
    scope: Option<&str>,
) -> Result<Issued, OauthError> {
    let client = &caller.client;
    let own = Scopes::of(
        &client
            .scopes
            .iter()
            .filter(|scope| scope.is_two_legged())
            .collect::<Vec<_>>(),
    );
    let wanted = scopes_of(scope.unwrap_or("oob"))?;
    if !own.covers(&wanted) {
        let why = "the client may not have this scope without a person";
        return Err(OauthError::new(OauthErrorKind::InvalidScope, why));
    }
    let actor = Actor::Client(client.id);
    let issued = hub.storage().run("token_two_legged", &actor, async |tx| {
        let lives = &hub.settings().lives;
        let until = tx.now().plus_seconds(lives.fapi2_access_token_seconds);
        let covers = |grant: &Grant| grant.expires_at >= until && grant.scopes.covers(&own);
        let grant = match tx.grant_find_two_legged(client.id).await?.filter(covers) {
            Some(grant) => grant,
            None => {
                let grant = Grant {
                    id: GrantId::new(hub.storage().chance()),
                    client_id: client.id,
                    person_id: None,
                    scopes: own.clone(),
                    created_at: tx.now(),
                    expires_at: tx
                        .now()
                        .plus_seconds(lives.grant_seconds.max(lives.fapi2_access_token_seconds)),
                    revoked: None,
                    last_used_at: None,
                };
                tx.grant_insert(&grant).await?;
                let details = serde_json::json!({ "scopes": own.to_string() });
                tx.trail(Action::GrantGiven, grant.id, details).await?;
                grant
            }
        };
        issue(hub, &tx, (client, &grant), (confirmation, Some(wanted.clone()))).await
    });
    issued.await
}

/// Issues an access token under a grant, within the transaction that decided it.
async fn issue(
    hub: &Hub,
    tx: &Tx,
    (client, grant): (&Client, &Grant),
    (confirmation, scopes): (Confirmation, Option<Scopes>),
) -> Result<Issued, OauthError> {
    let (now, chance) = (tx.now(), hub.storage().chance());
    let access = Secret::new(SecretKind::Access, chance.bytes());
    let life = hub.settings().lives.fapi2_access_token_seconds;
    // What it covers is told and kept: a grant that is widened later does not widen it.
    let scopes = scopes.unwrap_or_else(|| grant.scopes.clone());
    let expires_in = life.min(grant.expires_at.micros_since(now) / SECOND);
    tx.token_insert(&TokenRow {
        sha256: access.sha256().to_vec(),
        kind: TokenKind::Access,
        grant_id: grant.id,
        confirmation,
        scopes: Some(scopes.clone()),
        issued_at: now,
        expires_at: now.plus_seconds(expires_in),
        used_at: None,
    })
    .await?;
    let details = serde_json::json!({ "client": client.id, "bound": true });
    tx.trail(Action::TokensIssued, grant.id, details).await?;
    Ok(Issued {
        access,
        refresh: None,
        confirmation,
        expires_in,
        scopes,
        grant_id: None,
        id_token: None,
    })
}

/// A refresh token lives as long as its grant; it is bound by the client's own authentication (line 83).
async fn refresh_token(hub: &Hub, tx: &Tx, grant: &Grant) -> Result<Secret, OauthError> {
    let refresh = Secret::new(SecretKind::Refresh, hub.storage().chance().bytes());
    tx.token_insert(&TokenRow {
        sha256: refresh.sha256().to_vec(),
        kind: TokenKind::Refresh,
        grant_id: grant.id,
        confirmation: Confirmation::None,
        scopes: None,
        issued_at: tx.now(),
        expires_at: grant.expires_at,
        used_at: None,
    })
    .await?;
    Ok(refresh)
}
