//! What the sources leave open about the processes. Every default is ours and says why.

use naru_core::Timestamp;
use serde::{Deserialize, Serialize};

const MOST_ROUNDS: u32 = 99;
const MOST_DAYS: u32 = 366;
const MOST_WEEKS: u16 = 52;
const MOST_VERDICTS: usize = 12;

/// Settings of the processes. Keys left out of a settings text keep their default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProcessSettings {
    /// Rounds of remediation in one stage, 1 to 99. Default: no limit, since the sources state none.
    pub rounds_max: Option<u32>,
    /// Days a round may take, 1 to 366. Default: no limit, for the same reason.
    pub round_days: Option<u32>,
    /// The words an inspector judges a control with. Default: four, see [`Verdict::defaults`].
    pub verdicts: Vec<Verdict>,
    /// A failed app test may be remedied and repeated in the same inspection. Default: no; the source shows no such
    /// step, so a failed test ends in a report, and a new application follows.
    pub app_retest_allowed: bool,
    /// The agency's weeks for an organisation's inspection, 1 to 52. Default: 4 ("about P4W", the FSI slides).
    pub org_clock_weeks: u16,
    /// The agency's weeks for an app inspection, 1 to 52. Default: 2 ("about P2W", the FSI slides).
    pub app_clock_weeks: u16,
}

impl Default for ProcessSettings {
    fn default() -> Self {
        Self {
            rounds_max: None,
            round_days: None,
            verdicts: Verdict::defaults(),
            app_retest_allowed: false,
            org_clock_weeks: 4,
            app_clock_weeks: 2,
        }
    }
}

/// A word of the verdict scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The stored word: lower-case letters and dashes.
    pub word: String,
    /// Korean title.
    pub title_ko: String,
    /// English title.
    pub title_en: String,
    /// Whether the control is met; null: the word says neither, as when it does not apply.
    pub is_met: Option<bool>,
}

impl Verdict {
    /// 충족, 부분 충족, 미충족, 해당 없음. OSCAL knows satisfied and not-satisfied alone, so a part is not enough.
    pub fn defaults() -> Vec<Self> {
        let verdict = |word: &str, title_ko: &str, title_en: &str, is_met| Self {
            word: word.to_owned(),
            title_ko: title_ko.to_owned(),
            title_en: title_en.to_owned(),
            is_met,
        };
        vec![
            verdict("satisfied", "충족", "Satisfied", Some(true)),
            verdict("partly-satisfied", "부분 충족", "Partly satisfied", Some(false)),
            verdict("not-satisfied", "미충족", "Not satisfied", Some(false)),
            verdict("not-applicable", "해당 없음", "Not applicable", None),
        ]
    }
}

/// Settings that contradict themselves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A number outside its bounds.
    #[error("`{key}` is {value}; accepted: 1 to {most}")]
    OutOfBounds {
        /// The key.
        key: &'static str,
        /// What stood there.
        value: u32,
        /// The most it may be.
        most: u32,
    },
    /// A verdict scale that cannot be used.
    #[error("`verdicts`: {0}")]
    Verdicts(String),
}

impl ProcessSettings {
    /// Refuses what cannot be meant.
    ///
    /// # Errors
    /// A number outside its bounds; a verdict scale with a word twice, with a word that is no word, or without a word
    /// for met and one for not met.
    pub fn check(&self) -> Result<(), SettingsError> {
        let numbers = [
            ("rounds_max", self.rounds_max, MOST_ROUNDS),
            ("round_days", self.round_days, MOST_DAYS),
            ("org_clock_weeks", Some(self.org_clock_weeks.into()), MOST_WEEKS.into()),
            ("app_clock_weeks", Some(self.app_clock_weeks.into()), MOST_WEEKS.into()),
        ];
        for (key, value, most) in numbers {
            if let Some(value) = value.filter(|value| !(1..=most).contains(value)) {
                return Err(SettingsError::OutOfBounds { key, value, most });
            }
        }
        check_verdicts(&self.verdicts).map_err(SettingsError::Verdicts)
    }

    /// Whether a step that opens a round may be taken when `opened` rounds of the stage were opened before.
    pub fn permits_round(&self, opened: u32) -> bool {
        self.rounds_max.is_none_or(|most| opened < most)
    }

    /// When a round opened at `opened_at` is to be finished; `None`: no limit.
    pub fn round_due_at(&self, opened_at: Timestamp) -> Option<Timestamp> {
        self.round_days.map(|days| opened_at.plus_days(days.into()))
    }

    /// The verdict stored as `word`.
    pub fn verdict(&self, word: &str) -> Option<&Verdict> {
        self.verdicts.iter().find(|verdict| verdict.word == word)
    }
}

fn check_verdicts(verdicts: &[Verdict]) -> Result<(), String> {
    if verdicts.len() > MOST_VERDICTS {
        return Err(format!("more than {MOST_VERDICTS} words"));
    }
    for (at, verdict) in verdicts.iter().enumerate() {
        let word = &verdict.word;
        if word.is_empty() || !word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-') {
            return Err(format!("`{word}` is not of lower-case letters and dashes"));
        }
        if verdicts.iter().skip(at + 1).any(|other| other.word == *word) {
            return Err(format!("`{word}` occurs twice"));
        }
        if verdict.title_ko.trim().is_empty() || verdict.title_en.trim().is_empty() {
            return Err(format!("`{word}` has no title"));
        }
    }
    for met in [true, false] {
        if !verdicts.iter().any(|verdict| verdict.is_met == Some(met)) {
            return Err(format!("no word has `is_met: {met}`"));
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
