//! Reading the texts under `data/`, strictly: a key that nobody knows is refused.

use serde::de::DeserializeOwned;

/// A text of the rule book cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}: {reason}")]
pub struct BookError {
    /// Which text: its name under `data/`, or the id of the catalogue.
    pub text: String,
    /// What is wrong with it, with line and column where the form is at fault.
    pub reason: String,
}

impl BookError {
    pub(crate) fn new(text: &str, reason: impl Into<String>) -> Self {
        let (text, reason) = (text.to_owned(), reason.into());
        Self { text, reason }
    }
}

/// Reads the YAML text `source` called `name`.
pub(crate) fn read<T: DeserializeOwned>(name: &str, source: &str) -> Result<T, BookError> {
    serde_saphyr::from_str(source).map_err(|error| BookError::new(name, error.to_string()))
}
