//! The names that bundles use: our properties, our UUIDs, and text and time in the forms of the standard.

use naru_core::{Day, Timestamp};
use naru_oscal::{Namespace, OscalUuid, Property, TimestampError, Token};

/// Who publishes the bundles: every UUID is derived from it, so that it must never change.
pub const PUBLISHER: &str = "https://naru.example/ns/oscal";
/// Who defines our properties. A name that stands here is never given another meaning.
pub const NS: &str = PUBLISHER;

/// What we call our properties.
pub(super) const VERDICT: Token = Token::literal("verdict");
pub(super) const ROUND: Token = Token::literal("round");
pub(super) const CONTROL: Token = Token::literal("control");
pub(super) const STATE: Token = Token::literal("state");
pub(super) const STATE_SHA256: Token = Token::literal("state-sha256");
pub(super) const EVENT: Token = Token::literal("event");
pub(super) const OUTCOME: Token = Token::literal("outcome");
pub(super) const KIND: Token = Token::literal("kind");
pub(super) const PLATFORM: Token = Token::literal("platform");
pub(super) const SERVICE: Token = Token::literal("service");
pub(super) const MACHINE: Token = Token::literal("machine");
pub(super) const NUMBER: Token = Token::literal("number");
pub(super) const TITLE_EN: Token = Token::literal("title-en");
pub(super) const ANSWERED: Token = Token::literal("answered");
pub(super) const ANSWERED_THROUGH: Token = Token::literal("answered-through");
pub(super) const DUE_ON: Token = Token::literal("due-on");
pub(super) const REVISION: Token = Token::literal("revision");
pub(super) const ORGANISATION_TYPE: Token = Token::literal("organisation-type");
pub(super) const DAY: Token = Token::literal("day");
pub(super) const RULE: Token = Token::literal("rule");
/// What a link from an answer or an event to a document is.
pub(super) const EVIDENCE: Token = Token::literal("evidence");

/// Roles of the parties.
pub(super) const ASSESSOR: Token = Token::literal("assessor");
pub(super) const OWNER: Token = Token::literal("system-owner");
pub(super) const PREPARER: Token = Token::literal("prepared-by");
pub(super) const APPROVER: Token = Token::literal("approver");

/// The UUID of what plays a role for a key: one of the hub's ids, or a code that every hub knows.
pub(super) fn uuid(role: &str, key: &str) -> OscalUuid {
    Namespace::new(PUBLISHER).derive(role, key)
}

/// A property of ours.
pub(super) fn own(name: Token, value: &str) -> Property {
    Property::own(NS, name, line(value))
}

/// What one of our properties says.
pub(super) fn said<'a>(props: &'a [Property], name: &Token) -> Option<&'a str> {
    let found = props
        .iter()
        .find(|prop| prop.name == *name && prop.ns.as_deref() == Some(NS));
    found.map(|prop| prop.value.as_str())
}

/// A moment, in Seoul.
pub(super) fn at(moment: Timestamp) -> Result<naru_oscal::Timestamp, TimestampError> {
    naru_oscal::Timestamp::try_new(format!("{}+09:00", moment.to_string().replace(' ', "T")))
}

/// The end of a day, in Seoul: until then what is due on it can be done.
pub(super) fn end_of(day: Day) -> Result<naru_oscal::Timestamp, TimestampError> {
    at(day.start().plus_days(1).plus_seconds(-1))
}

/// A day as the standard writes it.
pub(super) fn iso(day: Day) -> String {
    let (year, rest) = (day.0 / 10_000, day.0 % 10_000);
    format!("{year:04}-{:02}-{:02}", rest / 100, rest % 100)
}

/// One line: what breaks it becomes a blank, and what says nothing becomes a dash.
pub(super) fn line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect();
    whole(&plain)
}

/// Lines: only feeds and tabulators stay of what is not printed.
pub(super) fn prose(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let plain: String = unified
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || !breaks(*c))
        .collect();
    whole(&plain)
}

fn breaks(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn whole(text: &str) -> String {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        "-".to_owned()
    } else {
        trimmed.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_what_the_standard_takes_and_nothing_is_invented() {
        assert_eq!(line(" 한 줄\r\n두 줄 "), "한 줄  두 줄");
        assert_eq!(
            prose("한 줄\r\n두\u{0}줄\u{2028}셋\t끝ㅤ".trim_end_matches('ㅤ')),
            "한 줄\n두줄\n셋\t끝"
        );
        assert_eq!((line(" \n"), prose("")), ("-".to_owned(), "-".to_owned()));
    }

    #[test]
    fn a_moment_and_the_end_of_a_day_are_in_seoul() {
        let moment = Timestamp::from_compact("20261121140327").unwrap();
        assert_eq!(at(moment).unwrap().as_str(), "2026-11-21T14:03:27+09:00");
        assert_eq!(end_of(Day(2026_1231)).unwrap().as_str(), "2026-12-31T23:59:59+09:00");
    }

    #[test]
    fn a_property_of_another_publisher_says_nothing_here() {
        let ours = own(VERDICT, "partially");
        let mut theirs = ours.clone();
        theirs.ns = Some("https://other.example/ns".to_owned());
        assert_eq!(said(&[theirs.clone(), ours], &VERDICT), Some("partially"));
        assert_eq!(said(&[theirs], &VERDICT), None);
    }
}
