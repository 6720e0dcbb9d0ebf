//! How and where a member is signed in: GET /staff/security, POST /staff/passkeys/{id}/remove, /staff/passkeys/begin
//! and /finish for the script, /staff/sessions/end, /staff/sign-out.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use naru_auth::member::{self as members, passkey as passkeys};
use naru_auth::passkey::{PasskeyView as Found, Passkeys};
use naru_core::{MemberSession, PasskeyId, SessionId};
use naru_storage::StorageError;
use naru_web::Route;

use super::gate::{self, Guest, StaffForm, StaffPage};
use super::{StaffSecurityView, StaffSessionView, route, security};
use crate::Frame;
use crate::page::in_language;
use crate::pages::{Pages, device, parameter};
use crate::person::{PasskeyView, SecurityDone};
use crate::script::{Finish, begun, failed, go_to, none_here, silent, token, word};
use crate::staff::ways;

/// The path of the page.
const HERE: &str = "/staff/security";

/// The routes of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let post_to = |path, summary, handler| route(pages, ("POST", path), summary, handler);
    vec![
        route(pages, ("GET", HERE), "Passkeys and devices of the member", get(show)),
        post_to(
            "/staff/passkeys/begin",
            "A member's passkey is about to be added",
            post(begin_add),
        ),
        post_to(
            "/staff/passkeys/finish",
            "A member's passkey is added",
            post(finish_add),
        ),
        post_to(
            "/staff/passkeys/{id}/remove",
            "Removes a passkey of the member",
            post(remove),
        ),
        post_to(
            "/staff/sessions/end",
            "Signs the member out on another device, or on every other one",
            post(end),
        ),
        post_to("/staff/sign-out", "Signs the member out", post(sign_out)),
    ]
}

async fn show(page: StaffPage) -> Result<Response, Response> {
    let frame = Frame {
        scripted: true,
        ..page.frame(HERE, ways(&page.guest.staff, HERE)).await?
    };
    let found = view(&page).await;
    let view = found.map_err(|error| page.unavailable(&error, "devices could not be shown"))?;
    Ok(page.pages.answer_scripted(StatusCode::OK, security(&view, &frame)))
}

async fn view(page: &StaffPage) -> Result<StaffSecurityView, StorageError> {
    let (hub, guest) = (&page.pages.hub, &page.guest);
    let this = &guest.session;
    let mut all = members::list(hub, guest.member_id()).await?;
    all.sort_by_key(|session| (session.id != this.id, std::cmp::Reverse(session.seen_at)));
    let own = passkeys::list(hub, guest.member_id()).await?;
    let lives = &hub.settings().lives;
    Ok(StaffSecurityView {
        csrf: guest.csrf(),
        done: parameter(page.query(), "done").and_then(|word| SecurityDone::parse(&word).ok()),
        passkeys: own.iter().map(passkey_view).collect(),
        has_certificate: guest.staff.member.certificate_sha256.is_some(),
        sessions: all.iter().map(|session| session_view(session, this)).collect(),
        can_add: page.pages.passkeys.is_some(),
        this_device: device(&page.headers).chars().take(40).collect(),
        idle_minutes: lives.session_idle_seconds / 60,
        absolute_hours: lives.session_absolute_seconds / 3_600,
    })
}

fn passkey_view(passkey: &Found) -> PasskeyView {
    PasskeyView {
        name: passkey.name.clone(),
        created_at: passkey.created_at,
        used_at: passkey.used_at,
        remove_action: format!("/staff/passkeys/{}/remove", passkey.id),
    }
}

fn session_view(session: &MemberSession, this: &MemberSession) -> StaffSessionView {
    StaffSessionView {
        device: session.device.clone(),
        method: session.method,
        created_at: session.created_at,
        seen_at: session.seen_at,
        is_this: session.id == this.id,
        is_new: session.id != this.id && session.created_at > this.created_at,
        id: session.id.to_string(),
    }
}

/// Back to the page, which says what was done; or that there was no such thing.
fn done(page: &StaffPage, done: Result<bool, StorageError>, word: SecurityDone) -> Response {
    match done {
        Ok(true) => page.to(&format!("{HERE}?done={word}")),
        Ok(false) => page.not_found(),
        Err(error) => page.unavailable(&error, "nothing was changed about a member's sign-ins"),
    }
}

async fn remove(Path(id): Path<String>, StaffForm { page, .. }: StaffForm) -> Response {
    let Ok(id) = id.parse::<PasskeyId>() else {
        return page.not_found();
    };
    let removed = passkeys::remove(&page.pages.hub, page.guest.member_id(), id).await;
    done(&page, removed, SecurityDone::Removed)
}

/// Signs the device out that the form names, or every other one.
async fn end(StaffForm { page, form }: StaffForm) -> Response {
    let (hub, member) = (&page.pages.hub, page.guest.member_id());
    match form.get("session") {
        "" => {
            let ended = members::end_others(hub, member, page.guest.session.id).await;
            done(&page, ended.map(|_| true), SecurityDone::Others)
        }
        named => {
            let Ok(id) = named.parse::<SessionId>() else {
                return page.not_found();
            };
            done(&page, members::end(hub, member, id).await, SecurityDone::Ended)
        }
    }
}

async fn sign_out(StaffForm { page, .. }: StaffForm) -> Response {
    let session = page.guest.session.id;
    if let Err(error) = members::end(&page.pages.hub, page.guest.member_id(), session).await {
        return page.unavailable(&error, "a member was not signed out");
    }
    let mut response = page.to("/staff/sign-in?out=1");
    response.headers_mut().append(header::SET_COOKIE, gate::no_cookie());
    response
}

/// The member who adds a passkey on their own page.
async fn adding<'a>(pages: &'a Pages, headers: &HeaderMap) -> Result<(Guest, &'a Passkeys), Response> {
    match Guest::of(pages, headers).await {
        Ok(Some(guest)) if guest.sent(token(headers)) => match &pages.passkeys {
            Some(passkeys) => Ok((guest, passkeys)),
            None => Err(none_here()),
        },
        Ok(_) => Err(word(StatusCode::FORBIDDEN, "out_of_time")),
        Err(error) => Err(silent(&error)),
    }
}

async fn begin_add(State(pages): State<Pages>, headers: HeaderMap) -> Result<Response, Response> {
    let (guest, own) = adding(&pages, &headers).await?;
    let whose = (&guest.staff.member, &guest.staff.organisation);
    let ceremony = passkeys::begin_add(own, &pages.hub, whose, guest.secret()).await;
    Ok(begun(ceremony.map_err(|error| failed(&error))?))
}

async fn finish_add(State(pages): State<Pages>, headers: HeaderMap, body: Bytes) -> Result<Response, Response> {
    let (guest, own) = adding(&pages, &headers).await?;
    let finish = Finish::read(&body).ok_or_else(|| word(StatusCode::UNPROCESSABLE_ENTITY, "refused"))?;
    let session = (&guest.session, guest.secret());
    let answer = (finish.ceremony, &finish.credential);
    let added = passkeys::finish_add(own, &pages.hub, session, answer, &finish.name(&headers)).await;
    added.map_err(|error| failed(&error))?;
    let to = format!("{HERE}?done={}", SecurityDone::Added);
    Ok(go_to(&in_language(&to, finish.language())))
}
