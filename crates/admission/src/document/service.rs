//! Takes documents in. The file is whole and at its name before its row exists; where the row is
//! refused, the file goes as well.

use bytes::Bytes;
use futures_util::Stream;
use naru_core::{
    Action, AdmissionState, Day, DocumentId, DocumentKind, FileKind, OrganisationKind, RevisionId, Role,
    clean_file_name,
};
use naru_crypto::hex;
use naru_storage::{RevisionRow, StorageError, Tx};
use serde_json::json;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::store::{Placed, Received, Store};
use super::{DocumentError, taking};
use crate::{Denied, Office, Staff};

const TITLE_MAX: usize = 200;
/// Documents of an organisation, and revisions of a document, at most.
const DOCUMENTS_MAX: usize = 1_000;
const REVISIONS_MAX: i64 = 200;

/// One placing at a time: of two with the same bytes, the one that fails must not take the other's file away.
static PLACING: Mutex<()> = Mutex::const_new(());

/// What is handed in beside the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// What it is for.
    pub kind: DocumentKind,
    /// Its title; that of a new revision is the document's.
    pub title: String,
    /// The document of which this is a new revision.
    pub document: Option<DocumentId>,
    /// The name of the file; its end says what it is.
    pub file_name: String,
    /// The media type that was sent; empty where none was.
    pub media_type: String,
    /// The first day it tells of.
    pub covers_from: Option<Day>,
    /// The last day it tells of.
    pub covers_to: Option<Day>,
    /// The last day on which it holds.
    pub expires_on: Option<Day>,
}

/// An upload whose words are in order.
#[derive(Debug, Clone)]
struct Checked {
    upload: Upload,
    file: FileKind,
}

/// Who may hand documents in for their organisation.
fn require(staff: &Staff) -> Result<(), Denied> {
    match staff.organisation.kind {
        OrganisationKind::Agency => staff.require(Role::Inspector, OrganisationKind::Agency),
        OrganisationKind::Operator => staff.require(Role::Desk, OrganisationKind::Operator),
        kind if staff.member.may(Role::SecurityOfficer) || staff.member.may(Role::Administrator) => match kind {
            OrganisationKind::Supervisor => staff.require(Role::SecurityOfficer, OrganisationKind::Fintech),
            _ => Ok(()),
        },
        kind => staff.require(Role::SecurityOfficer, kind),
    }
}

/// Takes a document, or a new revision of one, from a stream of bytes.
///
/// # Errors
/// [`DocumentError`]; nothing of it is kept then, neither on disk nor in the database.
pub async fn receive<E>(
    office: &Office,
    staff: &Staff,
    upload: Upload,
    stream: impl Stream<Item = Result<Bytes, E>>,
) -> Result<RevisionRow, DocumentError> {
    require(staff)?;
    let checked = check(upload)?;
    let _place = taking::place(&office.settings, staff.organisation.id)?;
    let store = opened(office).await?;
    let name = hex(&office.hub.storage().chance().bytes::<16>());
    let (begun, free) = (store.clone(), office.settings.disk_free_bytes_min);
    let writing = joined(spawn_blocking(move || begun.begin(&name, free)).await)?;
    let writing = taking::pump(writing, stream, &office.settings).await?;
    let file = checked.file;
    let received = joined(spawn_blocking(move || writing.end(file)).await)?;
    let keeping = tokio::spawn(keep(office.clone(), staff.clone(), checked, (store, received)));
    joined(keeping.await)
}

pub(super) fn joined<T>(done: Result<Result<T, DocumentError>, tokio::task::JoinError>) -> Result<T, DocumentError> {
    done.unwrap_or_else(|error| Err(DocumentError::Disk(error.to_string())))
}

pub(super) async fn opened(office: &Office) -> Result<Store, DocumentError> {
    let settings = office.settings.clone();
    joined(spawn_blocking(move || Store::open(&settings.documents)).await)
}

fn check(mut upload: Upload) -> Result<Checked, DocumentError> {
    upload.file_name = clean_file_name(&upload.file_name).ok_or(DocumentError::Name)?;
    upload.title = upload.title.trim().to_owned();
    let title = upload.title.chars().count();
    if title > TITLE_MAX || (title == 0 && upload.document.is_none()) || upload.title.chars().any(char::is_control) {
        return Err(DocumentError::Title);
    }
    if upload
        .covers_from
        .zip(upload.covers_to)
        .is_some_and(|(from, to)| from > to)
    {
        return Err(DocumentError::Days);
    }
    let kind = upload.kind;
    let file = FileKind::of_file_name(&upload.file_name).filter(|file| file.fits(kind));
    let file = file.ok_or(DocumentError::FileKind { kind })?;
    if !agrees(&upload.media_type, file) {
        let media_type = upload.media_type.chars().take(100).collect();
        return Err(DocumentError::Disagree { name: file, media_type });
    }
    Ok(Checked { upload, file })
}

/// Whether a media type as browsers send it does not contradict the name. Systems differ in what they call packages and
/// 한글; what they call by no name of its own says nothing.
fn agrees(media_type: &str, file: FileKind) -> bool {
    let plain = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match plain.as_str() {
        "" | "application/octet-stream" | "binary/octet-stream" => true,
        "application/x-zip-compressed" | "application/zip" => {
            !matches!(file, FileKind::Pdf | FileKind::Png | FileKind::Jpeg | FileKind::Hwp)
                && !matches!(file, FileKind::Text | FileKind::Json | FileKind::Csv)
        }
        "application/haansofthwp" | "application/vnd.hancom.hwp" => file == FileKind::Hwp,
        "application/haansofthwpx" | "application/vnd.hancom.hwpx" => file == FileKind::Hwpx,
        "application/vnd.ms-excel" => file == FileKind::Csv,
        "text/plain" | "text/markdown" => matches!(file, FileKind::Text | FileKind::Json | FileKind::Csv),
        other => FileKind::parse(other) == Ok(file),
    }
}

/// Places the file, writes its row, and takes the file back where the row is refused. It runs to its end even where
/// nobody waits for it any more.
async fn keep(
    office: Office,
    staff: Staff,
    checked: Checked,
    (store, received): (Store, Received),
) -> Result<RevisionRow, DocumentError> {
    let (sha256, bytes) = (received.sha256, received.bytes);
    let _turn = PLACING.lock().await;
    let mark = hex(&office.hub.storage().chance().bytes::<8>());
    let placed = joined(spawn_blocking(move || store.place(received, &mark)).await)?;
    let stored = record(&office, &staff, &checked, (sha256, bytes)).await;
    let is_kept = match &stored {
        Ok(_) => true,
        Err(_) => is_needed(&office, sha256).await,
    };
    settle(placed, is_kept).await;
    stored
}

async fn settle(placed: Placed, is_kept: bool) {
    let _ = spawn_blocking(move || Store::settle(&placed, is_kept)).await;
}

/// Whether any row names the bytes; where that cannot be asked, they stay.
async fn is_needed(office: &Office, sha256: [u8; 32]) -> bool {
    let found: Result<bool, StorageError> = office
        .hub
        .storage()
        .read("document_digest", async |tx| tx.revision_has_digest(sha256).await)
        .await;
    found.unwrap_or(true)
}

async fn record(
    office: &Office,
    staff: &Staff,
    checked: &Checked,
    (sha256, bytes): ([u8; 32], u64),
) -> Result<RevisionRow, DocumentError> {
    let actor = staff.actor();
    let done = office.hub.storage().run("document_receive", &actor, async |tx| {
        let row = numbered(&tx, staff, checked, (sha256, bytes)).await?;
        take_quota(&tx, office, &row).await?;
        tx.revision_insert(&row).await?;
        let details = json!({
            "document": row.document_id, "revision": row.revision, "kind": row.kind, "bytes": row.bytes,
            "sha256": hex(&row.sha256),
        });
        tx.trail(Action::DocumentAdded, row.id, details).await?;
        Ok(row)
    });
    done.await.map_err(|error| match error {
        DocumentError::Storage(StorageError::Taken { .. }) => DocumentError::Changed,
        error => error,
    })
}

/// Counts a revision's bytes towards what its organisation may take. The counter is a row, so that two uploads at one
/// moment cannot both take the last of it.
async fn take_quota(tx: &Tx, office: &Office, row: &RevisionRow) -> Result<(), DocumentError> {
    let owner = tx.organisation_find(row.organisation_id).await?;
    let owner = owner.ok_or(DocumentError::Unknown)?;
    let is_stranger = owner.kind == OrganisationKind::Fintech
        && matches!(owner.state, AdmissionState::Applied | AdmissionState::Refused);
    let most = if is_stranger {
        office.settings.document_quota_applied_bytes
    } else {
        office.settings.document_quota_bytes
    };
    let cap = i64::try_from(most).unwrap_or(i64::MAX);
    if tx.document_bytes_take(row.organisation_id, row.bytes, cap).await? {
        Ok(())
    } else {
        Err(DocumentError::OverQuota { most })
    }
}

async fn numbered(
    tx: &Tx,
    staff: &Staff,
    Checked { upload, file }: &Checked,
    (sha256, bytes): ([u8; 32], u64),
) -> Result<RevisionRow, DocumentError> {
    let (now, organisation_id) = (tx.now(), staff.organisation.id);
    let (document_id, revision, title) = match upload.document {
        Some(document) => {
            let latest = tx.revision_list(document).await?.into_iter().next();
            let latest = latest.filter(|latest| latest.organisation_id == organisation_id);
            let latest = latest.ok_or(DocumentError::Unknown)?;
            if latest.kind != upload.kind {
                return Err(DocumentError::OtherKind(latest.kind));
            }
            if latest.revision >= REVISIONS_MAX {
                return Err(DocumentError::Full(
                    usize::try_from(latest.revision).unwrap_or(usize::MAX),
                ));
            }
            (document, latest.revision + 1, latest.title)
        }
        None => {
            if tx.document_list_as_of(organisation_id, now).await?.len() >= DOCUMENTS_MAX {
                return Err(DocumentError::Full(DOCUMENTS_MAX));
            }
            (DocumentId::new(now, tx.chance()), 1, upload.title.clone())
        }
    };
    Ok(RevisionRow {
        id: RevisionId::new(now, tx.chance()),
        document_id,
        organisation_id,
        kind: upload.kind,
        title,
        revision,
        sha256,
        bytes: i64::try_from(bytes).map_err(|_| DocumentError::TooLarge { most: u64::MAX })?,
        file: *file,
        file_name: upload.file_name.clone(),
        covers_from: upload.covers_from,
        covers_to: upload.covers_to,
        expires_on: upload.expires_on,
        uploaded_by: staff.member.id,
        uploaded_at: now,
    })
}

/// Removes what a crash left behind. To be called at the start, before anything is received.
pub async fn sweep(office: &Office) -> Result<(), DocumentError> {
    let _turn = PLACING.lock().await;
    let store = opened(office).await?;
    let swept = store.clone();
    for sha256 in joined(spawn_blocking(move || swept.sweep()).await)? {
        let (store, is_kept) = (store.clone(), is_needed(office, sha256).await);
        joined(spawn_blocking(move || store.settle_interrupted(&sha256, is_kept)).await)?;
    }
    Ok(())
}
