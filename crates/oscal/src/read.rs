//! Strict reading of one document: bounded size and depth, then the shape of the JSON, then the types, then the text.
//! Errors say where and what would be accepted; of the document they repeat keys, never values.

use serde::de::DeserializeSeed;

use crate::content;
use crate::document::Document;
use crate::place;
use crate::scan::Scan;

/// Largest document that is read, in bytes.
pub const SIZE_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Most objects and arrays within each other that are read.
pub const DEPTH_MAX: usize = 64;

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// More than [`SIZE_MAX_BYTES`].
    #[error("{size_bytes} bytes are too many: at most {SIZE_MAX_BYTES} are accepted")]
    TooLarge {
        /// Its size.
        size_bytes: usize,
    },
    /// It is no JSON, or not the JSON that the standard describes.
    #[error("line {line}, column {column}, at `{place}`: {sentence}")]
    Form {
        /// JSON pointer to the value; empty for the whole document.
        place: String,
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
        /// What is wrong, and what is accepted.
        sentence: String,
    },
    /// Its text breaks a rule of the standard.
    #[error("at `{place}`: {sentence}{}", more(*.others))]
    Content {
        /// JSON pointer to the value.
        place: String,
        /// What is wrong, and what is accepted.
        sentence: String,
        /// How many more faults there are.
        others: usize,
    },
}

fn more(count: usize) -> String {
    if count == 0 {
        String::new()
    } else {
        format!(" ({count} more like it)")
    }
}

/// Reads a document; see [`Document::read`].
pub(crate) fn document(bytes: &[u8]) -> Result<Document, ReadError> {
    if bytes.len() > SIZE_MAX_BYTES {
        return Err(ReadError::TooLarge {
            size_bytes: bytes.len(),
        });
    }
    scan(bytes).map_err(|error| {
        let said = message(&error);
        let sentence = if error.is_data() {
            said
        } else {
            format!("not JSON: {said}")
        };
        form(bytes, &error, sentence)
    })?;
    let document: Document = serde_json::from_slice(bytes).map_err(|error| form(bytes, &error, sentence(&error)))?;
    let mut flaws = content::flaws(&document.to_tree()).into_iter();
    match flaws.next() {
        None => Ok(document),
        Some(first) => Err(ReadError::Content {
            place: first.place,
            sentence: first.sentence,
            others: flaws.count(),
        }),
    }
}

fn scan(bytes: &[u8]) -> serde_json::Result<()> {
    let mut parser = serde_json::Deserializer::from_slice(bytes);
    Scan { levels_left: DEPTH_MAX }.deserialize(&mut parser)?;
    parser.end()
}

fn form(bytes: &[u8], error: &serde_json::Error, sentence: String) -> ReadError {
    let (line, column) = (error.line(), error.column());
    ReadError::Form {
        place: place::pointer_at(bytes, line, column),
        line,
        column,
        sentence,
    }
}

/// The parser's message without the position, which stands beside it.
fn message(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message
        .rsplit_once(" at line ")
        .map_or(message.clone(), |(text, _)| text.to_owned())
}

/// What the types say of JSON that the scan has found well-formed, in our words and without the values.
fn sentence(error: &serde_json::Error) -> String {
    let message = message(error);
    if !error.is_data() {
        // A choice such as the model of the document is one key; the parser trips over the second.
        return "exactly one key is accepted here".to_owned();
    }
    if let Some((key, accepted)) = message
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split_once("`, "))
    {
        let accepted = accepted
            .strip_prefix("expected ")
            .unwrap_or("none, the object is empty");
        return format!(
            "the key `{}` is not accepted here; accepted: {accepted}",
            place::escaped(key)
        );
    }
    if let Some((_, accepted)) = message
        .strip_prefix("unknown variant `")
        .and_then(|rest| rest.rsplit_once("`, expected "))
    {
        return format!("this word is not accepted here; accepted: {accepted}");
    }
    if let Some(key) = message.strip_prefix("missing field ") {
        return format!("the key {key} is missing");
    }
    let invalid = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "));
    if let Some((found, accepted)) = invalid.and_then(|rest| rest.rsplit_once(", expected ")) {
        let found = found.split_whitespace().next().unwrap_or("a value");
        return format!("`{found}` stands here; accepted: {}", plain(accepted));
    }
    message
}

fn plain(accepted: &str) -> &str {
    match accepted {
        "a sequence" => "an array",
        object if object.starts_with("struct ") || object == "newtype variant" => "an object",
        word if word.starts_with("enum ") => "a word of a closed list",
        other => other,
    }
}
