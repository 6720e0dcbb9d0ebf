//! Enrolling with an invitation: GET and POST /staff/enrol for the code, GET /staff/enrol/passkey, and what its script
//! and its form send: POST /staff/enrol/begin, /finish and /certificate.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use naru_auth::member::{self as members, Claim, SignInError};
use naru_core::Member;
use naru_storage::StorageError;
use naru_web::{PeerAddress, PeerCertificate, Route};

use super::gate::Arrival;
use super::sign_in_http::{from_mutual, mutual, page_in, script_in};
use super::{AddPasskeyView, EnrolError, EnrolView, add_passkey, enrol, route};
use crate::Frame;
use crate::page::in_language;
use crate::pages::{Form, Pages, cookie, csrf, device, is_csrf, language, parameter, see_other, set_cookie};
use crate::script::{Finish, begun, failed, none_here, token, word};

/// The path of the page that asks for the code.
const HERE: &str = "/staff/enrol";
/// The path of the page that the right code leads to.
const PASSKEY: &str = "/staff/enrol/passkey";
/// The cookie of a browser in which the right code was typed; it signs nobody in.
const COOKIE: &str = "__Host-naru-enrol";
/// How long the browser keeps it, seconds; the hub may forget sooner.
const COOKIE_SECONDS: i64 = 600;

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![
        route(
            pages,
            ("GET", HERE),
            "An invited member is asked for their code",
            get(show),
        ),
        route(pages, ("POST", HERE), "The code of an invitation", post(compare)),
        route(
            pages,
            ("GET", PASSKEY),
            "Who typed the right code is offered a passkey",
            get(show_passkey),
        ),
        route(
            pages,
            ("POST", "/staff/enrol/begin"),
            "A member's first passkey is about to be added",
            post(begin),
        ),
        route(
            pages,
            ("POST", "/staff/enrol/finish"),
            "A member's first passkey is added and signs them in",
            post(finish),
        ),
        route(
            pages,
            ("POST", "/staff/enrol/certificate"),
            "The registered certificate of the connection signs an invited member in",
            post(certificate),
        ),
    ]
}

/// The page that asks for the code.
fn page(pages: &Pages, arrival: Arrival, query: Option<&str>, filled: EnrolView) -> Response {
    let status = match filled.error {
        None => StatusCode::OK,
        Some(EnrolError::Busy) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let view = EnrolView {
        action: HERE.to_owned(),
        csrf: arrival.csrf(),
        ..filled
    };
    let mut response = pages.answer(status, enrol(&view, &pages.frame(language(query), HERE)));
    if let Some(cookie) = arrival.into_cookie() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn show(State(pages): State<Pages>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let filled = EnrolView {
        error: parameter(query.as_deref(), "late").map(|_| EnrolError::Late),
        ..EnrolView::default()
    };
    page(&pages, Arrival::of(&pages, &headers), query.as_deref(), filled)
}

async fn compare(
    State(pages): State<Pages>,
    peer: Option<Extension<PeerAddress>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (query, form) = (query.as_deref(), Form::read(&body));
    let arrival = Arrival::of(&pages, &headers);
    let field = |name: &str| form.get(name).chars().take(256).collect::<String>();
    let claim = Claim {
        organisation: field("organisation"),
        user_name: field("user_name"),
        code: field("code"),
        from: peer.map(|Extension(peer)| peer.0),
    };
    let again = |arrival, error| {
        let filled = EnrolView {
            organisation: claim.organisation.clone(),
            user_name: claim.user_name.clone(),
            error: Some(error),
            ..EnrolView::default()
        };
        page(&pages, arrival, query, filled)
    };
    if !arrival.sent(form.get("csrf")) {
        return again(arrival, EnrolError::Stale);
    }
    if [&claim.organisation, &claim.user_name, &claim.code]
        .iter()
        .any(|field| field.is_empty())
    {
        return again(arrival, EnrolError::Empty);
    }
    match members::enrol(&pages.hub, &pages.code_pool, &claim).await {
        Ok(entitled) => {
            let mut response = see_other(&in_language(PASSKEY, language(query).unwrap_or_default()));
            let cookie = set_cookie(COOKIE, entitled.secret.expose(), Some(COOKIE_SECONDS));
            response.headers_mut().append(header::SET_COOKIE, cookie);
            response
        }
        Err(SignInError::Refused) => again(arrival, EnrolError::Refused),
        Err(SignInError::Busy) => again(arrival, EnrolError::Busy),
        Err(SignInError::Storage(error)) => failed_page(&pages, query, &error),
    }
}

fn failed_page(pages: &Pages, query: Option<&str>, error: &StorageError) -> Response {
    let frame = pages.frame(language(query), HERE);
    pages.unavailable(&frame, error, "nobody could enrol")
}

/// The secret of a browser in which the right code was typed.
fn secret(headers: &HeaderMap) -> &str {
    cookie(headers, COOKIE).unwrap_or_default()
}

async fn show_passkey(State(pages): State<Pages>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.as_deref();
    match members::enrolment::entitled(&pages.hub, secret(&headers)).await {
        Ok(Some(member)) => passkey_page(&pages, (&member, query), &headers, false),
        Ok(None) => late(query),
        Err(error) => failed_page(&pages, query, &error),
    }
}

/// Back to the code: the time to add a passkey has run out, or it was added.
fn late(query: Option<&str>) -> Response {
    let to = format!("{HERE}?late=1");
    see_other(&in_language(&to, language(query).unwrap_or_default()))
}

fn passkey_page(
    pages: &Pages,
    (member, query): (&Member, Option<&str>),
    headers: &HeaderMap,
    certificate_refused: bool,
) -> Response {
    let action = || mutual(pages, "/staff/enrol/certificate");
    let view = AddPasskeyView {
        csrf: csrf(secret(headers)),
        member: member.display_name.clone(),
        can_add: pages.passkeys.is_some(),
        this_device: device(headers).chars().take(40).collect(),
        certificate_action: member.certificate_sha256.map_or_else(String::new, |_| action()),
        certificate_refused,
    };
    let frame = Frame {
        scripted: true,
        ..pages.frame(language(query), PASSKEY)
    };
    let status = if certificate_refused {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    pages.answer_scripted(status, add_passkey(&view, &frame))
}

/// Whether the script that sends is on a page of the browser in which the right code was typed.
fn is_entitled(headers: &HeaderMap) -> bool {
    let secret = secret(headers);
    !secret.is_empty() && is_csrf(secret, token(headers))
}

async fn begin(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    if !is_entitled(&headers) {
        return word(StatusCode::FORBIDDEN, "out_of_time");
    }
    let Some(passkeys) = &pages.passkeys else {
        return none_here();
    };
    match members::enrolment::begin(passkeys, &pages.hub, secret(&headers)).await {
        Ok(ceremony) => begun(ceremony),
        Err(error) => failed(&error),
    }
}

async fn finish(State(pages): State<Pages>, headers: HeaderMap, body: Bytes) -> Response {
    if !is_entitled(&headers) {
        return word(StatusCode::FORBIDDEN, "out_of_time");
    }
    let Some(passkeys) = &pages.passkeys else {
        return none_here();
    };
    let Some(finish) = Finish::read(&body) else {
        return word(StatusCode::UNPROCESSABLE_ENTITY, "refused");
    };
    let (device, name) = (device(&headers), finish.name(&headers));
    let answer = (finish.ceremony, &finish.credential);
    let browser = (secret(&headers), device.as_str());
    let enrolled = members::enrolment::finish(passkeys, &pages.hub, browser, answer, &name);
    match enrolled.await {
        Ok(opened) => without_cookie(script_in(&pages, &headers, (&opened, &finish)).await),
        Err(error) => failed(&error),
    }
}

/// The right to add a passkey is used up.
fn without_cookie(mut response: Response) -> Response {
    let gone = set_cookie(COOKIE, "", Some(0));
    response.headers_mut().append(header::SET_COOKIE, gone);
    response
}

async fn certificate(
    State(pages): State<Pages>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    peer: Option<Extension<PeerCertificate>>,
    body: Bytes,
) -> Response {
    let (query, form, secret) = (query.as_deref(), Form::read(&body), secret(&headers));
    let language = language(query).unwrap_or_default();
    let member = match members::enrolment::entitled(&pages.hub, secret).await {
        Ok(Some(member)) if is_csrf(secret, form.get("csrf")) => member,
        Ok(_) => return from_mutual(&pages, &in_language(&format!("{HERE}?late=1"), language)),
        Err(error) => return failed_page(&pages, query, &error),
    };
    let Some(sha256) = peer.and_then(|peer| peer.sha256) else {
        return passkey_page(&pages, (&member, query), &headers, true);
    };
    let browser = (secret, &*device(&headers));
    match members::enrolment::finish_with_certificate(&pages.hub, browser, sha256).await {
        Ok(opened) => without_cookie(page_in(&pages, &headers, (&opened, ""), language).await),
        Err(SignInError::Refused | SignInError::Busy) => passkey_page(&pages, (&member, query), &headers, true),
        Err(SignInError::Storage(error)) => failed_page(&pages, query, &error),
    }
}
