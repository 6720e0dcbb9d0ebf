//! Filters (RFC 7644 3.4.2.2): whether a user, or one value of theirs, fits.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::error::ScimError;
use super::filter_reader::Reader;
use super::moment;
use super::schema::{Attribute, ENTERPRISE, Field, Kind};

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Contains,
    Starts,
    Ends,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Comparison {
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "co" => Self::Contains,
            "sw" => Self::Starts,
            "ew" => Self::Ends,
            "gt" => Self::Greater,
            "ge" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "le" => Self::LessOrEqual,
            _ => return None,
        })
    }

    pub(super) const fn is_for_text(self) -> bool {
        matches!(self, Self::Contains | Self::Starts | Self::Ends)
    }

    const fn holds_for(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Contains | Self::Starts | Self::Ends => false,
        }
    }
}

/// A filter that was read.
#[derive(Debug, Clone)]
pub(super) enum Filter {
    Compare(Field, Comparison, Value),
    Present(Field),
    Within(Field, Box<Filter>),
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
}

impl Filter {
    /// The one user name that whoever fits has.
    pub(super) fn user_name(&self) -> Option<&str> {
        match self {
            Self::Compare(field, Comparison::Equal, Value::String(name))
                if field.attribute.name == "userName" && field.sub.is_none() && !field.in_extension =>
            {
                Some(name)
            }
            Self::And(one, other) => one.user_name().or_else(|| other.user_name()),
            _ => None,
        }
    }

    /// Reads a filter over users.
    pub(super) fn parse(text: &str) -> Result<Self, ScimError> {
        Reader::of(text, None)?.whole()
    }

    /// Reads a filter over the values of one attribute, as it stands in square brackets.
    pub(super) fn parse_within(text: &str, attribute: &'static Attribute) -> Result<Self, ScimError> {
        Reader::of(text, Some(attribute))?.whole()
    }

    /// Whether a user, or a value of theirs, fits.
    pub(super) fn fits(&self, of: &Map<String, Value>) -> bool {
        match self {
            Self::Compare(field, how, wanted) => {
                let mut found = values(of, field).into_iter().peekable();
                if wanted.is_null() {
                    return found.peek().is_none() == (*how == Comparison::Equal);
                }
                if *how == Comparison::NotEqual {
                    return found.all(|value| compares(field.leaf(), *how, (value, wanted)));
                }
                found.any(|value| compares(field.leaf(), *how, (value, wanted)))
            }
            Self::Present(field) => !values(of, field).is_empty(),
            Self::Within(field, inner) => {
                let outer = Field { sub: None, ..*field };
                let fitting = items(of, &outer).into_iter().filter_map(Value::as_object);
                fitting.into_iter().any(|item| inner.fits(item))
            }
            Self::And(left, right) => left.fits(of) && right.fits(of),
            Self::Or(left, right) => left.fits(of) || right.fits(of),
            Self::Not(inner) => !inner.fits(of),
        }
    }

    /// The equalities that all must hold: what a value that fits would be made of. `None` where it is more than that.
    pub(super) fn equalities(&self) -> Option<Vec<(&'static Attribute, &Value)>> {
        match self {
            Self::Compare(field, Comparison::Equal, value) if !value.is_null() => Some(vec![(field.leaf(), value)]),
            Self::And(left, right) => {
                let mut all = left.equalities()?;
                all.extend(right.equalities()?);
                Some(all)
            }
            _ => None,
        }
    }
}

/// The values of an attribute, one by one.
fn items<'a>(of: &'a Map<String, Value>, field: &Field) -> Vec<&'a Value> {
    let place = if field.in_extension {
        of.get(ENTERPRISE).and_then(Value::as_object)
    } else {
        Some(of)
    };
    match place.and_then(|place| place.get(&field.attribute.name)) {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(value) => vec![value],
    }
}

/// The values that are compared: of a sub-attribute, or of `value` where a value has several parts.
fn values<'a>(of: &'a Map<String, Value>, field: &Field) -> Vec<&'a Value> {
    let part = |item: &'a Value| match (field.sub, item) {
        (Some(sub), Value::Object(parts)) => parts.get(&sub.name),
        (None, Value::Object(parts)) if field.attribute.multi_valued => parts.get("value").or(Some(item)),
        _ => Some(item),
    };
    items(of, field).into_iter().filter_map(part).collect()
}

fn compares(attribute: &Attribute, how: Comparison, (found, wanted): (&Value, &Value)) -> bool {
    match (found, wanted) {
        (Value::Bool(found), Value::Bool(wanted)) => how.holds_for(found.cmp(wanted)),
        (Value::String(found), Value::String(wanted)) if attribute.kind == Kind::DateTime => {
            let moments = moment::read(found).zip(moment::read(wanted));
            moments.is_some_and(|(found, wanted)| how.holds_for(found.cmp(&wanted)))
        }
        (Value::String(found), Value::String(wanted)) if attribute.case_exact => texts(found, how, wanted),
        (Value::String(found), Value::String(wanted)) => texts(&found.to_lowercase(), how, &wanted.to_lowercase()),
        _ => how == Comparison::NotEqual,
    }
}

fn texts(found: &str, how: Comparison, wanted: &str) -> bool {
    match how {
        Comparison::Contains => found.contains(wanted),
        Comparison::Starts => found.starts_with(wanted),
        Comparison::Ends => found.ends_with(wanted),
        _ => how.holds_for(found.cmp(wanted)),
    }
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
