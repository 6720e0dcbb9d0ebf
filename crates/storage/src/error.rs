//! What can go wrong between the hub and its database.

/// Why the database did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// A unique key is taken; nothing was written.
    #[error("{transaction}: the key is taken")]
    Taken {
        /// The named transaction.
        transaction: &'static str,
    },
    /// The database could not be reached or refused; nothing was written.
    #[error("{transaction}: {cause}")]
    Failed {
        /// The named transaction.
        transaction: &'static str,
        /// In the database's words.
        cause: String,
    },
    /// The connection broke while committing: it may or may not have been written.
    #[error("{transaction}: the commit's outcome is not known: {cause}")]
    CommitUnknown {
        /// The named transaction.
        transaction: &'static str,
        /// In the database's words.
        cause: String,
    },
    /// A stored value cannot be read back.
    #[error("a stored value cannot be read: {0}")]
    Corrupt(String),
    /// A transaction wrote without leaving a trail row; nothing was written.
    #[error("{0}: wrote without leaving a trail row")]
    Untraced(&'static str),
    /// The schema is not the one this program knows.
    #[error("the database's schema is at version {found}, this program knows {known}: {advice}")]
    Schema {
        /// The version found.
        found: i64,
        /// The newest version known.
        known: i64,
        /// What to do.
        advice: &'static str,
    },
}

impl StorageError {
    /// A stored value that cannot be read back.
    pub fn corrupt(cause: impl std::fmt::Display) -> Self {
        Self::Corrupt(cause.to_string())
    }
}
