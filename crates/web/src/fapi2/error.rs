//! Errors and answers of the OAuth endpoints (RFC 6749 5.2, RFC 6750 3, RFC 9449 5).

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use naru_storage::StorageError;
use serde::Serialize;

/// The registered error codes that the hub answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OauthErrorKind {
    /// A parameter is missing, repeated or cannot be read.
    InvalidRequest,
    /// The client did not prove itself.
    InvalidClient,
    /// The client tried a scheme of HTTP, of which none is taken (RFC 6749 5.2).
    InvalidClientScheme,
    /// The code, refresh token or grant is not good, not the caller's, or used.
    InvalidGrant,
    /// The client may not use this grant type.
    UnauthorizedClient,
    /// A grant type the hub does not know, or refuses (FAPI 2.0 5.3.2.1).
    UnsupportedGrantType,
    /// A scope the client may not have.
    InvalidScope,
    /// A proof of possession that does not hold (RFC 9449 5).
    InvalidDpopProof,
    /// A signed request that does not hold (RFC 9101 6.2).
    InvalidRequestObject,
    /// A grant that is not known, or not the person's (Grant Management 6.3).
    InvalidGrantId,
    /// The access token is not good (RFC 6750 3.1).
    InvalidToken,
    /// The access token does not cover the resource (RFC 6750 3.1).
    InsufficientScope,
    /// A token of a kind that cannot be revoked (RFC 7009 2.2.1).
    UnsupportedTokenType,
    /// A response type other than `code`.
    UnsupportedResponseType,
    /// Too many requests.
    SlowDown,
    /// The hub cannot answer now.
    TemporarilyUnavailable,
    /// The hub failed.
    ServerError,
    /// A body that is too large.
    TooLarge,
    /// Nothing lies there, or nothing the caller may know of.
    NotFound,
    /// It is somebody else's.
    Forbidden,
}

impl OauthErrorKind {
    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::InvalidRequest | Self::TooLarge => "invalid_request",
            Self::InvalidClient | Self::InvalidClientScheme => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidGrantId => "invalid_grant_id",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::SlowDown | Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::ServerError => "server_error",
            Self::NotFound => "not_found",
            Self::Forbidden => "access_denied",
        }
    }

    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::InvalidClient | Self::InvalidClientScheme | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::SlowDown => StatusCode::TOO_MANY_REQUESTS,
            Self::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// An error of an OAuth endpoint. What is told never says which part of a credential was wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", kind.word())]
pub struct OauthError {
    /// Which.
    pub kind: OauthErrorKind,
    /// One sentence for the developer at the other end.
    pub description: &'static str,
}

impl OauthError {
    /// An error with a sentence.
    pub const fn new(kind: OauthErrorKind, description: &'static str) -> Self {
        Self { kind, description }
    }

    /// A parameter is missing, repeated or cannot be read.
    pub const fn request(description: &'static str) -> Self {
        Self::new(OauthErrorKind::InvalidRequest, description)
    }

    /// The client did not prove itself.
    pub const fn client() -> Self {
        Self::new(OauthErrorKind::InvalidClient, "client authentication failed")
    }

    /// The code, refresh token or grant is not good.
    pub const fn grant() -> Self {
        Self::new(
            OauthErrorKind::InvalidGrant,
            "the code, refresh token or grant is not valid, has expired, was used, or belongs to another client",
        )
    }
}

impl From<StorageError> for OauthError {
    fn from(error: StorageError) -> Self {
        tracing::error!(event = "storage_failed", %error, "an authorization request could not be answered");
        let kind = match error {
            StorageError::Failed { .. } | StorageError::CommitUnknown { .. } => OauthErrorKind::TemporarilyUnavailable,
            _ => OauthErrorKind::ServerError,
        };
        Self::new(kind, "the hub could not answer; try again")
    }
}

#[derive(Serialize)]
struct Body {
    error: &'static str,
    error_description: &'static str,
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let body = Body {
            error: self.kind.word(),
            error_description: self.description,
        };
        let mut response = json(self.kind.status(), &body);
        let extra = match self.kind {
            OauthErrorKind::InvalidClient => Some((header::WWW_AUTHENTICATE, "Bearer realm=\"naru\"")),
            OauthErrorKind::InvalidClientScheme => Some((header::WWW_AUTHENTICATE, "Basic realm=\"naru\"")),
            OauthErrorKind::SlowDown | OauthErrorKind::TemporarilyUnavailable => Some((header::RETRY_AFTER, "1")),
            _ => None,
        };
        if let Some((name, value)) = extra {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// A JSON answer that nobody may keep.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ];
    let text = serde_json::to_vec(body).expect("an answer is plain data");
    (status, headers, text).into_response()
}
