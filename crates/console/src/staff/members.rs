//! The people of an organisation of any kind, with the tokens of their directory: GET and POST /staff/members, POST
//! /staff/members/{id}/{invite, roles, certificate, deactivate, reactivate, remove}, POST /staff/members/tokens and
//! /staff/members/tokens/{id}/end. A fintech's former address, GET /fintech/members, leads here.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::member::service::{self, Listed, NewMember};
use naru_admission::member::{MemberError, token};
use naru_auth::member::invite;
use naru_core::{LeaveSource, MemberId, OrganisationKind, Role, Roles, Timestamp};
use naru_storage::{LeaverRow, ScimTokenRow};
use naru_web::Route;
use serde::Serialize;

use super::desk::{AnySeat, AnySent};
use crate::fintech::desk::{DoneWord, Ended, Once, OnceWord, Said, Seat, Sent, id, version};
use crate::fintech::sha256;
use crate::fintech::trouble::{AlertWord, Trouble, at};
use crate::member::{StaffPage, route};
use crate::pages::{Form, Pages};

/// The path of the page.
pub(super) const HERE: &str = "/staff/members";
/// Days of leavers that are shown.
const LEAVER_DAYS: i64 = 365;

/// A member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct MemberView {
    /// Their id.
    pub id: String,
    /// The name under which they sign in.
    pub user_name: String,
    /// As others are shown them.
    pub display_name: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// Whether they may sign in at all.
    pub active: bool,
    /// Whether they have nothing to sign in with and no code to get it.
    pub is_to_be_invited: bool,
    /// Until when their code can be used.
    pub invited_until: Option<Timestamp>,
    /// Their passkeys.
    pub passkeys: i64,
    /// SHA-256 of their certificate; empty where they have none.
    pub certificate: String,
    /// When they last signed in.
    pub seen_at: Option<Timestamp>,
    /// Whether it is the member who looks.
    pub is_self: bool,
    /// The version that a form is made for.
    pub version: i64,
}

/// Somebody who left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LeaverView {
    /// Their name, where they are still listed; empty otherwise.
    pub name: String,
    /// How the hub heard of it.
    pub source: LeaveSource,
    /// When.
    pub received_at: Timestamp,
    /// How long it took until everything had ended, milliseconds; none where that could not be noted.
    pub took_ms: Option<i64>,
    /// How much ended: sessions, passkeys, codes, tokens and certificates together.
    pub ended: i64,
}

/// A directory's token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct TokenView {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// Whether it can be used.
    pub is_alive: bool,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct MembersView {
    /// The members, oldest first.
    pub members: Vec<MemberView>,
    /// What the organisation is.
    pub kind: OrganisationKind,
    /// The roles that fit it.
    pub roles: Vec<Role>,
    /// Members now, and at most.
    pub count: (usize, usize),
    /// Developers now, and at most; none where such an organisation has no developers.
    pub developers: Option<(usize, usize)>,
    /// Who left in the last year, the latest first.
    pub leavers: Vec<LeaverView>,
    /// The longest time that an end took, milliseconds.
    pub longest_ms: i64,
    /// The tokens of directories, the living ones first.
    pub tokens: Vec<TokenView>,
    /// Where a directory calls.
    pub directory: String,
    /// The code of the organisation, which an invited member types.
    pub code: String,
    /// How long an invitation can be used, hours.
    pub hours: i64,
}

/// The routes of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let to = |path, summary, handler| route(pages, ("POST", path), summary, handler);
    vec![
        route(
            pages,
            ("GET", "/fintech/members"),
            "Leads to the people of an organisation",
            get(lead),
        ),
        route(pages, ("GET", HERE), "The people of an organisation", get(show)),
        to(HERE, "Makes a member known and invites them", post(add)),
        to("/staff/members/tokens", "Issues a directory's token", post(issue)),
        to(
            "/staff/members/tokens/{id}/end",
            "Ends a directory's token",
            post(end_token),
        ),
        to("/staff/members/{id}/{what}", "Changes a member", post(change)),
    ]
}

async fn lead(page: StaffPage) -> Response {
    page.to(HERE)
}

async fn show(AnySeat(seat): AnySeat) -> Response {
    let said = seat.said();
    shown(&seat, &said).await
}

async fn shown(seat: &Seat, said: &Said) -> Response {
    seat.show(("staff/members.html", HERE), said, view(seat).await).await
}

async fn view(seat: &Seat) -> Result<MembersView, Trouble> {
    let (office, staff, now) = (seat.office(), &seat.staff, seat.pages().hub.now());
    let listed = service::list(office, staff).await?;
    let leavers = service::leavers(office, staff, now.plus_days(-LEAVER_DAYS)).await?;
    let tokens = token::list(office, staff).await?;
    let developers = listed
        .iter()
        .filter(|listed| listed.row.member.may(Role::Developer))
        .count();
    let kind = staff.organisation.kind;
    let url = &seat.pages().hub.settings().public_url;
    Ok(MembersView {
        leavers: leavers.iter().map(|leaver| leaver_view(leaver, &listed)).collect(),
        longest_ms: leavers.iter().filter_map(|leaver| leaver.latency_us).max().unwrap_or(0) / 1_000,
        members: listed
            .iter()
            .map(|listed| member_view(listed, staff.member.id))
            .collect(),
        kind,
        roles: Role::ALL.iter().copied().filter(|role| role.fits(kind)).collect(),
        count: (listed.len(), office.settings.members_max),
        developers: Role::Developer
            .fits(kind)
            .then_some((developers, office.settings.developers_max)),
        tokens: tokens.iter().map(|token| token_view(token, now)).collect(),
        directory: format!("{url}/scim/v2"),
        code: staff.organisation.code.clone(),
        hours: office.settings.invitation_seconds / 3_600,
    })
}

fn member_view(listed: &Listed, own: MemberId) -> MemberView {
    let member = &listed.row.member;
    MemberView {
        id: member.id.to_string(),
        user_name: member.user_name.clone(),
        display_name: member.display_name.clone(),
        roles: member.roles.iter().collect(),
        active: member.active,
        is_to_be_invited: listed.is_to_be_invited(),
        invited_until: listed.holdings.invited_until,
        passkeys: listed.holdings.passkeys,
        certificate: member
            .certificate_sha256
            .map(|sha256| naru_crypto::hex(&sha256))
            .unwrap_or_default(),
        seen_at: member.seen_at,
        is_self: member.id == own,
        version: member.version,
    }
}

fn leaver_view(leaver: &LeaverRow, listed: &[Listed]) -> LeaverView {
    let found = listed.iter().find(|listed| listed.row.member.id == leaver.member_id);
    LeaverView {
        name: found.map_or_else(String::new, |listed| listed.row.member.display_name.clone()),
        source: leaver.source,
        received_at: leaver.received_at,
        took_ms: leaver.latency_us.map(|us| us / 1_000),
        ended: leaver.cut_off.total(),
    }
}

fn token_view(token: &ScimTokenRow, now: Timestamp) -> TokenView {
    TokenView {
        id: token.id.to_string(),
        name: token.name.clone(),
        created_at: token.created_at,
        expires_at: token.expires_at,
        used_at: token.used_at,
        is_alive: token.is_alive(now),
    }
}

fn roles(form: &Form) -> Result<Roles, Trouble> {
    let words: Result<Vec<Role>, _> = form.all("role").map(Role::parse).collect();
    let roles = words.map_err(|error| at("role", AlertWord::Field, error))?;
    Ok(Roles::of(&roles))
}

/// Gives a member a fresh code. That the caller may is decided before.
async fn invited(seat: &Seat, (member, name): (MemberId, String)) -> Result<Ended, Trouble> {
    let pages = seat.pages();
    let (storage, seconds) = (pages.hub.storage(), pages.office.settings.invitation_seconds);
    let code = invite(storage, &pages.code_pool, member, &seat.staff.actor(), seconds).await?;
    Ok(Ended::Once(Once {
        word: OnceWord::InvitationCode,
        of: name,
        secret: code.expose().to_owned(),
    }))
}

async fn add(AnySent(Sent { seat, form }): AnySent) -> Response {
    let added = async {
        let new = NewMember {
            user_name: form.get("user_name").to_owned(),
            display_name: form.get("display_name").to_owned(),
            roles: roles(&form)?,
        };
        let member = service::add(seat.office(), &seat.staff, &new).await?.member;
        invited(&seat, (member.id, member.display_name)).await
    };
    match seat.settle((HERE, "add"), &form, added.await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}

async fn change(Path((member, what)): Path<(String, String)>, AnySent(Sent { seat, form }): AnySent) -> Response {
    let changed = async {
        let member: MemberId = id(&member)?;
        changed(&seat, (member, &what), &form).await
    };
    match seat.settle((HERE, &what), &form, changed.await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}

async fn changed(seat: &Seat, (member, what): (MemberId, &str), form: &Form) -> Result<Ended, Trouble> {
    let (office, staff) = (seat.office(), &seat.staff);
    let (seen, now) = ((member, version(form)), seat.pages().hub.now());
    match what {
        "invite" => {
            staff.require(Role::Administrator, staff.organisation.kind)?;
            let listed = service::list(office, staff).await?;
            let own = listed.into_iter().find(|listed| listed.row.member.id == member);
            let own = own.ok_or(MemberError::Unknown)?.row.member;
            return invited(seat, (own.id, own.display_name)).await;
        }
        "roles" => drop(service::set_roles(office, staff, seen, &roles(form)?).await?),
        "certificate" => {
            let sha256 = sha256(&form.get("certificate").replace(':', ""))?;
            service::set_certificate(office, staff, seen, sha256).await?;
        }
        "deactivate" => {
            service::deactivate(office, staff, member, now).await?;
            return Ok(Ended::Done(DoneWord::MemberLeft));
        }
        "remove" => {
            service::remove(office, staff, member, now).await?;
            return Ok(Ended::Done(DoneWord::MemberLeft));
        }
        "reactivate" => drop(service::reactivate(office, staff, member).await?),
        _ => return Err(Trouble::NotFound),
    }
    Ok(Ended::Done(DoneWord::MemberChanged))
}

async fn issue(AnySent(Sent { seat, form }): AnySent) -> Response {
    let issued = async {
        let issued = token::issue(seat.office(), &seat.staff, form.get("name")).await?;
        Ok(Ended::Once(Once {
            word: OnceWord::DirectoryToken,
            of: issued.row.name,
            secret: issued.secret.expose().to_owned(),
        }))
    };
    match seat.settle((HERE, "token"), &form, issued.await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}

async fn end_token(Path(token): Path<String>, AnySent(Sent { seat, form }): AnySent) -> Response {
    let ended = async {
        token::end(seat.office(), &seat.staff, id(&token)?).await?;
        Ok(Ended::Done(DoneWord::TokenEnded))
    };
    match seat.settle((HERE, "end_token"), &form, ended.await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}
