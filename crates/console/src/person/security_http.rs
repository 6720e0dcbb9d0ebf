//! My devices: passkeys, and where the person is signed in. GET /security, POST /security/later, POST
//! /passkeys/{id}/remove, POST /sessions/{id}/end, POST /sessions/end.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use naru_auth::{passkey as passkeys, session as sessions};
use naru_core::{PasskeyId, Session, SessionId};
use naru_storage::StorageError;
use naru_web::{Effect, Route, Who};

use super::gate::{Guest, guest, sender};
use super::{PasskeyView, ProblemWord, SecurityDone, SecurityView, SessionView, security};
use crate::page::in_language;
use crate::pages::{Pages, device, language, parameter, see_other, set_cookie};
use crate::{Frame, WayWord};

/// The cookie of a person who was offered a passkey and said *later*; it holds for thirty days.
pub(super) const LATER: &str = "__Host-naru-later";
const LATER_SECONDS: i64 = 30 * 86_400;

/// The routes of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let route = |method, path, summary, handler: axum::routing::MethodRouter<Pages>| Route {
        method,
        path,
        who: Who::Person,
        demand: None,
        effect: Effect::Writes,
        summary,
        handler: handler.with_state(pages.clone()),
    };
    let page = "Passkeys and devices of the person; signs in first";
    let one = "Signs one device out";
    vec![
        route("GET", "/security", page, get(show)),
        route("POST", "/security/later", "A passkey is not wanted now", post(later)),
        route("POST", "/passkeys/{id}/remove", "Removes a passkey", post(remove)),
        route("POST", "/sessions/{id}/end", one, post(end)),
        route(
            "POST",
            "/sessions/end",
            "Signs every other device out",
            post(end_others),
        ),
    ]
}

async fn show(State(pages): State<Pages>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.as_deref();
    let guest = match guest(&pages, &headers, (WayWord::Security, query)).await {
        Ok(guest) => guest,
        Err(response) => return response,
    };
    let done = parameter(query, "done").and_then(|word| SecurityDone::parse(&word).ok());
    match view(&pages, &guest, (done, &headers)).await {
        Ok((view, all)) => {
            let here = "/security".to_owned();
            let frame = Frame {
                scripted: true,
                ..guest.frame(&pages, WayWord::Security, (here, query), &all)
            };
            pages.answer_scripted(StatusCode::OK, security(&view, &frame))
        }
        Err(error) => {
            let frame = pages.frame(language(query), "/security");
            pages.unavailable(&frame, &error, "devices could not be shown")
        }
    }
}

async fn view(
    pages: &Pages,
    guest: &Guest,
    (done, headers): (Option<SecurityDone>, &HeaderMap),
) -> Result<(SecurityView, Vec<Session>), StorageError> {
    let person = guest.person_id();
    let mut all = sessions::list(&pages.hub, person).await?;
    all.sort_by_key(|session| (session.id != guest.session.id, std::cmp::Reverse(session.seen_at)));
    let own = passkeys::list(&pages.hub, person).await?;
    let lives = &pages.hub.settings().lives;
    let view = SecurityView {
        csrf: guest.csrf(),
        done,
        passkeys: own.iter().map(passkey_view).collect(),
        sessions: all
            .iter()
            .map(|session| session_view(session, &guest.session))
            .collect(),
        can_add: pages.passkeys.is_some(),
        this_device: device(headers).chars().take(40).collect(),
        idle_minutes: lives.session_idle_seconds / 60,
        absolute_hours: lives.session_absolute_seconds / 3_600,
    };
    Ok((view, all))
}

fn passkey_view(passkey: &passkeys::PasskeyView) -> PasskeyView {
    PasskeyView {
        name: passkey.name.clone(),
        created_at: passkey.created_at,
        used_at: passkey.used_at,
        remove_action: format!("/passkeys/{}/remove", passkey.id),
    }
}

fn session_view(session: &Session, this: &Session) -> SessionView {
    SessionView {
        device: session.device.clone(),
        method: session.method,
        created_at: session.created_at,
        seen_at: session.seen_at,
        is_this: session.id == this.id,
        is_new: session.id != this.id && session.created_at > this.created_at,
        end_action: format!("/sessions/{}/end", session.id),
    }
}

/// Back to the page, which says what was done.
fn back(query: Option<&str>, done: SecurityDone) -> Response {
    let to = format!("/security?done={done}");
    see_other(&in_language(&to, language(query).unwrap_or_default()))
}

async fn later(State(pages): State<Pages>, RawQuery(query): RawQuery, headers: HeaderMap, body: Bytes) -> Response {
    let query = query.as_deref();
    if let Err(response) = sender(&pages, (&headers, query), &body).await {
        return response;
    }
    let mut response = see_other(&in_language("/grants", language(query).unwrap_or_default()));
    let cookie = set_cookie(LATER, "1", Some(LATER_SECONDS));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

async fn remove(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = query.as_deref();
    let frame = pages.frame(language(query), "/security");
    let guest = match sender(&pages, (&headers, query), &body).await {
        Ok((guest, _)) => guest,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<PasskeyId>() else {
        return pages.problem(&frame, StatusCode::NOT_FOUND, ProblemWord::NotFound);
    };
    match passkeys::remove(&pages.hub, guest.person_id(), id).await {
        Ok(true) => back(query, SecurityDone::Removed),
        Ok(false) => pages.problem(&frame, StatusCode::NOT_FOUND, ProblemWord::NotFound),
        Err(error) => pages.unavailable(&frame, &error, "a passkey was not removed"),
    }
}

async fn end(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = query.as_deref();
    let frame = pages.frame(language(query), "/security");
    let guest = match sender(&pages, (&headers, query), &body).await {
        Ok((guest, _)) => guest,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<SessionId>() else {
        return pages.problem(&frame, StatusCode::NOT_FOUND, ProblemWord::NotFound);
    };
    match sessions::end(&pages.hub, guest.person_id(), id).await {
        Ok(true) => back(query, SecurityDone::Ended),
        Ok(false) => pages.problem(&frame, StatusCode::NOT_FOUND, ProblemWord::NotFound),
        Err(error) => pages.unavailable(&frame, &error, "a session was not ended"),
    }
}

async fn end_others(
    State(pages): State<Pages>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = query.as_deref();
    let guest = match sender(&pages, (&headers, query), &body).await {
        Ok((guest, _)) => guest,
        Err(response) => return response,
    };
    match sessions::end_all(&pages.hub, guest.person_id(), Some(guest.session.id)).await {
        Ok(_) => back(query, SecurityDone::Others),
        Err(error) => {
            let frame = pages.frame(language(query), "/security");
            pages.unavailable(&frame, &error, "sessions were not ended")
        }
    }
}
