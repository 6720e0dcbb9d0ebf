//! `naru admission`: which inspection binds whom, by the dated rules. It needs neither a hub nor a configuration.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use naru_core::{Day, Timestamp};
use naru_rulebook::duty::{Duty, Rules, read_given};
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
    },
    /// The rules in force on a day
    Rules {
        /// The day, YYYYMMDD in Seoul; today where none is given
        #[arg(long, value_parser = day)]
        on: Option<Day>,
    },
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(&text.replace('-', "")).ok_or_else(|| "must be a day, such as 20261122".to_owned())
}

pub(super) fn run(context: &Context, command: AdmissionCommand) -> Done {
    match command {
        AdmissionCommand::Duty { file } => duty(context, &file),
        AdmissionCommand::Rules { on } => {
            rules(context, on.unwrap_or_else(today));
            Ok(())
        }
    }
}

fn today() -> Day {
    let now: Timestamp = naru_core::Clock::system().now();
    now.day()
}

fn duty(context: &Context, file: &Path) -> Done {
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
    let duty = Rules::embedded().duty(&facts);
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

fn rules(context: &Context, on: Day) {
    let in_force: Vec<Value> = Rules::embedded()
        .iter()
        .filter(|rule| rule.is_in_force_on(on))
        .map(|rule| {
            let inspections: Vec<&str> = rule.inspections.iter().map(|inspection| inspection.as_str()).collect();
            json!({
                "id": rule.id, "inspections": inspections, "if": rule.condition_text, "source": rule.source,
            })
        })
        .collect();
    context.print(&json!({ "on": on.to_string(), "rules": in_force }), |value| {
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
