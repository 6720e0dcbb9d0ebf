//! Where in a document something stands: a JSON pointer (RFC 6901), found again from the line and column of an error.

/// Characters of a key that a pointer repeats; a key of a refused document may be of any length.
const KEY_MAX_CHARS: usize = 64;

enum Step {
    Object { key: Option<String>, key_is_next: bool },
    Array { index: usize },
}

/// The pointer to the value that was read last before `line` and `column` (both from 1, the column in bytes).
/// The text need not be well-formed behind that point. The root is the empty pointer.
pub(crate) fn pointer_at(bytes: &[u8], line: usize, column: usize) -> String {
    let line_start: usize = bytes
        .split_inclusive(|b| *b == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let end = line_start.saturating_add(column).min(bytes.len());
    let mut steps: Vec<Step> = Vec::new();
    let mut at = 0;
    while at < end {
        match bytes[at] {
            b'{' => steps.push(Step::Object {
                key: None,
                key_is_next: true,
            }),
            b'[' => steps.push(Step::Array { index: 0 }),
            b'}' | b']' => drop(steps.pop()),
            b',' => match steps.last_mut() {
                Some(Step::Object { key_is_next, .. }) => *key_is_next = true,
                Some(Step::Array { index }) => *index += 1,
                None => {}
            },
            b'"' => {
                let close = string_end(bytes, at);
                if let Some(Step::Object { key, key_is_next }) = steps.last_mut()
                    && *key_is_next
                {
                    *key = bytes.get(at..close).and_then(|text| serde_json::from_slice(text).ok());
                    *key_is_next = false;
                }
                at = close.saturating_sub(1);
            }
            _ => {}
        }
        at += 1;
    }
    steps.iter().map(pointer_step).collect()
}

/// The position behind the closing quote of the string that starts at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn pointer_step(step: &Step) -> String {
    match step {
        Step::Object { key: Some(key), .. } => format!("/{}", escaped(key)),
        Step::Object { key: None, .. } => String::new(),
        Step::Array { index } => format!("/{index}"),
    }
}

/// A key as it stands in a pointer, and in sentences: bounded, `~` and `/` escaped, without control characters.
pub(crate) fn escaped(key: &str) -> String {
    let bounded: String = key.chars().take(KEY_MAX_CHARS).filter(|c| !c.is_control()).collect();
    bounded.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::pointer_at;

    fn pointer_after(text: &str, marker: &str) -> String {
        let at = text.find(marker).unwrap() + marker.len();
        let before = text.get(..at).unwrap();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().len();
        pointer_at(text.as_bytes(), line, column)
    }

    #[test]
    fn the_pointer_names_the_value_read_last() {
        let text = "{\"a\": {\"b\": [1, {\"c/d\": \"x,}\\\"\"}, \"last\"],\n \"e~\": true}, \"f\": 2}";
        assert_eq!(pointer_after(text, "\"a\""), "/a");
        assert_eq!(pointer_after(text, "[1"), "/a/b/0");
        assert_eq!(pointer_after(text, "x,}"), "/a/b/1/c~1d");
        assert_eq!(pointer_after(text, "\"last\""), "/a/b/2");
        assert_eq!(pointer_after(text, "]"), "/a/b");
        assert_eq!(pointer_after(text, "true"), "/a/e~0");
        assert_eq!(pointer_after(text, "true}"), "/a");
        assert_eq!(pointer_after(text, "2}"), "");
    }

    #[test]
    fn a_broken_text_has_a_place_too() {
        assert_eq!(pointer_at(b"{\"a\": [\"open", 1, 12), "/a/0");
        assert_eq!(pointer_at(b"]]}", 9, 9), "");
        assert_eq!(pointer_at(b"", 0, 0), "");
    }
}
