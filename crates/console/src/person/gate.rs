//! Who stands before a person's own pages: the cookie of their sign-in, the token of their forms, and the way in for
//! those who are not signed in.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use naru_auth::authorization::service as journeys;
use naru_auth::session::{self as sessions, Opened};
use naru_core::{Language, Person, PersonId, Session, SignInMethod};
use naru_storage::StorageError;

use super::ProblemWord;
use crate::page::in_language;
use crate::pages::{Form, Pages, Ticket, cookie, csrf, device, is_csrf, language, parameter, see_other, set_cookie};
use crate::{Frame, Newcomer, PersonFrame, WayWord};

/// The cookie of a person's sign-in on this device.
pub(super) const COOKIE: &str = "__Host-naru-person";

/// A person who is signed in.
pub(super) struct Guest {
    pub(super) session: Session,
    secret: String,
}

impl Guest {
    /// Who is signed in, if the sign-in is alive.
    pub(super) async fn of(pages: &Pages, headers: &HeaderMap) -> Result<Option<Self>, StorageError> {
        let Some(secret) = cookie(headers, COOKIE) else {
            return Ok(None);
        };
        let found = sessions::find(&pages.hub, secret).await?;
        Ok(found.map(|session| Self {
            session,
            secret: secret.to_owned(),
        }))
    }

    pub(super) const fn person_id(&self) -> PersonId {
        self.session.person_id
    }

    /// The token of this sign-in's forms.
    pub(super) fn csrf(&self) -> String {
        csrf(&self.secret)
    }

    /// Whether a form came from a page of this sign-in.
    pub(super) fn sent(&self, token: &str) -> bool {
        is_csrf(&self.secret, token)
    }

    /// The frame of one of the person's own pages, with a word about a younger sign-in elsewhere.
    pub(super) fn frame(
        &self,
        pages: &Pages,
        way: WayWord,
        (here, query): (String, Option<&str>),
        all: &[Session],
    ) -> Frame {
        let newcomer = all
            .iter()
            .filter(|other| other.id != self.session.id && other.created_at > self.session.created_at)
            .max_by_key(|other| other.created_at)
            .map(|other| Newcomer {
                device: other.device.clone(),
                at: other.created_at,
            });
        Frame {
            person: Some(PersonFrame {
                way,
                csrf: self.csrf(),
                newcomer,
            }),
            ..pages.frame(language(query), here)
        }
    }
}

/// The person of one of their own pages, or the answer that leads there by signing in.
pub(super) async fn guest(
    pages: &Pages,
    headers: &HeaderMap,
    (way, query): (WayWord, Option<&str>),
) -> Result<Guest, Response> {
    let frame = pages.frame(language(query), format!("/{way}"));
    match Guest::of(pages, headers).await {
        Ok(Some(guest)) => Ok(guest),
        Ok(None) => Err(begin(pages, &frame, way).await),
        Err(error) => Err(pages.unavailable(&frame, &error, "a sign-in could not be looked up")),
    }
}

/// Sends a person who is not signed in to the page that signs in, which leads back.
async fn begin(pages: &Pages, frame: &Frame, way: WayWord) -> Response {
    match journeys::visit(&pages.hub).await {
        Ok((journey, secret)) => {
            let to = format!("/authorizations/{}?next={way}", journey.id);
            let mut response = see_other(&in_language(&to, frame.language));
            response
                .headers_mut()
                .insert(header::SET_COOKIE, Ticket::cookie(journey.id, &secret));
            response
        }
        Err(error) => pages.unavailable(frame, &error, "no visit was begun"),
    }
}

/// The person whose form this is, with the form; otherwise the page that says that the time has run out.
pub(super) async fn sender(
    pages: &Pages,
    (headers, query): (&HeaderMap, Option<&str>),
    body: &[u8],
) -> Result<(Guest, Form), Response> {
    let frame = pages.frame(language(query), "/grants");
    let form = Form::read(body);
    match Guest::of(pages, headers).await {
        Ok(Some(guest)) if guest.sent(form.get("csrf")) => Ok((guest, form)),
        Ok(_) => Err(pages.problem(&frame, StatusCode::FORBIDDEN, ProblemWord::OutOfTime)),
        Err(error) => Err(pages.unavailable(&frame, &error, "a sign-in could not be looked up")),
    }
}

/// Signs a person in on this device: the session, and the cookie that holds it. An earlier sign-in of the same browser
/// ends, so that it does not look like another device.
pub(super) async fn open(
    pages: &Pages,
    person: PersonId,
    (method, headers): (SignInMethod, &HeaderMap),
) -> Result<(Session, HeaderValue), StorageError> {
    if let Some(before) = Guest::of(pages, headers).await? {
        sessions::end(&pages.hub, before.person_id(), before.session.id).await?;
    }
    let Opened { session, secret, .. } = sessions::open(&pages.hub, person, method, &device(headers)).await?;
    Ok((session, set_cookie(COOKIE, secret.expose(), None)))
}

/// The cookie that takes the sign-in's cookie away.
pub(super) fn no_cookie() -> HeaderValue {
    set_cookie(COOKIE, "", Some(0))
}

/// The row of a person.
pub(super) async fn person(pages: &Pages, id: PersonId) -> Result<Option<Person>, StorageError> {
    pages
        .hub
        .storage()
        .read("person_find", async |tx| tx.person_find(id).await)
        .await
}

/// Where a sign-in leads when it began on one of the person's own pages.
pub(super) fn next(query: Option<&str>, language: Option<Language>) -> String {
    let way = parameter(query, "next").and_then(|word| WayWord::parse(&word).ok());
    let to = format!("/{}", way.unwrap_or(WayWord::Grants));
    in_language(&to, language.unwrap_or_default())
}
