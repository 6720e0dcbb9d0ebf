//! Subsidies of a year and its budget. GET /operator/subsidies; POST …/budget, …/{id}/propose, …/{id}/pay.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::organisation::overview::{self, SubsidyYear};
use naru_admission::subsidy::service as subsidy;
use naru_core::{OrganisationKind, Role, SubsidyState, Timestamp, Won};
use naru_storage::SubsidyRow;
use naru_web::Route;
use serde::Serialize;

use super::desk::{DeskDone, DeskError, Failed, Said, answered, frame};
use crate::Pages;
use crate::member::{StaffForm, StaffPage, route};
use crate::page::{Frame, PageError, render};
use crate::pages::{Form, parameter};

const HERE: &str = "/operator/subsidies";

/// A year. Its forms post `csrf` to their own actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SubsidiesView {
    pub(super) csrf: String,
    pub(super) said: Said,
    pub(super) acts: bool,
    pub(super) year: i64,
    pub(super) earlier_href: String,
    pub(super) later_href: String,
    pub(super) budget_won: Option<Won>,
    pub(super) granted_won: Won,
    pub(super) paid_won: Won,
    pub(super) left_won: Won,
    pub(super) budget_action: String,
    pub(super) lines: Vec<SubsidyLine>,
}

/// One application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SubsidyLine {
    pub(super) id: String,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) inspection: String,
    pub(super) state: SubsidyState,
    pub(super) state_is: &'static str,
    pub(super) cost_won: Won,
    pub(super) asked_won: Won,
    pub(super) granted_won: Won,
    pub(super) applied_at: Timestamp,
    pub(super) paid_at: Option<Timestamp>,
    pub(super) payment_reference: String,
    pub(super) proposal_href: Option<String>,
    pub(super) propose_action: Option<String>,
    pub(super) pay_action: Option<String>,
}

pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let (grant, pay_path) = ("/operator/subsidies/{id}/propose", "/operator/subsidies/{id}/pay");
    vec![
        route(pages, ("GET", HERE), "Subsidies of a year and its budget", get(show)),
        route(
            pages,
            ("POST", "/operator/subsidies/budget"),
            "Sets the budget of a year",
            post(set_budget),
        ),
        route(pages, ("POST", grant), "Proposes to grant or to refuse", post(propose)),
        route(pages, ("POST", pay_path), "Records a payment", post(pay)),
    ]
}

const fn mark(state: SubsidyState) -> &'static str {
    match state {
        SubsidyState::Applied => "unknown",
        SubsidyState::Granted | SubsidyState::Paid => "holds",
        SubsidyState::Refused => "broken",
        SubsidyState::Withdrawn => "idle",
    }
}

fn line(row: &SubsidyRow, year: &SubsidyYear, acts: bool) -> SubsidyLine {
    let label = year.labels.get(&row.organisation_id);
    let id = row.id.to_string();
    let open = year.proposals.iter().find(|proposal| proposal.subject == id);
    let may_propose = acts && row.state == SubsidyState::Applied && open.is_none();
    SubsidyLine {
        code: label.map_or_else(String::new, |label| label.code.clone()),
        name: label.map_or_else(String::new, |label| label.name.clone()),
        inspection: row.inspection_id.to_string(),
        state: row.state,
        state_is: mark(row.state),
        cost_won: row.cost_won,
        asked_won: row.asked_won,
        granted_won: row.granted_won,
        applied_at: row.applied_at,
        paid_at: row.paid_at,
        payment_reference: row.payment_reference.clone(),
        proposal_href: open.map(|proposal| format!("/operator/proposals/{}", proposal.id)),
        propose_action: may_propose.then(|| format!("{HERE}/{id}/propose?year={}", row.year)),
        pay_action: (acts && row.state == SubsidyState::Granted).then(|| format!("{HERE}/{id}/pay?year={}", row.year)),
        id,
    }
}

/// The view of a year.
pub(super) fn view(year: i64, read: &SubsidyYear, (csrf, acts): (String, bool)) -> SubsidiesView {
    let budget = read.budget.as_ref();
    let of = |part: fn(&naru_storage::BudgetRow) -> Won| budget.map_or(Won(0), part);
    SubsidiesView {
        csrf,
        said: Said::default(),
        acts,
        year,
        earlier_href: format!("{HERE}?year={}", year - 1),
        later_href: format!("{HERE}?year={}", year + 1),
        budget_won: budget.map(|budget| budget.budget_won),
        granted_won: of(|budget| budget.granted_won),
        paid_won: of(|budget| budget.paid_won),
        left_won: of(|budget| Won(budget.budget_won.0 - budget.granted_won.0)),
        budget_action: format!("{HERE}/budget?year={year}"),
        lines: read.subsidies.iter().map(|row| line(row, read, acts)).collect(),
    }
}

/// The year of the address; this one where it names none that can have a budget.
fn year_of(page: &StaffPage) -> i64 {
    let asked = parameter(page.query(), "year").and_then(|text| text.parse().ok());
    asked
        .filter(|year| (2019..=2999).contains(year))
        .unwrap_or_else(|| i64::from(page.pages.hub.now().day().0 / 10_000))
}

async fn show(page: StaffPage) -> Response {
    let said = Said::of(page.query());
    answered(list(&page, said).await)
}

async fn list(page: &StaffPage, said: Said) -> Result<Response, Response> {
    let year = year_of(page);
    let frame = frame(page, &format!("{HERE}?year={year}")).await?;
    let staff = &page.guest.staff;
    let read = overview::subsidies(&page.pages.office, staff, (year, None)).await;
    let read = read.map_err(|error| Failed::from(error).alone(page))?;
    let acts = staff.require(Role::Desk, OrganisationKind::Operator).is_ok();
    let mut view = view(year, &read, (page.guest.csrf(), acts));
    let status = said.status();
    view.said = said;
    Ok(page.pages.answer(status, subsidies(&view, &frame)))
}

async fn after(
    page: &StaffPage,
    (outcome, done): (Result<(), Failed>, DeskDone),
    (form, fields): (&Form, &[&str]),
) -> Result<Response, Response> {
    match outcome {
        Ok(()) => Ok(page.to(&format!("{HERE}?year={}&done={done}", year_of(page)))),
        Err(failed) => {
            let said = Said::refused(failed.on(page)?, form, fields);
            list(page, said).await
        }
    }
}

/// An amount in whole won, with or without commas.
fn won(form: &Form, name: &str) -> Result<Won, Failed> {
    let digits = form.get(name).replace(',', "");
    let read = digits.parse().map(Won);
    read.map_err(|_| Failed::Said(DeskError::Number, String::new()))
}

async fn set_budget(StaffForm { page, form }: StaffForm) -> Response {
    let set = async {
        frame(&page, HERE).await?;
        let outcome = async {
            let budget = (year_of(&page), won(&form, "budget")?);
            Ok(subsidy::set_budget(&page.pages.office, &page.guest.staff, budget).await?)
        };
        let outcome = outcome.await;
        after(&page, (outcome, DeskDone::BudgetSet), (&form, &["budget"])).await
    };
    answered(set.await)
}

async fn propose(Path(id): Path<String>, StaffForm { page, form }: StaffForm) -> Response {
    let proposed = async {
        frame(&page, HERE).await?;
        let id = id.parse().map_err(|_| page.not_found())?;
        let outcome = async {
            let grant = match form.get("decision") {
                "grant" => Some(won(&form, "granted")?),
                "refuse" => None,
                _ => return Err(Failed::Said(DeskError::Field, "decision".to_owned())),
            };
            let reason = form.get("reason");
            subsidy::propose(&page.pages.office, &page.guest.staff, (id, grant), reason).await?;
            Ok(())
        };
        let outcome = outcome.await;
        let fields = ["decision", "granted", "reason"];
        after(&page, (outcome, DeskDone::Proposed), (&form, &fields)).await
    };
    answered(proposed.await)
}

async fn pay(Path(id): Path<String>, StaffForm { page, form }: StaffForm) -> Response {
    let paid = async {
        frame(&page, HERE).await?;
        let id = id.parse().map_err(|_| page.not_found())?;
        let outcome = subsidy::pay(&page.pages.office, &page.guest.staff, id, form.get("reference")).await;
        let outcome = outcome.map_err(Failed::from);
        after(&page, (outcome, DeskDone::Paid), (&form, &["reference"])).await
    };
    answered(paid.await)
}

/// The page.
pub(super) fn subsidies(view: &SubsidiesView, frame: &Frame) -> Result<String, PageError> {
    render("operator/subsidies.html", view, frame)
}
