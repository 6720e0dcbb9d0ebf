use naru_core::{Day, SECOND, Timestamp};

use super::{ClockError, Entry, Owner, Spent};
use crate::process::{Machine, Process, ProcessSettings, Processes};

const DAY: i64 = 86_400 * SECOND;

fn machine(process: Process) -> &'static Machine {
    Processes::embedded().machine(process)
}

fn day(number: i64) -> Timestamp {
    Day(20_200_301).start().plus_days(number)
}

/// States entered on numbered days.
fn history(entries: &[(i64, &'static str)]) -> Vec<Entry<'static>> {
    entries
        .iter()
        .map(|(number, state)| Entry {
            at: day(*number),
            state,
        })
        .collect()
}

#[test]
fn every_state_under_the_clock_has_an_owner() {
    use Owner::{Agency, Organisation};
    for (state, owner) in [
        ("CONSULTING", Some(Organisation)),
        ("PRE_REVIEW", Some(Agency)),
        ("PRE_REVIEW_RETURNED", Some(Organisation)),
        ("READY_TO_APPLY", Some(Organisation)),
        ("APPLIED", Some(Agency)),
        ("CONTRACTED", Some(Agency)),
        ("DOC_INSPECTION", Some(Agency)),
        ("DOC_RESULT_SENT", Some(Agency)),
        ("DOC_REMEDIATION", Some(Organisation)),
        ("DOC_REMEDY_SUBMITTED", Some(Agency)),
        ("ONSITE_SCHEDULED", Some(Agency)),
        ("ONSITE_INSPECTION", Some(Agency)),
        ("ONSITE_RESULT_SENT", Some(Agency)),
        ("ONSITE_REMEDIATION", Some(Organisation)),
        ("ONSITE_REMEDY_SUBMITTED", Some(Agency)),
        ("WRITE_UP", Some(Agency)),
        ("FINAL_REPORTED", None),
        ("WITHDRAWN", None),
        ("NOWHERE", None),
    ] {
        assert_eq!(machine(Process::OrgInspection).owner(state), owner, "{state}");
    }
    let settings = ProcessSettings {
        app_retest_allowed: true,
        ..ProcessSettings::default()
    };
    let with_retest = Processes::with(settings).unwrap();
    let app = with_retest.machine(Process::AppInspection);
    assert_eq!(
        (app.owner("TESTING"), app.owner("TEST_REMEDIATION")),
        (Some(Agency), Some(Organisation))
    );
    assert_eq!(machine(Process::SelfInspection).owner("SUBMITTED"), None);
    for process in [Process::OrgInspection, Process::AppInspection] {
        for state in &machine(process).states {
            assert_eq!(
                machine(process).owner(state).is_none(),
                machine(process).is_terminal(state),
                "{state}"
            );
        }
    }
}

#[test]
fn preparation_is_not_counted() {
    let org = machine(Process::OrgInspection);
    for entries in [
        &[][..],
        &[
            (0, "CONSULTING"),
            (3, "PRE_REVIEW"),
            (9, "READY_TO_APPLY"),
            (10, "CONTRACTED"),
        ],
    ] {
        assert_eq!(org.spent(&history(entries), day(90)), Ok(Spent::default()));
    }
    let spent = org
        .spent(&history(&[(0, "CONTRACTED"), (10, "DOC_INSPECTION")]), day(13))
        .unwrap();
    assert_eq!((spent.started_at, spent.agency_micros), (Some(day(10)), 3 * DAY));
    assert_eq!((spent.running_for, spent.due_by), (Some(Owner::Agency), Some(day(38))));
}

#[test]
fn the_clock_stops_while_the_organisation_remedies() {
    let org = machine(Process::OrgInspection);
    let so_far = [
        (0, "CONTRACTED"),
        (0, "DOC_INSPECTION"),
        (8, "DOC_RESULT_SENT"),
        (9, "DOC_REMEDIATION"),
    ];
    let spent = org.spent(&history(&so_far), day(39)).unwrap();
    let expected = Spent {
        started_at: Some(day(0)),
        ended_at: None,
        agency_micros: 9 * DAY,
        organisation_micros: 30 * DAY,
        since_started_micros: 39 * DAY,
        running_for: Some(Owner::Organisation),
        due_by: Some(day(58)),
        is_agency_late: false,
    };
    assert_eq!(spent, expected);
    let mut entries = so_far.to_vec();
    entries.push((39, "DOC_REMEDY_SUBMITTED"));
    let spent = org.spent(&history(&entries), day(40)).unwrap();
    assert_eq!((spent.running_for, spent.due_by), (Some(Owner::Agency), Some(day(58))));
}

#[test]
fn the_agency_is_late_after_four_weeks_of_its_own_and_not_a_moment_before() {
    let org = machine(Process::OrgInspection);
    let entries = history(&[(0, "CONTRACTED"), (0, "DOC_INSPECTION")]);
    let at = org.spent(&entries, day(28)).unwrap();
    assert_eq!((at.is_agency_late, at.due_by), (false, Some(day(28))));
    let after = org.spent(&entries, Timestamp(day(28).0 + 1)).unwrap();
    assert_eq!((after.is_agency_late, after.due_by), (true, Some(day(28))));
    let handed_on = history(&[(0, "CONTRACTED"), (0, "DOC_INSPECTION"), (30, "DOC_REMEDIATION")]);
    let later = org.spent(&handed_on, day(60)).unwrap();
    assert_eq!(
        (later.is_agency_late, later.due_by),
        (true, Some(day(28))),
        "what was late stays late"
    );
}

#[test]
fn the_moment_the_agency_s_time_was_used_up_stays() {
    let org = machine(Process::OrgInspection);
    let mut entries = vec![(0, "CONTRACTED"), (0, "DOC_INSPECTION"), (28, "DOC_REMEDIATION")];
    let exact = org.spent(&history(&entries), day(40)).unwrap();
    assert_eq!((exact.due_by, exact.is_agency_late), (Some(day(28)), false));
    entries.push((40, "DOC_REMEDY_SUBMITTED"));
    let again = org.spent(&history(&entries), day(45)).unwrap();
    assert_eq!(
        (again.due_by, again.is_agency_late, again.agency_micros),
        (Some(day(28)), true, 33 * DAY)
    );
}

#[test]
fn an_app_test_has_two_weeks_and_an_end() {
    let app = machine(Process::AppInspection);
    let entries = history(&[(0, "CONTRACTED"), (2, "TESTING"), (12, "FINAL_REPORTED")]);
    let spent = app.spent(&entries, day(100)).unwrap();
    assert_eq!(
        (spent.ended_at, spent.agency_micros, spent.since_started_micros),
        (Some(day(12)), 10 * DAY, 10 * DAY)
    );
    assert_eq!(
        (spent.running_for, spent.due_by, spent.is_agency_late),
        (None, None, false)
    );
    let running = app
        .spent(&history(&[(0, "CONTRACTED"), (2, "TESTING")]), day(3))
        .unwrap();
    assert_eq!(running.due_by, Some(day(16)));
    let settings = ProcessSettings {
        app_clock_weeks: 3,
        ..ProcessSettings::default()
    };
    let longer = Processes::with(settings).unwrap();
    let running = longer
        .machine(Process::AppInspection)
        .spent(&history(&[(0, "CONTRACTED"), (2, "TESTING")]), day(3));
    assert_eq!(running.unwrap().due_by, Some(day(23)));
}

#[test]
fn a_history_that_cannot_be_is_refused() {
    let org = machine(Process::OrgInspection);
    let late = ClockError::OutOfOrder {
        state: "PRE_REVIEW".into(),
        at: day(1),
    };
    assert_eq!(
        org.spent(&history(&[(2, "CONSULTING"), (1, "PRE_REVIEW")]), day(9)),
        Err(late)
    );
    let ahead = ClockError::OutOfOrder {
        state: "CONSULTING".into(),
        at: day(2),
    };
    assert_eq!(org.spent(&history(&[(2, "CONSULTING")]), day(1)), Err(ahead));
    let unknown = ClockError::UnknownState("TESTING".into());
    assert_eq!(org.spent(&history(&[(0, "TESTING")]), day(1)), Err(unknown));
    let long = vec![
        Entry {
            at: day(0),
            state: "CONSULTING"
        };
        10_001
    ];
    assert_eq!(org.spent(&long, day(1)), Err(ClockError::TooLong(10_001)));
    let none = machine(Process::Finding).spent(&[], day(1));
    assert_eq!(none, Err(ClockError::NoClock(Process::Finding)));
}
