//! Input values as the profile's clients really send them: strings, but also numbers; missing, but also empty.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};

/// Longest value that any field takes, bytes.
pub(super) const LONGEST: usize = 2_000;

/// One input value. A JSON number or boolean counts as its text, `null` as empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// The value without blanks around it.
    pub fn as_str(&self) -> &str {
        self.0.trim()
    }

    /// The value as it came, for the fields in which a blank means something.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text(hidden)")
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
        if text.len() > LONGEST {
            return Err(E::custom("a value is longer than 2000 bytes"));
        }
        Ok(Text(text.to_owned()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Text, E> {
        Ok(Text(flag.to_string()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Text, E> {
        Ok(Text::default())
    }
}

/// A field that cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name on the wire.
    pub field: String,
    /// What would be accepted.
    pub expected: String,
}

impl FieldError {
    /// A field that cannot be taken, and what would be.
    pub fn new(field: impl Into<String>, expected: impl fmt::Display) -> Self {
        Self {
            field: field.into(),
            expected: expected.to_string(),
        }
    }

    /// Reads a field with one of the house's parsers.
    pub fn read<T, E: fmt::Display>(
        field: &str,
        value: &Text,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Self> {
        parse(value.as_str()).map_err(|error| Self::new(field, error))
    }

    /// Reads a text of at most `longest` characters; empty is allowed.
    pub fn text(field: &str, value: &Text, longest: usize) -> Result<String, Self> {
        let text = value.as_str();
        if text.chars().count() > longest || text.chars().any(char::is_control) {
            return Err(Self::new(
                field,
                format_args!("must be at most {longest} printable characters"),
            ));
        }
        Ok(text.to_owned())
    }

    /// Reads one of a few words.
    pub fn one_of<'a>(field: &str, value: &'a Text, words: &[&str]) -> Result<&'a str, Self> {
        let word = value.as_str();
        if words.contains(&word) {
            return Ok(word);
        }
        Err(Self::new(field, format_args!("must be one of {}", words.join(", "))))
    }
}

/// The value, unless nothing was given.
pub fn required<'a>(field: &str, value: &'a Text) -> Result<&'a Text, FieldError> {
    if value.is_empty() {
        Err(FieldError::new(field, "is required"))
    } else {
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Body {
        #[serde(default)]
        amount: Text,
    }

    #[test]
    fn numbers_nulls_and_absence_are_texts() {
        let amount = |json: &str| serde_json::from_str::<Body>(json).map(|body| body.amount.as_str().to_owned());
        assert_eq!(amount(r#"{"amount":"1000"}"#).unwrap(), "1000");
        assert_eq!(amount(r#"{"amount":1000}"#).unwrap(), "1000");
        assert_eq!(amount(r#"{"amount":null}"#).unwrap(), "");
        assert_eq!(amount(r#"{"other":1}"#).unwrap(), "");
        assert_eq!(
            amount(r#"{"amount":1.5}"#).unwrap(),
            "1.5",
            "and then refused as an amount"
        );
        assert!(amount(r#"{"amount":{"a":1}}"#).is_err());
        assert!(amount(&format!(r#"{{"amount":"{}"}}"#, "9".repeat(3_000))).is_err());
    }

    #[test]
    fn errors_name_the_field_and_what_is_accepted() {
        let error = FieldError::one_of("check_type", &Text::from("3"), &["1", "2"]).unwrap_err();
        assert_eq!(
            (error.field.as_str(), error.expected.as_str()),
            ("check_type", "must be one of 1, 2")
        );
        assert!(FieldError::text("print_content", &Text::from("열 글자가 넘지 않는 글"), 20).is_ok());
        assert!(FieldError::text("print_content", &Text::from("가".repeat(21).as_str()), 20).is_err());
        assert!(FieldError::text("print_content", &Text::from("줄\n바꿈"), 20).is_err());
    }
}
