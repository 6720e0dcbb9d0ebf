//! Gives reports out, to whom an inspection concerns. One implementation serves the pages of every audience; who may
//! look is decided here.

use naru_core::{InspectionId, Language};
use naru_report::Document;
use tokio::task::spawn_blocking;

use super::record::{Record, may_look};
use super::view::View;
use super::{ReportError, document as paper};
use crate::inspection::Case;
use crate::{Office, Staff};

/// A report as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// What the file is called, such as `2026-F01-ORG-1A2B3C4D.pdf`.
    pub file_name: String,
    /// PDF.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
}

/// A report as a part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What the report is called.
    pub title: String,
    /// The number under which it is filed.
    pub reference: String,
    /// An `article` element: markup made here, every text in it escaped.
    pub html: String,
}

/// The final report of an inspection as a document.
///
/// # Errors
/// [`ReportError::Unknown`] also for those whom the inspection does not concern.
pub async fn document(
    office: &Office,
    staff: &Staff,
    id: InspectionId,
    language: Language,
) -> Result<Document, ReportError> {
    let read = office.hub.storage().read("inspection_report", async |tx| {
        let case = Case::load(&tx, id).await?;
        if !may_look(staff, &case) {
            return Err(ReportError::Unknown);
        }
        Ok(Record::of(&tx, &office.settings, case).await?)
    });
    let record = read.await?;
    let document = paper::document(&View::of(&office.settings, &record)?, language);
    document
        .check_size()
        .map_err(|error| ReportError::Print(error.to_string()))?;
    Ok(document)
}

/// The final report of an inspection for a page.
pub async fn html(office: &Office, staff: &Staff, id: InspectionId, language: Language) -> Result<Shown, ReportError> {
    let document = document(office, staff, id, language).await?;
    Ok(Shown {
        html: naru_report::to_html_fragment(&document),
        title: document.title,
        reference: document.reference,
    })
}

/// The final report of an inspection on paper. It is set on a thread of its own, since that takes a while.
pub async fn pdf(office: &Office, staff: &Staff, id: InspectionId, language: Language) -> Result<Printed, ReportError> {
    let document = document(office, staff, id, language).await?;
    let made = spawn_blocking(move || {
        let rendered = naru_report::to_pdf(&document).map_err(|error| ReportError::Print(error.to_string()))?;
        Ok(Printed {
            file_name: format!("{}.pdf", document.reference),
            bytes: rendered.bytes,
            pages: rendered.pages,
        })
    });
    made.await
        .unwrap_or_else(|error| Err(ReportError::Print(error.to_string())))
}
