//! Signing in as a member: GET /staff/sign-in, POST /staff/sign-in/begin and /finish for the script, POST
//! /staff/sign-in/certificate.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use naru_auth::member::{self as members, Opened, SignInError};
use naru_core::Language;
use naru_web::{PeerCertificate, Route};

use super::gate::{self, Arrival, Guest, home, known, lead};
use super::{StaffSignInError, StaffSignInView, route, sign_in};
use crate::Frame;
use crate::page::in_language;
use crate::pages::{Form, Pages, device, language, parameter, see_other};
use crate::script::{Finish, begun, failed, go_to, none_here, silent, token, word};

/// The path of the page.
const HERE: &str = "/staff/sign-in";

/// The routes of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![
        route(pages, ("GET", HERE), "A member is asked to sign in", get(show)),
        route(
            pages,
            ("POST", "/staff/sign-in/begin"),
            "A passkey is asked for to sign a member in",
            post(begin),
        ),
        route(
            pages,
            ("POST", "/staff/sign-in/finish"),
            "The passkey's answer signs the member in",
            post(finish),
        ),
        route(
            pages,
            ("POST", "/staff/sign-in/certificate"),
            "The certificate of the connection signs the member in",
            post(certificate),
        ),
    ]
}

/// The page, for a browser that may be new.
fn page(
    pages: &Pages,
    arrival: Arrival,
    (query, next): (Option<&str>, &str),
    error: Option<StaffSignInError>,
) -> Response {
    let next = known(next).unwrap_or_default();
    let offered = |path: &str| pages.passkeys.as_ref().map_or_else(String::new, |_| path.to_owned());
    let view = StaffSignInView {
        csrf: arrival.csrf(),
        next: next.to_owned(),
        passkey_begin: offered("/staff/sign-in/begin"),
        passkey_finish: offered("/staff/sign-in/finish"),
        certificate_action: mutual(pages, "/staff/sign-in/certificate"),
        enrol_href: "/staff/enrol".to_owned(),
        signed_out: error.is_none() && parameter(query, "out").is_some(),
        error,
        trial_members: pages.trial_members.to_vec(),
    };
    let here = match next {
        "" => HERE.to_owned(),
        next => format!("{HERE}?next={next}"),
    };
    let frame = Frame {
        scripted: pages.passkeys.is_some(),
        ..pages.frame(language(query), here)
    };
    let status = error.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    let html = sign_in(&view, &frame);
    let mut response = if frame.scripted {
        pages.answer_scripted(status, html)
    } else {
        pages.answer(status, html)
    };
    if let Some(cookie) = arrival.into_cookie() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// A path at the address where certificates are asked for, which may be another listener.
pub(super) fn mutual(pages: &Pages, path: &str) -> String {
    let elsewhere = pages.hub.settings().mutual_tls_url.as_deref();
    format!("{}{path}", elsewhere.unwrap_or_default().trim_end_matches('/'))
}

/// Back from there to where browsers are otherwise.
pub(super) fn from_mutual(pages: &Pages, path: &str) -> Response {
    let settings = pages.hub.settings();
    match settings.mutual_tls_url {
        Some(_) => see_other(&format!("{}{path}", settings.public_url.trim_end_matches('/'))),
        None => see_other(path),
    }
}

async fn show(State(pages): State<Pages>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.as_deref();
    let next = parameter(query, "next").unwrap_or_default();
    match Guest::of(&pages, &headers).await {
        Ok(Some(guest)) => {
            let home = home(&guest.staff.member, guest.kind());
            see_other(&lead(&next, home, language(query).unwrap_or_default()))
        }
        Ok(None) => page(&pages, Arrival::of(&pages, &headers), (query, &next), None),
        Err(error) => {
            let frame = pages.frame(language(query), HERE);
            pages.unavailable(&frame, &error, "a member's sign-in could not be looked up")
        }
    }
}

async fn begin(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    if !Arrival::of(&pages, &headers).sent(token(&headers)) {
        return word(StatusCode::FORBIDDEN, "out_of_time");
    }
    let Some(passkeys) = &pages.passkeys else {
        return none_here();
    };
    match members::passkey::begin_sign_in(passkeys, &pages.hub) {
        Ok(ceremony) => begun(ceremony),
        Err(error) => failed(&error),
    }
}

async fn finish(State(pages): State<Pages>, headers: HeaderMap, body: Bytes) -> Response {
    if !Arrival::of(&pages, &headers).sent(token(&headers)) {
        return word(StatusCode::FORBIDDEN, "out_of_time");
    }
    let Some(passkeys) = &pages.passkeys else {
        return none_here();
    };
    let Some(finish) = Finish::read(&body) else {
        return word(StatusCode::UNPROCESSABLE_ENTITY, "refused");
    };
    let answer = (finish.ceremony, &finish.credential);
    match members::passkey::finish_sign_in(passkeys, &pages.hub, answer, &device(&headers)).await {
        Ok(opened) => script_in(&pages, &headers, (&opened, &finish)).await,
        Err(error) => failed(&error),
    }
}

/// Signs the browser in whose script waits for an answer.
pub(super) async fn script_in(pages: &Pages, headers: &HeaderMap, (opened, finish): (&Opened, &Finish)) -> Response {
    let cookie = match gate::opened(pages, headers, opened).await {
        Ok(cookie) => cookie,
        Err(error) => return silent(&error),
    };
    let home = home(&opened.signed_in.member, opened.signed_in.organisation.kind);
    let mut response = go_to(&lead(&finish.next, home, finish.language()));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

async fn certificate(
    State(pages): State<Pages>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    peer: Option<Extension<PeerCertificate>>,
    body: Bytes,
) -> Response {
    let (query, form) = (query.as_deref(), Form::read(&body));
    let (arrival, next) = (Arrival::of(&pages, &headers), form.get("next"));
    let again = |arrival, error| page(&pages, arrival, (query, next), Some(error));
    if !arrival.sent(form.get("csrf")) {
        return again(arrival, StaffSignInError::Stale);
    }
    let Some(sha256) = peer.and_then(|peer| peer.sha256) else {
        return again(arrival, StaffSignInError::NoCertificate);
    };
    let opened = match members::sign_in_with_certificate(&pages.hub, sha256, &device(&headers)).await {
        Ok(opened) => opened,
        Err(SignInError::Refused | SignInError::Busy) => return again(arrival, StaffSignInError::Certificate),
        Err(SignInError::Storage(error)) => {
            return pages.unavailable(&pages.frame(language(query), HERE), &error, "nobody was signed in");
        }
    };
    page_in(&pages, &headers, (&opened, next), language(query).unwrap_or_default()).await
}

/// Signs the browser in that came with a certificate, and leads it on.
pub(super) async fn page_in(
    pages: &Pages,
    headers: &HeaderMap,
    (opened, next): (&Opened, &str),
    language: Language,
) -> Response {
    match gate::opened(pages, headers, opened).await {
        Ok(cookie) => {
            let to = lead(
                next,
                home(&opened.signed_in.member, opened.signed_in.organisation.kind),
                language,
            );
            let mut response = from_mutual(pages, &to);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            response
        }
        Err(error) => {
            let frame = pages.frame(Some(language), in_language(HERE, language));
            pages.unavailable(&frame, &error, "nobody was signed in")
        }
    }
}
