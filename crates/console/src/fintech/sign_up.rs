//! A fintech signs up itself: GET and POST /fintech/sign-up. The code of its first administrator's invitation is shown
//! once; the test bed is open from then on.

use std::net::IpAddr;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use naru_admission::member::arrival::{self, ArrivalError};
use naru_admission::organisation::{SignUp, sign_up};
use naru_auth::member::ready;
use naru_core::{Actor, OrganisationKind, Role};
use naru_web::{Effect, PeerAddress, Route, Who};
use serde::Serialize;

use super::desk::{Once, OnceWord, Said, filled};
use super::trouble::{AlertWord, Trouble, alert};
use crate::member::Arrival;
use crate::page::render;
use crate::pages::{Form, Pages, language};
use crate::person::ProblemWord;

const HERE: &str = "/fintech/sign-up";
/// In whose name a fintech signs up before it has anybody.
const ACTOR: Actor = Actor::Hub("sign_up");

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct SignUpView {
    /// The form's token.
    pub csrf: String,
    /// What is said about the form before.
    pub said: Said,
    /// The code of the organisation that was made; empty before.
    pub code: String,
    /// The user name of its first administrator.
    pub user_name: String,
    /// How long the invitation can be used, hours.
    pub hours: i64,
}

/// The routes of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let route = |method, effect, summary, handler: MethodRouter<Pages>| Route {
        method,
        path: HERE,
        who: Who::Public,
        demand: None,
        effect,
        summary,
        handler: handler.with_state(pages.clone()),
    };
    vec![
        route("GET", Effect::Reads, "The page on which a fintech signs up", get(show)),
        route("POST", Effect::Writes, "A fintech signs up", post(send)),
    ]
}

async fn show(State(pages): State<Pages>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let arrival = Arrival::of(&pages, &headers);
    let view = view((&pages, &arrival), Said::default());
    let mut response = answer(&pages, query.as_deref(), (StatusCode::OK, view));
    if let Some(cookie) = arrival.into_cookie() {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn view((pages, arrival): (&Pages, &Arrival), said: Said) -> SignUpView {
    SignUpView {
        csrf: arrival.csrf(),
        said,
        code: String::new(),
        user_name: String::new(),
        hours: pages.office.settings.invitation_seconds / 3_600,
    }
}

fn answer(pages: &Pages, query: Option<&str>, (status, view): (StatusCode, SignUpView)) -> Response {
    let frame = pages.frame(language(query), HERE);
    pages.answer(status, render("fintech/sign_up.html", &view, &frame))
}

async fn send(
    State(pages): State<Pages>,
    peer: Option<Extension<PeerAddress>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (query, form) = (query.as_deref(), Form::read(&body));
    let arrival = Arrival::of(&pages, &headers);
    if !arrival.sent(form.get("csrf")) {
        let frame = pages.frame(language(query), HERE);
        return pages.problem(&frame, StatusCode::FORBIDDEN, ProblemWord::OutOfTime);
    }
    let from = peer.map(|Extension(peer)| peer.0);
    match signed_up((&pages, &arrival), &form, from).await {
        Ok(view) => answer(&pages, query, (StatusCode::OK, view)),
        Err(Trouble::Alert(alert)) => {
            let said = Said {
                alert: Some(alert),
                form: "sign_up".to_owned(),
                filled: filled(&form),
                ..Said::default()
            };
            answer(
                &pages,
                query,
                (StatusCode::UNPROCESSABLE_ENTITY, view((&pages, &arrival), said)),
            )
        }
        Err(Trouble::NotFound) => {
            let frame = pages.frame(language(query), HERE);
            pages.problem(&frame, StatusCode::NOT_FOUND, ProblemWord::NotFound)
        }
        Err(Trouble::Storage(error)) => {
            let frame = pages.frame(language(query), HERE);
            pages.unavailable(&frame, &error, "a fintech could not sign up")
        }
    }
}

/// Makes the organisation and invites its administrator; where the invitation fails, the operator can repeat it.
async fn signed_up(
    (pages, browser): (&Pages, &Arrival),
    form: &Form,
    from: Option<IpAddr>,
) -> Result<SignUpView, Trouble> {
    if form.get("agreed") != "yes" {
        return Err(alert(AlertWord::Unconfirmed, ""));
    }
    let (storage, settings) = (pages.hub.storage(), &pages.office.settings);
    let asked = SignUp {
        code: form.get("code"),
        name: form.get("name"),
        kind: OrganisationKind::Fintech,
        user_name: form.get("user_name"),
        display_name: form.get("display_name"),
        roles: &[Role::Developer, Role::SecurityOfficer],
    };
    // Where too many came or no place is free for the code, nothing was written.
    let let_in = pages.code_pool.arrives(from, pages.hub.now());
    let_in.map_err(|_| {
        alert(
            AlertWord::Busy,
            "too many signed up from this address; come again later",
        )
    })?;
    arrival::check(&pages.office).await.map_err(|error| match error {
        ArrivalError::Storage(error) => error.into(),
        full => alert(AlertWord::Busy, full),
    })?;
    let ready = ready(storage, &pages.code_pool).await?;
    let (organisation, member) = sign_up(storage, &ACTOR, (&asked, settings)).await?;
    let seconds = settings.invitation_seconds;
    let code = ready.invite(storage, member.id, &ACTOR, seconds).await?;
    let once = Once {
        word: OnceWord::InvitationCode,
        of: member.display_name,
        secret: code.expose().to_owned(),
    };
    let said = Said {
        once: Some(once),
        ..Said::default()
    };
    Ok(SignUpView {
        code: organisation.code,
        user_name: member.user_name,
        ..view((pages, browser), said)
    })
}
