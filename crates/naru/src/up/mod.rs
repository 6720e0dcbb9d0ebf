//! `naru up`: everything for a trial on one machine, in one directory, again and again.
//!
//! It makes a development certificate authority, starts simulated institutions and an identity agency, and a hub over
//! an embedded database. Starting it again finds everything as it was left.

mod files;
mod members;
mod seed;
mod summary;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use naru_admission::AdmissionSettings;
use naru_sims::bank::{self, RunningBank};
use naru_sims::identity::{self, IdentitySettings, RunningIdentity};
use naru_sims::{SimError, TlsFiles, demo, seoul};

use crate::app::{self, AppError, Running};
use crate::config::{
    AuthoritySection, Config, DatabaseSection, HubSection, IdentitySection, KeysSection, LinesSection, LogFormat,
    LogSection, OutboundSection, SecretsSection, TlsSection, TrialPerson, TrialSection,
};
pub(crate) use files::now;
pub use files::{Files, certificate_sha256};
pub use members::MembersError;
pub use seed::{SeedError, contract_account};
pub use summary::{SummaryAccount, SummaryPerson, SummarySim, TrialSummary};

/// Why a trial does not start.
#[derive(Debug, thiserror::Error)]
pub enum UpError {
    /// The hub.
    #[error(transparent)]
    App(#[from] AppError),
    /// A simulated institution or agency.
    #[error(transparent)]
    Sim(#[from] SimError),
    /// The directory.
    #[error("{path}: {source}")]
    Directory {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A certificate.
    #[error(transparent)]
    Authority(#[from] naru_crypto::AuthorityError),
    /// The trial's people and fintech.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// The trial's organisations and their members.
    #[error(transparent)]
    Members(#[from] MembersError),
}

/// What a trial is told.
#[derive(Debug, Clone)]
pub struct UpOptions {
    /// Where everything is kept.
    pub dir: PathBuf,
    /// Where the hub listens; port 0 for a free one.
    pub listen: SocketAddr,
    /// Where its numbers are; port 0 for a free one.
    pub ops_listen: SocketAddr,
    /// Another database than the embedded one.
    pub database: Option<String>,
    /// Transactions on one page.
    pub page_size: u32,
}

/// A trial at work.
pub struct Trial {
    /// The hub.
    pub running: Running,
    /// The institutions.
    pub banks: Vec<RunningBank>,
    /// The identity agency.
    pub identity: RunningIdentity,
    /// What a fintech needs to begin.
    pub summary: TrialSummary,
}

const FREE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Starts a trial, or starts it again.
pub async fn start(options: &UpOptions) -> Result<Trial, UpError> {
    let files = Files::prepare(&options.dir)?;
    let identity = identity::start(IdentitySettings {
        addr: FREE,
        admin_addr: FREE,
        tls: None,
        people: demo::people(),
    })
    .await?;
    let banks = start_banks(&files).await?;
    let mut config = configure(options, &files, identity.addr)?;
    let storage = app::open_storage(&config)?;
    storage.migrate().await.map_err(AppError::from)?;
    seed::institutions(&storage, &banks).await?;
    config.trial.members = members::prepare(&storage, &config.admission).await?;
    drop(storage);
    let path = options.dir.join("naru.toml");
    std::fs::write(&path, config.to_text()).map_err(|source| UpError::Directory { path, source })?;
    let running = app::start(&config).await?;
    let fintech = seed::fintech(&running.parts, &files).await?;
    let people = seed::people(&running.parts, &files, &fintech).await?;
    let summary = summary::of(&running, &files, (&fintech, people), (&banks, &identity)).await;
    Ok(Trial {
        running,
        banks,
        identity,
        summary,
    })
}

async fn start_banks(files: &Files) -> Result<Vec<RunningBank>, UpError> {
    let tls = TlsFiles {
        cert: files.path("bank.pem"),
        key: files.path("bank.key"),
        client_ca: files.path("ca.pem"),
    };
    let mut banks = Vec::new();
    for demo in demo::banks(seoul::now().date()) {
        let books = files.path("books").join(format!("{}.jsonl", demo.code));
        let mut settings = demo.settings(FREE, FREE);
        settings.tls = Some(tls.clone());
        settings.books_file = Some(books);
        banks.push(bank::start(settings).await?);
    }
    Ok(banks)
}

/// A free port is found by opening and closing it: the pages need to know their own address before they are served.
fn settled(addr: SocketAddr) -> Result<SocketAddr, UpError> {
    if addr.port() != 0 {
        return Ok(addr);
    }
    std::net::TcpListener::bind(addr)
        .and_then(|listener| listener.local_addr())
        .map_err(|source| UpError::Directory {
            path: PathBuf::from(addr.to_string()),
            source,
        })
}

/// Documents lie in the trial's directory, and its endpoints are on this machine.
fn admission(files: &Files) -> AdmissionSettings {
    AdmissionSettings {
        documents: files.path("documents"),
        private_endpoints: true,
        scim_per_second: 1_000,
        ..AdmissionSettings::default()
    }
}

fn configure(options: &UpOptions, files: &Files, identity: SocketAddr) -> Result<Config, UpError> {
    let listen = settled(options.listen)?;
    let people = demo::people().into_iter().map(|person| TrialPerson {
        name: person.name,
        birth_date: person.birth_date,
        cell_no: person.cell_no,
    });
    Ok(Config {
        hub: HubSection {
            listen,
            ops_listen: settled(options.ops_listen)?,
            public_url: format!("https://localhost:{}", listen.port()),
            mutual_tls_listen: None,
            mutual_tls_url: None,
            test_bed: true,
            hours: String::new(),
            page_size: options.page_size,
        },
        tls: TlsSection {
            certificate_file: files.path("hub.pem"),
            key_file: files.path("hub.key"),
            client_ca_file: files.path("ca.pem"),
        },
        database: DatabaseSection {
            url: options
                .database
                .clone()
                .unwrap_or_else(|| format!("sqlite:{}", files.path("naru.db").display())),
            connections: 32,
            ca_file: None,
        },
        secrets: SecretsSection {
            keyring_file: files.path("keyring.toml"),
        },
        lines: LinesSection {
            ca_file: Some(files.path("ca.pem")),
            certificate_file: Some(files.path("line.pem")),
            key_file: Some(files.path("line.key")),
        },
        identity: IdentitySection {
            url: format!("http://{identity}"),
            ca_file: None,
        },
        outbound: OutboundSection {
            ca_file: Some(files.path("ca.pem")),
            certificate_file: Some(files.path("line.pem")),
            key_file: Some(files.path("line.key")),
        },
        authority: AuthoritySection {
            certificate_file: Some(files.path("ca.pem")),
            key_file: Some(files.path("ca.key")),
        },
        keys: KeysSection::default(),
        lives: naru_web::Lives::default(),
        rates: naru_web::RateSettings::default(),
        person_limits: naru_core::PersonLimits::default(),
        banking: naru_banking::BankingSettings::default(),
        admission: admission(files),
        log: LogSection {
            format: LogFormat::Text,
            level: "warn".to_owned(),
        },
        trial: TrialSection {
            people: people.collect(),
            members: Vec::new(),
        },
    })
}

impl Trial {
    /// Stops the hub first, then what it talks to.
    pub async fn stop(self) {
        self.running.stop().await;
        for bank in self.banks {
            bank.stop().await;
        }
        self.identity.stop().await;
    }
}
