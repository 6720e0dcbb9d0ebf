//! Tokens with which an organisation's directory calls the hub. A token is shown once; what is kept is its SHA-256.

use naru_core::{Action, Actor, MemberId, OrganisationId, ScimTokenId};
use naru_crypto::{Secret, SecretKind};
use naru_storage::{ScimTokenRow, Storage, StorageError, Tx};
use serde_json::json;

use super::change::MemberError;
use super::service::administrator;
use crate::{AdmissionSettings, Office, Staff};

const NAME_MAX: usize = 100;
/// Living tokens of one organisation at most.
const TOKENS_MAX: usize = 10;

/// A token that was issued just now.
#[derive(Debug, Clone)]
pub struct IssuedToken {
    /// What is kept of it.
    pub row: ScimTokenRow,
    /// The token itself, to be shown once.
    pub secret: Secret,
}

/// Issues a token for the caller's organisation. It ends with the time of the settings, or with the caller.
pub async fn issue(office: &Office, staff: &Staff, name: &str) -> Result<IssuedToken, MemberError> {
    let name = &checked(name)?;
    let storage = office.hub.storage();
    let secret = Secret::new(SecretKind::Directory, storage.chance().bytes());
    let (actor, to) = (
        staff.actor(),
        (&*office.settings, staff.organisation.id, staff.member.id),
    );
    let issued = storage.run("scim_token_issue", &actor, async |tx| {
        administrator(&tx, staff).await?;
        insert(&tx, to, (name, &secret)).await
    });
    let row = issued.await?;
    Ok(IssuedToken { row, secret })
}

/// Issues a token in the name of a member, whom the caller has found to be an administrator.
pub(super) async fn issue_for(
    storage: &Storage,
    actor: &Actor,
    to: (&AdmissionSettings, OrganisationId, MemberId),
    name: &str,
) -> Result<IssuedToken, MemberError> {
    let name = &checked(name)?;
    let secret = Secret::new(SecretKind::Directory, storage.chance().bytes());
    let issued = storage.run("scim_token_issue", actor, async |tx| {
        insert(&tx, to, (name, &secret)).await
    });
    let row = issued.await?;
    Ok(IssuedToken { row, secret })
}

fn checked(name: &str) -> Result<String, MemberError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        return Err(MemberError::TokenName);
    }
    Ok(name.to_owned())
}

async fn insert(
    tx: &Tx,
    (settings, organisation_id, issued_by): (&AdmissionSettings, OrganisationId, MemberId),
    (name, secret): (&str, &Secret),
) -> Result<ScimTokenRow, MemberError> {
    let tokens = tx.scim_token_list(organisation_id).await?;
    if tokens.iter().filter(|token| token.is_alive(tx.now())).count() >= TOKENS_MAX {
        return Err(MemberError::TokensMax(TOKENS_MAX));
    }
    let row = ScimTokenRow {
        id: ScimTokenId::new(tx.now(), tx.chance()),
        organisation_id,
        name: name.to_owned(),
        issued_by,
        created_at: tx.now(),
        expires_at: tx.now().plus_days(i64::from(settings.scim_token_days)),
        used_at: None,
        ended_at: None,
    };
    tx.scim_token_insert(&row, secret.sha256()).await?;
    let details = json!({ "organisation": organisation_id, "expires_at": row.expires_at });
    tx.trail(Action::ScimTokenIssued, row.id, details).await?;
    Ok(row)
}

/// Ends a token of the caller's organisation at once.
///
/// # Errors
/// [`MemberError::TokenUnknown`] where no living token of the organisation has this id.
pub async fn end(office: &Office, staff: &Staff, id: ScimTokenId) -> Result<(), MemberError> {
    let organisation = staff.organisation.id;
    let actor = staff.actor();
    let ended = office.hub.storage().run("scim_token_end", &actor, async |tx| {
        administrator(&tx, staff).await?;
        if !tx.scim_token_end(id, organisation).await? {
            return Err(MemberError::TokenUnknown);
        }
        let details = json!({ "organisation": organisation });
        tx.trail(Action::ScimTokenEnded, id, details).await?;
        Ok(())
    });
    ended.await
}

/// The tokens of the caller's organisation: the living ones first; at most 100.
pub async fn list(office: &Office, staff: &Staff) -> Result<Vec<ScimTokenRow>, MemberError> {
    let organisation = staff.organisation.id;
    let storage = office.hub.storage();
    let read = storage.read("scim_token_list", async |tx| tx.scim_token_list(organisation).await);
    let tokens: Result<Vec<ScimTokenRow>, StorageError> = read.await;
    Ok(tokens?)
}
