//! One inspection: GET /inspector/inspections/{id}, POST …/steps, and a document that was handed in for it at
//! GET /inspector/documents/{revision}.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use naru_admission::document;
use naru_admission::inspection::{self, Act, Acted};
use naru_core::RevisionId;
use naru_web::Route;

use super::desk::{DoneWord, Said, Seat, Sent, Trouble, id, version};
use super::inspection::page;
use crate::member::route;
use crate::pages::{Form, Pages};

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![
        route(
            pages,
            ("GET", "/inspector/inspections/{id}"),
            "One inspection of an agency",
            get(show),
        ),
        route(
            pages,
            ("POST", "/inspector/inspections/{id}/steps"),
            "Takes or proposes a step of an inspection",
            post(step),
        ),
        route(
            pages,
            ("GET", "/inspector/documents/{revision}"),
            "A document of an inspected organisation",
            get(open_document),
        ),
    ]
}

/// The path of one inspection.
pub(super) fn here(name: &str) -> String {
    format!("/inspector/inspections/{name}")
}

async fn show(Path(name): Path<String>, seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, &name, &said).await
}

pub(super) async fn shown(seat: &Seat, name: &str, said: &Said) -> Response {
    let view = async {
        let found = inspection::view(seat.office(), &seat.staff, id(name)?).await?;
        Ok(page(&found, (seat.office().hub.now().day(), seat.language())))
    };
    seat.show(("inspector/inspection.html", &here(name)), said, view.await)
        .await
}

async fn step(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let taken = take(&seat, &name, &form).await;
    match seat.settle(&here(&name), &form, taken) {
        Ok(response) => response,
        Err(said) => shown(&seat, &name, &said).await,
    }
}

async fn take(seat: &Seat, name: &str, form: &Form) -> Result<DoneWord, Trouble> {
    let revisions: Result<Vec<RevisionId>, Trouble> = form.all("revision").map(id).collect();
    let act = Act {
        event: form.get("event"),
        note: form.get("note"),
        revisions: &revisions?,
        version_seen: version(form),
    };
    match inspection::act(seat.office(), &seat.staff, id(name)?, &act).await? {
        Acted::Moved(_) => Ok(DoneWord::Moved),
        Acted::Proposed(_) => Ok(DoneWord::Proposed),
    }
}

async fn open_document(Path(name): Path<String>, seat: Seat) -> Response {
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
