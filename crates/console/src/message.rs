//! The texts of the pages, from `messages.toml`: a key, Korean and English, and `{name}` where the page fills in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use naru_core::Language;
use toml::Value;

static MESSAGES: LazyLock<BTreeMap<String, Message>> = LazyLock::new(|| {
    let table = include_str!("../messages.toml")
        .parse::<toml::Table>()
        .expect("messages.toml is embedded, and every test of a page reads it");
    let mut messages = BTreeMap::new();
    gather("", &Value::Table(table), &mut messages);
    messages
});

/// One text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    ko: String,
    en: String,
}

impl Message {
    /// The text of a key, such as `sign_in.title`.
    pub(crate) fn of(key: &str) -> Option<&'static Self> {
        MESSAGES.get(key)
    }

    /// Every key with its text.
    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static Self)> {
        MESSAGES.iter().map(|(key, message)| (key.as_str(), message))
    }

    /// The text in a language.
    pub(crate) fn text(&self, language: Language) -> &str {
        language.pick(&self.ko, &self.en)
    }
}

/// Walks the tables; one that holds `ko` and `en` is a message, whose absence of either becomes an empty text that the
/// tests refuse.
fn gather(key: &str, value: &Value, messages: &mut BTreeMap<String, Message>) {
    let Some(table) = value.as_table() else { return };
    let text = |language| table.get(language).and_then(Value::as_str).map(str::to_owned);
    let (ko, en) = (text("ko"), text("en"));
    if ko.is_some() || en.is_some() {
        let message = Message {
            ko: ko.unwrap_or_default(),
            en: en.unwrap_or_default(),
        };
        messages.insert(key.to_owned(), message);
        return;
    }
    for (name, inner) in table {
        let dot = if key.is_empty() { "" } else { "." };
        gather(&format!("{key}{dot}{name}"), inner, messages);
    }
}

/// Fills `{name}` from `value_of`; what is filled in is not looked at again. The name that has no value is the error.
pub(crate) fn fill(text: &str, value_of: impl Fn(&str) -> Option<String>) -> Result<String, &str> {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').ok_or(part)?;
        filled.push_str(&value_of(name).ok_or(name)?);
        filled.push_str(rest);
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that a text wants filled, in order.
    fn names(text: &str) -> Vec<&str> {
        let inner = |part| str::split_once(part, '}').map(|(name, _)| name);
        text.split('{').skip(1).filter_map(inner).collect()
    }

    #[test]
    fn every_message_speaks_both_languages_with_the_same_names() {
        for (key, message) in Message::all() {
            let (ko, en) = (message.text(Language::Ko), message.text(Language::En));
            assert!(!ko.trim().is_empty() && !en.trim().is_empty(), "{key} lacks a language");
            assert!(
                !en.chars().any(|c| ('가'..='힣').contains(&c)),
                "{key}: Korean in English"
            );
            let sorted = |text| {
                let mut names = names(text);
                names.sort_unstable();
                names.into_iter().map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(sorted(ko), sorted(en), "{key}");
        }
    }

    #[test]
    fn a_name_is_followed_by_nothing_that_depends_on_its_last_letter() {
        for (key, message) in Message::all() {
            let text = message.text(Language::Ko);
            for particle in ["은 ", "는 ", "이 ", "가 ", "을 ", "를 ", "과 ", "와 ", "으로", "로 "] {
                assert!(!text.contains(&format!("}}{particle}")), "{key}: {particle}");
            }
        }
    }

    #[test]
    fn a_text_is_filled_once() {
        let value = |name: &str| (name == "name").then(|| "{name}".to_owned());
        assert_eq!(fill("{name}에서", value).as_deref(), Ok("{name}에서"));
        assert_eq!(fill("plain", value).as_deref(), Ok("plain"));
        assert_eq!(fill("{other}", value), Err("other"));
        assert_eq!(fill("{open", value), Err("open"));
    }
}
