//! Changes of a user (RFC 7644 3.5.2): operations with a path, or with an object of what they change.

use serde_json::{Map, Value};

use super::error::ScimError;
use super::filter::Filter;
use super::schema::{self, Attribute, ENTERPRISE, Field, Kind, Mutability, Target};
use super::value::{VALUES_MAX, is_primary, shaped, single, too_many};

/// Operations of one request at most.
const OPERATIONS_MAX: usize = 100;
/// Characters of a path at most.
const PATH_MAX: usize = 1_000;

const MESSAGE: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The attributes of a user under their names as the schema writes them.
pub(super) type Document = Map<String, Value>;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Add,
    Replace,
    Remove,
}

/// Where an operation does it.
#[derive(Debug)]
enum Place {
    Extension,
    Field(Field, Option<Filter>),
    NotKept,
}

/// One operation.
#[derive(Debug)]
pub(super) struct Operation {
    change: Change,
    place: Option<Place>,
    value: Value,
}

/// Reads the operations of a request, without applying any.
pub(super) fn parse(body: &Value) -> Result<Vec<Operation>, ScimError> {
    let body = body
        .as_object()
        .ok_or_else(|| ScimError::syntax("the body is an object"))?;
    let member = |name: &str| {
        let mut found = body.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value)
    };
    if let Some(Value::Array(schemas)) = member("schemas")
        && !schemas.iter().any(|schema| schema == MESSAGE)
    {
        return Err(ScimError::syntax(format!("`schemas` names {MESSAGE}")));
    }
    let Some(Value::Array(operations)) = member("Operations") else {
        return Err(ScimError::syntax("`Operations` is a list"));
    };
    if operations.is_empty() || operations.len() > OPERATIONS_MAX {
        let detail = format!("a request has 1 to {OPERATIONS_MAX} operations");
        return Err(ScimError::syntax(detail));
    }
    operations.iter().map(operation).collect()
}

fn operation(given: &Value) -> Result<Operation, ScimError> {
    let word = given["op"].as_str().unwrap_or_default().to_ascii_lowercase();
    let change = match word.as_str() {
        "add" => Change::Add,
        "replace" => Change::Replace,
        "remove" => Change::Remove,
        _ => return Err(ScimError::syntax("`op` is add, replace or remove")),
    };
    let place = match &given["path"] {
        Value::Null => None,
        Value::String(path) => Some(place(path)?),
        _ => return Err(ScimError::bad("invalidPath", "`path` is a text")),
    };
    match (&place, change) {
        (None, Change::Remove) => Err(ScimError::bad("noTarget", "`remove` needs a `path`")),
        (None, _) if !given["value"].is_object() => {
            Err(ScimError::value("`value` is an object where there is no `path`"))
        }
        (Some(Place::Field(field, _)), _) if is_read_only(field) => {
            let detail = format!("`{}` cannot be changed", field.leaf().name);
            Err(ScimError::bad("mutability", detail))
        }
        _ => Ok(Operation {
            change,
            place,
            value: given["value"].clone(),
        }),
    }
}

fn is_read_only(field: &Field) -> bool {
    field.attribute.mutability == Mutability::ReadOnly || field.leaf().mutability == Mutability::ReadOnly
}

/// Reads `attribute`, `attribute.sub`, `attribute[filter]` or `attribute[filter].sub`.
fn place(path: &str) -> Result<Place, ScimError> {
    let wrong = || {
        let path: String = path.chars().take(60).collect();
        ScimError::bad("invalidPath", format!("there is nothing under the path `{path}`"))
    };
    if path.chars().count() > PATH_MAX {
        return Err(wrong());
    }
    let Some((name, rest)) = path.split_once('[') else {
        return Ok(match schema::resolve(path).ok_or_else(wrong)? {
            Target::Extension => Place::Extension,
            Target::Field(field) => Place::Field(field, None),
            Target::NotKept => Place::NotKept,
        });
    };
    let (filter, tail) = rest.rsplit_once(']').ok_or_else(wrong)?;
    let field = match schema::resolve(name).ok_or_else(wrong)? {
        Target::NotKept => return Ok(Place::NotKept),
        Target::Field(field) if field.sub.is_none() && field.attribute.multi_valued => field,
        _ => return Err(wrong()),
    };
    let filter = Filter::parse_within(filter, field.attribute)?;
    let sub = match tail.strip_prefix('.') {
        Some(name) => Some(field.attribute.sub(name).ok_or_else(wrong)?),
        None if tail.is_empty() => None,
        None => return Err(wrong()),
    };
    Ok(Place::Field(Field { sub, ..field }, Some(filter)))
}

/// Applies operations one after the other; the document is to be thrown away where one fails.
pub(super) fn apply(document: &mut Document, operations: &[Operation]) -> Result<(), ScimError> {
    for operation in operations {
        let Operation { change, place, value } = operation;
        match place {
            None => merge(document, *change, value)?,
            Some(Place::NotKept) => {}
            Some(Place::Extension) if *change == Change::Remove => {
                document.remove(ENTERPRISE);
            }
            Some(Place::Extension) => extend(document, *change, value)?,
            Some(Place::Field(field, filter)) => {
                at_field(document, (*field, filter.as_ref()), (*change, value))?;
            }
        }
    }
    Ok(())
}

/// Applies an object of attributes; what is unknown or read-only in it is passed over (RFC 7644 3.3, 3.5.1).
pub(super) fn merge(document: &mut Document, change: Change, value: &Value) -> Result<(), ScimError> {
    let given = value
        .as_object()
        .ok_or_else(|| ScimError::syntax("a user is an object"))?;
    for (name, value) in given {
        match schema::resolve(name) {
            Some(Target::Extension) => extend(document, change, value)?,
            Some(Target::Field(field)) if !is_read_only(&field) => {
                at_field(document, (field, None), (change, value))?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn extend(document: &mut Document, change: Change, value: &Value) -> Result<(), ScimError> {
    let given = match value {
        Value::Null => {
            document.remove(ENTERPRISE);
            return Ok(());
        }
        Value::Object(given) => given,
        _ => return Err(ScimError::value("the extension is an object")),
    };
    for (name, value) in given {
        if let Some(Target::Field(field)) = schema::resolve(&format!("{ENTERPRISE}:{name}"))
            && !is_read_only(&field)
        {
            at_field(document, (field, None), (change, value))?;
        }
    }
    Ok(())
}

fn at_field(
    document: &mut Document,
    (field, filter): (Field, Option<&Filter>),
    (change, value): (Change, &Value),
) -> Result<(), ScimError> {
    if field.in_extension && change == Change::Remove && !document.contains_key(ENTERPRISE) {
        return Ok(());
    }
    let place = if field.in_extension {
        let extension = document.entry(ENTERPRISE).or_insert_with(|| Value::Object(Map::new()));
        extension
            .as_object_mut()
            .ok_or_else(|| ScimError::value("the extension is an object"))?
    } else {
        &mut *document
    };
    let (attribute, sub) = (field.attribute, field.sub);
    let old = place.remove(&attribute.name);
    let new = match (attribute.multi_valued, sub) {
        (true, _) => several(attribute, (listed(old), sub), filter, (change, value))?.map(Value::Array),
        (false, Some(sub)) => {
            let mut parts = old.and_then(object).unwrap_or_default();
            part(&mut parts, sub, (change, value))?;
            (!parts.is_empty()).then_some(Value::Object(parts))
        }
        (false, None) if change == Change::Remove => None,
        (false, None) if attribute.kind == Kind::Complex => {
            let given = single(attribute, value)?.and_then(object);
            given.map(|given| Value::Object(over(old.and_then(object).unwrap_or_default(), given)))
        }
        (false, None) => single(attribute, value)?,
    };
    match new {
        Some(new) => {
            place.insert(attribute.name.clone(), new);
        }
        None if attribute.required => {
            let detail = format!("`{}` always has a value", attribute.name);
            return Err(ScimError::bad("mutability", detail));
        }
        None => {}
    }
    if field.in_extension && place.is_empty() {
        document.remove(ENTERPRISE);
    }
    Ok(())
}

fn listed(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(values)) => values,
        Some(value) => vec![value],
        None => Vec::new(),
    }
}

fn object(value: Value) -> Option<Document> {
    match value {
        Value::Object(parts) => Some(parts),
        _ => None,
    }
}

/// The old parts with the given ones over them.
fn over(mut old: Document, given: Document) -> Document {
    old.extend(given);
    old
}

/// Sets or removes one part of a value.
fn part(parts: &mut Document, sub: &Attribute, (change, value): (Change, &Value)) -> Result<(), ScimError> {
    let value = if change == Change::Remove {
        None
    } else {
        shaped(sub, value)?
    };
    match value {
        Some(value) => parts.insert(sub.name.clone(), value),
        None => parts.remove(&sub.name),
    };
    Ok(())
}

/// The values of an attribute after an operation; `None` where none is left.
fn several(
    attribute: &'static Attribute,
    (mut values, sub): (Vec<Value>, Option<&'static Attribute>),
    filter: Option<&Filter>,
    (change, value): (Change, &Value),
) -> Result<Option<Vec<Value>>, ScimError> {
    if filter.is_none() && sub.is_none() {
        let given = match change {
            Change::Remove => Vec::new(),
            Change::Add | Change::Replace => listed(shaped(attribute, value)?),
        };
        values = if change == Change::Add {
            added(values, given)
        } else {
            given
        };
    } else {
        values = chosen(attribute, (values, sub), filter, (change, value))?;
    }
    if values.len() > VALUES_MAX {
        return Err(too_many(attribute));
    }
    Ok((!values.is_empty()).then_some(values))
}

/// The old values and those of the new ones that are not among them; a new primary one takes the place of the old.
fn added(mut values: Vec<Value>, given: Vec<Value>) -> Vec<Value> {
    if given.iter().any(is_primary) {
        demote(&mut values);
    }
    for value in given {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn demote(values: &mut [Value]) {
    for value in values.iter_mut().filter(|value| is_primary(value)) {
        value["primary"] = Value::Bool(false);
    }
}

/// The values after a change of those that a filter chooses, or of a part of all of them.
fn chosen(
    attribute: &'static Attribute,
    (mut values, sub): (Vec<Value>, Option<&'static Attribute>),
    filter: Option<&Filter>,
    (change, value): (Change, &Value),
) -> Result<Vec<Value>, ScimError> {
    let fits = |value: &Value| match (filter, value) {
        (Some(filter), Value::Object(parts)) => filter.fits(parts),
        (Some(_), _) => false,
        (None, _) => true,
    };
    if change == Change::Remove && sub.is_none() {
        values.retain(|value| !fits(value));
        return Ok(values);
    }
    let mut fitting: Vec<usize> = (0..values.len()).filter(|at| fits(&values[*at])).collect();
    if fitting.is_empty() {
        match (change, filter.map(Filter::equalities)) {
            (Change::Remove, _) => return Ok(values),
            (Change::Add, Some(Some(equalities))) => {
                let parts = equalities
                    .into_iter()
                    .map(|(part, value)| (part.name.clone(), value.clone()));
                values.push(Value::Object(parts.collect()));
            }
            (Change::Add | Change::Replace, None) => values.push(Value::Object(Map::new())),
            _ => {
                let detail = format!("no value of `{}` fits the filter of the path", attribute.name);
                return Err(ScimError::bad("noTarget", detail));
            }
        }
        fitting.push(values.len() - 1);
    }
    let mut becomes_primary = None;
    for at in fitting {
        let mut parts = object(values[at].take()).unwrap_or_default();
        let was_primary = parts.get("primary") == Some(&Value::Bool(true));
        match sub {
            Some(sub) => part(&mut parts, sub, (change, value))?,
            None => {
                let given = single(attribute, value)?.and_then(object).unwrap_or_default();
                parts = if change == Change::Add {
                    over(parts, given)
                } else {
                    given
                };
            }
        }
        if !was_primary && parts.get("primary") == Some(&Value::Bool(true)) {
            becomes_primary = Some(at);
        }
        values[at] = Value::Object(parts);
    }
    if let Some(at) = becomes_primary {
        demote(&mut values);
        values[at]["primary"] = Value::Bool(true);
    }
    values.retain(|value| value.as_object().is_some_and(|parts| !parts.is_empty()));
    Ok(values)
}

#[cfg(test)]
#[path = "patch_tests.rs"]
mod tests;
