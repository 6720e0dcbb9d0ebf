//! One inspection: GET …/inspections/{id} and POST …/steps.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::inspection::{self, Act, Acted};
use naru_core::RevisionId;
use naru_web::Route;

use super::desk::{DoneWord, Said, Trouble, id, version};
use super::documents::{Named, rows};
use super::inspection::page;
use super::seat::{Seat, Sent};
use crate::pages::{Form, Pages};

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let one = below!(
        pages,
        ["/inspector", "/operator", "/supervisor"],
        ("GET", "/inspections/{id}"),
        "One inspection",
        get(show)
    );
    let steps = below!(
        pages,
        ["/inspector", "/operator"],
        ("POST", "/inspections/{id}/steps"),
        "Takes or proposes a step of an inspection",
        post(step)
    );
    one.into_iter().chain(steps).collect()
}

async fn show(Path(name): Path<String>, seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, &name, &said).await
}

pub(super) async fn shown(seat: &Seat, name: &str, said: &Said) -> Response {
    let view = async {
        let found = seat.inspection(name).await?;
        let handed_in: Vec<RevisionId> = found
            .timeline
            .iter()
            .flat_map(|event| event.revisions.iter().copied())
            .collect();
        let named = Named {
            rows: &rows(seat, &handed_in).await?,
            base: seat.base,
            today: seat.office().hub.now().day(),
        };
        let settings = &seat.office().settings;
        Ok(page(&found, &named, (settings, &seat.staff, seat.language())))
    };
    seat.show(("inspector/inspection.html", &seat.path(name)), said, view.await)
        .await
}

async fn step(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let taken = take(&seat, &name, &form).await;
    match seat.settle(&seat.path(&name), &form, taken) {
        Ok(response) => response,
        Err(said) => shown(&seat, &name, &said).await,
    }
}

async fn take(seat: &Seat, name: &str, form: &Form) -> Result<DoneWord, Trouble> {
    let revisions: Result<Vec<RevisionId>, Trouble> = form.all("revision").map(id).collect();
    let act = Act {
        event: form.get("event"),
        note: form.get("note"),
        revisions: &revisions?,
        version_seen: version(form),
    };
    match inspection::act(seat.office(), &seat.staff, id(name)?, &act).await? {
        Acted::Moved(_) => Ok(DoneWord::Moved),
        Acted::Proposed(_) => Ok(DoneWord::Proposed),
    }
}
