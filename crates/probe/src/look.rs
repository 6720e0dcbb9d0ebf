//! The frame of every look: the caller's time, the budget, and the one place where a fault becomes an observation.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use rustls::pki_types::UnixTime;
use serde_json::json;

use crate::fault::Fault;
use crate::observation::{Check, Findings, Observation, Outcome, Probe, bounded_raw};
use crate::settings::Settings;
use crate::target::Target;

/// When and within which bounds a look is taken.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// Bounds and thresholds.
    pub settings: &'a Settings,
    /// The time, in unix microseconds. Certificates are judged by it.
    pub now_micros: i64,
    /// The caller's monotonic clock, in microseconds from any beginning.
    pub elapsed_micros: &'a (dyn Fn() -> u64 + Send + Sync),
}

impl fmt::Debug for Look<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look")
            .field("now_micros", &self.now_micros)
            .finish_non_exhaustive()
    }
}

impl Look<'_> {
    /// Does the work inside the budget and makes its findings, or its fault, an observation.
    pub(crate) async fn take(
        &self,
        probe: Probe,
        target: &Target,
        work: impl Future<Output = Result<Findings, Fault>>,
    ) -> Observation {
        let began = (self.elapsed_micros)();
        let done = tokio::time::timeout(self.settings.budget, work)
            .await
            .unwrap_or(Err(Fault::TimedOut));
        let findings = done.unwrap_or_else(|fault| Findings {
            checks: vec![Check::new(
                "look",
                Outcome::Error,
                fault.to_string(),
                "an answer to look at",
            )],
            raw: json!({ "request": { "url": target.to_string() }, "fault": fault.as_str() }),
        });
        Observation {
            probe,
            prober_version: crate::PROBER_VERSION,
            started_at: self.now_micros,
            took_micros: (self.elapsed_micros)().saturating_sub(began),
            outcome: Outcome::of(&findings.checks),
            checks: findings.checks,
            raw: bounded_raw(findings.raw),
        }
    }

    /// One step inside its own bound.
    pub(crate) async fn step<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        tokio::time::timeout(self.settings.step, work)
            .await
            .unwrap_or(Err(Fault::TimedOut))
    }

    /// Seconds since 1970.
    pub(crate) fn now_seconds(&self) -> i64 {
        self.now_micros.div_euclid(1_000_000)
    }

    /// The time as the verifier of certificates takes it.
    pub(crate) fn unix_time(&self) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(self.now_seconds()).unwrap_or(0)))
    }
}
