//! Four eyes. GET /operator/proposals, GET /operator/proposals/{id}, POST …/approve, POST …/reject.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::organisation;
use naru_admission::proposal::view as seen;
use naru_admission::subsidy::service as subsidy;
use naru_auth::client::admission;
use naru_banking::transfer::settlement;
use naru_core::{OrganisationKind, Proposal, ProposalId, ProposalKind, Role};
use naru_storage::proposal::Approved;
use naru_web::Route;

use super::desk::{DeskDone, DeskError, Failed, Said, answered, back, frame};
use super::parts::{ProposalLine, lines};
use super::proposals::{ProposalView, ProposalsView, digest, is_decided_here, proposal, proposals, rows, standing};
use crate::Pages;
use crate::member::{StaffForm, StaffPage, route};

/// Days for which decisions are listed, and how many at most.
const DECIDED: (i64, i64) = (90, 30);
/// The same where all are asked for.
const DECIDED_ALL: (i64, i64) = (3_660, 200);
/// Proposals that are listed at most, those first that wait longest.
const WAITING_MAX: usize = 200;

pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let (one, turn) = ("One proposal with exactly what is approved", "Turns a proposal down");
    let entries = [
        (("GET", "/operator/proposals"), "What waits for a decision", get(show)),
        (("GET", "/operator/proposals/{id}"), one, get(show_one)),
        (
            ("POST", "/operator/proposals/{id}/approve"),
            "Approves what was shown, under its digest",
            post(approve),
        ),
        (("POST", "/operator/proposals/{id}/reject"), turn, post(reject)),
    ];
    let entry = |(place, summary, handler)| route(pages, place, summary, handler);
    entries.map(entry).into()
}

async fn show(page: StaffPage) -> Response {
    answered(list(&page).await)
}

async fn list(page: &StaffPage) -> Result<Response, Response> {
    let frame = frame(page, "/operator/proposals").await?;
    let (office, staff) = (&page.pages.office, &page.guest.staff);
    let alone = |error: naru_admission::proposal::ProposalError| Failed::from(error).alone(page);
    let waiting = seen::waiting(office, staff).await.map_err(alone)?;
    let (span, decided_href) = match crate::pages::parameter(page.query(), "decided").as_deref() {
        Some("all") => (DECIDED_ALL, None),
        _ => (DECIDED, Some("/operator/proposals?decided=all".to_owned())),
    };
    let decided = seen::decided(office, staff, span).await.map_err(alone)?;
    let to = (staff.member.id, Some("/operator"));
    let is_ours = |line: &ProposalLine| line.is_ours;
    let (ours, elsewhere) = lines(&waiting, to).into_iter().partition(is_ours);
    let has_more = waiting.proposals.len() >= WAITING_MAX;
    let said = Said::of(page.query());
    let view = ProposalsView {
        said,
        waiting: ours,
        elsewhere,
        has_more,
        decided: lines(&decided, to),
        decided_href: decided_href.filter(|_| !decided.proposals.is_empty()),
    };
    Ok(page.pages.answer(axum::http::StatusCode::OK, proposals(&view, &frame)))
}

async fn show_one(Path(id): Path<String>, page: StaffPage) -> Response {
    let said = Said::of(page.query());
    answered(one(&page, &id, said).await)
}

async fn one(page: &StaffPage, id: &str, said: Said) -> Result<Response, Response> {
    let here = format!("/operator/proposals/{id}");
    let frame = frame(page, &here).await?;
    let (office, staff) = (&page.pages.office, &page.guest.staff);
    let id: ProposalId = id.parse().map_err(|_| page.not_found())?;
    let found = seen::find(office, staff, id).await;
    let mut found = found.map_err(|error| Failed::from(error).alone(page))?;
    let p = &found.proposal;
    if p.kind == ProposalKind::Client {
        let state = admission::state_now(page.pages.hub.storage(), p).await;
        let state = state.map_err(|error| Failed::from(admission::AdmissionError::from(error)).alone(page))?;
        found.state_now = Some(state);
    }
    if p.kind == ProposalKind::Transfer {
        found.state_now = match settlement::state_now(&page.pages.desk, p).await {
            Ok(state) => Some(state),
            // While the hub asks, nothing is known to have changed.
            Err(settlement::SettlementError::Asking) => None,
            Err(error) => return Err(Failed::from(error).alone(page)),
        };
    }
    // What was decided rests on what was looked at then; what stands there now is another matter.
    if p.decision.is_some() {
        found.state_now = None;
    }
    let label = found.organisation.as_ref();
    let label = label.map(|label| (label.code.clone(), label.name.clone()));
    let rows = rows(&p.state, found.state_now.as_ref(), page.language());
    let status = said.status();
    let view = ProposalView {
        csrf: page.guest.csrf(),
        acts: staff.require(Role::Desk, OrganisationKind::Operator).is_ok(),
        decides_here: is_decided_here(p),
        has_changed: rows.iter().any(|row| row.now.is_some()),
        standing: standing(p, staff.member.id),
        subject_href: (p.kind == ProposalKind::Transfer).then(|| format!("/operator/transfers/{}", p.subject)),
        organisation_href: label
            .as_ref()
            .map(|(code, _)| format!("/operator/organisations/{code}")),
        line: ProposalLine::of(p, (&found.members, label), (staff.member.id, Some("/operator"))),
        id: p.id.to_string(),
        approve_action: format!("{here}/approve"),
        reject_action: format!("{here}/reject"),
        rows,
        said,
    };
    Ok(page.pages.answer(status, proposal(&view, &frame)))
}

/// The proposal that a form is about.
async fn found(page: &StaffPage, id: &str) -> Result<Proposal, Response> {
    frame(page, "/operator/proposals").await?;
    let id: ProposalId = id.parse().map_err(|_| page.not_found())?;
    let found = seen::find(&page.pages.office, &page.guest.staff, id).await;
    Ok(found.map_err(|error| Failed::from(error).alone(page))?.proposal)
}

async fn approve(Path(id): Path<String>, StaffForm { page, form }: StaffForm) -> Response {
    let approved = async {
        let proposal = found(&page, &id).await?;
        let outcome = match digest(form.get("sha256")) {
            Some(digest) => approve_as(&page, &proposal, digest).await,
            None => Err(Failed::Said(DeskError::Field, "sha256".to_owned())),
        };
        match outcome {
            Ok(Approved::Decided) => Ok(back(&page, &format!("/operator/proposals/{id}"), DeskDone::Decided)),
            Ok(Approved::Seconded) => Ok(back(&page, &format!("/operator/proposals/{id}"), DeskDone::Seconded)),
            Err(failed) => {
                let said = Said::refused(failed.on(&page)?, &form, &[]);
                one(&page, &id, said).await
            }
        }
    };
    answered(approved.await)
}

/// Each kind is decided by the room whose it is.
async fn approve_as(page: &StaffPage, proposal: &Proposal, seen: [u8; 32]) -> Result<Approved, Failed> {
    let (office, staff) = (&page.pages.office, &page.guest.staff);
    let wanted = (proposal.id, seen);
    match proposal.kind {
        ProposalKind::Admission => Ok(organisation::approve(office, staff, wanted).await?),
        ProposalKind::Subsidy => Ok(subsidy::approve(office, staff, wanted).await?),
        ProposalKind::Transfer => {
            let by = (&staff.member, &staff.organisation);
            Ok(settlement::approve(&page.pages.desk, by, wanted).await?)
        }
        ProposalKind::Client => {
            let by = (&staff.member, &staff.organisation);
            Ok(admission::approve(page.pages.hub.storage(), by, wanted).await?)
        }
        ProposalKind::Inspection | ProposalKind::Finding => Err(Failed::Denied),
    }
}

async fn reject(Path(id): Path<String>, StaffForm { page, form }: StaffForm) -> Response {
    let rejected = async {
        let proposal = found(&page, &id).await?;
        match reject_as(&page, &proposal, form.get("reason")).await {
            Ok(()) => Ok(back(&page, &format!("/operator/proposals/{id}"), DeskDone::Rejected)),
            Err(failed) => {
                let said = Said::refused(failed.on(&page)?, &form, &["reason"]);
                one(&page, &id, said).await
            }
        }
    };
    answered(rejected.await)
}

async fn reject_as(page: &StaffPage, proposal: &Proposal, reason: &str) -> Result<(), Failed> {
    let staff = &page.guest.staff;
    match proposal.kind {
        ProposalKind::Transfer => {
            let by = (&staff.member, &staff.organisation);
            Ok(settlement::reject(&page.pages.desk, by, (proposal.id, reason)).await?)
        }
        ProposalKind::Client => {
            let by = (&staff.member, &staff.organisation);
            Ok(admission::reject(page.pages.hub.storage(), by, (proposal.id, reason)).await?)
        }
        ProposalKind::Admission | ProposalKind::Subsidy => {
            Ok(seen::reject(&page.pages.office, staff, (proposal.id, reason)).await?)
        }
        ProposalKind::Inspection | ProposalKind::Finding => Err(Failed::Denied),
    }
}
