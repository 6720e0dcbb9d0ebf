//! Signing: exactly what would be signed, as a table and as the text whose digest it is, at GET
//! …/inspections/{id}/sign/{proposal}, and the two answers to it.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::inspection;
use naru_core::{Language, RevisionId, Timestamp};
use naru_crypto::from_hex;
use naru_rulebook::catalogue::Catalogues;
use naru_web::Route;
use serde::Serialize;
use serde_json::Value;

use super::desk::{AlertWord, DoneWord, Said, Trouble, alert, id, pick};
use super::documents::{DocumentView, Named, rows};
use super::inspection::signs;
use super::seat::{Seat, Sent};
use crate::pages::{Form, Pages};

/// One verdict, or one open finding, of what is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedVerdict {
    /// The item's title.
    pub title: String,
    /// The item's id.
    pub control: String,
    /// The round.
    pub round: i64,
    /// The verdict, or the state of a finding.
    pub word: String,
    /// The note, or what was found.
    pub text: String,
}

/// What would be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignView {
    /// The inspection.
    pub inspection: String,
    /// The organisation.
    pub organisation: String,
    /// The proposal.
    pub id: String,
    /// What would happen.
    pub event: String,
    /// The state after it.
    pub to_state: String,
    /// Why, in the proposer's words.
    pub reason: String,
    /// Since when it waits.
    pub at: Timestamp,
    /// The digest that is signed.
    pub sha256: String,
    /// The text whose digest it is.
    pub state: String,
    /// Every verdict in it.
    pub verdicts: Vec<SignedVerdict>,
    /// Every open finding in it.
    pub findings: Vec<SignedVerdict>,
    /// The documents on which the answers rest.
    pub documents: Vec<DocumentView>,
    /// The documents that were handed in with the step.
    pub handed_in: Vec<DocumentView>,
    /// Whether the member proposed it, and so cannot sign.
    pub is_own: bool,
}

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let shown = below!(
        pages,
        ["/inspector", "/operator"],
        ("GET", "/inspections/{id}/sign/{proposal}"),
        "Exactly what would be signed",
        get(show)
    );
    let approved = below!(
        pages,
        ["/inspector", "/operator"],
        ("POST", "/inspections/{id}/sign/{proposal}/approve"),
        "Signs a proposed step of an inspection",
        post(approve)
    );
    let rejected = below!(
        pages,
        ["/inspector", "/operator"],
        ("POST", "/inspections/{id}/sign/{proposal}/reject"),
        "Turns a proposed step down",
        post(reject)
    );
    shown.into_iter().chain(approved).chain(rejected).collect()
}

/// The digest that a form says was shown.
pub(super) fn seen(form: &Form) -> Result<[u8; 32], Trouble> {
    let bytes = from_hex(form.get("sha256")).and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| alert(AlertWord::Void))
}

async fn show(Path((name, proposal)): Path<(String, String)>, seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, (&name, &proposal), &said).await
}

async fn shown(seat: &Seat, (name, proposal): (&str, &str), said: &Said) -> Response {
    let path = format!("{}/sign/{proposal}", seat.path(name));
    let view = view(seat, name, proposal).await;
    seat.show(("inspector/sign.html", &path), said, view).await
}

async fn view(seat: &Seat, name: &str, proposal: &str) -> Result<SignView, Trouble> {
    let found = seat.inspection(name).await?;
    let settings = &seat.office().settings;
    let asked = found
        .proposals
        .iter()
        .find(|open| open.id.to_string() == proposal && signs(settings, &found, (&seat.staff, &open.event)))
        .ok_or(Trouble::NotFound)?;
    let state: Value = serde_json::from_str(&asked.state).unwrap_or_default();
    let language = seat.language();
    let (documents, handed_in) = (revisions(&state, "documents"), revisions(&state, "handed_in"));
    let named = Named {
        rows: &rows(seat, &[documents.as_slice(), handed_in.as_slice()].concat()).await?,
        base: seat.base,
        today: seat.office().hub.now().day(),
    };
    let table = |list: &str, word: &str, text: &str| {
        let all = state.get(list).and_then(Value::as_array).into_iter().flatten();
        all.map(|row| signed(row, (word, text), language)).collect()
    };
    Ok(SignView {
        inspection: found.inspection.id.to_string(),
        organisation: found.organisation_name.clone(),
        id: asked.id.to_string(),
        event: asked.event.clone(),
        to_state: text(&state, "to"),
        reason: asked.reason.clone(),
        at: asked.proposed_at,
        sha256: naru_crypto::hex(&asked.state_sha256),
        state: asked.state.clone(),
        verdicts: table("verdicts", "verdict", "note"),
        findings: table("open_findings", "state", "statement"),
        documents: named.lines(&documents),
        handed_in: named.lines(&handed_in),
        is_own: asked.proposed_by == Some(seat.staff.member.id),
    })
}

/// The revisions of a list of the state: ids, or rows that name one as `revision`.
fn revisions(state: &Value, list: &str) -> Vec<RevisionId> {
    let all = state.get(list).and_then(Value::as_array).into_iter().flatten();
    let id = |row: &Value| row.get("revision").unwrap_or(row).as_str()?.parse().ok();
    all.filter_map(id).collect()
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn signed(row: &Value, (word, said): (&str, &str), language: Language) -> SignedVerdict {
    let control = text(row, "control");
    let found = Catalogues::embedded().control(&control);
    SignedVerdict {
        title: found
            .map(|(_, c)| pick(language, (&c.title_ko, &c.title_en)))
            .unwrap_or_default(),
        control,
        round: row.get("round").and_then(Value::as_i64).unwrap_or_default(),
        word: text(row, word),
        text: text(row, said),
    }
}

async fn approve(Path((name, proposal)): Path<(String, String)>, Sent { seat, form }: Sent) -> Response {
    let signed = async {
        inspection::approve(seat.office(), &seat.staff, id(&proposal)?, seen(&form)?).await?;
        Ok(DoneWord::Approved)
    };
    let signed = signed.await;
    answered(&seat, (&name, &proposal), &form, signed).await
}

async fn reject(Path((name, proposal)): Path<(String, String)>, Sent { seat, form }: Sent) -> Response {
    let rejected = async {
        inspection::reject(seat.office(), &seat.staff, id(&proposal)?, form.get("note")).await?;
        Ok(DoneWord::Rejected)
    };
    let rejected = rejected.await;
    answered(&seat, (&name, &proposal), &form, rejected).await
}

/// What was voided is no longer there to be shown: then the inspection says it.
async fn answered(
    seat: &Seat,
    (name, proposal): (&str, &str),
    form: &Form,
    ended: Result<DoneWord, Trouble>,
) -> Response {
    let is_gone = matches!(&ended, Err(Trouble::Alert(alert)) if alert.word == AlertWord::Void);
    match seat.settle(&seat.path(name), form, ended) {
        Ok(response) => response,
        Err(said) if is_gone => super::inspection_http::shown(seat, name, &said).await,
        Err(said) => shown(seat, (name, proposal), &said).await,
    }
}
