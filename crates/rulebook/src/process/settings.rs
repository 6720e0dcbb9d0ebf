//! What the sources leave open about the processes. Every default is ours and says why. How many rounds of remediation
//! there are, how long they take and what an inspector may judge stands where inspections are kept.

use serde::{Deserialize, Serialize};

const MOST_WEEKS: u16 = 52;

/// Settings of the processes. Keys left out of a settings text keep their default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProcessSettings {
    /// A failed app test may be remedied and repeated in the same inspection. Default: no; the source shows no such
    /// step, so a failed test ends in a report, and a new application follows.
    pub app_retest_allowed: bool,
    /// The agency's weeks for an organisation's inspection, 1 to 52. Default: 4 ("about P4W", the FSI slides).
    pub org_clock_weeks: u16,
    /// The agency's weeks for an app inspection, 1 to 52. Default: 2 ("about P2W", the FSI slides).
    pub app_clock_weeks: u16,
    /// The agency's weeks to confirm a self-inspection, 1 to 52, from the day on which the confirmation is due from it.
    /// Default: 4, as for the inspection that it takes the place of; the sources say nothing.
    pub confirmation_clock_weeks: u16,
    /// The agency's weeks to accept a signed application and to begin, 1 to 52. Default: 4; the sources leave the
    /// preparation outside their four weeks, and an agency that never begins would otherwise never be late.
    pub start_weeks: u16,
}

impl Default for ProcessSettings {
    fn default() -> Self {
        Self {
            app_retest_allowed: false,
            org_clock_weeks: 4,
            app_clock_weeks: 2,
            confirmation_clock_weeks: 4,
            start_weeks: 4,
        }
    }
}

/// A number outside its bounds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` is {value}; accepted: 1 to {MOST_WEEKS}")]
pub struct SettingsError {
    /// The key.
    pub key: &'static str,
    /// What stood there.
    pub value: u16,
}

impl ProcessSettings {
    /// Refuses what cannot be meant.
    ///
    /// # Errors
    /// A number outside its bounds.
    pub fn check(&self) -> Result<(), SettingsError> {
        let numbers = [
            ("org_clock_weeks", self.org_clock_weeks),
            ("app_clock_weeks", self.app_clock_weeks),
            ("confirmation_clock_weeks", self.confirmation_clock_weeks),
            ("start_weeks", self.start_weeks),
        ];
        let wrong = numbers.into_iter().find(|(_, weeks)| !(1..=MOST_WEEKS).contains(weeks));
        wrong.map_or(Ok(()), |(key, value)| Err(SettingsError { key, value }))
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
