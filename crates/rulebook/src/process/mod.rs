//! The processes of admission and inspection as state machines: which step somebody may take in which state.
//!
//! The machines are data (`data/inspection-process.yaml`); of each step it is known whether a source states it or we
//! concluded it. What the sources leave open is in [`ProcessSettings`]. The agency's time is counted by
//! [`Machine::spent`].

mod clock;
mod raw;
mod settings;

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::Serialize;

pub use clock::{ClockError, Entry, Owner, Spent};
pub use settings::{ProcessSettings, SettingsError};

use crate::{Certainty, Party};

/// The processes that exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Process {
    /// 이용기관 보안점검.
    OrgInspection,
    /// 핀테크서비스 취약점 점검, of one platform.
    AppInspection,
    /// 자체 점검.
    SelfInspection,
    /// One finding of an inspection.
    Finding,
    /// The admission of a user organisation.
    Admission,
}

naru_core::words!(Process, "process", {
    OrgInspection = "org-inspection",
    AppInspection = "app-inspection",
    SelfInspection = "self-inspection",
    Finding = "finding",
    Admission = "admission",
});

/// One process: its states and steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Which process.
    pub process: Process,
    /// Korean title.
    pub title_ko: String,
    /// English title.
    pub title_en: String,
    /// The state it begins in.
    pub initial: String,
    /// The states no step leads out of.
    pub terminal: Vec<String>,
    /// Every state: the initial one first, then in the order of the steps that reach them.
    pub states: Vec<String>,
    /// Every step, in the order of the book.
    pub transitions: Vec<Transition>,
    /// What is handed over, by stage; in English.
    pub documents: BTreeMap<String, Vec<String>>,
    /// When the agency's time begins; `None`: it is not counted.
    pub clock_start: Option<ClockStart>,
    /// What the sources leave open, in English.
    pub open_points: Vec<String>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// The state it leads out of; `None`: every state that is not terminal.
    pub from: Option<String>,
    /// The state it leads to.
    pub to: String,
    /// Its name.
    pub on: String,
    /// Who takes it.
    pub by: Party,
    /// It takes a second person, who is not the one that asked for it.
    pub needs_four_eyes: bool,
    /// It opens a round of remediation.
    pub opens_round: bool,
    /// The dated rule it rests on.
    pub rule: Option<String>,
    /// What must be there first, in English.
    pub needs: Option<String>,
    /// To whom something is handed in.
    pub to_whom: Option<Party>,
    /// Whether a source states the step.
    pub certainty: Certainty,
}

/// The step with which the agency's time begins, and how much of it there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClockStart {
    /// The state the step leads out of.
    pub from: String,
    /// The state it leads to.
    pub to: String,
    /// The agency's time, in weeks of seven days of 24 hours.
    pub weeks: u16,
}

/// Why a step cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// The process has no such state.
    #[error("`{state}` is no state of {process}; its states: {}", .known.join(", "))]
    UnknownState {
        /// The process.
        process: Process,
        /// What stood there.
        state: String,
        /// The states it has.
        known: Vec<String>,
    },
    /// No step of that name leads out of the state.
    #[error("in {state} there is no `{event}`; {actor} may now: {}", listed(.possible))]
    NoSuchEvent {
        /// The state.
        state: String,
        /// The step's name as given.
        event: String,
        /// Who wanted to take it.
        actor: Party,
        /// The steps that one may take now.
        possible: Vec<String>,
    },
    /// Somebody else takes the step.
    #[error("in {state}, `{event}` is not for {actor} but for {may}")]
    WrongActor {
        /// The state.
        state: String,
        /// The step's name.
        event: String,
        /// Who wanted to take it.
        actor: Party,
        /// Who takes it.
        may: Party,
    },
}

fn listed(events: &[String]) -> String {
    if events.is_empty() {
        "nothing".to_owned()
    } else {
        events.join(", ")
    }
}

impl Machine {
    /// The step that `actor` takes with `event` in `state`. Four eyes, rounds and what else a step needs are the
    /// caller's to check.
    ///
    /// # Errors
    /// [`StepError`], with what would be possible.
    pub fn step(&self, state: &str, event: &str, actor: Party) -> Result<&Transition, StepError> {
        if !self.states.iter().any(|known| known == state) {
            let (process, state, known) = (self.process, state.to_owned(), self.states.clone());
            return Err(StepError::UnknownState { process, state, known });
        }
        let Some(step) = self.leaving(state).find(|step| step.on == event) else {
            let possible = self.events_of(state, actor).into_iter().map(str::to_owned).collect();
            return Err(StepError::NoSuchEvent {
                state: state.into(),
                event: event.into(),
                actor,
                possible,
            });
        };
        if step.by != actor {
            return Err(StepError::WrongActor {
                state: state.into(),
                event: event.into(),
                actor,
                may: step.by,
            });
        }
        Ok(step)
    }

    /// The names of the steps that `actor` may take in `state`; empty for a state that is terminal or unknown.
    pub fn events_of(&self, state: &str, actor: Party) -> Vec<&str> {
        self.leaving(state)
            .filter(|step| step.by == actor)
            .map(|step| step.on.as_str())
            .collect()
    }

    /// The steps that lead out of `state`.
    pub fn leaving<'a>(&'a self, state: &str) -> impl Iterator<Item = &'a Transition> {
        let is_open = self.states.iter().any(|known| known == state) && !self.is_terminal(state);
        let fits = move |step: &&Transition| is_open && step.from.as_deref().is_none_or(|from| from == state);
        self.transitions.iter().filter(fits)
    }

    /// Whether no step leads out of `state`.
    pub fn is_terminal(&self, state: &str) -> bool {
        self.terminal.iter().any(|terminal| terminal == state)
    }
}

/// The machines under one set of settings.
#[derive(Debug, Clone)]
pub struct Processes {
    machines: Vec<Machine>,
    settings: ProcessSettings,
}

impl Processes {
    /// The machines under the default settings.
    pub fn embedded() -> &'static Self {
        static PROCESSES: LazyLock<Processes> = LazyLock::new(|| {
            Processes::with(ProcessSettings::default()).expect("the default settings are tested with the book")
        });
        &PROCESSES
    }

    /// The machines under settings, made once for each and kept: a hub has one.
    ///
    /// # Errors
    /// [`SettingsError`] where the settings contradict themselves.
    pub fn under(settings: &ProcessSettings) -> Result<&'static Self, SettingsError> {
        static KNOWN: Mutex<Vec<&'static Processes>> = Mutex::new(Vec::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.iter().find(|processes| processes.settings == *settings) {
            return Ok(found);
        }
        let made: &'static Self = Box::leak(Box::new(Self::with(*settings)?));
        known.push(made);
        Ok(made)
    }

    /// The machines under settings of one's own.
    ///
    /// # Errors
    /// [`SettingsError`] where the settings contradict themselves.
    pub fn with(settings: ProcessSettings) -> Result<Self, SettingsError> {
        settings.check()?;
        let machines =
            raw::machines(raw::TEXT, &settings).expect("a test reads the embedded machines with every setting");
        Ok(Self { machines, settings })
    }

    /// The machine of a process.
    pub fn machine(&self, process: Process) -> &Machine {
        let found = self.machines.iter().find(|machine| machine.process == process);
        found.expect("reading refuses a book in which a process is missing")
    }

    /// Every machine, in the order of the book.
    pub fn iter(&self) -> std::slice::Iter<'_, Machine> {
        self.machines.iter()
    }

    /// The settings the machines were made with.
    pub const fn settings(&self) -> &ProcessSettings {
        &self.settings
    }
}

#[cfg(test)]
#[path = "process_tests.rs"]
mod tests;
