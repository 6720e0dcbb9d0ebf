//! An answer as the check looks at it: JSON whose values are all texts, with a code, or a complaint about what it is.

use http::StatusCode;
use naru_core::Timestamp;
use serde_json::{Map, Value};

use super::client::Raw;
use super::report::{Miss, ensure};

/// An answer of the form agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) status: StatusCode,
    map: Map<String, Value>,
}

impl Seen {
    /// Reads an answer; all of its values, also those in lists, must be texts.
    pub(super) fn read(raw: &Raw) -> Result<Self, Miss> {
        let status = raw.status;
        let Ok(Value::Object(map)) = serde_json::from_slice(&raw.body) else {
            return Err(Miss::Broken(format!("HTTP {}, not a JSON object", status.as_u16())));
        };
        for (field, value) in &map {
            ensure(is_text(value), || {
                format!("`{field}` holds something that is not a text")
            })?;
        }
        let seen = Self { status, map };
        let code = seen.text("code")?;
        let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
        ensure(is_code, || "a code that is not three digits".to_owned())?;
        seen.text("message")?;
        Ok(seen)
    }

    /// What kind of answer this is, without anything personal.
    pub(super) fn kind(&self) -> String {
        format!("HTTP {}, code {}", self.status.as_u16(), self.code())
    }

    pub(super) fn code(&self) -> &str {
        self.map.get("code").and_then(Value::as_str).unwrap_or_default()
    }

    /// A field that must be there.
    pub(super) fn text(&self, field: &str) -> Result<&str, Miss> {
        let text = self.map.get(field).and_then(Value::as_str);
        text.ok_or_else(|| Miss::Broken(format!("no text `{field}`")))
    }

    /// A list that must be there.
    pub(super) fn list(&self, field: &str) -> Result<&[Value], Miss> {
        let list = self.map.get(field).and_then(Value::as_array);
        let list = list.ok_or_else(|| Miss::Broken(format!("no list `{field}`")))?;
        ensure(list.len() <= 100, || format!("{} entries in `{field}`", list.len()))?;
        Ok(list)
    }

    /// An amount that must be there, in won.
    pub(super) fn won(&self, field: &str) -> Result<i64, Miss> {
        let text = self.text(field)?;
        won(text).ok_or_else(|| Miss::Broken(format!("`{field}` is not an amount")))
    }

    /// An understood request that was answered with this code.
    pub(super) fn agreed(self, code: &str) -> Result<Self, Miss> {
        let is_agreed = self.status == StatusCode::OK && self.code() == code;
        ensure(is_agreed, || self.kind())?;
        Ok(self)
    }

    /// A request that was not understood; the message names the field, where one is given.
    pub(super) fn malformed(self, field: &str) -> Result<Self, Miss> {
        let is_agreed = self.status == StatusCode::BAD_REQUEST && self.code() == "810";
        ensure(is_agreed, || self.kind())?;
        ensure(self.text("message")?.contains(field), || {
            format!("a message that does not name `{field}`")
        })?;
        Ok(self)
    }

    /// A decided order with all the fields that a recorded outcome carries.
    pub(super) fn recorded(self, reference: &str) -> Result<Self, Miss> {
        ensure(self.text("reference")? == reference, || "another reference".to_owned())?;
        let is_stamp = Timestamp::from_compact(self.text("executed_at")?).is_some();
        ensure(is_stamp, || "an `executed_at` that is not yyyyMMddHHmmss".to_owned())?;
        self.text("holder_name")?;
        let is_masked = self.text("account_num_masked")?.ends_with("***");
        ensure(is_masked, || "an `account_num_masked` that is not masked".to_owned())?;
        self.won("balance_amt")?;
        Ok(self)
    }
}

fn is_text(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Array(list) => list.iter().all(|row| match row {
            Value::Object(row) => row.values().all(Value::is_string),
            _ => false,
        }),
        _ => false,
    }
}

/// The text of a field of a row, or an empty one.
pub(super) fn cell<'a>(row: &'a Value, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Every field is there.
pub(super) fn has_all(row: &Value, fields: &[&str]) -> Result<(), Miss> {
    let absent = fields.iter().find(|field| row.get(**field).is_none());
    absent.map_or(Ok(()), |field| Err(Miss::Broken(format!("an entry without `{field}`"))))
}

/// Whole won without sign, separator or leading zero.
pub(super) fn won(text: &str) -> Option<i64> {
    let is_right = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if is_right { text.parse().ok() } else { None }
}
