//! Each switch, on both sides of what it moves.

use naru_core::Day;

use super::{Facts, Method, OrgType, Rules, Status, Switches, YearCount};
use crate::{Inspection, calendar};

fn day(text: &str) -> Day {
    calendar::parse(text).unwrap()
}

fn on(text: &str, org_type: OrgType) -> Facts {
    Facts::new(day(text), Inspection::Org, org_type)
}

fn ids(rules: &Rules, facts: &Facts) -> Vec<String> {
    rules.duty(facts).rules.iter().map(ToString::to_string).collect()
}

#[test]
fn the_book_s_own_values() {
    let switches = Switches::default();
    assert_eq!(switches.fsc_release_effective_from, day("2020-01-01"));
    assert_eq!(switches.efin_deferral_ends, day("2019-12-31"));
    assert!(!switches.efin_isms_survives && !switches.abolition_covers_app);
    assert_eq!(switches.one_year_counts, YearCount::AnniversaryInclusive);
}

#[test]
fn a_settings_text_changes_what_it_names_and_refuses_what_it_does_not_know() {
    let read = |text: &str| serde_saphyr::from_str::<Switches>(text).map_err(|error| error.to_string());
    let changed = read("{efin_isms_survives: true, efin_deferral_ends: 2020-01-31}").unwrap();
    let expected = Switches {
        efin_isms_survives: true,
        efin_deferral_ends: day("2020-01-31"),
        ..Switches::default()
    };
    assert_eq!(changed, expected);
    assert_eq!(
        serde_json::from_str::<Switches>(&serde_json::to_string(&changed).unwrap()).unwrap(),
        changed
    );
    for (text, part) in [
        ("efin_isms_survive: true", "efin_isms_survive"),
        ("efin_deferral_ends: 2020-02-30", "2020-02-30"),
        ("one_year_counts: roughly", "`roughly` is no way of counting a year"),
    ] {
        assert!(read(text).unwrap_err().contains(part), "{text}");
    }
}

#[test]
fn fsc_release_effective_from_moves_the_six_rules_that_hang_on_it() {
    let rules = Rules::with(Switches {
        fsc_release_effective_from: day("2020-02-01"),
        ..Switches::default()
    });
    let legacy = Facts {
        legacy_open_platform: true,
        ..on("2020-01-31", OrgType::Other)
    };
    assert_eq!(ids(&rules, &legacy), ["R-ORG-BASE", "R-ORG-LEGACY-1"]);
    assert_eq!(
        ids(
            &rules,
            &Facts {
                day: day("2020-02-01"),
                ..legacy
            }
        ),
        ["R-ORG-BASE", "R-ORG-LEGACY-2"]
    );
    let efin = Facts {
        org_cleared_by: Some(Method::SelfInspection),
        ..on("2020-01-31", OrgType::Efin)
    };
    assert_eq!(rules.duty(&efin).status, Status::Cleared);
    assert_eq!(
        rules
            .duty(&Facts {
                day: day("2020-02-01"),
                ..efin
            })
            .status,
        Status::ConfirmationDue
    );
    let bank = Facts {
        launched_on: Some(day("2018-12-01")),
        ..on("2020-01-31", OrgType::Bank)
    };
    let bank = Facts {
        extension_until: Some(day("2020-01-15")),
        ..bank
    };
    for (at, has) in [("2020-01-31", false), ("2020-02-01", true)] {
        let found = ids(&rules, &Facts { day: day(at), ..bank });
        for id in ["R-SANCTION", "R-EXTEND"] {
            assert_eq!(found.iter().any(|found| found == id), has, "{id} {at}: {found:?}");
        }
    }
}

#[test]
fn efin_deferral_ends_moves_the_deferral_and_the_day_after_begins_the_transition() {
    let rules = Rules::with(Switches {
        efin_deferral_ends: day("2020-01-31"),
        ..Switches::default()
    });
    let efin = Facts {
        launched_on: Some(day("2020-01-15")),
        ..on("2020-01-31", OrgType::Efin)
    };
    let before = rules.duty(&efin);
    assert_eq!((before.due, before.status), (Some(day("2021-01-15")), Status::Deferred));
    let after = rules.duty(&Facts {
        day: day("2020-02-01"),
        ..efin
    });
    assert_eq!((after.due, after.status), (Some(day("2020-06-30")), Status::Deferred));
    let late = Facts {
        launched_on: Some(day("2020-02-01")),
        ..on("2020-02-01", OrgType::Efin)
    };
    assert_eq!(rules.duty(&late).status, Status::BlockedBeforeLaunch);
}

#[test]
fn efin_isms_survives_keeps_self_inspection_for_an_efin_with_a_certificate_only() {
    let rules = Rules::with(Switches {
        efin_isms_survives: true,
        ..Switches::default()
    });
    let efin = on("2020-07-01", OrgType::Efin);
    let with = Facts {
        isms_valid_on_day: true,
        ..efin
    };
    assert_eq!(rules.duty(&with).methods, Method::ALL);
    assert_eq!(
        ids(&rules, &with),
        ["R-ORG-BASE", "R-ORG-SUB-ISMS", "R-ORG-EFIN-ABOLISH"]
    );
    assert_eq!(rules.duty(&efin).methods, [Method::Agency]);
    assert_eq!(Rules::embedded().duty(&with).methods, [Method::Agency]);
    assert_eq!(
        Rules::embedded()
            .duty(&Facts {
                day: day("2020-06-30"),
                ..with
            })
            .methods,
        Method::ALL
    );
}

#[test]
fn abolition_covers_app_closes_the_own_team_route_of_an_efin_from_july_2020() {
    let rules = Rules::with(Switches {
        abolition_covers_app: true,
        ..Switches::default()
    });
    for (org_type, at, open, open_by_default) in [
        (OrgType::Efin, "2020-06-30", true, true),
        (OrgType::Efin, "2020-07-01", false, true),
        (OrgType::Bank, "2020-07-01", true, true),
    ] {
        let own = Facts {
            own_team_37_3_2: true,
            inspection: Inspection::App,
            ..on(at, org_type)
        };
        let cleared = Facts {
            app_cleared_by: Some(Method::SelfInspection),
            ..own
        };
        for (rules, open) in [(&rules, open), (Rules::embedded(), open_by_default)] {
            assert_eq!(
                rules.duty(&own).methods.contains(&Method::SelfInspection),
                open,
                "{org_type} {at}"
            );
            assert_eq!(rules.duty(&cleared).status == Status::Cleared, open, "{org_type} {at}");
        }
    }
    let both = Switches {
        abolition_covers_app: true,
        efin_isms_survives: true,
        ..Switches::default()
    };
    let app = Facts {
        own_team_37_3_2: true,
        inspection: Inspection::App,
        ..on("2020-07-01", OrgType::Efin)
    };
    let app = Facts {
        isms_valid_on_day: true,
        ..app
    };
    assert_eq!(
        Rules::with(both).duty(&app).methods,
        [Method::Agency],
        "a certificate opens no app inspection"
    );
}

#[test]
fn one_year_counts_to_the_anniversary_or_to_the_day_before() {
    let other = Rules::with(Switches {
        one_year_counts: YearCount::DayBeforeAnniversary,
        ..Switches::default()
    });
    for (launch, inclusive, before) in [
        ("2019-12-18", "2020-12-18", "2020-12-17"),
        ("2019-03-01", "2020-03-01", "2020-02-29"),
        ("2020-02-29", "2021-02-28", "2021-02-28"),
        ("2019-02-28", "2020-02-28", "2020-02-27"),
        ("2020-01-01", "2021-01-01", "2020-12-31"),
    ] {
        let bank = Facts {
            launched_on: Some(day(launch)),
            ..on("2019-10-01", OrgType::Bank)
        };
        for (rules, last) in [(Rules::embedded(), inclusive), (&other, before)] {
            let last = day(last);
            let found = rules.duty(&Facts { day: last, ..bank });
            assert_eq!((found.due, found.status), (Some(last), Status::Deferred), "{launch}");
            let after = rules.duty(&Facts {
                day: calendar::next(last),
                ..bank
            });
            assert_eq!(after.status, Status::Overdue, "{launch}");
        }
    }
}
