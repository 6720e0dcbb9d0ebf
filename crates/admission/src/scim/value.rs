//! Values as they are kept: the names of parts as the schema writes them, the types as it has them, nothing beyond it.

use serde_json::{Map, Value};

use super::error::ScimError;
use super::schema::{Attribute, Kind, Mutability};

/// Characters of one text at most.
const TEXT_MAX: usize = 1_000;
/// Values of one attribute at most.
pub(super) const VALUES_MAX: usize = 50;

/// A value for an attribute; `None` where it says that there is none (RFC 7643 2.5).
pub(super) fn shaped(attribute: &Attribute, value: &Value) -> Result<Option<Value>, ScimError> {
    if !attribute.multi_valued {
        return single(attribute, value);
    }
    let given: &[Value] = match value {
        Value::Null => &[],
        Value::Array(values) => values,
        one => std::slice::from_ref(one),
    };
    if given.len() > VALUES_MAX {
        return Err(too_many(attribute));
    }
    let mut values = Vec::new();
    for value in given {
        values.extend(single(attribute, value)?);
    }
    let primaries = values.iter().filter(|value| is_primary(value)).count();
    if primaries > 1 {
        let detail = format!("`{}` has more than one value that is primary", attribute.name);
        return Err(ScimError::value(detail));
    }
    Ok((!values.is_empty()).then_some(Value::Array(values)))
}

pub(super) fn too_many(attribute: &Attribute) -> ScimError {
    ScimError::value(format!("`{}` has at most {VALUES_MAX} values", attribute.name))
}

/// Whether a value is the preferred one of its attribute.
pub(super) fn is_primary(value: &Value) -> bool {
    value["primary"] == Value::Bool(true)
}

/// One value of an attribute.
pub(super) fn single(attribute: &Attribute, value: &Value) -> Result<Option<Value>, ScimError> {
    let wrong = |what: &str| ScimError::value(format!("`{}` is {what}", attribute.name));
    match (attribute.kind, value) {
        (_, Value::Null) => Ok(None),
        (Kind::String | Kind::Reference | Kind::DateTime, Value::String(text)) => {
            if text.chars().count() > TEXT_MAX {
                return Err(wrong(&format!("a text of at most {TEXT_MAX} characters")));
            }
            Ok(Some(value.clone()))
        }
        (Kind::String | Kind::Reference | Kind::DateTime, _) => Err(wrong("a text")),
        (Kind::Boolean, Value::Bool(_)) => Ok(Some(value.clone())),
        // Some directories write them as texts.
        (Kind::Boolean, Value::String(text)) => match text.to_ascii_lowercase().parse() {
            Ok(flag) => Ok(Some(Value::Bool(flag))),
            Err(_) => Err(wrong("true or false")),
        },
        (Kind::Boolean, _) => Err(wrong("true or false")),
        (Kind::Complex, Value::Object(parts)) => {
            let parts = shaped_parts(attribute, parts)?;
            Ok((!parts.is_empty()).then_some(Value::Object(parts)))
        }
        // Some directories write a value of several parts as its `value` alone.
        (Kind::Complex, Value::String(_)) => {
            let part = attribute.sub("value").ok_or_else(|| wrong("an object"))?;
            let text = single(part, value)?;
            Ok(text.map(|text| Value::Object(Map::from_iter([(part.name.clone(), text)]))))
        }
        (Kind::Complex, _) => Err(wrong("an object")),
    }
}

fn shaped_parts(attribute: &Attribute, given: &Map<String, Value>) -> Result<Map<String, Value>, ScimError> {
    let mut parts = Map::new();
    for (name, value) in given {
        let Some(part) = attribute
            .sub(name)
            .filter(|part| part.mutability == Mutability::ReadWrite)
        else {
            continue;
        };
        if let Some(value) = shaped(part, value)? {
            parts.insert(part.name.clone(), value);
        }
    }
    Ok(parts)
}
