//! What the handlers of all pages share: the state, the browser's session, and the way a page is answered.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use naru_auth::identity::IdentityCheck;
use naru_auth::member::CodePool;
use naru_auth::passkey::Passkeys;
use naru_auth::session::device_words;
use naru_banking::Desk;
use naru_core::{AuthorizationId, BankCode, CallId, Language};
use naru_crypto::{Authority, Secret, hex, sha256};
use naru_web::{Effect, Hub, Route, Who};

use crate::member::TrialMember;
use crate::person::{ProblemView, ProblemWord, SignInWords, problem};
use crate::{
    Asset, CONTENT_SECURITY_POLICY, Frame, PageError, SCRIPTED_SECURITY_POLICY, design, member, operator, person,
    supervisor,
};

/// A form's body at most, bytes.
pub(crate) const FORM_MAX: usize = 64 * 1024;

/// The state of the page handlers. Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    /// The hub.
    pub hub: Hub,
    /// The lines, to find a person's accounts.
    pub desk: Desk,
    /// Admission: organisations, inspections, evidence.
    pub office: naru_admission::Office,
    /// Who proofs people.
    pub identity: Arc<dyn IdentityCheck>,
    /// Signs people in with passkeys; absent where the hub's address has no name that they could be bound to.
    pub passkeys: Option<Passkeys>,
    /// Invented people one can sign in as; empty outside a trial.
    pub trial_people: Arc<[SignInWords]>,
    /// Where the codes of invitations are compared.
    pub code_pool: CodePool,
    /// Issues certificates to the clients of fintechs; absent where the hub has no authority of its own.
    pub authority: Option<Arc<Authority>>,
    /// Invented members one can enrol as, with the codes of their invitations; empty outside a trial.
    pub trial_members: Arc<[TrialMember]>,
}

/// The routes of all pages.
pub fn routes(pages: &Pages) -> Vec<Route> {
    let mut routes = person::routes(pages);
    routes.extend(member::routes(pages));
    routes.extend(crate::staff::routes(pages));
    routes.extend(crate::fintech::routes(pages));
    routes.extend(crate::inspector::routes(pages));
    routes.extend(operator::routes(pages));
    routes.extend(supervisor::routes(pages));
    routes.push(design::route(pages));
    routes.push(Route {
        method: "GET",
        path: "/assets/{file}",
        who: Who::Public,
        demand: None,
        effect: Effect::Reads,
        summary: "Stylesheet, fonts, script and icon of the pages",
        handler: get(async |Path(file): Path<String>| {
            Asset::at(&format!("/assets/{file}"))
                .map_or(StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
        }),
    });
    routes
}

/// The cookie that ties a journey to one browser. `__Host-` means: this host alone, over TLS alone, for every path.
const COOKIE: &str = "__Host-naru";

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter();
    lines
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// What a journey's cookie says: which journey, and its secret.
#[derive(Clone)]
pub(crate) struct Ticket {
    pub(crate) id: AuthorizationId,
    pub(crate) secret: String,
}

impl Ticket {
    /// The ticket that a request carries.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let (id, secret) = cookie(headers, COOKIE)?.split_once('.')?;
        Some(Self {
            id: id.parse().ok()?,
            secret: secret.to_owned(),
        })
    }

    /// The cookie that hands this ticket out.
    pub(crate) fn cookie(id: AuthorizationId, secret: &Secret) -> HeaderValue {
        set_cookie(COOKIE, &format!("{id}.{}", secret.expose()), None)
    }

    /// Whether a form came from a page of this journey.
    pub(crate) fn sent(&self, token: &str) -> bool {
        is_csrf(&self.secret, token)
    }
}

/// A cookie for this host alone, unreadable for scripts; without an age it ends with the browser.
pub(crate) fn set_cookie(name: &str, value: &str, seconds: Option<i64>) -> HeaderValue {
    let age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}");
    HeaderValue::from_str(&text).expect("ids, secrets and numbers are plain ASCII")
}

/// Browser and system in a few words; empty where neither is known.
pub(crate) fn device(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    device_words(agent.unwrap_or_default())
}

/// The token that the forms under a secret carry: only pages of that browser can know it.
pub(crate) fn csrf(secret: &str) -> String {
    hex(&sha256(format!("csrf:{secret}").as_bytes()))
}

/// Whether a form's token is the one of this secret.
pub(crate) fn is_csrf(secret: &str, token: &str) -> bool {
    naru_crypto::constant_time_eq(csrf(secret).as_bytes(), token.as_bytes())
}

/// The value of a parameter of a query string.
pub(crate) fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query?).ok()?;
    let (_, value) = pairs.into_iter().find(|(key, _)| key == name)?;
    Some(value)
}

/// The language that a query string asks for.
pub(crate) fn language(query: Option<&str>) -> Option<Language> {
    let word = parameter(query, "lang")?;
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
            test_bed: !(self.trial_people.is_empty() && self.trial_members.is_empty()),
            ..Frame::default()
        }
    }

    /// The name of an institution; empty where it is not known.
    pub(crate) fn bank_name(&self, code: &BankCode, language: Language) -> String {
        let found = self.desk.lines.institution(code);
        found.map_or_else(String::new, |i| language.pick(&i.name_ko, &i.name_en).to_owned())
    }

    /// A page without script, or the plain word that it could not be made.
    pub(crate) fn answer(&self, status: StatusCode, page: Result<String, PageError>) -> Response {
        Self::page((status, CONTENT_SECURITY_POLICY), page)
    }

    /// A page that uses our script.
    pub(crate) fn answer_scripted(&self, status: StatusCode, page: Result<String, PageError>) -> Response {
        Self::page((status, SCRIPTED_SECURITY_POLICY), page)
    }

    fn page((status, policy): (StatusCode, &'static str), page: Result<String, PageError>) -> Response {
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(event = "page_failed", %error, "a defect: please report");
                return naru_web::Problem::internal().into_response();
            }
        };
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::X_FRAME_OPTIONS, "DENY"),
        ];
        (status, headers, page).into_response()
    }

    /// The page that says that something of ours did not answer.
    pub(crate) fn unavailable(&self, frame: &Frame, error: &naru_storage::StorageError, what: &str) -> Response {
        tracing::error!(event = "storage_failed", %error, "{what}");
        self.problem(frame, StatusCode::SERVICE_UNAVAILABLE, ProblemWord::Unavailable)
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

    /// Every pair, in order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.trim()))
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
    fn a_ticket_survives_its_cookie_and_knows_its_own_forms() {
        let id = AuthorizationId::new(
            naru_core::Timestamp(1_790_000_000_000_000),
            &naru_core::Chance::seeded(1),
        );
        let secret = Secret::new(naru_crypto::SecretKind::Session, [3; 32]);
        let set = Ticket::cookie(id, &secret);
        let text = set.to_str().unwrap();
        for part in ["Secure", "HttpOnly", "Path=/;", "SameSite=Lax"] {
            assert!(text.contains(part), "{text}");
        }
        let mut headers = HeaderMap::new();
        let pair = format!("__Host-naru-person=1; {}", text.split(';').next().unwrap());
        headers.insert(header::COOKIE, HeaderValue::from_str(&pair).unwrap());
        let ticket = Ticket::of(&headers).unwrap();
        assert_eq!((ticket.id, ticket.secret.as_str()), (id, secret.expose()));
        assert!(ticket.sent(&csrf(secret.expose())));
        assert!(!ticket.sent(&csrf("another")));
        assert!(Ticket::of(&HeaderMap::new()).is_none());
        assert_eq!(cookie(&headers, "__Host-naru-person"), Some("1"));
        assert_eq!(cookie(&headers, "__Host"), None);
    }

    #[test]
    fn forms_keep_repeated_fields_and_survive_nonsense() {
        let form = Form::read(b"account=0&account=2&csrf=a%20");
        assert_eq!(form.all("account").collect::<Vec<_>>(), ["0", "2"]);
        assert_eq!((form.get("csrf"), form.get("none")), ("a", ""));
        assert_eq!(Form::read(&vec![b'a'; FORM_MAX + 1]).get("a"), "");
    }
}
