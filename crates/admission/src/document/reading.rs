//! Gives documents out: to whom they concern, as they were on any day, and only with the bytes that were handed in.

use bytes::Bytes;
use futures_util::Stream;
use naru_core::{DocumentId, OrganisationId, OrganisationKind, RevisionId, Timestamp};
use naru_storage::{RevisionRow, StorageError, Tx};
use tokio::task::spawn_blocking;

use super::DocumentError;
use super::service::{joined, opened};
use super::store::{Opened, Torn};
use crate::{Office, Staff};

/// Gives a revision out with its bytes. Those of a small file are checked at once, those of a large one while they are
/// given out: [`pieces`] breaks off before the last of them where they are not what was handed in.
///
/// # Errors
/// [`DocumentError::Damaged`] where they are not; [`DocumentError::Unknown`] also where the member may not see it.
pub async fn open(
    office: &Office,
    staff: &Staff,
    revision: RevisionId,
) -> Result<(RevisionRow, Opened), DocumentError> {
    let storage = office.hub.storage();
    let found = storage.read("document_open", async |tx| {
        let row = tx.revision_find(revision).await?.ok_or(DocumentError::Unknown)?;
        let parties = (staff.organisation.id, row.organisation_id);
        if may_read(&tx, staff, row.organisation_id).await?
            || staff.member.active && crate::inspection::is_named(&tx, parties, row.id).await?
        {
            Ok(row)
        } else {
            Err(DocumentError::Unknown)
        }
    });
    let row = found.await?;
    let store = opened(office).await?;
    let (sha256, bytes) = (row.sha256, row.bytes);
    let file = joined(spawn_blocking(move || store.read(&sha256, bytes)).await)?;
    match file {
        Some(file) => Ok((row, file)),
        None => Err(DocumentError::Damaged(revision)),
    }
}

/// The bytes of an open file, block by block; an error in place of the last where they are not those of the digest.
pub fn pieces(opened: Opened) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    futures_util::stream::unfold(Some(opened), |opened| async move {
        let mut opened = opened?;
        let read = spawn_blocking(move || (opened.next(), opened));
        match read.await {
            Ok((Ok(Some(block)), opened)) => Some((Ok(block), Some(opened))),
            Ok((Ok(None), _)) => None,
            Ok((Err(Torn::Disk(error)), _)) => Some((Err(error), None)),
            Ok((Err(Torn::Damaged), _)) => {
                tracing::error!(event = "document_damaged", "a stored file is not what was handed in");
                Some((Err(std::io::Error::other("the stored file is damaged")), None))
            }
            Err(error) => Some((Err(std::io::Error::other(error)), None)),
        }
    })
}

/// The documents of an organisation as they were at a moment: the latest revision of each.
pub async fn list_as_of(
    office: &Office,
    staff: &Staff,
    organisation: OrganisationId,
    at: Timestamp,
) -> Result<Vec<RevisionRow>, DocumentError> {
    let storage = office.hub.storage();
    let read = storage.read("document_list", async |tx| {
        if may_read(&tx, staff, organisation).await? {
            Ok(tx.document_list_as_of(organisation, at).await?)
        } else {
            Err(DocumentError::Unknown)
        }
    });
    read.await
}

/// The documents of an organisation now.
pub async fn current(
    office: &Office,
    staff: &Staff,
    organisation: OrganisationId,
) -> Result<Vec<RevisionRow>, DocumentError> {
    list_as_of(office, staff, organisation, office.hub.now()).await
}

/// Every revision of a document, newest first.
pub async fn revisions(
    office: &Office,
    staff: &Staff,
    document: DocumentId,
) -> Result<Vec<RevisionRow>, DocumentError> {
    let storage = office.hub.storage();
    let read = storage.read("document_revisions", async |tx| {
        let rows = tx.revision_list(document).await?;
        let owner = rows
            .first()
            .map(|row| row.organisation_id)
            .ok_or(DocumentError::Unknown)?;
        if may_read(&tx, staff, owner).await? {
            Ok(rows)
        } else {
            Err(DocumentError::Unknown)
        }
    });
    read.await
}

/// Whether a member may see what an organisation handed in: its own people, those of an agency whose inspection of it
/// is under way and was handed in, of the operator and of the supervisor.
pub(crate) async fn may_read(tx: &Tx, staff: &Staff, owner: OrganisationId) -> Result<bool, StorageError> {
    if !staff.member.active {
        return Ok(false);
    }
    match staff.organisation.kind {
        _ if staff.organisation.id == owner => Ok(true),
        OrganisationKind::Operator | OrganisationKind::Supervisor => Ok(true),
        OrganisationKind::Agency => tx.inspection_binds(staff.organisation.id, owner).await,
        OrganisationKind::Fintech | OrganisationKind::Institution => Ok(false),
    }
}

/// The revisions that an organisation attaches to something, all its own and all in force today.
pub(crate) async fn check_attached(
    tx: &Tx,
    owner: OrganisationId,
    revisions: &[RevisionId],
) -> Result<Vec<RevisionRow>, DocumentError> {
    let today = tx.now().day();
    let mut rows = Vec::with_capacity(revisions.len());
    for id in revisions {
        let row = tx.revision_find(*id).await?.filter(|row| row.organisation_id == owner);
        let row = row.ok_or(DocumentError::Unknown)?;
        if let Some(expired_on) = row.expires_on.filter(|_| row.is_expired(today)) {
            return Err(DocumentError::Expired {
                revision: row.id,
                expired_on,
            });
        }
        rows.push(row);
    }
    Ok(rows)
}
