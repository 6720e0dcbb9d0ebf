//! Identifiers: tokens for people, UUIDs for programs (NIST OSCAL 1.2, datatypes `token` and `uuid`).
//! The schemas take UUIDs of version 4 and 5 only, so keys of version 7 cannot be written; [`Namespace`] derives a
//! version 5 from them, always the same one, and two exports of one state are equal to the byte.

use std::borrow::Cow;
use std::fmt;

use crate::object::text_serde;

/// Characters of the longest token that is accepted; the standard names no bound.
const TOKEN_MAX_CHARS: usize = 256;

/// Why a text is no identifier of the standard. The text itself is not repeated: it may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentError {
    /// Not a token.
    #[error(
        "not a token: the first character is a letter or `_`, then letters, digits, `.`, `-` and `_` (Latin, Hangul \
         or Han letters, at most {TOKEN_MAX_CHARS} characters)"
    )]
    Token,
    /// Not a UUID in its usual form.
    #[error("not a UUID: 36 characters in the form `xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx` are accepted")]
    Uuid,
    /// A UUID of a version or variant that the standard does not take.
    #[error("a UUID of version {0}: only versions 4 and 5 of RFC 9562 are accepted")]
    Version(usize),
}

/// Id of a control, group, part, role or property (datatype `token`): letter first, then letters, digits, `.-_`.
/// Narrower than the schema: the letters are Latin, Hangul and Han, the digits 0 to 9, which every validator agrees on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(Cow<'static, str>);

text_serde!(Token, "a token");

impl Token {
    /// Checks a text. Fails with [`IdentError::Token`].
    pub fn try_new(text: impl Into<String>) -> Result<Self, IdentError> {
        let text = text.into();
        let mut chars = text.chars();
        let starts_well = chars.next().is_some_and(|first| first == '_' || is_letter(first));
        let goes_on_well = chars.all(|c| is_letter(c) || c.is_ascii_digit() || matches!(c, '.' | '-' | '_'));
        if starts_well && goes_on_well && text.chars().count() <= TOKEN_MAX_CHARS {
            Ok(Self(Cow::Owned(text)))
        } else {
            Err(IdentError::Token)
        }
    }

    /// A token that stands in the source, ASCII only. Meant for constants, where a wrong one stops the compiler.
    ///
    /// # Panics
    /// When the text is not a token.
    pub const fn literal(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        assert!(
            !bytes.is_empty() && bytes.len() <= TOKEN_MAX_CHARS,
            "a token has 1 to 256 characters"
        );
        assert!(
            bytes[0].is_ascii_alphabetic() || bytes[0] == b'_',
            "a token starts with a letter or `_`"
        );
        let mut index = 1;
        while index < bytes.len() {
            let byte = bytes[index];
            assert!(
                byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'),
                "no character of a token"
            );
            index += 1;
        }
        Self(Cow::Borrowed(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Id of the statement part of a control with this id: `<id>_smt`.
    pub fn statement(&self) -> Self {
        Self(Cow::Owned(format!("{}_smt", self.0)))
    }

    /// Id of the objective part of a control with this id: `<id>_obj`.
    pub fn objective(&self) -> Self {
        Self(Cow::Owned(format!("{}_obj", self.0)))
    }
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
        || matches!(c,
            '\u{00C0}'..='\u{00D6}' | '\u{00D8}'..='\u{00F6}' | '\u{00F8}'..='\u{024F}'
            | '\u{3131}'..='\u{3163}' | '\u{4E00}'..='\u{9FEF}' | '\u{AC00}'..='\u{D7A3}')
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Token {
    type Err = IdentError;

    fn from_str(text: &str) -> Result<Self, IdentError> {
        Self::try_new(text)
    }
}

/// A UUID of version 4 or 5 (datatype `uuid`), written in small letters. It names one subject, in every revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OscalUuid(uuid::Uuid);

text_serde!(OscalUuid, "a UUID of version 4 or 5");

impl OscalUuid {
    /// Checks a text of 36 characters. Fails with [`IdentError::Uuid`] or [`IdentError::Version`].
    pub fn try_new(text: &str) -> Result<Self, IdentError> {
        // The parser also takes braces, `urn:uuid:` and no dashes at all, which no validator does.
        if text.len() != uuid::fmt::Hyphenated::LENGTH {
            return Err(IdentError::Uuid);
        }
        Self::try_from(uuid::Uuid::try_parse(text).map_err(|_| IdentError::Uuid)?)
    }

    /// The value as other code holds it.
    pub fn as_uuid(&self) -> uuid::Uuid {
        self.0
    }

    /// The reference to a resource of the back matter with this UUID: `#<uuid>`.
    pub fn fragment(&self) -> String {
        format!("#{self}")
    }
}

impl TryFrom<uuid::Uuid> for OscalUuid {
    type Error = IdentError;

    fn try_from(value: uuid::Uuid) -> Result<Self, IdentError> {
        let standard = value.get_variant() == uuid::Variant::RFC4122;
        if standard && matches!(value.get_version_num(), 4 | 5) {
            Ok(Self(value))
        } else {
            Err(IdentError::Version(value.get_version_num()))
        }
    }
}

impl fmt::Display for OscalUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl std::str::FromStr for OscalUuid {
    type Err = IdentError;

    fn from_str(text: &str) -> Result<Self, IdentError> {
        Self::try_new(text)
    }
}

/// Where derived UUIDs come from: one namespace per publisher, so that two hubs never name two subjects alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Namespace(uuid::Uuid);

impl Namespace {
    /// The namespace of a publisher, named by its address (`https://hub.example`), which must never change.
    pub fn new(publisher: &str) -> Self {
        Self(uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, publisher.as_bytes()))
    }

    /// The version 5 UUID of what plays `role` (`finding`, `risk`, `party`) for the internal `key`, usually the text
    /// of a UUIDv7. One key may play several roles (a finding and its risk) and gets one UUID for each.
    pub fn derive(&self, role: &str, key: &str) -> OscalUuid {
        // The length keeps ("a", "b:c") and ("a:b", "c") apart.
        let name = format!("{}:{role}:{key}", role.len());
        OscalUuid(uuid::Uuid::new_v5(&self.0, name.as_bytes()))
    }
}

#[cfg(test)]
#[path = "ident_tests.rs"]
mod tests;
