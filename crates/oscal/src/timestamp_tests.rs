use super::*;

#[test]
fn days_and_times_with_a_zone_are_taken_as_they_are() {
    for text in [
        "2026-11-21T09:00:00+09:00",
        "2026-11-21T00:00:00Z",
        "2024-02-29T23:59:59.123456Z",
        "2000-02-29T00:00:00-09:30",
        "2026-04-30T00:00:00+05:45",
    ] {
        assert_eq!(Timestamp::try_new(text).unwrap().as_str(), text);
    }
}

#[test]
fn a_missing_zone_is_named() {
    assert_eq!(Timestamp::try_new("2026-11-21T09:00:00"), Err(TimestampError::NoZone));
    assert_eq!(Timestamp::try_new("2026-11-21T09:00:00.5"), Err(TimestampError::NoZone));
}

#[test]
fn zones_that_no_place_has_are_refused() {
    for zone in [
        "z", "+15:00", "-13:00", "+09:15", "-05:30", "+9:00", "+0900", "Z ", "+09:00Z", " +09:00",
    ] {
        let text = format!("2026-11-21T09:00:00{zone}");
        assert_eq!(Timestamp::try_new(text), Err(TimestampError::Zone), "{zone}");
    }
}

#[test]
fn days_and_times_that_do_not_exist_are_refused() {
    for text in [
        "",
        "2026-11-21",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-10T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "1899-01-01T00:00:00Z",
        "3000-01-01T00:00:00Z",
        "2026-1-1T00:00:00Z",
        "2026-01-01-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00Z",
        "2026-01-01T00:00:00:00Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01 00:00:00Z",
        "+026-01-01T00:00:00Z",
    ] {
        assert_eq!(Timestamp::try_new(text), Err(TimestampError::Form), "{text}");
    }
}
