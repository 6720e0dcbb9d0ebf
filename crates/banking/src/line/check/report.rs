//! What the check found: case by case what was expected and what was seen.

use std::future::Future;

use serde::Serialize;

use naru_core::words;

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseResult {
    /// What was expected was seen.
    Held,
    /// Something else was seen.
    Broken,
    /// It could not be played; `saw` says why. The report is not the worse for it, only the poorer.
    NotPlayed,
}
words!(CaseResult, "case result", { Held = "held", Broken = "broken", NotPlayed = "not-played" });

/// One case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckCase {
    /// A short fixed name.
    pub name: &'static str,
    /// What became of it.
    pub result: CaseResult,
    /// What was seen, in a sentence for people.
    pub saw: String,
    /// What the protocol promises.
    pub expected: &'static str,
}

/// All cases, in the order in which they were played.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// The cases.
    pub cases: Vec<CheckCase>,
}

impl CheckReport {
    /// Whether no case was broken.
    pub fn held(&self) -> bool {
        self.broken().next().is_none()
    }

    /// The cases that were broken.
    pub fn broken(&self) -> impl Iterator<Item = &CheckCase> {
        self.cases.iter().filter(|case| case.result == CaseResult::Broken)
    }
}

/// Why a case did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Miss {
    /// What was seen instead.
    Broken(String),
    /// Why it could not be played.
    NotPlayed(String),
}

/// What was seen, or why the case did not hold.
pub(super) type Finding = Result<String, Miss>;

/// The case is broken where the statement does not hold.
pub(super) fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Miss> {
    if holds { Ok(()) } else { Err(Miss::Broken(otherwise())) }
}

/// The cases played so far.
#[derive(Debug, Default)]
pub(super) struct Script(Vec<CheckCase>);

impl Script {
    /// Plays a case; says whether it held.
    pub(super) async fn play(
        &mut self,
        name: &'static str,
        expected: &'static str,
        case: impl Future<Output = Finding>,
    ) -> bool {
        let (result, saw) = match case.await {
            Ok(saw) => (CaseResult::Held, saw),
            Err(Miss::Broken(saw)) => (CaseResult::Broken, saw),
            Err(Miss::NotPlayed(saw)) => (CaseResult::NotPlayed, saw),
        };
        self.0.push(CheckCase {
            name,
            result,
            saw,
            expected,
        });
        result == CaseResult::Held
    }

    pub(super) fn report(self) -> CheckReport {
        CheckReport { cases: self.0 }
    }
}
