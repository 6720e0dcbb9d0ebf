//! A request as the profile's clients send it: query string or JSON body, and the token in its header.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};

use super::FieldError;
use crate::trusted::Demanding;

/// A request's body at most, bytes.
const BODY_MAX: usize = 64 * 1024;

/// Reads the query string of a GET, or the JSON body of a POST.
pub(super) async fn read<R: Demanding>(request: Request) -> Result<R, FieldError> {
    if request.method() == Method::GET {
        let query = request.uri().query().unwrap_or_default();
        return serde_urlencoded::from_str(query).map_err(|error| FieldError::new("query", error));
    }
    let json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("application/json"));
    if !json {
        return Err(FieldError::new(
            "content-type",
            "must be application/json; charset=UTF-8",
        ));
    }
    let body = limited(request.into_body()).await?;
    serde_json::from_slice(&body).map_err(|error| FieldError::new("body", format_args!("is not as expected: {error}")))
}

async fn limited(body: Body) -> Result<bytes::Bytes, FieldError> {
    axum::body::to_bytes(body, BODY_MAX).await.map_err(|_| {
        FieldError::new(
            "body",
            format_args!("must arrive whole and have at most {BODY_MAX} bytes"),
        )
    })
}

/// The access token of a request: `Authorization: Bearer <token>`, with the word glued to the token tolerated.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    let (word, rest) = value.split_at_checked(6)?;
    if !word.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let token = rest.trim_start();
    if token.is_empty() || token.len() > 512 {
        None
    } else {
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn bearer_is_read_as_clients_write_it() {
        let token = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(token("Bearer nat_abc").as_deref(), Some("nat_abc"));
        assert_eq!(token("Bearernat_abc").as_deref(), Some("nat_abc"), "glued");
        assert_eq!(token("bearer  nat_abc ").as_deref(), Some("nat_abc"));
        assert_eq!(token("Basic nat_abc"), None);
        assert_eq!(token("Bearer"), None);
        assert_eq!(token("Bearer "), None);
    }
}
