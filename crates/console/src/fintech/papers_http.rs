//! The papers of a fintech's own inspections: the final report as a page and as a PDF, and the OSCAL bundle. GET
//! /fintech/inspections/{id}/report, …/report.pdf, …/oscal, …/oscal/{file}. They are the inspector's, shown to another
//! audience; which inspections a fintech may read is decided where they are made.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use naru_web::Route;

use super::desk::{Seat, ways};
use crate::Pages;
use crate::inspector::papers;
use crate::member::route;

/// The routes of these papers.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![
        route(
            pages,
            ("GET", "/fintech/inspections/{id}/report"),
            "The final report of an own inspection",
            get(report),
        ),
        route(
            pages,
            ("GET", "/fintech/inspections/{id}/report.pdf"),
            "The same as a PDF to print and sign",
            get(print),
        ),
        route(
            pages,
            ("GET", "/fintech/inspections/{id}/oscal"),
            "The OSCAL bundle of an own inspection",
            get(bundle),
        ),
        route(
            pages,
            ("GET", "/fintech/inspections/{id}/oscal/{file}"),
            "One file of that bundle",
            get(file),
        ),
    ]
}

fn here(id: &str) -> String {
    format!("/fintech/inspections/{id}")
}

async fn report(Path(id): Path<String>, seat: Seat) -> Response {
    papers::report_page(&seat.page, &id, (&here(&id), ways("/fintech/inspections"))).await
}

async fn print(Path(id): Path<String>, seat: Seat) -> Response {
    papers::report_pdf(&seat.page, &id).await
}

async fn bundle(Path(id): Path<String>, seat: Seat) -> Response {
    papers::bundle_page(&seat.page, &id, (&here(&id), ways("/fintech/inspections"))).await
}

async fn file(Path((id, file)): Path<(String, String)>, seat: Seat) -> Response {
    papers::bundle_file(&seat.page, &id, &file).await
}
