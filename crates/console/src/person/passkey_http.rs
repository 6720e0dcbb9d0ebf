//! Passkeys, as the script of our pages speaks of them: JSON in, JSON out, the form's token in a header.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use naru_auth::passkey::{PasskeyError, Passkeys};
use naru_core::{CeremonyId, Language, SignInMethod};
use naru_web::{Effect, Route, Who};
use serde::Deserialize;
use serde_json::{Value, json};

use super::SecurityDone;
use super::gate::{self, Guest, person};
use super::journey_http::{Visit, visit};
use crate::page::in_language;
use crate::pages::{FORM_MAX, Pages};

/// The header that carries the form's token.
const TOKEN: &str = "x-csrf-token";
/// Characters of a passkey's name at most.
const NAME_MAX: usize = 40;

/// The routes that the script calls.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let route = |path, summary, handler: axum::routing::MethodRouter<Pages>| Route {
        method: "POST",
        path,
        who: Who::Person,
        demand: None,
        effect: Effect::Writes,
        summary,
        handler: handler.with_state(pages.clone()),
    };
    let begin = "A passkey is asked for to sign in";
    vec![
        route("/authorizations/{id}/passkey/begin", begin, post(begin_sign_in)),
        route(
            "/authorizations/{id}/passkey/finish",
            "The passkey's answer signs in",
            post(finish_sign_in),
        ),
        route("/passkeys/begin", "A passkey is about to be added", post(begin_add)),
        route("/passkeys/finish", "The passkey is added", post(finish_add)),
    ]
}

/// What the script sends at the end of a ceremony.
#[derive(Deserialize)]
struct Finish {
    ceremony: CeremonyId,
    credential: Value,
    #[serde(default)]
    name: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    next: String,
}

impl Finish {
    fn read(body: &[u8]) -> Option<Self> {
        (body.len() <= FORM_MAX)
            .then(|| serde_json::from_slice(body).ok())
            .flatten()
    }

    fn language(&self) -> Language {
        if self.lang == "en" { Language::En } else { Language::Ko }
    }
}

fn word(status: StatusCode, word: &str) -> Response {
    (status, axum::Json(json!({ "problem": word }))).into_response()
}

/// The script looks at the status alone; the word is for people who look at the traffic.
fn failed(error: &PasskeyError) -> Response {
    match error {
        PasskeyError::Storage(error) => silent(error),
        _ => word(StatusCode::UNPROCESSABLE_ENTITY, "refused"),
    }
}

fn silent(error: &naru_storage::StorageError) -> Response {
    tracing::error!(event = "storage_failed", %error, "a passkey ceremony could not go on");
    word(StatusCode::SERVICE_UNAVAILABLE, "unavailable")
}

fn token(headers: &HeaderMap) -> &str {
    headers
        .get(TOKEN)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn begun((ceremony, options): (CeremonyId, Value)) -> Response {
    axum::Json(json!({ "ceremony": ceremony, "options": options })).into_response()
}

/// Where the hub's address has no name, there are no passkeys.
fn none_here() -> Response {
    word(StatusCode::NOT_FOUND, "refused")
}

/// The journey whose page asks, before anybody has signed in there.
async fn asking(pages: &Pages, id: &str, headers: &HeaderMap) -> Result<Visit, Response> {
    let found = visit(pages, id, headers, None).await;
    let visit = found.map_err(|_| word(StatusCode::FORBIDDEN, "out_of_time"))?;
    if visit.ticket.sent(token(headers)) && visit.is_arriving() {
        Ok(visit)
    } else {
        Err(word(StatusCode::FORBIDDEN, "out_of_time"))
    }
}

async fn begin_sign_in(State(pages): State<Pages>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Err(response) = asking(&pages, &id, &headers).await {
        return response;
    }
    let Some(passkeys) = &pages.passkeys else {
        return none_here();
    };
    match passkeys.begin_sign_in(&pages.hub).await {
        Ok(ceremony) => begun(ceremony),
        Err(error) => failed(&error),
    }
}

async fn finish_sign_in(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let visit = match asking(&pages, &id, &headers).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let Some(passkeys) = &pages.passkeys else {
        return none_here();
    };
    let Some(finish) = Finish::read(&body) else {
        return word(StatusCode::UNPROCESSABLE_ENTITY, "refused");
    };
    let proved = passkeys.finish_sign_in(&pages.hub, finish.ceremony, &finish.credential);
    let person = match proved.await {
        Ok(person) => person,
        Err(error) => return failed(&error),
    };
    let (_, cookie) = match gate::open(&pages, person, (SignInMethod::Passkey, &headers)).await {
        Ok(opened) => opened,
        Err(error) => return silent(&error),
    };
    let to = if visit.client.is_some() {
        visit.here()
    } else {
        gate::next(Some(&format!("next={}", finish.next)), None)
    };
    // The journey goes on when its page is opened next, as it does for everybody who is signed in already.
    let next = in_language(&to, finish.language());
    let mut response = axum::Json(json!({ "next": next })).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// The person who adds a passkey on their own page.
async fn adding<'a>(pages: &'a Pages, headers: &HeaderMap) -> Result<(Guest, &'a Passkeys), Response> {
    match Guest::of(pages, headers).await {
        Ok(Some(guest)) if guest.sent(token(headers)) => match &pages.passkeys {
            Some(passkeys) => Ok((guest, passkeys)),
            None => Err(none_here()),
        },
        Ok(_) => Err(word(StatusCode::FORBIDDEN, "out_of_time")),
        Err(error) => Err(silent(&error)),
    }
}

async fn begin_add(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let (guest, passkeys) = match adding(&pages, &headers).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let person = match person(&pages, guest.person_id()).await {
        Ok(Some(person)) => person,
        Ok(None) => return word(StatusCode::FORBIDDEN, "out_of_time"),
        Err(error) => return silent(&error),
    };
    match passkeys.begin_add(&pages.hub, &guest.session, &person).await {
        Ok(ceremony) => begun(ceremony),
        Err(error) => failed(&error),
    }
}

async fn finish_add(State(pages): State<Pages>, headers: HeaderMap, body: Bytes) -> Response {
    let (guest, passkeys) = match adding(&pages, &headers).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let Some(finish) = Finish::read(&body) else {
        return word(StatusCode::UNPROCESSABLE_ENTITY, "refused");
    };
    let language = finish.language();
    let typed: String = finish.name.trim().chars().take(NAME_MAX).collect();
    let fallback = || Some(gate::device(&headers)).filter(|words| !words.is_empty());
    let name = match typed {
        typed if typed.is_empty() => fallback().unwrap_or_else(|| "Passkey".to_owned()),
        typed => typed,
    };
    let answer = (finish.ceremony, &finish.credential);
    let added = passkeys.finish_add(&pages.hub, &guest.session, answer, &name);
    match added.await {
        Ok(_) => {
            let to = format!("/security?done={}", SecurityDone::Added);
            axum::Json(json!({ "next": in_language(&to, language) })).into_response()
        }
        Err(error) => failed(&error),
    }
}
