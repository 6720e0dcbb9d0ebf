//! What a run says: a table for people, JSON for programs, and which targets were reached.

use serde::Serialize;

use super::check::Check;
use super::figure::{Figure, HUB_ADDED};
use super::proc::{Cores, Machine};
use super::run::Plan;
use crate::cli::{Done, Failure, table};

/// A wanted number.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Target {
    /// Of which figure.
    pub(super) name: String,
    /// What is wanted.
    pub(super) wanted: String,
    /// What was reached.
    pub(super) reached: String,
    /// Whether that is enough.
    pub(super) ok: bool,
}

/// Answers that were not as they must be.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Wrong {
    /// During which figure.
    pub(super) name: String,
    /// How many.
    pub(super) count: u64,
    /// One of them.
    pub(super) example: String,
}

/// The whole run.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Report {
    /// The machine.
    pub(super) machine: Machine,
    /// Seconds of each measurement.
    pub(super) seconds: u64,
    /// Connections that called at once.
    pub(super) connections: u16,
    /// What was measured.
    pub(super) figures: Vec<Figure>,
    /// The most memory that the hub ever held, megabytes.
    pub(super) memory_mb: Option<f64>,
    /// From starting the hub's process until it was ready, milliseconds; the longest of the run.
    pub(super) startup_ms: Option<f64>,
    /// What must hold.
    pub(super) checks: Vec<Check>,
    /// What was wanted.
    pub(super) targets: Vec<Target>,
    /// Answers that were not as they must be.
    pub(super) wrong: Vec<Wrong>,
    /// What the reader should know.
    pub(super) notes: Vec<String>,
}

impl Report {
    /// A report of which nothing is measured yet.
    pub(super) fn empty(plan: &Plan) -> Self {
        let mut report = Self {
            machine: Machine::this(),
            seconds: plan.seconds,
            connections: plan.connections,
            figures: Vec::new(),
            memory_mb: None,
            startup_ms: None,
            checks: Vec::new(),
            targets: Vec::new(),
            wrong: Vec::new(),
            notes: Vec::new(),
        };
        if cfg!(debug_assertions) {
            let note = "This is not a release build: the figures say nothing about one.";
            report.notes.push(note.to_owned());
        }
        report
    }

    /// Wants so many times as many calls for the same processor time as a peer.
    pub(super) fn want_times(&mut self, (own, peer): (&str, &str), wanted: f64) {
        let cpu = |name: &str| self.figure(name).and_then(|figure| figure.cpu_us_per_call);
        let (Some(own_us), Some(peer_us)) = (cpu(own), cpu(peer)) else {
            return;
        };
        let times = peer_us / own_us.max(0.1);
        self.targets.push(Target {
            name: own.to_owned(),
            wanted: format!("{wanted:.0} times the peer's calls per CPU-second"),
            reached: format!("{times:.1} times ({own_us:.0} µs against {peer_us:.0} µs)"),
            ok: times >= wanted,
        });
    }

    /// Wants that a figure's p99 lies less than so much above another's.
    pub(super) fn want_added(&mut self, (name, floor): (&str, &str), wanted_us: u32) {
        let p99 = |name: &str| self.figure(name).and_then(|figure| figure.p99_us);
        let (Some(own), Some(floor)) = (p99(name), p99(floor)) else {
            return;
        };
        let added = own.saturating_sub(floor);
        self.targets.push(Target {
            name: name.to_owned(),
            wanted: format!("p99 less than {wanted_us} µs above the bare handler's"),
            reached: format!("{added} µs"),
            ok: added < wanted_us,
        });
    }

    /// A figure by its name.
    pub(super) fn figure(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == name)
    }

    /// Wants so many a second.
    pub(super) fn want_rate(&mut self, name: &str, wanted: u32) {
        let Some(reached) = self.figure(name).map(|figure| figure.per_second) else {
            return;
        };
        let short = (1.0 - reached / f64::from(wanted)) * 100.0;
        let ok = reached >= f64::from(wanted);
        let missing = if ok {
            String::new()
        } else {
            format!(", {short:.0} % short")
        };
        self.targets.push(Target {
            name: name.to_owned(),
            wanted: format!("at least {wanted}/s"),
            reached: format!("{reached:.0}/s{missing}"),
            ok,
        });
    }

    /// Wants 99 of 100 below so many milliseconds.
    pub(super) fn want_p99(&mut self, name: &str, wanted_ms: u32) {
        let Some(reached) = self.figure(name).and_then(|figure| figure.p99_us) else {
            return;
        };
        self.targets.push(Target {
            name: name.to_owned(),
            wanted: format!("p99 under {wanted_ms} ms"),
            reached: format!("{:.2} ms", f64::from(reached) / 1e3),
            ok: reached < wanted_ms * 1_000,
        });
    }

    /// Wants a number below another, where it was measured.
    pub(super) fn want_below(&mut self, name: &str, reached: Option<f64>, (wanted, unit): (f64, &str)) {
        let Some(reached) = reached else { return };
        self.targets.push(Target {
            name: name.to_owned(),
            wanted: format!("under {wanted:.0} {unit}"),
            reached: format!("{reached:.0} {unit}"),
            ok: reached < wanted,
        });
    }

    /// Fails where an answer was wrong or a check does not hold.
    pub(super) fn verdict(&self) -> Done {
        if let Some(wrong) = self.wrong.first() {
            let (count, name, example) = (wrong.count, &wrong.name, &wrong.example);
            return Err(Failure::Failed(format!(
                "{count} wrong answers during `{name}`, such as: {example}"
            )));
        }
        match self.checks.iter().find(|check| !check.ok) {
            Some(check) => Err(Failure::Failed(format!(
                "`{}` does not hold: {}",
                check.name, check.saw
            ))),
            None => Ok(()),
        }
    }

    /// The tables for people.
    pub(super) fn text(&self) -> String {
        let heading = [
            "figure",
            "a second",
            "of floor",
            "p50 ms",
            "p95 ms",
            "p99 ms",
            "whole p99",
            "CPU µs/call",
            "hub",
            "banks",
            "load",
            "others",
            "stolen",
        ];
        let rows: Vec<Vec<String>> = self.figures.iter().map(row).collect();
        let mut parts = vec![format!(
            "{} cores of {}; {} s each, {} connections, TLS with client certificates on every connection",
            self.machine.cores, self.machine.cpu_model, self.seconds, self.connections
        )];
        parts.push(table(&heading, &rows));
        parts.push(format!(
            "Times are the client's own; in `{HUB_ADDED}` figures without what institutions took, and counted from the \
             moment a call was due.\n`CPU` is the hub's (the server's, for a floor). From `hub` on: processors kept \
             busy by each."
        ));
        let mark = |ok: bool| if ok { "✓" } else { "✕" };
        let targets = self.targets.iter().map(|target| {
            let Target {
                name,
                wanted,
                reached,
                ok,
            } = target;
            vec![mark(*ok).to_owned(), name.clone(), wanted.clone(), reached.clone()]
        });
        let targets: Vec<_> = targets.collect();
        if !targets.is_empty() {
            parts.push(table(&["", "target", "wanted", "reached"], &targets));
        }
        let checks = self.checks.iter().map(|check| {
            let Check { name, ok, saw } = check;
            vec![mark(*ok).to_owned(), name.clone(), saw.clone()]
        });
        let checks: Vec<_> = checks.collect();
        if !checks.is_empty() {
            parts.push(table(&["", "check", "saw"], &checks));
        }
        let wrong = self.wrong.iter().map(|wrong| {
            format!(
                "✕ {} wrong answers during `{}`, such as: {}",
                wrong.count, wrong.name, wrong.example
            )
        });
        let tail: Vec<String> = wrong.chain(self.notes.iter().cloned()).collect();
        if !tail.is_empty() {
            parts.push(tail.join("\n"));
        }
        parts.join("\n\n")
    }
}

fn row(figure: &Figure) -> Vec<String> {
    let millis = |us: Option<u32>| us.map_or_else(|| "-".to_owned(), |us| format!("{:.2}", f64::from(us) / 1e3));
    let of_floor = figure.floor_per_second.map_or_else(
        || "-".to_owned(),
        |floor| {
            format!(
                "{:.0} % of {} {floor:.0}",
                figure.per_second / floor.max(1.0) * 100.0,
                figure.floor
            )
        },
    );
    let share = |part: fn(&Cores) -> f64| {
        let cores = figure.cores.as_ref().map(part);
        cores.map_or_else(|| "-".to_owned(), |cores| format!("{cores:.2}"))
    };
    vec![
        figure.name.clone(),
        format!("{:.0}", figure.per_second),
        of_floor,
        millis(figure.p50_us),
        millis(figure.p95_us),
        millis(figure.p99_us),
        millis(figure.whole_p99_us),
        figure
            .cpu_us_per_call
            .map_or_else(|| "-".to_owned(), |us| format!("{us:.0}")),
        share(|cores| cores.server),
        share(|cores| cores.banks),
        share(|cores| cores.load),
        share(|cores| cores.others),
        share(|cores| cores.stolen),
    ]
}
