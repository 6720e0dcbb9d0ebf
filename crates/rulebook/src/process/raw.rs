//! The text of the processes as it is written, and the checks on the way to [`Machine`].

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ClockStart, Machine, Process, ProcessSettings, Transition};
use crate::{BookError, Certainty, Party, embedded};

const NAME: &str = "inspection-process.yaml";
pub(super) const TEXT: &str = include_str!("../../data/inspection-process.yaml");
const ANY: &str = "*";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBook {
    #[serde(rename = "schema")]
    _schema: Schema,
    machines: Vec<RawMachine>,
}

#[derive(Deserialize)]
enum Schema {
    #[serde(rename = "hub-process/1")]
    One,
}

/// `clock`, `per`, `applies`, `gates`, `gate_order` and `flags` are remarks for the reader of the text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMachine {
    id: Process,
    title_ko: String,
    title_en: String,
    #[serde(rename = "clock")]
    _clock: Option<String>,
    #[serde(rename = "per")]
    _per: Option<String>,
    #[serde(rename = "applies")]
    _applies: Option<String>,
    #[serde(rename = "gates", default)]
    _gates: Vec<String>,
    #[serde(rename = "gate_order")]
    _gate_order: Option<String>,
    #[serde(rename = "flags", default)]
    _flags: Vec<String>,
    #[serde(default)]
    four_eyes_too: Vec<String>,
    clock_starts: Option<RawClock>,
    initial: String,
    terminal: Vec<String>,
    #[serde(default)]
    documents: BTreeMap<String, Vec<String>>,
    transitions: Vec<RawTransition>,
    #[serde(default)]
    steps_too: Vec<RawTransition>,
    #[serde(default)]
    open_points: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClock {
    from: String,
    to: String,
    weeks: WeeksSetting,
}

#[derive(Deserialize)]
enum WeeksSetting {
    #[serde(rename = "org_clock_weeks")]
    Org,
    #[serde(rename = "app_clock_weeks")]
    App,
    #[serde(rename = "confirmation_clock_weeks")]
    Confirmation,
}

/// `on` is a word here, although YAML 1.1 reads it as true: the reader keeps keys of structs as they are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTransition {
    from: String,
    to: String,
    on: String,
    by: Party,
    #[serde(default)]
    four_eyes: bool,
    #[serde(default)]
    round: bool,
    rule: Option<String>,
    needs: Option<String>,
    to_whom: Option<Party>,
    when: Option<WhenSetting>,
    c: RawCertainty,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WhenSetting {
    AppRetestAllowed,
}

#[derive(Deserialize)]
enum RawCertainty {
    S,
    I,
}

/// Reads the machines and leaves out the steps whose setting is off.
pub(super) fn machines(text: &str, settings: &ProcessSettings) -> Result<Vec<Machine>, BookError> {
    let book: RawBook = embedded::read(NAME, text)?;
    let mut machines: Vec<Machine> = Vec::with_capacity(book.machines.len());
    for raw in book.machines {
        let process = raw.id;
        let made = machine(raw, settings).map_err(|reason| BookError::new(NAME, format!("{process}: {reason}")))?;
        if machines.iter().any(|known| known.process == process) {
            return Err(BookError::new(NAME, format!("{process} occurs twice")));
        }
        machines.push(made);
    }
    match Process::ALL
        .iter()
        .find(|process| !machines.iter().any(|known| known.process == **process))
    {
        Some(missing) => Err(BookError::new(NAME, format!("{missing} is missing"))),
        None => Ok(machines),
    }
}

fn machine(raw: RawMachine, settings: &ProcessSettings) -> Result<Machine, String> {
    let all = raw.transitions.into_iter().chain(raw.steps_too);
    let steps = all.filter(|step| match step.when {
        Some(WhenSetting::AppRetestAllowed) => settings.app_retest_allowed,
        None => true,
    });
    let four_eyes_too = raw.four_eyes_too;
    let transitions: Vec<Transition> = steps
        .map(|step| {
            let is_added = four_eyes_too.contains(&step.on);
            let made = transition(step);
            Transition {
                needs_four_eyes: made.needs_four_eyes || is_added,
                ..made
            }
        })
        .collect();
    if let Some(unknown) = four_eyes_too
        .iter()
        .find(|on| !transitions.iter().any(|step| step.on == **on))
    {
        return Err(format!("`four_eyes_too` names `{unknown}`, which is no step"));
    }
    let mut states = vec![raw.initial.clone()];
    for state in transitions.iter().flat_map(|step| step.from.iter().chain([&step.to])) {
        if !states.contains(state) {
            states.push(state.clone());
        }
    }
    let clock_start = raw.clock_starts.map(|start| ClockStart {
        from: start.from,
        to: start.to,
        weeks: match start.weeks {
            WeeksSetting::Org => settings.org_clock_weeks,
            WeeksSetting::App => settings.app_clock_weeks,
            WeeksSetting::Confirmation => settings.confirmation_clock_weeks,
        },
    });
    let machine = Machine {
        process: raw.id,
        title_ko: raw.title_ko,
        title_en: raw.title_en,
        initial: raw.initial,
        terminal: raw.terminal,
        states,
        transitions,
        documents: raw.documents,
        clock_start,
        open_points: raw.open_points,
    };
    check(&machine).map(|()| machine)
}

fn transition(raw: RawTransition) -> Transition {
    Transition {
        from: (raw.from != ANY).then_some(raw.from),
        to: raw.to,
        on: raw.on,
        by: raw.by,
        needs_four_eyes: raw.four_eyes,
        opens_round: raw.round,
        rule: raw.rule,
        needs: raw.needs,
        to_whom: raw.to_whom,
        certainty: match raw.c {
            RawCertainty::S => Certainty::Stated,
            RawCertainty::I => Certainty::Inferred,
        },
    }
}

fn check(machine: &Machine) -> Result<(), String> {
    if let Some(state) = machine.terminal.iter().find(|state| !machine.states.contains(state)) {
        return Err(format!("no step leads to `{state}`, which is terminal"));
    }
    if let Some(step) = machine
        .transitions
        .iter()
        .find(|step| step.from.as_ref().is_some_and(|from| machine.is_terminal(from)))
    {
        return Err(format!("`{}` leads out of a terminal state", step.on));
    }
    for state in machine.states.iter().filter(|state| !machine.is_terminal(state)) {
        let events: Vec<&str> = machine.leaving(state).map(|step| step.on.as_str()).collect();
        if let Some(event) = events
            .iter()
            .find(|event| events.iter().filter(|other| other == event).count() > 1)
        {
            return Err(format!("`{event}` leads out of `{state}` twice"));
        }
        let is_left = machine.leaving(state).any(|step| step.from.is_some());
        if !is_left {
            return Err(format!("`{state}` is neither left nor terminal"));
        }
    }
    match &machine.clock_start {
        Some(start) if !machine.leaving(&start.from).any(|step| step.to == start.to) => Err(format!(
            "the clock starts with a step from `{}` to `{}`, which is none",
            start.from, start.to
        )),
        _ => Ok(()),
    }
}
