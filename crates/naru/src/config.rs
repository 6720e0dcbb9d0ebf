//! The configuration: one TOML file, read once and strictly. Unknown keys are refused.

mod section;

use std::path::{Path, PathBuf};

use naru_admission::AdmissionSettings;
use naru_banking::BankingSettings;
use naru_core::PersonLimits;
use naru_web::{Lives, RateSettings};
use serde::{Deserialize, Serialize};

pub use section::{
    AuthoritySection, DatabaseSection, HubSection, IdentitySection, KeysSection, LinesSection, LogFormat, LogSection,
    OutboundSection, SecretsSection, TlsSection, TrialMember, TrialPerson, TrialSection,
};
use section::{connections, page_size};

/// Everything a hub is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Addresses and what the hub is.
    pub hub: HubSection,
    /// The listener's certificate.
    pub tls: TlsSection,
    /// The database.
    pub database: DatabaseSection,
    /// Files with secrets.
    pub secrets: SecretsSection,
    /// The lines to institutions.
    #[serde(default)]
    pub lines: LinesSection,
    /// The agency that proofs people.
    pub identity: IdentitySection,
    /// Calls to servers of fintechs.
    #[serde(default)]
    pub outbound: OutboundSection,
    /// The authority that issues certificates to clients.
    #[serde(default)]
    pub authority: AuthoritySection,
    /// Where the keys are with which the hub signs.
    #[serde(default)]
    pub keys: KeysSection,
    /// How long things live.
    #[serde(default)]
    pub lives: Lives,
    /// How often somebody may ask.
    #[serde(default)]
    pub rates: RateSettings,
    /// What a person may have withdrawn over all fintechs.
    #[serde(default)]
    pub person_limits: PersonLimits,
    /// How long transfers may take.
    #[serde(default)]
    pub banking: BankingSettings,
    /// What the sources of admission leave open.
    #[serde(default)]
    pub admission: AdmissionSettings,
    /// What is logged, and how.
    #[serde(default)]
    pub log: LogSection,
    /// Invented people of a trial, shown on the sign-in page; absent from a hub that serves real people.
    #[serde(default)]
    pub trial: TrialSection,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The text is not a configuration.
    #[error("{path}: {why}")]
    Text {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with the line.
        why: String,
    },
    /// A value cannot be used.
    #[error("{key} {expected}")]
    Value {
        /// Which.
        key: &'static str,
        /// What would be accepted.
        expected: &'static str,
    },
}

/// Reads a file whole.
pub fn read(path: &Path) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(path).map_err(|source| ConfigError::File {
        path: path.to_owned(),
        source,
    })
}

impl Config {
    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = String::from_utf8_lossy(&read(path)?).into_owned();
        let config: Self = toml::from_str(&text).map_err(|error| ConfigError::Text {
            path: path.to_owned(),
            why: error.to_string(),
        })?;
        config.check()?;
        Ok(config)
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        toml::to_string_pretty(self).expect("a configuration is plain text")
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.hours()?;
        if !(1..=100).contains(&self.hub.page_size) {
            return Err(ConfigError::Value {
                key: "hub.page_size",
                expected: "must lie between 1 and 100",
            });
        }
        if !(1..=500).contains(&self.database.connections) {
            return Err(ConfigError::Value {
                key: "database.connections",
                expected: "must lie between 1 and 500",
            });
        }
        if self.banking.answer_ms > 29_000 || self.banking.leg_ms > self.banking.answer_ms {
            let expected = "must be below 29000 (clients wait 30 s), and leg_ms not above it";
            return Err(ConfigError::Value {
                key: "banking.answer_ms",
                expected,
            });
        }
        let invented = !self.trial.people.is_empty() || !self.trial.members.is_empty();
        if invented && !self.hub.test_bed {
            let expected = "must be empty where hub.test_bed is false";
            return Err(ConfigError::Value {
                key: "trial.people",
                expected,
            });
        }
        if self.hub.mutual_tls_listen.is_some() != self.hub.mutual_tls_url.is_some() {
            return Err(ConfigError::Value {
                key: "hub.mutual_tls_url",
                expected: "is given together with hub.mutual_tls_listen",
            });
        }
        let url = &self.hub.public_url;
        let host = url.strip_prefix("https://").unwrap_or_default();
        if host.is_empty() || host.contains(['/', '?', '#', '@']) {
            return Err(ConfigError::Value {
                key: "hub.public_url",
                expected: "must be https, host and port alone, without a path: it is also the issuer",
            });
        }
        self.check_keys()?;
        if self.admission.process.check().is_err() {
            return Err(ConfigError::Value {
                key: "admission.process",
                expected: "must have clocks of 1 to 52 weeks",
            });
        }
        let outbound = &self.outbound;
        if outbound.certificate_file.is_some() != outbound.key_file.is_some() {
            return Err(ConfigError::Value {
                key: "outbound",
                expected: "must have certificate_file and key_file, or neither",
            });
        }
        let lines = &self.lines;
        let some = [
            lines.ca_file.is_some(),
            lines.certificate_file.is_some(),
            lines.key_file.is_some(),
        ];
        if some.contains(&true) && some.contains(&false) {
            let expected = "must have ca_file, certificate_file and key_file, or none of them";
            return Err(ConfigError::Value { key: "lines", expected });
        }
        Ok(())
    }

    fn check_keys(&self) -> Result<(), ConfigError> {
        let keys = [
            self.keys.pkcs11_module.is_some(),
            self.keys.pkcs11_token.is_some(),
            self.keys.pkcs11_pin_file.is_some(),
        ];
        if keys.contains(&true) && keys.contains(&false) {
            let expected = "must have pkcs11_module, pkcs11_token and pkcs11_pin_file, or none of them";
            return Err(ConfigError::Value { key: "keys", expected });
        }
        Ok(())
    }

    /// The service hours as minutes since midnight in Seoul; `None` for round the clock.
    pub fn hours(&self) -> Result<Option<(i64, i64)>, ConfigError> {
        if self.hub.hours.is_empty() {
            return Ok(None);
        }
        let minutes = |text: &str| {
            let (hours, minutes) = text.split_once(':')?;
            let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
            ((0..=24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
        };
        let span = self
            .hub
            .hours
            .split_once('-')
            .and_then(|(from, to)| Some((minutes(from)?, minutes(to)?)));
        span.filter(|(from, to)| from < to).map(Some).ok_or(ConfigError::Value {
            key: "hub.hours",
            expected: "must be empty or a span such as 00:05-23:55",
        })
    }

    /// Every file that the configuration names.
    pub fn files(&self) -> Vec<PathBuf> {
        let always = [&self.tls.certificate_file, &self.tls.key_file, &self.tls.client_ca_file];
        let lines = [&self.lines.ca_file, &self.lines.certificate_file, &self.lines.key_file];
        let others = [&self.database.ca_file, &self.identity.ca_file, &self.outbound.ca_file];
        let authority = [&self.authority.certificate_file, &self.authority.key_file];
        let outbound = [&self.outbound.certificate_file, &self.outbound.key_file];
        let keys = [&self.keys.pkcs11_module, &self.keys.pkcs11_pin_file];
        let optional = lines
            .into_iter()
            .chain(others)
            .chain(authority)
            .chain(outbound)
            .chain(keys)
            .flatten();
        always
            .into_iter()
            .chain([&self.secrets.keyring_file])
            .chain(optional)
            .cloned()
            .collect()
    }

    /// A configuration with every key, as `naru config example` prints it.
    pub fn example() -> Self {
        let file = |name: &str| PathBuf::from(format!("/etc/naru/{name}"));
        Self {
            hub: HubSection {
                listen: ([0, 0, 0, 0], 8443).into(),
                ops_listen: ([127, 0, 0, 1], 9443).into(),
                public_url: "https://openapi.example.kr".to_owned(),
                mutual_tls_listen: Some(([0, 0, 0, 0], 8444).into()),
                mutual_tls_url: Some("https://mtls.openapi.example.kr".to_owned()),
                test_bed: false,
                hours: "00:05-23:55".to_owned(),
                page_size: page_size(),
            },
            tls: TlsSection {
                certificate_file: file("hub.pem"),
                key_file: file("hub.key"),
                client_ca_file: file("clients-ca.pem"),
            },
            database: DatabaseSection {
                url: "postgres://naru@db.example.kr/naru".to_owned(),
                connections: connections(),
                ca_file: Some(file("database-ca.pem")),
            },
            secrets: SecretsSection {
                keyring_file: file("keyring.toml"),
            },
            lines: LinesSection {
                ca_file: Some(file("lines-ca.pem")),
                certificate_file: Some(file("lines.pem")),
                key_file: Some(file("lines.key")),
            },
            identity: IdentitySection {
                url: "https://identity.example.kr".to_owned(),
                ca_file: Some(file("identity-ca.pem")),
            },
            outbound: OutboundSection {
                ca_file: Some(PathBuf::from("/etc/ssl/certs/ca-certificates.crt")),
                certificate_file: Some(file("outbound.pem")),
                key_file: Some(file("outbound.key")),
            },
            authority: AuthoritySection {
                certificate_file: Some(file("clients-issuer.pem")),
                key_file: Some(file("clients-issuer.key")),
            },
            keys: KeysSection::default(),
            lives: Lives::default(),
            rates: RateSettings::default(),
            person_limits: PersonLimits::default(),
            banking: BankingSettings::default(),
            admission: AdmissionSettings {
                documents: PathBuf::from("/var/lib/naru/documents"),
                ..AdmissionSettings::default()
            },
            log: LogSection::default(),
            trial: TrialSection::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> Result<Config, String> {
        let config: Config = toml::from_str(text).map_err(|error| error.to_string())?;
        config.check().map(|()| config).map_err(|error| error.to_string())
    }

    #[test]
    fn the_example_reads_back_and_unknown_keys_are_refused() {
        let text = Config::example().to_text();
        let again = reads(&text).unwrap();
        assert_eq!(again.to_text(), text);
        let wrong = text.replace("[tls]", "[tls]\nsurprise = 1");
        assert!(reads(&wrong).unwrap_err().contains("surprise"));
    }

    #[test]
    fn values_that_cannot_work_are_refused_by_name() {
        let text = Config::example().to_text();
        for (from, to, key) in [
            ("hours = \"00:05-23:55\"", "hours = \"23:55-00:05\"", "hub.hours"),
            ("page_size = 25", "page_size = 0", "hub.page_size"),
            ("connections = 32", "connections = 0", "database.connections"),
            ("answer_ms = 25000", "answer_ms = 30000", "banking.answer_ms"),
            ("start_weeks = 4", "start_weeks = 0", "admission.process"),
            (
                "efin_isms_survives = false",
                "efin_isms_survives = \"no\"",
                "efin_isms_survives",
            ),
        ] {
            assert!(text.contains(from), "{from}");
            let error = reads(&text.replace(from, to)).unwrap_err();
            assert!(error.contains(key), "{error}");
        }
    }
}
