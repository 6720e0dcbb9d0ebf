//! Everything that the duty and the gates of one organisation rest on, and the duty of any day as a pure function of
//! it.

use std::collections::BTreeSet;

use naru_core::{Day, FactKind, FunctionTestId, InspectionId, Organisation, Timestamp};
use naru_rulebook::Inspection;
use naru_rulebook::duty::{Duty, Facts, Method, OrgType, Rules};
use naru_storage::{Clearance, FactRow, PolicyRow};

/// How far ahead the end of an open gate is looked for, days.
const HORIZON_DAYS: i64 = 3 * 366;

/// What is known about an organisation.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// The organisation.
    pub organisation: Organisation,
    /// Its facts, those that were taken back too: they held until then.
    pub facts: Vec<FactRow>,
    /// The inspections that it passed.
    pub clearances: Vec<Clearance>,
    /// Its confirmed policies of guarantee insurance.
    pub policies: Vec<PolicyRow>,
    /// The functional test that it passed.
    pub function_test: Option<FunctionTestId>,
}

/// How an inspection stands cleared on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleared {
    /// Which inspection did it.
    pub inspection_id: InspectionId,
    /// By whom.
    pub by: Method,
    /// Whether the agency confirmed a self-inspection.
    pub confirmed: bool,
}

impl Dossier {
    /// The facts that the rules ask for, as they stand on a day.
    pub fn facts_on(&self, day: Day, inspection: Inspection) -> Facts {
        let holds = |kind| self.facts.iter().any(|fact| fact.kind == kind && fact.holds_on(day));
        let mut facts = Facts::new(day, inspection, self.org_type(day));
        facts.isms_valid_on_day = holds(FactKind::IsmsCertificate);
        facts.legacy_open_platform = holds(FactKind::LegacyMember);
        facts.own_team_37_3_2 = holds(FactKind::OwnTeam);
        let stands = |fact: &&FactRow, kind| fact.kind == kind && fact.stands_on(day);
        let launches = self.facts.iter().filter(|fact| stands(fact, FactKind::Launched));
        facts.launched_on = launches.map(|fact| fact.valid_from).min();
        let extensions = self.facts.iter().filter(|fact| stands(fact, FactKind::Extension));
        let granted = extensions.filter(|fact| fact.valid_from <= day);
        facts.extension_until = granted.filter_map(|fact| fact.valid_to).max();
        let org = self.cleared(day, "ORG", "");
        facts.org_cleared_by = org.map(|cleared| cleared.by);
        facts.org_confirmed = org.is_some_and(|cleared| cleared.confirmed);
        facts.app_cleared_by = self.app_cleared_by(day);
        facts
    }

    /// The legal type on a day; the one that was recorded last speaks.
    fn org_type(&self, day: Day) -> OrgType {
        let types = self
            .facts
            .iter()
            .filter(|fact| fact.kind == FactKind::LegalType && fact.holds_on(day));
        let last = types.max_by_key(|fact| (fact.valid_from, fact.recorded_at));
        last.and_then(|fact| OrgType::parse(&fact.value).ok())
            .unwrap_or(OrgType::Other)
    }

    /// The platforms on which the organisation offers its service on a day, in order.
    pub fn platforms(&self, day: Day) -> BTreeSet<&str> {
        let platforms = self
            .facts
            .iter()
            .filter(|fact| fact.kind == FactKind::Platform && fact.holds_on(day));
        platforms.map(|fact| fact.value.as_str()).collect()
    }

    /// How an inspection stands cleared on a day: the agency's word is the strongest, then a confirmed one.
    pub fn cleared(&self, day: Day, kind: &str, platform: &str) -> Option<Cleared> {
        let of = self
            .clearances
            .iter()
            .filter(|c| c.kind == kind && c.platform == platform);
        let valid = of.filter(|c| {
            c.cleared_at.day() <= day && c.valid_until.is_none_or(|until| day.start() < until) && c.state != "VOID"
        });
        let cleared = valid.map(|c| Cleared {
            inspection_id: c.inspection_id,
            by: if c.machine == "self-inspection" {
                Method::SelfInspection
            } else {
                Method::Agency
            },
            confirmed: c.confirmed_at.is_some_and(|at| at.day() <= day),
        });
        cleared.min_by_key(|c| (c.by, !c.confirmed))
    }

    /// Who cleared the app inspection on every platform; the weakest counts, and none where one is missing.
    fn app_cleared_by(&self, day: Day) -> Option<Method> {
        let platforms = self.platforms(day);
        let each: Option<Vec<Method>> = platforms
            .iter()
            .map(|platform| self.cleared(day, "APP", platform).map(|cleared| cleared.by))
            .collect();
        each?.into_iter().max()
    }

    /// The duty of a day.
    pub fn duty(&self, rules: &Rules, day: Day, inspection: Inspection) -> Duty {
        rules.duty(&self.facts_on(day, inspection))
    }

    /// The days after `today` on which something about the organisation may change by itself, in order.
    pub fn turns(&self, rules: &Rules, today: Day) -> Vec<Day> {
        let last = plus_days(today, HORIZON_DAYS);
        let mut days = BTreeSet::new();
        for fact in &self.facts {
            days.insert(fact.valid_from);
            days.extend(fact.valid_to.map(|to| plus_days(to, 1)));
        }
        for clearance in &self.clearances {
            days.extend(clearance.valid_until.map(Timestamp::day));
        }
        for policy in &self.policies {
            days.extend([policy.from_day, plus_days(policy.to_day, 1)]);
        }
        let changes = rules.changes(&self.facts_on(today, Inspection::Org), today, last);
        days.extend(changes.into_iter().map(|(day, _)| day));
        days.into_iter().filter(|day| today < *day && *day <= last).collect()
    }
}

/// The day so many days after another.
pub(crate) fn plus_days(day: Day, days: i64) -> Day {
    day.start().plus_days(days).day()
}
