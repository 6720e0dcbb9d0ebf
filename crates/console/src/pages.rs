//! What the handlers of all pages share: the state, the browser's session, and the way a page is answered.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use naru_auth::identity::IdentityCheck;
use naru_banking::Desk;
use naru_core::{AuthorizationId, CallId, Language};
use naru_crypto::{Secret, hex, sha256};
use naru_web::{Effect, Hub, Route, Who};

use crate::person::{ProblemView, ProblemWord, SignInWords, consents_http, journey_http, problem};
use crate::{Asset, CONTENT_SECURITY_POLICY, Frame, PageError};

/// A form's body at most, bytes.
pub(crate) const FORM_MAX: usize = 64 * 1024;

/// The state of the page handlers. Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    /// The hub.
    pub hub: Hub,
    /// The lines, to find a person's accounts.
    pub desk: Desk,
    /// Who proofs people.
    pub identity: Arc<dyn IdentityCheck>,
    /// Invented people one can sign in as; empty outside a trial.
    pub trial_people: Arc<[SignInWords]>,
}

/// The routes of all pages.
pub fn routes(pages: &Pages) -> Vec<Route> {
    let mut routes = journey_http::routes(pages);
    routes.extend(consents_http::routes(pages));
    routes.push(Route {
        method: "GET",
        path: "/assets/{file}",
        who: Who::Public,
        demand: None,
        effect: Effect::Reads,
        summary: "Stylesheet and icon of the pages",
        handler: get(async |Path(file): Path<String>| {
            Asset::at(&format!("/assets/{file}"))
                .map_or(StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
        }),
    });
    routes
}

/// The cookie that ties a journey to one browser. `__Host-` means: this host alone, over TLS alone, for every path.
const COOKIE: &str = "__Host-naru";

/// The browser's session: which journey, and its secret.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) id: AuthorizationId,
    pub(crate) secret: String,
}

impl Session {
    /// The session that a request carries.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let cookies = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let value = cookies
            .flat_map(|line| line.split(';'))
            .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
        let (id, secret) = value.split_once('.')?;
        Some(Self {
            id: id.parse().ok()?,
            secret: secret.to_owned(),
        })
    }

    /// The cookie that sets this session.
    pub(crate) fn cookie(id: AuthorizationId, secret: &Secret) -> HeaderValue {
        let text = format!(
            "{COOKIE}={id}.{}; Path=/; Secure; HttpOnly; SameSite=Lax",
            secret.expose()
        );
        HeaderValue::from_str(&text).expect("an id and a secret are plain ASCII")
    }

    /// The token that this session's forms carry: only pages of the session can know it.
    pub(crate) fn csrf(secret: &str) -> String {
        hex(&sha256(format!("csrf:{secret}").as_bytes()))
    }

    /// Whether a form came from a page of this session.
    pub(crate) fn sent(&self, csrf: &str) -> bool {
        naru_crypto::constant_time_eq(Self::csrf(&self.secret).as_bytes(), csrf.as_bytes())
    }
}

/// The language that a query string asks for.
pub(crate) fn language(query: Option<&str>) -> Option<Language> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query?).ok()?;
    let (_, word) = pairs.into_iter().find(|(name, _)| name == "lang")?;
    if word.starts_with("en") {
        Some(Language::En)
    } else {
        Some(Language::Ko)
    }
}

impl Pages {
    /// The frame of a page that a GET of `here` shows.
    pub(crate) fn frame(&self, language: Option<Language>, here: impl Into<String>) -> Frame {
        Frame {
            language: language.unwrap_or_default(),
            here: here.into(),
            test_bed: !self.trial_people.is_empty(),
        }
    }

    /// A page, or the plain word that it could not be made.
    pub(crate) fn answer(&self, status: StatusCode, page: Result<String, PageError>) -> Response {
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(event = "page_failed", %error, "a defect: please report");
                return naru_web::Problem::internal().into_response();
            }
        };
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
            (header::X_FRAME_OPTIONS, "DENY"),
        ];
        (status, headers, page).into_response()
    }

    /// The page that says why it does not go on.
    pub(crate) fn problem(&self, frame: &Frame, status: StatusCode, kind: ProblemWord) -> Response {
        let storage = self.hub.storage();
        let reference = CallId::new(self.hub.now(), storage.chance()).to_string();
        let view = ProblemView {
            kind,
            sentence: None,
            hint: None,
            reference: reference.clone(),
            chain: None,
            retry_href: None,
        };
        let mut response = self.answer(status, problem(&view, frame));
        if let Ok(value) = HeaderValue::from_str(&reference) {
            response.headers_mut().insert("x-correlation-id", value);
        }
        response
    }
}

/// Sends the browser on with a GET.
pub(crate) fn see_other(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response(),
        Err(_) => naru_web::Problem::internal().into_response(),
    }
}

/// The pairs of a posted form.
#[derive(Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a form; one that cannot be read is empty, and lacks its token.
    pub(crate) fn read(body: &[u8]) -> Self {
        if body.len() > FORM_MAX {
            Self::default()
        } else {
            Self(serde_urlencoded::from_bytes(body).unwrap_or_default())
        }
    }

    /// The first value of a field; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.trim())
            .unwrap_or_default()
    }

    /// Every value of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_survives_its_cookie_and_knows_its_own_forms() {
        let id = AuthorizationId::new(
            naru_core::Timestamp(1_790_000_000_000_000),
            &naru_core::Chance::seeded(1),
        );
        let secret = Secret::new(naru_crypto::SecretKind::Session, [3; 32]);
        let cookie = Session::cookie(id, &secret);
        let text = cookie.to_str().unwrap();
        assert!(
            text.contains("Secure") && text.contains("HttpOnly") && text.contains("Path=/;"),
            "{text}"
        );
        let mut headers = HeaderMap::new();
        let pair = format!("other=1; {}", text.split(';').next().unwrap());
        headers.insert(header::COOKIE, HeaderValue::from_str(&pair).unwrap());
        let session = Session::of(&headers).unwrap();
        assert_eq!((session.id, session.secret.as_str()), (id, secret.expose()));
        assert!(session.sent(&Session::csrf(secret.expose())));
        assert!(!session.sent(&Session::csrf("another")));
        assert!(Session::of(&HeaderMap::new()).is_none());
    }

    #[test]
    fn forms_keep_repeated_fields_and_survive_nonsense() {
        let form = Form::read(b"account=0&account=2&csrf=a%20");
        assert_eq!(form.all("account").collect::<Vec<_>>(), ["0", "2"]);
        assert_eq!((form.get("csrf"), form.get("none")), ("a", ""));
        assert_eq!(Form::read(&vec![b'a'; FORM_MAX + 1]).get("a"), "");
    }
}
