//! What every ceremony of a passkey has in common on the wire: JSON in, JSON out, the form's token in a header. The
//! script of our pages speaks so, for people and for members.

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use naru_auth::passkey::PasskeyError;
use naru_core::{CeremonyId, Language};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::pages::{FORM_MAX, device};

/// The header that carries the form's token.
const TOKEN: &str = "x-csrf-token";
/// Characters of a passkey's name at most.
const NAME_MAX: usize = 40;

/// What the script sends at the end of a ceremony.
#[derive(Deserialize)]
pub(crate) struct Finish {
    pub(crate) ceremony: CeremonyId,
    pub(crate) credential: Value,
    #[serde(default)]
    name: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    pub(crate) next: String,
}

impl Finish {
    /// Reads a body; nothing where it is too long or not one.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        (body.len() <= FORM_MAX)
            .then(|| serde_json::from_slice(body).ok())
            .flatten()
    }

    /// The language of the page that sent it.
    pub(crate) fn language(&self) -> Language {
        if self.lang == "en" { Language::En } else { Language::Ko }
    }

    /// What the passkey is to be called: what was typed, else the device, else a word that fits every one.
    pub(crate) fn name(&self, headers: &HeaderMap) -> String {
        let typed: String = self.name.trim().chars().take(NAME_MAX).collect();
        let words = [typed, device(headers)].into_iter().find(|words| !words.is_empty());
        words.unwrap_or_else(|| "Passkey".to_owned())
    }
}

/// An answer that the script understands.
pub(crate) fn word(status: StatusCode, word: &str) -> Response {
    (status, axum::Json(json!({ "problem": word }))).into_response()
}

/// The script looks at the status alone; the word is for people who look at the traffic.
pub(crate) fn failed(error: &PasskeyError) -> Response {
    match error {
        PasskeyError::Storage(error) => silent(error),
        _ => word(StatusCode::UNPROCESSABLE_ENTITY, "refused"),
    }
}

/// The database did not answer.
pub(crate) fn silent(error: &naru_storage::StorageError) -> Response {
    tracing::error!(event = "storage_failed", %error, "a passkey ceremony could not go on");
    word(StatusCode::SERVICE_UNAVAILABLE, "unavailable")
}

/// The token that a request of the script carries.
pub(crate) fn token(headers: &HeaderMap) -> &str {
    headers
        .get(TOKEN)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// A ceremony began.
pub(crate) fn begun((ceremony, options): (CeremonyId, Value)) -> Response {
    axum::Json(json!({ "ceremony": ceremony, "options": options })).into_response()
}

/// Where the hub's address has no name, there are no passkeys.
pub(crate) fn none_here() -> Response {
    word(StatusCode::NOT_FOUND, "refused")
}

/// Sends the script on to a page.
pub(crate) fn go_to(href: &str) -> Response {
    axum::Json(json!({ "next": href })).into_response()
}
