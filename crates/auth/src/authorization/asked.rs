//! What a fintech asks at /oauth/2.0/authorize, raw and checked.

use naru_core::{Client, ClientStatus, Language, Scope, Scopes};
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
}

/// Why a request leads nowhere. Where the fintech or its address is not certain, nobody is redirected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedError {
    /// No fintech has this id.
    Client,
    /// The fintech has not registered this address.
    RedirectUri,
    /// The fintech may not be answered now.
    Suspended,
    /// The fintech gets the error at its own address.
    Redirect(String),
    /// The database.
    Storage(naru_storage::StorageError),
}

impl AskedRaw {
    /// Checks the request against what the fintech has registered.
    pub(crate) fn check(&self, client: &Client) -> Result<Asked, AskedError> {
        let redirect_uri = self.redirect_uri.as_str();
        if !client.redirect_uris.iter().any(|registered| registered == redirect_uri) {
            return Err(AskedError::RedirectUri);
        }
        if client.status != ClientStatus::Active {
            return Err(AskedError::Suspended);
        }
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

    /// The fintech's address with an error (RFC 6749 §4.1.2.1).
    pub fn error_uri(&self, error: &str) -> String {
        self.with(&[("error", error)])
    }

    /// The fintech's address with a code.
    pub fn code_uri(&self, code: &str, scopes: &Scopes) -> String {
        self.with(&[("code", code), ("scope", &scopes.to_string())])
    }

    fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut all = parameters.to_vec();
        all.push(("state", &self.state));
        if !self.client_info.is_empty() {
            all.push(("client_info", &self.client_info));
        }
        let query = serde_urlencoded::to_string(all).unwrap_or_default();
        let separator = if self.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{separator}{query}", self.redirect_uri)
    }
}
