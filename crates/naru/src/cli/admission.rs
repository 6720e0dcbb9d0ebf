//! `naru admission`: which inspection binds whom, by the dated rules, as the book reads its sources or as a reading of
//! one's own does. It needs neither a hub nor, unless asked for, a configuration.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use naru_core::{Day, Timestamp};
use naru_rulebook::duty::{Duty, Rules, Switches, read_given};
use serde_json::{Value, json};

use super::{Context, Done, Failure, read_text, table};

/// Bytes of a case at most.
const CASE_MAX: u64 = 64 * 1024;

/// What can be asked of the rules.
#[derive(Subcommand)]
pub(super) enum AdmissionCommand {
    /// What an organisation owes: reads the facts of a case, prints its duty
    Duty {
        /// The case's `given` block, YAML or JSON; `-` for standard input
        file: PathBuf,
        #[command(flatten)]
        reading: Reading,
    },
    /// The rules in force on a day
    Rules {
        /// The day, YYYYMMDD in Seoul; today where none is given
        #[arg(long, value_parser = day)]
        on: Option<Day>,
        #[command(flatten)]
        reading: Reading,
    },
}

/// How the sources are read where they leave it open.
#[derive(Args)]
pub(super) struct Reading {
    /// Read the sources as the configuration of the hub does (`admission.switches`) instead of as the book does
    #[arg(long)]
    configured: bool,
    /// One switch otherwise, such as `efin_isms_survives=true`; can be given again
    #[arg(long = "switch", value_name = "NAME=VALUE")]
    switches: Vec<String>,
}

impl Reading {
    /// The rules under this reading.
    fn rules(&self, context: &Context) -> Result<&'static Rules, Failure> {
        let base = match self.configured {
            true => context.config()?.admission.switches,
            false => Switches::default(),
        };
        let mut read = serde_json::to_value(base).unwrap_or_default();
        for switch in &self.switches {
            let (name, value) = switch
                .split_once('=')
                .ok_or_else(|| Failure::Usage(format!("--switch {switch}: NAME=VALUE is needed")))?;
            read[name] = match value {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                text => Value::from(text),
            };
        }
        let switches: Switches =
            serde_json::from_value(read).map_err(|error| Failure::Usage(format!("--switch: {error}")))?;
        Ok(Rules::under(&switches))
    }
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(&text.replace('-', "")).ok_or_else(|| "must be a day, such as 20261122".to_owned())
}

pub(super) fn run(context: &Context, command: AdmissionCommand) -> Done {
    match command {
        AdmissionCommand::Duty { file, reading } => duty(context, &file, reading.rules(context)?),
        AdmissionCommand::Rules { on, reading } => {
            print_rules(context, on.unwrap_or_else(today), reading.rules(context)?);
            Ok(())
        }
    }
}

fn today() -> Day {
    let now: Timestamp = naru_core::Clock::system().now();
    now.day()
}

fn duty(context: &Context, file: &Path, rules: &Rules) -> Done {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().take(CASE_MAX).read_to_string(&mut text)?;
        text
    } else {
        if std::fs::metadata(file).is_ok_and(|found| found.len() > CASE_MAX) {
            return Err(Failure::Usage(format!(
                "{}: a case has at most {CASE_MAX} bytes",
                file.display()
            )));
        }
        read_text(file)?
    };
    let facts = read_given(&text).map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
    let duty = rules.duty(&facts);
    context.print(&duty, to_text);
    Ok(())
}

fn to_text(duty: &Duty) -> String {
    let value = serde_json::to_value(duty).unwrap_or_default();
    let words = |value: &Value| match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        Value::String(text) => text.clone(),
        _ => "-".to_owned(),
    };
    let keys = ["status", "methods", "due", "confirmation_due", "consequence", "rules"];
    let lines = keys.map(|key| format!("{key:<17} {}", words(&value[key])));
    lines.join("\n")
}

fn print_rules(context: &Context, on: Day, rules: &Rules) {
    let in_force: Vec<Value> = rules
        .iter()
        .filter(|rule| rule.is_in_force_on(on))
        .map(|rule| {
            let inspections: Vec<&str> = rule.inspections.iter().map(|inspection| inspection.as_str()).collect();
            json!({
                "id": rule.id, "inspections": inspections, "if": rule.condition_text, "source": rule.source,
            })
        })
        .collect();
    let value = json!({ "on": on.to_string(), "switches": rules.switches(), "rules": in_force });
    context.print(&value, |value| {
        let text = |rule: &Value, key: &str| rule[key].as_str().unwrap_or_default().to_owned();
        let rows: Vec<Vec<String>> = value["rules"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|rule| vec![text(rule, "id"), text(rule, "if"), text(rule, "source")])
            .collect();
        table(&["rule", "if", "source"], &rows)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        Context {
            config: PathBuf::from("/nowhere/naru.toml"),
            json: true,
        }
    }

    fn reading(switches: &[&str]) -> Reading {
        Reading {
            configured: false,
            switches: switches.iter().map(|switch| (*switch).to_owned()).collect(),
        }
    }

    #[test]
    fn a_switch_changes_the_rules_and_one_that_is_none_is_refused() {
        let Ok(book) = reading(&[]).rules(&context()) else {
            panic!("the book needs no configuration")
        };
        assert_eq!(*book.switches(), Switches::default());
        let other = ["efin_isms_survives=true", "fsc_release_effective_from=2020-02-01"];
        let Ok(other) = reading(&other).rules(&context()) else {
            panic!("both are switches")
        };
        assert!(other.switches().efin_isms_survives);
        assert_eq!(other.switches().fsc_release_effective_from, Day(20_200_201));
        for wrong in [
            "efin_isms_survives=perhaps",
            "no_such_switch=true",
            "efin_isms_survives",
        ] {
            assert!(
                matches!(reading(&[wrong]).rules(&context()), Err(Failure::Usage(_))),
                "{wrong}"
            );
        }
        let configured = Reading {
            configured: true,
            ..reading(&[])
        };
        assert!(
            matches!(configured.rules(&context()), Err(Failure::Usage(_))),
            "there is no configuration"
        );
    }
}
