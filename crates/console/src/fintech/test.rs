//! The functional test, live: the published list, what was seen of it, and how to bring each step about. GET
//! /fintech/test, POST /fintech/test/start, POST /fintech/test/{id}/give-up.

use axum::extract::Path;
use axum::http::HeaderValue;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::function_test::service::{self, Progress};
use naru_admission::organisation::standing;
use naru_core::{ClientStatus, Environment, FunctionTestId, Language, Timestamp, published_steps};
use naru_web::Route;
use serde::Serialize;

use super::desk::{DoneWord, Ended, Said, Seat, Sent, id};
use super::trouble::Trouble;
use crate::member::route;
use crate::pages::Pages;

const HERE: &str = "/fintech/test";
/// How often the page of an open run looks again, seconds; the hub itself looks as often as its job does.
const REFRESH: &str = "10";

/// One step of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct StepView {
    /// Its place, from 1.
    pub place: usize,
    /// Its name.
    pub title: &'static str,
    /// How to bring it about.
    pub task: &'static str,
    /// When it was seen, if it was.
    pub done_at: Option<Timestamp>,
    /// The recorded calls that show it.
    pub calls: Vec<String>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct RunView {
    /// Its id.
    pub id: String,
    /// The client whose calls are looked at.
    pub client: String,
    /// Since when.
    pub started_at: Timestamp,
    /// When every step was done.
    pub passed_at: Option<Timestamp>,
    /// When it ended, passed or given up.
    pub ended_at: Option<Timestamp>,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct TestView {
    /// The open run, else the latest.
    pub run: Option<RunView>,
    /// The list, with what was seen in that run.
    pub steps: Vec<StepView>,
    /// How many steps are done.
    pub done: usize,
    /// Earlier runs, newest first.
    pub earlier: Vec<RunView>,
    /// The clients of the test bed it can be started with: id and name.
    pub clients: Vec<(String, String)>,
    /// Whether a run is open.
    pub is_open: bool,
}

/// The routes of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![
        route(
            pages,
            ("GET", HERE),
            "The functional test of a fintech, live",
            get(show),
        ),
        route(
            pages,
            ("POST", "/fintech/test/start"),
            "Starts a functional test",
            post(start),
        ),
        route(
            pages,
            ("POST", "/fintech/test/{id}/give-up"),
            "Gives a functional test up",
            post(give_up),
        ),
    ]
}

async fn show(seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, &said).await
}

async fn shown(seat: &Seat, said: &Said) -> Response {
    let view = view(seat).await;
    // What somebody is typing is not taken away.
    let is_live = view.as_ref().is_ok_and(|view| view.is_open) && said.alert.is_none();
    let mut response = seat.show(("fintech/test.html", HERE), said, view).await;
    if is_live {
        response
            .headers_mut()
            .insert("refresh", HeaderValue::from_static(REFRESH));
    }
    response
}

async fn view(seat: &Seat) -> Result<TestView, Trouble> {
    let (office, staff) = (seat.office(), &seat.staff);
    let clients = standing::clients(office, staff).await?;
    let runs = service::list(office, staff.organisation.id).await?;
    let latest = match runs.first() {
        Some(run) if run.ended_at.is_none() => Some(service::glance(office, run.id).await?),
        Some(run) => Some(service::progress(office, run.id).await?),
        None => None,
    };
    let name_of = |of| {
        let found = clients.iter().find(|client| client.id == of);
        found.map_or_else(String::new, |client| client.name.clone())
    };
    let run_view = |run: &naru_storage::FunctionTest| RunView {
        id: run.id.to_string(),
        client: name_of(run.client_id),
        started_at: run.started_at,
        passed_at: run.passed_at,
        ended_at: run.ended_at,
    };
    let fit = clients
        .iter()
        .filter(|client| client.environment == Environment::TestBed && client.status == ClientStatus::Active);
    Ok(TestView {
        is_open: latest.as_ref().is_some_and(|latest| latest.run.ended_at.is_none()),
        done: latest.as_ref().map_or(0, Progress::done),
        steps: steps(latest.as_ref(), seat.language()),
        run: latest.as_ref().map(|latest| run_view(&latest.run)),
        earlier: runs.iter().skip(1).take(10).map(run_view).collect(),
        clients: fit.map(|client| (client.id.to_string(), client.name.clone())).collect(),
    })
}

/// The published list, with what a run has of it.
pub(super) fn steps(progress: Option<&Progress>, language: Language) -> Vec<StepView> {
    let view = |step: naru_core::PublishedStep| {
        let seen = progress.and_then(|progress| progress.steps.iter().find(|seen| seen.step == step.step));
        StepView {
            place: step.place,
            title: language.pick(step.title_ko, step.title_en),
            task: language.pick(step.task_ko, step.task_en),
            done_at: seen.and_then(|seen| seen.done_at),
            calls: seen.map_or_else(Vec::new, |seen| seen.calls.iter().map(ToString::to_string).collect()),
        }
    };
    published_steps().into_iter().map(view).collect()
}

async fn start(Sent { seat, form }: Sent) -> Response {
    let started = async {
        let client = id(form.get("client"))?;
        service::start(seat.office(), &seat.staff, client).await?;
        Ok(Ended::Done(DoneWord::TestStarted))
    };
    match seat.settle((HERE, "start"), &form, started.await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}

async fn give_up(Path(run): Path<String>, Sent { seat, form }: Sent) -> Response {
    let given_up = async {
        let run: FunctionTestId = id(&run)?;
        service::give_up(seat.office(), &seat.staff, run).await?;
        Ok(Ended::Done(DoneWord::TestGivenUp))
    };
    match seat.settle((HERE, "give_up"), &form, given_up.await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}
