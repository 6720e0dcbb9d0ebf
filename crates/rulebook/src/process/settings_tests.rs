use super::{ProcessSettings, SettingsError};

#[test]
fn the_defaults_hold_and_are_the_numbers_of_the_slides() {
    let settings = ProcessSettings::default();
    assert_eq!(settings.check(), Ok(()));
    assert_eq!((settings.org_clock_weeks, settings.app_clock_weeks), (4, 2));
    assert!(!settings.app_retest_allowed);
}

#[test]
fn a_settings_text_keeps_what_it_does_not_name_and_refuses_what_it_does_not_know() {
    let read = |text: &str| serde_saphyr::from_str::<ProcessSettings>(text);
    let settings = read("{start_weeks: 3, app_retest_allowed: true}").unwrap();
    let expected = ProcessSettings {
        start_weeks: 3,
        app_retest_allowed: true,
        ..ProcessSettings::default()
    };
    assert_eq!(settings, expected);
    assert!(read("{weeks: 3}").unwrap_err().to_string().contains("weeks"));
    assert!(read("{org_clock_weeks: -1}").is_err());
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let base = ProcessSettings::default;
    for (settings, key, value) in [
        (
            ProcessSettings {
                org_clock_weeks: 0,
                ..base()
            },
            "org_clock_weeks",
            0,
        ),
        (
            ProcessSettings {
                app_clock_weeks: 53,
                ..base()
            },
            "app_clock_weeks",
            53,
        ),
        (
            ProcessSettings {
                confirmation_clock_weeks: 0,
                ..base()
            },
            "confirmation_clock_weeks",
            0,
        ),
        (
            ProcessSettings {
                start_weeks: 99,
                ..base()
            },
            "start_weeks",
            99,
        ),
    ] {
        assert_eq!(settings.check(), Err(SettingsError { key, value }));
    }
}
