//! What a look hands back: the checks with what was seen and what was wanted, and the raw facts behind them.
//!
//! Everything here is bounded, because what was seen was written by somebody else.

use aws_lc_rs::digest;
use serde::Serialize;
use serde_json::{Value, json};

/// Most characters of a text that was seen.
const SEEN_CHARS: usize = 300;
/// Most bytes of the raw facts, as JSON.
const RAW_BYTES: usize = 65_536;

/// How a check, or a whole look, came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Seen, and as wanted.
    Pass,
    /// Seen, and not as wanted.
    Fail,
    /// Could not look: no name, no answer in time, a refused address. Says nothing about the endpoint.
    Error,
    /// There was nothing to look at, or nothing to measure it by.
    NotTested,
}

impl Outcome {
    /// The fixed word under which the outcome is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Error => "error",
            Self::NotTested => "not-tested",
        }
    }

    /// The outcome of all checks together: one failure fails; what is unknown is never fine.
    pub fn of(checks: &[Check]) -> Self {
        let any = |outcome| checks.iter().any(|check| check.outcome == outcome);
        match () {
            () if any(Self::Fail) => Self::Fail,
            () if any(Self::Error) => Self::Error,
            () if any(Self::NotTested) || checks.is_empty() => Self::NotTested,
            () => Self::Pass,
        }
    }

    /// Pass or fail.
    pub(crate) const fn when(passed: bool) -> Self {
        if passed { Self::Pass } else { Self::Fail }
    }
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Protocol versions and cipher suites.
    TlsConfig,
    /// The presented certificate chain.
    CertExpiry,
    /// Whether the hub's client certificate is accepted, and none and a wrong one refused.
    MtlsHandshake,
    /// Response headers and cookies.
    HttpHeaders,
    /// The privacy policy.
    PrivacyUrl,
    /// The page for complaints.
    SupportUrl,
}

impl Probe {
    /// Every look there is.
    pub const ALL: &'static [Self] = &[
        Self::TlsConfig,
        Self::CertExpiry,
        Self::MtlsHandshake,
        Self::HttpHeaders,
        Self::PrivacyUrl,
        Self::SupportUrl,
    ];

    /// The fixed word; `sig-` before it is the signal it decides.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TlsConfig => "tls-config",
            Self::CertExpiry => "cert-expiry",
            Self::MtlsHandshake => "mtls-handshake",
            Self::HttpHeaders => "http-headers",
            Self::PrivacyUrl => "privacy-url",
            Self::SupportUrl => "support-url",
        }
    }
}

macro_rules! serialize_as_word {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }
    )+};
}
serialize_as_word!(Outcome, Probe);

/// One question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The question, a fixed word.
    pub name: &'static str,
    /// Its answer.
    pub outcome: Outcome,
    /// Passed, but near its limit or short of what is recommended.
    pub warns: bool,
    /// What was seen: at most 300 characters, without control characters.
    pub seen: String,
    /// What was wanted.
    pub wanted: String,
}

impl Check {
    pub(crate) fn new(name: &'static str, outcome: Outcome, seen: impl AsRef<str>, wanted: impl Into<String>) -> Self {
        Self {
            name,
            outcome,
            warns: false,
            seen: bounded(seen.as_ref(), SEEN_CHARS),
            wanted: wanted.into(),
        }
    }

    /// The same check with a warning, if it passed.
    pub(crate) fn warned(mut self, when: bool) -> Self {
        self.warns = when && self.outcome == Outcome::Pass;
        self
    }
}

/// One look at one endpoint.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Observation {
    /// What was looked at.
    pub probe: Probe,
    /// Who looked.
    pub prober_version: &'static str,
    /// When the look began, in unix microseconds: the caller's time.
    pub started_at: i64,
    /// How long it took, in microseconds of the caller's clock.
    pub took_micros: u64,
    /// All checks together.
    pub outcome: Outcome,
    /// The single questions.
    pub checks: Vec<Check>,
    /// The facts: summary of the request, status and headers of the answer, digests. At most 64 KiB as JSON; no
    /// value of a cookie, no query of an address that was answered.
    pub raw: Value,
}

/// What a look found, before it became an observation.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) checks: Vec<Check>,
    pub(crate) raw: Value,
}

/// The raw facts, or their size alone when they are too large to keep.
pub(crate) fn bounded_raw(raw: Value) -> Value {
    let bytes = raw.to_string().len();
    if bytes <= RAW_BYTES {
        raw
    } else {
        json!({ "left_out_bytes": bytes })
    }
}

/// At most `most` characters of a text that somebody else wrote, control characters as spaces.
pub(crate) fn bounded(text: &str, most: usize) -> String {
    text.chars()
        .take(most)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a string takes every write");
            text
        })
}

/// SHA-256 (FIPS 180-4) as lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(outcome: Outcome) -> Check {
        Check::new("asked", outcome, "seen", "wanted")
    }

    #[test]
    fn unknown_is_never_fine_and_one_failure_fails() {
        use Outcome::{Error, Fail, NotTested, Pass};
        let of = |all: &[Outcome]| Outcome::of(&all.iter().copied().map(check).collect::<Vec<_>>());
        assert_eq!(of(&[Pass, Pass]), Pass);
        assert_eq!(of(&[Pass, NotTested]), NotTested);
        assert_eq!(of(&[Pass, NotTested, Error]), Error);
        assert_eq!(of(&[Error, Fail, Pass]), Fail);
        assert_eq!(of(&[]), NotTested);
    }

    #[test]
    fn what_was_seen_is_bounded_and_printable() {
        let check = Check::new("asked", Outcome::Fail, format!("a\r\nb{}", "가".repeat(400)), "");
        assert_eq!(check.seen.chars().count(), SEEN_CHARS);
        assert!(check.seen.starts_with("a  b가"));
        assert!(bounded_raw(json!({ "text": "x".repeat(RAW_BYTES) }))["left_out_bytes"].is_u64());
    }

    #[test]
    fn only_a_passed_check_warns() {
        assert!(check(Outcome::Pass).warned(true).warns);
        assert!(!check(Outcome::Fail).warned(true).warns);
    }
}
