//! A figure: how many a second, how long each took, and what it cost, beside the floor measured in the same run.

use serde::Serialize;

use super::load::{Outcome, Pace, Sample};
use super::proc::Cores;

/// One measured figure.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Figure {
    /// What was measured.
    pub(super) name: String,
    /// Answered a second.
    pub(super) per_second: f64,
    /// The middle one, microseconds; of a figure named `hub-added`, without what institutions took.
    pub(super) p50_us: Option<u32>,
    /// 95 of 100 were not slower.
    pub(super) p95_us: Option<u32>,
    /// 99 of 100 were not slower.
    pub(super) p99_us: Option<u32>,
    /// As the client saw it, institutions included.
    pub(super) whole_p50_us: Option<u32>,
    /// As the client saw it, institutions included.
    pub(super) whole_p99_us: Option<u32>,
    /// Processor time of the hub (of the floor's server, for a floor), microseconds.
    pub(super) cpu_us_per_call: Option<f64>,
    /// Which floor it stands beside.
    pub(super) floor: &'static str,
    /// That floor, a second; `None` for a floor itself.
    pub(super) floor_per_second: Option<f64>,
    /// Who kept the processors busy.
    pub(super) cores: Option<Cores>,
    /// Measured calls.
    pub(super) calls: usize,
}

/// The word for a figure without what institutions took.
pub(super) const HUB_ADDED: &str = "hub-added";

impl Figure {
    /// The figure of a load over HTTP.
    pub(super) fn of(name: String, outcome: &Outcome, pace: Pace) -> Self {
        let added = |sample: &Sample| sample.whole_us.saturating_sub(sample.institution_us);
        let whole = sorted(outcome.samples.iter().map(|sample| sample.whole_us));
        let shown = match pace {
            Pace::Saturated => whole.clone(),
            Pace::Fixed(_) => sorted(outcome.samples.iter().map(added)),
        };
        Self {
            name,
            per_second: tenths(outcome.answered as f64 / outcome.seconds),
            p50_us: percentile(&shown, 50),
            p95_us: percentile(&shown, 95),
            p99_us: percentile(&shown, 99),
            whole_p50_us: percentile(&whole, 50),
            whole_p99_us: percentile(&whole, 99),
            cpu_us_per_call: Some(tenths(outcome.cpu_us_per_call)),
            floor: "",
            floor_per_second: None,
            cores: Some(outcome.cores),
            calls: shown.len(),
        }
    }

    /// The figure of something that was only counted.
    pub(super) fn counted(name: String, per_second: f64, times_us: Vec<u32>) -> Self {
        let times = sorted(times_us.into_iter());
        Self {
            name,
            per_second: tenths(per_second),
            p50_us: percentile(&times, 50),
            p95_us: percentile(&times, 95),
            p99_us: percentile(&times, 99),
            whole_p50_us: None,
            whole_p99_us: None,
            cpu_us_per_call: None,
            floor: "",
            floor_per_second: None,
            cores: None,
            calls: times.len(),
        }
    }

    /// The same figure beside a floor.
    pub(super) fn beside(mut self, floor: Option<&Self>, word: &'static str) -> Self {
        if let Some(floor) = floor {
            self.floor = word;
            self.floor_per_second = Some(floor.per_second);
        }
        self
    }
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn sorted(values: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut values: Vec<u32> = values.collect();
    values.sort_unstable();
    values
}

/// The smallest value that `percent` of 100 do not exceed.
fn percentile(sorted: &[u32], percent: usize) -> Option<u32> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(percentile(&hundred, 50), Some(50));
        assert_eq!(percentile(&hundred, 99), Some(99));
        assert_eq!(percentile(&[7], 99), Some(7));
        assert_eq!(percentile(&[1, 2, 3], 50), Some(2));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn what_institutions_took_is_not_the_hubs() {
        let sample = |whole_us, institution_us| Sample {
            whole_us,
            institution_us,
        };
        let outcome = Outcome {
            samples: vec![sample(9_000, 4_000), sample(6_000, 7_000)],
            answered: 2,
            seconds: 2.0,
            ..Outcome::default()
        };
        let figure = Figure::of("x".to_owned(), &outcome, Pace::Fixed(1));
        assert_eq!((figure.p50_us, figure.p99_us), (Some(0), Some(5_000)));
        assert_eq!((figure.whole_p50_us, figure.per_second), (Some(6_000), 1.0));
        let figure = Figure::of("x".to_owned(), &outcome, Pace::Saturated);
        assert_eq!(figure.p99_us, Some(9_000));
    }
}
