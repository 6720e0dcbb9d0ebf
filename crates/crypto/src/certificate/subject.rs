//! A distinguished name as a value: parsed from text (RFC 4514) or from a certificate, compared part by part and never
//! as text.

use std::fmt;

use x509_parser::asn1_rs::{Any, FromDer as _, Tag};
use x509_parser::x509::X509Name;

use super::CertificateError;
use crate::hex;

mod text;

/// Short names of attribute types, in upper case: those of RFC 4514 clause 3, and a few that authorities use.
const SHORT: [(&str, &str); 18] = [
    ("CN", "2.5.4.3"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("C", "2.5.4.6"),
    ("STREET", "2.5.4.9"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("SN", "2.5.4.4"),
    ("SERIALNUMBER", "2.5.4.5"),
    ("TITLE", "2.5.4.12"),
    ("BUSINESSCATEGORY", "2.5.4.15"),
    ("POSTALCODE", "2.5.4.17"),
    ("GIVENNAME", "2.5.4.42"),
    ("DNQUALIFIER", "2.5.4.46"),
    ("ORGANIZATIONIDENTIFIER", "2.5.4.97"),
    ("EMAILADDRESS", "1.2.840.113549.1.9.1"),
];

/// A distinguished name.
///
/// Two are equal when they have the same parts in the same order; a part of several attributes is a set. Types are
/// compared as object identifiers, values letter by letter, capitals included, whatever kind of string holds them.
/// The empty name of a certificate equals nothing that can be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectName(Vec<Part>);

/// A relative distinguished name: its attributes, sorted.
type Part = Vec<Attribute>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Attribute {
    /// The type, as dotted numbers.
    kind: String,
    value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Text(String),
    /// A value that is no text: class, tag and content of its BER.
    Other(u8, u32, Vec<u8>),
}

impl SubjectName {
    /// Reads the text form (RFC 4514), which names the last part first: `CN=moafin,O=Moafin,C=KR`. Types are short
    /// names in any case, or dotted numbers; values may be written as `#` and hexadecimal BER. Spaces around `,`, `+`
    /// and `=` are passed over (RFC 2253 clause 4).
    ///
    /// # Errors
    /// [`CertificateError::Name`] for the empty name, more than 2048 bytes or 32 parts, a type without a known short
    /// name, and characters that have to be escaped.
    pub fn parse(text: &str) -> Result<Self, CertificateError> {
        text::parse(text).map(Self)
    }

    /// The name in a certificate.
    pub(super) fn of(name: &X509Name<'_>) -> Self {
        let part = |attributes: Vec<Attribute>| {
            let mut attributes = attributes;
            attributes.sort();
            attributes
        };
        Self(
            name.iter_rdn()
                .map(|rdn| {
                    part(
                        rdn.iter()
                            .map(|attribute| Attribute {
                                kind: attribute.attr_type().to_id_string(),
                                value: Value::of(attribute.attr_value()),
                            })
                            .collect(),
                    )
                })
                .collect(),
        )
    }
}

impl Value {
    fn of(any: &Any<'_>) -> Self {
        let text = match any.tag() {
            Tag::Utf8String => std::str::from_utf8(any.data).ok().map(str::to_owned),
            Tag::PrintableString | Tag::Ia5String | Tag::NumericString | Tag::VisibleString => any
                .data
                .is_ascii()
                .then(|| String::from_utf8_lossy(any.data).into_owned()),
            Tag::BmpString => utf16(any.data),
            Tag::UniversalString => utf32(any.data),
            _ => None,
        };
        let universal = any.class() == x509_parser::asn1_rs::Class::Universal && !any.header.is_constructed();
        match text {
            Some(text) if universal => Self::Text(text),
            _ => Self::Other(any.class() as u8, any.tag().0, any.data.to_vec()),
        }
    }

    /// A value from its BER.
    fn from_ber(bytes: &[u8]) -> Option<Self> {
        match Any::from_der(bytes) {
            Ok(([], any)) => Some(Self::of(&any)),
            _ => None,
        }
    }
}

fn utf16(bytes: &[u8]) -> Option<String> {
    let (units, []) = bytes.as_chunks::<2>() else {
        return None;
    };
    char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit)))
        .collect::<Result<_, _>>()
        .ok()
}

fn utf32(bytes: &[u8]) -> Option<String> {
    let (units, []) = bytes.as_chunks::<4>() else {
        return None;
    };
    units
        .iter()
        .map(|unit| char::from_u32(u32::from_be_bytes(*unit)))
        .collect()
}

/// The text form of RFC 4514, last part first. For people: it is never compared.
impl fmt::Display for SubjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, part) in self.0.iter().rev().enumerate() {
            for (within, attribute) in part.iter().enumerate() {
                match (place, within) {
                    (0, 0) => {}
                    (_, 0) => f.write_str(",")?,
                    _ => f.write_str("+")?,
                }
                attribute.fmt(f)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = SHORT.iter().find(|(_, kind)| *kind == self.kind);
        write!(f, "{}=", short.map_or(self.kind.as_str(), |(name, _)| name))?;
        match &self.value {
            Value::Text(value) => text::write_escaped(value, f),
            Value::Other(class, tag, content) => write!(f, "(class {class}, tag {tag}: {})", hex(content)),
        }
    }
}
