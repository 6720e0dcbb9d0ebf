//! The papers of an inspection: the final report as a page and as PDF, and its OSCAL bundle file by file. One
//! implementation serves every audience; the services decide who may look, and what is not for somebody is not there.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use naru_admission::oscal::{self, ExportError};
use naru_admission::report::{self, ReportError};
use naru_core::InspectionId;
use naru_storage::StorageError;
use naru_web::Route;
use serde::Serialize;

use super::documents::saved_as;
use super::seat::{Seat, ways};
use crate::StaffWay;
use crate::member::gate::StaffPage;
use crate::page::render;
use crate::pages::Pages;

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileLine {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub bytes: usize,
    /// SHA-256.
    pub sha256: String,
}

/// The papers of an inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PapersView {
    /// Where the inspection is.
    pub back_href: String,
    /// Where the papers are.
    pub here: String,
    /// The report as markup; empty on the page of the bundle.
    pub html: String,
    /// The files of the bundle; empty on the page of the report.
    pub files: Vec<FileLine>,
}

/// The routes of agencies, the operator and the supervisor to these papers.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    macro_rules! paper {
        ($rest:literal, $summary:literal, $handler:expr) => {
            below!(
                pages,
                ["/inspector", "/operator", "/supervisor"],
                ("GET", $rest),
                $summary,
                $handler
            )
        };
    }
    [
        paper!(
            "/inspections/{id}/report",
            "The final report of an inspection",
            get(show_report)
        ),
        paper!(
            "/inspections/{id}/report.pdf",
            "The final report as PDF",
            get(print_report)
        ),
        paper!(
            "/inspections/{id}/oscal",
            "The OSCAL bundle of an inspection",
            get(list_bundle)
        ),
        paper!(
            "/inspections/{id}/oscal/{file}",
            "One file of an OSCAL bundle",
            get(open_file)
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

async fn show_report(Path(name): Path<String>, seat: Seat) -> Response {
    let here = seat.path(&name);
    report_page(&seat.page, &name, (&here, ways(seat.base, &here))).await
}

async fn print_report(Path(name): Path<String>, seat: Seat) -> Response {
    report_pdf(&seat.page, &name).await
}

async fn list_bundle(Path(name): Path<String>, seat: Seat) -> Response {
    let here = seat.path(&name);
    bundle_page(&seat.page, &name, (&here, ways(seat.base, &here))).await
}

async fn open_file(Path((name, file)): Path<(String, String)>, seat: Seat) -> Response {
    bundle_file(&seat.page, &name, &file).await
}

/// Why there is no paper.
enum Lost {
    Unknown,
    Failed(String),
    Storage(StorageError),
}

impl From<ReportError> for Lost {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Storage(error) => Self::Storage(error),
            ReportError::Unknown | ReportError::NotFinal(_) => Self::Unknown,
            ReportError::NotAsSigned | ReportError::Print(_) => Self::Failed(error.to_string()),
        }
    }
}

impl From<ExportError> for Lost {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Storage(error) => Self::Storage(error),
            ExportError::Unknown | ExportError::NotFinal(_) => Self::Unknown,
            ExportError::Faulty(_) => Self::Failed(error.to_string()),
        }
    }
}

fn lost(page: &StaffPage, lost: &Lost) -> Response {
    match lost {
        Lost::Unknown => page.not_found(),
        Lost::Storage(error) => page.unavailable(error, "a paper of an inspection could not be made"),
        Lost::Failed(why) => {
            tracing::error!(event = "paper_failed", why, "a paper of an inspection is not given out");
            naru_web::Problem::internal().into_response()
        }
    }
}

async fn paper(page: &StaffPage, view: PapersView, (here, ways): (&str, Vec<StaffWay>)) -> Response {
    match page.frame(here, ways).await {
        Ok(mut frame) => {
            frame.wide = true;
            page.pages
                .answer(StatusCode::OK, render("inspector/papers.html", &view, &frame))
        }
        Err(response) => response,
    }
}

/// The final report as a page; `back` is where its inspection is for this audience, and the report is below it.
pub(crate) async fn report_page(page: &StaffPage, name: &str, (back, ways): (&str, Vec<StaffWay>)) -> Response {
    let Ok(id) = name.parse::<InspectionId>() else {
        return page.not_found();
    };
    let made = report::html(&page.pages.office, &page.guest.staff, id, page.language()).await;
    let shown = match made {
        Ok(shown) => shown,
        Err(error) => return lost(page, &error.into()),
    };
    let here = format!("{back}/report");
    let view = PapersView {
        back_href: back.to_owned(),
        here: here.clone(),
        html: shown.html,
        files: Vec::new(),
    };
    paper(page, view, (&here, ways)).await
}

/// The final report as PDF.
pub(crate) async fn report_pdf(page: &StaffPage, name: &str) -> Response {
    let Ok(id) = name.parse::<InspectionId>() else {
        return page.not_found();
    };
    match report::pdf(&page.pages.office, &page.guest.staff, id, page.language()).await {
        Ok(printed) => {
            let kind = [(header::CONTENT_TYPE, "application/pdf")];
            (kind, saved_as(&printed.file_name), printed.bytes).into_response()
        }
        Err(error) => lost(page, &error.into()),
    }
}

async fn files(page: &StaffPage, name: &str) -> Result<Vec<(String, Vec<u8>)>, Lost> {
    let id = name.parse::<InspectionId>().map_err(|_| Lost::Unknown)?;
    Ok(oscal::export(&page.pages.office, &page.guest.staff, id).await?)
}

/// The files of the bundle, as a page.
pub(crate) async fn bundle_page(page: &StaffPage, name: &str, (back, ways): (&str, Vec<StaffWay>)) -> Response {
    let files = match files(page, name).await {
        Ok(files) => files,
        Err(why) => return lost(page, &why),
    };
    let lines = files.into_iter().map(|(name, bytes)| FileLine {
        name,
        bytes: bytes.len(),
        sha256: naru_crypto::hex(&naru_crypto::sha256(&bytes)),
    });
    let here = format!("{back}/oscal");
    let view = PapersView {
        back_href: back.to_owned(),
        here: here.clone(),
        html: String::new(),
        files: lines.collect(),
    };
    paper(page, view, (&here, ways)).await
}

/// One file of the bundle.
pub(crate) async fn bundle_file(page: &StaffPage, name: &str, file: &str) -> Response {
    match files(page, name).await {
        Ok(files) => match files.into_iter().find(|(name, _)| name == file) {
            Some((name, bytes)) => {
                ([(header::CONTENT_TYPE, "application/json")], saved_as(&name), bytes).into_response()
            }
            None => page.not_found(),
        },
        Err(why) => lost(page, &why),
    }
}
