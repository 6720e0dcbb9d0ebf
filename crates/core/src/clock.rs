//! Time: microseconds since 1970 in UTC, shown and counted in days of Asia/Seoul (UTC+9, without summer time since
//! 1988).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime, UtcOffset};

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
const SEOUL_OFFSET: i64 = 9 * 3_600 * SECOND;

/// The source of the present moment.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

impl Clock {
    /// The machine's clock.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the machine's clock is read"
    )]
    pub fn system() -> Self {
        Self::from_fn(|| Timestamp::of_nanos(OffsetDateTime::now_utc().unix_timestamp_nanos()))
    }

    /// A clock that asks `now` each time, such as a test's virtual time.
    pub fn from_fn(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// A clock that stands still until its handle is set.
    pub fn manual(start: Timestamp) -> (Self, Arc<AtomicI64>) {
        let handle = Arc::new(AtomicI64::new(start.0));
        let read = Arc::clone(&handle);
        (Self::from_fn(move || Timestamp(read.load(Ordering::SeqCst))), handle)
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This moment plus whole seconds (minus, for a negative number).
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(SECOND)))
    }

    /// This moment plus whole days of 24 hours.
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }

    /// Microseconds from `earlier` to this moment; negative when `earlier` is later.
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The day in Seoul in which this moment lies.
    pub fn day(self) -> Day {
        let seoul = self.seoul();
        Day(seoul.year() * 10_000 + i32::from(u8::from(seoul.month())) * 100 + i32::from(seoul.day()))
    }

    /// Whole days in Seoul between this moment's day and `earlier`'s: 0 on the same day.
    pub const fn days_since(self, earlier: Self) -> i64 {
        (self.0 + SEOUL_OFFSET).div_euclid(DAY) - (earlier.0 + SEOUL_OFFSET).div_euclid(DAY)
    }

    /// Minutes since midnight in Seoul, 0 to 1439.
    pub const fn minute_of_day(self) -> i64 {
        (self.0 + SEOUL_OFFSET).rem_euclid(DAY) / (60 * SECOND)
    }

    /// `yyyyMMdd` in Seoul.
    pub fn yyyymmdd(self) -> String {
        self.day().to_string()
    }

    /// `HHmmss` in Seoul.
    pub fn hhmmss(self) -> String {
        let s = self.seoul();
        format!("{:02}{:02}{:02}", s.hour(), s.minute(), s.second())
    }

    /// `yyyyMMddHHmmssSSS` in Seoul, the form of `api_tran_dtm`.
    pub fn compact_millis(self) -> String {
        let s = self.seoul();
        let (year, month, day) = (s.year(), u8::from(s.month()), s.day());
        format!(
            "{year:04}{month:02}{day:02}{:02}{:02}{:02}{:03}",
            s.hour(),
            s.minute(),
            s.second(),
            s.millisecond()
        )
    }

    /// The moment of a Seoul wall-clock text `yyyyMMddHHmmss`, or `None` where no such moment exists.
    pub fn from_compact(text: &str) -> Option<Self> {
        if text.len() != 14 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u8>().ok();
        let date = Day::parse(text.get(..8)?)?.date();
        let time = time::Time::from_hms(number(8..10)?, number(10..12)?, number(12..14)?).ok()?;
        let nanos = date.with_time(time).assume_offset(seoul()).unix_timestamp_nanos();
        Some(Self::of_nanos(nanos))
    }

    /// Moments outside the reach of 64 bits (292,000 years) are the nearest one within.
    fn of_nanos(nanos: i128) -> Self {
        let micros = nanos.div_euclid(1_000);
        Self(i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX }))
    }

    fn seoul(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .to_offset(seoul())
    }
}

fn seoul() -> UtcOffset {
    UtcOffset::from_hms(9, 0, 0).expect("nine hours is an offset")
}

impl fmt::Display for Timestamp {
    /// `2026-11-21 14:03:27` in Seoul.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = self.seoul();
        let (month, day) = (u8::from(s.month()), s.day());
        write!(
            f,
            "{:04}-{month:02}-{day:02} {:02}:{:02}:{:02}",
            s.year(),
            s.hour(),
            s.minute(),
            s.second()
        )
    }
}

/// A calendar day in Seoul, kept as the number `yyyymmdd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// The day written as `yyyyMMdd`, or `None` where it does not exist.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let day = Self(text.parse().ok()?);
        day.try_date().map(|_| day)
    }

    /// The first moment of the day.
    pub fn start(self) -> Timestamp {
        let nanos = self.date().midnight().assume_offset(seoul()).unix_timestamp_nanos();
        Timestamp::of_nanos(nanos)
    }

    /// The month as `yyyymm`.
    pub const fn month(self) -> i32 {
        self.0 / 100
    }

    fn try_date(self) -> Option<Date> {
        let month = u8::try_from(self.0 / 100 % 100).ok()?;
        let day = u8::try_from(self.0 % 100).ok()?;
        Date::from_calendar_date(self.0 / 10_000, Month::try_from(month).ok()?, day).ok()
    }

    fn date(self) -> Date {
        self.try_date().unwrap_or(Date::MIN)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_in_seoul() {
        let moment = Timestamp::from_compact("20261121140327").unwrap();
        assert_eq!(moment.to_string(), "2026-11-21 14:03:27");
        assert_eq!(moment.compact_millis(), "20261121140327000");
        assert_eq!(moment.day(), Day(20_261_121));
        assert_eq!(moment.hhmmss(), "140327");
        assert_eq!(moment.minute_of_day(), 14 * 60 + 3);
    }

    #[test]
    fn a_day_begins_at_midnight_in_seoul_not_in_greenwich() {
        let before = Timestamp::from_compact("20261121235959").unwrap();
        assert_eq!(before.plus_seconds(1).day(), Day(20_261_122));
        assert_eq!(before.plus_seconds(1).days_since(before), 1);
        assert_eq!(before.plus_seconds(1), Day(20_261_122).start());
    }

    #[test]
    fn days_and_times_that_do_not_exist_are_refused() {
        for text in ["20260230", "20261301", "20260000", "2026112", "2026112a"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        for text in ["20260230120000", "20261121250000", "20261121236000", "202611211403270"] {
            assert_eq!(Timestamp::from_compact(text), None, "{text}");
        }
        assert!(Day::parse("20280229").is_some());
    }
}
