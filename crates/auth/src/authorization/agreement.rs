//! The end of a journey: the person agrees or refuses, and the fintech is answered.

use naru_core::trust::may_ask;
use naru_core::{
    Account, AccountId, Action, Actor, ClientId, Consent, FintechUseNum, Grant, GrantId, GrantState, PersonId,
    Registration, Scope, Scopes, Timestamp,
};
use naru_crypto::{Secret, SecretKind};
use naru_storage::{Authorization, Step, StorageError, Tx};
use naru_web::Hub;

use super::service::{JourneyError, signed_in_still, step};
use super::{Asked, Fapi2Asked, GrantAction};

/// How long a signed answer holds, seconds (JARM 2.1: at most ten minutes).
const RESPONSE_SECONDS: i64 = 60;

/// What the person chose.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Positions of the chosen accounts in the list that was found.
    pub accounts: Vec<usize>,
    /// Whether they agree to inquiry.
    pub inquiry: bool,
    /// Whether they agree to withdrawal.
    pub transfer: bool,
}

/// The person agrees: grant, registrations and code in one commit. Gives the address the browser goes to.
pub async fn agree(
    hub: &Hub,
    journey: &Authorization,
    (asked, choice): (&Asked, &Choice),
) -> Result<String, JourneyError> {
    let (Some(client_id), Some(person_id)) = (journey.client_id, journey.person_id) else {
        return Err(JourneyError::Elsewhere);
    };
    let scopes = chosen_scopes(asked, choice)?;
    let accounts: Vec<&Account> = choice.accounts.iter().filter_map(|at| journey.found.get(*at)).collect();
    if accounts.is_empty() && (scopes.has(Scope::Inquiry) || scopes.has(Scope::Transfer)) {
        return Err(JourneyError::Choice("choose_account"));
    }
    let fapi2 = asked.fapi2.as_ref();
    if fapi2.is_some_and(|fapi2| !fapi2.signed_in.is_some_and(|signed_in| fapi2.meets(signed_in.method))) {
        end(hub, journey, asked).await?;
        return answered(hub, client_id, asked, &[("error", "unmet_authentication_requirements")]);
    }
    let code = Secret::new(SecretKind::Code, hub.storage().chance().bytes());
    let (secret, kept, accounts) = (&code, &scopes, &accounts);
    let actor = Actor::Person(person_id);
    let agreed = hub.storage().run("authorization_agree", &actor, async |tx| {
        if !signed_in_still(&tx, journey).await? {
            return Err(JourneyError::Gone);
        }
        let standing = tx.client_standing(client_id).await?.ok_or(JourneyError::Gone)?;
        may_ask(&standing, tx.now(), hub.settings().test_bed).map_err(JourneyError::Stopped)?;
        let grant = granted(hub, &tx, (client_id, person_id), (fapi2, kept)).await?;
        // An account gets the consents that were given on this page, whatever the grant covers beside them.
        let agreed_now = Grant {
            scopes: kept.clone(),
            ..grant.clone()
        };
        for account in accounts {
            register(hub, &tx, &agreed_now, account).await?;
        }
        let mut after = journey.clone();
        after.step = Step::Agreed;
        after.grant_id = Some(grant.id);
        after.found = Vec::new();
        after.code_sha256 = Some(secret.sha256().to_vec());
        after.code_expires_at = Some(tx.now().plus_seconds(code_seconds(hub, asked)));
        use_up(&tx, fapi2).await?;
        step(&tx, Step::SignedIn, &after).await
    });
    match agreed.await {
        Ok(()) => {}
        Err(JourneyError::Choice("invalid_grant_id")) => {
            end(hub, journey, asked).await?;
            return answered(hub, client_id, asked, &[("error", "invalid_grant_id")]);
        }
        Err(error) => return Err(error),
    }
    let scopes = scopes.to_string();
    let mut answer = vec![("code", code.expose())];
    if fapi2.is_none() {
        answer.push(("scope", &scopes));
    }
    answered(hub, client_id, asked, &answer)
}

/// A code of the FAPI 2.0 profile lives a minute at most (line 18).
fn code_seconds(hub: &Hub, asked: &Asked) -> i64 {
    let seconds = hub.settings().lives.code_seconds;
    if asked.fapi2.is_some() {
        seconds.min(60)
    } else {
        seconds
    }
}

/// A pushed request is used up when its authorization is completed, one way or the other.
async fn use_up(tx: &Tx, fapi2: Option<&Fapi2Asked>) -> Result<(), JourneyError> {
    let Some(digest) = fapi2.and_then(|fapi2| naru_crypto::from_hex(&fapi2.request_sha256)) else {
        return Ok(());
    };
    if tx.pushed_request_use(&digest).await? {
        Ok(())
    } else {
        Err(JourneyError::Gone)
    }
}

/// The grant that comes of the person's agreement: a fresh one, or the one that the client named, widened or replaced
/// (Grant Management 6.1). Refresh tokens of a changed grant end.
async fn granted(
    hub: &Hub,
    tx: &Tx,
    (client_id, person_id): (ClientId, PersonId),
    (fapi2, scopes): (Option<&Fapi2Asked>, &Scopes),
) -> Result<Grant, JourneyError> {
    let fresh = fresh_grant(hub, (client_id, person_id), scopes, tx.now());
    let wanted = fapi2.and_then(|fapi2| fapi2.grant);
    let Some((action, id)) = wanted.and_then(|wanted| Some((wanted.action, wanted.id?))) else {
        tx.grant_insert(&fresh).await?;
        let details = serde_json::json!({ "scopes": scopes.to_string() });
        tx.trail(Action::GrantGiven, fresh.id, details).await?;
        return Ok(fresh);
    };
    let unknown = JourneyError::Choice("invalid_grant_id");
    let found = tx.grant_find(id).await?;
    // What has run out is not brought back to life by adding to it.
    let alive = |grant: &Grant| grant.state(tx.now()) == GrantState::Active;
    let own = |grant: &Grant| grant.client_id == client_id && grant.person_id == Some(person_id) && alive(grant);
    let mut grant = found.filter(own).ok_or_else(|| unknown.clone())?;
    grant.scopes = match action {
        GrantAction::Merge => Scopes::of(&grant.scopes.iter().chain(scopes.iter()).collect::<Vec<_>>()),
        GrantAction::Create | GrantAction::Replace => scopes.clone(),
    };
    grant.expires_at = fresh.expires_at;
    if !tx.grant_change(&grant).await? {
        return Err(unknown);
    }
    tx.token_end_refresh(grant.id).await?;
    if action == GrantAction::Replace {
        // What is agreed to now takes the place of every consent that was given before.
        let ended = tx.registration_end_all(client_id, person_id).await?;
        let details = serde_json::json!({ "registrations": ended });
        tx.trail(Action::ConsentEnded, person_id, details).await?;
    }
    let details = serde_json::json!({ "scopes": grant.scopes.to_string(), "action": action });
    tx.trail(Action::GrantGiven, grant.id, details).await?;
    Ok(grant)
}

/// The address the browser goes to with an answer: in the clear, or signed (JARM 2.3.4).
fn answered(
    hub: &Hub,
    client_id: ClientId,
    asked: &Asked,
    parameters: &[(&'static str, &str)],
) -> Result<String, JourneyError> {
    if asked.fapi2.as_ref().is_none_or(|fapi2| !fapi2.signed_response) {
        return Ok(asked.answer_uri(parameters));
    }
    let mut claims: serde_json::Map<String, serde_json::Value> = asked
        .answer(parameters)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    claims.insert("aud".to_owned(), client_id.to_string().into());
    let exp = hub.now().plus_seconds(RESPONSE_SECONDS).0 / naru_core::SECOND;
    claims.insert("exp".to_owned(), exp.into());
    let signed = crate::key::service::sign(hub, "JWT", &claims).map_err(JourneyError::Storage)?;
    Ok(asked.address(&[("response", signed)]))
}

fn chosen_scopes(asked: &Asked, choice: &Choice) -> Result<Scopes, JourneyError> {
    let wanted = asked.scope_set();
    let kept: Vec<Scope> = wanted
        .iter()
        .filter(|scope| match scope {
            Scope::Inquiry => choice.inquiry,
            Scope::Transfer => choice.transfer,
            _ => true,
        })
        .collect();
    let of_accounts = |scope: &Scope| matches!(scope, Scope::Inquiry | Scope::Transfer);
    // Signing in is granted along: who was asked for more and allows none of it has not agreed.
    let asked_more = wanted.iter().any(|scope| of_accounts(&scope));
    if kept.is_empty() || asked_more && !kept.iter().any(of_accounts) {
        Err(JourneyError::Choice("choose_something"))
    } else {
        Ok(Scopes::of(&kept))
    }
}

/// A grant of a person to a client from now on.
pub fn fresh_grant(hub: &Hub, (client_id, person_id): (ClientId, PersonId), scopes: &Scopes, now: Timestamp) -> Grant {
    Grant {
        id: GrantId::new(hub.storage().chance()),
        client_id,
        person_id: Some(person_id),
        scopes: scopes.clone(),
        created_at: now,
        expires_at: now.plus_seconds(hub.settings().lives.grant_seconds),
        revoked: None,
        last_used_at: None,
    }
}

/// Registers one account under a grant, with the consents that the grant's scopes give.
pub async fn register(hub: &Hub, tx: &Tx, grant: &Grant, account: &Account) -> Result<FintechUseNum, StorageError> {
    let (now, chance) = (tx.now(), hub.storage().chance());
    let person_id = grant
        .person_id
        .ok_or_else(|| StorageError::corrupt("a grant without a person has no accounts"))?;
    let account_id = tx.account_put(person_id, account, AccountId::new(now, chance)).await?;
    let consent = |scope| {
        let given = grant.scopes.has(scope);
        Consent {
            agreed_at: given.then_some(now),
            until: given.then_some(grant.expires_at),
            ended_at: None,
        }
    };
    let registration = Registration {
        fintech_use_num: FintechUseNum::new(&account.bank_code, chance),
        client_id: grant.client_id,
        person_id,
        account_id,
        account: account.clone(),
        alias: account.product_name.clone(),
        inquiry: consent(Scope::Inquiry),
        transfer: consent(Scope::Transfer),
        created_at: now,
    };
    let number = tx.registration_put(&registration).await?;
    let details = serde_json::json!({ "grant": grant.id, "scopes": grant.scopes.to_string() });
    tx.trail(Action::RegistrationAgreed, &number, details).await?;
    Ok(number)
}

/// The person refuses. Gives the address the browser goes to.
pub async fn refuse(hub: &Hub, journey: &Authorization, asked: &Asked) -> Result<String, JourneyError> {
    let client_id = journey.client_id.ok_or(JourneyError::Elsewhere)?;
    end(hub, journey, asked).await?;
    answered(hub, client_id, asked, &[("error", "access_denied")])
}

/// Ends a journey without a grant.
async fn end(hub: &Hub, journey: &Authorization, asked: &Asked) -> Result<(), JourneyError> {
    let mut after = journey.clone();
    after.step = Step::Refused;
    after.found = Vec::new();
    let ended = hub
        .storage()
        .run("authorization_end", &Actor::Hub("pages"), async |tx| {
            use_up(&tx, asked.fapi2.as_ref()).await?;
            step(&tx, journey.step, &after).await
        });
    ended.await
}
