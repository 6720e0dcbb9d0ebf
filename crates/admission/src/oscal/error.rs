//! Why a bundle was not made or not taken.

use naru_oscal::{BundleError, Fault, IdentError, TimestampError};
use naru_storage::StorageError;

use crate::inspection::InspectionError;

/// Why a bundle was not made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// No such inspection, or none that the member may see.
    #[error("there is no such inspection")]
    Unknown,
    /// The inspected organisation is told the result when there is one.
    #[error("in {0} there is no result to give out yet")]
    NotFinal(String),
    /// What was made is not in order: a defect of ours.
    #[error("the bundle has {} faults, the first: {}", .0.len(), .0.first().map_or("", String::as_str))]
    Faulty(Vec<String>),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<IdentError> for ExportError {
    fn from(error: IdentError) -> Self {
        Self::Faulty(vec![error.to_string()])
    }
}

impl From<TimestampError> for ExportError {
    fn from(error: TimestampError) -> Self {
        Self::Faulty(vec![error.to_string()])
    }
}

impl From<BundleError> for ExportError {
    fn from(error: BundleError) -> Self {
        Self::Faulty(vec![error.to_string()])
    }
}

impl From<InspectionError> for ExportError {
    fn from(error: InspectionError) -> Self {
        match error {
            InspectionError::Storage(error) => Self::Storage(error),
            _ => Self::Unknown,
        }
    }
}

/// Why a bundle was not taken. Nothing of it is kept then.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file is no document of the standard.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The documents do not fit together; every fault with its place.
    #[error("the bundle has {} faults, the first: {}", .0.len(), .0.first().map_or_else(String::new, Fault::to_string))]
    Faults(Vec<Fault>),
    /// What it says cannot be taken here; every reason.
    #[error("the bundle cannot be taken: {}", .0.join("; "))]
    Refused(Vec<String>),
    /// An upload that is no bundle in one file.
    #[error("one JSON object is needed, with a document under the name of each file: {0}")]
    Upload(String),
    /// The inspection, or the right to judge it.
    #[error(transparent)]
    Inspection(#[from] InspectionError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl ImportError {
    /// Everything that stands against the bundle, a sentence each.
    pub fn sentences(&self) -> Vec<String> {
        match self {
            Self::Faults(faults) => faults.iter().map(ToString::to_string).collect(),
            Self::Refused(reasons) => reasons.clone(),
            other => vec![other.to_string()],
        }
    }
}
