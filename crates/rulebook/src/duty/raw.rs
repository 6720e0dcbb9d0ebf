//! The text of the dated rules as it is written, before anything is compiled.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use naru_core::Day;
use serde::Deserialize;

use super::{Duty, Method, SwitchReason, Switches, YearCount};
use crate::{Inspection, calendar, embedded};

pub(super) const NAME: &str = "inspection-rules.yaml";
const TEXT: &str = include_str!("../../data/inspection-rules.yaml");

#[cfg(test)]
pub(super) const TEXT_FOR_TESTS: &str = TEXT;

pub(super) static BOOK: LazyLock<Book> =
    LazyLock::new(|| embedded::read(NAME, TEXT).expect("the embedded rules are read by a test"));

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Book {
    #[serde(rename = "schema")]
    pub(super) _schema: Schema,
    #[serde(rename = "org_types")]
    pub(super) _org_types: BTreeMap<super::OrgType, String>,
    #[serde(rename = "org_facts")]
    pub(super) _org_facts: Vec<String>,
    pub(super) switches: RawSwitches,
    pub(super) rules: Vec<RawRule>,
    pub(super) notes: Vec<String>,
    pub(super) cases: Vec<RawCase>,
}

#[derive(Debug, Deserialize)]
pub(super) enum Schema {
    #[serde(rename = "hub-rules/1")]
    One,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSwitch<T> {
    value: T,
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSwitches {
    fsc_release_effective_from: RawSwitch<WrittenDay>,
    efin_deferral_ends: RawSwitch<WrittenDay>,
    efin_isms_survives: RawSwitch<bool>,
    abolition_covers_app: RawSwitch<bool>,
    one_year_counts: RawSwitch<YearCount>,
}

impl RawSwitches {
    pub(super) fn values(&self) -> Switches {
        Switches {
            fsc_release_effective_from: self.fsc_release_effective_from.value.0,
            efin_deferral_ends: self.efin_deferral_ends.value.0,
            efin_isms_survives: self.efin_isms_survives.value,
            abolition_covers_app: self.abolition_covers_app.value,
            one_year_counts: self.one_year_counts.value,
        }
    }

    pub(super) fn reasons(&self) -> Vec<SwitchReason> {
        let all = [
            ("fsc_release_effective_from", &self.fsc_release_effective_from.why),
            ("efin_deferral_ends", &self.efin_deferral_ends.why),
            ("efin_isms_survives", &self.efin_isms_survives.why),
            ("abolition_covers_app", &self.abolition_covers_app.why),
            ("one_year_counts", &self.one_year_counts.why),
        ];
        all.into_iter()
            .map(|(name, why)| SwitchReason { name, why: why.clone() })
            .collect()
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub(super) struct WrittenDay(#[serde(with = "calendar::written")] pub(super) Day);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    pub(super) id: String,
    pub(super) inspection: Inspection,
    pub(super) effective_from: WrittenDay,
    pub(super) effective_to: Option<WrittenDay>,
    #[serde(default)]
    pub(super) hangs_on: RawHinges,
    #[serde(rename = "if")]
    pub(super) condition: String,
    pub(super) because: Option<String>,
    #[serde(rename = "then")]
    pub(super) effect: RawEffect,
    pub(super) also: Option<RawAlso>,
    pub(super) supersedes: Option<String>,
    pub(super) certainty: String,
    pub(super) source: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHinges {
    pub(super) effective_from: Option<String>,
    pub(super) effective_to: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAlso {
    pub(super) inspection: Inspection,
    pub(super) when: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSpares {
    pub(super) rule: String,
    pub(super) when: String,
}

#[derive(Debug, Deserialize)]
pub(super) enum RawExtra {
    #[serde(rename = "CONFIRMATION")]
    Confirmation,
}

#[derive(Debug, Deserialize)]
pub(super) enum RawMay {
    #[serde(rename = "RESTRICT_SERVICE")]
    RestrictService,
    #[serde(rename = "EXTEND_DUE")]
    ExtendDue,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEffect {
    pub(super) method: Option<Method>,
    pub(super) method_added: Option<Method>,
    pub(super) method_removed: Option<Method>,
    pub(super) spares: Option<RawSpares>,
    pub(super) due: Option<String>,
    pub(super) extra: Option<RawExtra>,
    pub(super) by: Option<Method>,
    pub(super) may: Option<RawMay>,
    pub(super) instead_of: Option<RawMay>,
    pub(super) after: Option<String>,
    #[serde(default)]
    pub(super) mode: Vec<String>,
    pub(super) duration: Option<String>,
    pub(super) submit_to: Option<String>,
    pub(super) catalog: Option<String>,
    #[serde(default)]
    pub(super) catalogs: Vec<String>,
    #[serde(default)]
    pub(super) per_platform: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCase {
    pub(super) name: String,
    pub(super) given: serde_json::Map<String, serde_json::Value>,
    pub(super) expect: Duty,
}
