//! Items: GET …/inspections/{id}/items and …/items/{control}; judging and writing findings is the agency's alone: POST
//! …/items/{control} and …/items/{control}/findings.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::inspection::{self, Judgement};
use naru_admission::{finding, signal};
use naru_core::{InspectionMethod, Verdict};
use naru_web::Route;

use super::desk::{AlertWord, DoneWord, Said, Trouble, alert, id, version};
use super::item::{self, ItemPageView, Show};
use super::seat::{Seat, Sent};
use crate::member::route;
use crate::pages::{Form, Pages, parameter};

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let all = below!(
        pages,
        ["/inspector", "/operator", "/supervisor"],
        ("GET", "/inspections/{id}/items"),
        "The items of an inspection",
        get(list)
    );
    let one = below!(
        pages,
        ["/inspector", "/operator", "/supervisor"],
        ("GET", "/inspections/{id}/items/{control}"),
        "One item with the answer beside it",
        get(show)
    );
    let mut routes = vec![
        route(
            pages,
            ("POST", "/inspector/inspections/{id}/items/{control}"),
            "Judges an item",
            post(judge),
        ),
        route(
            pages,
            ("POST", "/inspector/inspections/{id}/items/{control}/findings"),
            "Writes a finding on an item",
            post(write),
        ),
    ];
    routes.extend(all);
    routes.extend(one);
    routes
}

async fn list(Path(name): Path<String>, seat: Seat) -> Response {
    let said = seat.said();
    let word = parameter(seat.page.query(), "show").unwrap_or_default();
    let show = Show::parse(&word).unwrap_or(Show::All);
    let path = format!("{}/items?show={show}", seat.path(&name));
    let view = async {
        let found = seat.inspection(&name).await?;
        Ok(item::items(&found, show, seat.language()))
    };
    seat.show(("inspector/items.html", &path), &said, view.await).await
}

async fn show(Path((name, control)): Path<(String, String)>, seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, (&name, &control), &said).await
}

fn path(seat: &Seat, name: &str, control: &str) -> String {
    format!("{}/items/{control}", seat.path(name))
}

async fn shown(seat: &Seat, (name, control): (&str, &str), said: &Said) -> Response {
    let view = view(seat, name, control).await;
    let path = path(seat, name, control);
    seat.show(("inspector/item.html", &path), said, view).await
}

async fn view(seat: &Seat, name: &str, control: &str) -> Result<ItemPageView, Trouble> {
    let found = seat.inspection(name).await?;
    let signals = signal::service::standings(seat.office(), found.inspection.organisation_id).await?;
    let at = (seat.base, seat.office().hub.now().day(), seat.language());
    item::item(&found, control, &signals, at).ok_or(Trouble::NotFound)
}

async fn judge(Path((name, control)): Path<(String, String)>, Sent { seat, form }: Sent) -> Response {
    let judged = judged(&seat, (&name, &control), &form).await;
    answered(&seat, (&name, &control), &form, judged).await
}

async fn judged(seat: &Seat, (name, control): (&str, &str), form: &Form) -> Result<DoneWord, Trouble> {
    let verdict = Verdict::parse(form.get("verdict")).map_err(|_| alert(AlertWord::Field))?;
    let method = InspectionMethod::parse(form.get("method")).map_err(|_| alert(AlertWord::Field))?;
    let judgement = Judgement {
        control_id: control,
        verdict,
        method,
        note: form.get("note"),
        version_seen: version(form),
    };
    inspection::judge(seat.office(), &seat.staff, id(name)?, &judgement).await?;
    Ok(DoneWord::Judged)
}

async fn write(Path((name, control)): Path<(String, String)>, Sent { seat, form }: Sent) -> Response {
    let written = async {
        let of = (id(&name)?, control.as_str());
        finding::write(seat.office(), &seat.staff, of, form.get("statement")).await?;
        Ok(DoneWord::Written)
    };
    let written = written.await;
    answered(&seat, (&name, &control), &form, written).await
}

async fn answered(
    seat: &Seat,
    (name, control): (&str, &str),
    form: &Form,
    ended: Result<DoneWord, Trouble>,
) -> Response {
    match seat.settle(&path(seat, name, control), form, ended) {
        Ok(response) => response,
        Err(said) => shown(seat, (name, control), &said).await,
    }
}
