//! The admission of a client of production that its organisation registered itself: two people of the operator's desk
//! look at its name, where it sends people, and the account that its deposits debit, before anything of it holds.

use naru_core::{
    Action, Actor, Client, ClientEvent, ClientId, ClientStatus, Environment, Member, Organisation, OrganisationKind,
    Proposal, ProposalId, ProposalKind, Role, mask_account,
};
use naru_storage::proposal::{Approved, FourEyesError, Proposed};
use naru_storage::{Storage, StorageError, Tx};
use serde_json::{Value, json};

const REASON: &str = "the organisation registered this client for production";

/// Why nothing was decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdmissionError {
    /// Only the operator's desk decides.
    #[error("this needs the role desk of an operator")]
    Denied,
    /// No such proposal about a client.
    #[error("there is no such proposal")]
    Unknown,
    /// Four eyes.
    #[error(transparent)]
    FourEyes(#[from] FourEyesError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Where a client begins: what an organisation's own member registers for production waits for the operator.
pub(super) fn first_status(environment: Environment, actor: &Actor) -> ClientStatus {
    match (environment, actor) {
        (Environment::Production, Actor::Member(_)) => ClientStatus::Registered,
        _ => ClientStatus::Active,
    }
}

/// The hub proposes to admit a client that was just registered, so that two people must agree.
pub(super) async fn propose(tx: &Tx, client: &Client) -> Result<(), StorageError> {
    let proposed = Proposed {
        organisation_id: client.organisation_id,
        kind: ProposalKind::Client,
        subject: client.id.to_string(),
        event: ClientEvent::Activate.as_str(),
        state: &looked_at(tx, client).await?,
        reason: REASON,
        by: None,
    };
    match tx.proposal_make(&proposed).await {
        Ok(_) => Ok(()),
        Err(FourEyesError::Storage(error)) => Err(error),
        Err(error) => Err(StorageError::corrupt(error)),
    }
}

/// Everything that the decision rests on. Keys and limits are not part of it: the organisation changes them itself, and
/// the insurance gate answers for the limits.
async fn looked_at(tx: &Tx, client: &Client) -> Result<Value, StorageError> {
    let organisation = match client.organisation_id {
        Some(id) => tx.organisation_find(id).await?,
        None => None,
    };
    let account = &client.contract_account;
    Ok(json!({
        "client": client.id, "client_use_code": client.client_use_code, "name": client.name,
        "organisation_name": organisation.map(|organisation| organisation.name),
        "environment": client.environment, "profile": client.profile, "scopes": client.scopes.to_string(),
        "redirect_uris": client.redirect_uris, "bank_code": account.bank_code,
        "account_num": mask_account(&account.account_num), "holder_name": account.holder_name,
        "client_status": client.status,
    }))
}

/// The same as [`looked_at`] for what is there now; nothing where the client is gone.
async fn looked_at_now(tx: &Tx, proposal: &Proposal) -> Result<(Option<Client>, Value), StorageError> {
    let id: Option<ClientId> = proposal.subject.parse().ok();
    let client = match id {
        Some(id) => tx.client_find(id).await?,
        None => None,
    };
    let state = match &client {
        Some(client) => looked_at(tx, client).await?,
        None => Value::Null,
    };
    Ok((client, state))
}

/// What a proposal rests on, as it is now; for a page that shows what has changed.
pub async fn state_now(storage: &Storage, proposal: &Proposal) -> Result<Value, StorageError> {
    let read = storage.read("client_admission_state", async |tx| looked_at_now(&tx, proposal).await);
    Ok(read.await?.1)
}

/// Agrees with the hub's proposal under the digest that was shown; the second of two activates the client.
pub async fn approve(
    storage: &Storage,
    by: (&Member, &Organisation),
    (id, seen): (ProposalId, [u8; 32]),
) -> Result<Approved, AdmissionError> {
    require_desk(by)?;
    let actor = Actor::Member(by.0.id);
    let approved = storage.run("client_admission_approve", &actor, async |tx| {
        let proposal = find(&tx, id).await?;
        let (client, now_state) = looked_at_now(&tx, &proposal).await?;
        let approved = tx.proposal_approve(&proposal, (by.0.id, seen), &now_state).await?;
        if let (Ok(Approved::Decided), Some(client)) = (&approved, client) {
            change(&tx, &client, (ClientEvent::Activate, "")).await?;
        }
        // A void proposal is written down too.
        Ok::<_, AdmissionError>(approved)
    });
    Ok(approved.await??)
}

/// Turns the client down; it is closed with the reason, and its organisation may register another.
pub async fn reject(
    storage: &Storage,
    by: (&Member, &Organisation),
    (id, reason): (ProposalId, &str),
) -> Result<(), AdmissionError> {
    require_desk(by)?;
    let actor = Actor::Member(by.0.id);
    let rejected = storage.run("client_admission_reject", &actor, async |tx| {
        let proposal = find(&tx, id).await?;
        tx.proposal_reject(&proposal, by.0.id, reason).await?;
        let (client, _) = looked_at_now(&tx, &proposal).await?;
        match client.filter(|client| client.status == ClientStatus::Registered) {
            Some(client) => change(&tx, &client, (ClientEvent::Close, reason)).await,
            None => Ok(()),
        }
    });
    rejected.await
}

async fn change(tx: &Tx, client: &Client, (event, reason): (ClientEvent, &str)) -> Result<(), AdmissionError> {
    let after = client.status.apply(event).ok_or(FourEyesError::Changed)?;
    let reason: String = reason.chars().take(200).collect();
    if !tx.client_set_status(client, after, &reason).await? {
        return Err(FourEyesError::Changed.into());
    }
    let details = json!({ "from": client.status, "to": after, "reason": reason });
    tx.trail(Action::ClientStatusChanged, client.id, details).await?;
    Ok(())
}

fn require_desk((member, organisation): (&Member, &Organisation)) -> Result<(), AdmissionError> {
    if organisation.kind == OrganisationKind::Operator && member.may(Role::Desk) {
        Ok(())
    } else {
        Err(AdmissionError::Denied)
    }
}

async fn find(tx: &Tx, id: ProposalId) -> Result<Proposal, AdmissionError> {
    let found = tx.proposal_find(id).await?;
    found
        .filter(|proposal| proposal.kind == ProposalKind::Client)
        .ok_or(AdmissionError::Unknown)
}
