//! The sections of the configuration.

use std::net::SocketAddr;
use std::path::PathBuf;

use naru_core::OrganisationKind;
use serde::{Deserialize, Serialize};

/// Addresses and what the hub is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubSection {
    /// Where fintechs and browsers reach the hub.
    pub listen: SocketAddr,
    /// Health, readiness and numbers; in the clear, for operators alone.
    pub ops_listen: SocketAddr,
    /// Address under which browsers reach the pages.
    pub public_url: String,
    /// A second address that asks clients for their certificates; with it, the first one asks nobody, so that browsers
    /// are not asked to choose one.
    #[serde(default)]
    pub mutual_tls_listen: Option<SocketAddr>,
    /// Address under which clients reach the second one.
    #[serde(default)]
    pub mutual_tls_url: Option<String>,
    /// Whether clients of the test bed are served.
    #[serde(default)]
    pub test_bed: bool,
    /// Between which times money moves, such as `00:05-23:55`; empty for round the clock.
    #[serde(default)]
    pub hours: String,
    /// Transactions on one page, 1 to 100.
    #[serde(default = "page_size")]
    pub page_size: u32,
}

pub(super) const fn page_size() -> u32 {
    25
}

/// The listener's certificate.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSection {
    /// Certificate and those above it, PEM.
    pub certificate_file: PathBuf,
    /// Private key, PEM.
    pub key_file: PathBuf,
    /// Authorities whose client certificates are accepted, PEM.
    pub client_ca_file: PathBuf,
}

/// The database.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSection {
    /// `sqlite:PATH`, `postgres://…` or `host=… dbname=…`. A password belongs into this file or into a password file
    /// of PostgreSQL, never on a command line.
    pub url: String,
    /// Connections to PostgreSQL at most.
    #[serde(default = "connections")]
    pub connections: usize,
    /// Authorities that the database's certificate must chain to, PEM; without it the connection is in the clear.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

pub(super) const fn connections() -> usize {
    32
}

/// Files with secrets.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretsSection {
    /// The master keys of sealed columns.
    pub keyring_file: PathBuf,
}

/// The lines to institutions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinesSection {
    /// Authorities of the institutions' certificates, PEM.
    pub ca_file: Option<PathBuf>,
    /// The hub's own certificate towards institutions, PEM.
    pub certificate_file: Option<PathBuf>,
    /// Its private key, PEM.
    pub key_file: Option<PathBuf>,
}

/// The agency that proofs people.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitySection {
    /// Its base address.
    pub url: String,
    /// Authorities of its certificate, PEM.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// Calls to servers of fintechs, such as for their published keys.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutboundSection {
    /// Authorities of those servers' certificates, PEM; without it no keys are fetched and no endpoint can be trusted.
    pub ca_file: Option<PathBuf>,
    /// The hub's own certificate towards them, PEM: callbacks must take it and refuse a stranger's.
    pub certificate_file: Option<PathBuf>,
    /// Its private key, PEM.
    pub key_file: Option<PathBuf>,
}

/// The authority that issues certificates to clients; without it the hub issues none.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthoritySection {
    /// Its certificate, PEM; one of those in `tls.client_ca_file`.
    pub certificate_file: Option<PathBuf>,
    /// Its private key, PEM.
    pub key_file: Option<PathBuf>,
}

/// Where the keys are with which the hub signs: sealed in the database, or in a PKCS#11 token.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeysSection {
    /// The token's PKCS#11 module; keys are made and used there.
    pub pkcs11_module: Option<PathBuf>,
    /// The token's label.
    pub pkcs11_token: Option<String>,
    /// A file with the token's user PIN.
    pub pkcs11_pin_file: Option<PathBuf>,
}

/// What is logged, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSection {
    /// `text` or `json`.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug`, or filters such as `naru_banking=debug,info`.
    pub level: String,
}

impl Default for LogSection {
    fn default() -> Self {
        Self {
            format: LogFormat::Json,
            level: "info".to_owned(),
        }
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Invented people.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrialSection {
    /// Whom one can sign in as.
    pub people: Vec<TrialPerson>,
    /// Members who have not enrolled yet, with the codes of their invitations.
    #[serde(default)]
    pub members: Vec<TrialMember>,
}

/// One invented member of an organisation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialMember {
    /// The code of their organisation.
    pub organisation: String,
    /// Its name.
    pub organisation_name: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// Their name there.
    pub user_name: String,
    /// As others are shown them.
    pub display_name: String,
    /// The code of their invitation.
    pub code: String,
}

/// One invented person.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialPerson {
    /// Full name.
    pub name: String,
    /// `yyyyMMdd`.
    pub birth_date: String,
    /// Mobile number.
    pub cell_no: String,
}
