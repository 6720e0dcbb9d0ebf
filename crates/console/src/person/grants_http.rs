//! My consents: what a person granted, how it was used, ending it, and its record. GET /grants, POST
//! /grants/{id}/revoke, GET /grants/{id}/record, POST /grants/leave.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use naru_auth::grant::service::{self, GrantError};
use naru_auth::session as sessions;
use naru_core::{Actor, GrantId, Language, RevokedBy, Scope, Session, SignInMethod, mask_account};
use naru_storage::StorageError;
use naru_web::{Effect, Route, Who};

use super::gate::{Guest, guest, no_cookie, sender};
use super::record::record_of;
use super::security_http::LATER;
use super::{DoneView, DoneWord, GrantAccount, GrantView, GrantsView, ProblemWord, WithdrawalLimits, done, grants};
use crate::WayWord;
use crate::pages::{Pages, cookie, language, see_other};

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
    let list_summary = "Everything the person granted; signs in first";
    vec![
        route("GET", "/grants", Effect::Writes, list_summary, get(list)),
        route(
            "GET",
            "/grants/{id}/record",
            Effect::Reads,
            "The record of a grant, to keep",
            get(record),
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

/// A person's grants, how often each was used, and their sign-ins.
struct Own {
    grants: Vec<service::GrantView>,
    calls: BTreeMap<GrantId, i64>,
    sessions: Vec<Session>,
    has_passkey: bool,
}

async fn own(pages: &Pages, guest: &Guest) -> Result<Own, StorageError> {
    let (storage, person) = (pages.hub.storage(), guest.person_id());
    let counts = storage.read("call_counts_of_person", async |tx| {
        let counts = tx.call_counts_of_person(person).await?;
        let passkeys = tx.passkey_list(person).await?;
        Ok::<_, StorageError>((counts, !passkeys.is_empty()))
    });
    let (calls, has_passkey) = counts.await?;
    Ok(Own {
        grants: service::list_of_person(storage, person).await?,
        calls: calls.into_iter().collect(),
        sessions: sessions::list(&pages.hub, person).await?,
        has_passkey,
    })
}

async fn list(State(pages): State<Pages>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.as_deref();
    let guest = match guest(&pages, &headers, (WayWord::Grants, query)).await {
        Ok(guest) => guest,
        Err(response) => return response,
    };
    let own = match own(&pages, &guest).await {
        Ok(own) => own,
        Err(error) => {
            let frame = pages.frame(language(query), "/grants");
            return pages.unavailable(&frame, &error, "consents could not be shown");
        }
    };
    let frame = guest.frame(&pages, WayWord::Grants, ("/grants".to_owned(), query), &own.sessions);
    let shown = |view: &service::GrantView| shown(&pages, frame.language, view, &own.calls);
    let view = GrantsView {
        csrf: guest.csrf(),
        grants: own.grants.iter().map(shown).collect(),
        offer: pages.passkeys.is_some()
            && !own.has_passkey
            && guest.session.method == SignInMethod::Identity
            && cookie(&headers, LATER).is_none(),
    };
    pages.answer(StatusCode::OK, grants(&view, &frame))
}

pub(super) fn shown(
    pages: &Pages,
    language: Language,
    view: &service::GrantView,
    calls: &BTreeMap<GrantId, i64>,
) -> GrantView {
    let grant = &view.grant;
    let accounts = view.registrations.iter().map(|registration| GrantAccount {
        bank_name: pages.bank_name(&registration.account.bank_code, language),
        product_name: registration.alias.clone(),
        masked: mask_account(&registration.account.account_num),
    });
    let most = &pages.hub.settings().person_limits;
    let limits = WithdrawalLimits {
        transfer_won: view.client.withdraw_limits.transfer_won.min(most.transfer_won),
        day_won: view.client.withdraw_limits.day_won.min(most.day_won),
    };
    GrantView {
        id: grant.id.to_string(),
        client_name: view.client.name.clone(),
        scopes: grant.scopes.iter().collect(),
        limits: grant.scopes.has(Scope::Transfer).then_some(limits),
        accounts: accounts.collect(),
        since: grant.created_at,
        until: grant.expires_at,
        calls: calls.get(&grant.id).copied().unwrap_or_default(),
        last_used: grant.last_used_at,
        ended_at: grant.revoked.map(|(_, at)| at),
        state: grant.state(pages.hub.now()).into(),
        revoke_action: format!("/grants/{}/revoke", grant.id),
        activity_href: format!("/activity?client={}", grant.client_id),
        record_href: format!("/grants/{}/record", grant.id),
    }
}

async fn record(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.as_deref();
    let frame = pages.frame(language(query), "/grants");
    let guest = match guest(&pages, &headers, (WayWord::Grants, query)).await {
        Ok(guest) => guest,
        Err(response) => return response,
    };
    let own = match own(&pages, &guest).await {
        Ok(own) => own,
        Err(error) => return pages.unavailable(&frame, &error, "a record could not be made"),
    };
    let Some(view) = own.grants.iter().find(|view| view.grant.id.to_string() == id) else {
        return pages.problem(&frame, StatusCode::NOT_FOUND, ProblemWord::NotFound);
    };
    let calls = own.calls.get(&view.grant.id).copied().unwrap_or_default();
    let bank_name = |code: &naru_core::BankCode| pages.bank_name(code, Language::Ko);
    let record = record_of(view, calls, (pages.hub.now(), &bank_name));
    let name = format!("attachment; filename=\"naru-{id}.json\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).expect("an id that was found is plain ASCII"),
        ),
    ];
    (headers, format!("{record:#}\n")).into_response()
}

async fn revoke(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = query.as_deref();
    let frame = pages.frame(language(query), "/grants");
    let guest = match sender(&pages, (&headers, query), &body).await {
        Ok((guest, _)) => guest,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<GrantId>() else {
        return pages.problem(&frame, StatusCode::NOT_FOUND, ProblemWord::NotFound);
    };
    let person = guest.person_id();
    let by = (RevokedBy::Person, Some(person));
    match service::revoke(pages.hub.storage(), &Actor::Person(person), id, by).await {
        Ok(_) => {
            let frame = guest.frame(&pages, WayWord::Grants, ("/grants".to_owned(), query), &[]);
            pages.answer(StatusCode::OK, done(&DoneView::plain(DoneWord::Revoked, true), &frame))
        }
        Err(GrantError::Ended) => see_other("/grants"),
        Err(GrantError::Unknown) => pages.problem(&frame, StatusCode::NOT_FOUND, ProblemWord::NotFound),
        Err(GrantError::Storage(error)) => pages.unavailable(&frame, &error, "a grant was not ended"),
    }
}

async fn leave(State(pages): State<Pages>, RawQuery(query): RawQuery, headers: HeaderMap, body: Bytes) -> Response {
    let query = query.as_deref();
    let frame = pages.frame(language(query), "/grants");
    if !matches!(Guest::of(&pages, &headers).await, Ok(Some(_))) {
        return see_other("/grants");
    }
    let guest = match sender(&pages, (&headers, query), &body).await {
        Ok((guest, _)) => guest,
        Err(response) => return response,
    };
    if let Err(error) = sessions::end(&pages.hub, guest.person_id(), guest.session.id).await {
        return pages.unavailable(&frame, &error, "a session was not ended");
    }
    let page = done(&DoneView::plain(DoneWord::SignedOut, false), &frame);
    let mut response = pages.answer(StatusCode::OK, page);
    response.headers_mut().append(header::SET_COOKIE, no_cookie());
    response
}
