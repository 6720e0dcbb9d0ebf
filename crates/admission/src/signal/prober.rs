//! The looks from outside, behind a seam: what a look gives, and the prober that really goes there.

use std::fmt;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use naru_core::{Chance, Clock, SignalKind, SignalOutcome, Timestamp};
use naru_probe::{Identity, Look, Observation, Outcome, PageKind, Reach, Settings, Target};
use serde_json::{Value, json};

/// Characters of a summary at most.
const SUMMARY_MAX: usize = 500;
/// Bytes of the raw facts at most.
const RAW_MAX: usize = 128 * 1024;

/// What one look saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// How it came out.
    pub outcome: SignalOutcome,
    /// In a few words.
    pub summary: String,
    /// The facts as JSON.
    pub raw: String,
    /// Who looked, with the version.
    pub prober: String,
    /// When what it rests on ends, such as a certificate; and what that is.
    pub ends: Option<(Timestamp, String)>,
}

impl Seen {
    /// What was seen, bounded.
    pub fn new(outcome: SignalOutcome, summary: &str, raw: &Value, prober: &str) -> Self {
        let text = raw.to_string();
        let raw = if text.len() <= RAW_MAX {
            text
        } else {
            json!({ "left_out_bytes": text.len() }).to_string()
        };
        Self {
            outcome,
            summary: summary.chars().take(SUMMARY_MAX).collect(),
            raw,
            prober: prober.to_owned(),
            ends: None,
        }
    }

    /// The same, resting on something that ends.
    #[must_use]
    pub fn ending(mut self, at: Timestamp, subject: impl ToString) -> Self {
        self.ends = Some((at, subject.to_string()));
        self
    }

    /// A look that could not be taken.
    pub fn error(why: &str, prober: &str) -> Self {
        Self::new(SignalOutcome::Error, why, &json!({ "error": why }), prober)
    }
}

/// Looks at an address from outside.
pub trait Prober: Send + Sync {
    /// Looks at an address for a signal that needs one.
    fn look<'a>(&'a self, signal: SignalKind, url: &'a str) -> BoxFuture<'a, Seen>;
}

/// What the hub looks with.
#[derive(Clone, Default)]
pub struct ProberSettings {
    /// The authorities whose servers are trusted, PEM.
    pub roots_pem: String,
    /// The hub's client certificate and its key, PEM; without it no callback is judged.
    pub client_pem: Option<(String, String)>,
    /// A certificate of nobody with its key, PEM, which a callback must refuse.
    pub stranger_pem: Option<(String, String)>,
    /// Days before the end of a certificate from which on it is warned of.
    pub warning_days: u32,
    /// Ports below 1,024 that may be reached.
    pub low_ports: Vec<u16>,
    /// Whether private addresses may be looked at; for a trial alone.
    pub private_endpoints: bool,
}

impl fmt::Debug for ProberSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProberSettings")
            .field("warning_days", &self.warning_days)
            .field("private_endpoints", &self.private_endpoints)
            .finish_non_exhaustive()
    }
}

/// Why the prober cannot look.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProberError {
    /// The trusted authorities.
    #[error("roots: {0}")]
    Roots(#[from] naru_probe::RootsError),
    /// A client certificate.
    #[error("client certificate: {0}")]
    Identity(#[from] naru_probe::IdentityError),
}

/// The prober of the hub.
#[derive(Debug)]
pub struct HubProber {
    settings: Settings,
    identities: Option<(Identity, Identity)>,
    private_endpoints: bool,
    clock: Clock,
    chance: Chance,
}

impl HubProber {
    /// A prober with these settings.
    ///
    /// # Errors
    /// [`ProberError`] where a PEM text is none.
    pub fn try_new(settings: &ProberSettings, (clock, chance): (Clock, Chance)) -> Result<Self, ProberError> {
        let mut reach = Reach::try_new(&settings.roots_pem)?;
        reach.public_only = !settings.private_endpoints;
        reach.ip_literals = settings.private_endpoints;
        reach.low_ports.clone_from(&settings.low_ports);
        let mut looks = Settings::new(reach);
        looks.warn_days = i64::from(settings.warning_days);
        let identity = |pem: &Option<(String, String)>| {
            let read = pem.as_ref().map(|(chain, key)| Identity::from_pem(chain, key));
            read.transpose()
        };
        let (right, wrong) = (identity(&settings.client_pem)?, identity(&settings.stranger_pem)?);
        Ok(Self {
            settings: looks,
            identities: right.zip(wrong),
            private_endpoints: settings.private_endpoints,
            clock,
            chance,
        })
    }

    async fn observe(&self, signal: SignalKind, target: &Target) -> Option<Observation> {
        let began = self.clock.now();
        let clock = self.clock.clone();
        let elapsed = move || u64::try_from(clock.now().micros_since(began)).unwrap_or(0);
        let look = Look {
            settings: &self.settings,
            now_micros: began.0,
            elapsed_micros: &elapsed,
        };
        Some(match signal {
            SignalKind::TlsConfig => naru_probe::tls(&look, target, self.chance.bytes()).await,
            SignalKind::CertExpiry => naru_probe::certificate(&look, target).await,
            SignalKind::HttpHeaders => naru_probe::headers(&look, target).await,
            SignalKind::PrivacyUrl => naru_probe::page(&look, target, PageKind::Privacy).await,
            SignalKind::SupportUrl => naru_probe::page(&look, target, PageKind::Complaint).await,
            SignalKind::MtlsHandshake => {
                let (right, wrong) = self.identities.as_ref()?;
                naru_probe::mutual(&look, target, right, wrong).await
            }
            _ => return None,
        })
    }
}

impl Prober for HubProber {
    fn look<'a>(&'a self, signal: SignalKind, url: &'a str) -> BoxFuture<'a, Seen> {
        let look = async move {
            let target = match Target::parse(url, self.private_endpoints) {
                Ok(target) => target,
                Err(why) => return Seen::error(&why.to_string(), naru_probe::PROBER_VERSION),
            };
            match self.observe(signal, &target).await {
                Some(observation) => seen(&observation),
                None => Seen::new(
                    SignalOutcome::NotTested,
                    "the hub has nothing to look with",
                    &json!({}),
                    naru_probe::PROBER_VERSION,
                ),
            }
        };
        look.boxed()
    }
}

fn seen(observation: &Observation) -> Seen {
    let outcome = match observation.outcome {
        Outcome::Pass => SignalOutcome::Pass,
        Outcome::Fail => SignalOutcome::Fail,
        Outcome::Error => SignalOutcome::Error,
        Outcome::NotTested => SignalOutcome::NotTested,
    };
    let told = observation
        .checks
        .iter()
        .filter(|check| check.outcome != Outcome::Pass || check.warns);
    let told: Vec<String> = told
        .map(|check| format!("{} {}: {}", check.name, check.outcome.as_str(), check.seen))
        .collect();
    let summary = if told.is_empty() {
        format!("{} checks", observation.checks.len())
    } else {
        told.join("; ")
    };
    let raw = serde_json::to_value(observation).unwrap_or_default();
    let seen = Seen::new(outcome, &summary, &raw, observation.prober_version);
    match certificate_end(&observation.raw) {
        Some(at) => seen.ending(at, ""),
        None => seen,
    }
}

/// When the first certificate of a chain ends.
fn certificate_end(raw: &Value) -> Option<Timestamp> {
    let chain = raw.get("chain")?.as_array()?;
    let ends = chain.iter().filter_map(|facts| facts.get("not_after")?.as_i64());
    ends.min().map(|seconds| Timestamp(0).plus_seconds(seconds))
}

#[cfg(test)]
#[path = "prober_tests.rs"]
mod tests;
