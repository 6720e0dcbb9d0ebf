//! One organisation whole. GET /operator/organisations/{code}; POST …/propose, …/facts, …/facts/{id}/end,
//! …/policies/{id}/confirm, …/policies/{id}/end.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::organisation::overview::{self, Whole};
use naru_admission::organisation::{self, Wanted, fact};
use naru_admission::policy::service as policy;
use naru_core::{AdmissionEvent, Day, FactKind, OrganisationId, OrganisationKind, Role};
use naru_web::Route;

use super::desk::{DeskDone, DeskError, Failed, Said, answered, back, frame};
use super::organisation::organisation_view;
use super::parts::day_of;
use crate::Pages;
use crate::member::{StaffForm, StaffPage, route};
use crate::pages::Form;

const PROPOSE_FIELDS: [&str; 3] = ["event", "reason", "until"];
const FACT_FIELDS: [&str; 5] = ["kind", "value", "from", "to", "evidence"];

pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let (one, end) = ("/operator/organisations/{code}", "Takes a fact back");
    let (confirm, over) = (
        "Confirms a policy of guarantee insurance",
        "Ends a policy before its day",
    );
    let entries = [
        (("GET", one), "Everything about one organisation", get(show)),
        (
            ("POST", "/operator/organisations/{code}/propose"),
            "Proposes an event of admission; another member decides",
            post(propose),
        ),
        (
            ("POST", "/operator/organisations/{code}/facts"),
            "Records a dated fact",
            post(record),
        ),
        (
            ("POST", "/operator/organisations/{code}/facts/{id}/end"),
            end,
            post(end_fact),
        ),
        (
            ("POST", "/operator/organisations/{code}/policies/{id}/confirm"),
            confirm,
            post(confirm_policy),
        ),
        (
            ("POST", "/operator/organisations/{code}/policies/{id}/end"),
            over,
            post(end_policy),
        ),
    ];
    let entry = |(place, summary, handler)| route(pages, place, summary, handler);
    entries.map(entry).into()
}

fn path(code: &str) -> String {
    format!("/operator/organisations/{code}")
}

async fn whole(page: &StaffPage, code: &str) -> Result<Whole, Response> {
    let read = overview::whole(&page.pages.office, &page.guest.staff, code).await;
    read.map_err(|error| Failed::from(error).alone(page))
}

async fn view(page: &StaffPage, code: &str, said: Said) -> Result<Response, Response> {
    let frame = frame(page, &path(code)).await?;
    let whole = whole(page, code).await?;
    let staff = &page.guest.staff;
    let acts = staff.require(Role::Desk, OrganisationKind::Operator).is_ok();
    let mut view = organisation_view(
        &whole,
        (page.guest.csrf(), acts),
        ("/operator", staff.member.id),
        (page.pages.hub.now(), page.language()),
    );
    let status = said.status();
    view.said = said;
    Ok(page.pages.answer(status, super::organisation(&view, &frame)))
}

async fn show(Path(code): Path<String>, page: StaffPage) -> Response {
    let said = Said::of(page.query());
    answered(view(&page, &code, said).await)
}

/// Who is meant; a code of nobody is a page that is not there.
async fn id_of(page: &StaffPage, code: &str) -> Result<OrganisationId, Response> {
    frame(page, &path(code)).await?;
    Ok(whole(page, code).await?.dossier.organisation.id)
}

/// The page after a deed: what was done, or why not, with everything that was typed.
async fn after(
    page: &StaffPage,
    code: &str,
    (outcome, done): (Result<(), Failed>, DeskDone),
    (form, fields): (&Form, &[&str]),
) -> Result<Response, Response> {
    match outcome {
        Ok(()) => Ok(back(page, &path(code), done)),
        Err(failed) => {
            let said = Said::refused(failed.on(page)?, form, fields);
            view(page, code, said).await
        }
    }
}

fn day(form: &Form, name: &str) -> Result<Option<Day>, Failed> {
    match form.get(name) {
        "" => Ok(None),
        text => match day_of(text) {
            Some(day) => Ok(Some(day)),
            None => Err(Failed::Said(DeskError::Day, String::new())),
        },
    }
}

async fn propose(Path(code): Path<String>, StaffForm { page, form }: StaffForm) -> Response {
    answered(propose_event(&page, &form, &code).await)
}

async fn propose_event(page: &StaffPage, form: &Form, code: &str) -> Result<Response, Response> {
    let id = id_of(page, code).await?;
    let outcome = async {
        let event = AdmissionEvent::parse(form.get("event"));
        let wanted = Wanted {
            organisation_id: id,
            event: event.map_err(|error| Failed::Said(DeskError::Field, error.to_string()))?,
            reason: form.get("reason"),
            extension_until: day(form, "until")?,
            circumstance: form.get("document").parse().ok(),
        };
        organisation::propose(&page.pages.office, &page.guest.staff, &wanted).await?;
        Ok(())
    };
    let outcome = outcome.await;
    after(page, code, (outcome, DeskDone::Proposed), (form, &PROPOSE_FIELDS)).await
}

async fn record(Path(code): Path<String>, StaffForm { page, form }: StaffForm) -> Response {
    answered(record_fact(&page, &form, &code).await)
}

async fn record_fact(page: &StaffPage, form: &Form, code: &str) -> Result<Response, Response> {
    let id = id_of(page, code).await?;
    let outcome = async {
        let kind = FactKind::parse(form.get("kind"));
        let from = day(form, "from")?;
        let new = fact::NewFact {
            organisation_id: id,
            kind: kind.map_err(|error| Failed::Said(DeskError::Field, error.to_string()))?,
            value: form.get("value"),
            valid_from: from.ok_or_else(|| Failed::Said(DeskError::Day, String::new()))?,
            valid_to: day(form, "to")?,
            evidence: form.get("evidence"),
        };
        fact::record(&page.pages.office, &page.guest.staff, &new).await?;
        Ok(())
    };
    let outcome = outcome.await;
    after(page, code, (outcome, DeskDone::FactRecorded), (form, &FACT_FIELDS)).await
}

async fn end_fact(Path((code, fact)): Path<(String, String)>, StaffForm { page, form }: StaffForm) -> Response {
    let ended = async {
        let id = id_of(&page, &code).await?;
        let fact = fact.parse().map_err(|_| page.not_found())?;
        let outcome = fact::end(&page.pages.office, &page.guest.staff, (id, fact)).await;
        let outcome = outcome.map_err(Failed::from);
        after(&page, &code, (outcome, DeskDone::FactEnded), (&form, &[])).await
    };
    answered(ended.await)
}

async fn confirm_policy(Path((code, id)): Path<(String, String)>, StaffForm { page, form }: StaffForm) -> Response {
    let confirmed = async {
        frame(&page, &path(&code)).await?;
        let id = id.parse().map_err(|_| page.not_found())?;
        let outcome = policy::confirm(&page.pages.office, &page.guest.staff, id).await;
        let outcome = outcome.map(drop).map_err(Failed::from);
        after(&page, &code, (outcome, DeskDone::Confirmed), (&form, &[])).await
    };
    answered(confirmed.await)
}

async fn end_policy(Path((code, id)): Path<(String, String)>, StaffForm { page, form }: StaffForm) -> Response {
    let ended = async {
        frame(&page, &path(&code)).await?;
        let id = id.parse().map_err(|_| page.not_found())?;
        let outcome = policy::end(&page.pages.office, &page.guest.staff, id).await;
        let outcome = outcome.map_err(Failed::from);
        after(&page, &code, (outcome, DeskDone::PolicyEnded), (&form, &[])).await
    };
    answered(ended.await)
}
