//! From the facts of a day to the duty.
//!
//! As the book says: collect the rules in force whose condition holds; the methods are all that are added less those
//! removed; the due day is the earliest; an extension is the later of the two days. Readings of ours: a clearance by
//! self-inspection counts only while self-inspection is still among the methods; a confirmation that was given is no
//! longer owed, and its rule no longer named; an extension moves the day of a confirmation too, and cannot give a day
//! to a duty that has none; `launch + P1Y` counts from a planned launch as from a past one.

use naru_core::Day;

use super::rules::{Due, May, Rule, Rules};
use super::{Consequence, Duty, Facts, Method, Status};

/// Which rules of the book matched: bit `n` is rule `n`.
#[derive(Clone, Copy, Default)]
struct Matched(u64);

impl Matched {
    const fn add(&mut self, index: usize) {
        self.0 |= 1 << index;
    }

    const fn has(self, index: usize) -> bool {
        self.0 >> index & 1 == 1
    }
}

#[derive(Default)]
struct Dues {
    due: Option<Day>,
    confirmation: Option<Day>,
    waits_for_launch: bool,
}

impl Rules {
    /// What the organisation owes on the day of `facts`.
    pub fn duty(&self, facts: &Facts) -> Duty {
        let mut matched = self.first_pass(facts);
        let methods = self.methods(matched);
        let dues = self.dues(matched, facts);
        let status = status(facts, &methods, &dues);
        let mut consequence = Consequence::None;
        for (index, rule) in self.asking_status(facts) {
            if rule.condition.holds(facts, Some(status)) {
                matched.add(index);
                if rule.effect.may == Some(May::RestrictService) {
                    consequence = Consequence::MayRestrictService;
                }
            }
        }
        let rules = self.of(matched).map(|(_, rule)| rule.id.clone()).collect();
        let (due, confirmation_due) = (dues.due, dues.confirmation);
        Duty {
            methods,
            due,
            confirmation_due,
            status,
            consequence,
            rules,
        }
    }

    fn in_force(&self, facts: &Facts) -> impl Iterator<Item = (usize, &Rule)> {
        let (day, inspection) = (facts.day, facts.inspection);
        let all = self.all.iter().enumerate();
        all.filter(move |(_, rule)| rule.inspections.contains(&inspection) && rule.is_in_force_on(day))
    }

    fn asking_status(&self, facts: &Facts) -> impl Iterator<Item = (usize, &Rule)> {
        self.in_force(facts).filter(|(_, rule)| rule.condition.asks_status())
    }

    fn first_pass(&self, facts: &Facts) -> Matched {
        let mut matched = Matched::default();
        for (index, rule) in self.in_force(facts) {
            let is_met = rule.effect.confirmation_due.is_some() && facts.is_confirmed();
            if !is_met && !rule.condition.asks_status() && rule.condition.holds(facts, None) {
                matched.add(index);
            }
        }
        matched
    }

    fn of(&self, matched: Matched) -> impl Iterator<Item = (usize, &Rule)> {
        self.all
            .iter()
            .enumerate()
            .filter(move |(index, _)| matched.has(*index))
    }

    fn methods(&self, matched: Matched) -> Vec<Method> {
        let is_added = |method| self.of(matched).any(|(_, rule)| rule.effect.adds == Some(method));
        let is_removed = |method| {
            self.of(matched).any(|(_, rule)| {
                let is_spared = rule.spared_by.is_some_and(|other| matched.has(other));
                rule.effect.removes == Some(method) && !is_spared
            })
        };
        let all = Method::ALL.iter().copied();
        all.filter(|method| is_added(*method) && !is_removed(*method)).collect()
    }

    fn dues(&self, matched: Matched, facts: &Facts) -> Dues {
        let mut dues = Dues::default();
        for (_, rule) in self.of(matched) {
            match rule.effect.due {
                Some(Due::On(day)) => dues.due = earlier(dues.due, day),
                Some(Due::YearsAfterLaunch(years)) => match facts.launched_on {
                    Some(launch) => dues.due = earlier(dues.due, self.switches.years_after(launch, years)),
                    None => dues.waits_for_launch = true,
                },
                Some(Due::BeforeLaunch) | None => {}
            }
            if let Some(day) = rule.effect.confirmation_due {
                dues.confirmation = earlier(dues.confirmation, day);
            }
        }
        let is_extended = self
            .of(matched)
            .any(|(_, rule)| rule.effect.may == Some(May::ExtendDue));
        if let Some(until) = facts.extension_until.filter(|_| is_extended) {
            dues.due = dues.due.map(|day| day.max(until));
            dues.confirmation = dues.confirmation.map(|day| day.max(until));
        }
        dues
    }
}

fn earlier(known: Option<Day>, day: Day) -> Option<Day> {
    Some(known.map_or(day, |known| known.min(day)))
}

fn status(facts: &Facts, methods: &[Method], dues: &Dues) -> Status {
    if let Some(day) = dues.confirmation {
        return if facts.day <= day {
            Status::ConfirmationDue
        } else {
            Status::Overdue
        };
    }
    let is_cleared = facts.is_confirmed()
        || match facts.cleared_by() {
            Some(Method::Agency) => true,
            Some(Method::SelfInspection) => methods.contains(&Method::SelfInspection),
            None => false,
        };
    match dues.due {
        _ if is_cleared => Status::Cleared,
        Some(day) if facts.day <= day => Status::Deferred,
        Some(_) => Status::Overdue,
        None if dues.waits_for_launch => Status::AdmissibleDeferred,
        None => Status::BlockedBeforeLaunch,
    }
}
