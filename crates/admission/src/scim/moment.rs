//! Moments as SCIM writes them (RFC 7643 2.3.5): the time of Seoul with its offset, to the millisecond.

use naru_core::{SECOND, Timestamp};

const SEOUL_SECONDS: i64 = 9 * 3_600;

/// The moment in writing, such as `2026-11-21T14:03:27.000+09:00`.
pub(super) fn written(at: Timestamp) -> String {
    let millis = at.0.rem_euclid(SECOND) / 1_000;
    format!("{}.{millis:03}+09:00", at.to_string().replace(' ', "T"))
}

/// A moment in writing, with any offset; `None` where no such moment exists.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_once(['T', 't'])?;
    let (time, offset) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => rest.split_at_checked(at)?,
        None => return None,
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let is_formed = |text: &str, mark: char, parts: usize| text.split(mark).count() == parts;
    if !is_formed(date, '-', 3) || !is_formed(clock, ':', 3) {
        return None;
    }
    let compact = format!("{}{}", date.replace('-', ""), clock.replace(':', ""));
    let seoul = Timestamp::from_compact(&compact)?;
    let at = seoul.plus_seconds(SEOUL_SECONDS - offset_seconds(offset)?);
    Some(Timestamp(at.0.checked_add(fraction.parse().ok()?)?))
}

fn offset_seconds(offset: &str) -> Option<i64> {
    if offset.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = match offset.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, offset.strip_prefix('-')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let number = |text: &str, most: i64| -> Option<i64> {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = is_number.then(|| text.parse().ok()).flatten()?;
        (number <= most).then_some(number)
    };
    Some(sign * (number(hours, 23)? * 3_600 + number(minutes, 59)? * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_back_with_any_offset() {
        let at = Timestamp(Timestamp::from_compact("20261121140327").unwrap().0 + 45_000);
        assert_eq!(written(at), "2026-11-21T14:03:27.045+09:00");
        for text in [
            "2026-11-21T14:03:27.045+09:00",
            "2026-11-21T05:03:27.045Z",
            "2026-11-20t23:33:27.0450001-05:30",
        ] {
            assert_eq!(read(text), Some(at), "{text}");
        }
        let none = [
            "",
            "2026-11-21",
            "2026-11-21T14:03:27",
            "2026-02-30T00:00:00Z",
            "20261121T140327Z",
            "2026-11-21T14:03:27.x0Z",
            "2026-11-21T14:03:27+9:00",
            "2026-11-21T14:03:27+24:00",
        ];
        for text in none {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
