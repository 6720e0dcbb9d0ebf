use naru_core::Day;

use super::Condition;
use crate::Inspection;
use crate::duty::{Facts, Method, OrgType, Status, Switches};

fn holds(text: &str, facts: &Facts) -> bool {
    Condition::parse(text, &Switches::default()).unwrap().holds(facts, None)
}

fn bank() -> Facts {
    Facts::new(Day(20_200_630), Inspection::Org, OrgType::Bank)
}

#[test]
fn words_flags_and_lists_ask_their_facts() {
    let plain = bank();
    let with = Facts {
        own_team_37_3_2: true,
        org_cleared_by: Some(Method::SelfInspection),
        ..plain
    };
    for (text, without, with_all) in [
        ("any", true, true),
        ("type = BANK", true, true),
        ("type != BANK", false, false),
        ("type in [EFIN, OTHER]", false, false),
        ("type in [EFIN, BANK] and own_team_37_3_2", false, true),
        ("org_cleared_by = SELF", false, true),
        ("org_cleared_by != SELF", true, false),
        ("app_cleared_by = SELF", false, false),
        ("nothing cleared", true, false),
        ("not nothing cleared", false, true),
        (
            "legacy_open_platform or extension_granted or org_confirmed",
            false,
            false,
        ),
    ] {
        assert_eq!(holds(text, &plain), without, "{text}");
        assert_eq!(holds(text, &with), with_all, "{text}");
    }
}

#[test]
fn a_confirmation_is_a_clearance_too() {
    let confirmed = Facts {
        org_confirmed: true,
        ..bank()
    };
    assert!(!holds("nothing cleared", &confirmed) && holds("org_confirmed", &confirmed));
    assert!(holds(
        "nothing cleared",
        &Facts {
            inspection: Inspection::App,
            ..confirmed
        }
    ));
}

#[test]
fn days_compare_on_both_sides_of_the_bound_and_an_unknown_day_fulfils_nothing() {
    for (sign, before, same, after) in [
        ("=", false, true, false),
        ("!=", true, false, true),
        ("<", true, false, false),
        ("<=", true, true, false),
        (">", false, false, true),
        (">=", false, true, true),
    ] {
        for (day, expected) in [(20_200_629, before), (20_200_630, same), (20_200_701, after)] {
            let facts = Facts {
                day: Day(day),
                launched_on: Some(Day(day)),
                ..bank()
            };
            assert_eq!(
                holds(&format!("day {sign} 2020-06-30"), &facts),
                expected,
                "{sign} {day}"
            );
            assert_eq!(
                holds(&format!("launched_on {sign} 2020-06-30"), &facts),
                expected,
                "{sign} {day}"
            );
        }
        assert!(!holds(&format!("launched_on {sign} 2020-06-30"), &bank()), "{sign}");
        assert!(!holds(&format!("extension_until {sign} 2020-06-30"), &bank()), "{sign}");
    }
}

#[test]
fn and_binds_before_or_and_parentheses_before_both() {
    let facts = bank();
    assert!(holds("any or any and isms_valid_on_day", &facts));
    assert!(!holds("(any or any) and isms_valid_on_day", &facts));
    assert!(holds("not isms_valid_on_day and type = BANK", &facts));
    assert!(!holds("not (isms_valid_on_day or type = BANK)", &facts));
}

#[test]
fn switches_stand_under_their_names() {
    let facts = Facts {
        launched_on: Some(Day(20_200_101)),
        ..bank()
    };
    let text = "launched_on <= efin_deferral_ends or efin_isms_survives";
    let mut switches = Switches::default();
    assert!(!Condition::parse(text, &switches).unwrap().holds(&facts, None));
    switches.efin_deferral_ends = Day(20_200_101);
    assert!(Condition::parse(text, &switches).unwrap().holds(&facts, None));
    switches = Switches {
        efin_isms_survives: true,
        ..Switches::default()
    };
    assert!(Condition::parse(text, &switches).unwrap().holds(&facts, None));
}

#[test]
fn the_status_is_asked_in_the_second_pass_only() {
    let condition = Condition::parse("status = OVERDUE", &Switches::default()).unwrap();
    assert!(condition.asks_status() && !condition.holds(&bank(), None));
    assert!(condition.holds(&bank(), Some(Status::Overdue)) && !condition.holds(&bank(), Some(Status::Cleared)));
    assert!(
        !Condition::parse("type = BANK", &Switches::default())
            .unwrap()
            .asks_status()
    );
}

#[test]
fn what_is_not_understood_is_refused_with_the_word_at_fault() {
    let deep = format!("{}any{}", "(".repeat(17), ")".repeat(17));
    for (text, part) in [
        ("", "ends too early"),
        ("type = ", "ends too early"),
        ("type = SHOP", "`SHOP` is no organisation type"),
        ("type < BANK", "`<` was not expected"),
        ("type in [BANK", "ends too early"),
        ("type in BANK", "`[` was expected"),
        ("day <= tomorrow", "`tomorrow` is no day"),
        ("day <= 2020-02-30", "`2020-02-30` is no day"),
        ("day in [2020-02-01]", "`in` compares no days"),
        ("day <= efin_isms_survives", "no switch that is one"),
        ("anybody", "`anybody` is no fact"),
        ("nothing done", "`cleared` was expected"),
        ("any any", "`any` was not expected at the end"),
        ("(any", "ends too early"),
        ("any & any", "`&` has no meaning"),
        ("the inspecting agency is late", "`the` is no fact"),
        (&deep, "nested deeper than 16"),
    ] {
        let error = Condition::parse(text, &Switches::default()).unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    }
}
