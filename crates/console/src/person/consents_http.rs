//! My consents: what a person granted, and ending it. GET /grants, POST /grants/{id}/revoke, POST /grants/leave.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use naru_auth::authorization::service as journeys;
use naru_auth::grant::service::{self, GrantError};
use naru_core::{Actor, GrantId, PersonId, RevokedBy, Scope, mask_account};
use naru_storage::Step;
use naru_web::{Effect, Route, Who};

use super::journey_http::{Visit, visit};
use super::{ConsentsView, DoneView, DoneWord, GrantAccount, GrantView, ProblemWord, ScopePair, consents, done};
use crate::Frame;
use crate::pages::{Form, Pages, Session, language, see_other};

/// The routes of this page.
pub(crate) fn routes(pages: &Pages) -> Vec<Route> {
    let route = |method, path, effect, summary, handler: axum::routing::MethodRouter<Pages>| Route {
        method,
        path,
        who: Who::Person,
        demand: None,
        effect,
        summary,
        handler: handler.with_state(pages.clone()),
    };
    vec![
        route(
            "GET",
            "/grants",
            Effect::Writes,
            "Everything the person granted; signs in first",
            get(list),
        ),
        route(
            "POST",
            "/grants/{id}/revoke",
            Effect::Writes,
            "Ends a grant",
            post(revoke),
        ),
        route("POST", "/grants/leave", Effect::Writes, "Signs out", post(leave)),
    ]
}

/// The visit of a person who is signed in and came by themselves or from a consent.
async fn signed_in(pages: &Pages, headers: &HeaderMap, query: Option<&str>) -> Option<(Visit, PersonId)> {
    let session = Session::of(headers)?;
    let visit = visit(pages, &session.id.to_string(), headers, query).await.ok()?;
    let known = matches!(visit.journey.step, Step::SignedIn | Step::Agreed | Step::Exchanged);
    let person = visit.journey.person_id.filter(|_| known)?;
    Some((visit, person))
}

async fn list(State(pages): State<Pages>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let Some((visit, person)) = signed_in(&pages, &headers, query.as_deref()).await else {
        return begin(&pages, query.as_deref()).await;
    };
    let frame = pages.frame(visit.language, "/grants");
    let views = match service::list_of_person(pages.hub.storage(), person).await {
        Ok(views) => views,
        Err(error) => {
            tracing::error!(event = "storage_failed", %error, "consents could not be shown");
            return pages.problem(&frame, StatusCode::SERVICE_UNAVAILABLE, ProblemWord::Unavailable);
        }
    };
    let view = ConsentsView {
        csrf: Session::csrf(&visit.session.secret),
        grants: views.into_iter().map(|view| shown(&pages, &frame, view)).collect(),
        sign_out_action: "/grants/leave".to_owned(),
    };
    pages.answer(StatusCode::OK, consents(&view, &frame))
}

/// Sends a person who is not signed in through the identity check first.
async fn begin(pages: &Pages, query: Option<&str>) -> Response {
    let frame = pages.frame(language(query), "/grants");
    match journeys::visit(&pages.hub).await {
        Ok((journey, secret)) => {
            let lang = if frame.language == naru_core::Language::En {
                "?lang=en"
            } else {
                ""
            };
            let mut response = see_other(&format!("/authorizations/{}{lang}", journey.id));
            response
                .headers_mut()
                .insert(header::SET_COOKIE, Session::cookie(journey.id, &secret));
            response
        }
        Err(error) => {
            tracing::error!(event = "storage_failed", %error, "no visit was begun");
            pages.problem(&frame, StatusCode::SERVICE_UNAVAILABLE, ProblemWord::Unavailable)
        }
    }
}

fn shown(pages: &Pages, frame: &Frame, view: service::GrantView) -> GrantView {
    let now = pages.hub.now();
    let grant = view.grant;
    let accounts = view.registrations.iter().map(|r| GrantAccount {
        bank_name: pages
            .desk
            .lines
            .institution(&r.account.bank_code)
            .map(|i| frame.language.pick(&i.name_ko, &i.name_en).to_owned())
            .unwrap_or_default(),
        product_name: r.alias.clone(),
        masked: mask_account(&r.account.account_num),
    });
    GrantView {
        id: grant.id.to_string(),
        client_name: view.client.name,
        scopes: ScopePair {
            inquiry: grant.scopes.has(Scope::Inquiry),
            transfer: grant.scopes.has(Scope::Transfer),
        },
        accounts: accounts.collect(),
        since: grant.created_at,
        until: grant.expires_at,
        last_used: grant.last_used_at,
        ended_at: grant.revoked.map(|(_, at)| at),
        state: grant.state(now).into(),
        revoke_action: format!("/grants/{}/revoke", grant.id),
    }
}

async fn revoke(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let frame = pages.frame(language(query.as_deref()), "/grants");
    let Some((visit, person)) = signed_in(&pages, &headers, query.as_deref()).await else {
        return pages.problem(&frame, StatusCode::FORBIDDEN, ProblemWord::OutOfTime);
    };
    if !visit.session.sent(Form::read(&body).get("csrf")) {
        return pages.problem(&frame, StatusCode::FORBIDDEN, ProblemWord::OutOfTime);
    }
    let Ok(id) = id.parse::<GrantId>() else {
        return pages.problem(&frame, StatusCode::NOT_FOUND, ProblemWord::NotFound);
    };
    let by = (RevokedBy::Person, Some(person));
    match service::revoke(pages.hub.storage(), &Actor::Person(person), id, by).await {
        Ok(_) => {
            let view = DoneView {
                what: DoneWord::Revoked,
                client_name: String::new(),
                consents_href: Some("/grants".to_owned()),
            };
            pages.answer(StatusCode::OK, done(&view, &frame))
        }
        Err(GrantError::Ended) => see_other("/grants"),
        Err(GrantError::Unknown) => pages.problem(&frame, StatusCode::NOT_FOUND, ProblemWord::NotFound),
        Err(GrantError::Storage(error)) => {
            tracing::error!(event = "storage_failed", %error, "a grant was not ended");
            pages.problem(&frame, StatusCode::SERVICE_UNAVAILABLE, ProblemWord::Unavailable)
        }
    }
}

async fn leave(State(pages): State<Pages>, RawQuery(query): RawQuery, headers: HeaderMap, body: Bytes) -> Response {
    let frame = pages.frame(language(query.as_deref()), "/grants");
    let Some((visit, _)) = signed_in(&pages, &headers, query.as_deref()).await else {
        return see_other("/grants");
    };
    if !visit.session.sent(Form::read(&body).get("csrf")) {
        return pages.problem(&frame, StatusCode::FORBIDDEN, ProblemWord::OutOfTime);
    }
    if let Err(error) = journeys::leave(&pages.hub, &visit.journey).await {
        tracing::error!(event = "sign_out_failed", %error, "a session was not ended");
        return pages.problem(&frame, StatusCode::SERVICE_UNAVAILABLE, ProblemWord::Unavailable);
    }
    let view = DoneView {
        what: DoneWord::SignedOut,
        client_name: String::new(),
        consents_href: None,
    };
    pages.answer(StatusCode::OK, done(&view, &frame))
}
