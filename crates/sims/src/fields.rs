//! What the admin and identity endpoints have in common: JSON in with named complaints, JSON out.
//! A complaint names the field, what is wrong with it and what is accepted; an unknown field is a complaint too.

use std::ops::RangeInclusive;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The largest body that any simulator reads.
pub(crate) const MOST_BODY_BYTES: usize = 16 * 1024;

const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// A request body of at most 16 KiB that arrived within ten seconds.
pub(crate) struct SmallBody(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for SmallBody {
    type Rejection = BadField;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let read = axum::body::to_bytes(request.into_body(), MOST_BODY_BYTES);
        let read = tokio::time::timeout(BODY_PATIENCE, read).await;
        let body = read.map_err(|_| BadField::new("body", "did not arrive within 10 s", "a JSON object"))?;
        body.map(Self)
            .map_err(|_| BadField::new("body", "too large or cut off", "a JSON object of at most 16 KiB"))
    }
}

/// A complaint about one field of a request; answered with 400.
#[derive(Debug, Serialize)]
pub(crate) struct BadField {
    error: &'static str,
    field: String,
    message: String,
    accepted: String,
}

impl BadField {
    pub(crate) fn new(field: &str, message: &str, accepted: &str) -> Self {
        let (field, message, accepted) = (field.to_owned(), message.to_owned(), accepted.to_owned());
        Self {
            error: "bad_field",
            field,
            message,
            accepted,
        }
    }

    pub(crate) fn field(&self) -> &str {
        &self.field
    }
}

impl IntoResponse for BadField {
    fn into_response(self) -> Response {
        json_answer(StatusCode::BAD_REQUEST, &self)
    }
}

/// A JSON answer.
pub(crate) fn json_answer<T: Serialize>(status: StatusCode, answer: &T) -> Response {
    let body = serde_json::to_vec(answer).expect("answers have text keys and no failing parts");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    response
}

/// A 404 that says what was not found.
pub(crate) fn not_found(what: &str) -> Response {
    json_answer(StatusCode::NOT_FOUND, &json!({ "error": "not_found", "message": what }))
}

/// The fields of a JSON object, read one by one.
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// Reads an object that has no fields but the known ones; an empty body is an empty object.
    pub(crate) fn parse(body: &[u8], known: &[&str]) -> Result<Self, BadField> {
        let body = if body.is_empty() { b"{}" } else { body };
        let accepted = known.join(", ");
        let bad = |field: &str, why: &str| BadField::new(field, why, &accepted);
        let value: Value = serde_json::from_slice(body).map_err(|error| bad("body", &format!("not JSON: {error}")))?;
        let Value::Object(map) = value else {
            return Err(bad("body", "not a JSON object"));
        };
        match map.keys().find(|key| !known.contains(&key.as_str())) {
            Some(unknown) => Err(bad(unknown, "unknown field")),
            None => Ok(Self(map)),
        }
    }

    /// A text that must be there and not empty.
    pub(crate) fn text(&self, field: &str) -> Result<&str, BadField> {
        let text = self.optional_text(field)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| BadField::new(field, "missing", "a text"))
    }

    /// A text that may be left out.
    pub(crate) fn optional_text(&self, field: &str) -> Result<Option<&str>, BadField> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(BadField::new(field, "not a text", "a text")),
        }
    }

    /// A text that must be one of the choices.
    pub(crate) fn choice(&self, field: &str, choices: &[&str]) -> Result<&str, BadField> {
        let text = self.optional_text(field)?.unwrap_or_default();
        if choices.contains(&text) {
            return Ok(text);
        }
        Err(BadField::new(
            field,
            &format!("`{text}` is not one of them"),
            &choices.join(", "),
        ))
    }

    /// A list of texts that may be left out.
    pub(crate) fn optional_texts(&self, field: &str, accepted: &str) -> Result<Vec<String>, BadField> {
        let bad = || BadField::new(field, "not a list of texts", &format!("a list of: {accepted}"));
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(list)) => list
                .iter()
                .map(|one| one.as_str().map(str::to_owned).ok_or_else(bad))
                .collect(),
            Some(_) => Err(bad()),
        }
    }

    /// A whole number, written as a number or as digits, that may be left out.
    pub(crate) fn optional_number(&self, field: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, BadField> {
        let number = match self.0.get(field) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(digits)) => digits.parse().ok(),
            Some(_) => None,
        };
        let accepted = || format!("a whole number from {} to {}", range.start(), range.end());
        let number = number.filter(|number| range.contains(number));
        number
            .map(Some)
            .ok_or_else(|| BadField::new(field, "not a whole number in range", &accepted()))
    }
}
