//! Korean wall-clock time as the line protocol writes it: Asia/Seoul is UTC+9 all year, without daylight saving.
//! Only [`now`] reads a clock; everything else is a pure conversion.
//! Times are kept to the whole second, because no message carries anything finer.

use time::macros::offset;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// Asia/Seoul.
pub const OFFSET: UtcOffset = offset!(+9);

/// The machine's clock in Asia/Seoul, for the servers; [`crate::bank::Books`] is handed its time instead.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "a simulator is the outside world and has a clock of its own"
)]
pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc().to_offset(OFFSET)
}

/// The same instant in Asia/Seoul, cut to the whole second.
#[must_use]
pub fn whole_second(at: OffsetDateTime) -> OffsetDateTime {
    at.to_offset(OFFSET)
        .replace_nanosecond(0)
        .expect("zero is a valid nanosecond")
}

/// `yyyyMMddHHmmss` in Asia/Seoul.
#[must_use]
pub fn stamp(at: OffsetDateTime) -> String {
    let at = at.to_offset(OFFSET);
    let mut text = String::with_capacity(14);
    push_date(&mut text, at.date());
    push_time(&mut text, at.time());
    text
}

/// `yyyyMMdd`.
#[must_use]
pub fn day(date: Date) -> String {
    let mut text = String::with_capacity(8);
    push_date(&mut text, date);
    text
}

/// `yyyyMMdd` of an instant in Asia/Seoul.
#[must_use]
pub fn day_of(at: OffsetDateTime) -> String {
    day(at.to_offset(OFFSET).date())
}

/// `HHmmss` of an instant in Asia/Seoul.
#[must_use]
pub fn time_of(at: OffsetDateTime) -> String {
    let mut text = String::with_capacity(6);
    push_time(&mut text, at.to_offset(OFFSET).time());
    text
}

/// Reads `yyyyMMddHHmmss`; `None` when it is not fourteen digits naming a real second.
#[must_use]
pub fn parse_stamp(text: &str) -> Option<OffsetDateTime> {
    if text.len() != 14 {
        return None;
    }
    let date = parse_day(text.get(..8)?)?;
    let (hour, minute, second) = (
        number(text.get(8..10)?)?,
        number(text.get(10..12)?)?,
        number(text.get(12..)?)?,
    );
    let time = Time::from_hms(hour, minute, second).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_offset(OFFSET))
}

/// Reads `yyyyMMdd`; `None` when it is not eight digits naming a real day.
#[must_use]
pub fn parse_day(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: i32 = text.get(..4)?.parse().ok()?;
    let month = Month::try_from(number(text.get(4..6)?)?).ok()?;
    Date::from_calendar_date(year, month, number(text.get(6..)?)?).ok()
}

/// For `#[serde(with = "crate::seoul::stamped")]`: an instant as `yyyyMMddHHmmss`.
pub(crate) mod stamped {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use time::OffsetDateTime;

    pub(crate) fn serialize<S: Serializer>(at: &OffsetDateTime, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::stamp(*at))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<OffsetDateTime, D::Error> {
        let text = String::deserialize(from)?;
        super::parse_stamp(&text).ok_or_else(|| D::Error::custom("not yyyyMMddHHmmss"))
    }
}

fn number(text: &str) -> Option<u8> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

fn push_date(text: &mut String, date: Date) {
    push_digits(text, u32::try_from(date.year()).unwrap_or(0), 4);
    push_digits(text, u32::from(u8::from(date.month())), 2);
    push_digits(text, u32::from(date.day()), 2);
}

fn push_time(text: &mut String, time: Time) {
    push_digits(text, u32::from(time.hour()), 2);
    push_digits(text, u32::from(time.minute()), 2);
    push_digits(text, u32::from(time.second()), 2);
}

fn push_digits(text: &mut String, number: u32, digits: u32) {
    for place in (0..digits).rev() {
        let digit = number / 10_u32.pow(place) % 10;
        text.push(char::from_digit(digit, 10).expect("a remainder of ten is one digit"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn an_utc_evening_is_the_next_korean_morning() {
        let at = datetime!(2026-03-31 15:04:05.678 UTC);
        assert_eq!(stamp(at), "20260401000405");
        assert_eq!((day_of(at).as_str(), time_of(at).as_str()), ("20260401", "000405"));
        assert_eq!(parse_stamp("20260401000405"), Some(whole_second(at)));
    }

    #[test]
    fn impossible_times_are_refused() {
        for text in [
            "",
            "2026040100040",
            "20260431000000",
            "20260401240000",
            "2026040100040x",
            "+0260401000405",
        ] {
            assert_eq!(parse_stamp(text), None, "{text}");
        }
        assert_eq!(parse_day("20250229"), None);
    }
}
