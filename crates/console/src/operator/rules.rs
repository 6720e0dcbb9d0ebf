//! What the page of rules shows: the duty of anyone on any day, the rules that say so with their sources, and the
//! switches at which the sources can be read in more than one way.

use naru_rulebook::Inspection;
use naru_rulebook::duty::{Duty, Facts, Method, OrgType, Rules, Switches};
use serde::Serialize;

use super::desk::{DeskError, Said};
use super::organisation::{DutyView, duty_view};
use super::parts::{day_of, iso};
use crate::page::{Frame, PageError, render};

/// The rule in force for anyone on any day. The question is a GET of `/operator/rules`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RulesView {
    pub(super) said: Said,
    pub(super) asked: Asked,
    pub(super) types: Vec<OrgType>,
    pub(super) inspections: Vec<Inspection>,
    pub(super) organisation: Option<(String, String)>,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) duty: Option<DutyView>,
    pub(super) begins_on: Option<String>,
    pub(super) switches: Vec<SwitchView>,
}

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub(crate) struct Asked {
    pub(super) code: String,
    pub(super) day: String,
    pub(super) inspection: String,
    #[serde(rename = "type")]
    pub(super) org_type: String,
    pub(super) isms: bool,
    pub(super) legacy: bool,
    pub(super) own_team: bool,
    pub(super) launched: String,
    pub(super) org_cleared_by: String,
    pub(super) app_cleared_by: String,
    pub(super) confirmed: bool,
    pub(super) extension: String,
}

/// A switch as it stands, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SwitchView {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) why: String,
}

impl Asked {
    /// The facts typed by hand.
    pub(super) fn facts(&self) -> Result<Facts, DeskError> {
        let day = |text: &str| match text {
            "" => Ok(None),
            text => day_of(text).map(Some).ok_or(DeskError::Day),
        };
        let method = |text: &str| match text {
            "" => Ok(None),
            text => Method::parse(text).map(Some).map_err(|_| DeskError::Field),
        };
        let on = day(&self.day)?.ok_or(DeskError::Day)?;
        let mut facts = Facts::new(on, self.inspection()?, self.org_type()?);
        facts.isms_valid_on_day = self.isms;
        facts.legacy_open_platform = self.legacy;
        facts.own_team_37_3_2 = self.own_team;
        facts.launched_on = day(&self.launched)?;
        facts.org_cleared_by = method(&self.org_cleared_by)?;
        facts.app_cleared_by = method(&self.app_cleared_by)?;
        facts.org_confirmed = self.confirmed;
        facts.extension_until = day(&self.extension)?;
        Ok(facts)
    }

    pub(super) fn inspection(&self) -> Result<Inspection, DeskError> {
        Inspection::parse(&self.inspection).map_err(|_| DeskError::Field)
    }

    fn org_type(&self) -> Result<OrgType, DeskError> {
        OrgType::parse(&self.org_type).map_err(|_| DeskError::Field)
    }
}

/// The view before anything was found out.
pub(super) fn view(asked: Asked, rules: &Rules) -> RulesView {
    RulesView {
        said: Said::default(),
        asked,
        types: OrgType::ALL.to_vec(),
        inspections: Inspection::ALL.to_vec(),
        organisation: None,
        facts: Vec::new(),
        duty: None,
        begins_on: rules.begins_on().map(iso),
        switches: switches(rules),
    }
}

/// What was found out for these facts.
pub(super) fn found(facts: &Facts, rules: &Rules) -> (Vec<(&'static str, String)>, DutyView) {
    let duty: Duty = rules.duty(facts);
    let is = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let day = |day: Option<naru_core::Day>| day.map_or_else(|| "—".to_owned(), iso);
    let by = |method: Option<Method>| method.map_or_else(|| "—".to_owned(), |method| method.to_string());
    let rows = vec![
        ("day", iso(facts.day)),
        ("type", facts.org_type.to_string()),
        ("isms", is(facts.isms_valid_on_day)),
        ("legacy", is(facts.legacy_open_platform)),
        ("own_team", is(facts.own_team_37_3_2)),
        ("launched", day(facts.launched_on)),
        ("org_cleared_by", by(facts.org_cleared_by)),
        ("app_cleared_by", by(facts.app_cleared_by)),
        ("confirmed", is(facts.org_confirmed)),
        ("extension", day(facts.extension_until)),
    ];
    (rows, duty_view((facts.inspection, rules), &duty))
}

fn switches(rules: &Rules) -> Vec<SwitchView> {
    let values = serde_json::to_value(rules.switches()).unwrap_or_default();
    let view = |reason: &naru_rulebook::duty::SwitchReason| SwitchView {
        name: reason.name,
        value: match &values[reason.name] {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        },
        why: reason.why.clone(),
    };
    Switches::reasons().iter().map(view).collect()
}

/// The page.
pub(super) fn rules(view: &RulesView, frame: &Frame) -> Result<String, PageError> {
    render("operator/rules.html", view, frame)
}
