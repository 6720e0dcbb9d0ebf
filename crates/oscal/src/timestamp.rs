//! Points in time with a zone (NIST OSCAL 1.2, datatype `dateTime-with-timezone`).
//! The text stays as it was given: `+09:00` is not turned into UTC, so a signed document keeps its bytes.

use std::fmt;

use crate::object::text_serde;

/// Why a text is no timestamp of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// The zone is missing.
    #[error("a timestamp without a zone: `2026-11-21T09:00:00+09:00` or `2026-11-21T00:00:00Z` is accepted")]
    NoZone,
    /// A zone that no place has.
    #[error("a timestamp with a zone that is not in use: `Z` or an offset such as `+09:00` is accepted")]
    Zone,
    /// Anything else that is wrong.
    #[error("not a timestamp: a day and time that exist, such as `2026-11-21T09:00:00+09:00`, are accepted")]
    Form,
}

/// A day, a time and a zone, as RFC 3339 writes them, in the years 1900 to 2999. Equal means equal as text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(String);

text_serde!(Timestamp, "a timestamp with a zone");

impl Timestamp {
    /// Checks a text. Fails with [`TimestampError`], which says what is wrong with it.
    pub fn try_new(text: impl Into<String>) -> Result<Self, TimestampError> {
        let text = text.into();
        let (day, rest) = text.split_once('T').ok_or(TimestampError::Form)?;
        let time_end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')));
        let (time, zone) = rest.split_at(time_end.unwrap_or(rest.len()));
        if !(day_exists(day) && time_exists(time)) {
            return Err(TimestampError::Form);
        }
        if zone.is_empty() {
            return Err(TimestampError::NoZone);
        }
        if !zone_exists(zone) {
            return Err(TimestampError::Zone);
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A number of exactly `digits` digits, nothing else.
fn number(text: &str, digits: usize) -> Option<u32> {
    let plain = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn day_exists(day: &str) -> bool {
    let mut fields = day.split('-');
    let (year, month) = (
        fields.next().and_then(|t| number(t, 4)),
        fields.next().and_then(|t| number(t, 2)),
    );
    let (Some(year), Some(month), Some(day)) = (year, month, fields.next().and_then(|t| number(t, 2))) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    fields.next().is_none() && (1900..3000).contains(&year) && (1..=last).contains(&day)
}

fn time_exists(time: &str) -> bool {
    let (clock, fraction) = match time.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (time, None),
    };
    let mut fields = clock.split(':').map(|t| number(t, 2));
    let mut below = |limit: u32| fields.next().flatten().is_some_and(|value| value < limit);
    let clock_exists = below(24) && below(60) && below(60);
    let fraction_exists =
        fraction.is_none_or(|f| !f.is_empty() && f.len() <= 9 && f.bytes().all(|b| b.is_ascii_digit()));
    clock_exists && fields.next().is_none() && fraction_exists
}

/// The offsets of the schema's pattern: whole hours, and the half and quarter hours that places have.
fn zone_exists(zone: &str) -> bool {
    if zone == "Z" {
        return true;
    }
    let (west, offset) = match (zone.strip_prefix('-'), zone.strip_prefix('+')) {
        (Some(offset), _) => (true, offset),
        (None, Some(offset)) => (false, offset),
        (None, None) => return false,
    };
    let Some((hours, minutes)) = offset.split_once(':') else {
        return false;
    };
    match (number(hours, 2), number(minutes, 2), west) {
        (Some(hours), Some(0), true) => hours <= 12,
        (Some(hours), Some(0), false) => hours <= 14,
        (Some(hours), Some(30), true) => matches!(hours, 3 | 9),
        (Some(hours), Some(30), false) => matches!(hours, 3 | 4 | 5 | 6 | 9 | 10),
        (Some(hours), Some(45), false) => matches!(hours, 5 | 8 | 12),
        _ => false,
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        Self::try_new(text)
    }
}

#[cfg(test)]
#[path = "timestamp_tests.rs"]
mod tests;
