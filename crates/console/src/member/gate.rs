//! Who stands before a member's pages: the cookie of their sign-in, the token of their forms, and the way in for those
//! who are not signed in. A handler that takes a [`StaffPage`] or a [`StaffForm`] cannot be reached without.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use naru_admission::Staff;
use naru_auth::member::{self as members, Opened, SignedIn};
use naru_core::{Language, Member, MemberId, MemberSession, OrganisationKind, Role};
use naru_crypto::{Secret, SecretKind};
use naru_storage::StorageError;

use crate::page::in_language;
use crate::pages::{Form, Pages, cookie, csrf, is_csrf, language, see_other, set_cookie};
use crate::person::ProblemWord;
use crate::staff::with_own;
use crate::{Frame, Newcomer, StaffFrame, StaffWay};

/// The cookie of a member's sign-in on this device.
const COOKIE: &str = "__Host-naru-member";
/// The cookie of a browser in which nobody has signed in yet: its forms are tied to it.
const ARRIVAL: &str = "__Host-naru-arrival";
/// Where a member's pages are; signing in leads to nowhere else.
const ROOTS: [&str; 7] = [
    "/fintech",
    "/institution",
    "/inspector",
    "/operator",
    "/supervisor",
    "/staff/members",
    "/staff/security",
];
/// Characters of a path that signing in leads back to at most.
const NEXT_MAX: usize = 200;

/// A member who is signed in.
#[derive(Clone)]
pub(crate) struct Guest {
    /// In whose name the services of admission act.
    pub(crate) staff: Staff,
    /// Under which sign-in.
    pub(crate) session: MemberSession,
    secret: String,
}

impl Guest {
    /// Who is signed in, if the sign-in is alive and the member active.
    pub(super) async fn of(pages: &Pages, headers: &HeaderMap) -> Result<Option<Self>, StorageError> {
        let Some(secret) = cookie(headers, COOKIE) else {
            return Ok(None);
        };
        let found = members::find(&pages.hub, secret).await?;
        let guest = |found: SignedIn| Self {
            staff: Staff {
                member: found.member,
                organisation: found.organisation,
            },
            session: found.session,
            secret: secret.to_owned(),
        };
        Ok(found.map(guest))
    }

    pub(crate) const fn member_id(&self) -> MemberId {
        self.staff.member.id
    }

    /// What their organisation is.
    pub(crate) const fn kind(&self) -> OrganisationKind {
        self.staff.organisation.kind
    }

    /// The token of this sign-in's forms.
    pub(crate) fn csrf(&self) -> String {
        csrf(&self.secret)
    }

    /// Whether a form came from a page of this sign-in.
    pub(crate) fn sent(&self, token: &str) -> bool {
        is_csrf(&self.secret, token)
    }

    /// The secret of this sign-in, to which a ceremony in it is tied.
    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    /// What stands around the pages of this member, with a word about a younger sign-in elsewhere.
    pub(crate) fn around(&self, ways: Vec<StaffWay>, all: &[MemberSession]) -> StaffFrame {
        let this = &self.session;
        let newcomer = all
            .iter()
            .filter(|other| other.id != this.id && other.created_at > this.created_at)
            .max_by_key(|other| other.created_at)
            .map(|other| Newcomer {
                device: other.device.clone(),
                at: other.created_at,
            });
        StaffFrame {
            organisation: self.staff.organisation.name.clone(),
            kind: self.kind(),
            member: self.staff.member.display_name.clone(),
            csrf: self.csrf(),
            ways,
            newcomer,
        }
    }
}

/// The member who asks for one of their pages, or the answer that leads there by signing in.
pub(crate) async fn staff(pages: &Pages, headers: &HeaderMap, uri: &Uri) -> Result<Guest, Response> {
    let language = language(uri.query());
    match Guest::of(pages, headers).await {
        Ok(Some(guest)) => Ok(guest),
        Ok(None) => {
            let to = known(uri.path()).map_or_else(
                || "/staff/sign-in".to_owned(),
                |next| format!("/staff/sign-in?next={next}"),
            );
            Err(see_other(&in_language(&to, language.unwrap_or_default())))
        }
        Err(error) => {
            let frame = pages.frame(language, "/staff/sign-in");
            Err(pages.unavailable(&frame, &error, "a member's sign-in could not be looked up"))
        }
    }
}

/// A page asked for by a member who is signed in. Whoever is not, is sent to sign in and comes back.
pub(crate) struct StaffPage {
    pub(crate) pages: Pages,
    pub(crate) guest: Guest,
    pub(crate) headers: HeaderMap,
    uri: Uri,
}

impl FromRequestParts<Pages> for StaffPage {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Response> {
        Ok(Self {
            guest: staff(pages, &parts.headers, &parts.uri).await?,
            pages: pages.clone(),
            headers: parts.headers.clone(),
            uri: parts.uri.clone(),
        })
    }
}

impl StaffPage {
    /// The query of the request.
    pub(crate) fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// The language that was asked for.
    pub(crate) fn language(&self) -> Language {
        language(self.query()).unwrap_or_default()
    }

    /// The frame of this page, reached by a GET of `here`, with the ways through the member's console and those that
    /// every member has.
    ///
    /// # Errors
    /// The answer that says that the database did not answer.
    pub(crate) async fn frame(&self, here: &str, ways: Vec<StaffWay>) -> Result<Frame, Response> {
        let frame = self.plain_frame(here);
        match members::list(&self.pages.hub, self.guest.member_id()).await {
            Ok(all) => Ok(Frame {
                staff: Some(self.guest.around(with_own(ways, here), &all)),
                ..frame
            }),
            Err(error) => Err(self.pages.unavailable(&frame, &error, "sign-ins could not be listed")),
        }
    }

    fn plain_frame(&self, here: &str) -> Frame {
        self.pages.frame(language(self.query()), here)
    }

    /// Leads to a path in the language of this page.
    pub(crate) fn to(&self, path: &str) -> Response {
        see_other(&in_language(path, self.language()))
    }

    /// The page that says that something is not there, or not theirs.
    pub(crate) fn not_found(&self) -> Response {
        let frame = self.plain_frame(console_of(self.guest.kind()));
        self.pages.problem(&frame, StatusCode::NOT_FOUND, ProblemWord::NotFound)
    }

    /// The page that says that something of ours did not answer.
    pub(crate) fn unavailable(&self, error: &StorageError, what: &str) -> Response {
        let frame = self.plain_frame(console_of(self.guest.kind()));
        self.pages.unavailable(&frame, error, what)
    }
}

/// A form sent from a page of a member who is signed in; a foreign one is answered with the page that says that the
/// time has run out. It takes the body: of a handler's arguments it is the last.
pub(crate) struct StaffForm {
    pub(crate) page: StaffPage,
    pub(crate) form: Form,
}

impl FromRequest<Pages> for StaffForm {
    type Rejection = Response;

    async fn from_request(request: Request, pages: &Pages) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let frame = pages.frame(language(parts.uri.query()), "/staff/security");
        let guest = match Guest::of(pages, &parts.headers).await {
            Ok(guest) => guest,
            Err(error) => return Err(pages.unavailable(&frame, &error, "a member's sign-in could not be looked up")),
        };
        let (headers, uri) = (parts.headers.clone(), parts.uri.clone());
        // One that is too long is empty, and lacks its token.
        let body = Bytes::from_request(Request::from_parts(parts, body), &()).await;
        let form = Form::read(&body.unwrap_or_default());
        match guest.filter(|guest| guest.sent(form.get("csrf"))) {
            Some(guest) => Ok(Self {
                page: StaffPage {
                    pages: pages.clone(),
                    guest,
                    headers,
                    uri,
                },
                form,
            }),
            None => Err(pages.problem(&frame, StatusCode::FORBIDDEN, ProblemWord::OutOfTime)),
        }
    }
}

/// A browser in which nobody has signed in yet.
pub(crate) struct Arrival {
    secret: String,
    cookie: Option<HeaderValue>,
}

impl Arrival {
    /// The one that a request comes from; a new one gets a cookie.
    pub(crate) fn of(pages: &Pages, headers: &HeaderMap) -> Self {
        if let Some(secret) = cookie(headers, ARRIVAL).filter(|secret| !secret.is_empty()) {
            return Self {
                secret: secret.to_owned(),
                cookie: None,
            };
        }
        let secret = Secret::new(SecretKind::Session, pages.hub.storage().chance().bytes());
        Self {
            cookie: Some(set_cookie(ARRIVAL, secret.expose(), None)),
            secret: secret.expose().to_owned(),
        }
    }

    /// The token of its forms.
    pub(crate) fn csrf(&self) -> String {
        csrf(&self.secret)
    }

    /// Whether a form came from a page of this browser.
    pub(crate) fn sent(&self, token: &str) -> bool {
        self.cookie.is_none() && is_csrf(&self.secret, token)
    }

    /// The cookie that makes it known again, where it is new.
    pub(crate) fn into_cookie(self) -> Option<HeaderValue> {
        self.cookie
    }
}

/// The cookie of a session that was opened just now. An earlier sign-in of the same browser ends, so that it does not
/// look like another device.
pub(super) async fn opened(pages: &Pages, headers: &HeaderMap, opened: &Opened) -> Result<HeaderValue, StorageError> {
    if let Some(before) = Guest::of(pages, headers).await? {
        members::end(&pages.hub, before.member_id(), before.session.id).await?;
    }
    Ok(set_cookie(COOKIE, opened.secret.expose(), None))
}

/// The cookie that takes the sign-in's cookie away.
pub(super) fn no_cookie() -> HeaderValue {
    set_cookie(COOKIE, "", Some(0))
}

/// The console of a kind of organisation.
pub(crate) const fn console_of(kind: OrganisationKind) -> &'static str {
    match kind {
        OrganisationKind::Fintech => "/fintech",
        OrganisationKind::Agency => "/inspector",
        OrganisationKind::Operator => "/operator",
        OrganisationKind::Supervisor => "/supervisor",
        OrganisationKind::Institution => "/institution",
    }
}

/// A path of one of the members' pages; nothing for any other text.
pub(super) fn known(path: &str) -> Option<&str> {
    let is_below = |root: &str| {
        path.strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_plain = path.len() <= NEXT_MAX
        && path
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_'))
        && !path.contains("//");
    (is_plain && ROOTS.iter().any(|root| is_below(root))).then_some(path)
}

/// Where a sign-in leads: back to the page where it began, else to where the member begins.
pub(super) fn lead(next: &str, home: &'static str, language: Language) -> String {
    in_language(known(next).unwrap_or(home), language)
}

/// Where a member begins: at the console of their organisation; those of an agency who look after its people alone,
/// at their people.
pub(crate) fn home(member: &Member, kind: OrganisationKind) -> &'static str {
    let inspecting = [Role::Inspector, Role::Approver, Role::Reader];
    if kind == OrganisationKind::Agency && !inspecting.iter().any(|role| member.may(*role)) {
        "/staff/members"
    } else {
        console_of(kind)
    }
}
