//! What a directory may do with the users of its organisation. Every change is one named transaction; who leaves with
//! it holds nothing any more when it ends.

use axum::http::StatusCode;
use naru_core::{LeaveSource, Member, MemberId, Timestamp};
use naru_storage::{LeaverRow, MemberRow, StorageError, Tx};
use serde_json::{Value, json};

use super::directory::Directory;
use super::error::ScimError;
use super::patch::{self, Document};
use super::query::{Plan, Query};
use super::user;
use crate::Office;
use crate::member::{self, MemberError, Word};

/// How often a change is tried that others get ahead of.
const TRIES: u32 = 4;

/// What a change rests on: the versions that the directory has seen, and when its request arrived.
#[derive(Debug, Clone, Default)]
pub(super) struct Condition {
    /// The entity tags of `If-Match`; `None` without one.
    pub(super) if_match: Option<String>,
    /// When the request arrived at the hub.
    pub(super) received_at: Timestamp,
}

impl Condition {
    fn holds(&self, row: &MemberRow) -> bool {
        self.if_match
            .as_deref()
            .is_none_or(|tags| matches(tags, &user::version(row)))
    }
}

/// Whether one of the entity tags of a header is this one (RFC 9110 8.8.3.2, weak comparison).
pub(super) fn matches(tags: &str, version: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.split(',')
        .any(|tag| tag.trim() == "*" || bare(tag) == bare(version))
}

/// A user of the directory's organisation who was not removed. Others are not told apart from nobody.
async fn find(tx: &Tx, directory: &Directory, id: MemberId) -> Result<MemberRow, ScimError> {
    let found = tx.member_find(id).await?;
    found
        .filter(|row| row.member.organisation_id == directory.organisation.id && row.removed_at.is_none())
        .ok_or_else(ScimError::not_found)
}

/// One user.
pub(super) async fn read(office: &Office, directory: &Directory, id: MemberId) -> Result<MemberRow, ScimError> {
    let storage = office.hub.storage();
    storage
        .read("scim_user", async |tx| find(&tx, directory, id).await)
        .await
}

/// The users that a query asks for, as the answer to it.
pub(super) async fn list(office: &Office, directory: &Directory, query: &Query) -> Result<Value, ScimError> {
    let (organisation, plan) = (directory.organisation.id, query.plan());
    let read = office.hub.storage().read("scim_users", async |tx| match plan {
        Plan::Page { offset, limit } => {
            let total = tx.member_count(organisation, None).await?;
            let page = [offset, limit].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
            let rows = tx.member_page(organisation, (page[0], page[1])).await?;
            Ok::<_, StorageError>((Some(total), rows))
        }
        Plan::Named(name) => {
            let found = tx.member_find_by_name(organisation, name).await?;
            Ok((None, found.into_iter().collect()))
        }
        Plan::All => Ok((None, tx.member_list(organisation).await?)),
    });
    let (total, rows): (Option<i64>, Vec<MemberRow>) = read.await?;
    let public_url = &office.hub.settings().public_url;
    let users = rows.iter().map(|row| user::rendered(public_url, row));
    Ok(match total {
        Some(total) => query.page(usize::try_from(total).unwrap_or(0), users),
        None => query.answer(users.collect()),
    })
}

/// Makes a user known. They are active unless the directory says otherwise, and can sign in with nothing yet.
pub(super) async fn create(office: &Office, directory: &Directory, body: &Value) -> Result<MemberRow, ScimError> {
    let document = &user::read(body)?;
    let organisation = &directory.organisation;
    let actor = directory.actor();
    let created = office.hub.storage().run("scim_user_create", &actor, async |tx| {
        let blank = blank(&tx, directory);
        let row = user::checked(&blank, document.clone(), organisation.kind)?;
        member::insert(&tx, &office.settings, organisation, &row).await?;
        Ok(row)
    });
    created.await
}

fn blank(tx: &Tx, directory: &Directory) -> MemberRow {
    MemberRow {
        member: Member {
            id: MemberId::new(tx.now(), tx.chance()),
            organisation_id: directory.organisation.id,
            user_name: String::new(),
            display_name: String::new(),
            roles: naru_core::Roles::default(),
            active: true,
            certificate_sha256: None,
            created_at: tx.now(),
            changed_at: tx.now(),
            seen_at: None,
            version: 1,
        },
        directory: json!({}),
        removed_at: None,
    }
}

/// Replaces what is said of a user (RFC 7644 3.5.1).
pub(super) async fn replace(
    office: &Office,
    directory: &Directory,
    (id, condition): (MemberId, &Condition),
    body: &Value,
) -> Result<MemberRow, ScimError> {
    let kind = directory.organisation.kind;
    let edit = |before: &MemberRow, _| {
        let document = user::replaced(&user::document(before), body)?;
        user::checked(before, document, kind)
    };
    change(office, directory, (id, condition, LeaveSource::ScimPut), edit).await
}

/// Applies operations to a user (RFC 7644 3.5.2): all of them or none.
pub(super) async fn patch(
    office: &Office,
    directory: &Directory,
    (id, condition): (MemberId, &Condition),
    body: &Value,
) -> Result<MemberRow, ScimError> {
    let operations = patch::parse(body)?;
    let kind = directory.organisation.kind;
    let edit = |before: &MemberRow, _| {
        let mut document: Document = user::document(before);
        patch::apply(&mut document, &operations)?;
        user::checked(before, document, kind)
    };
    change(office, directory, (id, condition, LeaveSource::ScimPatch), edit).await
}

/// Removes a user for good (RFC 7644 3.6). What the directory said of them goes; their row stays for what they signed.
pub(super) async fn remove(
    office: &Office,
    directory: &Directory,
    (id, condition): (MemberId, &Condition),
) -> Result<(), ScimError> {
    let edit = |before: &MemberRow, now| {
        let mut after = before.clone();
        after.member.active = false;
        after.removed_at = Some(now);
        after.directory = json!({});
        Ok(after)
    };
    let removed = change(office, directory, (id, condition, LeaveSource::ScimDelete), edit).await;
    removed.map(|_| ())
}

/// Changes a user in one transaction; where somebody else was quicker it is tried again, unless the directory named the
/// version it meant.
async fn change(
    office: &Office,
    directory: &Directory,
    (id, condition, source): (MemberId, &Condition, LeaveSource),
    edit: impl Fn(&MemberRow, Timestamp) -> Result<MemberRow, ScimError> + Send + Sync,
) -> Result<MemberRow, ScimError> {
    let word = Word {
        source,
        received_at: condition.received_at,
    };
    let edit = &edit;
    for _ in 0..TRIES {
        let actor = directory.actor();
        let changed = office.hub.storage().run("scim_user_change", &actor, async |tx| {
            let before = find(&tx, directory, id).await?;
            if !condition.holds(&before) {
                return Err(Refusal::Told(ScimError::changed()));
            }
            let after = edit(&before, tx.now())?;
            if after == before {
                return Ok((before, None));
            }
            let whose = (&*office.settings, &directory.organisation);
            let leaver = match member::update(&tx, whose, (&before, &after), word).await {
                Err(MemberError::Changed) => return Err(Refusal::Overtaken),
                updated => updated.map_err(ScimError::from)?,
            };
            let row = tx.member_find(id).await?.ok_or_else(ScimError::not_found)?;
            Ok::<(MemberRow, Option<LeaverRow>), Refusal>((row, leaver))
        });
        match changed.await {
            Ok((row, None)) => return Ok(row),
            Ok((row, Some(leaver))) => {
                member::took(&office.hub, leaver).await;
                return Ok(row);
            }
            Err(Refusal::Told(error)) => return Err(error),
            Err(Refusal::Overtaken) => {}
        }
    }
    let detail = "the user is being changed by somebody else; repeat the request";
    Err(ScimError::plain(StatusCode::CONFLICT, detail))
}

/// Why a change did not happen.
enum Refusal {
    Told(ScimError),
    /// Somebody else changed the user in between.
    Overtaken,
}

impl From<ScimError> for Refusal {
    fn from(error: ScimError) -> Self {
        Self::Told(error)
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        Self::Told(error.into())
    }
}
