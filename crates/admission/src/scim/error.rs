//! Errors as a directory is told of them (RFC 7644 3.12).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use naru_storage::StorageError;
use serde_json::json;

use crate::member::MemberError;

/// The media type of every answer (RFC 7644 8.1).
pub(super) const MEDIA_TYPE: &str = "application/scim+json";

/// Why a request of a directory was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct ScimError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The word of RFC 7644 table 9; none where the status says enough.
    pub kind: Option<&'static str>,
    /// What is wrong, and what would do.
    pub detail: String,
}

impl ScimError {
    /// An error without a word of its own.
    pub(super) fn plain(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            kind: None,
            detail: detail.into(),
        }
    }

    /// A request that cannot be worked on, with its word.
    pub(super) fn bad(kind: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: Some(kind),
            detail: detail.into(),
        }
    }

    pub(super) fn value(detail: impl Into<String>) -> Self {
        Self::bad("invalidValue", detail)
    }

    pub(super) fn syntax(detail: impl Into<String>) -> Self {
        Self::bad("invalidSyntax", detail)
    }

    pub(super) fn filter(detail: impl Into<String>) -> Self {
        Self::bad("invalidFilter", detail)
    }

    /// Nobody, or nobody of this organisation.
    pub(super) fn not_found() -> Self {
        Self::plain(StatusCode::NOT_FOUND, "there is nothing under this address")
    }

    /// The token is missing, unknown, ended or too old: which of them is not told.
    pub(super) fn unauthorized() -> Self {
        let detail = "a living token of the organisation's directory is needed: Authorization: Bearer …";
        Self::plain(StatusCode::UNAUTHORIZED, detail)
    }

    /// The user is another one than the one that was looked at.
    pub(super) fn changed() -> Self {
        let detail = "the user has changed since; read it again and repeat the request";
        Self::plain(StatusCode::PRECONDITION_FAILED, detail)
    }
}

impl From<StorageError> for ScimError {
    fn from(error: StorageError) -> Self {
        if let StorageError::Taken { .. } = error {
            return Self {
                status: StatusCode::CONFLICT,
                kind: Some("uniqueness"),
                detail: "the organisation has a user of this userName".to_owned(),
            };
        }
        tracing::error!(%error, "a directory's request failed");
        let detail = "the hub could not answer; try again";
        Self::plain(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }
}

impl From<MemberError> for ScimError {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::Storage(error) => error.into(),
            MemberError::Taken => StorageError::Taken { transaction: "scim" }.into(),
            MemberError::Unknown => Self::not_found(),
            MemberError::Changed => Self::changed(),
            MemberError::MembersMax(_) => Self::plain(StatusCode::FORBIDDEN, error.to_string()),
            _ => Self::value(error.to_string()),
        }
    }
}

impl IntoResponse for ScimError {
    fn into_response(self) -> Response {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.status.as_str(),
            "detail": self.detail,
        });
        if let Some(kind) = self.kind {
            body["scimType"] = kind.into();
        }
        let mut response = (self.status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body.to_string()).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"scim\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}
