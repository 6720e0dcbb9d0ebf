//! Days of the calendar: those a page says, and those of a certificate.

use std::fmt;

/// The years a date on a page may lie in; others are numbers of something else.
const YEARS: std::ops::RangeInclusive<u16> = 1990..=2100;
/// Most characters a date takes from its year on.
const SPAN: usize = 24;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Date {
    fn try_new(year: u16, month: u8, day: u8) -> Option<Self> {
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u8::from(is_leap),
            1..=12 => 31,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(Self { year, month, day })
    }

    /// The day of a second since 1970, in UTC; none outside the years 0 to 65535.
    pub(crate) fn of_unix_seconds(seconds: i64) -> Option<Self> {
        // Days since 0000-03-01, in eras of 400 years: leap days then fall at the end of a year.
        let days = seconds.div_euclid(86_400).checked_add(719_468)?;
        let (era, in_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
        let in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * in_year + 2) / 153;
        let day = in_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self::try_new(
            u16::try_from(year).ok()?,
            u8::try_from(month).ok()?,
            u8::try_from(day).ok()?,
        )
    }
}

/// The dates a text says, as `2026-11-01`, `2026.11.1.`, `2026/11/01` or `2026년 11월 1일`, with or without spaces;
/// each once, the newest first, at most `most`.
pub(crate) fn dates_in(text: &str, most: usize) -> Vec<Date> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = std::collections::BTreeSet::new();
    for start in 0..chars.len() {
        let is_inside = start
            .checked_sub(1)
            .and_then(|before| chars.get(before))
            .is_some_and(char::is_ascii_digit);
        if !is_inside && let Some(date) = chars.get(start..).and_then(date_at) {
            found.insert(date);
        }
    }
    found.into_iter().rev().take(most).collect()
}

fn date_at(chars: &[char]) -> Option<Date> {
    let mut rest = chars.get(..SPAN).unwrap_or(chars);
    let year = number(&mut rest, 4).filter(|year| YEARS.contains(year))?;
    let mark = mark(&mut rest)?;
    let month = number(&mut rest, 2)?;
    let after = self::mark(&mut rest)?;
    let day = number(&mut rest, 2)?;
    let agree = match mark {
        '년' => after == '월' && self::mark(&mut rest) == Some('일'),
        '-' | '.' | '/' => after == mark,
        _ => false,
    };
    let is_whole = !rest.first().is_some_and(char::is_ascii_digit);
    (agree && is_whole).then(|| Date::try_new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?))?
}

/// At most `most` digits, at least one; a year has all four.
fn number(rest: &mut &[char], most: usize) -> Option<u16> {
    let digits = rest.iter().take(most).take_while(|c| c.is_ascii_digit()).count();
    if digits == 0 || (most == 4 && digits != 4) {
        return None;
    }
    let (taken, left) = rest.split_at_checked(digits)?;
    *rest = left;
    taken.iter().collect::<String>().parse().ok()
}

/// The mark between two numbers, with spaces around it.
fn mark(rest: &mut &[char]) -> Option<char> {
    skip_spaces(rest);
    let (mark, left) = rest.split_first()?;
    *rest = left;
    skip_spaces(rest);
    Some(*mark)
}

fn skip_spaces(rest: &mut &[char]) {
    while let Some((c, left)) = rest.split_first()
        && c.is_whitespace()
    {
        *rest = left;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        dates_in(text, 10).iter().map(Date::to_string).collect()
    }

    #[test]
    fn dates_are_found_in_every_form() {
        let forms = [
            "2026-11-01",
            "2026.11.01",
            "2026. 11. 1.",
            "2026/11/1",
            "2026년 11월 1일",
            "2026년11월01일",
            "(2026.11.1)",
        ];
        for form in forms {
            assert_eq!(found(&format!("시행일: {form}부터")), ["2026-11-01"], "{form}");
        }
    }

    #[test]
    fn the_newest_comes_first_and_each_once() {
        let text = "제정 2019.12.18 개정 2026-11-01 개정 2024년 2월 29일 (2019-12-18)";
        assert_eq!(found(text), ["2026-11-01", "2024-02-29", "2019-12-18"]);
        assert_eq!(dates_in(text, 1).len(), 1);
    }

    #[test]
    fn numbers_that_are_no_dates_are_passed_over() {
        for text in [
            "2026-13-01",
            "2026-02-29",
            "2026-00-10",
            "2026-11-32",
            "2026-11.01",
            "1026-11-01",
            "12026-11-01",
            "2026-11-011",
            "2026년 11월",
            "2026년 11월 1",
            "2026년-11월-1일",
            "02-2026-1101",
            "2026",
            "",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn seconds_become_days() {
        let day = |seconds| Date::of_unix_seconds(seconds).unwrap().to_string();
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(951_782_400), "2000-02-29");
        assert_eq!(day(1_793_491_199), "2026-10-31");
        assert_eq!(day(1_793_491_200), "2026-11-01");
        assert_eq!(Date::of_unix_seconds(i64::MAX), None);
    }
}
