//! Goes through a document by the names of its keys: a rule about `observation-uuid` holds wherever the key stands,
//! also in objects that are added later.

use serde_json::{Map, Value};

/// One key of one object.
pub(crate) struct Spot<'a> {
    /// JSON pointer to the value.
    pub(crate) place: &'a str,
    /// The key under which the object itself stands: `observations` for what is in an observation.
    pub(crate) list: &'a str,
    /// The object.
    pub(crate) owner: &'a Map<String, Value>,
    /// The key.
    pub(crate) key: &'a str,
    /// Its value.
    pub(crate) value: &'a Value,
    /// How many objects and arrays hold the value.
    pub(crate) depth: usize,
}

impl Spot<'_> {
    /// The text under another key of the same object.
    pub(crate) fn sibling(&self, key: &str) -> Option<&str> {
        self.owner.get(key).and_then(Value::as_str)
    }

    /// The texts of the value with their places: itself, or the items of its array.
    pub(crate) fn texts(&self) -> Vec<(String, &str)> {
        match self.value {
            Value::String(text) => vec![(self.place.to_owned(), text.as_str())],
            Value::Array(items) => {
                let texts = items.iter().enumerate();
                texts
                    .filter_map(|(i, item)| Some((format!("{}/{i}", self.place), item.as_str()?)))
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Calls `visit` for every key of every object below `tree`, the outer before the inner.
pub(crate) fn walk(tree: &Value, visit: &mut dyn FnMut(&Spot<'_>)) {
    if let Value::Object(root) = tree {
        walk_object(root, ("", "", 1), visit);
    }
}

fn walk_object(owner: &Map<String, Value>, at: (&str, &str, usize), visit: &mut dyn FnMut(&Spot<'_>)) {
    let (list, outer, depth) = at;
    for (key, value) in owner {
        let place = format!("{outer}/{key}");
        visit(&Spot {
            place: &place,
            list,
            owner,
            key,
            value,
            depth,
        });
        match value {
            Value::Object(object) => walk_object(object, (key, &place, depth + 1), visit),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Value::Object(object) = item {
                        walk_object(object, (key, &format!("{place}/{index}"), depth + 2), visit);
                    }
                }
            }
            _ => {}
        }
    }
}
