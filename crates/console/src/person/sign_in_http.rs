//! The first two steps of a journey: the person says who they are, and types the code that reached their phone.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use futures_util::future::join_all;
use naru_auth::authorization::service::{self, Choice};
use naru_auth::identity::{Claim, Confirmed, Sent};
use naru_core::{Account, Client, Day, Environment, InstitutionStatus, Language};
use naru_storage::Step;

use super::journey_http::{Visit, consent_page, failed, form_of, page_of, status};
use super::{CodeError, CodeView, SignInError, SignInView, SignInWords, code, sign_in};
use crate::pages::{Pages, Session, see_other};

pub(super) fn sign_in_page(pages: &Pages, visit: &Visit, error: Option<SignInError>, filled: SignInWords) -> Response {
    let view = SignInView {
        action: visit.action("identity"),
        csrf: visit.csrf(),
        client_name: visit.client_name(),
        error,
        filled,
        trial_people: pages.trial_people.to_vec(),
    };
    pages.answer(
        status(error.is_some()),
        sign_in(&view, &pages.frame(visit.language, visit.here())),
    )
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
    let (found, silent) = match &visit.client {
        Some(client) => find_accounts(&pages, client, &facts.linking_value).await,
        None => (Vec::new(), Vec::new()),
    };
    signed_in(&pages, visit, (&facts, found, silent)).await
}

/// Stores the sign-in, gives the browser its new secret, and shows what comes next.
async fn signed_in(
    pages: &Pages,
    mut visit: Visit,
    (facts, found, silent): (&naru_core::PersonFacts, Vec<Account>, Vec<String>),
) -> Response {
    let secret = match service::sign_in(&pages.hub, &visit.journey, facts, found.clone()).await {
        Ok(secret) => secret,
        Err(error) => return failed(pages, &pages.frame(visit.language, visit.here()), &error),
    };
    secret.expose().clone_into(&mut visit.session.secret);
    visit.journey.step = Step::SignedIn;
    visit.journey.found = found;
    let cookie = Session::cookie(visit.journey.id, &secret);
    let mut response = if visit.client.is_none() {
        see_other(if visit.language == Some(Language::En) {
            "/grants?lang=en"
        } else {
            "/grants"
        })
    } else {
        consent_page(pages, &visit, (&Choice::default(), silent), None)
    };
    response.headers_mut().insert(header::SET_COOKIE, cookie);
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
