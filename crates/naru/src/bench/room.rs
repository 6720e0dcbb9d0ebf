//! The directory of a run: certificates, keyring, configuration, database and logs, removed at the end.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use naru_core::{PersonLimits, Won};
use naru_web::outbound::ClientTls;

use crate::cli::Failure;
use crate::config::{
    AuthoritySection, Config, DatabaseSection, HubSection, IdentitySection, KeysSection, LinesSection, LogFormat,
    LogSection, OutboundSection, SecretsSection, TlsSection, TrialSection, read,
};
use crate::up::{Files, certificate_sha256};

/// Connections to PostgreSQL.
const CONNECTIONS: usize = 32;

/// The directory of a run. Dropping it removes it.
pub(super) struct Room {
    dir: PathBuf,
    files: Files,
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.dir) {
            eprintln!("naru: {} could not be removed: {error}", self.dir.display());
        }
    }
}

impl Room {
    /// A fresh directory with certificates and a keyring.
    pub(super) fn prepare() -> Result<Self, Failure> {
        let dir = std::env::temp_dir().join(format!("naru-bench-{}", random_word()));
        let files = Files::prepare(&dir)?;
        Ok(Self { dir, files })
    }

    /// Where it is.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Its path as text, for arguments.
    pub(super) fn text(&self) -> String {
        self.dir.display().to_string()
    }

    /// What the fintech shows and trusts.
    pub(super) fn client_tls(&self) -> Result<Arc<rustls::ClientConfig>, Failure> {
        let tls = ClientTls {
            roots_pem: read(&self.files.path("ca.pem"))?,
            identity_pem: Some((
                read(&self.files.path("fintech.pem"))?,
                read(&self.files.path("fintech.key"))?,
            )),
        };
        Ok(Arc::new(tls.config().map_err(Failure::Failed)?))
    }

    /// SHA-256 of the fintech's certificate.
    pub(super) fn certificate_sha256(&self) -> Result<[u8; 32], Failure> {
        let pem = self.files.text("fintech.pem").unwrap_or_default();
        certificate_sha256(&pem).ok_or_else(|| Failure::Failed("the fintech has no certificate".to_owned()))
    }

    /// A hub on free ports over one database.
    pub(super) fn config(&self, database: String) -> Result<Config, Failure> {
        let listen = free_port()?;
        let much = Won::MAX_WIRE;
        Ok(Config {
            hub: HubSection {
                listen,
                ops_listen: free_port()?,
                public_url: format!("https://localhost:{}", listen.port()),
                mutual_tls_listen: None,
                mutual_tls_url: None,
                test_bed: false,
                hours: String::new(),
                page_size: 25,
            },
            tls: TlsSection {
                certificate_file: self.files.path("hub.pem"),
                key_file: self.files.path("hub.key"),
                client_ca_file: self.files.path("ca.pem"),
            },
            database: DatabaseSection {
                url: database,
                connections: CONNECTIONS,
                ca_file: None,
            },
            secrets: SecretsSection {
                keyring_file: self.files.path("keyring.toml"),
            },
            lines: LinesSection {
                ca_file: Some(self.files.path("ca.pem")),
                certificate_file: Some(self.files.path("line.pem")),
                key_file: Some(self.files.path("line.key")),
            },
            identity: IdentitySection {
                url: "http://127.0.0.1:9".to_owned(),
                ca_file: None,
            },
            outbound: OutboundSection {
                ca_file: Some(self.files.path("ca.pem")),
                ..OutboundSection::default()
            },
            authority: AuthoritySection {
                certificate_file: Some(self.files.path("ca.pem")),
                key_file: Some(self.files.path("ca.key")),
            },
            keys: KeysSection::default(),
            lives: naru_web::Lives::default(),
            // All load comes from one address and one client.
            rates: naru_web::RateSettings {
                address_per_second: 0,
                client_per_second: 0,
                ..naru_web::RateSettings::default()
            },
            person_limits: PersonLimits {
                transfer_won: much,
                day_won: much,
                first_days_won: much,
            },
            banking: naru_banking::BankingSettings::default(),
            admission: naru_admission::AdmissionSettings {
                documents: self.files.path("documents"),
                ..naru_admission::AdmissionSettings::default()
            },
            log: LogSection {
                format: LogFormat::Json,
                level: std::env::var("NARU_LOG").unwrap_or_else(|_| "warn".to_owned()),
            },
            trial: TrialSection::default(),
        })
    }

    /// Writes a configuration, readable by its owner alone: it may hold a password.
    pub(super) fn keep(&self, name: &str, config: &Config) -> Result<PathBuf, Failure> {
        self.files.write(name, &config.to_text())?;
        Ok(self.files.path(name))
    }
}

/// A free port, found by opening and closing it.
fn free_port() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Eight bytes of chance in hexadecimal.
pub(super) fn random_word() -> String {
    let mut random = [0; 8];
    naru_crypto::fill_random(&mut random);
    naru_crypto::hex(&random)
}
