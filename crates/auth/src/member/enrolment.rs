//! Enrolling with the code of an invitation. The right code opens nothing: it entitles the browser that typed it to add
//! a passkey within minutes, or to show the registered certificate, and only that opens a session and uses the code up.

use std::net::IpAddr;
use std::time::Duration;

use naru_core::{Action, Actor, CeremonyId, Member, MemberId, MemberSignIn, PasskeyId, Timestamp};
use naru_crypto::{Secret, SecretKind, sha256};
use naru_storage::{MemberCeremony, MemberPasskeyRow, StorageError, Tx};
use naru_web::Hub;
use serde_json::{Value, json};

use super::code::normal;
use super::passkey::{self, Asked, insert};
use super::pool::{CodePool, Place};
use super::session::{Draft, active};
use super::{Opened, SignInError};
use crate::passkey::{PasskeyError, Passkeys, ceremony};

/// Wrong tries of one invitation at most; then it is void. A code has 60 bits, so that not even so many tries could
/// find one; and at the pace of [`CodePool`] nobody comes to so many within its time, so that no stranger voids it.
pub const TRIES_MAX: i64 = 1_000_000;
/// How long somebody with the right code may take to add their passkey, seconds.
const ENTITLED_SECONDS: i64 = 600;
/// Characters of an organisation's code and of a user name at most.
const NAME_MAX: usize = 256;
/// No answer to a code comes sooner: what was looked up, counted or not found takes less, and cannot be told apart.
const ANSWER: Duration = Duration::from_millis(250);

/// What somebody says who wants to enrol.
#[derive(Clone, Default)]
pub struct Claim {
    /// The code of their organisation.
    pub organisation: String,
    /// Their name there.
    pub user_name: String,
    /// The code of their invitation, as typed.
    pub code: String,
    /// From which address; none where there is no connection.
    pub from: Option<IpAddr>,
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Claim(hidden)")
    }
}

/// The right to add a passkey, in the browser that shows this secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitled {
    /// What that browser shows; it signs nobody in.
    pub secret: Secret,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Compares the code of an invitation. Every refusal is the same and takes the same time, whatever was wrong; a try is
/// counted before it is compared, and the right code gives its own try back.
///
/// # Errors
/// [`SignInError::Refused`] for whatever does not fit, [`SignInError::Busy`] where too many codes are being compared,
/// or too many came from this address or for this member.
pub async fn enrol(hub: &Hub, pool: &CodePool, claim: &Claim) -> Result<Entitled, SignInError> {
    pool.let_in(claim, hub.now())?;
    let place = pool.place().await?;
    let (done, ()) = tokio::join!(decide(hub, place, claim), tokio::time::sleep(ANSWER));
    done
}

async fn decide(hub: &Hub, place: Place, claim: &Claim) -> Result<Entitled, SignInError> {
    let code = normal(&claim.code);
    let counted = hub
        .storage()
        .record("invitation_try", async |tx| counted(&tx, claim).await);
    // Nobody's code is compared too.
    let (member, code_hash) = counted.await?.unzip();
    let is_right = place.matches(code, code_hash.clone()).await?;
    match (member, code_hash) {
        (Some(member), Some(code_hash)) if is_right => entitle(hub, &member, &code_hash).await,
        (member, _) => {
            let member = member.map(|member: Member| member.id.to_string());
            tracing::info!(event = "enrolment_refused", member, "a code was not the right one");
            Err(SignInError::Refused)
        }
    }
}

/// The active member whom the claim names, and the hash of their invitation, with the try counted.
async fn counted(tx: &Tx, claim: &Claim) -> Result<Option<(Member, String)>, StorageError> {
    let is_long = |text: &str| text.chars().count() > NAME_MAX;
    if is_long(&claim.organisation) || is_long(&claim.user_name) {
        return Ok(None);
    }
    let Some(organisation) = tx.organisation_find_by_code(&claim.organisation).await? else {
        return Ok(None);
    };
    let found = tx.member_find_by_name(organisation.id, &claim.user_name).await?;
    let Some(row) = found.filter(|row| row.member.active) else {
        return Ok(None);
    };
    let hash = tx.invitation_try(row.member.id, TRIES_MAX).await?;
    Ok(hash.map(|hash| (row.member, hash)))
}

async fn entitle(hub: &Hub, member: &Member, code_hash: &str) -> Result<Entitled, SignInError> {
    let (now, chance) = (hub.now(), hub.storage().chance());
    let secret = Secret::new(SecretKind::Session, chance.bytes());
    let ceremony = &MemberCeremony {
        id: CeremonyId::new(now, chance),
        member_id: member.id,
        secret_sha256: secret.sha256(),
        state: Asked::enrolling(Value::Null).to_json(),
        expires_at: now.plus_seconds(ENTITLED_SECONDS),
    };
    let actor = Actor::Member(member.id);
    let entitled = hub.storage().run("member_entitle", &actor, async |tx| {
        if !tx.invitation_confirm(member.id, code_hash).await? || active(&tx, member.id).await?.is_none() {
            return Err(SignInError::Refused);
        }
        tx.member_ceremony_put(ceremony).await?;
        let details = json!({ "member": member.id });
        tx.trail(Action::CeremonyBegun, ceremony.id, details).await?;
        Ok(())
    });
    entitled.await?;
    Ok(Entitled {
        secret,
        expires_at: ceremony.expires_at,
    })
}

/// Who is entitled in the browser with this secret, with the ceremony under way; nothing where the time has run out.
pub async fn entitled(hub: &Hub, secret: &str) -> Result<Option<Member>, StorageError> {
    Ok(standing(hub, secret).await?.map(|(_, (member, _))| member))
}

async fn standing(
    hub: &Hub,
    secret: &str,
) -> Result<Option<(MemberCeremony, (Member, naru_core::Organisation))>, StorageError> {
    let secret_sha256 = sha256(secret.as_bytes());
    hub.storage()
        .read("member_ceremony_find", async |tx| {
            let found = tx.member_ceremony_find(secret_sha256).await?;
            let Some(ceremony) = found.filter(|found| Asked::of(&found.state).is_enrolment) else {
                return Ok(None);
            };
            let whose = active(&tx, ceremony.member_id).await?;
            Ok(whose.map(|whose| (ceremony, whose)))
        })
        .await
}

/// Begins to add the first passkey in an entitled browser: the ceremony, and the options for the browser
/// (`PublicKeyCredential.parseCreationOptionsFromJSON`). It may begin again until the time of the entitlement is over.
pub async fn begin(passkeys: &Passkeys, hub: &Hub, secret: &str) -> Result<(CeremonyId, Value), PasskeyError> {
    let (entitled, whose) = standing(hub, secret).await?.ok_or(PasskeyError::Gone)?;
    let (options, asked) = passkey::options(passkeys, hub, &whose).await?;
    let ceremony = MemberCeremony {
        id: CeremonyId::new(hub.now(), hub.storage().chance()),
        state: Asked::enrolling(asked).to_json(),
        ..entitled
    };
    passkey::put(hub, &ceremony).await?;
    Ok((ceremony.id, options))
}

/// Adds the passkey with which the browser answered, uses the invitation up and signs the member in.
pub async fn finish(
    passkeys: &Passkeys,
    hub: &Hub,
    (secret, device): (&str, &str),
    (ceremony, credential): (CeremonyId, &Value),
    name: &str,
) -> Result<Opened, PasskeyError> {
    let name = ceremony::checked_name(name)?;
    let taken = passkey::take(hub, ceremony, secret).await?;
    let asked = Asked::of(&taken.state);
    if !asked.is_enrolment {
        return Err(PasskeyError::Gone);
    }
    let row = &passkey::row(hub, taken.member_id, passkeys.added(asked.state, credential)?, name);
    let id = taken.member_id;
    let draft = &Draft::new(hub, id, (MemberSignIn::Passkey, device));
    let actor = Actor::Member(id);
    let enrolled = hub.storage().run("member_enrol", &actor, async |tx| {
        use_up(&tx, id, Some(row)).await?.ok_or(PasskeyError::Gone)?;
        let whose = active(&tx, id).await?.ok_or(PasskeyError::Gone)?;
        Ok(draft.open(&tx, hub, whose).await?)
    });
    enrolled.await.map_err(passkey::taken_is_refused)
}

/// Signs the member in who is entitled in this browser, if it presented their registered certificate on the connection;
/// the invitation is used up.
pub async fn finish_with_certificate(
    hub: &Hub,
    (secret, device): (&str, &str),
    certificate_sha256: [u8; 32],
) -> Result<Opened, SignInError> {
    let found = standing(hub, secret).await?;
    let found = found.filter(|(_, (member, _))| member.certificate_sha256 == Some(certificate_sha256));
    let (ceremony, _) = &found.ok_or(SignInError::Refused)?;
    let id = ceremony.member_id;
    let draft = &Draft::new(hub, id, (MemberSignIn::Certificate, device));
    let actor = Actor::Member(id);
    let enrolled = hub.storage().run("member_enrol", &actor, async |tx| {
        let taken = tx.member_ceremony_take(ceremony.id, ceremony.secret_sha256).await?;
        taken.ok_or(SignInError::Refused)?;
        let used_up = use_up(&tx, id, None).await.map_err(|error| match error {
            PasskeyError::Storage(error) => SignInError::Storage(error),
            _ => SignInError::Refused,
        });
        used_up?.ok_or(SignInError::Refused)?;
        let whose = active(&tx, id).await?;
        let whose = whose.filter(|(member, _)| member.certificate_sha256 == Some(certificate_sha256));
        Ok(draft.open(&tx, hub, whose.ok_or(SignInError::Refused)?).await?)
    });
    enrolled.await
}

/// Removes the invitation, once, and adds the passkey that it led to; nothing where the invitation is gone.
async fn use_up(tx: &Tx, id: MemberId, passkey: Option<&MemberPasskeyRow>) -> Result<Option<()>, PasskeyError> {
    if tx.invitation_remove(id).await? == 0 {
        return Ok(None);
    }
    if let Some(row) = passkey {
        insert(tx, row).await?;
    }
    let added: Option<PasskeyId> = passkey.map(|row| row.id);
    let details = json!({ "passkey": added });
    tx.trail(Action::MemberEnrolled, id, details).await?;
    Ok(Some(()))
}
