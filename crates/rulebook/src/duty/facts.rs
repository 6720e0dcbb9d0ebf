//! What is known of an organisation on one day. Facts are dated like rules: whoever asks about another day brings the
//! facts of that day, and a fact that is lost reopens the duty.

use naru_core::Day;
use serde::Serialize;

use crate::{Inspection, calendar};

/// Kind of user organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OrgType {
    /// 은행.
    Bank,
    /// 전자금융업자, of the Electronic Financial Transactions Act.
    Efin,
    /// Any other admitted fintech.
    Other,
}

naru_core::words!(OrgType, "organisation type", { Bank = "BANK", Efin = "EFIN", Other = "OTHER" });

/// How an inspection is, or was, made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// By the inspecting agency.
    Agency,
    /// By the organisation itself.
    SelfInspection,
}

naru_core::words!(Method, "method", { Agency = "AGENCY", SelfInspection = "SELF" });

/// What is known of one organisation and one inspection on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The day asked about.
    #[serde(with = "calendar::written")]
    pub day: Day,
    /// The inspection asked about.
    pub inspection: Inspection,
    /// Kind of organisation.
    #[serde(rename = "type")]
    pub org_type: OrgType,
    /// It holds an ISMS or ISMS-P certificate that is valid on the day.
    pub isms_valid_on_day: bool,
    /// It was a member of the older open platform.
    pub legacy_open_platform: bool,
    /// It has a team of its own of Art. 37-3(2) of the Regulation on Supervision of Electronic Financial Transactions.
    pub own_team_37_3_2: bool,
    /// The day of launch; one ahead of `day` is the planned one, and periods run from it just the same.
    #[serde(with = "calendar::written_or_null")]
    pub launched_on: Option<Day>,
    /// Who cleared the organisation's inspection.
    pub org_cleared_by: Option<Method>,
    /// Who cleared the app inspection (all platforms asked about). A fact of ours; the worked cases do without it.
    pub app_cleared_by: Option<Method>,
    /// The agency has confirmed the organisation's self-inspection.
    pub org_confirmed: bool,
    /// An extension was granted until this day, inclusive.
    #[serde(with = "calendar::written_or_null")]
    pub extension_until: Option<Day>,
}

impl Facts {
    /// An organisation of which only its type is known: nothing is done, held or granted.
    pub const fn new(day: Day, inspection: Inspection, org_type: OrgType) -> Self {
        Self {
            day,
            inspection,
            org_type,
            isms_valid_on_day: false,
            legacy_open_platform: false,
            own_team_37_3_2: false,
            launched_on: None,
            org_cleared_by: None,
            app_cleared_by: None,
            org_confirmed: false,
            extension_until: None,
        }
    }

    /// Who cleared the inspection asked about.
    pub const fn cleared_by(&self) -> Option<Method> {
        match self.inspection {
            Inspection::Org => self.org_cleared_by,
            Inspection::App => self.app_cleared_by,
        }
    }

    /// The agency has confirmed a self-inspection of the inspection asked about; the app inspection knows none.
    pub const fn is_confirmed(&self) -> bool {
        matches!(self.inspection, Inspection::Org) && self.org_confirmed
    }
}
