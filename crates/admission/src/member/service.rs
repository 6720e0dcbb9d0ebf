//! What an administrator decides about the people of their organisation.

use naru_core::{LeaveSource, Member, MemberId, Organisation, OrganisationKind, Role, Roles, Timestamp};
use naru_storage::{LeaverRow, MemberHoldings, MemberRow, StorageError, Tx};
use serde_json::{Value, json};

use super::change::{self, MemberError, Word};
use crate::{Denied, Office, Staff};

const USER_NAME_MAX: usize = 256;
const NAME_MAX: usize = 100;

/// A member as the list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The member, and what their directory says.
    pub row: MemberRow,
    /// What they can sign in with.
    pub holdings: MemberHoldings,
}

impl Listed {
    /// Whether the member is active and has nothing to sign in with, and no code to get it: they are to be invited.
    pub fn is_to_be_invited(&self) -> bool {
        let member = &self.row.member;
        member.active
            && member.certificate_sha256.is_none()
            && self.holdings.passkeys == 0
            && self.holdings.invited_until.is_none()
    }
}

/// Somebody to be made known.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// The name under which the organisation knows them: 1 to 256 characters, such as their address for mail.
    pub user_name: String,
    /// As others are shown them: 1 to 100 characters.
    pub display_name: String,
    /// What they may do: at least one role that fits the organisation.
    pub roles: Roles,
}

/// Refuses whoever is not an active administrator now, in the transaction itself.
pub(super) async fn administrator(tx: &Tx, staff: &Staff) -> Result<(), MemberError> {
    let kind = staff.organisation.kind;
    staff.require(Role::Administrator, kind)?;
    let now = tx.member_find(staff.member.id).await?;
    let is = now.is_some_and(|row| row.removed_at.is_none() && row.member.may(Role::Administrator));
    if is {
        Ok(())
    } else {
        let role = Role::Administrator;
        Err(Denied { role, kind }.into())
    }
}

/// A member of the caller's organisation who was not removed.
async fn find(tx: &Tx, staff: &Staff, id: MemberId) -> Result<MemberRow, MemberError> {
    let found = tx.member_find(id).await?;
    found
        .filter(|row| row.member.organisation_id == staff.organisation.id && row.removed_at.is_none())
        .ok_or(MemberError::Unknown)
}

/// The members of the caller's organisation, oldest first; at most 1,000.
pub async fn list(office: &Office, staff: &Staff) -> Result<Vec<Listed>, MemberError> {
    let organisation = staff.organisation.id;
    let read = office.hub.storage().read("member_list", async |tx| {
        let rows = tx.member_list(organisation).await?;
        Ok::<_, StorageError>((rows, tx.member_holdings(organisation).await?))
    });
    let (rows, holdings) = read.await?;
    let listed = rows.into_iter().map(|row| {
        let member_id = row.member.id;
        let held = holdings.iter().find(|held| held.member_id == member_id).cloned();
        let nothing = MemberHoldings {
            member_id,
            sessions: 0,
            passkeys: 0,
            invited_until: None,
        };
        Listed {
            row,
            holdings: held.unwrap_or(nothing),
        }
    });
    Ok(listed.collect())
}

fn printed(text: &str, most: usize) -> Option<String> {
    let text = text.trim();
    let is_printed = !text.is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control);
    is_printed.then(|| text.to_owned())
}

fn fitting(kind: OrganisationKind, roles: &Roles) -> Result<(), MemberError> {
    if roles.iter().next().is_none() {
        return Err(MemberError::NoRole);
    }
    match roles.iter().find(|role| !role.fits(kind)) {
        Some(role) => Err(MemberError::Unfit(Denied { role, kind })),
        None => Ok(()),
    }
}

/// What was said of a new member of such an organisation, if it can be taken.
pub(super) fn checked(new: &NewMember, kind: OrganisationKind) -> Result<NewMember, MemberError> {
    fitting(kind, &new.roles)?;
    Ok(NewMember {
        user_name: printed(&new.user_name, USER_NAME_MAX).ok_or(MemberError::UserName)?,
        display_name: printed(&new.display_name, NAME_MAX).ok_or(MemberError::DisplayName)?,
        roles: new.roles.clone(),
    })
}

/// The row of somebody who can sign in with nothing yet.
pub(super) fn fresh(tx: &Tx, organisation: &Organisation, new: &NewMember) -> MemberRow {
    MemberRow {
        member: Member {
            id: MemberId::new(tx.now(), tx.chance()),
            organisation_id: organisation.id,
            user_name: new.user_name.clone(),
            display_name: new.display_name.clone(),
            roles: new.roles.clone(),
            active: true,
            certificate_sha256: None,
            created_at: tx.now(),
            changed_at: tx.now(),
            seen_at: None,
            version: 1,
        },
        directory: Value::Object(serde_json::Map::new()),
        removed_at: None,
    }
}

/// Makes a member known. They can sign in with nothing before they are invited.
pub async fn add(office: &Office, staff: &Staff, new: &NewMember) -> Result<MemberRow, MemberError> {
    let (settings, organisation) = (&office.settings, &staff.organisation);
    let new = &checked(new, organisation.kind)?;
    let actor = staff.actor();
    let added = office.hub.storage().run("member_add", &actor, async |tx| {
        administrator(&tx, staff).await?;
        let row = fresh(&tx, organisation, new);
        change::insert(&tx, settings, organisation, &row).await?;
        Ok(row)
    });
    added.await
}

/// Changes one member in a transaction of the administrator; gives the member as they are afterwards.
async fn change(
    office: &Office,
    staff: &Staff,
    (name, id, received_at): (&'static str, MemberId, Timestamp),
    edit: impl Fn(&mut MemberRow, Timestamp) -> Result<(), MemberError> + Send + Sync,
) -> Result<(MemberRow, Option<LeaverRow>), MemberError> {
    let edit = &edit;
    let word = Word {
        source: LeaveSource::Console,
        received_at,
    };
    let actor = staff.actor();
    let changed = office.hub.storage().run(name, &actor, async |tx| {
        administrator(&tx, staff).await?;
        let before = find(&tx, staff, id).await?;
        let mut after = before.clone();
        edit(&mut after, tx.now())?;
        if after == before {
            return Ok((before, None));
        }
        let whose = (&*office.settings, &staff.organisation);
        let leaver = change::update(&tx, whose, (&before, &after), word).await?;
        let row = tx.member_find(id).await?.ok_or(MemberError::Unknown)?;
        Ok::<_, MemberError>((row, leaver))
    });
    let (row, leaver) = changed.await?;
    Ok(match leaver {
        Some(leaver) => (row, Some(change::took(&office.hub, leaver).await)),
        None => (row, None),
    })
}

/// Gives a member other roles. `seen` is the version of the member that the caller looked at.
pub async fn set_roles(
    office: &Office,
    staff: &Staff,
    (id, seen): (MemberId, i64),
    roles: &Roles,
) -> Result<MemberRow, MemberError> {
    fitting(staff.organisation.kind, roles)?;
    let received_at = office.hub.now();
    let edit = |row: &mut MemberRow, _| {
        if row.member.version != seen {
            return Err(MemberError::Changed);
        }
        row.member.roles = roles.clone();
        // What the directory said of roles does not hold any more.
        if let Some(said) = row.directory.as_object_mut() {
            said.remove("roles");
        }
        Ok(())
    };
    let changed = change(office, staff, ("member_set_roles", id, received_at), edit).await?;
    Ok(changed.0)
}

/// Notes the certificate a member may sign in with, by its SHA-256; `None` for none.
///
/// # Errors
/// [`MemberError::CertificateTaken`] where somebody has it, [`MemberError::Inactive`] where the member is inactive.
pub async fn set_certificate(
    office: &Office,
    staff: &Staff,
    (id, seen): (MemberId, i64),
    sha256: Option<[u8; 32]>,
) -> Result<MemberRow, MemberError> {
    let received_at = office.hub.now();
    let edit = |row: &mut MemberRow, _| {
        if row.member.version != seen {
            return Err(MemberError::Changed);
        }
        if !row.member.active {
            return Err(MemberError::Inactive);
        }
        row.member.certificate_sha256 = sha256;
        Ok(())
    };
    let changed = change(office, staff, ("member_set_certificate", id, received_at), edit).await;
    changed.map(|(row, _)| row).map_err(|error| match error {
        MemberError::Taken => MemberError::CertificateTaken,
        error => error,
    })
}

/// Ends what a member holds and lets them in no more, until they are made active and invited again. `received_at` is
/// when the request arrived. `None` where they were inactive and held nothing.
pub async fn deactivate(
    office: &Office,
    staff: &Staff,
    id: MemberId,
    received_at: Timestamp,
) -> Result<Option<LeaverRow>, MemberError> {
    let edit = |row: &mut MemberRow, _| {
        row.member.active = false;
        Ok(())
    };
    let changed = change(office, staff, ("member_deactivate", id, received_at), edit).await?;
    Ok(changed.1)
}

/// Makes an inactive member active. They begin with nothing and are to be invited.
pub async fn reactivate(office: &Office, staff: &Staff, id: MemberId) -> Result<MemberRow, MemberError> {
    let edit = |row: &mut MemberRow, _| {
        row.member.active = true;
        Ok(())
    };
    let received_at = office.hub.now();
    let changed = change(office, staff, ("member_reactivate", id, received_at), edit).await?;
    Ok(changed.0)
}

/// Removes a member for good, with everything they hold. Their row stays for what they signed; their user name is free.
pub async fn remove(
    office: &Office,
    staff: &Staff,
    id: MemberId,
    received_at: Timestamp,
) -> Result<Option<LeaverRow>, MemberError> {
    let edit = |row: &mut MemberRow, now: Timestamp| {
        row.member.active = false;
        row.removed_at = Some(now);
        // Nobody needs what the directory said of somebody who is not there.
        row.directory = json!({});
        Ok(())
    };
    let changed = change(office, staff, ("member_remove", id, received_at), edit).await?;
    Ok(changed.1)
}

/// The leavers of the caller's organisation since a moment, the latest first, with the time that each end took.
pub async fn leavers(office: &Office, staff: &Staff, since: Timestamp) -> Result<Vec<LeaverRow>, MemberError> {
    let organisation = staff.organisation.id;
    let storage = office.hub.storage();
    let read = storage.read("leaver_list", async |tx| tx.leaver_list(organisation, since).await);
    let leavers: Result<Vec<LeaverRow>, StorageError> = read.await;
    Ok(leavers?)
}
