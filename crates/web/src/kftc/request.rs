//! A request as the profile's clients send it: query string or JSON body, and the token in its header.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, header};

use serde_json::Value;

use super::FieldError;
use super::text::LONGEST;
use crate::trusted::Demanding;

/// A request's body at most, bytes.
const BODY_MAX: usize = 64 * 1024;
/// Characters of a field's name that are repeated to the caller at most.
const NAME_MAX: usize = 64;

/// Reads the query string of a GET, or the JSON body of a POST.
pub(super) async fn read<R: Demanding>(request: Request) -> Result<R, FieldError> {
    if request.method() == Method::GET {
        let query = request.uri().query().unwrap_or_default();
        return serde_urlencoded::from_str(query).map_err(|error| {
            let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
            let long = pairs.into_iter().find(|(_, value)| value.len() > LONGEST);
            long.map_or_else(|| FieldError::new("query", error), |(name, _)| no_value(name))
        });
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
    // Fields have names: a list of values without them is refused, although it could be read.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(FieldError::new("body", "must be a JSON object"));
    }
    serde_json::from_slice(&body).map_err(|error| {
        let whole = serde_json::from_slice(&body).unwrap_or_default();
        misshapen(&whole).map_or_else(
            || FieldError::new("body", format_args!("is not as expected: {error}")),
            no_value,
        )
    })
}

fn no_value(name: String) -> FieldError {
    FieldError::new(
        name.chars().take(NAME_MAX).collect::<String>(),
        format_args!("must be a text of at most {LONGEST} bytes, or a number"),
    )
}

/// The first field that holds no single value: too long a text, or something nested that is not a list of rows.
fn misshapen(body: &Value) -> Option<String> {
    let fields = body.as_object()?;
    fields.iter().find_map(|(name, value)| match value {
        Value::String(text) => (text.len() > LONGEST).then(|| name.clone()),
        Value::Object(_) => Some(name.clone()),
        Value::Array(rows) if rows.iter().all(Value::is_object) => rows.iter().find_map(misshapen),
        Value::Array(_) => Some(name.clone()),
        _ => None,
    })
}

async fn limited(body: Body) -> Result<bytes::Bytes, FieldError> {
    axum::body::to_bytes(body, BODY_MAX).await.map_err(|_| {
        FieldError::new(
            "body",
            format_args!("must arrive whole and have at most {BODY_MAX} bytes"),
        )
    })
}
