//! Problem documents (RFC 9457), for whatever no wire profile prescribes otherwise.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A problem: what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// The kind, the last part of its `type` URI.
    pub kind: &'static str,
    /// What is wrong, for this occurrence.
    pub detail: String,
}

impl Problem {
    /// No route has this path.
    pub fn not_found(path: &str) -> Self {
        let path: String = path.chars().take(120).collect();
        let detail = format!("there is nothing under {path}; the routes are listed in the README");
        Self {
            status: StatusCode::NOT_FOUND,
            kind: "not-found",
            detail,
        }
    }

    /// The route does not take this method.
    pub fn method_not_allowed() -> Self {
        let detail = "this route takes another method; see the Allow header".to_owned();
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            kind: "method-not-allowed",
            detail,
        }
    }

    /// Too many requests; the answer says when to come again.
    pub fn too_many(wait: std::time::Duration) -> Response {
        let detail = "too many requests from here; come again after the time in Retry-After".to_owned();
        let problem = Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            kind: "too-many-requests",
            detail,
        };
        let mut response = problem.into_response();
        let seconds = wait.as_secs().max(1);
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        response
    }

    /// A request that does not say once for whom it is meant.
    pub(crate) fn no_host() -> Self {
        let detail = "the request must have exactly one Host header".to_owned();
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "no-host",
            detail,
        }
    }

    /// Something went wrong that the caller can do nothing about.
    pub fn internal() -> Self {
        let detail = "the hub could not answer; try again, and quote the correlation id if it stays".to_owned();
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            kind: "internal",
            detail,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::json!({
            "type": format!("urn:naru:problem:{}", self.kind),
            "title": self.status.canonical_reason().unwrap_or("problem"),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        (
            self.status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            body.to_string(),
        )
            .into_response()
    }
}
