//! The rules of the standard that one document can break by its text: blanks at the edges, line breaks, addresses,
//! hashes, choices that exclude each other. Reading refuses them, and a bundle reports them for documents made here.

use serde_json::Value;

use crate::bundle::{FaultKind, Flaw};
use crate::metadata::{HashAlgorithm, NIST_SYSTEM};
use crate::read::DEPTH_MAX;
use crate::walk::{Spot, walk};

/// Keys whose text may have several lines (datatype `markup-multiline`); every other text is one line.
const MULTILINE: [&str; 5] = ["description", "prose", "remarks", "statement", "mapping-description"];
/// Keys that hold a full URI (datatype `uri`).
const URIS: [&str; 4] = ["ns", "system", "scheme", "identifier-type"];
/// Keys that hold a URI or a relative address (datatype `uri-reference`).
const ADDRESSES: [&str; 2] = ["href", "source"];
/// Versions of the standard that outside validators take together with ours.
const VERSIONS: [&str; 2] = ["1.2.0", "1.2.1"];

/// What one document breaks by itself, in the order of the tree.
pub(crate) fn flaws(tree: &Value) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    walk(tree, &mut |spot| {
        if let Value::Array(items) = spot.value
            && items.is_empty()
        {
            let sentence = "an empty array is not accepted: at least one item is needed here";
            flaws.push(Flaw::new(spot.place, FaultKind::EmptyArray, sentence));
        }
        if let Value::Object(object) = spot.value {
            flaws.extend(choice(spot.place, spot.key, object));
        }
        if let Value::Array(items) = spot.value {
            for (index, object) in items
                .iter()
                .enumerate()
                .filter_map(|(i, item)| Some((i, item.as_object()?)))
            {
                flaws.extend(choice(&format!("{}/{index}", spot.place), spot.key, object));
            }
        }
        if spot.depth > DEPTH_MAX && !spot.value.is_object() {
            let sentence = format!("nested too deeply: at most {DEPTH_MAX} objects and arrays are accepted");
            flaws.push(Flaw::new(spot.place, FaultKind::TooDeep, sentence));
        }
        for (place, text) in spot.texts() {
            flaws.extend(text_flaw(spot, &place, text));
        }
    });
    flaws
}

/// Of keys that exclude each other exactly one stands in the object, or of `groups` and `controls` at most one.
fn choice(place: &str, list: &str, object: &serde_json::Map<String, Value>) -> Option<Flaw> {
    let (keys, needed) = match list {
        "imports" | "control-selections" => (["include-all", "include-controls"], true),
        "control-objective-selections" => (["include-all", "include-objectives"], true),
        "groups" => (["groups", "controls"], false),
        _ => return None,
    };
    let present = keys.iter().filter(|key| object.contains_key(**key)).count();
    if present == 1 || (present == 0 && !needed) {
        return None;
    }
    let count = if needed { "exactly one" } else { "at most one" };
    let sentence = format!("{count} of `{}` and `{}` is accepted here", keys[0], keys[1]);
    Some(Flaw::new(place, FaultKind::Choice, sentence))
}

fn text_flaw(spot: &Spot<'_>, place: &str, text: &str) -> Option<Flaw> {
    let flaw = |kind: FaultKind, sentence: &str| Some(Flaw::new(place, kind, sentence));
    if text.is_empty() {
        return flaw(
            FaultKind::EmptyText,
            "an empty text is not accepted: leave the key out, or say something",
        );
    }
    if text.trim() != text {
        return flaw(
            FaultKind::BlankEdge,
            "blanks at the start or the end of a text are not accepted",
        );
    }
    let multiline = MULTILINE.contains(&spot.key);
    if text
        .chars()
        .any(|c| breaks_line(c) && !(multiline && matches!(c, '\n' | '\t')))
    {
        let sentence = if multiline {
            "control characters other than line feed and tabulator are not accepted"
        } else {
            "one line is accepted here, without control characters"
        };
        return flaw(FaultKind::LineBreak, sentence);
    }
    if URIS.contains(&spot.key) && !(is_address(text) && has_scheme(text)) {
        return flaw(
            FaultKind::Address,
            "a full URI is accepted here, such as `https://hub.example/ns/inspection`",
        );
    }
    if ADDRESSES.contains(&spot.key) && !is_address(text) {
        return flaw(
            FaultKind::Address,
            "a URI or relative address is accepted here, in the characters of RFC 3986",
        );
    }
    if spot.key == "oscal-version" && !VERSIONS.contains(&text) {
        return flaw(FaultKind::Version, "`1.2.0` and `1.2.1` are accepted");
    }
    if spot.list == "actions" && spot.key == "type" && spot.sibling("system") == Some(NIST_SYSTEM) {
        let known = matches!(text, "approval" | "request-changes");
        return if known {
            None
        } else {
            flaw(FaultKind::Word, "`approval` and `request-changes` are accepted")
        };
    }
    if spot.list == "hashes" && spot.key == "value" {
        return hash_flaw(spot, place, text);
    }
    None
}

fn hash_flaw(spot: &Spot<'_>, place: &str, value: &str) -> Option<Flaw> {
    let word = spot.sibling("algorithm")?;
    let algorithm = HashAlgorithm::ALL.iter().find(|algorithm| algorithm.as_str() == word)?;
    let digits = algorithm.hex_digits();
    if value.len() == digits && value.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let sentence = format!("{digits} hexadecimal digits are accepted as a value of {word}");
    Some(Flaw::new(place, FaultKind::HashValue, sentence))
}

fn breaks_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether a text has only the characters of a URI reference (RFC 3986, appendix A).
fn is_address(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte);
        let encoded = byte == b'%' && bytes.by_ref().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
        if !(plain || encoded) {
            return false;
        }
    }
    text.matches('#').count() <= 1
}

/// Whether an address says its scheme, and so is more than a file of the bundle.
pub(crate) fn has_scheme(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let mut chars = scheme.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic())
        && scheme.len() > 1
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        && !rest.is_empty()
}
