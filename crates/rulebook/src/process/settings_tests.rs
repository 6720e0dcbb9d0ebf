use naru_core::{Day, Timestamp};

use super::{ProcessSettings, SettingsError, Verdict};

#[test]
fn the_defaults_hold_and_are_the_numbers_of_the_slides() {
    let settings = ProcessSettings::default();
    assert_eq!(settings.check(), Ok(()));
    assert_eq!((settings.org_clock_weeks, settings.app_clock_weeks), (4, 2));
    assert!(!settings.app_retest_allowed);
    assert_eq!(settings.verdict("partly-satisfied").unwrap().is_met, Some(false));
    assert_eq!(settings.verdict("not-applicable").unwrap().is_met, None);
    assert!(settings.verdict("passed").is_none());
}

#[test]
fn rounds_are_limited_only_where_a_setting_says_so() {
    let free = ProcessSettings::default();
    assert!(free.permits_round(1_000));
    let start: Timestamp = Day(20_200_301).start();
    assert_eq!(free.round_due_at(start), None);
    let two = ProcessSettings {
        rounds_max: Some(2),
        round_days: Some(10),
        ..free
    };
    assert!(two.permits_round(1) && !two.permits_round(2));
    assert_eq!(two.round_due_at(start), Some(Day(20_200_311).start()));
}

#[test]
fn a_settings_text_keeps_what_it_does_not_name_and_refuses_what_it_does_not_know() {
    let read = |text: &str| serde_saphyr::from_str::<ProcessSettings>(text);
    let settings = read("{rounds_max: 3, app_retest_allowed: true}").unwrap();
    let expected = ProcessSettings {
        rounds_max: Some(3),
        app_retest_allowed: true,
        ..ProcessSettings::default()
    };
    assert_eq!(settings, expected);
    assert!(read("{rounds: 3}").unwrap_err().to_string().contains("rounds"));
    assert!(read("{org_clock_weeks: -1}").is_err());
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let base = ProcessSettings::default;
    for (settings, key, value, most) in [
        (
            ProcessSettings {
                rounds_max: Some(0),
                ..base()
            },
            "rounds_max",
            0,
            99,
        ),
        (
            ProcessSettings {
                rounds_max: Some(100),
                ..base()
            },
            "rounds_max",
            100,
            99,
        ),
        (
            ProcessSettings {
                round_days: Some(367),
                ..base()
            },
            "round_days",
            367,
            366,
        ),
        (
            ProcessSettings {
                org_clock_weeks: 0,
                ..base()
            },
            "org_clock_weeks",
            0,
            52,
        ),
        (
            ProcessSettings {
                app_clock_weeks: 53,
                ..base()
            },
            "app_clock_weeks",
            53,
            52,
        ),
    ] {
        assert_eq!(settings.check(), Err(SettingsError::OutOfBounds { key, value, most }));
    }
    let with = |change: &dyn Fn(&mut Vec<Verdict>)| {
        let mut settings = base();
        change(&mut settings.verdicts);
        settings.check().unwrap_err().to_string()
    };
    assert!(with(&|all| all.clear()).contains("no word has `is_met: true`"));
    assert!(with(&|all| all.truncate(1)).contains("no word has `is_met: false`"));
    assert!(with(&|all| all[1].word = "satisfied".into()).contains("`satisfied` occurs twice"));
    assert!(with(&|all| all[0].word = "Good".into()).contains("`Good` is not of lower-case"));
    assert!(with(&|all| all[0].word.clear()).contains("`` is not of"));
    assert!(with(&|all| all[0].title_ko = " ".into()).contains("has no title"));
    assert!(with(&|all| all.extend(vec![all[0].clone(); 9])).contains("more than 12 words"));
}
