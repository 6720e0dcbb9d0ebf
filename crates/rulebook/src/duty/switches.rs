//! The five points at which the sources can be read in more than one way.

use std::sync::LazyLock;

use naru_core::Day;
use serde::{Deserialize, Serialize};

use super::raw;
use crate::calendar;

/// How a period of a year is counted. Neither way moves a last day that is a holiday: the sources know no such rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum YearCount {
    /// The last day is the anniversary: launch 2019-12-18, last day 2020-12-18 (Civil Act, article 157: the first day
    /// is not counted).
    AnniversaryInclusive,
    /// The last day is the one before the anniversary: the first day is counted. A period from 29 February that finds
    /// no such day ends on 28 February all the same (Civil Act, article 160(3)).
    DayBeforeAnniversary,
}

naru_core::words!(YearCount, "way of counting a year", {
    AnniversaryInclusive = "anniversary-inclusive", DayBeforeAnniversary = "day-before-anniversary",
});

/// One reading of the sources. Keys left out of a settings text keep the book's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// The first day of the FSC release's rules ("from next year").
    #[serde(with = "calendar::written")]
    pub fsc_release_effective_from: Day,
    /// The last day on which an EFIN may defer to a year after launch.
    #[serde(with = "calendar::written")]
    pub efin_deferral_ends: Day,
    /// An ISMS certificate lets an EFIN inspect itself also after the abolition.
    pub efin_isms_survives: bool,
    /// The abolition of self-inspection for EFINs reaches the app inspection.
    pub abolition_covers_app: bool,
    /// How a year is counted.
    pub one_year_counts: YearCount,
}

impl Default for Switches {
    /// The book's own values.
    fn default() -> Self {
        raw::BOOK.switches.values()
    }
}

/// Why a switch exists and stands where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SwitchReason {
    /// The switch's key.
    pub name: &'static str,
    /// Why the book's value was chosen, in English.
    pub why: String,
}

impl Switches {
    /// Why each switch exists, in the order of the book.
    pub fn reasons() -> &'static [SwitchReason] {
        static REASONS: LazyLock<Vec<SwitchReason>> = LazyLock::new(|| raw::BOOK.switches.reasons());
        &REASONS
    }

    pub(super) fn day(&self, name: &str) -> Option<Day> {
        match name {
            "fsc_release_effective_from" => Some(self.fsc_release_effective_from),
            "efin_deferral_ends" => Some(self.efin_deferral_ends),
            _ => None,
        }
    }

    pub(super) fn is_on(&self, name: &str) -> Option<bool> {
        match name {
            "efin_isms_survives" => Some(self.efin_isms_survives),
            "abolition_covers_app" => Some(self.abolition_covers_app),
            _ => None,
        }
    }

    /// The last day of a period of `years` that runs from `start`.
    pub(super) fn years_after(&self, start: Day, years: i32) -> Day {
        let anniversary = calendar::anniversary(start, years);
        match self.one_year_counts {
            YearCount::DayBeforeAnniversary if calendar::has_anniversary(start, years) => {
                calendar::previous(anniversary)
            }
            YearCount::DayBeforeAnniversary | YearCount::AnniversaryInclusive => anniversary,
        }
    }
}
