//! The one way in which a member changes.

use naru_core::{Action, LeaveSource, LeaverId, Organisation, Role, Timestamp};
use naru_storage::{LeaverRow, MemberRow, StorageError, Tx};
use naru_web::Hub;
use serde_json::json;

use crate::{AdmissionSettings, Denied};

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// Nobody of this organisation has this id.
    #[error("there is no such member in this organisation")]
    Unknown,
    /// The user name is empty, too long, or has letters that are not printed.
    #[error("a user name has 1 to 256 printed characters")]
    UserName,
    /// The same for the name that is shown.
    #[error("a name has 1 to 100 printed characters")]
    DisplayName,
    /// No role was given.
    #[error("a member has at least one role")]
    NoRole,
    /// Such an organisation has nobody with this role.
    #[error("nobody of this kind of organisation ({kind}) has the role {role}", role = .0.role, kind = .0.kind)]
    Unfit(Denied),
    /// There are as many developers as there may be.
    #[error("the organisation has {0} developers, as many as it may")]
    DevelopersMax(usize),
    /// There are as many members as there may be.
    #[error("the organisation has {0} members, as many as it may")]
    MembersMax(usize),
    /// Somebody has this user name already.
    #[error("the organisation has a member of this user name")]
    Taken,
    /// Somebody signs in with this certificate already.
    #[error("somebody has this certificate already")]
    CertificateTaken,
    /// Without this member nobody could let others in.
    #[error("an organisation keeps at least one active administrator")]
    LastAdministrator,
    /// An inactive member is to be made active first.
    #[error("the member is inactive")]
    Inactive,
    /// Somebody else changed the member in the meantime.
    #[error("the member has changed since; look again")]
    Changed,
    /// A token needs a name.
    #[error("a token has a name of 1 to 100 printed characters")]
    TokenName,
    /// There are as many tokens as there may be.
    #[error("the organisation has {0} living tokens, as many as it may")]
    TokensMax(usize),
    /// No token of this organisation that is alive has this id.
    #[error("there is no such living token in this organisation")]
    TokenUnknown,
    /// The caller may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Storage(StorageError),
}

impl From<StorageError> for MemberError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Taken { .. } => Self::Taken,
            error => Self::Storage(error),
        }
    }
}

/// The word by which a change came: how, and when it arrived at the hub.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    /// How.
    pub source: LeaveSource,
    /// When the request arrived, before anything was done about it.
    pub received_at: Timestamp,
}

impl Word {
    /// Whether a directory said it. What a directory says of a leaver is done even where an organisation is left
    /// without an administrator: whoever has left must not be able to come in.
    const fn is_of_directory(self) -> bool {
        matches!(
            self.source,
            LeaveSource::ScimPatch | LeaveSource::ScimPut | LeaveSource::ScimDelete
        )
    }
}

/// Whether somebody active has the role of a developer.
fn develops(row: &MemberRow) -> bool {
    row.removed_at.is_none() && row.member.may(Role::Developer)
}

fn administers(row: &MemberRow) -> bool {
    row.removed_at.is_none() && row.member.may(Role::Administrator)
}

async fn count(tx: &Tx, organisation: &Organisation, role: Option<Role>) -> Result<usize, StorageError> {
    let count = tx.member_count(organisation.id, role).await?;
    usize::try_from(count).map_err(StorageError::corrupt)
}

async fn has_room_for_developer(
    tx: &Tx,
    settings: &AdmissionSettings,
    organisation: &Organisation,
) -> Result<(), MemberError> {
    if count(tx, organisation, Some(Role::Developer)).await? >= settings.developers_max {
        return Err(MemberError::DevelopersMax(settings.developers_max));
    }
    Ok(())
}

/// Stores a new member, who can sign in with nothing yet.
pub(crate) async fn insert(
    tx: &Tx,
    settings: &AdmissionSettings,
    organisation: &Organisation,
    row: &MemberRow,
) -> Result<(), MemberError> {
    tx.member_turn(organisation.id).await?;
    if count(tx, organisation, None).await? >= settings.members_max {
        return Err(MemberError::MembersMax(settings.members_max));
    }
    if develops(row) {
        has_room_for_developer(tx, settings, organisation).await?;
    }
    tx.member_insert(row).await?;
    let details = json!({
        "organisation": organisation.id, "roles": row.member.roles.to_string(), "active": row.member.active,
    });
    tx.trail(Action::MemberAdded, row.member.id, details).await?;
    Ok(())
}

/// Changes a member who is still the one that was looked at. Where they leave with it, everything they hold ends in the
/// same transaction; `None` where they do not leave.
///
/// # Errors
/// [`MemberError::Changed`] where somebody was quicker: look again.
pub(crate) async fn update(
    tx: &Tx,
    (settings, organisation): (&AdmissionSettings, &Organisation),
    (before, after): (&MemberRow, &MemberRow),
    word: Word,
) -> Result<Option<LeaverRow>, MemberError> {
    tx.member_turn(organisation.id).await?;
    if develops(after) && !develops(before) {
        has_room_for_developer(tx, settings, organisation).await?;
    }
    let is_out = after.removed_at.is_some() || !after.member.active;
    let must_go = is_out && word.is_of_directory();
    if administers(before)
        && !administers(after)
        && !must_go
        && count(tx, organisation, Some(Role::Administrator)).await? <= 1
    {
        return Err(MemberError::LastAdministrator);
    }
    if !tx.member_update(after).await? {
        return Err(MemberError::Changed);
    }
    let returns = after.member.active && !before.member.active;
    if is_out || returns {
        // Who returns begins with nothing as well, whatever may have been given meanwhile.
        let cut_off = tx.member_cut_off(after.member.id).await?;
        if is_out && (before.member.active || cut_off.total() > 0) {
            let leaver = LeaverRow {
                id: LeaverId::new(tx.now(), tx.chance()),
                organisation_id: organisation.id,
                member_id: after.member.id,
                source: word.source,
                received_at: word.received_at,
                ended_at: tx.now(),
                latency_us: None,
                cut_off,
            };
            tx.leaver_insert(&leaver).await?;
            let details = json!({
                "leaver": leaver.id, "source": leaver.source, "ended": cut_off,
                "removed": after.removed_at.is_some(),
                "until_ended_us": leaver.ended_at.micros_since(leaver.received_at),
            });
            tx.trail(Action::MemberLeft, after.member.id, details).await?;
            return Ok(Some(leaver));
        }
    }
    let mut tokens_ended = 0;
    if administers(before) && !administers(after) {
        // A directory speaks in the name of an administrator.
        tokens_ended = tx.scim_token_end_of(after.member.id).await?;
    }
    let details = json!({
        "roles": after.member.roles.to_string(), "active": after.member.active, "removed": after.removed_at.is_some(),
        "certificate_changed": before.member.certificate_sha256 != after.member.certificate_sha256,
        "tokens_ended": tokens_ended,
    });
    tx.trail(Action::MemberChanged, after.member.id, details).await?;
    Ok(None)
}

/// Notes how long a leaver's end took, now that it is kept for good; gives the row with it. Where that cannot be
/// written, the time stays unknown: the end itself is not touched.
pub(crate) async fn took(hub: &Hub, leaver: LeaverRow) -> LeaverRow {
    let latency_us = hub.now().micros_since(leaver.received_at).max(0);
    let noted = hub
        .storage()
        .record("leaver_took", async |tx| tx.leaver_took(leaver.id, latency_us))
        .await;
    match noted {
        Ok(()) => LeaverRow {
            latency_us: Some(latency_us),
            ..leaver
        },
        Err(error) => {
            tracing::warn!(%error, leaver = %leaver.id, "the time a leaver's end took could not be noted");
            leaver
        }
    }
}
