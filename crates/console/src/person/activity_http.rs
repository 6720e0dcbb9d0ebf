//! My activity: every call made in the person's name. GET /activity.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use naru_auth::grant::service::{self as grants, GrantView};
use naru_auth::session as sessions;
use naru_core::trust::Verdict;
use naru_core::{BankCode, CallId, ClientId, Language, Session, mask_account};
use naru_storage::{CallRecord, StorageError};
use naru_web::{Effect, Route, Who};

use super::activity::{AnswerWord, by_day};
use super::gate::{Guest, guest};
use super::{ActivityView, CallView, ClientChoice, DidWord, activity};
use crate::chain::{ChainView, Phrasebook};
use crate::page::plain_text;
use crate::pages::{Pages, language, parameter};
use crate::{Frame, WayWord};

/// Calls on one page.
const PAGE: usize = 20;

/// The route of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![Route {
        method: "GET",
        path: "/activity",
        who: Who::Person,
        demand: None,
        effect: Effect::Writes,
        summary: "Every call made in the person's name; signs in first",
        handler: get(show).with_state(pages.clone()),
    }]
}

/// What was read for one page.
struct Own {
    grants: Vec<GrantView>,
    calls: Vec<CallRecord>,
    sessions: Vec<Session>,
}

async fn own(
    pages: &Pages,
    guest: &Guest,
    (before, client): (Option<CallId>, Option<ClientId>),
) -> Result<Own, StorageError> {
    let (storage, person) = (pages.hub.storage(), guest.person_id());
    let most = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let calls = storage.read("call_list_of_person", async |tx| {
        tx.call_list_of_person(person, before, client, most).await
    });
    Ok(Own {
        calls: calls.await?,
        grants: grants::list_of_person(storage, person).await?,
        sessions: sessions::list(&pages.hub, person).await?,
    })
}

async fn show(State(pages): State<Pages>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.as_deref();
    let guest = match guest(&pages, &headers, (WayWord::Activity, query)).await {
        Ok(guest) => guest,
        Err(response) => return response,
    };
    let before: Option<CallId> = parameter(query, "before").and_then(|text| text.parse().ok());
    let client: Option<ClientId> = parameter(query, "client").and_then(|text| text.parse().ok());
    let mut own = match own(&pages, &guest, (before, client)).await {
        Ok(own) => own,
        Err(error) => {
            let frame = pages.frame(language(query), "/activity");
            return pages.unavailable(&frame, &error, "activity could not be shown");
        }
    };
    let chosen = client.map_or_else(String::new, |client| format!("client={client}"));
    let here = |more: String| {
        let parts = [chosen.clone(), more];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        format!("/activity?{}", parts.join("&"))
    };
    let has_older = own.calls.len() > PAGE;
    own.calls.truncate(PAGE);
    let older = own.calls.last().filter(|_| has_older);
    let older_href = older.map(|last| here(format!("before={}", last.id)));
    let this = here(before.map_or_else(String::new, |id| format!("before={id}")));
    let frame = guest.frame(&pages, WayWord::Activity, (this, query), &own.sessions);
    let view = ActivityView {
        clients: clients(&own.grants, client),
        days: by_day(
            own.calls
                .iter()
                .map(|call| (call.at, shown(&pages, &frame, &own.grants, call))),
        ),
        newest_href: before.map(|_| here(String::new())),
        older_href,
    };
    pages.answer(StatusCode::OK, activity(&view, &frame))
}

/// The companies the person ever agreed to, each once.
fn clients(grants: &[GrantView], chosen: Option<ClientId>) -> Vec<ClientChoice> {
    let mut clients: Vec<ClientChoice> = Vec::new();
    for view in grants {
        let id = view.client.id.to_string();
        if clients.iter().all(|client| client.id != id) {
            clients.push(ClientChoice {
                id,
                name: view.client.name.clone(),
                chosen: chosen == Some(view.client.id),
            });
        }
    }
    clients
}

fn shown(pages: &Pages, frame: &Frame, grants: &[GrantView], call: &CallRecord) -> CallView {
    let language: Language = frame.language;
    let own = || grants.iter().filter(|view| Some(view.client.id) == call.client_id);
    let account = |id: &str| {
        let mut registrations = own().flat_map(|view| &view.registrations);
        let found = registrations.find(|registration| registration.account_id.to_string() == id)?;
        let bank = pages.bank_name(&found.account.bank_code, language);
        Some(format!("{bank} {}", mask_account(&found.account.account_num)))
    };
    let institution = |code: &str| {
        let name = pages.bank_name(&BankCode::parse(code).ok()?, language);
        Some(name).filter(|name| !name.is_empty())
    };
    let book = Phrasebook {
        language,
        account: &account,
        institution: &institution,
    };
    let verdict: Option<Verdict> = serde_json::from_str(&call.verdict).ok();
    let answer = AnswerWord::of(call, verdict.as_ref());
    let name = own().next().map(|view| view.client.name.clone());
    CallView {
        id: call.id.to_string(),
        time: call
            .at
            .to_string()
            .chars()
            .skip("2026-11-21 ".len())
            .take("14:03:27".len())
            .collect(),
        client_name: name.unwrap_or_else(|| plain_text("activity.unknown_client", language)),
        did: DidWord::of(&call.route),
        bank_name: call
            .bank_code
            .as_ref()
            .map(|code| pages.bank_name(code, language))
            .filter(|name| !name.is_empty()),
        answer,
        mark: answer.mark(),
        chain: verdict.map_or_else(ChainView::unread, |verdict| ChainView::of(&verdict, Some(&book))),
    }
}
