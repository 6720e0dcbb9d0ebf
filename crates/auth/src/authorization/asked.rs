//! What a fintech asks at /oauth/2.0/authorize, raw and checked.

use naru_core::trust::{ClientStanding, Why, may_ask};
use naru_core::{GrantId, Language, Profile, SECOND, Scope, Scopes, SignInMethod, Timestamp};
use naru_web::Hub;
use naru_web::kftc::Text;
use serde::{Deserialize, Serialize};

/// The request's parameters as they came.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AskedRaw {
    pub(crate) response_type: Text,
    pub(crate) client_id: Text,
    pub(crate) redirect_uri: Text,
    pub(crate) scope: Text,
    pub(crate) state: Text,
    pub(crate) auth_type: Text,
    pub(crate) client_info: Text,
    pub(crate) lang: Text,
}

/// The request, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What the fintech wants to be allowed.
    pub scopes: String,
    /// Echoed to the fintech.
    pub state: String,
    /// Echoed to the fintech where it was given.
    pub client_info: String,
    /// `0` first time, `1` add an account, `2` skip the identity check.
    pub auth_type: String,
    /// In which language the pages speak.
    pub language: Language,
    /// What else was asked, where the client speaks the FAPI 2.0 profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fapi2: Option<Fapi2Asked>,
}

/// What a request of the FAPI 2.0 profile asks beside redirect, scopes and state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fapi2Asked {
    /// SHA-256 of the `request_uri`, hexadecimal.
    pub request_sha256: String,
    /// Who answers (RFC 9207).
    pub issuer: String,
    /// The PKCE challenge, `S256` (RFC 7636 4.2).
    pub challenge: String,
    /// Returned in the ID token.
    pub nonce: Option<String>,
    /// The key that the code is bound to (RFC 9449 10), hexadecimal.
    pub jkt: Option<String>,
    /// Whether the answer is signed (JARM).
    pub signed_response: bool,
    /// The authentication context classes of which one must be met; empty for any.
    pub acr: Vec<String>,
    /// How old the person's sign-in may be, seconds.
    pub max_age: Option<i64>,
    /// Whether the person must sign in now.
    pub fresh: bool,
    /// What is wanted with a grant.
    pub grant: Option<GrantUse>,
    /// When and how the person signed in, once they have.
    pub signed_in: Option<SignedIn>,
}

/// What is wanted with a grant (Grant Management 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantUse {
    /// Make, widen or replace.
    pub action: GrantAction,
    /// Which one, unless it is made.
    pub id: Option<GrantId>,
}

/// What is done with a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GrantAction {
    /// A fresh grant.
    Create,
    /// What is agreed to is added to it.
    Merge,
    /// What is agreed to takes its place.
    Replace,
}

/// A person's sign-in, as an ID token tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// When (`auth_time`).
    pub at: Timestamp,
    /// How.
    pub method: SignInMethod,
}

/// Why a request leads nowhere. Where the fintech or its address is not certain, nobody is redirected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedError {
    /// No fintech has this id.
    Client,
    /// The fintech has not registered this address.
    RedirectUri,
    /// The fintech may not ask people now: it or its organisation is not admitted.
    Stopped(Why),
    /// The fintech gets the error at its own address.
    Redirect(String),
    /// The database.
    Storage(naru_storage::StorageError),
}

impl AskedRaw {
    /// Checks the request against what the fintech has registered, and whether people may be sent to it now.
    pub(crate) fn check(&self, standing: &ClientStanding, hub: &Hub) -> Result<Asked, AskedError> {
        let client = &standing.client;
        let redirect_uri = self.redirect_uri.as_str();
        if !client.redirect_uris.iter().any(|registered| registered == redirect_uri) {
            return Err(AskedError::RedirectUri);
        }
        if client.profile != Profile::Kftc {
            return Err(AskedError::Client);
        }
        may_ask(standing, hub.now(), hub.settings().test_bed).map_err(AskedError::Stopped)?;
        let asked = Asked {
            redirect_uri: redirect_uri.to_owned(),
            scopes: self.scope.as_str().to_owned(),
            state: self.state.as_str().to_owned(),
            client_info: self.client_info.as_str().to_owned(),
            auth_type: if self.auth_type.is_empty() {
                "0".to_owned()
            } else {
                self.auth_type.as_str().to_owned()
            },
            language: if self.lang.as_str().starts_with("en") {
                Language::En
            } else {
                Language::Ko
            },
            fapi2: None,
        };
        let refuse = |error: &str| Err(AskedError::Redirect(asked.error_uri(error)));
        if self.response_type.as_str() != "code" {
            return refuse("unsupported_response_type");
        }
        if asked.state.is_empty() || asked.state.len() > 200 || asked.client_info.len() > 200 {
            return refuse("invalid_request");
        }
        if !matches!(asked.auth_type.as_str(), "0" | "1" | "2") {
            return refuse("invalid_request");
        }
        match Scopes::parse(&asked.scopes) {
            Ok(scopes) if !scopes.is_empty() && of_people(&scopes) && client.scopes.covers(&scopes) => Ok(Asked {
                scopes: scopes.to_string(),
                ..asked
            }),
            _ => refuse("invalid_scope"),
        }
    }
}

/// Whether a person can grant all of these.
fn of_people(scopes: &Scopes) -> bool {
    scopes
        .iter()
        .all(|scope| matches!(scope, Scope::Login | Scope::Inquiry | Scope::Transfer))
}

impl Asked {
    /// The scopes as a set.
    pub fn scope_set(&self) -> Scopes {
        Scopes::parse(&self.scopes).unwrap_or_default()
    }

    /// Whether a sign-in of this age and kind is enough, or the person must sign in now.
    pub fn accepts(&self, signed_in: SignedIn, now: Timestamp) -> bool {
        let Some(fapi2) = &self.fapi2 else { return true };
        let age = now.micros_since(signed_in.at) / SECOND;
        !fapi2.fresh && fapi2.max_age.is_none_or(|most| age <= most) && fapi2.meets(signed_in.method)
    }

    /// The fintech's address with an error (RFC 6749 4.1.2.1).
    pub(crate) fn error_uri(&self, error: &str) -> String {
        self.answer_uri(&[("error", error)])
    }

    /// The parameters of an answer: what it says, the state as it came, and who answers.
    pub(crate) fn answer(&self, parameters: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        let mut all: Vec<_> = parameters
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        if self.fapi2.is_none() || !self.state.is_empty() {
            all.push(("state", self.state.clone()));
        }
        match &self.fapi2 {
            Some(fapi2) => all.push(("iss", fapi2.issuer.clone())),
            None if !self.client_info.is_empty() => all.push(("client_info", self.client_info.clone())),
            None => {}
        }
        all
    }

    /// The fintech's address with an answer in the clear.
    pub(crate) fn answer_uri(&self, parameters: &[(&'static str, &str)]) -> String {
        self.address(&self.answer(parameters))
    }

    /// The fintech's address with these parameters.
    pub(crate) fn address(&self, parameters: &[(&'static str, String)]) -> String {
        let query = serde_urlencoded::to_string(parameters).unwrap_or_default();
        let separator = if self.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{separator}{query}", self.redirect_uri)
    }
}

impl Fapi2Asked {
    /// Whether a way of signing in meets one of the classes that were demanded.
    pub fn meets(&self, method: SignInMethod) -> bool {
        self.acr.is_empty() || self.acr.iter().any(|acr| method.meets(acr))
    }
}
