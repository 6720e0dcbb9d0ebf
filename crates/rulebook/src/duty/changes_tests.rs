//! Duties over time and over many organisations.

use std::collections::BTreeSet;

use naru_core::Day;

use super::{Duty, Facts, Method, OrgType, Rules, Status};
use crate::{Inspection, calendar};

const BY_SELF: Option<Method> = Some(Method::SelfInspection);
const BY_AGENCY: Option<Method> = Some(Method::Agency);

fn day(text: &str) -> Day {
    calendar::parse(text).unwrap()
}

fn duty(facts: &Facts) -> Duty {
    Rules::embedded().duty(facts)
}

#[test]
fn the_changes_are_the_days_on_which_the_duty_differs_from_the_day_before() {
    let (from, to) = (day("2019-08-25"), day("2021-03-05"));
    let mut statuses = BTreeSet::new();
    for facts in many_facts() {
        let mut expected: Vec<(Day, Duty)> = Vec::new();
        let mut at = from;
        while at <= to {
            let found = duty(&Facts { day: at, ..facts });
            statuses.insert(found.status.as_str());
            if expected.last().is_none_or(|(_, last)| *last != found) {
                expected.push((at, found));
            }
            at = calendar::next(at);
        }
        assert_eq!(Rules::embedded().changes(&facts, from, to), expected, "{facts:?}");
    }
    assert_eq!(statuses.len(), Status::ALL.len(), "{statuses:?}");
}

#[test]
fn an_interval_that_ends_before_it_begins_has_no_changes() {
    let bank = Facts::new(day("2020-01-01"), Inspection::Org, OrgType::Bank);
    assert!(
        Rules::embedded()
            .changes(&bank, day("2020-01-02"), day("2020-01-01"))
            .is_empty()
    );
    assert_eq!(
        Rules::embedded()
            .changes(&bank, day("2020-01-01"), day("2020-01-01"))
            .len(),
        1
    );
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the time it takes is what is tested")]
fn ten_thousand_duties_take_well_under_a_second() {
    let facts: Vec<Facts> = many_facts().cycle().take(10_000).collect();
    let start = std::time::Instant::now();
    let overdue = facts
        .iter()
        .filter(|facts| duty(facts).status == Status::Overdue)
        .count();
    let millis = start.elapsed().as_millis();
    assert!(overdue > 0 && millis < 500, "{overdue} overdue, {millis} ms");
}

/// Every combination of types, flags and a few days: 864 organisations.
fn many_facts() -> impl Iterator<Item = Facts> + Clone {
    let launches = [
        None,
        Some(day("2019-11-30")),
        Some(day("2020-02-29")),
        Some(day("2018-05-02")),
    ];
    let extensions = [None, Some(day("2020-05-15")), Some(day("2021-02-01"))];
    let mut all = Vec::new();
    for inspection in Inspection::ALL {
        for org_type in OrgType::ALL {
            for cleared in [None, BY_SELF, BY_AGENCY] {
                for bits in 0..4_u8 {
                    for launched_on in launches {
                        for extension_until in extensions {
                            let mut facts = Facts::new(day("2020-07-01"), *inspection, *org_type);
                            (facts.org_cleared_by, facts.app_cleared_by) = (cleared, cleared);
                            (facts.launched_on, facts.extension_until) = (launched_on, extension_until);
                            (facts.isms_valid_on_day, facts.own_team_37_3_2) = (bits & 1 != 0, bits & 1 != 0);
                            facts.legacy_open_platform = bits & 2 != 0;
                            facts.org_confirmed = bits == 3 && cleared == BY_SELF;
                            all.push(facts);
                        }
                    }
                }
            }
        }
    }
    all.into_iter()
}
