//! One finding: GET /inspector/findings/{id}, POST …/steps, …/extend, …/sign and …/decline.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::finding::{self, FindingAct};
use naru_admission::inspection::Acted;
use naru_core::Day;
use naru_web::Route;

use super::desk::{AlertWord, DoneWord, Said, Seat, Sent, Trouble, alert, id, version};
use super::finding::page;
use super::sign::seen;
use crate::member::route;
use crate::pages::{Form, Pages};

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let post_to = |path, summary, handler| route(pages, ("POST", path), summary, handler);
    vec![
        route(
            pages,
            ("GET", "/inspector/findings/{id}"),
            "One finding of an inspection",
            get(show),
        ),
        post_to(
            "/inspector/findings/{id}/steps",
            "Takes or proposes a step of a finding",
            post(step),
        ),
        post_to(
            "/inspector/findings/{id}/extend",
            "Gives more time for a finding",
            post(extend),
        ),
        post_to(
            "/inspector/findings/{id}/sign",
            "Signs that a finding is closed or withdrawn",
            post(sign),
        ),
        post_to(
            "/inspector/findings/{id}/decline",
            "Turns such a proposal down",
            post(decline),
        ),
    ]
}

fn here(name: &str) -> String {
    format!("/inspector/findings/{name}")
}

async fn show(Path(name): Path<String>, seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, &name, &said).await
}

async fn shown(seat: &Seat, name: &str, said: &Said) -> Response {
    let view = async {
        let found = finding::view(seat.office(), &seat.staff, id(name)?).await?;
        let at = (seat.office().hub.now().day(), seat.language());
        Ok(page(&found, seat.staff.member.id, at))
    };
    seat.show(("inspector/finding.html", &here(name)), said, view.await)
        .await
}

async fn answered(seat: &Seat, name: &str, form: &Form, ended: Result<DoneWord, Trouble>) -> Response {
    match seat.settle(&here(name), form, ended) {
        Ok(response) => response,
        Err(said) => shown(seat, name, &said).await,
    }
}

async fn step(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let taken = async {
        let act = FindingAct {
            event: form.get("event"),
            note: form.get("note"),
            revisions: &[],
            version_seen: version(&form),
        };
        match finding::act(seat.office(), &seat.staff, id(&name)?, &act).await? {
            Acted::Moved(_) => Ok(DoneWord::Moved),
            Acted::Proposed(_) => Ok(DoneWord::Proposed),
        }
    };
    let taken = taken.await;
    answered(&seat, &name, &form, taken).await
}

async fn extend(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let extended = async {
        let day = Day::parse(&form.get("day").replace('-', "")).ok_or_else(|| alert(AlertWord::Day, ""))?;
        let of = (id(&name)?, version(&form));
        finding::extend(seat.office(), &seat.staff, of, day, form.get("note")).await?;
        Ok(DoneWord::Extended)
    };
    let extended = extended.await;
    answered(&seat, &name, &form, extended).await
}

async fn sign(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let signed = async {
        finding::approve(seat.office(), &seat.staff, id(form.get("proposal"))?, seen(&form)?).await?;
        Ok(DoneWord::Approved)
    };
    let signed = signed.await;
    answered(&seat, &name, &form, signed).await
}

async fn decline(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let declined = async {
        finding::reject(seat.office(), &seat.staff, id(form.get("proposal"))?, form.get("note")).await?;
        Ok(DoneWord::Rejected)
    };
    let declined = declined.await;
    answered(&seat, &name, &form, declined).await
}
