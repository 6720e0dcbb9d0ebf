//! Taking a round in from a bundle: GET and POST …/inspections/{id}/import, for an agency alone. What is wrong is said
//! with all its places, and nothing is kept then.

use std::time::Duration;

use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, Path};
use axum::response::Response;
use axum::routing::get;
use naru_admission::oscal::{ImportError, ImportReport, import_upload, one_file};
use naru_core::InspectionId;
use naru_web::Route;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::desk::{Alert, AlertWord, Said, Trouble, alert, id};
use super::seat::Seat;
use crate::member::route;
use crate::pages::Pages;

/// Bytes of all files of an upload at most, with what their form adds.
const BODY_MAX: usize = 4 * 1024 * 1024;
/// Files of an upload at most.
const FILES_MAX: usize = 16;
/// How long an upload may take.
const WITHIN: Duration = Duration::from_secs(60);
/// Uploads that are held in memory at most.
static PLACES: Semaphore = Semaphore::const_new(4);

/// What became of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct ImportedView {
    /// Of which round; 0 where nothing was taken.
    pub round: i64,
    /// Verdicts that are new.
    pub verdicts: usize,
    /// Findings that are new.
    pub findings: usize,
    /// What stood there already.
    pub unchanged: usize,
    /// What was left out, and why.
    pub left_out: Vec<String>,
    /// What stands against it, with its places; empty where it was taken.
    pub against: Vec<String>,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportView {
    /// The inspection.
    pub inspection: String,
    /// The organisation.
    pub organisation: String,
    /// The round that is judged.
    pub round: i64,
    /// Whether the agency judges now.
    pub can_import: bool,
    /// Mebibytes at most.
    pub most_mib: usize,
    /// What became of the last upload.
    pub report: Option<ImportedView>,
}

/// The routes of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let path = "/inspector/inspections/{id}/import";
    let take = axum::routing::post(take).layer(DefaultBodyLimit::max(BODY_MAX));
    vec![
        route(
            pages,
            ("GET", path),
            "Where a round is taken in from a bundle",
            get(show),
        ),
        route(pages, ("POST", path), "Takes a round in from a bundle", take),
    ]
}

async fn show(Path(name): Path<String>, seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, &name, (&said, None)).await
}

async fn shown(seat: &Seat, name: &str, (said, report): (&Said, Option<ImportedView>)) -> Response {
    let here = format!("{}/import", seat.path(name));
    let view = async {
        let found = seat.inspection(name).await?;
        Ok(ImportView {
            inspection: found.inspection.id.to_string(),
            organisation: found.organisation_name.clone(),
            round: found.inspection.round,
            can_import: found.may_judge,
            most_mib: BODY_MAX / (1024 * 1024),
            report,
        })
    };
    seat.show(("inspector/import.html", &here), said, view.await).await
}

async fn take(Path(name): Path<String>, seat: Seat, parts: Multipart) -> Response {
    let taken = async {
        let Ok(_place) = PLACES.try_acquire() else {
            return Err(alert(AlertWord::Busy));
        };
        let inspection: InspectionId = id(&name)?;
        seat.inspection(&name).await?;
        let bytes = timeout(WITHIN, bundle(&seat, parts)).await;
        let bytes = bytes.map_err(|_| alert(AlertWord::Upload))??;
        match import_upload(seat.office(), &seat.staff, inspection, &bytes).await {
            Ok(report) => Ok(imported(report)),
            Err(ImportError::Inspection(error)) => Err(error.into()),
            Err(ImportError::Storage(error)) => Err(error.into()),
            Err(_) => Err(alert(AlertWord::Upload)),
        }
    };
    let (alert, report) = match taken.await {
        Ok(report) if report.against.is_empty() => (None, Some(report)),
        Ok(report) => (Some(AlertWord::Faults), Some(report)),
        Err(Trouble::Alert(Alert { word, .. })) => (Some(word), None),
        Err(trouble) => return seat.refuse(&trouble),
    };
    let said = Said {
        alert: alert.map(|word| Alert {
            word,
            of: Vec::new(),
            count: 0,
        }),
        ..Said::default()
    };
    shown(&seat, &name, (&said, report)).await
}

fn imported(report: ImportReport) -> ImportedView {
    let taken = report.taken.unwrap_or_default();
    ImportedView {
        round: taken.round,
        verdicts: taken.verdicts,
        findings: taken.findings,
        unchanged: taken.unchanged,
        left_out: taken.left_out,
        against: report.against,
    }
}

/// The bundle in one: a file that is all of it, or its files by their names. The form's token comes before any of them.
async fn bundle(seat: &Seat, mut parts: Multipart) -> Result<Vec<u8>, Trouble> {
    let broken = |_| alert(AlertWord::Upload);
    let mut is_own = false;
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    while let Some(field) = parts.next_field().await.map_err(broken)? {
        let (name, file) = (field.name().map(str::to_owned), field.file_name().map(str::to_owned));
        let bytes = field.bytes().await.map_err(broken)?;
        match name.as_deref() {
            Some("csrf") => is_own = std::str::from_utf8(&bytes).is_ok_and(|token| seat.page.guest.sent(token)),
            Some("file") if is_own && files.len() < FILES_MAX => {
                files.push((file.unwrap_or_default(), bytes.to_vec()));
            }
            _ => return Err(alert(AlertWord::Upload)),
        }
    }
    match files.as_mut_slice() {
        _ if !is_own => Err(alert(AlertWord::Upload)),
        [] => Err(alert(AlertWord::Upload)),
        [(_, whole)] => Ok(std::mem::take(whole)),
        several => one_file(several).map_err(|_| alert(AlertWord::NoJson)),
    }
}
