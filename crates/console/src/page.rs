//! From a view to HTML: the embedded templates, the words they may use, and the frame around every page.
//!
//! There is one environment per language, so that a template cannot mix two. Names that do not exist are errors, not
//! empty texts.

use std::sync::LazyLock;

use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, context};
use naru_core::trust::Link;
use naru_core::{Language, OrganisationKind, Timestamp, Won, words};
use serde::Serialize;

use crate::asset::Asset;
use crate::message::{Message, fill};
pub(crate) use crate::template::TEMPLATES;

static KOREAN: LazyLock<Environment<'static>> = LazyLock::new(|| environment(Language::Ko));
static ENGLISH: LazyLock<Environment<'static>> = LazyLock::new(|| environment(Language::En));

/// A page that could not be made: a template and its view do not fit. It concerns nobody outside.
#[derive(Debug, thiserror::Error)]
#[error("page {template} could not be made")]
pub struct PageError {
    template: &'static str,
    #[source]
    source: Error,
}

/// What surrounds every page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    /// In which language it is written.
    pub language: Language,
    /// Path and query under which a GET shows this page; the language switch leads there.
    pub here: String,
    /// Whether people, accounts and money are invented, which every page then says.
    pub test_bed: bool,
    /// Whether the page uses our script; it is then served under the policy that allows it.
    pub scripted: bool,
    /// Whether the page may be as wide as a desk's.
    pub wide: bool,
    /// The scheme of colours, where it is not the reader's own choice.
    pub theme: Option<Theme>,
    /// The ways between a person's own pages, where one is signed in.
    pub person: Option<PersonFrame>,
    /// What stands around the pages of a member who is signed in.
    pub staff: Option<StaffFrame>,
}

/// What stands around the pages of a member: for whom they act, who they are, and the ways through their console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaffFrame {
    /// The name of their organisation.
    pub organisation: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// As others are shown the member.
    pub member: String,
    /// The token of the form that signs out.
    pub csrf: String,
    /// The ways through the console, in order.
    pub ways: Vec<StaffWay>,
    /// A living sign-in on another device that is younger than this one.
    pub newcomer: Option<Newcomer>,
}

/// One way through a console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaffWay {
    /// The key of its message, such as `member.way_security`.
    pub label: &'static str,
    /// Where it leads: a path of ours.
    pub href: String,
    /// Whether it is the page that is shown, or one below it.
    pub current: bool,
}

/// What stands around a person's own pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonFrame {
    /// Which of them is shown.
    pub way: WayWord,
    /// The token of the form that signs out.
    pub csrf: String,
    /// A living sign-in on another device that is younger than this one.
    pub newcomer: Option<Newcomer>,
}

/// A sign-in on another device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Newcomer {
    /// On what.
    pub device: String,
    /// When.
    pub at: Timestamp,
}

/// A person's own pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayWord {
    /// What they agreed to.
    Grants,
    /// What was done in their name.
    Activity,
    /// How and where they are signed in.
    Security,
}
words!(WayWord, "way", { Grants = "grants", Activity = "activity", Security = "security" });

/// A scheme of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark ink on paper.
    Light,
    /// Light ink on the night.
    Dark,
}
words!(Theme, "theme", { Light = "light", Dark = "dark" });

#[derive(Serialize)]
struct FrameView<'a> {
    lang: &'static str,
    here: &'a str,
    other: LanguageView,
    test_bed: bool,
    scripted: bool,
    wide: bool,
    theme: Option<Theme>,
    person: &'a Option<PersonFrame>,
    staff: &'a Option<StaffFrame>,
}

#[derive(Serialize)]
struct LanguageView {
    code: &'static str,
    name: &'static str,
    href: String,
}

impl<'a> FrameView<'a> {
    fn of(frame: &'a Frame) -> Self {
        let (other, name) = match frame.language {
            Language::Ko => (Language::En, "English"),
            Language::En => (Language::Ko, "한국어"),
        };
        Self {
            lang: code(frame.language),
            here: &frame.here,
            other: LanguageView {
                code: code(other),
                name,
                href: in_language(&frame.here, other),
            },
            test_bed: frame.test_bed,
            scripted: frame.scripted,
            wide: frame.wide,
            theme: frame.theme,
            person: &frame.person,
            staff: &frame.staff,
        }
    }
}

/// Renders one template with a view as `view` and the frame as `page`.
pub(crate) fn render(template: &'static str, view: &impl Serialize, frame: &Frame) -> Result<String, PageError> {
    let environment: &Environment<'static> = match frame.language {
        Language::Ko => &KOREAN,
        Language::En => &ENGLISH,
    };
    let made = environment.get_template(template).and_then(|found| {
        found.render(context! {
            view => Value::from(Serde(view)),
            page => Value::from(Serde(FrameView::of(frame))),
        })
    });
    made.map_err(|source| PageError { template, source })
}

fn environment(language: Language) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_function("t", move |key: &str, values: Kwargs| translate(language, key, &values));
    environment.add_function("asset", |name: &str| {
        Asset::named(name)
            .map(Asset::path)
            .ok_or_else(|| wrong(format!("no asset `{name}`")))
    });
    environment.add_filter("won", move |won: i64| won_text(Won(won), language));
    environment.add_filter("moment", |at: i64| shown(Timestamp(at), "2026-11-21 14:03".len()));
    environment.add_filter("day", |at: i64| shown(Timestamp(at), "2026-11-21".len()));
    environment.add_filter("grouped", |number: i64| grouped(number));
    environment.add_filter("initial", |name: &str| initial(name));
    environment.add_filter("in_language", move |href: &str| in_language(href, language));
    environment.add_filter("link_name", move |link: &str| {
        let (ko, en) = Link::parse(link).map_err(|why| wrong(why.to_string()))?.words();
        Ok::<_, Error>(language.pick(ko, en))
    });
    for (name, text) in TEMPLATES {
        environment
            .add_template(name, text)
            .expect("templates are embedded, and every test of a page parses them all");
    }
    environment
}

fn wrong(why: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

fn translate(language: Language, key: &str, values: &Kwargs) -> Result<String, Error> {
    let message = Message::of(key).ok_or_else(|| wrong(format!("no message `{key}`")))?;
    let value_of = |name: &str| values.get::<Value>(name).ok().map(|value| value.to_string());
    let text = fill(message.text(language), value_of)
        .map_err(|name| wrong(format!("message `{key}` has no value for `{name}`")))?;
    values.assert_all_used()?;
    Ok(text)
}

pub(crate) const fn code(language: Language) -> &'static str {
    match language {
        Language::Ko => "ko",
        Language::En => "en",
    }
}

/// The letter that stands for a company: the first of its name, without the words for its legal form.
fn initial(name: &str) -> String {
    let bare = name.trim_start_matches("주식회사").trim_start_matches("(주)").trim();
    bare.chars().take(1).collect()
}

/// `2026-11-21 14:03:27` in Seoul, cut to its first `length` characters.
fn shown(at: Timestamp, length: usize) -> String {
    at.to_string().chars().take(length).collect()
}

/// `1,234,567`.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = if number < 0 { "-".to_owned() } else { String::new() };
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `120,000원`, `KRW 120,000`.
fn won_text(won: Won, language: Language) -> String {
    let grouped = grouped(won.0);
    match language {
        Language::Ko => format!("{grouped}원"),
        Language::En => format!("KRW {grouped}"),
    }
}

/// Whole won in the words of a language, for what is not written by a template.
pub(crate) fn amount(won: i64, language: Language) -> String {
    won_text(Won(won), language)
}

/// The text of a message that has no names to fill; empty where there is none.
pub(crate) fn plain_text(key: &str, language: Language) -> String {
    Message::of(key).map_or_else(String::new, |message| message.text(language).to_owned())
}

/// The same path and query with `lang` set, so that the choice of a language stays in the URL.
pub(crate) fn in_language(href: &str, language: Language) -> String {
    let (path, query) = href.split_once('?').unwrap_or((href, ""));
    let kept = query
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some("lang"))
        .chain([match language {
            Language::Ko => "lang=ko",
            Language::En => "lang=en",
        }]);
    format!("{path}?{}", kept.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_and_named() {
        assert_eq!(won_text(Won(120_000), Language::Ko), "120,000원");
        assert_eq!(won_text(Won(1_234_567), Language::En), "KRW 1,234,567");
        assert_eq!(won_text(Won(7), Language::Ko), "7원");
        assert_eq!(won_text(Won(-1_000), Language::Ko), "-1,000원");
    }

    #[test]
    fn a_moment_is_shown_to_the_minute_and_a_day_alone() {
        let at = Timestamp::from_compact("20261121140327").unwrap();
        assert_eq!(shown(at, 16), "2026-11-21 14:03");
        assert_eq!(shown(at, 10), "2026-11-21");
    }

    #[test]
    fn the_language_replaces_what_the_query_said_and_keeps_the_rest() {
        assert_eq!(in_language("/consents", Language::En), "/consents?lang=en");
        assert_eq!(
            in_language("/a?x=1&lang=en&y=%26", Language::Ko),
            "/a?x=1&y=%26&lang=ko"
        );
        assert_eq!(in_language("/a?language=en", Language::Ko), "/a?language=en&lang=ko");
    }

    #[test]
    fn a_message_is_filled_exactly() {
        let text = |source: &str| KOREAN.render_str(source, ()).map_err(|why| why.to_string());
        assert_eq!(
            text("{{ t('code.tries_left', count=3) }}").unwrap(),
            "앞으로 3번 더 적을 수 있어요."
        );
        assert!(text("{{ t('code.tries_left') }}").is_err());
        assert!(text("{{ t('code.title', count=3) }}").is_err());
        assert!(text("{{ t('code.nothing') }}").is_err());
        assert!(text("{{ asset('nothing.js') }}").is_err());
    }

    #[test]
    fn a_company_is_known_by_the_first_letter_of_its_own_name() {
        assert_eq!(initial("주식회사 모아핀"), "모");
        assert_eq!(initial("(주)페이나루"), "페");
        assert_eq!(initial("Moafin"), "M");
    }
}
