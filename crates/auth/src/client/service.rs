//! Decides about clients. Every change holds from the next call on, because every call reads the client's row.

use naru_core::{
    Action, Actor, Client, ClientCredential, ClientEvent, ClientId, ClientLimits, ClientStatus, ClientUseCode,
    ContractAccount, Direction, Environment, OrganisationId, Profile, Scope, Scopes,
};
use naru_crypto::{Secret, SecretKind};
use naru_storage::{Storage, StorageError, Tx};

use super::redirect_uri::is_redirect_uri;
use super::{admission, credential};

/// Clients that an organisation may have, but for closed ones.
pub const CLIENTS_MAX: i64 = 20;

/// Why a client was not registered or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// No client has this code or id.
    #[error("there is no such client; `naru client list` shows them")]
    Unknown,
    /// The event cannot happen in the client's state.
    #[error("the client is {state}: there is nothing to {event}")]
    Illegal {
        /// Where it stands.
        state: ClientStatus,
        /// What was to happen.
        event: ClientEvent,
    },
    /// Somebody else changed the client meanwhile.
    #[error("the client was changed meanwhile; look at it and try again")]
    Changed,
    /// The organisation has as many clients as it may have.
    #[error("an organisation has at most {CLIENTS_MAX} clients that are not closed")]
    Full,
    /// A value cannot be taken.
    #[error("{field} {expected}")]
    Field {
        /// Which.
        field: &'static str,
        /// What would be accepted.
        expected: String,
    },
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What is needed to register a client.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Its code; a fresh one where none is given.
    pub client_use_code: Option<ClientUseCode>,
    /// As people are shown it.
    pub name: String,
    /// Where it may go.
    pub environment: Environment,
    /// What it may ask people for.
    pub scopes: Scopes,
    /// Where answers may be sent.
    pub redirect_uris: Vec<String>,
    /// SHA-256 of its certificate.
    pub certificate_sha256: Option<[u8; 32]>,
    /// Where its money goes.
    pub contract_account: ContractAccount,
    /// How much it may take from people.
    pub withdraw_limits: ClientLimits,
    /// How much it may pay out.
    pub deposit_limits: ClientLimits,
    /// How it proves itself, where it speaks the FAPI 2.0 profile.
    pub credential: Option<ClientCredential>,
    /// The organisation that stands behind it. Without one a client of production is refused at every call.
    pub organisation_id: Option<OrganisationId>,
}

/// Registers a client; gives it a secret only in the test bed. It is active at once, but for one that a member of its
/// organisation registers for production: that waits for two people of the operator's desk.
///
/// # Errors
/// [`ClientError::Field`] for a value that cannot be taken; [`ClientError::Full`] where a member's organisation has
/// [`CLIENTS_MAX`] that are not closed.
pub async fn register(
    storage: &Storage,
    actor: &Actor,
    registration: Registration,
) -> Result<(Client, Option<Secret>), ClientError> {
    check(&registration)?;
    let (now, chance) = (storage.clock().now(), storage.chance());
    let profile = if registration.credential.is_some() {
        Profile::Fapi2
    } else {
        Profile::Kftc
    };
    let has_secret = registration.environment == Environment::TestBed && profile == Profile::Kftc;
    let secret = has_secret.then(|| Secret::new(SecretKind::Client, chance.bytes()));
    let client = Client {
        id: ClientId::new(now, chance),
        client_use_code: registration
            .client_use_code
            .unwrap_or_else(|| ClientUseCode::new(chance)),
        name: registration.name,
        environment: registration.environment,
        profile,
        status: admission::first_status(registration.environment, actor),
        status_since: now,
        status_reason: String::new(),
        scopes: registration.scopes,
        redirect_uris: registration.redirect_uris,
        secret_sha256: secret.as_ref().map(|secret| secret.sha256().to_vec()),
        certificate_sha256: registration.certificate_sha256.map(|sha256| sha256.to_vec()),
        contract_account: registration.contract_account,
        withdraw_limits: registration.withdraw_limits,
        deposit_limits: registration.deposit_limits,
        organisation_id: registration.organisation_id,
        created_at: now,
        version: 1,
    };
    let (inserting, credential) = (&client, registration.credential.as_ref());
    let inserted = storage.run("client_register", actor, async |tx| {
        has_place(&tx, actor, inserting).await?;
        tx.client_insert(inserting).await?;
        if let Some(credential) = credential {
            tx.credential_put(inserting.id, credential).await?;
        }
        let details = serde_json::json!({
            "client_use_code": inserting.client_use_code,
            "environment": inserting.environment,
            "profile": inserting.profile,
            "scopes": inserting.scopes.to_string(),
        });
        tx.trail(Action::ClientRegistered, inserting.id, details).await?;
        if inserting.status == ClientStatus::Registered {
            admission::propose(&tx, inserting).await?;
        }
        Ok(())
    });
    match inserted.await {
        Ok(()) => Ok((client, secret)),
        Err(ClientError::Storage(StorageError::Taken { .. })) => Err(ClientError::Field {
            field: "client_use_code",
            expected: "is taken by another client".to_owned(),
        }),
        Err(error) => Err(error),
    }
}

/// Whether the contract account's institution takes part, and the organisation may have one more client.
async fn has_place(tx: &Tx, actor: &Actor, client: &Client) -> Result<(), ClientError> {
    let bank = tx.institution_find(&client.contract_account.bank_code).await?;
    let bank = bank.ok_or_else(|| contract("must be at a participating institution"))?;
    if client.environment == Environment::TestBed && !bank.simulated {
        return Err(contract(
            "must be at a simulated institution for a client of the test bed",
        ));
    }
    if let (Actor::Member(_), Some(id)) = (actor, client.organisation_id)
        && tx.client_count_open(id).await? >= CLIENTS_MAX
    {
        return Err(ClientError::Full);
    }
    Ok(())
}

fn contract(expected: &str) -> ClientError {
    ClientError::Field {
        field: "contract account",
        expected: expected.to_owned(),
    }
}

fn check(registration: &Registration) -> Result<(), ClientError> {
    let field = |field, expected: &str| {
        Err(ClientError::Field {
            field,
            expected: expected.to_owned(),
        })
    };
    let length = registration.name.chars().count();
    if !(1..=60).contains(&length) {
        return field("name", "must have 1 to 60 characters");
    }
    for uri in &registration.redirect_uris {
        if !is_redirect_uri(uri) {
            return field(
                "redirect_uri",
                "must be an https URI (or http on localhost) without fragment or blanks",
            );
        }
    }
    let kftc = registration.credential.is_none();
    if let Some(credential) = &registration.credential {
        credential::check(credential).map_err(|(name, expected)| ClientError::Field {
            field: name,
            expected: expected.to_owned(),
        })?;
    } else if registration.scopes.iter().any(Scope::is_fapi2) {
        return field(
            "scopes",
            "must not contain openid or grant_management_*: they belong to the fapi2 profile",
        );
    }
    if kftc && registration.environment == Environment::Production && registration.certificate_sha256.is_none() {
        return field(
            "certificate",
            "is required in production: calls are answered over mutual TLS alone",
        );
    }
    if registration.scopes.has(Scope::Sa) {
        return field(
            "scopes",
            "must not contain `sa`: own authentication is an entitlement that is not given yet",
        );
    }
    for limits in [&registration.withdraw_limits, &registration.deposit_limits] {
        check_limits(limits)?;
    }
    Ok(())
}

fn check_limits(limits: &ClientLimits) -> Result<(), ClientError> {
    let ordered =
        limits.transfer_won.0 > 0 && limits.transfer_won <= limits.day_won && limits.day_won <= limits.month_won;
    if ordered {
        return Ok(());
    }
    let expected = "must be above zero and grow from transfer to day to month".to_owned();
    Err(ClientError::Field {
        field: "limits",
        expected,
    })
}

/// A client by its code, or by its id.
pub async fn find(storage: &Storage, name: &str) -> Result<Client, ClientError> {
    let found = storage.read("client_find", async |tx| {
        match (ClientUseCode::parse(name), name.parse::<ClientId>()) {
            (Ok(code), _) => tx.client_find_by_code(&code).await,
            (_, Ok(id)) => tx.client_find(id).await,
            _ => Ok(None),
        }
    });
    let found: Option<Client> = found.await.map_err(ClientError::Storage)?;
    found.ok_or(ClientError::Unknown)
}

/// Moves a client to another state: suspends it, resumes it, closes it.
pub async fn change_status(
    storage: &Storage,
    actor: &Actor,
    client: &Client,
    (event, reason): (ClientEvent, &str),
) -> Result<ClientStatus, ClientError> {
    let Some(after) = client.status.apply(event) else {
        return Err(ClientError::Illegal {
            state: client.status,
            event,
        });
    };
    if reason.chars().count() > 200 {
        let expected = "must have at most 200 characters".to_owned();
        return Err(ClientError::Field {
            field: "reason",
            expected,
        });
    }
    storage
        .run("client_change_status", actor, async |tx| {
            if !tx.client_set_status(client, after, reason).await? {
                return Err(ClientError::Changed);
            }
            let details = serde_json::json!({ "from": client.status, "to": after, "reason": reason });
            tx.trail(Action::ClientStatusChanged, client.id, details).await?;
            Ok(after)
        })
        .await
}

/// Changes a client's limits in one direction.
pub async fn change_limits(
    storage: &Storage,
    actor: &Actor,
    client: &Client,
    (direction, limits): (Direction, &ClientLimits),
) -> Result<(), ClientError> {
    check_limits(limits)?;
    storage
        .run("client_change_limits", actor, async |tx| {
            if !tx.client_set_limits(client.id, direction, limits).await? {
                return Err(ClientError::Unknown);
            }
            let details = serde_json::json!({ "direction": direction, "from": client.limits(direction), "to": limits });
            tx.trail(Action::ClientChanged, client.id, details).await?;
            Ok(())
        })
        .await
}

/// Gives a client another certificate, or none.
pub async fn change_certificate(
    storage: &Storage,
    actor: &Actor,
    client: &Client,
    sha256: Option<[u8; 32]>,
) -> Result<(), ClientError> {
    if sha256.is_none() && client.environment == Environment::Production {
        let expected = "is required in production".to_owned();
        return Err(ClientError::Field {
            field: "certificate",
            expected,
        });
    }
    storage
        .run("client_change_certificate", actor, async |tx| {
            if !tx.client_set_certificate(client.id, sha256).await? {
                return Err(ClientError::Unknown);
            }
            let details = serde_json::json!({ "certificate_sha256": sha256.map(|bytes| naru_crypto::hex(&bytes)) });
            tx.trail(Action::ClientChanged, client.id, details).await?;
            Ok(())
        })
        .await
}

/// Changes how a client of the FAPI 2.0 profile proves itself; holds from the next request on.
pub async fn change_credential(
    storage: &Storage,
    actor: &Actor,
    client: &Client,
    credential: &ClientCredential,
) -> Result<(), ClientError> {
    if client.profile != Profile::Fapi2 {
        let expected = "belongs to clients of the fapi2 profile".to_owned();
        return Err(ClientError::Field {
            field: "credential",
            expected,
        });
    }
    credential::check(credential).map_err(|(field, expected)| ClientError::Field {
        field,
        expected: expected.to_owned(),
    })?;
    storage
        .run("client_change_credential", actor, async |tx| {
            tx.credential_put(client.id, credential).await?;
            let details = serde_json::json!({ "method": credential.method, "binding": credential.binding });
            tx.trail(Action::ClientChanged, client.id, details).await?;
            Ok(())
        })
        .await
}
