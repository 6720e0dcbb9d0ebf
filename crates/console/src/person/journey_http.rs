//! The consent journey: GET /oauth/2.0/authorize, then the pages of one authorization, back to the fintech.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use naru_auth::authorization::service::{self, Choice, JourneyError};
use naru_auth::authorization::{Asked, AskedError};
use naru_core::{AuthorizationId, Client, Language, Scope, mask_account};
use naru_storage::{Authorization, Step};
use naru_web::{Effect, Route, Who};

use super::{
    AccountChoice, CodeView, ConsentError, ConsentView, DoneView, DoneWord, ProblemWord, ScopePair, SignInWords,
    WithdrawalLimits, consent, done, sign_in_http,
};
use crate::pages::{Form, Pages, Session, language, see_other};

/// The routes of the journey.
pub(crate) fn routes(pages: &Pages) -> Vec<Route> {
    let route = |method, path, who, summary, handler: axum::routing::MethodRouter<Pages>| Route {
        method,
        path,
        who,
        demand: None,
        effect: if path == "/authorizations/{id}" {
            Effect::Reads
        } else {
            Effect::Writes
        },
        summary,
        handler: handler.with_state(pages.clone()),
    };
    let begin = "A fintech asks; the consent journey begins";
    vec![
        route("GET", "/oauth/2.0/authorize", Who::Public, begin, get(authorize)),
        route(
            "GET",
            "/authorizations/{id}",
            Who::Person,
            "The page of a journey's step",
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
            "/authorizations/{id}/decision",
            Who::Person,
            "Agree or refuse",
            post(decide),
        ),
    ]
}

/// One journey as a handler sees it.
pub(crate) struct Visit {
    pub(crate) session: Session,
    pub(crate) journey: Authorization,
    pub(crate) client: Option<Client>,
    pub(crate) asked: Option<Asked>,
    pub(crate) language: Option<Language>,
}

impl Visit {
    pub(crate) fn here(&self) -> String {
        format!("/authorizations/{}", self.journey.id)
    }

    pub(crate) fn action(&self, step: &str) -> String {
        format!("/authorizations/{}/{step}", self.journey.id)
    }

    pub(crate) fn client_name(&self) -> String {
        self.client
            .as_ref()
            .map(|client| client.name.clone())
            .unwrap_or_default()
    }

    pub(crate) fn csrf(&self) -> String {
        Session::csrf(&self.session.secret)
    }
}

async fn authorize(State(pages): State<Pages>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let frame = pages.frame(language(Some(&query)), format!("/oauth/2.0/authorize?{query}"));
    let stop = |status, kind| pages.problem(&frame, status, kind);
    match service::begin(&pages.hub, &query).await {
        Ok((journey, secret)) => {
            let lang = if frame.language == Language::En { "?lang=en" } else { "" };
            let mut response = see_other(&format!("/authorizations/{}{lang}", journey.id));
            response
                .headers_mut()
                .insert(header::SET_COOKIE, Session::cookie(journey.id, &secret));
            response
        }
        Err(AskedError::Client) => stop(StatusCode::BAD_REQUEST, ProblemWord::ClientUnknown),
        Err(AskedError::RedirectUri) => stop(StatusCode::BAD_REQUEST, ProblemWord::RedirectUnknown),
        Err(AskedError::Suspended) => stop(StatusCode::FORBIDDEN, ProblemWord::ClientStopped),
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
    let session = Session::of(headers)
        .filter(|session| session.id == id)
        .ok_or_else(gone)?;
    match service::find(&pages.hub, id, &session.secret).await {
        Ok((journey, client)) => {
            let asked: Option<Asked> = serde_json::from_str(&journey.asked).ok();
            let language = language(query).or_else(|| asked.as_ref().map(|asked| asked.language));
            Ok(Visit {
                session,
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
        _ => pages.problem(frame, StatusCode::FORBIDDEN, ProblemWord::OutOfTime),
    }
}

async fn show(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match visit(&pages, &id, &headers, query.as_deref()).await {
        Ok(visit) => page_of(&pages, &visit),
        Err(response) => response,
    }
}

/// The page of the step at which a journey stands.
pub(super) fn page_of(pages: &Pages, visit: &Visit) -> Response {
    let frame = pages.frame(visit.language, visit.here());
    match visit.journey.step {
        Step::Arrived => sign_in_http::sign_in_page(pages, visit, None, SignInWords::default()),
        Step::CodeSent => sign_in_http::code_page(pages, visit, CodeView::default()),
        Step::SignedIn if visit.client.is_none() => see_other("/grants"),
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
    if visit.session.sent(form.get("csrf")) {
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
            bank_name: pages
                .desk
                .lines
                .institution(&account.bank_code)
                .map(|i| frame.language.pick(&i.name_ko, &i.name_en).to_owned())
                .unwrap_or_default(),
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
        return match service::refuse(&pages.hub, &visit.journey).await {
            Ok(()) => see_other(&asked.error_uri("access_denied")),
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
