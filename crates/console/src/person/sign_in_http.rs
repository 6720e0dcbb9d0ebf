//! The first two steps of a journey: the person says who they are, and types the code that reached their phone. Who is
//! signed in on this device already needs neither.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use futures_util::future::join_all;
use naru_auth::authorization::SignedIn;
use naru_auth::authorization::service::{self, Choice, JourneyError};
use naru_auth::identity::{Claim, Confirmed, Sent};
use naru_auth::session as sessions;
use naru_core::{Account, Actor, Client, Day, Environment, InstitutionStatus, PersonFacts, Session, SignInMethod};
use naru_storage::{Step, StorageError};
use naru_web::Asker;

use super::gate::{self, Guest};
use super::journey_http::{Visit, consent_page, failed, form_of, page_of, status};
use super::{CodeError, CodeView, SignInError, SignInView, SignInWords, code, sign_in};
use crate::Frame;
use crate::pages::{Pages, Ticket, see_other};

pub(super) fn sign_in_page(pages: &Pages, visit: &Visit, error: Option<SignInError>, filled: SignInWords) -> Response {
    let passkey = |step: &str| match &pages.passkeys {
        Some(_) => format!("/authorizations/{}/passkey/{step}", visit.journey.id),
        None => String::new(),
    };
    let view = SignInView {
        action: visit.action("identity"),
        csrf: visit.csrf(),
        client_name: visit.client_name(),
        error,
        filled,
        trial_people: pages.trial_people.to_vec(),
        passkey_begin: passkey("begin"),
        passkey_finish: passkey("finish"),
        next: visit.next.clone(),
    };
    let frame = Frame {
        scripted: pages.passkeys.is_some(),
        ..pages.frame(visit.language, visit.here())
    };
    let page = sign_in(&view, &frame);
    if frame.scripted {
        pages.answer_scripted(status(error.is_some()), page)
    } else {
        pages.answer(status(error.is_some()), page)
    }
}

pub(super) fn code_page(pages: &Pages, visit: &Visit, view: CodeView) -> Response {
    let error = view.error.is_some();
    let view = CodeView {
        action: visit.action("code"),
        csrf: visit.csrf(),
        client_name: visit.client_name(),
        ..view
    };
    pages.answer(status(error), code(&view, &pages.frame(visit.language, visit.here())))
}

pub(super) async fn identity(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (visit, form) = match form_of(&pages, (&id, query.as_deref()), &headers, &body).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    if !matches!(visit.journey.step, Step::Arrived | Step::CodeSent) {
        return page_of(&pages, &visit);
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let filled = SignInWords {
        name: form.get("name").chars().take(60).collect(),
        birth_date: digits(form.get("birth_date")).chars().take(8).collect(),
        cell_no: digits(form.get("cell_no")).chars().take(11).collect(),
    };
    let again = |error, filled| sign_in_page(&pages, &visit, Some(error), filled);
    if filled.name.is_empty() {
        return again(SignInError::Name, filled);
    }
    if Day::parse(&filled.birth_date).is_none() {
        return again(SignInError::BirthDate, filled);
    }
    if !(10..=11).contains(&filled.cell_no.len()) || !filled.cell_no.starts_with("01") {
        return again(SignInError::CellNo, filled);
    }
    let asker = Asker::Account(&filled.cell_no);
    if pages.hub.rates().allow(asker, pages.hub.now()).is_err() {
        return again(SignInError::TooMany, filled);
    }
    let claim = Claim {
        name: filled.name.clone(),
        birth_date: filled.birth_date.clone(),
        cell_no: filled.cell_no.clone(),
    };
    match pages.identity.send(&claim).await {
        Ok(Sent::Code {
            request_id,
            simulated_message,
        }) => {
            if let Err(error) = service::code_sent(&pages.hub, &visit.journey, request_id).await {
                return failed(&pages, &pages.frame(visit.language, visit.here()), &error);
            }
            code_page(
                &pages,
                &visit,
                CodeView {
                    simulated_message,
                    ..CodeView::default()
                },
            )
        }
        Ok(Sent::NoMatch) => again(SignInError::NoMatch, filled),
        Err(error) => {
            tracing::warn!(event = "identity_silent", %error, "a person could not be proofed");
            again(SignInError::Unreachable, filled)
        }
    }
}

pub(super) async fn confirm(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (visit, form) = match form_of(&pages, (&id, query.as_deref()), &headers, &body).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let (Step::CodeSent, Some(request)) = (visit.journey.step, visit.journey.identity_request.clone()) else {
        return page_of(&pages, &visit);
    };
    let again = |error, tries_left| {
        code_page(
            &pages,
            &visit,
            CodeView {
                error: Some(error),
                tries_left,
                ..CodeView::default()
            },
        )
    };
    let code = form.get("code");
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return again(CodeError::Shape, None);
    }
    let facts = match pages.identity.confirm(&request, code).await {
        Ok(Confirmed::Person(facts)) => facts,
        Ok(Confirmed::Wrong { tries_left }) => return again(CodeError::Wrong, Some(tries_left)),
        Ok(Confirmed::Expired) => {
            let frame = pages.frame(visit.language, visit.here());
            return match service::start_over(&pages.hub, &visit.journey).await {
                Ok(()) => sign_in_page(&pages, &visit, Some(SignInError::Stale), SignInWords::default()),
                Err(error) => failed(&pages, &frame, &error),
            };
        }
        Err(error) => {
            tracing::warn!(event = "identity_silent", %error, "a person could not be proofed");
            return again(CodeError::Unreachable, None);
        }
    };
    let frame = pages.frame(visit.language, visit.here());
    match proofed(&pages, &facts, &headers).await {
        Ok((session, cookie)) => {
            let mut response = signed_in(&pages, visit, (&session, &facts)).await;
            response.headers_mut().append(header::SET_COOKIE, cookie);
            response
        }
        Err(error) => failed(&pages, &frame, &JourneyError::Storage(error)),
    }
}

/// The identity check has said who it is: stores the person and signs them in on this device.
async fn proofed(
    pages: &Pages,
    facts: &PersonFacts,
    headers: &HeaderMap,
) -> Result<(Session, HeaderValue), StorageError> {
    let put = pages.hub.storage().run("person_put", &Actor::Hub("pages"), async |tx| {
        service::person_put(&pages.hub, &tx, facts).await
    });
    gate::open(pages, put.await?.id, (SignInMethod::Identity, headers)).await
}

/// A person who is signed in on this device goes on without saying again who they are, unless the fintech asked for a
/// fresh sign-in or a stronger one.
pub(super) async fn go_on(pages: &Pages, visit: &Visit, headers: &HeaderMap) -> Option<Response> {
    if visit.journey.step != Step::Arrived {
        return None;
    }
    let frame = pages.frame(visit.language, visit.here());
    let storage_failed = |error| Some(failed(pages, &frame, &JourneyError::Storage(error)));
    let guest = match Guest::of(pages, headers).await {
        Ok(guest) => guest?,
        Err(error) => return storage_failed(error),
    };
    if visit.client.is_none() {
        return Some(see_other(&visit.own_page()));
    }
    let signed_in_at = SignedIn {
        at: guest.session.created_at,
        method: guest.session.method,
    };
    if !visit.asked.as_ref()?.accepts(signed_in_at, pages.hub.now()) {
        return None;
    }
    match gate::person(pages, guest.person_id()).await {
        Ok(person) => Some(signed_in(pages, visit.clone(), (&guest.session, &person?.facts)).await),
        Err(error) => storage_failed(error),
    }
}

/// Finds the person's accounts, lets the journey go on under their sign-in, gives the browser its new secret, and shows
/// what comes next.
async fn signed_in(pages: &Pages, mut visit: Visit, (session, facts): (&Session, &PersonFacts)) -> Response {
    let (found, silent) = match &visit.client {
        Some(client) => find_accounts(pages, client, &facts.linking_value).await,
        None => (Vec::new(), Vec::new()),
    };
    let secret = match service::sign_in_with_session(&pages.hub, &visit.journey, session, found.clone()).await {
        Ok(secret) => secret,
        Err(error) => return failed(pages, &pages.frame(visit.language, visit.here()), &error),
    };
    secret.expose().clone_into(&mut visit.ticket.secret);
    visit.journey.step = Step::SignedIn;
    visit.journey.found = found;
    let cookie = Ticket::cookie(visit.journey.id, &secret);
    let mut response = if visit.client.is_none() {
        see_other(&visit.own_page())
    } else {
        consent_page(pages, &visit, (&Choice::default(), silent), None)
    };
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// On a device that several people use: signs out here, and the journey asks again who it is.
pub(super) async fn somebody_else(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let visit = match form_of(&pages, (&id, query.as_deref()), &headers, &body).await {
        Ok((visit, _)) => visit,
        Err(response) => return response,
    };
    if visit.journey.step != Step::SignedIn {
        return page_of(&pages, &visit);
    }
    let frame = pages.frame(visit.language, visit.here());
    if let Ok(Some(guest)) = Guest::of(&pages, &headers).await
        && let Err(error) = sessions::end(&pages.hub, guest.person_id(), guest.session.id).await
    {
        return failed(&pages, &frame, &JourneyError::Storage(error));
    }
    if let Err(error) = service::start_over(&pages.hub, &visit.journey).await {
        return failed(&pages, &frame, &error);
    }
    let mut response = see_other(&crate::page::in_language(&visit.here(), frame.language));
    response.headers_mut().append(header::SET_COOKIE, gate::no_cookie());
    response
}

/// Asks every institution at once; gives the accounts, and the names of those that did not answer.
async fn find_accounts(pages: &Pages, client: &Client, linking_value: &str) -> (Vec<Account>, Vec<String>) {
    let institutions: Vec<_> = pages
        .desk
        .lines
        .institutions()
        .into_iter()
        .filter(|i| i.status == InstitutionStatus::Open)
        .filter(|i| i.simulated || client.environment == Environment::Production)
        .collect();
    let asked = join_all(
        institutions
            .iter()
            .map(|i| pages.desk.lines.accounts(&i.code, linking_value)),
    )
    .await;
    let (mut found, mut silent) = (Vec::new(), Vec::new());
    for (institution, (answer, _)) in institutions.iter().zip(asked) {
        match answer {
            Ok(accounts) => found.extend(accounts.into_iter().map(|account| Account {
                bank_code: institution.code.clone(),
                account_num: account.account_num,
                account_seq: account.account_seq,
                holder_name: account.holder_name,
                holder_type: account.holder_type,
                account_type: account.account_type,
                product_name: account.product_name,
            })),
            Err(_) => silent.push(institution.name_ko.clone()),
        }
    }
    (found, silent)
}
