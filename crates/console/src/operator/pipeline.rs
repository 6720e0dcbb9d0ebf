//! What the pipeline shows: how many applicants stand where, and one page of them.

use naru_admission::organisation::overview::Pipeline;
use naru_core::{AdmissionState, Timestamp};
use naru_rulebook::duty::Status;
use naru_storage::OrganisationFilter;
use serde::Serialize;

use super::parts::{Bar, OrganisationLine, bars};
use crate::page::{Frame, PageError, render};

/// Applicants of one page.
pub(super) const PAGE: i64 = 50;

/// The pipeline. The search is a GET of `/operator` with `state`, `duty` and `begins`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PipelineView {
    pub(super) total: i64,
    pub(super) states: Vec<Bar>,
    pub(super) duties: Vec<Bar>,
    pub(super) rows: Vec<OrganisationLine>,
    pub(super) state: String,
    pub(super) duty: String,
    pub(super) begins: String,
    pub(super) state_words: Vec<&'static str>,
    pub(super) duty_words: Vec<&'static str>,
    pub(super) newest_href: Option<String>,
    pub(super) older_href: Option<String>,
}

/// The view of one page; it was read with one row more than it shows.
pub(super) fn view(pipeline: &Pipeline, filter: &OrganisationFilter, now: Timestamp) -> PipelineView {
    let state = filter.state.map_or("", AdmissionState::as_str);
    let duty = filter.duty_status.as_deref().unwrap_or_default();
    let (total, [states, duties]) = bars(&pipeline.counts, (state, duty), "/operator");
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let shown = pipeline.organisations.iter().take(page);
    let rows: Vec<OrganisationLine> = shown.map(|o| OrganisationLine::of(o, "/operator", now)).collect();
    let address = |after: &str| {
        let pairs = [
            ("state", state),
            ("duty", duty),
            ("begins", filter.begins.as_str()),
            ("after", after),
        ];
        let said: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let query = serde_urlencoded::to_string(said).unwrap_or_default();
        format!("/operator?{query}")
    };
    let has_more = pipeline.organisations.len() > page;
    let older_href = rows.last().filter(|_| has_more).map(|last| address(&last.code));
    PipelineView {
        total,
        states,
        duties,
        rows,
        state: state.to_owned(),
        duty: duty.to_owned(),
        begins: filter.begins.clone(),
        state_words: AdmissionState::ALL.iter().map(|word| word.as_str()).collect(),
        duty_words: Status::ALL.iter().map(|word| word.as_str()).collect(),
        newest_href: (!filter.after.is_empty()).then(|| address("")),
        older_href,
    }
}

/// The page.
pub(super) fn pipeline(view: &PipelineView, frame: &Frame) -> Result<String, PageError> {
    render("operator/pipeline.html", view, frame)
}
