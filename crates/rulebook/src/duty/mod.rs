//! Which inspection binds an organisation on a day, how it may be met, and until when.
//!
//! The rules are dated data (`data/inspection-rules.yaml`), compiled once for a set of [`Switches`]; [`Rules::duty`]
//! is a pure function of the [`Facts`] of one day. Sources: the FSI slides of 2019-09-03 and the FSC release of
//! 2019-12-13. What changed after the middle of 2020 is not in them, so it is not here.

mod changes;
mod condition;
mod evaluate;
mod facts;
mod given;
mod raw;
mod rules;
mod switches;

use std::sync::Arc;

use naru_core::Day;
use serde::{Deserialize, Serialize};

pub use facts::{Facts, Method, OrgType};
pub use given::{GivenError, read_given};
pub use rules::{Due, Effect, May, Rule, Rules, Terms, WorkedCase};
pub use switches::{SwitchReason, Switches, YearCount};

use crate::calendar;

/// Where an organisation stands with a duty on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Not cleared, and nothing lets it wait: clearance comes before launch.
    BlockedBeforeLaunch,
    /// Not cleared; it may launch, and the period runs from the launch.
    AdmissibleDeferred,
    /// Not cleared; there is time until the due day, inclusive.
    Deferred,
    /// Cleared by self-inspection; the agency has to confirm it by the day, inclusive.
    ConfirmationDue,
    /// A due day has passed.
    Overdue,
    /// Nothing is owed.
    Cleared,
}

naru_core::words!(Status, "duty status", {
    BlockedBeforeLaunch = "BLOCKED_BEFORE_LAUNCH",
    AdmissibleDeferred = "ADMISSIBLE_DEFERRED",
    Deferred = "DEFERRED",
    ConfirmationDue = "CONFIRMATION_DUE",
    Overdue = "OVERDUE",
    Cleared = "CLEARED",
});

/// What may follow. "May": it is computed here and decided by two people elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Consequence {
    /// Nothing.
    None,
    /// The use of the service may be restricted (the FSC release, section 4).
    MayRestrictService,
}

naru_core::words!(Consequence, "consequence", {
    None = "NONE", MayRestrictService = "MAY_RESTRICT_SERVICE",
});

/// What an organisation owes on one day. Serialised, it has the shape of the `expect` of a worked case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// The ways in which the duty can be met, the agency first. Empty before the first rule of the book.
    pub methods: Vec<Method>,
    /// The last day for it, inclusive; `None`: before launch.
    #[serde(with = "calendar::written_or_null")]
    pub due: Option<Day>,
    /// The last day for the agency's confirmation of a self-inspection, inclusive; `None`: none is owed.
    #[serde(with = "calendar::written_or_null")]
    pub confirmation_due: Option<Day>,
    /// Where the organisation stands.
    pub status: Status,
    /// What may follow from it.
    pub consequence: Consequence,
    /// The ids of the rules that said so, in the order of the book.
    pub rules: Vec<Arc<str>>,
}

#[cfg(test)]
#[path = "duty_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "changes_tests.rs"]
mod changes_tests;

#[cfg(test)]
#[path = "switch_tests.rs"]
mod switch_tests;
