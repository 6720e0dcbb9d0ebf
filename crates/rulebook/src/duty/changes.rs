//! The days on which a duty changes, for pages that say what is due when.

use naru_core::Day;

use super::rules::{Due, Rules};
use super::{Duty, Facts};
use crate::calendar;

impl Rules {
    /// The duty on `from`, and every later day up to `to` (inclusive) on which it differs from the day before, with
    /// the duty from then on. The facts are taken to stay as they are; their own day is not looked at. Empty when
    /// `from` lies after `to`. At most a few entries per rule.
    pub fn changes(&self, facts: &Facts, from: Day, to: Day) -> Vec<(Day, Duty)> {
        let mut days = self.turning_days(facts);
        days.push(from);
        days.retain(|day| (from..=to).contains(day));
        days.sort_unstable();
        days.dedup();
        let mut changes: Vec<(Day, Duty)> = Vec::new();
        for day in days {
            let duty = self.duty(&Facts { day, ..*facts });
            if changes.last().is_none_or(|(_, last)| *last != duty) {
                changes.push((day, duty));
            }
        }
        changes
    }

    /// Every day on which something may change: intervals of rules, days in conditions, and the days after due days.
    fn turning_days(&self, facts: &Facts) -> Vec<Day> {
        let mut days = Vec::new();
        for rule in &self.all {
            days.push(rule.effective_from);
            days.extend(rule.effective_to.map(calendar::next));
            rule.condition.turning_days(&mut days);
            let due = match rule.effect.due {
                Some(Due::On(day)) => Some(day),
                Some(Due::YearsAfterLaunch(years)) => {
                    facts.launched_on.map(|launch| self.switches.years_after(launch, years))
                }
                Some(Due::BeforeLaunch) | None => None,
            };
            days.extend(due.into_iter().chain(rule.effect.confirmation_due).map(calendar::next));
        }
        days.extend(facts.extension_until.map(calendar::next));
        days
    }
}
