//! Facts as people write them: YAML or JSON, with errors that say what would have been accepted.

use std::fmt;

use naru_core::{Day, UnknownWord};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::{Facts, Method, OrgType};
use crate::{Inspection, calendar};

const LONGEST_TEXT: usize = 16 * 1024;
const LONGEST_SHOWN: usize = 60;
pub(super) const KEYS: [&str; 11] = [
    "day",
    "inspection",
    "type",
    "isms_valid_on_day",
    "legacy_open_platform",
    "own_team_37_3_2",
    "launched_on",
    "org_cleared_by",
    "app_cleared_by",
    "org_confirmed",
    "extension_until",
];

/// Why a text is not the facts of a case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GivenError {
    /// Longer than 16 KiB.
    #[error("the case has {0} bytes; at most {LONGEST_TEXT} are read")]
    TooLong(usize),
    /// Neither YAML nor JSON, not a mapping, or a key that occurs twice.
    #[error("the case cannot be read as YAML or JSON: {0}")]
    Unreadable(String),
    /// A key that is not known.
    #[error("`{key}` is no key here; accepted: {}", .accepted.join(", "))]
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that are known here.
        accepted: Vec<&'static str>,
    },
    /// A key that must be there and is not.
    #[error("`{key}` is missing; accepted: {accepted}")]
    Missing {
        /// The key.
        key: &'static str,
        /// Its values.
        accepted: String,
    },
    /// A value that is not understood.
    #[error("`{key}` is {value}; accepted: {accepted}")]
    Unaccepted {
        /// The key.
        key: &'static str,
        /// The value as JSON, cut after 60 characters.
        value: String,
        /// Its values.
        accepted: String,
    },
}

/// Reads the facts of a case: a mapping of facts, `{given: …}`, or a whole case `{name, given, expect}`.
///
/// `day`, `inspection` and `type` are required, the others default to false or nothing; null is nothing. Days are
/// written `YYYY-MM-DD`. What `expect` holds is not looked at.
///
/// # Errors
/// [`GivenError`] names the key, its value and what would have been accepted.
pub fn read_given(text: &str) -> Result<Facts, GivenError> {
    if text.len() > LONGEST_TEXT {
        return Err(GivenError::TooLong(text.len()));
    }
    let mut entries = parse(text)?;
    if !entries.contains_key("given") {
        return facts(&entries);
    }
    let accepted = ["name", "given", "expect"];
    if let Some(key) = entries.keys().find(|key| !accepted.contains(&key.as_str())) {
        return Err(GivenError::UnknownKey {
            key: cut(key),
            accepted: accepted.to_vec(),
        });
    }
    match entries.remove("given") {
        Some(Value::Object(given)) => facts(&given),
        other => Err(unaccepted("given", &other.unwrap_or_default(), "a mapping of facts")),
    }
}

/// JSON is read as the YAML it is, so that a key that occurs twice is refused at any depth. YAML forbids the tabs that
/// JSON may be indented with; inside the strings of JSON there are none.
fn parse(text: &str) -> Result<Map<String, Value>, GivenError> {
    if text.contains('\t') && serde_json::from_str::<IgnoredAny>(text).is_ok() {
        return parse(&text.replace('\t', " "));
    }
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| GivenError::Unreadable(error.to_string()))
}

pub(super) fn facts(entries: &Map<String, Value>) -> Result<Facts, GivenError> {
    if let Some(key) = entries.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(GivenError::UnknownKey {
            key: cut(key),
            accepted: KEYS.to_vec(),
        });
    }
    let given = Given(entries);
    Ok(Facts {
        day: given.required("day", calendar::FORM, day)?,
        inspection: given.required("inspection", &listed(Inspection::ALL), word(Inspection::parse))?,
        org_type: given.required("type", &listed(OrgType::ALL), word(OrgType::parse))?,
        isms_valid_on_day: given.flag("isms_valid_on_day")?,
        legacy_open_platform: given.flag("legacy_open_platform")?,
        own_team_37_3_2: given.flag("own_team_37_3_2")?,
        launched_on: given.optional("launched_on", calendar::FORM, day)?,
        org_cleared_by: given.optional("org_cleared_by", &listed(Method::ALL), word(Method::parse))?,
        app_cleared_by: given.optional("app_cleared_by", &listed(Method::ALL), word(Method::parse))?,
        org_confirmed: given.flag("org_confirmed")?,
        extension_until: given.optional("extension_until", calendar::FORM, day)?,
    })
}

struct Given<'a>(&'a Map<String, Value>);

impl Given<'_> {
    fn optional<T>(
        &self,
        key: &'static str,
        accepted: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, GivenError> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| unaccepted(key, value, accepted)),
        }
    }

    fn required<T>(
        &self,
        key: &'static str,
        accepted: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<T, GivenError> {
        let found = self.optional(key, accepted, read)?;
        found.ok_or_else(|| GivenError::Missing {
            key,
            accepted: accepted.to_owned(),
        })
    }

    fn flag(&self, key: &'static str) -> Result<bool, GivenError> {
        Ok(self.optional(key, "true, false", Value::as_bool)?.unwrap_or(false))
    }
}

fn day(value: &Value) -> Option<Day> {
    calendar::parse(value.as_str()?)
}

fn word<T>(parse: impl Fn(&str) -> Result<T, UnknownWord>) -> impl Fn(&Value) -> Option<T> {
    move |value| parse(value.as_str()?).ok()
}

fn listed<T: fmt::Display>(all: &[T]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn unaccepted(key: &'static str, value: &Value, accepted: &str) -> GivenError {
    let (value, accepted) = (cut(&value.to_string()), accepted.to_owned());
    GivenError::Unaccepted { key, value, accepted }
}

fn cut(text: &str) -> String {
    let shown: String = text.chars().take(LONGEST_SHOWN).collect();
    if shown.len() < text.len() { shown + "…" } else { shown }
}

#[cfg(test)]
#[path = "given_tests.rs"]
mod tests;
