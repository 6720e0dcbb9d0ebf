//! The dated rules, compiled for one reading of the sources.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use naru_core::Day;
use serde::Serialize;

use super::condition::Condition;
use super::raw::{self, RawEffect, RawExtra, RawMay, RawRule};
use super::{Duty, Facts, Method, Switches, given};
use crate::{BookError, Certainty, Inspection, calendar};

/// The rules that matched are kept as bits of one number.
const MOST_RULES: usize = 64;
const LONGEST_PERIOD_YEARS: i32 = 10;

/// The rule book under one set of switches.
#[derive(Debug, Clone)]
pub struct Rules {
    pub(super) all: Vec<Rule>,
    pub(super) switches: Switches,
}

/// One rule: an interval, a condition, an effect and where it comes from.
#[derive(Debug, Clone, Serialize)]
pub struct Rule {
    /// Such as `R-ORG-BASE`.
    pub id: Arc<str>,
    /// The inspections it speaks of.
    pub inspections: Vec<Inspection>,
    /// Its first day, inclusive.
    #[serde(with = "calendar::written")]
    pub effective_from: Day,
    /// Its last day, inclusive; `None`: no end is found in the sources.
    #[serde(with = "calendar::written_or_null")]
    pub effective_to: Option<Day>,
    /// The condition as written.
    pub condition_text: String,
    /// What the condition stands for, where it is a fact that somebody has to find.
    pub because: Option<String>,
    /// What it does.
    pub effect: Effect,
    /// How, in the book's words.
    pub terms: Terms,
    /// The rule it takes the place of.
    pub supersedes: Option<String>,
    /// Whether a source says it.
    pub certainty: Certainty,
    /// The certainty in the book's own words.
    pub certainty_text: String,
    /// Document and section.
    pub source: String,
    #[serde(skip)]
    pub(super) condition: Condition,
    #[serde(skip)]
    pub(super) spared_by: Option<usize>,
}

/// What a rule does; absent parts do nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
pub struct Effect {
    /// A way to meet the duty.
    pub adds: Option<Method>,
    /// A way that is closed.
    pub removes: Option<Method>,
    /// By when.
    pub due: Option<Due>,
    /// By when, inclusive, the agency confirms a self-inspection.
    #[serde(with = "calendar::written_or_null")]
    pub confirmation_due: Option<Day>,
    /// What somebody may decide.
    pub may: Option<May>,
}

/// The particulars of a rule. They decide nothing here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Terms {
    /// `document`, `on-site`, `live-test`.
    pub modes: Vec<String>,
    /// How long it takes, such as `about P4W`.
    pub duration: Option<String>,
    /// What has to be done first.
    pub after: Option<String>,
    /// To whom a self-inspection is handed in.
    pub submit_to: Option<String>,
    /// The catalogues whose controls are inspected.
    pub catalogues: Vec<String>,
    /// Whether each platform of a service is inspected by itself.
    pub is_per_platform: bool,
}

/// By when a duty is to be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Due {
    /// Before the launch: no day.
    BeforeLaunch,
    /// Whole years after the launch (ISO 8601 `P1Y`).
    YearsAfterLaunch(i32),
    /// On the day, inclusive.
    On(#[serde(with = "calendar::written")] Day),
}

/// What a rule lets somebody decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum May {
    /// Restrict the use of the service.
    RestrictService,
    /// Extend the due days instead.
    ExtendDue,
}

/// A worked case of the book: what is given and what must come out under the book's own switches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkedCase {
    /// What it shows, in English.
    pub name: String,
    /// The facts.
    pub given: Facts,
    /// The duty.
    pub expect: Duty,
}

impl Rules {
    /// The rules under the book's own switches.
    pub fn embedded() -> &'static Self {
        static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::with(Switches::default()));
        &RULES
    }

    /// The rules under a reading, compiled once for each and kept: a hub has one.
    pub fn under(switches: &Switches) -> &'static Self {
        static KNOWN: Mutex<Vec<&'static Rules>> = Mutex::new(Vec::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.iter().find(|rules| rules.switches == *switches) {
            return found;
        }
        let made: &'static Self = Box::leak(Box::new(Self::with(*switches)));
        known.push(made);
        made
    }

    /// The rules under a reading of one's own.
    pub fn with(switches: Switches) -> Self {
        compile(&raw::BOOK.rules, switches).expect("the embedded rules compile, whatever the switches: a test does so")
    }

    /// The reading they are compiled for.
    pub const fn switches(&self) -> &Switches {
        &self.switches
    }

    /// Every rule, in the order of the book.
    pub fn iter(&self) -> std::slice::Iter<'_, Rule> {
        self.all.iter()
    }

    /// The rule called `id`.
    pub fn find(&self, id: &str) -> Option<&Rule> {
        self.all.iter().find(|rule| &*rule.id == id)
    }

    /// The first day on which any rule is in force. Before it the book says nothing: a duty then names no rule.
    pub fn begins_on(&self) -> Option<Day> {
        self.all.iter().map(|rule| rule.effective_from).min()
    }

    /// Remarks on the rules, in English.
    pub fn notes() -> &'static [String] {
        &raw::BOOK.notes
    }

    /// The worked cases of the book.
    pub fn worked_cases() -> Vec<WorkedCase> {
        let read = |case: &raw::RawCase| WorkedCase {
            name: case.name.clone(),
            given: given::facts(&case.given).expect("a test reads every worked case"),
            expect: case.expect.clone(),
        };
        raw::BOOK.cases.iter().map(read).collect()
    }
}

impl Rule {
    /// Whether the rule is in force on `day`.
    pub fn is_in_force_on(&self, day: Day) -> bool {
        self.effective_from <= day && self.effective_to.is_none_or(|last| day <= last)
    }
}

pub(super) fn compile(raw: &[RawRule], switches: Switches) -> Result<Rules, BookError> {
    if raw.len() > MOST_RULES {
        return Err(BookError::new(raw::NAME, format!("more than {MOST_RULES} rules")));
    }
    let mut all = Vec::with_capacity(raw.len());
    for rule in raw {
        let compiled = compile_rule(rule, raw, &switches);
        all.push(compiled.map_err(|reason| BookError::new(raw::NAME, format!("{}: {reason}", rule.id)))?);
    }
    Ok(Rules { all, switches })
}

fn compile_rule(rule: &RawRule, book: &[RawRule], switches: &Switches) -> Result<Rule, String> {
    if book.iter().filter(|other| other.id == rule.id).count() > 1 {
        return Err("the id occurs twice".into());
    }
    let position = |id: &str| {
        let found = book.iter().position(|other| other.id == id);
        found.ok_or_else(|| format!("`{id}` is no rule"))
    };
    if let Some(id) = &rule.supersedes {
        position(id)?;
    }
    let spared_by = match &rule.effect.spares {
        Some(spares) if switch(&spares.when, switches)? => Some(position(&spares.rule)?),
        Some(spares) => position(&spares.rule).map(|_| None)?,
        None => None,
    };
    let mut inspections = vec![rule.inspection];
    if let Some(also) = &rule.also
        && switch(&also.when, switches)?
    {
        inspections.push(also.inspection);
    }
    let from = hinge(rule.hangs_on.effective_from.as_deref(), switches)?;
    let to = hinge(rule.hangs_on.effective_to.as_deref(), switches)?;
    Ok(Rule {
        id: Arc::from(rule.id.as_str()),
        inspections,
        effective_from: from.unwrap_or(rule.effective_from.0),
        effective_to: to.or(rule.effective_to.map(|day| day.0)),
        condition_text: rule.condition.clone(),
        because: rule.because.clone(),
        effect: effect(&rule.effect)?,
        terms: terms(&rule.effect),
        supersedes: rule.supersedes.clone(),
        certainty: certainty(&rule.certainty)?,
        certainty_text: rule.certainty.clone(),
        source: rule.source.clone(),
        condition: Condition::parse(&rule.condition, switches)?,
        spared_by,
    })
}

fn switch(name: &str, switches: &Switches) -> Result<bool, String> {
    switches
        .is_on(name)
        .ok_or_else(|| format!("`{name}` is no switch that is on or off"))
}

/// The day a printed date hangs on: `NAME`, `day before NAME` or `day after NAME`.
fn hinge(text: Option<&str>, switches: &Switches) -> Result<Option<Day>, String> {
    let Some(text) = text else { return Ok(None) };
    let (name, move_by): (&str, fn(Day) -> Day) = if let Some(name) = text.strip_prefix("day before ") {
        (name, calendar::previous)
    } else if let Some(name) = text.strip_prefix("day after ") {
        (name, calendar::next)
    } else {
        (text, |day| day)
    };
    let day = switches
        .day(name)
        .ok_or_else(|| format!("`{name}` is no switch that is a day"))?;
    Ok(Some(move_by(day)))
}

fn certainty(text: &str) -> Result<Certainty, String> {
    let word: String = text.chars().take_while(char::is_ascii_lowercase).collect();
    Certainty::parse(&word).map_err(|unknown| unknown.to_string())
}

fn effect(raw: &RawEffect) -> Result<Effect, String> {
    let due = raw.due.as_deref().map(due).transpose()?;
    let (due, confirmation_due) = match (&raw.extra, due) {
        (None, due) => (due, None),
        (Some(RawExtra::Confirmation), Some(Due::On(day))) if raw.by == Some(Method::Agency) => (None, Some(day)),
        (Some(RawExtra::Confirmation), _) => return Err("a confirmation is by AGENCY and has a day".into()),
    };
    if raw.instead_of.is_some() && raw.may.is_none() {
        return Err("`instead_of` says nothing without `may`".into());
    }
    if raw.method.is_some() && raw.method_added.is_some() {
        return Err("`method` and `method_added` say the same".into());
    }
    Ok(Effect {
        adds: raw.method.or(raw.method_added),
        removes: raw.method_removed,
        due,
        confirmation_due,
        may: raw.may.as_ref().map(|may| match may {
            RawMay::RestrictService => May::RestrictService,
            RawMay::ExtendDue => May::ExtendDue,
        }),
    })
}

fn terms(raw: &RawEffect) -> Terms {
    Terms {
        modes: raw.mode.clone(),
        duration: raw.duration.clone(),
        after: raw.after.clone(),
        submit_to: raw.submit_to.clone(),
        catalogues: raw.catalog.iter().chain(&raw.catalogs).cloned().collect(),
        is_per_platform: raw.per_platform,
    }
}

fn due(text: &str) -> Result<Due, String> {
    if text == "before-launch" {
        return Ok(Due::BeforeLaunch);
    }
    if let Some(period) = text.strip_prefix("launch + ") {
        let years = period.strip_prefix('P').and_then(|rest| rest.strip_suffix('Y'));
        let years = years.and_then(|years| years.parse::<i32>().ok());
        return match years {
            Some(years @ 1..=LONGEST_PERIOD_YEARS) => Ok(Due::YearsAfterLaunch(years)),
            _ => Err(format!(
                "`{period}` is no period of 1 to {LONGEST_PERIOD_YEARS} years, such as P1Y"
            )),
        };
    }
    let day = calendar::parse(text).map(Due::On);
    day.ok_or_else(|| format!("`{text}` is not before-launch, launch + P1Y or {}", calendar::FORM))
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
