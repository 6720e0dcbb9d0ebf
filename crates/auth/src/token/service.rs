//! Issues tokens. They are opaque, 256 bits, stored as SHA-256, and bound to the client's certificate wherever the
//! client showed it (RFC 8705).

use naru_core::{
    Action, Actor, Client, ClientStatus, Confirmation, Environment, Grant, GrantId, GrantState, Profile, Scope, Scopes,
    Timestamp, UserSeqNo,
};
use naru_crypto::{Secret, SecretKind, constant_time_eq, sha256};
use naru_storage::{Step, StorageError, TokenKind, TokenRow, Tx};
use naru_web::Hub;

use crate::grant::service::{Whose, end_all};

/// Why no token was issued. Which part of a client's credentials was wrong is not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The client, its secret or its certificate; or the code or refresh token.
    #[error("credentials, code or refresh token")]
    Credentials,
    /// A scope or grant type that the client may not have.
    #[error("scope or grant type")]
    Scope,
    /// Own authentication without the entitlement.
    #[error("own authentication is not allowed")]
    NotEntitled,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What a client presents to prove itself.
#[derive(Clone)]
pub struct ClientProof<'a> {
    /// `client_id`.
    pub client_id: &'a str,
    /// `client_secret`; empty where none came.
    pub secret: &'a str,
    /// SHA-256 of the certificate on the connection.
    pub certificate_sha256: Option<[u8; 32]>,
}

/// An issued pair.
pub struct Issued {
    /// The access token.
    pub access: Secret,
    /// The refresh token; none for a two-legged grant.
    pub refresh: Option<Secret>,
    /// Seconds the access token lives.
    pub expires_in: i64,
    /// What it may be used for.
    pub scopes: Scopes,
    /// As the fintech knows the person.
    pub user_seq_no: Option<UserSeqNo>,
    /// The client it was issued to.
    pub client: Client,
}

/// Authenticates a client of the KFTC profile; gives what its tokens are bound to.
async fn authenticate(hub: &Hub, tx: &Tx, proof: &ClientProof<'_>) -> Result<(Client, Confirmation), TokenError> {
    let id = proof.client_id.parse().map_err(|_| TokenError::Credentials)?;
    let client = tx.client_find(id).await?.ok_or(TokenError::Credentials)?;
    let certificate_is_its_own = match (&client.certificate_sha256, proof.certificate_sha256) {
        (Some(registered), Some(shown)) => constant_time_eq(registered, &shown),
        _ => false,
    };
    let secret_is_its_own = client
        .secret_sha256
        .as_ref()
        .is_some_and(|stored| constant_time_eq(stored, &sha256(proof.secret.as_bytes())));
    let test_bed = client.environment == Environment::TestBed;
    let served = client.profile == Profile::Kftc && client.status == ClientStatus::Active;
    if !served || test_bed && !hub.settings().test_bed {
        return Err(TokenError::Credentials);
    }
    // In the test bed a secret is enough. In production the certificate is the proof; a secret does not exist there.
    let bound = proof
        .certificate_sha256
        .map_or(Confirmation::None, Confirmation::Certificate);
    match (certificate_is_its_own, secret_is_its_own) {
        (true, true) => Ok((client, bound)),
        (true, false) if proof.secret.is_empty() || !test_bed => Ok((client, bound)),
        (false, true) if test_bed && proof.certificate_sha256.is_none() => Ok((client, bound)),
        _ => Err(TokenError::Credentials),
    }
}

/// Code → token (RFC 6749 §4.1.3). A code is exchanged once; a second try ends the grant it led to.
pub async fn exchange_code(
    hub: &Hub,
    proof: &ClientProof<'_>,
    (code, redirect_uri): (&str, &str),
) -> Result<Issued, TokenError> {
    let code_sha256 = sha256(code.as_bytes());
    let actor = Actor::Hub("token");
    let exchanged = hub.storage().run("token_exchange_code", &actor, async |tx| {
        let (client, bound_to) = authenticate(hub, &tx, proof).await?;
        let found = tx
            .authorization_find_by_code(&code_sha256)
            .await?
            .ok_or(TokenError::Credentials)?;
        let grant_id = found.grant_id.ok_or(TokenError::Credentials)?;
        if found.client_id != Some(client.id) || asked_redirect(&found.asked).as_deref() != Some(redirect_uri) {
            return Err(TokenError::Credentials);
        }
        if found.step == Step::Exchanged {
            // Somebody has the code twice (RFC 6749 §4.1.2): what it led to is not to be trusted.
            end_all(&tx, Whose::Grant(grant_id), naru_core::RevokedBy::Operator).await?;
            return Ok(None);
        }
        if found.step != Step::Agreed || found.code_expires_at.is_none_or(|until| tx.now() >= until) {
            return Err(TokenError::Credentials);
        }
        let mut after = found.clone();
        after.step = Step::Exchanged;
        if !tx.authorization_move(&after, Step::Agreed).await? {
            return Err(TokenError::Credentials);
        }
        let grant = living(tx.grant_find(grant_id).await?, tx.now())?;
        issue(hub, &tx, (&client, &grant), bound_to).await.map(Some)
    });
    exchanged.await?.ok_or(TokenError::Credentials)
}

fn asked_redirect(asked: &str) -> Option<String> {
    let asked: serde_json::Value = serde_json::from_str(asked).ok()?;
    asked.get("redirect_uri")?.as_str().map(str::to_owned)
}

fn living(grant: Option<Grant>, now: Timestamp) -> Result<Grant, TokenError> {
    grant
        .filter(|grant| grant.state(now) == GrantState::Active)
        .ok_or(TokenError::Credentials)
}

/// Refresh (RFC 6749 §6). Each refresh token is exchanged once.
pub async fn refresh(hub: &Hub, proof: &ClientProof<'_>, (token, scope): (&str, &str)) -> Result<Issued, TokenError> {
    let wanted = Scopes::parse(scope).map_err(|_| TokenError::Scope)?;
    let token_sha256 = sha256(token.as_bytes());
    let refreshed = hub.storage().run("token_refresh", &Actor::Hub("token"), async |tx| {
        let (client, bound_to) = authenticate(hub, &tx, proof).await?;
        let row = tx
            .token_find(&token_sha256, TokenKind::Refresh)
            .await?
            .ok_or(TokenError::Credentials)?;
        let grant = living(tx.grant_find(row.grant_id).await?, tx.now())?;
        let bound_elsewhere = row.confirmation != Confirmation::None && row.confirmation != bound_to;
        if grant.client_id != client.id || tx.now() >= row.expires_at || bound_elsewhere {
            return Err(TokenError::Credentials);
        }
        if !grant.scopes.covers(&wanted) {
            return Err(TokenError::Scope);
        }
        if !tx.token_use(&token_sha256).await? {
            return Err(TokenError::Credentials);
        }
        issue(hub, &tx, (&client, &grant), bound_to).await
    });
    refreshed.await
}

/// Two-legged (RFC 6749 §4.4): the client's own word, for `oob` alone.
pub async fn two_legged(hub: &Hub, proof: &ClientProof<'_>, scope: &str) -> Result<Issued, TokenError> {
    let wanted = Scopes::parse(scope).map_err(|_| TokenError::Scope)?;
    if wanted.has(Scope::Sa) {
        return Err(TokenError::NotEntitled);
    }
    if wanted != Scopes::of(&[Scope::Oob]) {
        return Err(TokenError::Scope);
    }
    let issued = hub.storage().run("token_two_legged", &Actor::Hub("token"), async |tx| {
        let (client, bound_to) = authenticate(hub, &tx, proof).await?;
        if !client.scopes.has(Scope::Oob) {
            return Err(TokenError::Scope);
        }
        let lives = &hub.settings().lives;
        let grant = match tx.grant_find_two_legged(client.id).await? {
            Some(grant) if grant.expires_at >= tx.now().plus_seconds(lives.access_token_seconds) => grant,
            _ => {
                let grant = two_legged_grant(hub, &client, tx.now());
                tx.grant_insert(&grant).await?;
                tx.trail(Action::GrantGiven, grant.id, serde_json::json!({ "scopes": "oob" }))
                    .await?;
                grant
            }
        };
        issue(hub, &tx, (&client, &grant), bound_to).await
    });
    issued.await
}

fn two_legged_grant(hub: &Hub, client: &Client, now: Timestamp) -> Grant {
    let lives = &hub.settings().lives;
    Grant {
        id: GrantId::new(hub.storage().chance()),
        client_id: client.id,
        person_id: None,
        scopes: Scopes::of(&[Scope::Oob]),
        created_at: now,
        expires_at: now.plus_seconds(lives.grant_seconds.max(lives.access_token_seconds)),
        revoked: None,
        last_used_at: None,
    }
}

/// Issues a pair under a grant, within the transaction that decided it.
pub async fn issue(
    hub: &Hub,
    tx: &Tx,
    (client, grant): (&Client, &Grant),
    confirmation: Confirmation,
) -> Result<Issued, TokenError> {
    let (now, lives, chance) = (tx.now(), &hub.settings().lives, hub.storage().chance());
    let access = Secret::new(SecretKind::Access, chance.bytes());
    let refresh = grant
        .person_id
        .map(|_| Secret::new(SecretKind::Refresh, chance.bytes()));
    let expires_in = lives
        .access_token_seconds
        .min(grant.expires_at.micros_since(now) / naru_core::SECOND);
    let row = |secret: &Secret, kind, seconds| TokenRow {
        sha256: secret.sha256().to_vec(),
        kind,
        grant_id: grant.id,
        confirmation,
        scopes: None,
        issued_at: now,
        expires_at: now.plus_seconds(seconds),
        used_at: None,
    };
    tx.token_insert(&row(&access, TokenKind::Access, expires_in)).await?;
    if let Some(refresh) = &refresh {
        tx.token_insert(&row(refresh, TokenKind::Refresh, lives.refresh_token_seconds))
            .await?;
    }
    let details = serde_json::json!({ "client": client.id, "bound": confirmation != Confirmation::None });
    tx.trail(Action::TokensIssued, grant.id, details).await?;
    let user_seq_no = match grant.person_id {
        Some(person) => tx.person_find(person).await?.map(|person| person.user_seq_no),
        None => None,
    };
    Ok(Issued {
        access,
        refresh,
        expires_in,
        scopes: grant.scopes.clone(),
        user_seq_no,
        client: client.clone(),
    })
}
