//! Ends grants. The next call under an ended grant is refused, because every call reads the grant's row.

use naru_core::{Action, Actor, Client, Grant, GrantId, GrantState, PersonId, Registration, RevokedBy};
use naru_storage::{Storage, StorageError, Tx};

/// Why a grant was not ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// There is no such grant, or it is somebody else's.
    #[error("there is no such grant")]
    Unknown,
    /// It was ended before.
    #[error("the grant was ended before")]
    Ended,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Ends a grant. A person may end only their own.
pub async fn revoke(
    storage: &Storage,
    actor: &Actor,
    id: GrantId,
    (by, owner): (RevokedBy, Option<PersonId>),
) -> Result<Grant, GrantError> {
    storage
        .run("grant_revoke", actor, async |tx| {
            let grant = tx.grant_find(id).await?.ok_or(GrantError::Unknown)?;
            if owner.is_some() && grant.person_id != owner {
                return Err(GrantError::Unknown);
            }
            if !tx.grant_revoke(id, by).await? {
                return Err(GrantError::Ended);
            }
            tx.trail(
                Action::GrantRevoked,
                id,
                serde_json::json!({ "by": by, "client": grant.client_id }),
            )
            .await?;
            end_accounts(&tx, &grant).await?;
            Ok(grant)
        })
        .await
}

/// With the last living grant to a fintech, the consents for the person's accounts there end too.
async fn end_accounts(tx: &Tx, ended: &Grant) -> Result<(), StorageError> {
    let Some(person_id) = ended.person_id else {
        return Ok(());
    };
    let grants = tx.grant_list_of_person(person_id).await?;
    let another = |grant: &Grant| grant.client_id == ended.client_id && grant.id != ended.id;
    if grants
        .iter()
        .any(|grant| another(grant) && grant.state(tx.now()) == GrantState::Active)
    {
        return Ok(());
    }
    let registrations = tx.registration_end_all(ended.client_id, person_id).await?;
    tx.trail(
        Action::ConsentEnded,
        person_id,
        serde_json::json!({ "registrations": registrations }),
    )
    .await
}

/// One grant with what a person wants to see of it.
#[derive(Debug, Clone)]
pub struct GrantView {
    /// The grant.
    pub grant: Grant,
    /// To whom.
    pub client: Client,
    /// The accounts registered there.
    pub registrations: Vec<Registration>,
}

/// Everything a person granted, newest first.
pub async fn list_of_person(storage: &Storage, person: PersonId) -> Result<Vec<GrantView>, StorageError> {
    storage
        .read("grant_list_of_person", async |tx| {
            let mut views = Vec::new();
            for grant in tx.grant_list_of_person(person).await? {
                let Some(client) = tx.client_find(grant.client_id).await? else {
                    continue;
                };
                let registrations = tx.registration_list(grant.client_id, person).await?;
                views.push(GrantView {
                    grant,
                    client,
                    registrations,
                });
            }
            Ok(views)
        })
        .await
}
