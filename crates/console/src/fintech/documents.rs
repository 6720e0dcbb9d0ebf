//! A fintech's documents: GET /fintech/documents and POST (multipart, streamed), GET /fintech/documents/{id} with every
//! revision, and GET /fintech/documents/revisions/{id} for the bytes.
//!
//! Of an upload the words come first and the file last, so that nothing is written for a form without its token.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Path, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use naru_admission::document::{self, DocumentError, Upload};
use naru_core::{Day, DocumentId, DocumentKind, FileKind, RevisionId, Timestamp};
use naru_storage::RevisionRow;
use naru_web::Route;
use serde::Serialize;
use tokio::time::sleep;

use super::desk::{DoneWord, Said, Seat, day_text, id};
use super::documents_asked::{day_asked, listed, named};
use super::parts::{self, Parts};
use super::trouble::{Alert, AlertWord, Trouble, at};
use crate::member::route;
use crate::pages::Pages;
use crate::person::ProblemWord;

const HERE: &str = "/fintech/documents";
/// Bytes of one of the words before the file at most.
const WORD_MAX: usize = 2_000;
/// Words before the file at most.
const WORDS_MAX: usize = 16;
/// Who finds no place is told to come again after so many seconds.
const RETRY_SECONDS: &str = "10";
/// How long the words before the file may take.
const WORDS_WITHIN: Duration = Duration::from_secs(30);

/// A revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct RevisionView {
    /// Its id.
    pub id: String,
    /// Of which document.
    pub document: String,
    /// What the document is for.
    pub kind: DocumentKind,
    /// Its title.
    pub title: String,
    /// Which revision.
    pub revision: i64,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// How many kibibytes, at least one.
    pub kib: i64,
    /// The file's name.
    pub file_name: String,
    /// The days it tells of; empty where not said.
    pub covers: (String, String),
    /// The last day on which it holds; empty where it has no end.
    pub expires_on: String,
    /// Whether it no longer holds.
    pub is_expired: bool,
    /// When it was handed in.
    pub uploaded_at: Timestamp,
    /// Who handed it in; empty where that is not shown, or they were removed since.
    pub owner: String,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct DocumentsView {
    /// The latest revision of each document.
    pub documents: Vec<RevisionView>,
    /// The past day at whose end they were so; empty for the present moment.
    pub as_of: String,
    /// The kinds of documents, each with the files that are taken.
    pub kinds: Vec<(DocumentKind, Vec<FileKind>)>,
    /// How large a file may be, mebibytes.
    pub most_mib: u64,
}

/// One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct DocumentView {
    /// Every revision, newest first; never none.
    pub revisions: Vec<RevisionView>,
    /// How large a file may be, mebibytes.
    pub most_mib: u64,
}

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    // The service counts the bytes while they are written; what is in memory is one piece.
    let unbounded = post(upload).layer(parts::unbounded());
    vec![
        route(pages, ("GET", HERE), "A fintech's documents", get(show)),
        route(pages, ("POST", HERE), "Hands a document in", unbounded),
        route(
            pages,
            ("GET", "/fintech/documents/{id}"),
            "Every revision of a document",
            get(show_one),
        ),
        route(
            pages,
            ("GET", "/fintech/documents/revisions/{id}"),
            "The bytes of a revision",
            get(download),
        ),
    ]
}

pub(super) fn revision_view(row: &RevisionRow, today: Day) -> RevisionView {
    let text = |day: Option<Day>| day.map(day_text).unwrap_or_default();
    RevisionView {
        id: row.id.to_string(),
        document: row.document_id.to_string(),
        kind: row.kind,
        title: row.title.clone(),
        revision: row.revision,
        sha256: naru_crypto::hex(&row.sha256),
        kib: (row.bytes / 1_024).max(1),
        file_name: row.file_name.clone(),
        covers: (text(row.covers_from), text(row.covers_to)),
        expires_on: text(row.expires_on),
        is_expired: row.is_expired(today),
        uploaded_at: row.uploaded_at,
        owner: String::new(),
    }
}

fn most_mib(seat: &Seat) -> u64 {
    seat.office().settings.document_bytes_max / (1_024 * 1_024)
}

async fn show(seat: Seat) -> Response {
    match day_asked(seat.page.query(), seat.today()) {
        Ok(asked) => shown(&seat, &seat.said(), asked).await,
        Err(Trouble::Alert(alert)) => shown(&seat, &alerted("as_of", alert), None).await,
        Err(trouble) => seat.refuse(&trouble),
    }
}

async fn shown(seat: &Seat, said: &Said, asked: Option<Day>) -> Response {
    let as_of = asked.map(day_text).unwrap_or_default();
    let here = if as_of.is_empty() {
        HERE.to_owned()
    } else {
        format!("{HERE}?on={as_of}")
    };
    let view = async {
        let files = |kind: &DocumentKind| {
            let fit = FileKind::ALL.iter().copied().filter(|file| file.fits(*kind));
            (*kind, fit.collect())
        };
        Ok(DocumentsView {
            documents: listed(seat, asked).await?,
            as_of,
            kinds: DocumentKind::ALL.iter().map(files).collect(),
            most_mib: most_mib(seat),
        })
    };
    seat.show(("fintech/documents.html", &here), said, view.await).await
}

async fn show_one(Path(document): Path<String>, seat: Seat) -> Response {
    let said = seat.said();
    let view = async {
        let document: DocumentId = id(&document)?;
        let rows = document::revisions(seat.office(), &seat.staff, document).await?;
        Ok(DocumentView {
            revisions: named(&seat, &rows, seat.today()).await?,
            most_mib: most_mib(&seat),
        })
    };
    let here = format!("{HERE}/{document}");
    seat.show(("fintech/document.html", &here), &said, view.await).await
}

async fn download(Path(revision): Path<String>, seat: Seat) -> Response {
    let opened = async {
        let revision: RevisionId = id(&revision)?;
        Ok(document::open(seat.office(), &seat.staff, revision).await?)
    };
    let (row, file) = match opened.await {
        Ok(opened) => opened,
        Err(trouble) => return seat.refuse(&trouble),
    };
    // The name as RFC 8187 writes it, so that no letter of it can end the header.
    let name = percent(&row.file_name);
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    let headers = [
        (header::CONTENT_TYPE, row.file.to_string()),
        (header::CONTENT_LENGTH, row.bytes.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    let mut response = Body::from_stream(document::pieces(file)).into_response();
    for (name, value) in headers {
        let value = HeaderValue::from_str(&value).expect("words, numbers and percent signs are plain ASCII");
        response.headers_mut().insert(name, value);
    }
    response
}

/// Percent-encoded but for letters, digits, `-`, `.` and `_` (RFC 8187 3.2).
fn percent(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

type Words = BTreeMap<String, String>;

async fn upload(seat: Seat, request: Request) -> Response {
    let mut words = Words::new();
    let received = async {
        let most = seat.office().settings.document_bytes_max;
        let parts = Parts::of(request, most).await;
        let parts = parts.map_err(|error| at("file", AlertWord::Broken, error.body_text()))?;
        let Some(mut parts) = parts else {
            return Err(at("file", AlertWord::TooLarge, DocumentError::TooLarge { most }).into());
        };
        received(&seat, &mut parts, &mut words).await
    };
    match received.await {
        Ok(()) => {
            // What is left unread would break the connection under the answer.
            seat.back(HERE, DoneWord::Uploaded)
        }
        Err(Refusal::Foreign) => {
            let frame = seat.pages().frame(Some(seat.language()), HERE);
            seat.pages()
                .problem(&frame, StatusCode::FORBIDDEN, ProblemWord::OutOfTime)
        }
        Err(Refusal::Trouble(Trouble::Alert(alert))) => {
            let is_busy = alert.word == AlertWord::Busy;
            let mut response = shown(&seat, &said(alert, words), None).await;
            if is_busy {
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                let headers = response.headers_mut();
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
            }
            response
        }
        Err(Refusal::Trouble(trouble)) => seat.refuse(&trouble),
    }
}

fn alerted(form: &str, alert: Alert) -> Said {
    Said {
        alert: Some(alert),
        form: form.to_owned(),
        ..Said::default()
    }
}

fn said(alert: Alert, mut words: Words) -> Said {
    words.remove("csrf");
    Said {
        filled: words,
        ..alerted("upload", alert)
    }
}

/// Why an upload was not taken.
enum Refusal {
    /// It did not come from a page of this sign-in.
    Foreign,
    /// Something is wrong with it.
    Trouble(Trouble),
}

impl<E: Into<Trouble>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<MultipartError> for Trouble {
    fn from(error: MultipartError) -> Self {
        at("file", AlertWord::Broken, error.body_text())
    }
}

/// Reads the words, then streams the file. The token is looked at before anything else is believed.
async fn received(seat: &Seat, parts: &mut Parts, words: &mut Words) -> Result<(), Refusal> {
    let file_begins = parts.file_begins();
    let too_slow = || at("file", AlertWord::Broken, DocumentError::Slow);
    let mut until = std::pin::pin!(sleep(WORDS_WITHIN));
    for _ in 0..=WORDS_MAX {
        let next = tokio::select! {
            next = parts.parts.next_field() => next?,
            () = &mut until => return Err(too_slow().into()),
        };
        let Some(field) = next else { break };
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let token = words.get("csrf").map_or("", String::as_str);
            if !seat.page.guest.sent(token) {
                return Err(Refusal::Foreign);
            }
            file_begins();
            return Ok(take(seat, field, words).await?);
        }
        let text = tokio::select! {
            text = word(field) => text?,
            () = &mut until => return Err(too_slow().into()),
        };
        words.insert(name, text);
    }
    if !seat.page.guest.sent(words.get("csrf").map_or("", String::as_str)) {
        return Err(Refusal::Foreign);
    }
    Err(at("file", AlertWord::Broken, "the file is missing").into())
}

async fn word(mut field: Field<'_>) -> Result<String, Trouble> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await? {
        if bytes.len() + piece.len() > WORD_MAX {
            return Err(at("title", AlertWord::Field, format!("at most {WORD_MAX} bytes")));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

async fn take(seat: &Seat, field: Field<'_>, words: &Words) -> Result<(), Trouble> {
    let get = |name: &str| words.get(name).map_or("", String::as_str);
    let document = match get("document") {
        "" => None,
        text => Some(id::<DocumentId>(text)?),
    };
    let upload = Upload {
        kind: DocumentKind::parse(get("kind")).map_err(|error| at("kind", AlertWord::Field, error))?,
        title: get("title").to_owned(),
        document,
        file_name: field.file_name().unwrap_or_default().to_owned(),
        media_type: field.content_type().unwrap_or_default().to_owned(),
        covers_from: day_of(words, "covers_from")?,
        covers_to: day_of(words, "covers_to")?,
        expires_on: day_of(words, "expires_on")?,
    };
    document::receive(seat.office(), &seat.staff, upload, field).await?;
    Ok(())
}

fn day_of(words: &Words, name: &'static str) -> Result<Option<Day>, Trouble> {
    match words.get(name).map_or("", String::as_str) {
        "" => Ok(None),
        text => Day::parse(&text.replace('-', ""))
            .map(Some)
            .ok_or_else(|| at(name, AlertWord::Day, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_end_its_header() {
        assert_eq!(
            percent("정책 \"1\";\r\n.pdf"),
            "%EC%A0%95%EC%B1%85%20%221%22%3B%0D%0A.pdf"
        );
        assert_eq!(percent("a-b_1.PDF"), "a-b_1.PDF");
    }

    #[test]
    fn a_day_is_read_as_a_field_of_dates_writes_it() {
        let of = |text: &str| day_of(&Words::from([("expires_on".to_owned(), text.to_owned())]), "expires_on");
        assert_eq!(of("2026-11-21").ok(), Some(Day::parse("20261121")));
        assert_eq!(of("").ok(), Some(None));
        assert!(of("21/11/2026").is_err() && of("2026-02-30").is_err());
    }
}
