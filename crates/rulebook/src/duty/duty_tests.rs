use naru_core::Day;

use super::{Consequence, Duty, Facts, Method, OrgType, Rules, Status, read_given};
use crate::{Inspection, calendar};

const ORG: Inspection = Inspection::Org;
const BY_SELF: Option<Method> = Some(Method::SelfInspection);
const BY_AGENCY: Option<Method> = Some(Method::Agency);

fn day(text: &str) -> Day {
    calendar::parse(text).unwrap()
}

fn duty(facts: &Facts) -> Duty {
    Rules::embedded().duty(facts)
}

fn on(text: &str, org_type: OrgType) -> Facts {
    Facts::new(day(text), ORG, org_type)
}

/// Facts that are `base` on several days, with the status, due day and confirmation day expected on each.
fn expect(base: Facts, rows: &[(&str, Status, Option<&str>, Option<&str>)]) {
    for (at, status, due, confirmation) in rows {
        let found = duty(&Facts { day: day(at), ..base });
        let (due, confirmation) = (due.map(day), confirmation.map(day));
        assert_eq!(
            (found.status, found.due, found.confirmation_due),
            (*status, due, confirmation),
            "{at}: {base:?}"
        );
    }
}

#[test]
fn every_worked_case_of_the_book_comes_out_as_written() {
    let cases = Rules::worked_cases();
    assert_eq!(cases.len(), 15);
    for case in cases {
        assert_eq!(duty(&case.given), case.expect, "{}", case.name);
    }
}

#[test]
fn a_duty_is_serialised_in_the_shape_of_a_worked_case() {
    let bank = Facts {
        launched_on: Some(day("2019-10-30")),
        ..on("2020-10-31", OrgType::Bank)
    };
    let text = serde_json::to_string(&duty(&bank)).unwrap();
    let expected = concat!(
        r#"{"methods":["AGENCY","SELF"],"due":"2020-10-30","confirmation_due":null,"status":"OVERDUE","#,
        r#""consequence":"MAY_RESTRICT_SERVICE","#,
        r#""rules":["R-ORG-BASE","R-ORG-SUB-BANK","R-ORG-DEFER-BANK","R-SANCTION"]}"#,
    );
    assert_eq!(text, expected);
    assert_eq!(serde_json::from_str::<Duty>(&text).unwrap(), duty(&bank));
}

#[test]
fn a_bank_may_wait_a_year_from_its_launch_and_not_a_day_longer() {
    use Status::{AdmissibleDeferred, Cleared, Deferred, Overdue};
    let bank = on("2019-10-01", OrgType::Bank);
    expect(
        bank,
        &[
            ("2019-09-03", AdmissibleDeferred, None, None),
            ("2026-01-01", AdmissibleDeferred, None, None),
        ],
    );
    let launched = Facts {
        launched_on: Some(day("2019-10-30")),
        ..bank
    };
    let due = Some("2020-10-30");
    expect(
        launched,
        &[("2019-10-30", Deferred, due, None), ("2020-10-30", Deferred, due, None)],
    );
    expect(launched, &[("2020-10-31", Overdue, due, None)]);
    let leap = Facts {
        launched_on: Some(day("2020-02-29")),
        ..bank
    };
    expect(
        leap,
        &[
            ("2021-02-28", Deferred, Some("2021-02-28"), None),
            ("2021-03-01", Overdue, Some("2021-02-28"), None),
        ],
    );
    for by in [BY_SELF, BY_AGENCY] {
        expect(
            Facts {
                org_cleared_by: by,
                ..launched
            },
            &[("2026-01-01", Cleared, due, None)],
        );
    }
}

#[test]
fn a_legacy_organisation_had_until_the_end_of_2020_and_then_until_its_march() {
    use Status::{Deferred, Overdue};
    let legacy = Facts {
        legacy_open_platform: true,
        ..on("2019-12-20", OrgType::Other)
    };
    let (before, after) = (Some("2020-12-31"), Some("2020-03-31"));
    expect(
        legacy,
        &[
            ("2019-12-31", Deferred, before, None),
            ("2020-01-01", Deferred, after, None),
        ],
    );
    expect(
        legacy,
        &[
            ("2020-03-31", Deferred, after, None),
            ("2020-04-01", Overdue, after, None),
        ],
    );
    let found = duty(&Facts {
        day: day("2020-04-01"),
        ..legacy
    });
    assert_eq!(found.consequence, Consequence::MayRestrictService);
    assert_eq!(
        found.rules.iter().map(|id| &**id).collect::<Vec<_>>(),
        ["R-ORG-BASE", "R-ORG-LEGACY-2", "R-SANCTION"]
    );
}

#[test]
fn of_several_due_days_the_earliest_holds() {
    let bank = Facts {
        legacy_open_platform: true,
        ..on("2019-12-01", OrgType::Bank)
    };
    let bank = Facts {
        launched_on: Some(day("2019-10-30")),
        ..bank
    };
    expect(bank, &[("2019-12-31", Status::Deferred, Some("2020-10-30"), None)]);
    expect(bank, &[("2020-01-01", Status::Deferred, Some("2020-03-31"), None)]);
}

#[test]
fn an_efin_that_inspected_itself_is_confirmed_by_the_end_of_june_2020() {
    use Status::{Cleared, ConfirmationDue, Overdue};
    let efin = Facts {
        org_cleared_by: BY_SELF,
        ..on("2019-12-20", OrgType::Efin)
    };
    let by = Some("2020-06-30");
    expect(
        efin,
        &[
            ("2019-12-31", Cleared, None, None),
            ("2020-01-01", ConfirmationDue, None, by),
        ],
    );
    expect(
        efin,
        &[
            ("2020-06-30", ConfirmationDue, None, by),
            ("2020-07-01", Overdue, None, by),
        ],
    );
    let confirmed = Facts {
        org_confirmed: true,
        ..efin
    };
    expect(
        confirmed,
        &[("2020-06-30", Cleared, None, None), ("2020-07-01", Cleared, None, None)],
    );
    let inspected = Facts {
        org_cleared_by: BY_AGENCY,
        ..efin
    };
    expect(
        inspected,
        &[("2020-06-30", Cleared, None, None), ("2020-07-01", Cleared, None, None)],
    );
}

#[test]
fn an_efin_that_launched_under_the_deferral_of_2019_has_until_the_end_of_june_2020() {
    use Status::{AdmissibleDeferred, BlockedBeforeLaunch, Deferred, Overdue};
    let efin = on("2019-12-20", OrgType::Efin);
    expect(
        efin,
        &[
            ("2019-12-31", AdmissibleDeferred, None, None),
            ("2020-01-01", BlockedBeforeLaunch, None, None),
        ],
    );
    let launched = Facts {
        launched_on: Some(day("2019-12-31")),
        ..efin
    };
    expect(launched, &[("2019-12-31", Deferred, Some("2020-12-31"), None)]);
    let by = Some("2020-06-30");
    expect(
        launched,
        &[("2020-01-01", Deferred, by, None), ("2020-06-30", Deferred, by, None)],
    );
    expect(launched, &[("2020-07-01", Overdue, by, None)]);
    let later = Facts {
        launched_on: Some(day("2020-01-01")),
        ..efin
    };
    expect(later, &[("2020-01-01", BlockedBeforeLaunch, None, None)]);
}

#[test]
fn losing_the_fact_that_allowed_self_inspection_reopens_the_duty() {
    let with = Facts {
        isms_valid_on_day: true,
        org_cleared_by: BY_SELF,
        ..on("2019-11-01", OrgType::Other)
    };
    assert_eq!(duty(&with).status, Status::Cleared);
    let without = Facts {
        isms_valid_on_day: false,
        ..with
    };
    assert_eq!(duty(&without).status, Status::BlockedBeforeLaunch);
    assert_eq!(
        duty(&Facts {
            org_cleared_by: BY_AGENCY,
            ..without
        })
        .status,
        Status::Cleared
    );
    let team = Facts {
        inspection: Inspection::App,
        own_team_37_3_2: true,
        ..on("2019-11-01", OrgType::Bank)
    };
    let team = Facts {
        app_cleared_by: BY_SELF,
        ..team
    };
    assert_eq!(duty(&team).status, Status::Cleared);
    assert_eq!(
        duty(&Facts {
            own_team_37_3_2: false,
            ..team
        })
        .status,
        Status::BlockedBeforeLaunch
    );
}

#[test]
fn each_inspection_looks_at_its_own_clearance() {
    let facts = Facts {
        org_cleared_by: BY_AGENCY,
        org_confirmed: true,
        ..on("2020-02-01", OrgType::Other)
    };
    assert_eq!(duty(&facts).status, Status::Cleared);
    assert_eq!(
        duty(&Facts {
            inspection: Inspection::App,
            ..facts
        })
        .status,
        Status::BlockedBeforeLaunch
    );
    let app = Facts {
        inspection: Inspection::App,
        app_cleared_by: BY_AGENCY,
        ..on("2020-02-01", OrgType::Other)
    };
    assert_eq!(duty(&app).status, Status::Cleared);
    assert_eq!(
        duty(&Facts { inspection: ORG, ..app }).status,
        Status::BlockedBeforeLaunch
    );
}

#[test]
fn an_extension_moves_due_days_later_never_earlier_and_only_while_its_rule_is_in_force() {
    use Status::{BlockedBeforeLaunch, ConfirmationDue, Deferred, Overdue};
    let legacy = Facts {
        legacy_open_platform: true,
        ..on("2020-04-01", OrgType::Other)
    };
    let longer = Facts {
        extension_until: Some(day("2020-05-31")),
        ..legacy
    };
    let until = Some("2020-05-31");
    expect(
        longer,
        &[
            ("2020-05-31", Deferred, until, None),
            ("2020-06-01", Overdue, until, None),
        ],
    );
    expect(longer, &[("2019-12-31", Deferred, Some("2020-12-31"), None)]);
    let too_early = Facts {
        extension_until: Some(day("2021-01-31")),
        ..legacy
    };
    expect(too_early, &[("2019-12-31", Deferred, Some("2020-12-31"), None)]);
    let shorter = Facts {
        extension_until: Some(day("2020-02-29")),
        ..legacy
    };
    expect(shorter, &[("2020-03-31", Deferred, Some("2020-03-31"), None)]);
    let confirm = Facts {
        org_cleared_by: BY_SELF,
        ..on("2020-07-01", OrgType::Efin)
    };
    let confirm = Facts {
        extension_until: Some(day("2020-08-31")),
        ..confirm
    };
    let until = Some("2020-08-31");
    expect(
        confirm,
        &[
            ("2020-08-31", ConfirmationDue, None, until),
            ("2020-09-01", Overdue, None, until),
        ],
    );
    let nothing_due = Facts {
        extension_until: Some(day("2020-08-31")),
        ..on("2020-07-01", OrgType::Other)
    };
    expect(nothing_due, &[("2020-07-01", BlockedBeforeLaunch, None, None)]);
    for (at, last) in [
        ("2020-05-31", &["R-ORG-LEGACY-2", "R-EXTEND"][..]),
        ("2020-06-01", &["R-SANCTION", "R-EXTEND"]),
    ] {
        let found = duty(&Facts { day: day(at), ..longer });
        let rules: Vec<&str> = found.rules.iter().map(|id| &**id).collect();
        assert!(rules.ends_with(last), "{at}: {rules:?}");
    }
    assert!(
        !duty(&Facts {
            day: day("2019-12-31"),
            ..longer
        })
        .rules
        .iter()
        .any(|id| &**id == "R-EXTEND")
    );
}

#[test]
fn before_its_first_day_the_book_names_no_rule() {
    let found = duty(&on("2019-09-02", OrgType::Bank));
    assert!(found.rules.is_empty() && found.methods.is_empty());
    assert!(!duty(&on("2019-09-03", OrgType::Bank)).rules.is_empty());
}

#[test]
fn a_case_typed_by_hand_is_answered() {
    let given = "{name: x, given: {day: 2020-07-01, inspection: ORG, type: EFIN, isms_valid_on_day: true}, expect: {}}";
    let found = duty(&read_given(given).unwrap());
    assert_eq!(
        (found.methods, found.status),
        (vec![Method::Agency], Status::BlockedBeforeLaunch)
    );
}
