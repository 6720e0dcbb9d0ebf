use std::collections::HashSet;

use super::{Machine, Process, ProcessSettings, Processes, StepError, raw};
use crate::duty::Rules;
use crate::{Certainty, Party};

fn machine(process: Process) -> &'static Machine {
    Processes::embedded().machine(process)
}

fn with_retest() -> Processes {
    Processes::with(ProcessSettings {
        app_retest_allowed: true,
        ..ProcessSettings::default()
    })
    .unwrap()
}

#[test]
fn the_embedded_machines_are_read_with_their_steps() {
    for (process, states, steps, stated, four_eyes) in [
        (Process::OrgInspection, 18, 23, 13, 3),
        (Process::AppInspection, 9, 10, 6, 1),
        (Process::SelfInspection, 10, 11, 3, 4),
        (Process::Finding, 6, 7, 1, 2),
        (Process::Admission, 6, 8, 4, 7),
    ] {
        let found = machine(process);
        let count = |is: fn(&super::Transition) -> bool| found.transitions.iter().filter(|step| is(step)).count();
        let stated_found = count(|step| step.certainty == Certainty::Stated);
        assert_eq!(
            (found.states.len(), found.transitions.len()),
            (states, steps),
            "{process}"
        );
        assert_eq!(
            (stated_found, count(|step| step.needs_four_eyes)),
            (stated, four_eyes),
            "{process}"
        );
        assert_eq!(found.states.first(), Some(&found.initial));
    }
    assert_eq!(Processes::embedded().iter().count(), 5);
    assert_eq!(machine(Process::OrgInspection).documents["contract"], ["contract"]);
    assert_eq!(machine(Process::AppInspection).open_points.len(), 1);
}

/// A second reading of the book: the steps are taken from its lines, not from what the reader made of them.
fn written_steps() -> HashSet<(Process, String, String, Party, String)> {
    let mut steps = HashSet::new();
    let mut process = None;
    for line in raw::TEXT.lines() {
        if let Some(id) = line.strip_prefix("  - id: ") {
            process = Some(Process::parse(id).unwrap());
        }
        let Some(step) = line.strip_prefix("      - {from: ") else {
            continue;
        };
        if step.contains("when: app_retest_allowed") {
            continue;
        }
        let part = |key: &str| {
            let (_, rest) = step.split_once(key).unwrap();
            rest.split([',', '}']).next().unwrap().trim().to_owned()
        };
        let from = step.split(',').next().unwrap().trim_matches('\'').to_owned();
        let party = Party::parse(&part(" by: ")).unwrap();
        steps.insert((process.unwrap(), from, part(" on: "), party, part(" to: ")));
    }
    steps
}

#[test]
fn every_state_event_and_actor_of_every_machine_does_what_the_book_says() {
    let written = written_steps();
    assert_eq!(written.len(), 59);
    let mut taken = HashSet::new();
    for machine in Processes::embedded().iter() {
        let events: HashSet<&str> = machine.transitions.iter().map(|step| step.on.as_str()).collect();
        for state in &machine.states {
            for event in &events {
                let fits = |(process, from, on, ..): &&(Process, String, String, Party, String)| {
                    let is_here = from == state || (from == "*" && !machine.is_terminal(state));
                    *process == machine.process && is_here && on == event
                };
                let expected = written.iter().find(fits);
                for actor in Party::ALL {
                    let found = machine.step(state, event, *actor);
                    let place = format!("{} {state} {event} {actor}", machine.process);
                    match (expected, found) {
                        (Some(step), Ok(found)) if step.3 == *actor => {
                            assert_eq!(found.to, step.4, "{place}");
                            taken.insert(step.clone());
                        }
                        (Some(step), Err(StepError::WrongActor { may, .. })) if step.3 != *actor => {
                            assert_eq!(may, step.3, "{place}");
                        }
                        (None, Err(StepError::NoSuchEvent { possible, .. })) => {
                            assert_eq!(possible, machine.events_of(state, *actor), "{place}");
                            assert!(
                                possible.iter().all(|event| machine.step(state, event, *actor).is_ok()),
                                "{place}"
                            );
                        }
                        (expected, found) => panic!("{place}: {expected:?}, {found:?}"),
                    }
                }
            }
        }
    }
    assert_eq!(taken, written, "every step of the book can be taken");
}

#[test]
fn a_refused_step_says_what_would_be_possible() {
    let org = machine(Process::OrgInspection);
    let error = org.step("PRE_REVIEW", "start", Party::Agency).unwrap_err().to_string();
    assert_eq!(
        error,
        "in PRE_REVIEW there is no `start`; AGENCY may now: return-for-completion, pre-review-done"
    );
    let error = org
        .step("FINAL_REPORTED", "withdraw", Party::Org)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "in FINAL_REPORTED there is no `withdraw`; ORG may now: nothing");
    let error = org
        .step("PRE_REVIEW", "pre-review-done", Party::Org)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "in PRE_REVIEW, `pre-review-done` is not for ORG but for AGENCY");
    let error = machine(Process::Finding)
        .step("open", "acknowledge", Party::Org)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("`open` is no state of finding; its states: OPEN, REMEDIATING"),
        "{error}"
    );
    assert!(org.events_of("NOWHERE", Party::Org).is_empty());
}

#[test]
fn an_app_test_is_repeated_only_where_a_setting_allows_it() {
    let strict = machine(Process::AppInspection);
    assert!(strict.step("TESTING", "findings-exist", Party::Agency).is_err());
    assert!(!strict.states.iter().any(|state| state == "TEST_REMEDIATION"));
    let open = with_retest();
    let open = open.machine(Process::AppInspection);
    let step = open.step("TESTING", "findings-exist", Party::Agency).unwrap();
    assert!(step.opens_round && step.needs_four_eyes && step.certainty == Certainty::Inferred);
    assert_eq!(
        open.step(&step.to, "submit-fixed-build", Party::Org).unwrap().to,
        "TESTING"
    );
    assert_eq!(open.transitions.len(), strict.transitions.len() + 2);
}

#[test]
fn every_state_is_reached_from_the_first_and_reaches_an_end() {
    let retest = with_retest();
    for machine in Processes::embedded().iter().chain(retest.iter()) {
        for start in &machine.states {
            let mut reached = HashSet::from([start.as_str()]);
            let mut open = vec![start.as_str()];
            while let Some(state) = open.pop() {
                open.extend(
                    machine
                        .leaving(state)
                        .map(|step| step.to.as_str())
                        .filter(|to| reached.insert(to)),
                );
            }
            assert!(
                *start != machine.initial || reached.len() == machine.states.len(),
                "{}",
                machine.process
            );
            assert!(
                reached.iter().any(|state| machine.is_terminal(state)),
                "{} {start}",
                machine.process
            );
        }
    }
}

#[test]
fn the_rules_that_steps_rest_on_are_in_the_rule_book() {
    let all = Processes::embedded().iter().flat_map(|machine| &machine.transitions);
    let named: Vec<&String> = all.filter_map(|step| step.rule.as_ref()).collect();
    assert_eq!(named.len(), 3);
    assert!(named.iter().all(|id| Rules::embedded().find(id).is_some()), "{named:?}");
}

#[test]
fn a_text_that_does_not_hold_is_refused() {
    let settings = ProcessSettings::default();
    assert!(raw::machines(raw::TEXT, &settings).is_ok());
    for (from, to, part) in [
        ("on: submit-drafts", "when: submit-drafts", "app_retest_allowed"),
        ("by: CLOCK, needs", "by: NOBODY, needs", "`NOBODY` is no party"),
        (
            "terminal: [CLOSED, WITHDRAWN]",
            "terminal: [CLOSED, WITHDRAWN, LOST]",
            "no step leads to `LOST`",
        ),
        (
            "terminal: [CLOSED, WITHDRAWN]",
            "terminal: [CLOSED, WITHDRAWN, OPEN]",
            "`acknowledge` leads out of a terminal",
        ),
        (
            "terminal: [CLOSED, WITHDRAWN]",
            "terminal: [CLOSED]",
            "`WITHDRAWN` is neither left nor terminal",
        ),
        (
            "on: dismiss-objection",
            "on: uphold-objection",
            "`uphold-objection` leads out of `DISPUTED` twice",
        ),
        (
            "{from: CONTRACTED, to: TESTING, weeks",
            "{from: APPLIED, to: TESTING, weeks",
            "which is none",
        ),
        ("weeks: app_clock_weeks", "weeks: many", "many"),
        ("  - id: finding", "  - id: admission", "admission occurs twice"),
        ("  - id: finding", "  - id: discovery", "`discovery` is no process"),
        ("    flags:", "    colours:", "colours"),
    ] {
        assert!(raw::TEXT.contains(from), "{from}");
        let error = raw::machines(&raw::TEXT.replace(from, to), &settings)
            .unwrap_err()
            .to_string();
        assert!(error.contains(part), "{to}: {error}");
    }
    let short = raw::TEXT.split("  - id: admission").next().unwrap();
    assert!(
        raw::machines(short, &settings)
            .unwrap_err()
            .reason
            .contains("admission is missing")
    );
}
