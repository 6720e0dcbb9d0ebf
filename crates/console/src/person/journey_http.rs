//! The consent journey: GET /oauth/2.0/authorize, then the pages of one authorization, back to the fintech.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::future::join_all;
use naru_auth::authorization::service::{self, Choice, JourneyError};
use naru_auth::authorization::{Asked, AskedError};
use naru_auth::identity::{Claim, Confirmed, Sent};
use naru_core::{Account, AuthorizationId, Client, Day, Environment, InstitutionStatus, Language, Scope, mask_account};
use naru_storage::{Authorization, Step};
use naru_web::{Effect, Route, Who};

use super::{
    AccountChoice, CodeError, CodeView, ConsentError, ConsentView, DoneView, DoneWord, ProblemWord, ScopePair,
    SignInError, SignInView, SignInWords, WithdrawalLimits, code, consent, done, sign_in,
};
use crate::pages::{Form, Pages, Session, language, see_other};

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
            post(identity),
        ),
        route(
            "POST",
            "/authorizations/{id}/code",
            Who::Person,
            "The code from the person's phone",
            post(confirm),
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
    fn here(&self) -> String {
        format!("/authorizations/{}", self.journey.id)
    }

    fn action(&self, step: &str) -> String {
        format!("/authorizations/{}/{step}", self.journey.id)
    }

    fn client_name(&self) -> String {
        self.client
            .as_ref()
            .map(|client| client.name.clone())
            .unwrap_or_default()
    }

    fn csrf(&self) -> String {
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

fn failed(pages: &Pages, frame: &crate::Frame, error: &JourneyError) -> Response {
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
fn page_of(pages: &Pages, visit: &Visit) -> Response {
    let frame = pages.frame(visit.language, visit.here());
    match visit.journey.step {
        Step::Arrived => sign_in_page(pages, visit, None, SignInWords::default()),
        Step::CodeSent => code_page(pages, visit, CodeView::default()),
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

fn sign_in_page(pages: &Pages, visit: &Visit, error: Option<SignInError>, filled: SignInWords) -> Response {
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

fn code_page(pages: &Pages, visit: &Visit, view: CodeView) -> Response {
    let error = view.error.is_some();
    let view = CodeView {
        action: visit.action("code"),
        csrf: visit.csrf(),
        client_name: visit.client_name(),
        ..view
    };
    pages.answer(status(error), code(&view, &pages.frame(visit.language, visit.here())))
}

const fn status(error: bool) -> StatusCode {
    if error {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    }
}

/// The form of a step, if it came from a page of this session.
async fn form_of(
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

async fn identity(
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

async fn confirm(
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

fn consent_page(
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
