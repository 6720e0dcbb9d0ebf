//! The facts of a fintech as they are recorded, and the way out: GET and POST /fintech/organisation, POST
//! /fintech/organisation/facts/{id}/end, GET and POST /fintech/organisation/leave.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::organisation::fact::{self, NewFact};
use naru_admission::organisation::{admission, standing};
use naru_core::{AdmissionState, Environment, FactId, FactKind, Timestamp};
use naru_storage::FactRow;
use naru_web::Route;
use serde::Serialize;

use super::desk::{DoneWord, Ended, Said, Seat, Sent, day, day_or_none, day_text, id};
use super::trouble::{AlertWord, Trouble, at};
use crate::member::route;
use crate::pages::{Form, Pages};

const HERE: &str = "/fintech/organisation";
const LEAVE: &str = "/fintech/organisation/leave";

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct FactView {
    /// Its id.
    pub id: String,
    /// What it says.
    pub kind: FactKind,
    /// With which value.
    pub value: String,
    /// From which day on.
    pub from: String,
    /// Until which day; empty where no end is known.
    pub to: String,
    /// What shows it.
    pub evidence: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Whether it holds today.
    pub holds: bool,
    /// Whether the fintech itself may take it back.
    pub is_own: bool,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct OrganisationView {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Since when it is known.
    pub since: Timestamp,
    /// The state of its admission.
    pub state: AdmissionState,
    /// Its facts.
    pub facts: Vec<FactView>,
    /// Whether it can leave now.
    pub can_leave: bool,
    /// The clients that end to be answered in production when it leaves.
    pub in_production: Vec<String>,
}

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![
        route(pages, ("GET", HERE), "The facts of a fintech", get(show)),
        route(
            pages,
            ("POST", HERE),
            "Records where a fintech runs and since when",
            post(record),
        ),
        route(
            pages,
            ("POST", "/fintech/organisation/facts/{id}/end"),
            "Takes a fact back",
            post(end),
        ),
        route(pages, ("GET", LEAVE), "What leaving means", get(show_leave)),
        route(pages, ("POST", LEAVE), "A fintech leaves", post(leave)),
    ]
}

async fn show(seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, ("fintech/organisation.html", HERE), &said).await
}

async fn show_leave(seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, ("fintech/leave.html", LEAVE), &said).await
}

async fn shown(seat: &Seat, page: (&'static str, &str), said: &Said) -> Response {
    seat.show(page, said, view(seat).await).await
}

async fn view(seat: &Seat) -> Result<OrganisationView, Trouble> {
    let organisation = &seat.staff.organisation;
    let facts = fact::list(seat.office(), organisation.id).await?;
    let clients = standing::clients(seat.office(), &seat.staff).await?;
    let in_production = clients
        .into_iter()
        .filter(|client| client.environment == Environment::Production);
    let today = seat.today();
    let fact_view = |fact: &FactRow| FactView {
        id: fact.id.to_string(),
        kind: fact.kind,
        value: fact.value.clone(),
        from: day_text(fact.valid_from),
        to: fact.valid_to.map(day_text).unwrap_or_default(),
        evidence: fact.evidence.clone(),
        recorded_at: fact.recorded_at,
        holds: fact.holds_on(today),
        is_own: matches!(fact.kind, FactKind::Platform | FactKind::Launched),
    };
    Ok(OrganisationView {
        code: organisation.code.clone(),
        name: organisation.name.clone(),
        since: organisation.created_at,
        state: organisation.state,
        facts: facts
            .iter()
            .filter(|fact| fact.ended_at.is_none())
            .map(fact_view)
            .collect(),
        can_leave: organisation.state == AdmissionState::Live,
        in_production: in_production.map(|client| client.name).collect(),
    })
}

async fn record(Sent { seat, form }: Sent) -> Response {
    match seat.settle((HERE, "record"), &form, recorded(&seat, &form).await) {
        Ok(response) => response,
        Err(said) => shown(&seat, ("fintech/organisation.html", HERE), &said).await,
    }
}

async fn recorded(seat: &Seat, form: &Form) -> Result<Ended, Trouble> {
    let (kind, value) = match form.get("fact") {
        "launched" => (FactKind::Launched, ""),
        platform => (FactKind::Platform, platform),
    };
    let new = NewFact {
        organisation_id: seat.staff.organisation.id,
        kind,
        value,
        valid_from: day(form, "valid_from")?,
        valid_to: day_or_none(form, "valid_to")?,
        evidence: form.get("evidence"),
    };
    fact::record(seat.office(), &seat.staff, &new).await?;
    Ok(Ended::Done(DoneWord::FactRecorded))
}

async fn end(Path(fact): Path<String>, Sent { seat, form }: Sent) -> Response {
    let ended = async {
        let fact: FactId = id(&fact)?;
        fact::end(seat.office(), &seat.staff, (seat.staff.organisation.id, fact)).await?;
        Ok(Ended::Done(DoneWord::FactEnded))
    };
    match seat.settle((HERE, "end"), &form, ended.await) {
        Ok(response) => response,
        Err(said) => shown(&seat, ("fintech/organisation.html", HERE), &said).await,
    }
}

async fn leave(Sent { seat, form }: Sent) -> Response {
    let left = async {
        if form.get("code") != seat.staff.organisation.code {
            return Err(at("code", AlertWord::Unconfirmed, ""));
        }
        let reason = form.get("reason");
        if !(1..=200).contains(&reason.chars().count()) {
            return Err(at("reason", AlertWord::Note, "1 to 200 characters"));
        }
        admission::leave(seat.office(), &seat.staff, reason).await?;
        Ok(Ended::Done(DoneWord::Left))
    };
    match seat.settle((HERE, "leave"), &form, left.await) {
        Ok(response) => response,
        Err(said) => shown(&seat, ("fintech/leave.html", LEAVE), &said).await,
    }
}
