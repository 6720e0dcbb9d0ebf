//! Days of Seoul written `YYYY-MM-DD`, their neighbours and their anniversaries.

use naru_core::Day;

const FIRST_YEAR: i32 = 1900;
const LAST_YEAR: i32 = 2999;
/// What a written day looks like, for messages.
pub(crate) const FORM: &str = "a day that exists, YYYY-MM-DD, of the years 1900 to 2999";

/// The day written `YYYY-MM-DD`, or `None` where it does not exist or lies outside 1900 to 2999.
pub(crate) fn parse(text: &str) -> Option<Day> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let found = Day::parse(&format!("{year}{month}{day}"))?;
    (FIRST_YEAR..=LAST_YEAR).contains(&(found.0 / 10_000)).then_some(found)
}

/// `YYYY-MM-DD`.
pub(crate) fn iso(day: Day) -> String {
    format!("{:04}-{:02}-{:02}", day.0 / 10_000, day.0 / 100 % 100, day.0 % 100)
}

/// The day after. Seoul has had no summer time since 1988, and the days of the house are counted at UTC+9 throughout.
pub(crate) fn next(day: Day) -> Day {
    day.start().plus_days(1).day()
}

/// The day before.
pub(crate) fn previous(day: Day) -> Day {
    day.start().plus_days(-1).day()
}

/// The same day `years` later; where that year has no 29 February, its 28 February (Civil Act, article 160(3)).
pub(crate) fn anniversary(day: Day, years: i32) -> Day {
    let later = Day(day.0 + years * 10_000);
    if exists(later) { later } else { Day(later.0 - 1) }
}

/// Whether the day's anniversary falls on the same day of the month.
pub(crate) fn has_anniversary(day: Day, years: i32) -> bool {
    exists(Day(day.0 + years * 10_000))
}

fn exists(day: Day) -> bool {
    Day::parse(&day.to_string()).is_some()
}

/// A day in a serialised text: `YYYY-MM-DD`.
pub(crate) mod written {
    use std::borrow::Cow;

    use naru_core::Day;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(day: &Day, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::iso(*day))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Day, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        super::parse(&text).ok_or_else(|| Error::custom(format!("`{text}` is not {}", super::FORM)))
    }
}

/// A day or nothing in a serialised text: `YYYY-MM-DD` or null.
pub(crate) mod written_or_null {
    use std::borrow::Cow;

    use naru_core::Day;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(day: &Option<Day>, to: S) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => to.serialize_str(&super::iso(*day)),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Day>, D::Error> {
        let Some(text) = Option::<Cow<'de, str>>::deserialize(from)? else {
            return Ok(None);
        };
        match super::parse(&text) {
            Some(day) => Ok(Some(day)),
            None => Err(Error::custom(format!("`{text}` is not {}", super::FORM))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_and_read_the_same_way() {
        for text in ["1900-01-01", "2019-09-03", "2020-02-29", "2999-12-31"] {
            assert_eq!(iso(parse(text).unwrap()), text);
        }
        let wrong = [
            "2020-2-29",
            "2019-02-29",
            "20200229",
            "2020-02-29-",
            "1899-12-31",
            "3000-01-01",
            "2020-13-01",
            "",
            "--",
            "+020-01-01",
            "2020-01-0a",
            "２０20-01-01",
        ];
        for text in wrong {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn neighbours_cross_months_years_and_leap_days() {
        for (before, after) in [
            (20_191_231, 20_200_101),
            (20_200_228, 20_200_229),
            (20_210_228, 20_210_301),
        ] {
            assert_eq!(next(Day(before)), Day(after));
            assert_eq!(previous(Day(after)), Day(before));
        }
    }

    #[test]
    fn an_anniversary_of_29_february_is_28_february() {
        assert_eq!(anniversary(Day(20_191_218), 1), Day(20_201_218));
        assert_eq!(anniversary(Day(20_200_229), 1), Day(20_210_228));
        assert_eq!(anniversary(Day(20_200_229), 4), Day(20_240_229));
        assert!(!has_anniversary(Day(20_200_229), 1) && has_anniversary(Day(20_200_228), 1));
    }
}
