//! Whose time an inspection has taken: the agency's apart from the organisation's, with every interval as proof.

use naru_core::Timestamp;
use naru_rulebook::process::{Entry, Owner, Spent};
use naru_storage::{InspectionEventRow, InspectionRow};
use serde::Serialize;

use super::book;
use super::guard::SIGN;
use crate::AdmissionSettings;

/// A stretch of time in one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Interval {
    /// From when.
    pub from: Timestamp,
    /// Until when; now, for the last one.
    pub until: Timestamp,
    /// In which state.
    pub state: String,
    /// Whose time it was; nobody's where both could act, or neither.
    pub owner: Option<Owner>,
}

/// The time an inspection has taken since its clock started, with the proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Time {
    /// The sums, the day by which the agency is due, and whether it is late.
    pub spent: Spent,
    /// Every interval since the clock started: their sums are those above.
    pub intervals: Vec<Interval>,
}

/// Counts the time of an inspection; `None` where its process has no clock.
pub fn time(
    settings: &AdmissionSettings,
    (inspection, events): (&InspectionRow, &[InspectionEventRow]),
    now: Timestamp,
) -> Option<Time> {
    let machine = book::machine(settings, inspection.machine);
    let mut history = vec![Entry {
        at: inspection.created_at,
        state: &machine.initial,
    }];
    let moves = events.iter().filter(|event| event.from_state != event.to_state);
    history.extend(moves.map(|event| Entry {
        at: event.at,
        state: &event.to_state,
    }));
    let spent = machine.spent(&history, now).ok()?;
    let start = machine.clock_start.as_ref()?;
    let begins = |pair: &[Entry<'_>]| matches!(pair, [from, to] if from.state == start.from && to.state == start.to);
    let began = history
        .windows(2)
        .position(begins)
        .map_or(history.len(), |before| before + 1);
    let untils = history.iter().skip(1).map(|entry| entry.at).chain([now]);
    let counted = history.iter().zip(untils).skip(began);
    let running = counted.filter(|(entry, _)| !machine.is_terminal(entry.state));
    let intervals = running.map(|(entry, until)| Interval {
        from: entry.at,
        until,
        state: entry.state.to_owned(),
        owner: machine.owner(entry.state),
    });
    Some(Time {
        spent,
        intervals: intervals.collect(),
    })
}

/// How long an agency has not begun what was handed to it signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Waited {
    /// Since when both could begin: the organisation had signed the contract.
    pub since: Timestamp,
    /// By when the agency was to have begun.
    pub due_by: Timestamp,
    /// Whether it has not.
    pub is_late: bool,
}

/// How long an agency has neither accepted nor begun; `None` where nothing waits for that, because it has begun or the
/// organisation has not signed yet. It is counted apart from [`time`], which begins with the inspection itself.
pub fn waited(
    settings: &AdmissionSettings,
    (inspection, events): (&InspectionRow, &[InspectionEventRow]),
    now: Timestamp,
) -> Option<Waited> {
    let entered = |state: &str| {
        let mut entered = events.iter().filter(|e| e.to_state == state && e.from_state != state);
        entered.next_back().map(|event| event.at)
    };
    let applied = entered("APPLIED");
    let mut signatures = events
        .iter()
        .filter(|e| e.event == SIGN && applied.is_some_and(|at| at <= e.at));
    let since = match inspection.state.as_str() {
        "APPLIED" => signatures.next()?.at,
        "CONTRACTED" => signatures.next().map(|e| e.at).or_else(|| entered("CONTRACTED"))?,
        _ => return None,
    };
    let due_by = since.plus_days(7 * i64::from(settings.process.start_weeks));
    Some(Waited {
        since,
        due_by,
        is_late: due_by < now,
    })
}
