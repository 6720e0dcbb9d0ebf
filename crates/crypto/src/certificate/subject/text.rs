//! The text form of a distinguished name (RFC 4514 clauses 2 and 3).

use std::fmt::{self, Write as _};
use std::iter::Peekable;
use std::str::Chars;

use super::{Attribute, Part, SHORT, Value};
use crate::certificate::CertificateError;

const LONGEST_BYTES: usize = 2048;
const MOST_PARTS: usize = 32;
const MOST_ATTRIBUTES: usize = 8;

type Rest<'a> = Peekable<Chars<'a>>;

const fn refused<T>(why: &'static str) -> Result<T, CertificateError> {
    Err(CertificateError::Name(why))
}

/// The parts in the order of a certificate, which is the reverse of the text.
pub(super) fn parse(text: &str) -> Result<Vec<Part>, CertificateError> {
    if text.len() > LONGEST_BYTES {
        return refused("it has at most 2048 bytes");
    }
    let mut rest = text.chars().peekable();
    let mut parts = Vec::new();
    loop {
        let (part, more) = part(&mut rest)?;
        parts.push(part);
        if parts.len() > MOST_PARTS {
            return refused("it has at most 32 parts");
        }
        if !more {
            break;
        }
    }
    parts.reverse();
    Ok(parts)
}

/// One part, and whether another follows.
fn part(rest: &mut Rest<'_>) -> Result<(Part, bool), CertificateError> {
    let mut attributes = Vec::new();
    loop {
        let kind = kind(rest)?;
        let value = value(rest)?;
        attributes.push(Attribute { kind, value });
        if attributes.len() > MOST_ATTRIBUTES {
            return refused("a part has at most 8 attributes");
        }
        match rest.next() {
            Some('+') => {}
            end => {
                attributes.sort();
                return Ok((attributes, end.is_some()));
            }
        }
    }
}

/// The type of an attribute, up to and including `=`.
fn kind(rest: &mut Rest<'_>) -> Result<String, CertificateError> {
    let mut name = String::new();
    loop {
        match rest.next() {
            Some('=') => break,
            Some(letter @ ('A'..='Z' | 'a'..='z' | '0'..='9' | '.' | '-' | ' ')) => name.push(letter),
            _ => return refused("`type=value` is expected"),
        }
    }
    let name = name.trim_matches(' ');
    if is_dotted(name) {
        return Ok(name.to_owned());
    }
    SHORT
        .iter()
        .find(|(short, _)| short.eq_ignore_ascii_case(name))
        .map(|(_, kind)| (*kind).to_owned())
        .ok_or(CertificateError::Name(
            "a type has no known short name; dotted numbers are taken too",
        ))
}

/// Numbers between dots, none with a zero in front (RFC 4512 clause 1.4, `numericoid`).
fn is_dotted(name: &str) -> bool {
    let number = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
    };
    name.contains('.') && name.split('.').all(number)
}

/// The value of an attribute, up to the `,` or `+` behind it.
fn value(rest: &mut Rest<'_>) -> Result<Value, CertificateError> {
    while rest.next_if_eq(&' ').is_some() {}
    if rest.next_if_eq(&'#').is_some() {
        return ber(rest);
    }
    let mut bytes = Vec::new();
    let mut spaces = 0;
    while let Some(letter) = rest.next_if(|letter| !matches!(letter, ',' | '+')) {
        match letter {
            '\\' => {
                bytes.push(escaped(rest)?);
                spaces = 0;
            }
            '"' | ';' | '<' | '>' | '\0' => return refused("a character has to be escaped with `\\`"),
            letter => {
                bytes.extend(letter.encode_utf8(&mut [0; 4]).bytes());
                spaces = if letter == ' ' { spaces + 1 } else { 0 };
            }
        }
    }
    bytes.truncate(bytes.len() - spaces);
    String::from_utf8(bytes)
        .map(Value::Text)
        .map_err(|_| CertificateError::Name("a value is not UTF-8"))
}

/// What stands behind a `\`: a special character or a byte in hexadecimal.
fn escaped(rest: &mut Rest<'_>) -> Result<u8, CertificateError> {
    let broken = CertificateError::Name("behind `\\` stands a special character or two hexadecimal digits");
    match rest.next() {
        Some(special @ ('\\' | '"' | '+' | ',' | ';' | '<' | '>' | ' ' | '#' | '=')) => {
            u8::try_from(special).map_err(|_| broken)
        }
        Some(high) => {
            let low = rest.next().ok_or(broken)?;
            hex_byte(high, low).ok_or(broken)
        }
        None => Err(broken),
    }
}

/// What stands behind a `#`: the BER of the value in hexadecimal.
fn ber(rest: &mut Rest<'_>) -> Result<Value, CertificateError> {
    let broken = CertificateError::Name("behind `#` stands one BER value in hexadecimal");
    let mut bytes = Vec::new();
    while let Some(high) = rest.next_if(char::is_ascii_hexdigit) {
        let low = rest.next().ok_or(broken)?;
        bytes.push(hex_byte(high, low).ok_or(broken)?);
    }
    while rest.next_if_eq(&' ').is_some() {}
    if !matches!(rest.peek(), None | Some(',' | '+')) {
        return Err(broken);
    }
    Value::from_ber(&bytes).ok_or(broken)
}

fn hex_byte(high: char, low: char) -> Option<u8> {
    u8::try_from(high.to_digit(16)? * 16 + low.to_digit(16)?).ok()
}

/// Writes a value with everything escaped that [`parse`] would otherwise read differently (RFC 4514 clause 2.4).
pub(super) fn write_escaped(value: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let last = value.chars().count().saturating_sub(1);
    for (place, letter) in value.chars().enumerate() {
        match letter {
            '\\' | '"' | '+' | ',' | ';' | '<' | '>' => write!(f, "\\{letter}")?,
            ' ' if place == 0 || place == last => f.write_str("\\ ")?,
            '#' if place == 0 => f.write_str("\\#")?,
            letter if letter.is_ascii_control() => write!(f, "\\{:02x}", u32::from(letter))?,
            letter => f.write_char(letter)?,
        }
    }
    Ok(())
}
