//! One finding: GET …/findings/{id}, POST …/steps, …/extend, …/sign, …/decline and …/strike. Of a self-inspection that
//! no agency confirms the operator is the judge.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::finding::{self, FindingAct};
use naru_admission::inspection::Acted;
use naru_core::Day;
use naru_web::Route;

use super::desk::{AlertWord, DoneWord, Said, Trouble, alert, id, version};
use super::documents::Named;
use super::finding::page;
use super::seat::{Seat, Sent};
use super::sign::seen;
use crate::pages::{Form, Pages};

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    macro_rules! judged {
        ($method:literal, $rest:literal, $summary:literal, $handler:expr) => {
            below!(
                pages,
                ["/inspector", "/operator"],
                ($method, $rest),
                $summary,
                $handler
            )
        };
    }
    [
        judged!("GET", "/findings/{id}", "One finding of an inspection", get(show)),
        judged!(
            "POST",
            "/findings/{id}/steps",
            "Takes or proposes a step of a finding",
            post(step)
        ),
        judged!(
            "POST",
            "/findings/{id}/extend",
            "Gives more time for a finding",
            post(extend)
        ),
        judged!(
            "POST",
            "/findings/{id}/sign",
            "Signs that a finding is closed or withdrawn",
            post(sign)
        ),
        judged!(
            "POST",
            "/findings/{id}/decline",
            "Turns such a proposal down",
            post(decline)
        ),
        judged!(
            "POST",
            "/findings/{id}/strike",
            "Removes a finding that was a mistake",
            post(strike)
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn here(seat: &Seat, name: &str) -> String {
    format!("{}/findings/{name}", seat.base)
}

async fn show(Path(name): Path<String>, seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, &name, &said).await
}

async fn shown(seat: &Seat, name: &str, said: &Said) -> Response {
    let view = async {
        let found = finding::view(seat.office(), &seat.staff, id(name)?).await?;
        let named = Named {
            rows: &found.evidence,
            base: seat.base,
            today: seat.office().hub.now().day(),
        };
        Ok(page(&found, &named, (&seat.staff, seat.language())))
    };
    seat.show(("inspector/finding.html", &here(seat, name)), said, view.await)
        .await
}

async fn answered(seat: &Seat, name: &str, form: &Form, ended: Result<DoneWord, Trouble>) -> Response {
    match seat.settle(&here(seat, name), form, ended) {
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
        let day = Day::parse(&form.get("day").replace('-', "")).ok_or_else(|| alert(AlertWord::Day))?;
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

async fn strike(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let struck = async {
        let found = finding::view(seat.office(), &seat.staff, id(&name)?).await?;
        finding::strike(seat.office(), &seat.staff, (found.finding.id, version(&form))).await?;
        Ok(found.inspection.id.to_string())
    };
    match struck.await {
        Ok(inspection) => seat
            .page
            .to(&format!("{}?done={}", seat.path(&inspection), DoneWord::Struck)),
        Err(trouble) => answered(&seat, &name, &form, Err(trouble)).await,
    }
}
