//! What a directory asks to see: which users, in which order, how many of them, and which of their attributes
//! (RFC 7644 3.4.2, 3.9).

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::error::ScimError;
use super::filter::Filter;
use super::moment;
use super::patch::Document;
use super::schema::{self, ENTERPRISE, Field, Kind, Target};

/// Users in one answer at most.
pub(super) const COUNT_MAX: usize = 200;
/// Where nothing is said.
const COUNT: usize = 100;
/// Names of attributes in one request at most.
const NAMES_MAX: usize = 100;

/// Which attributes are answered.
#[derive(Debug, Clone, Default)]
pub(super) enum Projection {
    #[default]
    All,
    Only(Vec<Target>),
    Without(Vec<Target>),
}

/// Which users.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) filter: Option<Filter>,
    sort_by: Option<Field>,
    is_descending: bool,
    start_index: usize,
    count: usize,
    pub(super) projection: Projection,
}

/// The parameters of a request by their names, from its address or from the body of a search.
pub(super) type Parameters = Map<String, Value>;

/// The parameters in the query of an address; of two of one name the last counts.
pub(super) fn parameters(query: &str) -> Result<Parameters, ScimError> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|_| ScimError::syntax("the query of the address is no form"))?;
    Ok(pairs
        .into_iter()
        .map(|(name, value)| (name, Value::String(value)))
        .collect())
}

fn get<'a>(given: &'a Parameters, name: &str) -> Option<&'a Value> {
    let mut found = given.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value)
}

fn text<'a>(given: &'a Parameters, name: &str) -> Result<Option<&'a str>, ScimError> {
    match get(given, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ScimError::value(format!("`{name}` is a text"))),
    }
}

/// A number; what is below counts as `least` (RFC 7644 3.4.2.4).
fn number(given: &Parameters, name: &str, (least, otherwise): (usize, usize)) -> Result<usize, ScimError> {
    let number = match get(given, name) {
        None | Some(Value::Null) => return Ok(otherwise),
        Some(Value::String(text)) => text.parse::<i64>().ok(),
        Some(value) => value.as_i64(),
    };
    let number = number.ok_or_else(|| ScimError::value(format!("`{name}` is a number")))?;
    Ok(usize::try_from(number).unwrap_or(0).max(least))
}

fn names(given: &Parameters, name: &str) -> Result<Option<Vec<Target>>, ScimError> {
    let listed: Vec<&str> = match get(given, name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.split(',').collect(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(_) => return Err(ScimError::value(format!("`{name}` is a list of attributes"))),
    };
    if listed.len() > NAMES_MAX {
        return Err(ScimError::value(format!("`{name}` has at most {NAMES_MAX} attributes")));
    }
    let listed: Vec<&str> = listed
        .into_iter()
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    // What nobody has is not answered, and is no reason to answer nothing.
    let known = listed.iter().filter_map(|name| schema::resolve(name)).collect();
    Ok((!listed.is_empty()).then_some(known))
}

impl Projection {
    /// Reads `attributes` and `excludedAttributes`, of which one may be given.
    pub(super) fn of(given: &Parameters) -> Result<Self, ScimError> {
        match (names(given, "attributes")?, names(given, "excludedAttributes")?) {
            (None, None) => Ok(Self::All),
            (Some(only), None) => Ok(Self::Only(only)),
            (None, Some(without)) => Ok(Self::Without(without)),
            (Some(_), Some(_)) => Err(ScimError::value(
                "`attributes` and `excludedAttributes` exclude each other",
            )),
        }
    }

    /// The part of a user that is answered; `schemas` and `id` always are.
    pub(super) fn applied(&self, mut user: Document) -> Document {
        match self {
            Self::All => user,
            Self::Without(targets) => {
                for target in targets {
                    without(&mut user, target);
                }
                user
            }
            Self::Only(targets) => {
                let mut kept = Document::new();
                for name in ["schemas", "id"] {
                    kept.extend(user.remove_entry(name));
                }
                for target in targets {
                    only(&user, &mut kept, target);
                }
                kept
            }
        }
    }
}

fn without(user: &mut Document, target: &Target) {
    match target {
        Target::Extension => {
            user.remove(ENTERPRISE);
        }
        Target::Field(field) if !["schemas", "id"].contains(&field.attribute.name.as_str()) => {
            let place = if field.in_extension {
                user.get_mut(ENTERPRISE).and_then(Value::as_object_mut)
            } else {
                Some(user)
            };
            let Some(place) = place else { return };
            match field.sub {
                None => {
                    place.remove(&field.attribute.name);
                }
                Some(sub) => {
                    for parts in place.get_mut(&field.attribute.name).into_iter().flat_map(objects_mut) {
                        parts.remove(&sub.name);
                    }
                }
            }
        }
        Target::Field(_) | Target::NotKept => {}
    }
}

/// Copies what a target names from a user to the part that is kept.
fn only(user: &Document, kept: &mut Document, target: &Target) {
    let field = match target {
        Target::Extension => {
            if let Some(extension) = user.get(ENTERPRISE) {
                kept.insert(ENTERPRISE.to_owned(), extension.clone());
            }
            return;
        }
        Target::NotKept => return,
        Target::Field(field) => field,
    };
    let place = if field.in_extension {
        user.get(ENTERPRISE).and_then(Value::as_object)
    } else {
        Some(user)
    };
    let name = &field.attribute.name;
    let Some(value) = place.and_then(|place| place.get(name)) else {
        return;
    };
    let kept = if field.in_extension {
        let extension = kept.entry(ENTERPRISE).or_insert_with(|| json!({}));
        match extension.as_object_mut() {
            Some(extension) => extension,
            None => return,
        }
    } else {
        kept
    };
    let Some(sub) = field.sub else {
        kept.insert(name.clone(), value.clone());
        return;
    };
    match value {
        Value::Array(values) => {
            let empty = || Value::Array(vec![json!({}); values.len()]);
            let slots = kept.entry(name.clone()).or_insert_with(empty);
            for (slot, value) in slots.as_array_mut().into_iter().flatten().zip(values) {
                if let Some(part) = value.get(&sub.name) {
                    slot[&sub.name] = part.clone();
                }
            }
        }
        value => {
            if let Some(part) = value.get(&sub.name) {
                kept.entry(name.clone()).or_insert_with(|| json!({}))[&sub.name] = part.clone();
            }
        }
    }
}

fn objects_mut(value: &mut Value) -> Vec<&mut Document> {
    match value {
        Value::Object(parts) => vec![parts],
        Value::Array(values) => values.iter_mut().filter_map(Value::as_object_mut).collect(),
        _ => Vec::new(),
    }
}

impl Query {
    /// Reads the parameters of a list or a search.
    pub(super) fn of(given: &Parameters) -> Result<Self, ScimError> {
        let filter = text(given, "filter")?.filter(|text| !text.trim().is_empty());
        let sort_by = match text(given, "sortBy")? {
            None => None,
            Some(path) => match schema::resolve(path) {
                Some(Target::Field(field)) if field.leaf().kind != Kind::Complex || field.leaf().multi_valued => {
                    Some(field)
                }
                _ => return Err(ScimError::value("`sortBy` names an attribute with a value")),
            },
        };
        let is_descending = match text(given, "sortOrder")?.map(str::to_ascii_lowercase).as_deref() {
            None | Some("ascending") => false,
            Some("descending") => true,
            Some(_) => return Err(ScimError::value("`sortOrder` is ascending or descending")),
        };
        Ok(Self {
            filter: filter.map(Filter::parse).transpose()?,
            sort_by,
            is_descending,
            start_index: number(given, "startIndex", (1, 1))?,
            count: number(given, "count", (0, COUNT))?.min(COUNT_MAX),
            projection: Projection::of(given)?,
        })
    }

    /// What the database can do of it.
    pub(super) fn plan(&self) -> Plan<'_> {
        match &self.filter {
            Some(filter) => filter.user_name().map_or(Plan::All, Plan::Named),
            None if self.sort_by.is_none() => Plan::Page {
                offset: self.start_index - 1,
                limit: self.count,
            },
            None => Plan::All,
        }
    }

    /// The answer to the query over all users of an organisation (RFC 7644 3.4.2).
    pub(super) fn answer(&self, users: Vec<Document>) -> Value {
        let mut users: Vec<Document> = match &self.filter {
            Some(filter) => users.into_iter().filter(|user| filter.fits(user)).collect(),
            None => users,
        };
        if let Some(field) = &self.sort_by {
            users.sort_by(|a, b| ordered((key(a, field), key(b, field)), self.is_descending));
        }
        let total = users.len();
        let page = users.into_iter().skip(self.start_index - 1).take(self.count);
        self.page(total, page)
    }

    /// The answer with a page that was cut already.
    pub(super) fn page(&self, total: usize, page: impl Iterator<Item = Document>) -> Value {
        let page: Vec<Value> = page.map(|user| Value::Object(self.projection.applied(user))).collect();
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": total,
            "startIndex": self.start_index,
            "itemsPerPage": page.len(),
            "Resources": page,
        })
    }
}

/// How the users of a query are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan<'a> {
    /// One page, in the order of the database.
    Page { offset: usize, limit: usize },
    /// Whoever has this user name, which the filter asks for; it is applied all the same.
    Named(&'a str),
    /// All of them.
    All,
}

/// What a user is sorted by: of several values the primary one, or else the first (RFC 7644 3.4.2.3).
fn key(user: &Document, field: &Field) -> Option<String> {
    let place = if field.in_extension {
        user.get(ENTERPRISE)?.as_object()?
    } else {
        user
    };
    let value = match place.get(&field.attribute.name)? {
        Value::Array(values) => {
            let primary = values.iter().find(|value| value["primary"] == Value::Bool(true));
            let value = primary.or_else(|| values.first())?;
            let part = field.sub.map_or("value", |sub| sub.name.as_str());
            value.get(part).unwrap_or(value)
        }
        value => field.sub.map_or(Some(value), |sub| value.get(&sub.name))?,
    };
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(match field.leaf().kind {
        Kind::DateTime => moment::read(&text).map_or(text, |at| format!("{:020}", at.0)),
        _ if field.leaf().case_exact => text,
        _ => text.to_lowercase(),
    })
}

/// Users without a value stand last, or first where the order descends (RFC 7644 3.4.2.3).
fn ordered((a, b): (Option<String>, Option<String>), is_descending: bool) -> Ordering {
    let order = match (a, b) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    if is_descending { order.reverse() } else { order }
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
