//! What the handlers of this console share: for whom a page is, what a refused deed says, and how the forms keep what
//! was typed.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use naru_admission::Denied;
use naru_admission::organisation::OrganisationError;
use naru_admission::policy::service::PolicyError;
use naru_admission::proposal::ProposalError;
use naru_admission::subsidy::service::SubsidyError;
use naru_auth::client::admission::AdmissionError;
use naru_banking::transfer::settlement::SettlementError;
use naru_core::{OrganisationKind, words};
use naru_storage::StorageError;
use naru_storage::proposal::FourEyesError;
use serde::Serialize;

use crate::Frame;
use crate::member::{StaffPage, console_of};
use crate::page::{PageError, StaffWay, render};
use crate::pages::{Form, parameter};

/// Every label of a way through this console.
pub(super) const WAY_LABELS: &[&str] = &[
    "operator.way_pipeline",
    "operator.way_inspections",
    "operator.way_proposals",
    "operator.way_rules",
    "operator.way_catalogues",
    "operator.way_policies",
    "operator.way_subsidies",
    "operator.way_transfers",
    "operator.way_security",
];
const WAY_PATHS: [&str; 9] = [
    "/operator",
    "/operator/inspections",
    "/operator/proposals",
    "/operator/rules",
    "/operator/catalogues",
    "/operator/policies",
    "/operator/subsidies",
    "/operator/transfers",
    "/staff/security",
];

/// The ways through the console; the one that is shown is the longest path that `here` begins with.
pub(crate) fn ways(here: &str) -> Vec<StaffWay> {
    let path = here.split('?').next().unwrap_or_default();
    // A finding belongs to its inspection, and the archive to all of them.
    let path = if path.starts_with("/operator/findings") || path.starts_with("/operator/archive") {
        "/operator/inspections"
    } else {
        path
    };
    let current = WAY_PATHS
        .iter()
        .filter(|way| path.starts_with(**way))
        .max_by_key(|way| way.len());
    let pairs = WAY_LABELS.iter().zip(WAY_PATHS);
    let way = |(label, path): (&&'static str, &str)| StaffWay {
        label,
        href: path.to_owned(),
        current: current == Some(&path),
    };
    pairs.map(way).collect()
}

/// What was just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeskDone {
    /// Something was proposed.
    Proposed,
    /// A proposal was carried out.
    Decided,
    /// The first of two approvals was noted.
    Seconded,
    /// A proposal was turned down or taken back.
    Rejected,
    /// A fact was recorded.
    FactRecorded,
    /// A fact was taken back.
    FactEnded,
    /// A policy was confirmed.
    Confirmed,
    /// A policy was ended.
    PolicyEnded,
    /// A payment was recorded.
    Paid,
    /// A budget was set.
    BudgetSet,
}
words!(DeskDone, "deed", {
    Proposed = "proposed",
    Decided = "decided",
    Seconded = "seconded",
    Rejected = "rejected",
    FactRecorded = "fact_recorded",
    FactEnded = "fact_ended",
    Confirmed = "confirmed",
    PolicyEnded = "policy_ended",
    Paid = "paid",
    BudgetSet = "budget_set",
});

/// Why a deed was refused, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeskError {
    /// A value cannot be taken; the words say which would be.
    Field,
    /// A day is not written so that it exists.
    Day,
    /// A number cannot be read.
    Number,
    /// It cannot happen now; the words say why.
    Refused,
    /// Somebody else changed it meanwhile.
    Changed,
    /// The same waits for a decision already.
    Open,
    /// It was decided before.
    Ended,
    /// Another person must approve.
    SameMember,
    /// What was proposed has changed; the proposal is void.
    Void,
    /// A reason is missing or too long.
    Reason,
    /// A policy was settled before, or by its own recorder.
    Settled,
    /// The year's budget does not have so much left.
    OverBudget,
    /// The institution's document is not named.
    Evidence,
    /// The hub is asking the institution at this moment.
    Asking,
    /// No organisation has this code.
    NoCode,
}
words!(DeskError, "error", {
    Field = "field",
    Day = "day",
    Number = "number",
    Refused = "refused",
    Changed = "changed",
    Open = "open",
    Ended = "ended",
    SameMember = "same_member",
    Void = "void",
    Reason = "reason",
    Settled = "settled",
    OverBudget = "over_budget",
    Evidence = "evidence",
    Asking = "asking",
    NoCode = "no_code",
});

/// What a page says about the form that was sent to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub(crate) struct Said {
    /// What was done.
    pub(crate) done: Option<DeskDone>,
    /// Why it was not.
    pub(crate) error: Option<DeskError>,
    /// The service's own words beside the error; empty where the sentence says all.
    pub(crate) words: String,
    /// What was typed, by field, with the name of the form as `form`.
    pub(crate) filled: BTreeMap<String, String>,
}

impl Said {
    /// What the address says was done.
    pub(super) fn of(query: Option<&str>) -> Self {
        Self {
            done: parameter(query, "done").and_then(|word| DeskDone::parse(&word).ok()),
            ..Self::default()
        }
    }

    /// A refusal, with everything that was typed.
    pub(super) fn refused((error, words): (DeskError, String), form: &Form, fields: &[&str]) -> Self {
        let kept = fields.iter().chain(&["form"]);
        Self {
            done: None,
            error: Some(error),
            words,
            filled: kept
                .map(|name| ((*name).to_owned(), form.get(name).to_owned()))
                .collect(),
        }
    }

    /// The status of a page that says this.
    pub(super) fn status(&self) -> StatusCode {
        match self.error {
            Some(
                DeskError::Changed
                | DeskError::Open
                | DeskError::Ended
                | DeskError::SameMember
                | DeskError::Void
                | DeskError::Settled,
            ) => StatusCode::CONFLICT,
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        }
    }
}

/// Why a service did not do what a page asked.
#[derive(Debug)]
pub(crate) enum Failed {
    /// There is no such thing.
    Unknown,
    /// The member may not.
    Denied,
    /// It was refused; the page says why and keeps what was typed.
    Said(DeskError, String),
    /// The database.
    Storage(StorageError),
}

impl From<StorageError> for Failed {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<Denied> for Failed {
    fn from(_: Denied) -> Self {
        Self::Denied
    }
}

fn said(error: DeskError) -> Failed {
    Failed::Said(error, String::new())
}

impl From<ProposalError> for Failed {
    fn from(error: ProposalError) -> Self {
        match error {
            ProposalError::Unknown => Self::Unknown,
            ProposalError::Open => said(DeskError::Open),
            ProposalError::Ended => said(DeskError::Ended),
            ProposalError::SameMember => said(DeskError::SameMember),
            ProposalError::Changed => said(DeskError::Void),
            ProposalError::Reason => said(DeskError::Reason),
            ProposalError::Denied(_) => Self::Denied,
            ProposalError::Storage(error) => Self::Storage(error),
        }
    }
}

impl From<FourEyesError> for Failed {
    fn from(error: FourEyesError) -> Self {
        ProposalError::from(error).into()
    }
}

impl From<OrganisationError> for Failed {
    fn from(error: OrganisationError) -> Self {
        match error {
            OrganisationError::Unknown => Self::Unknown,
            OrganisationError::Field { .. } => Self::Said(DeskError::Field, error.to_string()),
            OrganisationError::Refused(why) => Self::Said(DeskError::Refused, why),
            OrganisationError::Changed => said(DeskError::Changed),
            OrganisationError::Denied(_) => Self::Denied,
            OrganisationError::Proposal(error) => error.into(),
            OrganisationError::Storage(error) => Self::Storage(error),
        }
    }
}

impl From<PolicyError> for Failed {
    fn from(error: PolicyError) -> Self {
        match error {
            PolicyError::Unknown => Self::Unknown,
            PolicyError::Field { .. } => Self::Said(DeskError::Field, error.to_string()),
            PolicyError::Settled => said(DeskError::Settled),
            PolicyError::Denied(_) => Self::Denied,
            PolicyError::Storage(error) => Self::Storage(error),
        }
    }
}

impl From<SubsidyError> for Failed {
    fn from(error: SubsidyError) -> Self {
        match error {
            SubsidyError::Unknown => Self::Unknown,
            SubsidyError::Field { .. } => Self::Said(DeskError::Field, error.to_string()),
            SubsidyError::Twice | SubsidyError::Illegal { .. } => Self::Said(DeskError::Refused, error.to_string()),
            SubsidyError::OverBudget { .. } => Self::Said(DeskError::OverBudget, error.to_string()),
            SubsidyError::Changed => said(DeskError::Changed),
            SubsidyError::Proposal(error) => error.into(),
            SubsidyError::Denied(_) => Self::Denied,
            SubsidyError::Storage(error) => Self::Storage(error),
        }
    }
}

impl From<AdmissionError> for Failed {
    fn from(error: AdmissionError) -> Self {
        match error {
            AdmissionError::Unknown => Self::Unknown,
            AdmissionError::Denied => Self::Denied,
            AdmissionError::FourEyes(error) => error.into(),
            AdmissionError::Storage(error) => Self::Storage(error),
        }
    }
}

impl From<SettlementError> for Failed {
    fn from(error: SettlementError) -> Self {
        match error {
            SettlementError::Unknown | SettlementError::NoProposal => Self::Unknown,
            SettlementError::Refused(why) => Self::Said(DeskError::Refused, why),
            SettlementError::Evidence => said(DeskError::Evidence),
            SettlementError::Asking => said(DeskError::Asking),
            SettlementError::Denied => Self::Denied,
            SettlementError::FourEyes(error) => error.into(),
            SettlementError::Storage(error) => Self::Storage(error),
        }
    }
}

impl Failed {
    /// What is to be said on the page itself, or the answer that takes its place.
    #[expect(clippy::result_large_err, reason = "the error is the answer that the handler gives")]
    pub(crate) fn on(self, page: &StaffPage) -> Result<(DeskError, String), Response> {
        match self {
            Self::Said(error, words) => Ok((error, words)),
            Self::Unknown => Err(page.not_found()),
            Self::Denied => Err(denied(page)),
            Self::Storage(error) => Err(page.unavailable(&error, "the desk could not read or write")),
        }
    }

    /// The same where a page has no place to say it: then it is a page that is not there.
    pub(crate) fn alone(self, page: &StaffPage) -> Response {
        self.on(page).map_or_else(|response| response, |_| page.not_found())
    }
}

/// Only members of organisations of this kind see the pages of a console.
#[expect(clippy::result_large_err, reason = "the error is the answer that the handler gives")]
pub(crate) fn require_kind(page: &StaffPage, kind: OrganisationKind) -> Result<(), Response> {
    if page.guest.kind() == kind {
        Ok(())
    } else {
        Err(denied(page))
    }
}

/// What the page shows that says that something is not theirs.
#[derive(Serialize)]
pub(super) struct DeniedView {
    /// Their own console.
    pub(super) own_href: &'static str,
}

pub(super) fn denied_page(view: &DeniedView, frame: &Frame) -> Result<String, PageError> {
    render("operator/denied.html", view, frame)
}

fn denied(page: &StaffPage) -> Response {
    let own = console_of(page.guest.kind());
    let view = DeniedView { own_href: own };
    let frame = page.pages.frame(Some(page.language()), own);
    page.pages.answer(StatusCode::FORBIDDEN, denied_page(&view, &frame))
}

/// The answer, whichever it became.
pub(crate) fn answered(answer: Result<Response, Response>) -> Response {
    answer.unwrap_or_else(|response| response)
}

/// The frame of a page of this console; members of other organisations get no further.
pub(super) async fn frame(page: &StaffPage, here: &str) -> Result<Frame, Response> {
    require_kind(page, OrganisationKind::Operator)?;
    let frame = page.frame(here, ways(here)).await?;
    Ok(Frame { wide: true, ..frame })
}

/// Back to a page, which says what was done.
pub(super) fn back(page: &StaffPage, path: &str, done: DeskDone) -> Response {
    page.to(&format!("{path}?done={done}"))
}
