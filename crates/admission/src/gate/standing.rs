//! How the gates of an organisation stand: a pure function of its dossier, the rules, the settings and the moment.

use naru_core::{AdmissionState, Day, Gate, GateStanding, StandingDuty, Timestamp, Won};
use naru_rulebook::Inspection;
use naru_rulebook::duty::{Duty, Method, Rules, Status};

use crate::AdmissionSettings;
use crate::duty::Dossier;

/// Gates and duty as they were worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkedOut {
    /// Every gate.
    pub gates: Vec<GateStanding>,
    /// The duty of the organisation inspection.
    pub duty: StandingDuty,
    /// The largest sum of daily withdrawal limits that the insurance covers.
    pub insured_won: Won,
}

/// Works out every gate of an organisation at a moment.
pub fn worked_out(dossier: &Dossier, rules: &Rules, settings: &AdmissionSettings, now: Timestamp) -> WorkedOut {
    let today = now.day();
    let turns = dossier.turns(rules, today);
    let until = |is_open: &dyn Fn(Day) -> bool| turns.iter().find(|day| !is_open(**day)).map(|day| day.start());
    let duty = dossier.duty(rules, today, Inspection::Org);
    let insured_won = insured(dossier, settings, today);
    let gates = vec![
        suitability(dossier),
        function_test(dossier),
        organisation_inspection(dossier, rules, (today, &duty), &until),
        service_inspection(dossier, rules, today, &until),
        guarantee_insurance(dossier, settings, today, &until),
    ];
    WorkedOut {
        gates,
        duty: StandingDuty {
            status: duty.status.as_str().to_owned(),
            due: duty.due,
            confirmation_due: duty.confirmation_due,
            worked_out_on: Some(today),
        },
        insured_won,
    }
}

fn standing(gate: Gate, open: bool, (rule, evidence): (&str, String)) -> GateStanding {
    GateStanding {
        gate,
        open,
        until: None,
        rule: rule.to_owned(),
        evidence,
    }
}

/// The first day on which an open gate will be closed.
type Until<'a> = dyn Fn(&dyn Fn(Day) -> bool) -> Option<Timestamp> + 'a;

fn suitability(dossier: &Dossier) -> GateStanding {
    let organisation = &dossier.organisation;
    let open = matches!(
        organisation.state,
        AdmissionState::Suitable | AdmissionState::Live | AdmissionState::Restricted
    );
    let evidence = format!("state={} since={}", organisation.state, organisation.state_since);
    standing(Gate::Suitability, open, ("approve-suitability", evidence))
}

fn function_test(dossier: &Dossier) -> GateStanding {
    let evidence = dossier
        .function_test
        .map_or_else(|| "not passed".to_owned(), |id| id.to_string());
    standing(
        Gate::FunctionTest,
        dossier.function_test.is_some(),
        ("function-test", evidence),
    )
}

/// Whether a status of duty lets an organisation call. An overdue one is cut off by two people, not by the calendar;
/// but nobody is let in while overdue.
fn lets_in(status: Status, state: AdmissionState) -> bool {
    match status {
        Status::Cleared | Status::Deferred | Status::AdmissibleDeferred | Status::ConfirmationDue => true,
        Status::Overdue => state == AdmissionState::Live,
        Status::BlockedBeforeLaunch => false,
    }
}

fn organisation_inspection(
    dossier: &Dossier,
    rules: &Rules,
    (today, duty): (Day, &Duty),
    until: &Until<'_>,
) -> GateStanding {
    let state = dossier.organisation.state;
    let open = lets_in(duty.status, state);
    let mut evidence = format!("duty={}", duty.status);
    if let Some(due) = duty.due {
        evidence.push_str(&format!(" due={due}"));
    }
    if let Some(due) = duty.confirmation_due {
        evidence.push_str(&format!(" confirmation_due={due}"));
    }
    if let Some(cleared) = dossier.cleared(today, "ORG", "") {
        evidence.push_str(&format!(" inspection={} by={}", cleared.inspection_id, cleared.by));
    }
    let rule = duty.rules.join(" ");
    let mut gate = standing(Gate::OrganisationInspection, open, (&rule, evidence));
    if open {
        let is_open = |day| lets_in(dossier.duty(rules, day, Inspection::Org).status, state);
        gate.until = until(&is_open);
    }
    gate
}

/// The platforms whose inspection is missing on a day; `None` where no platform was named.
fn uninspected<'a>(dossier: &'a Dossier, rules: &Rules, day: Day) -> Option<Vec<&'a str>> {
    let platforms = dossier.platforms(day);
    if platforms.is_empty() {
        return None;
    }
    let methods = dossier.duty(rules, day, Inspection::App).methods;
    let is_cleared = |platform: &str| {
        dossier
            .cleared(day, "APP", platform)
            .is_some_and(|cleared| cleared.by == Method::Agency || methods.contains(&Method::SelfInspection))
    };
    Some(platforms.into_iter().filter(|platform| !is_cleared(platform)).collect())
}

fn service_inspection(dossier: &Dossier, rules: &Rules, today: Day, until: &Until<'_>) -> GateStanding {
    let rule = dossier.duty(rules, today, Inspection::App).rules.join(" ");
    let missing = uninspected(dossier, rules, today);
    let open = missing.as_ref().is_some_and(Vec::is_empty);
    let evidence = match &missing {
        None => "no platform was named".to_owned(),
        Some(missing) if !missing.is_empty() => format!("not inspected: {}", missing.join(" ")),
        Some(_) => {
            let platforms = dossier.platforms(today);
            let cleared = platforms.into_iter().filter_map(|platform| {
                let cleared = dossier.cleared(today, "APP", platform)?;
                Some(format!("{platform}={} by={}", cleared.inspection_id, cleared.by))
            });
            cleared.collect::<Vec<_>>().join(" ")
        }
    };
    let mut gate = standing(Gate::ServiceInspection, open, (&rule, evidence));
    if open {
        let is_open = |day| uninspected(dossier, rules, day).is_some_and(|missing| missing.is_empty());
        gate.until = until(&is_open);
    }
    gate
}

/// The largest sum of daily withdrawal limits that the policies of a day cover.
fn insured(dossier: &Dossier, settings: &AdmissionSettings, day: Day) -> Won {
    let in_force = dossier.policies.iter().filter(|policy| policy.is_in_force(day));
    let cover = in_force.fold(0_i64, |sum, policy| sum.saturating_add(policy.cover_won.0));
    Won(cover.saturating_mul(100) / settings.insurance_percent.max(1))
}

fn guarantee_insurance(dossier: &Dossier, settings: &AdmissionSettings, today: Day, until: &Until<'_>) -> GateStanding {
    let limits = dossier.organisation.withdraw_day_won;
    let covers = |day| {
        let in_force = dossier.policies.iter().any(|policy| policy.is_in_force(day));
        in_force && insured(dossier, settings, day) >= limits
    };
    let open = covers(today);
    let policies = dossier.policies.iter().filter(|policy| policy.is_in_force(today));
    let policies = policies
        .map(|policy| policy.id.to_string())
        .collect::<Vec<_>>()
        .join(" ");
    let evidence = if policies.is_empty() {
        "no confirmed policy is in force".to_owned()
    } else {
        let insured = insured(dossier, settings, today);
        format!("policy={policies} insured_won={} limits_won={}", insured.0, limits.0)
    };
    let rule = format!("cover-{}-percent", settings.insurance_percent);
    let mut gate = standing(Gate::GuaranteeInsurance, open, (&rule, evidence));
    if open {
        gate.until = until(&covers);
    }
    gate
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
