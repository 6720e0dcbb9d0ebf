//! The rule in force for anyone on any day. GET /operator/rules

use axum::response::Response;
use axum::routing::get;
use naru_admission::organisation::{OrganisationError, overview};
use naru_web::Route;

use super::desk::{DeskError, Failed, answered, frame};
use super::parts::{day_of, iso};
use super::rules::{Asked, RulesView, found, rules, view};
use crate::Pages;
use crate::member::{StaffPage, route};
use crate::pages::parameter;

/// Characters of one answer of the form at most.
const TEXT_MAX: usize = 80;

pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let summary = "The rule in force for anyone on any day";
    vec![route(pages, ("GET", "/operator/rules"), summary, get(show))]
}

async fn show(page: StaffPage) -> Response {
    answered(ask(&page).await)
}

/// What was typed; a form that was not sent yet asks about today and the organisation's inspection.
fn asked(page: &StaffPage) -> (Asked, bool) {
    let text = |name: &str| {
        let text = parameter(page.query(), name).unwrap_or_default();
        text.trim().chars().take(TEXT_MAX).collect::<String>()
    };
    let or = |text: String, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text };
    let is_sent = parameter(page.query(), "inspection").is_some();
    let asked = Asked {
        code: text("code"),
        day: or(text("day"), &iso(page.pages.hub.now().day())),
        inspection: or(text("inspection"), "ORG"),
        org_type: or(text("type"), "OTHER"),
        isms: !text("isms").is_empty(),
        legacy: !text("legacy").is_empty(),
        own_team: !text("own_team").is_empty(),
        launched: text("launched"),
        org_cleared_by: text("org_cleared_by"),
        app_cleared_by: text("app_cleared_by"),
        confirmed: !text("confirmed").is_empty(),
        extension: text("extension"),
    };
    (asked, is_sent)
}

async fn ask(page: &StaffPage) -> Result<Response, Response> {
    let frame = frame(page, "/operator/rules").await?;
    let (asked, is_sent) = asked(page);
    let mut view = view(asked, page.pages.office.settings.rules());
    if is_sent && let Err(failed) = find_out(page, &mut view).await {
        let (error, words) = failed.on(page)?;
        view.said.error = Some(error);
        view.said.words = words;
    }
    Ok(page.pages.answer(view.said.status(), rules(&view, &frame)))
}

/// The duty of the organisation of the code, from its own facts, or of the facts typed by hand.
async fn find_out(page: &StaffPage, view: &mut RulesView) -> Result<(), Failed> {
    let said = |error| Failed::Said(error, String::new());
    let facts = if view.asked.code.is_empty() {
        view.asked.facts().map_err(said)?
    } else {
        let day = day_of(&view.asked.day).ok_or_else(|| said(DeskError::Day))?;
        let inspection = view.asked.inspection().map_err(said)?;
        let read = overview::whole(&page.pages.office, &page.guest.staff, &view.asked.code).await;
        let whole = match read {
            Err(OrganisationError::Unknown) => return Err(said(DeskError::NoCode)),
            read => read?,
        };
        let organisation = &whole.dossier.organisation;
        view.organisation = Some((organisation.code.clone(), organisation.name.clone()));
        whole.dossier.facts_on(day, inspection)
    };
    let (rows, duty) = found(&facts, page.pages.office.settings.rules());
    view.facts = rows;
    view.duty = Some(duty);
    Ok(())
}
