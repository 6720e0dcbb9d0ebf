//! One inspection of a fintech: GET /fintech/inspections/{id}, POST …/steps, …/contract, …/proposals/{id}/{decision},
//! GET and POST …/items/{control}, POST …/items/{control}/verdict, and its findings at GET and POST
//! /fintech/findings/{id}.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::answer::service as answers;
use naru_admission::answer::service::{Answer, AnswerError};
use naru_admission::document;
use naru_admission::finding::{self, FindingAct};
use naru_admission::inspection::{self, Act, Acted, InspectionView, Judgement};
use naru_core::{FindingId, InspectionId, InspectionMethod, ProposalId, RevisionId, Verdict};
use naru_storage::RevisionRow;
use naru_web::Route;

use super::desk::{DoneWord, Ended, Said, Seat, Sent, id, ids, version};
use super::finding::one_finding;
use super::inspection::{OneItemView, one, one_item};
use super::inspections::HERE;
use super::trouble::{AlertWord, Trouble, alert, at};
use crate::member::route;
use crate::pages::{Form, Pages};

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let all = [
        (
            ("GET", "/fintech/inspections/{id}"),
            "One inspection of a fintech",
            get(show),
        ),
        (
            ("POST", "/fintech/inspections/{id}/steps"),
            "Takes a step of an inspection",
            post(step),
        ),
        (
            ("POST", "/fintech/inspections/{id}/contract"),
            "Signs the contract with the agency",
            post(sign),
        ),
        (
            ("POST", "/fintech/inspections/{id}/proposals/{proposal}"),
            "Decides what another proposed",
            post(decide),
        ),
        (
            ("GET", "/fintech/inspections/{id}/items/{control}"),
            "One item and its answer",
            get(show_item),
        ),
        (
            ("POST", "/fintech/inspections/{id}/items/{control}"),
            "Answers an item",
            post(answer),
        ),
        (
            ("POST", "/fintech/inspections/{id}/items/{control}/verdict"),
            "Judges an item of a self-inspection",
            post(judge),
        ),
        (("GET", "/fintech/findings/{id}"), "One finding", get(show_finding)),
        (
            ("POST", "/fintech/findings/{id}"),
            "Takes a step of a finding",
            post(act),
        ),
    ];
    all.into_iter()
        .map(|(at, summary, handler)| route(pages, at, summary, handler))
        .collect()
}

fn here(name: &str) -> String {
    format!("{HERE}/{name}")
}

/// An inspection of the member's own organisation; that of another is not there.
async fn own(seat: &Seat, name: &str) -> Result<InspectionView, Trouble> {
    let found = inspection::view(seat.office(), &seat.staff, id(name)?).await?;
    if found.inspection.organisation_id == seat.staff.organisation.id {
        Ok(found)
    } else {
        Err(Trouble::NotFound)
    }
}

async fn documents(seat: &Seat) -> Result<Vec<RevisionRow>, Trouble> {
    Ok(document::current(seat.office(), &seat.staff, seat.staff.organisation.id).await?)
}

async fn show(Path(name): Path<String>, seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, &name, &said).await
}

async fn shown(seat: &Seat, name: &str, said: &Said) -> Response {
    let view = async {
        let found = own(seat, name).await?;
        let of = (seat.language(), seat.today(), seat.staff.member.id);
        Ok(one(&found, &documents(seat).await?, of))
    };
    seat.show(("fintech/inspection.html", &here(name)), said, view.await)
        .await
}

async fn step(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let taken = async {
        let inspection: InspectionId = id(&name)?;
        own(&seat, &name).await?;
        let revisions: Vec<RevisionId> = ids(&form, "revisions")?;
        let act = Act {
            event: form.get("event"),
            note: form.get("note"),
            revisions: &revisions,
            version_seen: version(&form),
        };
        let acted = inspection::act(seat.office(), &seat.staff, inspection, &act).await?;
        Ok(Ended::Done(match acted {
            Acted::Moved(_) => DoneWord::Moved,
            Acted::Proposed(_) => DoneWord::Proposed,
        }))
    };
    let which = form.get("event").chars().take(60).collect::<String>();
    match seat.settle((&here(&name), &which), &form, taken.await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &name, &said).await,
    }
}

async fn sign(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let signed = async {
        let inspection: InspectionId = id(&name)?;
        own(&seat, &name).await?;
        // One contract is signed, not whatever else was ticked beside it.
        let [contract] = ids(&form, "revisions")?[..] else {
            return Err(at("revisions", AlertWord::Missing, ""));
        };
        inspection::sign_contract(seat.office(), &seat.staff, inspection, contract).await?;
        Ok(Ended::Done(DoneWord::Signed))
    };
    match seat.settle((&here(&name), "contract"), &form, signed.await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &name, &said).await,
    }
}

async fn decide(Path((name, proposal)): Path<(String, String)>, Sent { seat, form }: Sent) -> Response {
    let decided = decided(&seat, (&name, &proposal), &form).await;
    match seat.settle((&here(&name), "proposal"), &form, decided) {
        Ok(response) => response,
        Err(said) => shown(&seat, &name, &said).await,
    }
}

async fn decided(seat: &Seat, (name, proposal): (&str, &str), form: &Form) -> Result<Ended, Trouble> {
    let proposal: ProposalId = id(proposal)?;
    let found = own(seat, name).await?;
    if !found.proposals.iter().any(|open| open.id == proposal) {
        return Err(Trouble::NotFound);
    }
    if form.get("decision") == "approve" {
        let seen = naru_crypto::from_hex(form.get("digest")).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let seen = seen.ok_or_else(|| alert(AlertWord::Changed, ""))?;
        inspection::approve(seat.office(), &seat.staff, proposal, seen).await?;
    } else {
        inspection::reject(seat.office(), &seat.staff, proposal, form.get("note")).await?;
    }
    Ok(Ended::Done(DoneWord::Decided))
}

async fn show_item(Path((name, control)): Path<(String, String)>, seat: Seat) -> Response {
    let said = seat.said();
    shown_item(&seat, (&name, &control), (&said, None)).await
}

async fn shown_item(
    seat: &Seat,
    (name, control): (&str, &str),
    (said, theirs): (&Said, Option<(String, i64)>),
) -> Response {
    let view = item(seat, (name, control)).await;
    let view = view.map(|view| OneItemView { theirs, ..view });
    let here = format!("{HERE}/{name}/items/{control}");
    seat.show(("fintech/item.html", &here), said, view).await
}

async fn item(seat: &Seat, (name, control): (&str, &str)) -> Result<OneItemView, Trouble> {
    let found = own(seat, name).await?;
    let item = found.items.iter().find(|item| item.control.id == control);
    let item = item.ok_or(Trouble::NotFound)?;
    let of = (seat.language(), seat.today());
    Ok(one_item(&found, item, &documents(seat).await?, of))
}

async fn answer(Path((name, control)): Path<(String, String)>, Sent { seat, form }: Sent) -> Response {
    let mut theirs = None;
    let answered = answered(&seat, (&name, &control), &form, &mut theirs).await;
    let back = format!("{HERE}/{name}/items/{control}");
    match seat.settle((&back, "answer"), &form, answered) {
        Ok(response) => response,
        Err(said) => shown_item(&seat, (&name, &control), (&said, theirs)).await,
    }
}

/// Keeps an answer; where somebody was faster, theirs is given beside what was typed.
async fn answered(
    seat: &Seat,
    (name, control): (&str, &str),
    form: &Form,
    theirs: &mut Option<(String, i64)>,
) -> Result<Ended, Trouble> {
    item(seat, (name, control)).await?;
    let answer = Answer {
        control_id: control.to_owned(),
        body: form.get("body").to_owned(),
        revisions: ids(form, "revisions")?,
        version_seen: version(form),
    };
    match answers::put(seat.office(), &seat.staff, &answer).await {
        Ok(_) => Ok(Ended::Done(DoneWord::Answered)),
        Err(error) => {
            if let AnswerError::Changed(Some(found)) = &error {
                *theirs = Some((found.body.clone(), found.version));
            }
            Err(error.into())
        }
    }
}

async fn judge(Path((name, control)): Path<(String, String)>, Sent { seat, form }: Sent) -> Response {
    let judged = async {
        own(&seat, &name).await?;
        let verdict = Verdict::parse(form.get("verdict")).map_err(|error| at("verdict", AlertWord::Field, error))?;
        let method = InspectionMethod::parse(form.get("method"));
        let judgement = Judgement {
            control_id: &control,
            verdict,
            method: method.map_err(|error| at("method", AlertWord::Field, error))?,
            note: form.get("note"),
            version_seen: version(&form),
        };
        inspection::judge(seat.office(), &seat.staff, id(&name)?, &judgement).await?;
        Ok(Ended::Done(DoneWord::Answered))
    };
    let back = format!("{HERE}/{name}/items/{control}");
    match seat.settle((&back, "verdict"), &form, judged.await) {
        Ok(response) => response,
        Err(said) => shown_item(&seat, (&name, &control), (&said, None)).await,
    }
}

async fn show_finding(Path(name): Path<String>, seat: Seat) -> Response {
    let said = seat.said();
    shown_finding(&seat, &name, &said).await
}

async fn own_finding(seat: &Seat, name: &str) -> Result<finding::FindingView, Trouble> {
    let found = finding::view(seat.office(), &seat.staff, id(name)?).await?;
    if found.finding.organisation_id == seat.staff.organisation.id {
        Ok(found)
    } else {
        Err(Trouble::NotFound)
    }
}

async fn shown_finding(seat: &Seat, name: &str, said: &Said) -> Response {
    let view = async {
        let found = own_finding(seat, name).await?;
        Ok(one_finding(&found, &documents(seat).await?, seat.today()))
    };
    let here = format!("/fintech/findings/{name}");
    seat.show(("fintech/finding.html", &here), said, view.await).await
}

async fn act(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let acted = async {
        let finding: FindingId = id(&name)?;
        own_finding(&seat, &name).await?;
        let revisions: Vec<RevisionId> = ids(&form, "revisions")?;
        let act = FindingAct {
            event: form.get("event"),
            note: form.get("note"),
            revisions: &revisions,
            version_seen: version(&form),
        };
        finding::act(seat.office(), &seat.staff, finding, &act).await?;
        Ok(Ended::Done(DoneWord::Moved))
    };
    let which = form.get("event").chars().take(60).collect::<String>();
    let back = format!("/fintech/findings/{name}");
    match seat.settle((&back, &which), &form, acted.await) {
        Ok(response) => response,
        Err(said) => shown_finding(&seat, &name, &said).await,
    }
}
