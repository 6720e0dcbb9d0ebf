//! The attributes of a user, as they are published and as requests are read by: one embedded file is both. Whatever is
//! not among them is not kept; names are compared without regard to case (RFC 7643 2.1).

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// The schema of a user (RFC 7643 4.1).
pub(super) const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// Its extension (RFC 7643 4.3).
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const PUBLISHED: &str = include_str!("../../data/scim-schemas.json");

/// What every resource has (RFC 7643 3.1); not published as a schema.
const COMMON: &str = r#"[
  {"name": "schemas", "type": "reference", "multiValued": true, "caseExact": true, "mutability": "readOnly"},
  {"name": "id", "type": "string", "caseExact": true, "mutability": "readOnly"},
  {"name": "externalId", "type": "string", "caseExact": true, "mutability": "readWrite"},
  {"name": "meta", "type": "complex", "mutability": "readOnly", "subAttributes": [
    {"name": "resourceType", "type": "string", "caseExact": true, "mutability": "readOnly"},
    {"name": "created", "type": "dateTime", "mutability": "readOnly"},
    {"name": "lastModified", "type": "dateTime", "mutability": "readOnly"},
    {"name": "location", "type": "reference", "caseExact": true, "mutability": "readOnly"},
    {"name": "version", "type": "string", "caseExact": true, "mutability": "readOnly"}]}
]"#;

/// Attributes of RFC 7643 4.1 that the hub has no use for: what is sent of them is not kept, and not refused either, so
/// that a directory which maps them can still say who leaves.
const NOT_KEPT: &[&str] = &[
    "nickName",
    "profileUrl",
    "userType",
    "password",
    "ims",
    "photos",
    "addresses",
    "groups",
    "entitlements",
    "x509Certificates",
];

/// The type of an attribute (RFC 7643 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Kind {
    String,
    Boolean,
    Reference,
    DateTime,
    Complex,
}

/// Whether an attribute may be changed (RFC 7643 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Mutability {
    ReadOnly,
    ReadWrite,
}

/// An attribute (RFC 7643 7).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attribute {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    #[serde(default)]
    pub(super) multi_valued: bool,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) case_exact: bool,
    pub(super) mutability: Mutability,
    #[serde(default)]
    pub(super) sub_attributes: Vec<Attribute>,
}

impl Attribute {
    /// A sub-attribute by its name.
    pub(super) fn sub(&self, name: &str) -> Option<&Self> {
        find(&self.sub_attributes, name)
    }
}

/// What a path names.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    /// The extension as a whole.
    Extension,
    /// An attribute, or a sub-attribute of it.
    Field(Field),
    /// An attribute of RFC 7643 that is not kept.
    NotKept,
}

/// An attribute and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// Whether it stands in the extension.
    pub(super) in_extension: bool,
    pub(super) attribute: &'static Attribute,
    pub(super) sub: Option<&'static Attribute>,
}

impl Field {
    /// The attribute that is meant in the end.
    pub(super) fn leaf(&self) -> &'static Attribute {
        self.sub.unwrap_or(self.attribute)
    }
}

struct Known {
    published: Vec<Value>,
    core: Vec<Attribute>,
    extension: Vec<Attribute>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let published: Vec<Value> = serde_json::from_str(PUBLISHED).expect("the embedded schemas are JSON");
    let attributes = |id: &str| -> Vec<Attribute> {
        let schema = published.iter().find(|schema| schema["id"] == id);
        let attributes = schema.map(|schema| schema["attributes"].clone()).unwrap_or_default();
        serde_json::from_value(attributes).expect("the embedded schemas are as RFC 7643 7 has them")
    };
    let mut core: Vec<Attribute> = serde_json::from_str(COMMON).expect("the common attributes are JSON");
    core.extend(attributes(CORE));
    let extension = attributes(ENTERPRISE);
    Known {
        published,
        core,
        extension,
    }
});

/// The schemas as they are published, without `meta`.
pub(super) fn published() -> &'static [Value] {
    &KNOWN.published
}

fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// What stands behind a prefix, whatever the case of its letters.
fn behind<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, tail) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(tail)
}

/// What a path without brackets names (RFC 7644 3.10); `None` where there is nothing of that name.
pub(super) fn resolve(path: &str) -> Option<Target> {
    let (in_extension, attributes, rest) = match behind(path, ENTERPRISE) {
        Some("") => return Some(Target::Extension),
        Some(rest) => (true, &KNOWN.extension, rest.strip_prefix(':')?),
        None => match behind(path, CORE) {
            Some(rest) => (false, &KNOWN.core, rest.strip_prefix(':')?),
            None => (false, &KNOWN.core, path),
        },
    };
    let (name, sub) = rest
        .split_once('.')
        .map_or((rest, None), |(name, sub)| (name, Some(sub)));
    let Some(attribute) = find(attributes, name) else {
        let known = !in_extension && NOT_KEPT.iter().any(|other| other.eq_ignore_ascii_case(name));
        return known.then_some(Target::NotKept);
    };
    let sub = match sub {
        Some(sub) => Some(attribute.sub(sub)?),
        None => None,
    };
    Some(Target::Field(Field {
        in_extension,
        attribute,
        sub,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str) -> Option<(bool, &'static str)> {
        match resolve(path) {
            Some(Target::Field(field)) => Some((field.in_extension, &field.leaf().name)),
            _ => None,
        }
    }

    #[test]
    fn paths_name_attributes_whatever_their_case() {
        assert_eq!(names("USERNAME"), Some((false, "userName")));
        assert_eq!(names("name.familyname"), Some((false, "familyName")));
        assert_eq!(names(&format!("{CORE}:emails.Value")), Some((false, "value")));
        assert_eq!(
            names(&format!("{}:department", ENTERPRISE.to_uppercase())),
            Some((true, "department"))
        );
        assert_eq!(names(&format!("{ENTERPRISE}:manager.$ref")), Some((true, "$ref")));
        assert_eq!(names("meta.lastModified"), Some((false, "lastModified")));
        assert!(matches!(resolve(ENTERPRISE), Some(Target::Extension)));
        assert!(matches!(resolve("addresses.country"), Some(Target::NotKept)));
        for unknown in [
            "",
            "shoeSize",
            "name.shoeSize",
            "department",
            "urn:other:User:userName",
            CORE,
        ] {
            assert!(resolve(unknown).is_none(), "{unknown}");
        }
    }
}
