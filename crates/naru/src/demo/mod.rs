//! `naru demo`: the main journey, step by step, as a real client against a hub on free ports in a temporary
//! directory. Each step says what it did and what it saw; the run fails when a step fails.

mod journey;
mod steps;

use std::path::PathBuf;

use serde::Serialize;

use crate::up::{self, UpError, UpOptions};

/// One step of the journey.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// What was done.
    pub name: &'static str,
    /// Whether it came out as it must.
    pub ok: bool,
    /// What was seen.
    pub saw: String,
}

/// The whole run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Whether every step held.
    pub ok: bool,
    /// The steps, in order; a run ends at the first that does not hold.
    pub steps: Vec<Step>,
}

impl Report {
    /// The step that did not hold.
    pub fn failed(&self) -> Option<&str> {
        if self.ok {
            None
        } else {
            Some(self.steps.iter().find(|step| !step.ok).map_or("none", |step| step.name))
        }
    }
}

/// Runs the journey; `tell` hears of each step as it ends.
pub async fn run(keep: bool, tell: impl Fn(std::fmt::Arguments<'_>)) -> Result<Report, UpError> {
    let dir = temporary();
    let options = UpOptions {
        dir: dir.clone(),
        listen: ([127, 0, 0, 1], 0).into(),
        ops_listen: ([127, 0, 0, 1], 0).into(),
        database: None,
        page_size: 25,
    };
    let trial = up::start(&options).await?;
    let mut steps = Vec::new();
    let mut journey = journey::Journey::new(&trial);
    for (name, step) in steps::all() {
        let outcome = match &mut journey {
            Ok(journey) => step(journey).await,
            Err(why) => Err(why.clone()),
        };
        let (ok, saw) = match outcome {
            Ok(saw) => (true, saw),
            Err(why) => (false, why),
        };
        let mark = if ok { "✓" } else { "✕" };
        tell(format_args!("{mark} {:>2}. {name}\n      {saw}", steps.len() + 1));
        steps.push(Step { name, ok, saw });
        if !ok {
            break;
        }
    }
    let ok = steps.iter().all(|step| step.ok) && steps.len() == steps::all().len();
    drop(journey);
    trial.stop().await;
    if keep {
        eprintln!("naru: everything is kept in {}", dir.display());
    } else if let Err(error) = std::fs::remove_dir_all(&dir) {
        eprintln!("naru: {} could not be removed: {error}", dir.display());
    }
    Ok(Report { ok, steps })
}

fn temporary() -> PathBuf {
    let mut random = [0; 8];
    naru_crypto::fill_random(&mut random);
    std::env::temp_dir().join(format!("naru-demo-{}", naru_crypto::hex(&random)))
}
