//! Passkeys, as the script of our pages speaks of them: JSON in, JSON out, the form's token in a header.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::post;
use naru_auth::passkey::Passkeys;
use naru_core::SignInMethod;
use naru_web::{Effect, Route, Who};

use super::SecurityDone;
use super::gate::{self, Guest, person};
use super::journey_http::{Visit, visit};
use crate::page::in_language;
use crate::pages::Pages;
use crate::script::{Finish, begun, failed, go_to, none_here, silent, token, word};

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
    let mut response = go_to(&next);
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
    let (language, name) = (finish.language(), finish.name(&headers));
    let answer = (finish.ceremony, &finish.credential);
    let added = passkeys.finish_add(&pages.hub, &guest.session, answer, &name);
    match added.await {
        Ok(_) => {
            let to = format!("/security?done={}", SecurityDone::Added);
            go_to(&in_language(&to, language))
        }
        Err(error) => failed(&error),
    }
}
