//! Why there is no report.

use naru_storage::StorageError;

use crate::inspection::InspectionError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// No such inspection, or none that the member may see.
    #[error("there is no such inspection")]
    Unknown,
    /// It has no result yet.
    #[error("in {0} there is no final report yet")]
    NotFinal(String),
    /// What stands in the database is not what was signed.
    #[error("the stored verdicts are not those that were signed; the report is not given out")]
    NotAsSigned,
    /// It is too large, or a letter of it cannot be set.
    #[error("the report cannot be printed: {0}")]
    Print(String),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<InspectionError> for ReportError {
    fn from(error: InspectionError) -> Self {
        match error {
            InspectionError::Storage(error) => Self::Storage(error),
            _ => Self::Unknown,
        }
    }
}
