//! Documents that were handed in: as a line with name and digest, and as a file at GET …/documents/{revision}.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use naru_admission::document;
use naru_core::{Day, RevisionId};
use naru_storage::{RevisionRow, StorageError};
use naru_web::Route;
use serde::Serialize;

use super::desk::id;
use super::seat::Seat;
use crate::pages::Pages;

/// Documents that are named on one page at most.
const NAMED_MAX: usize = 500;

/// A document that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentView {
    /// The revision.
    pub id: String,
    /// Where it can be opened.
    pub href: String,
    /// What it is for.
    pub kind: &'static str,
    /// The name of the file.
    pub file_name: String,
    /// Which revision.
    pub revision: i64,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Whether it no longer holds.
    pub is_expired: bool,
}

impl DocumentView {
    /// A revision as the console at `base` shows it.
    pub(super) fn of(row: &RevisionRow, base: &str, today: Day) -> Self {
        Self {
            id: row.id.to_string(),
            href: format!("{base}/documents/{}", row.id),
            kind: row.kind.as_str(),
            file_name: row.file_name.clone(),
            revision: row.revision,
            sha256: naru_crypto::hex(&row.sha256),
            is_expired: row.is_expired(today),
        }
    }
}

/// Revisions by their id, as lines.
pub(super) struct Named<'a> {
    pub(super) rows: &'a [RevisionRow],
    pub(super) base: &'static str,
    pub(super) today: Day,
}

impl Named<'_> {
    /// Those of a list, in its order; one that nobody has is left out.
    pub(super) fn lines(&self, ids: &[RevisionId]) -> Vec<DocumentView> {
        let rows = ids.iter().filter_map(|id| self.rows.iter().find(|row| row.id == *id));
        rows.map(|row| DocumentView::of(row, self.base, self.today)).collect()
    }
}

/// The rows of revisions that an inspection names; who may see it may see what was handed in for it.
pub(super) async fn rows(seat: &Seat, ids: &[RevisionId]) -> Result<Vec<RevisionRow>, StorageError> {
    let mut wanted: Vec<RevisionId> = ids.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    wanted.truncate(NAMED_MAX);
    let storage = seat.office().hub.storage();
    let read = storage.read("inspection_documents", async |tx| {
        let mut rows = Vec::with_capacity(wanted.len());
        for id in &wanted {
            rows.extend(tx.revision_find(*id).await?);
        }
        Ok(rows)
    });
    read.await
}

/// The routes of these files.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    below!(
        pages,
        ["/inspector", "/operator", "/supervisor"],
        ("GET", "/documents/{revision}"),
        "A document of an inspected organisation",
        get(open)
    )
    .into()
}

async fn open(Path(name): Path<String>, seat: Seat) -> Response {
    let Ok(revision) = id::<RevisionId>(&name) else {
        return seat.page.not_found();
    };
    match document::open(seat.office(), &seat.staff, revision).await {
        Ok((row, file)) => {
            let body = Body::from_stream(document::pieces(file));
            (
                [(header::CONTENT_TYPE, row.file.as_str())],
                saved_as(&row.file_name),
                body,
            )
                .into_response()
        }
        Err(document::DocumentError::Storage(error)) => seat.page.unavailable(&error, "a document could not be opened"),
        Err(_) => seat.page.not_found(),
    }
}

/// The headers of a file that is kept, never shown in the page's own origin. The name may be Korean (RFC 8187).
pub(super) fn saved_as(file_name: &str) -> [(header::HeaderName, HeaderValue); 2] {
    let encoded: String = file_name
        .bytes()
        .map(|b| match b {
            b if b.is_ascii_alphanumeric() || b"-._".contains(&b) => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect();
    let value = format!("attachment; filename*=UTF-8''{encoded}");
    [
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&value).expect("what is encoded is ASCII"),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ]
}
