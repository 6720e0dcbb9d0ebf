//! Whose time an inspection has taken.
//!
//! The four and two weeks of the FSI slides are the agency's time after the contract: waiting for the organisation is
//! counted apart, so that lateness has an owner. A state belongs to whoever takes the steps out of it; withdrawing,
//! which is possible everywhere, counts for nobody.

use naru_core::{SECOND, Timestamp};
use serde::Serialize;

use super::Machine;
use crate::Party;

const WEEK: i64 = 7 * 86_400 * SECOND;
const MOST_ENTRIES: usize = 10_000;

/// Whose time runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The inspecting agency's.
    Agency,
    /// The organisation's.
    Organisation,
}

naru_core::words!(Owner, "owner of a state", { Agency = "agency", Organisation = "organisation" });

/// The moment from which a process is in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Since when.
    pub at: Timestamp,
    /// The state.
    pub state: &'a str,
}

/// The time an inspection has taken, counted from the start of its clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
pub struct Spent {
    /// When the clock started; `None`: not yet, and then nothing is counted.
    pub started_at: Option<Timestamp>,
    /// When the process reached a terminal state; `None`: it has not.
    pub ended_at: Option<Timestamp>,
    /// The agency's time, in microseconds.
    pub agency_micros: i64,
    /// The organisation's time, in microseconds.
    pub organisation_micros: i64,
    /// From the start to the end, or to now, in microseconds.
    pub since_started_micros: i64,
    /// Whose time runs now; `None`: nobody's.
    pub running_for: Option<Owner>,
    /// When the agency's time is or was used up. While it is not, the moment moves on with the organisation's time.
    pub due_by: Option<Timestamp>,
    /// The agency has used more than its time.
    pub is_agency_late: bool,
}

/// Why time cannot be counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// The process has no clock.
    #[error("the time of {0} is not counted")]
    NoClock(super::Process),
    /// More entries than an inspection can have.
    #[error("{0} entries; at most {MOST_ENTRIES} are counted")]
    TooLong(usize),
    /// A state the process does not have.
    #[error("`{0}` is no state of the process")]
    UnknownState(String),
    /// An entry earlier than the one before it, or later than now.
    #[error("the entry `{state}` at {at} is out of order")]
    OutOfOrder {
        /// Its state.
        state: String,
        /// Its moment.
        at: Timestamp,
    },
}

impl Machine {
    /// Whose time runs in `state`: that of the one party that takes every step out of it. `None` for terminal and
    /// unknown states and where it is neither agency nor organisation, or both.
    pub fn owner(&self, state: &str) -> Option<Owner> {
        let mut parties = self
            .leaving(state)
            .filter(|step| step.from.is_some())
            .map(|step| step.by);
        let first = parties.next()?;
        match first {
            _ if parties.any(|other| other != first) => None,
            Party::Agency => Some(Owner::Agency),
            Party::Org => Some(Owner::Organisation),
            Party::Operator | Party::Clock => None,
        }
    }

    /// Counts the time spent until `now` in a process that entered the states of `history` at their moments, in
    /// order. The clock starts with the first step of [`Machine::clock_start`]; what came before is preparation.
    ///
    /// # Errors
    /// [`ClockError`] for a process without a clock, and for a history that cannot be.
    pub fn spent(&self, history: &[Entry<'_>], now: Timestamp) -> Result<Spent, ClockError> {
        let start = self.clock_start.as_ref().ok_or(ClockError::NoClock(self.process))?;
        self.check(history, now)?;
        let is_start =
            |pair: &[Entry<'_>]| matches!(pair, [from, to] if from.state == start.from && to.state == start.to);
        let Some(before) = history.windows(2).position(is_start) else {
            return Ok(Spent::default());
        };
        let counted = history.get(before + 1..).unwrap_or_default();
        let allowance = i64::from(start.weeks) * WEEK;
        let mut spent = Spent {
            started_at: counted.first().map(|entry| entry.at),
            ..Spent::default()
        };
        let untils = counted.iter().skip(1).map(|entry| entry.at).chain([now]);
        for (entry, until) in counted.iter().zip(untils) {
            if self.is_terminal(entry.state) {
                spent.ended_at = Some(entry.at);
                spent.running_for = None;
                break;
            }
            spent.running_for = self.owner(entry.state);
            spent.add(entry.at, until, allowance);
        }
        let end = spent.ended_at.unwrap_or(now);
        spent.since_started_micros = spent.started_at.map_or(0, |started| end.micros_since(started));
        if spent.due_by.is_none() && spent.ended_at.is_none() {
            let left = allowance - spent.agency_micros;
            spent.due_by = Some(Timestamp(now.0.saturating_add(left)));
        }
        spent.is_agency_late = spent.agency_micros > allowance;
        Ok(spent)
    }

    fn check(&self, history: &[Entry<'_>], now: Timestamp) -> Result<(), ClockError> {
        if history.len() > MOST_ENTRIES {
            return Err(ClockError::TooLong(history.len()));
        }
        if let Some(entry) = history
            .iter()
            .find(|entry| !self.states.iter().any(|known| known == entry.state))
        {
            return Err(ClockError::UnknownState(entry.state.to_owned()));
        }
        let nexts = history.iter().skip(1).map(|entry| (entry, entry.at));
        let late = history
            .iter()
            .zip(nexts)
            .find(|(entry, (_, next))| entry.at > *next)
            .map(|(_, (entry, _))| entry);
        match late.or_else(|| history.last().filter(|entry| entry.at > now)) {
            Some(entry) => Err(ClockError::OutOfOrder {
                state: entry.state.to_owned(),
                at: entry.at,
            }),
            None => Ok(()),
        }
    }
}

impl Spent {
    /// Adds a stretch of time to whoever it belongs to, and notes the moment the allowance is used up.
    fn add(&mut self, from: Timestamp, until: Timestamp, allowance: i64) {
        let stretch = until.micros_since(from);
        match self.running_for {
            Some(Owner::Agency) => {
                let left = allowance - self.agency_micros;
                if self.due_by.is_none() && stretch >= left {
                    self.due_by = Some(Timestamp(from.0.saturating_add(left)));
                }
                self.agency_micros += stretch;
            }
            Some(Owner::Organisation) => self.organisation_micros += stretch,
            None => {}
        }
    }
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
