//! A user as a directory sees it, and the member it is: the attributes that the hub acts on are the member's own, the
//! rest is kept as the directory said it.

use axum::http::StatusCode;
use naru_core::{OrganisationKind, Role, Roles};
use naru_storage::MemberRow;
use serde_json::{Map, Value, json};

use super::error::ScimError;
use super::moment;
use super::patch::{self, Change, Document};
use super::schema::{CORE, ENTERPRISE};

/// Characters of a user name at most.
const USER_NAME_MAX: usize = 256;
/// Bytes of what a directory says of one user at most, as JSON.
const DOCUMENT_MAX: usize = 16 * 1_024;

/// What a directory may change, in the schema's names. Where no directory spoke yet, the console's words stand in.
pub(super) fn document(row: &MemberRow) -> Document {
    let member = &row.member;
    let mut document = match &row.directory {
        Value::Object(kept) if !kept.is_empty() => kept.clone(),
        _ => Map::from_iter([("displayName".to_owned(), json!(member.display_name))]),
    };
    document.remove("schemas");
    document.insert("userName".to_owned(), json!(member.user_name));
    document.insert("active".to_owned(), json!(member.active));
    let mut roles = match document.remove("roles") {
        Some(Value::Array(roles)) => roles,
        _ => Vec::new(),
    };
    roles.retain(|role| word(role).is_some_and(|role| member.roles.has(role)));
    let is_default = roles.is_empty() && member.roles == Roles::of(&[Role::Reader]);
    for role in member.roles.iter().filter(|_| !is_default) {
        if !roles.iter().any(|known| word(known) == Some(role)) {
            roles.push(json!({ "value": role }));
        }
    }
    if !roles.is_empty() {
        document.insert("roles".to_owned(), Value::Array(roles));
    }
    document
}

fn word(role: &Value) -> Option<Role> {
    role["value"].as_str().and_then(|word| Role::parse(word).ok())
}

/// A user's document from the body of a request that creates or replaces one.
pub(super) fn read(body: &Value) -> Result<Document, ScimError> {
    let schemas = body.as_object().and_then(|given| {
        let mut found = given.iter().filter(|(name, _)| name.eq_ignore_ascii_case("schemas"));
        found.next().and_then(|(_, value)| value.as_array())
    });
    let is_core = |schema: &Value| schema.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(CORE));
    if !schemas.is_some_and(|schemas| schemas.iter().any(is_core)) {
        return Err(ScimError::syntax(format!("`schemas` is a list that names {CORE}")));
    }
    let mut document = Document::new();
    patch::merge(&mut document, Change::Replace, body)?;
    Ok(document)
}

/// The document after a replacement (RFC 7644 3.5.1): what is not said of `active` and `roles` is not asserted, so that
/// neither a leaver comes back nor an administrator falls by silence.
pub(super) fn replaced(before: &Document, body: &Value) -> Result<Document, ScimError> {
    let mut document = read(body)?;
    let is_said = |name: &str| {
        let mut names = body.as_object().into_iter().flat_map(Map::keys);
        names.any(|given| {
            given
                .rsplit(':')
                .next()
                .is_some_and(|last| last.eq_ignore_ascii_case(name))
        })
    };
    for name in ["active", "roles"] {
        if let Some(value) = before.get(name).filter(|_| !is_said(name)) {
            document.insert(name.to_owned(), value.clone());
        }
    }
    Ok(document)
}

/// The member that a document makes of a row.
pub(super) fn checked(
    before: &MemberRow,
    mut document: Document,
    kind: OrganisationKind,
) -> Result<MemberRow, ScimError> {
    let user_name = match document.remove("userName") {
        Some(Value::String(name)) => name,
        _ => return Err(ScimError::value("`userName` is needed")),
    };
    let length = user_name.chars().count();
    if user_name.trim().is_empty() || length > USER_NAME_MAX {
        let detail = format!("`userName` has 1 to {USER_NAME_MAX} characters");
        return Err(ScimError::value(detail));
    }
    let active = document
        .remove("active")
        .and_then(|flag| flag.as_bool())
        .unwrap_or(true);
    let roles = roles(&document, kind)?;
    let text = |value: &Value| {
        let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    let name = document.get("name").cloned().unwrap_or_default();
    let parts: Vec<String> = ["familyName", "givenName"]
        .iter()
        .filter_map(|part| text(&name[*part]))
        .collect();
    let display_name = document
        .get("displayName")
        .and_then(text)
        .or_else(|| text(&name["formatted"]))
        .or_else(|| (!parts.is_empty()).then(|| parts.join(" ")))
        .unwrap_or_else(|| user_name.clone());
    document.insert("schemas".to_owned(), json!([CORE]));
    let directory = Value::Object(document);
    if directory.to_string().len() > DOCUMENT_MAX {
        let detail = "what is said of one user is too much";
        return Err(ScimError::plain(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    let mut row = before.clone();
    row.member.user_name = user_name;
    row.member.display_name = display_name;
    row.member.active = active;
    row.member.roles = roles;
    row.directory = directory;
    Ok(row)
}

fn roles(document: &Document, kind: OrganisationKind) -> Result<Roles, ScimError> {
    let given = document.get("roles").and_then(Value::as_array);
    let mut roles = Vec::new();
    for role in given.into_iter().flatten() {
        roles.push(word(role).filter(|role| role.fits(kind)).ok_or_else(|| {
            let words: Vec<&str> = fitting(kind).map(Role::as_str).collect();
            ScimError::value(format!("the `value` of a role is one of {}", words.join(", ")))
        })?);
    }
    if roles.is_empty() {
        roles.push(Role::Reader);
    }
    Ok(Roles::of(&roles))
}

/// The roles that somebody of this kind of organisation can have.
pub(super) fn fitting(kind: OrganisationKind) -> impl Iterator<Item = Role> {
    Role::ALL.iter().copied().filter(move |role| role.fits(kind))
}

/// The version of a user, as HTTP compares it (RFC 7644 3.14).
pub(super) fn version(row: &MemberRow) -> String {
    format!("W/\"{}\"", row.member.version)
}

/// Where a user is found.
pub(super) fn location(public_url: &str, row: &MemberRow) -> String {
    format!("{public_url}/scim/v2/Users/{}", row.member.id)
}

/// A user as it is answered, with `id` and `meta`.
pub(super) fn rendered(public_url: &str, row: &MemberRow) -> Document {
    let mut document = document(row);
    let mut schemas = vec![CORE];
    if document.contains_key(ENTERPRISE) {
        schemas.push(ENTERPRISE);
    }
    document.insert("schemas".to_owned(), json!(schemas));
    document.insert("id".to_owned(), json!(row.member.id));
    let meta = json!({
        "resourceType": "User",
        "created": moment::written(row.member.created_at),
        "lastModified": moment::written(row.member.changed_at),
        "location": location(public_url, row),
        "version": version(row),
    });
    document.insert("meta".to_owned(), meta);
    document
}
