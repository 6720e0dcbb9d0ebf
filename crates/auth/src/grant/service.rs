//! Ends grants. The next call under an ended grant is refused, because every call reads the grant's row.

use naru_core::{Action, Actor, Client, ClientId, Grant, GrantId, PersonId, Registration, RevokedBy, Scope};
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

/// Whose grants end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// One grant.
    Grant(GrantId),
    /// Everything a person granted.
    Person(PersonId),
    /// Everything a fintech was granted, and what it has by itself.
    Client(ClientId),
    /// Every grant with a living token that is bound to a certificate (SHA-256 of its DER form).
    Certificate([u8; 32]),
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
            if !end(&tx, &grant, by).await? {
                return Err(GrantError::Ended);
            }
            Ok(grant)
        })
        .await
}

/// Ends every living grant of somebody, a thousand in a commit; how many. The next call under any of them is refused.
pub async fn revoke_all(storage: &Storage, actor: &Actor, whose: Whose, by: RevokedBy) -> Result<u64, StorageError> {
    let mut all = 0;
    loop {
        let ended = storage
            .run("grant_revoke_all", actor, async |tx| end_all(&tx, whose, by).await)
            .await?;
        all += ended;
        if ended == 0 {
            return Ok(all);
        }
    }
}

/// Ends a thousand of them at most, within a transaction that may do something else too.
pub(crate) async fn end_all(tx: &Tx, whose: Whose, by: RevokedBy) -> Result<u64, StorageError> {
    let grants = match whose {
        Whose::Grant(id) => tx.grant_find(id).await?.into_iter().collect(),
        Whose::Person(id) => tx.grant_list_living(id).await?,
        Whose::Client(id) => tx.grant_list_of_client(id).await?,
        Whose::Certificate(sha256) => {
            let mut grants = Vec::new();
            for id in tx.token_grants_of_certificate(&sha256).await? {
                grants.extend(tx.grant_find(id).await?);
            }
            grants
        }
    };
    let mut ended = 0;
    for grant in &grants {
        ended += u64::from(end(tx, grant, by).await?);
    }
    Ok(ended)
}

/// The one place where a grant ends: the grant, its trail, and the consents for accounts that hung on it. Whether it
/// was alive.
async fn end(tx: &Tx, grant: &Grant, by: RevokedBy) -> Result<bool, StorageError> {
    if !tx.grant_revoke(grant.id, by).await? {
        return Ok(false);
    }
    let details = serde_json::json!({ "by": by, "client": grant.client_id });
    tx.trail(Action::GrantRevoked, grant.id, details).await?;
    end_accounts(tx, grant).await?;
    Ok(true)
}

/// With the last living grant to a fintech that is about accounts, the consents for accounts there end too.
async fn end_accounts(tx: &Tx, ended: &Grant) -> Result<(), StorageError> {
    let Some(person_id) = ended.person_id else {
        return Ok(());
    };
    let grants = tx.grant_list_living(person_id).await?;
    let of_accounts = |grant: &Grant| grant.scopes.has(Scope::Inquiry) || grant.scopes.has(Scope::Transfer);
    let another = |grant: &Grant| grant.client_id == ended.client_id && grant.id != ended.id && of_accounts(grant);
    if grants.iter().any(another) {
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
