//! The consent journey: GET /oauth/2.0/authorize, then the pages of one authorization, back to the fintech.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use naru_auth::authorization::service::{self, Choice, JourneyError};
use naru_auth::authorization::{Asked, AskedError};
use naru_core::{AuthorizationId, Client, Environment, Language, Scope, mask_account};
use naru_crypto::Secret;
use naru_storage::{Authorization, Step};
use naru_web::{Effect, Route, Who};

use super::{
    AccountChoice, CodeView, ConsentError, ConsentView, DoneView, DoneWord, ProblemWord, ScopePair, SignInWords,
    WithdrawalLimits, consent, done, sign_in_http,
};
use crate::WayWord;
use crate::page::in_language;
use crate::pages::{Form, Pages, Ticket, csrf, language, parameter, see_other};

/// The routes of the journey.
pub(crate) fn routes(pages: &Pages) -> Vec<Route> {
    let route = |method, path, who, summary, handler: axum::routing::MethodRouter<Pages>| Route {
        method,
        path,
        who,
        demand: None,
        effect: Effect::Writes,
        summary,
        handler: handler.with_state(pages.clone()),
    };
    let begin = "A fintech asks; the consent journey begins";
    vec![
        route("GET", "/oauth/2.0/authorize", Who::Public, begin, get(authorize)),
        route("GET", "/fapi2/authorize", Who::Public, begin, get(authorize_pushed)),
        route(
            "GET",
            "/authorizations/{id}",
            Who::Person,
            "The page of a journey's step; goes on where the person is signed in",
            get(show),
        ),
        route(
            "POST",
            "/authorizations/{id}/identity",
            Who::Person,
            "Who the person says they are",
            post(sign_in_http::identity),
        ),
        route(
            "POST",
            "/authorizations/{id}/code",
            Who::Person,
            "The code from the person's phone",
            post(sign_in_http::confirm),
        ),
        route(
            "POST",
            "/authorizations/{id}/somebody-else",
            Who::Person,
            "Signs out, and asks again who it is",
            post(sign_in_http::somebody_else),
        ),
        route(
            "POST",
            "/authorizations/{id}/decision",
            Who::Person,
            "Agree or refuse",
            post(decide),
        ),
    ]
}

/// One journey as a handler sees it.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) ticket: Ticket,
    pub(crate) journey: Authorization,
    pub(crate) client: Option<Client>,
    pub(crate) asked: Option<Asked>,
    pub(crate) language: Option<Language>,
    /// The person's own page that signing in leads to; empty in a fintech's journey.
    pub(crate) next: String,
}

impl Visit {
    pub(crate) fn here(&self) -> String {
        format!("/authorizations/{}{}", self.journey.id, self.towards())
    }

    pub(crate) fn action(&self, step: &str) -> String {
        format!("/authorizations/{}/{step}{}", self.journey.id, self.towards())
    }

    fn towards(&self) -> String {
        match self.next.as_str() {
            "" => String::new(),
            next => format!("?next={next}"),
        }
    }

    /// The person's own page that signing in leads to.
    pub(crate) fn own_page(&self) -> String {
        let way = if self.next.is_empty() { "grants" } else { &self.next };
        in_language(&format!("/{way}"), self.language.unwrap_or_default())
    }

    /// Whether nobody has said yet who they are.
    pub(crate) fn is_arriving(&self) -> bool {
        matches!(self.journey.step, Step::Arrived | Step::CodeSent)
    }

    pub(crate) fn client_name(&self) -> String {
        self.client
            .as_ref()
            .map(|client| client.name.clone())
            .unwrap_or_default()
    }

    pub(crate) fn csrf(&self) -> String {
        csrf(&self.ticket.secret)
    }
}

async fn authorize(State(pages): State<Pages>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let begun = service::begin(&pages.hub, &query).await;
    arrived(&pages, ("/oauth/2.0/authorize", &query), begun)
}

async fn authorize_pushed(State(pages): State<Pages>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let begun = service::begin_pushed(&pages.hub, &query).await;
    arrived(&pages, ("/fapi2/authorize", &query), begun)
}

fn arrived(pages: &Pages, (path, query): (&str, &str), begun: Result<(Authorization, Secret), AskedError>) -> Response {
    let frame = pages.frame(language(Some(query)), format!("{path}?{query}"));
    let stop = |status, kind| pages.problem(&frame, status, kind);
    match begun {
        Ok((journey, secret)) => {
            let lang = if frame.language == Language::En { "?lang=en" } else { "" };
            let mut response = see_other(&format!("/authorizations/{}{lang}", journey.id));
            response
                .headers_mut()
                .insert(header::SET_COOKIE, Ticket::cookie(journey.id, &secret));
            response
        }
        Err(AskedError::Client) => stop(StatusCode::BAD_REQUEST, ProblemWord::ClientUnknown),
        Err(AskedError::RedirectUri) => stop(StatusCode::BAD_REQUEST, ProblemWord::RedirectUnknown),
        Err(AskedError::Stopped(_)) => stop(StatusCode::FORBIDDEN, ProblemWord::ClientStopped),
        Err(AskedError::Redirect(uri)) => see_other(&uri),
        Err(AskedError::Storage(error)) => {
            tracing::error!(event = "storage_failed", %error, "no journey was begun");
            stop(StatusCode::SERVICE_UNAVAILABLE, ProblemWord::Unavailable)
        }
    }
}

/// The journey of a request, if its cookie belongs to it.
pub(crate) async fn visit(
    pages: &Pages,
    id: &str,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Visit, Response> {
    let frame = pages.frame(language(query), format!("/authorizations/{id}"));
    let gone = || pages.problem(&frame, StatusCode::FORBIDDEN, ProblemWord::OutOfTime);
    let id: AuthorizationId = id.parse().map_err(|_| gone())?;
    let ticket = Ticket::of(headers).filter(|ticket| ticket.id == id).ok_or_else(gone)?;
    let way = parameter(query, "next").and_then(|word| WayWord::parse(&word).ok());
    match service::find(&pages.hub, id, &ticket.secret).await {
        Ok((journey, client)) => {
            let asked: Option<Asked> = serde_json::from_str(&journey.asked).ok();
            let language = language(query).or_else(|| asked.as_ref().map(|asked| asked.language));
            Ok(Visit {
                ticket,
                next: way.map_or_else(String::new, |way| way.to_string()),
                journey,
                client,
                asked,
                language,
            })
        }
        Err(error) => Err(failed(pages, &frame, &error)),
    }
}

pub(super) fn failed(pages: &Pages, frame: &crate::Frame, error: &JourneyError) -> Response {
    match error {
        JourneyError::Storage(error) => {
            tracing::error!(event = "storage_failed", %error, "a journey could not go on");
            pages.problem(frame, StatusCode::SERVICE_UNAVAILABLE, ProblemWord::Unavailable)
        }
        JourneyError::Stopped(_) => pages.problem(frame, StatusCode::FORBIDDEN, ProblemWord::ClientStopped),
        _ => pages.problem(frame, StatusCode::FORBIDDEN, ProblemWord::OutOfTime),
    }
}

async fn show(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let visit = match visit(&pages, &id, &headers, query.as_deref()).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match sign_in_http::go_on(&pages, &visit, &headers).await {
        Some(response) => response,
        None => page_of(&pages, &visit),
    }
}

/// The page of the step at which a journey stands.
pub(super) fn page_of(pages: &Pages, visit: &Visit) -> Response {
    let frame = pages.frame(visit.language, visit.here());
    match visit.journey.step {
        Step::Arrived => sign_in_http::sign_in_page(pages, visit, None, SignInWords::default()),
        Step::CodeSent => sign_in_http::code_page(pages, visit, CodeView::default()),
        Step::SignedIn if visit.client.is_none() => see_other(&visit.own_page()),
        Step::SignedIn => consent_page(pages, visit, (&Choice::default(), Vec::new()), None),
        Step::Refused => finished(pages, &frame, visit, DoneWord::Refused),
        Step::Agreed | Step::Exchanged => finished(pages, &frame, visit, DoneWord::Agreed),
    }
}

fn finished(pages: &Pages, frame: &crate::Frame, visit: &Visit, what: DoneWord) -> Response {
    let view = DoneView {
        what,
        client_name: visit.client_name(),
        consents_href: Some("/grants".to_owned()),
    };
    pages.answer(StatusCode::OK, done(&view, frame))
}

pub(super) const fn status(error: bool) -> StatusCode {
    if error {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    }
}

/// The form of a step, if it came from a page of this session.
pub(super) async fn form_of(
    pages: &Pages,
    (id, query): (&str, Option<&str>),
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(Visit, Form), Response> {
    let visit = visit(pages, id, headers, query).await?;
    let form = Form::read(body);
    if visit.ticket.sent(form.get("csrf")) {
        Ok((visit, form))
    } else {
        Err(page_of(pages, &visit))
    }
}

pub(super) fn consent_page(
    pages: &Pages,
    visit: &Visit,
    (choice, silent): (&Choice, Vec<String>),
    error: Option<ConsentError>,
) -> Response {
    let frame = pages.frame(visit.language, visit.here());
    let (Some(client), Some(asked)) = (&visit.client, &visit.asked) else {
        return pages.problem(&frame, StatusCode::FORBIDDEN, ProblemWord::OutOfTime);
    };
    let scopes = asked.scope_set();
    let accounts = visit
        .journey
        .found
        .iter()
        .enumerate()
        .map(|(at, account)| AccountChoice {
            value: at.to_string(),
            bank_name: pages.bank_name(&account.bank_code, frame.language),
            masked: mask_account(&account.account_num),
            product_name: account.product_name.clone(),
            holder_name: account.holder_name.clone(),
            checked: choice.accounts.contains(&at),
        });
    let person = &pages.hub.settings().person_limits;
    let view = ConsentView {
        action: visit.action("decision"),
        csrf: visit.csrf(),
        client_name: client.name.clone(),
        client_status: client.status,
        test_bed: client.environment == Environment::TestBed,
        also: scopes
            .iter()
            .filter(|scope| *scope == Scope::Login || scope.is_fapi2())
            .collect(),
        by_code: visit.journey.identity_request.is_some(),
        somebody_else_action: visit.action("somebody-else"),
        asked: ScopePair {
            inquiry: scopes.has(Scope::Inquiry),
            transfer: scopes.has(Scope::Transfer),
        },
        chosen: ScopePair {
            inquiry: choice.inquiry,
            transfer: choice.transfer,
        },
        accounts: accounts.collect(),
        institutions_unreachable: silent,
        until: pages.hub.now().plus_seconds(pages.hub.settings().lives.grant_seconds),
        limits: WithdrawalLimits {
            transfer_won: client.withdraw_limits.transfer_won.min(person.transfer_won),
            day_won: client.withdraw_limits.day_won.min(person.day_won),
        },
        error,
    };
    pages.answer(status(error.is_some()), consent(&view, &frame))
}

async fn decide(
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
    let (Step::SignedIn, Some(asked)) = (visit.journey.step, &visit.asked) else {
        return page_of(&pages, &visit);
    };
    let frame = pages.frame(visit.language, visit.here());
    // Whatever is not a plain yes is a no.
    if form.get("decision") != "agree" {
        return match service::refuse(&pages.hub, &visit.journey, asked).await {
            Ok(uri) => see_other(&uri),
            Err(error) => failed(&pages, &frame, &error),
        };
    }
    let choice = Choice {
        accounts: form
            .all("account")
            .filter_map(|at| at.parse().ok())
            .take(visit.journey.found.len())
            .collect(),
        inquiry: form.get("inquiry") == "yes",
        transfer: form.get("transfer") == "yes",
    };
    match service::agree(&pages.hub, &visit.journey, (asked, &choice)).await {
        Ok(uri) => see_other(&uri),
        Err(JourneyError::Choice("choose_account")) => {
            consent_page(&pages, &visit, (&choice, Vec::new()), Some(ConsentError::NoAccount))
        }
        Err(JourneyError::Choice(_)) => {
            consent_page(&pages, &visit, (&choice, Vec::new()), Some(ConsentError::NoScope))
        }
        Err(error) => failed(&pages, &frame, &error),
    }
}
