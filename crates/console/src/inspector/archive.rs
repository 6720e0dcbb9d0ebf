//! Inspections that have ended: GET …/archive, the latest first, each with its report and its bundle; and the findings
//! that are open on them, such as those that a signal reopened, which stand in the queue too.

use axum::response::Response;
use axum::routing::get;
use naru_admission::finding::{self, Reopened};
use naru_admission::inspection;
use naru_core::{Day, InspectionId, Language, Timestamp};
use naru_rulebook::catalogue::Catalogues;
use naru_storage::EndedInspection;
use naru_web::Route;
use serde::Serialize;

use super::FindingLine;
use super::desk::{Trouble, day_text, pick};
use super::inspection::is_final;
use super::seat::Seat;
use crate::member::StaffPage;
use crate::pages::{Pages, parameter};

/// Inspections on one page.
const PAGE: usize = 50;

/// An open finding on an inspection that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReopenedLine {
    /// The finding.
    pub finding: FindingLine,
    /// The organisation.
    pub organisation: String,
    /// The inspection.
    pub inspection: String,
    /// `ORG` or `APP`.
    pub kind: &'static str,
    /// The name of the service; empty for an organisation.
    pub service: String,
    /// The platform; empty for an organisation.
    pub platform: String,
    /// Whether the reader's side can move it on.
    pub is_ours: bool,
}

/// An inspection that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndedLine {
    /// Its id.
    pub id: String,
    /// The organisation.
    pub organisation: String,
    /// Its short name.
    pub code: String,
    /// `ORG` or `APP`.
    pub kind: &'static str,
    /// The name of the service; empty for an organisation.
    pub service: String,
    /// The platform; empty for an organisation.
    pub platform: String,
    /// The state in which it ended.
    pub state: String,
    /// How it ended.
    pub outcome: &'static str,
    /// When.
    pub ended_at: Timestamp,
    /// Until when its result holds.
    pub valid_until: Option<Timestamp>,
    /// Whether there is a report.
    pub has_report: bool,
    /// Findings that are open on it.
    pub open_findings: i64,
}

/// The archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArchiveView {
    /// What has ended, the latest first.
    pub lines: Vec<EndedLine>,
    /// Findings that are open on what has ended; on the first page alone.
    pub reopened: Vec<ReopenedLine>,
    /// The first page; empty where this is it.
    pub newest_href: String,
    /// The next page; empty where this is the last.
    pub older_href: String,
}

/// The routes of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    below!(
        pages,
        ["/inspector", "/operator", "/supervisor"],
        ("GET", "/archive"),
        "Inspections that have ended",
        get(show)
    )
    .into()
}

/// `1790000000000000.ins_…`: the last line of the page before.
fn behind(text: &str) -> Option<(Timestamp, InspectionId)> {
    let (at, id) = text.split_once('.')?;
    Some((Timestamp(at.parse().ok()?), id.parse().ok()?))
}

async fn show(seat: Seat) -> Response {
    let said = seat.said();
    let here = format!("{}/archive", seat.base);
    let view = async {
        let text = parameter(seat.page.query(), "behind").unwrap_or_default();
        let behind = behind(&text);
        let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
        let ended = inspection::archive(seat.office(), &seat.staff, behind, limit).await?;
        let reopened = match behind {
            None => reopened(&seat.page).await?,
            Some(_) => Vec::new(),
        };
        Ok::<_, Trouble>(view(&ended, reopened, (&here, behind.is_some())))
    };
    seat.show(("inspector/archive.html", &here), &said, view.await).await
}

/// The open findings on inspections that have ended, as a member's console shows them.
pub(crate) async fn reopened(page: &StaffPage) -> Result<Vec<ReopenedLine>, inspection::InspectionError> {
    let found = finding::reopened(&page.pages.office, &page.guest.staff).await?;
    let at = (page.pages.hub.now().day(), page.language());
    Ok(found.iter().map(|reopened| line(reopened, at)).collect())
}

fn line(reopened: &Reopened, (today, language): (Day, Language)) -> ReopenedLine {
    let (finding, inspection) = (&reopened.open.finding, &reopened.open.inspection);
    let control = Catalogues::embedded().control(&finding.control_id);
    ReopenedLine {
        finding: FindingLine {
            id: finding.id.to_string(),
            title: control.map_or_else(String::new, |(_, control)| {
                pick(language, (&control.title_ko, &control.title_en))
            }),
            control: finding.control_id.clone(),
            state: finding.state.clone(),
            statement: finding.statement.clone(),
            due: finding.due_on.map(day_text).unwrap_or_default(),
            is_overdue: finding.is_overdue(today),
            round: finding.round,
        },
        organisation: reopened.open.organisation_name.clone(),
        inspection: inspection.id.to_string(),
        kind: inspection.kind.as_str(),
        service: inspection.service.clone(),
        platform: inspection.platform.clone(),
        is_ours: !reopened.next.is_empty(),
    }
}

fn view(ended: &[EndedInspection], reopened: Vec<ReopenedLine>, (here, is_later): (&str, bool)) -> ArchiveView {
    let lines: Vec<EndedLine> = ended.iter().take(PAGE).map(ended_line).collect();
    let last = lines.last().filter(|_| ended.len() > PAGE);
    ArchiveView {
        older_href: last.map_or_else(String::new, |last| {
            format!("{here}?behind={}.{}", last.ended_at.0, last.id)
        }),
        newest_href: if is_later { here.to_owned() } else { String::new() },
        lines,
        reopened,
    }
}

fn ended_line(ended: &EndedInspection) -> EndedLine {
    let inspection = &ended.inspection;
    EndedLine {
        id: inspection.id.to_string(),
        organisation: ended.organisation_name.clone(),
        code: ended.organisation_code.clone(),
        kind: inspection.kind.as_str(),
        service: inspection.service.clone(),
        platform: inspection.platform.clone(),
        state: inspection.state.clone(),
        outcome: inspection.outcome.as_str(),
        ended_at: inspection.ended_at.unwrap_or(inspection.state_since),
        valid_until: inspection.valid_until,
        has_report: is_final(inspection),
        open_findings: ended.open_findings,
    }
}
