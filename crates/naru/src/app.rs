//! Wiring: a configuration becomes a running hub, and a running hub ends without losing anything.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use naru_admission::{AdmissionSettings, Office, signal};
use naru_auth::identity::IdentityCheck;
use naru_auth::key;
use naru_auth::member::CodePool;
use naru_auth::passkey::Passkeys;
use naru_banking::line::{Connect, HttpConnect, Lines};
use naru_banking::{Desk, management, transfer};
use naru_console::Pages;
use naru_console::member::TrialMember;
use naru_console::person::SignInWords;
use naru_core::{Chance, Clock};
use naru_crypto::Keyring;
use naru_storage::{DatabaseSettings, Storage, StorageError};
use naru_web::{
    Hub, HubSettings, Listener, ListenerError, OutboundSettings, Route, Served, ServerTls, limited, ops_router, router,
};

use crate::config::{Config, ConfigError, read};
pub use crate::equipment::{authority, key_store};
use crate::equipment::{identity, line_tls, prober};

/// How long a shutdown waits for work in flight: longer than any transfer may take.
const FINISH: Duration = Duration::from_secs(40);

/// Why a hub does not start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The configuration or a file it names.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// An address or its certificate.
    #[error(transparent)]
    Listener(#[from] ListenerError),
    /// A secret or a certificate cannot be used.
    #[error("{0}")]
    Setup(String),
}

/// The system's generator behind [`Chance`].
pub fn system_chance() -> Chance {
    Chance::from_fn(naru_crypto::fill_random)
}

/// Opens the database that a configuration names.
pub fn open_storage(config: &Config) -> Result<Storage, AppError> {
    let keyring = String::from_utf8_lossy(&read(&config.secrets.keyring_file)?).into_owned();
    let keyring = Keyring::parse(&keyring).map_err(|error| AppError::Setup(error.to_string()))?;
    let roots = config.database.ca_file.as_deref().map(read).transpose()?;
    let url = &config.database.url;
    let settings = match url.strip_prefix("sqlite:") {
        Some(path) => DatabaseSettings::File(std::path::Path::new(path)),
        None => DatabaseSettings::Postgres {
            settings: url,
            connections: config.database.connections,
            roots_pem: roots.as_deref(),
        },
    };
    Ok(Storage::open(&settings, keyring, Clock::system(), system_chance())?)
}

/// The settings that handlers read.
pub fn hub_settings(config: &Config) -> Result<HubSettings, ConfigError> {
    Ok(HubSettings {
        public_url: config.hub.public_url.clone(),
        mutual_tls_url: config.hub.mutual_tls_url.clone(),
        outbound: OutboundSettings {
            roots_pem: config
                .outbound
                .ca_file
                .as_deref()
                .map(read)
                .transpose()?
                .unwrap_or_default(),
            private_addresses: config.admission.private_endpoints,
        },
        test_bed: config.hub.test_bed,
        hours: config.hours()?,
        lives: config.lives,
        person_limits: config.person_limits,
        page_size: config.hub.page_size,
        rates: config.rates,
    })
}

/// Whom one can sign in as in a trial; nobody elsewhere.
#[derive(Clone, Default)]
pub struct TrialWords {
    /// Invented people.
    pub people: Arc<[SignInWords]>,
    /// Invented members with the codes of their invitations.
    pub members: Arc<[TrialMember]>,
}

/// The parts of a hub before it listens.
#[derive(Clone)]
pub struct Parts {
    /// The hub.
    pub hub: Hub,
    /// The banking feature.
    pub desk: Desk,
    /// The admission feature.
    pub office: Office,
    /// The pages.
    pub pages: Pages,
}

impl Parts {
    /// Puts a hub together over an open database, with lines and an identity check of the caller's choice.
    pub async fn assemble(
        storage: Storage,
        settings: HubSettings,
        (banking, connect): (naru_banking::BankingSettings, Arc<dyn Connect>),
        (identity, trial): (Arc<dyn IdentityCheck>, TrialWords),
        admission: AdmissionSettings,
    ) -> Result<Self, StorageError> {
        storage.schema_check().await?;
        let lines = Arc::new(Lines::new(connect, storage.clock().clone()));
        let hub = Hub::start(storage, settings);
        let desk = Desk {
            hub: hub.clone(),
            lines,
            settings: banking,
            commits: Arc::default(),
        };
        desk.refresh_lines().await?;
        management::jobs::open_window(&desk).await?;
        let office = Office {
            hub: hub.clone(),
            settings: Arc::new(admission),
        };
        let passkeys = Passkeys::new(&hub.settings().public_url)
            .inspect_err(
                |why| tracing::warn!(event = "no_passkeys", %why, "people sign in by the identity check alone"),
            )
            .ok();
        let pages = Pages {
            passkeys,
            hub: hub.clone(),
            desk: desk.clone(),
            office: office.clone(),
            identity,
            trial_people: trial.people,
            trial_members: trial.members,
            code_pool: CodePool::default(),
            authority: None,
        };
        Ok(Self {
            hub,
            desk,
            office,
            pages,
        })
    }

    /// The route table of the whole hub.
    pub fn routes(&self) -> Vec<Route> {
        let mut routes = naru_auth::routes(&self.hub);
        routes.extend(naru_banking::routes(&self.desk));
        routes.extend(naru_admission::routes(&self.office));
        routes.extend(naru_console::routes(&self.pages));
        limited(routes, &self.hub)
    }

    /// The router over that table.
    pub fn router(&self) -> axum::Router {
        let storage = self.hub.storage();
        router(self.routes(), storage.clock().clone(), storage.chance().clone())
    }
}

/// A hub that serves.
pub struct Running {
    /// Its parts.
    pub parts: Parts,
    /// Where fintechs and browsers reach it.
    pub addr: SocketAddr,
    /// Where operators reach it.
    pub ops_addr: SocketAddr,
    served: Vec<Served>,
    ops: Served,
    jobs: Vec<tokio::task::JoinHandle<()>>,
}

/// Starts a hub from its configuration.
pub async fn start(config: &Config) -> Result<Running, AppError> {
    let storage = open_storage(config)?;
    let connect: Arc<dyn Connect> = Arc::new(HttpConnect::new(line_tls(config)?));
    let identity: Arc<dyn IdentityCheck> = Arc::new(identity(config)?);
    let people = config.trial.people.iter().map(|person| SignInWords {
        name: person.name.clone(),
        birth_date: person.birth_date.clone(),
        cell_no: person.cell_no.clone(),
    });
    let members = config.trial.members.iter().map(|member| TrialMember {
        organisation: member.organisation.clone(),
        organisation_name: member.organisation_name.clone(),
        kind: member.kind,
        user_name: member.user_name.clone(),
        display_name: member.display_name.clone(),
        code: member.code.clone(),
    });
    let trial = TrialWords {
        people: people.collect(),
        members: members.collect(),
    };
    let mut parts = Parts::assemble(
        storage,
        hub_settings(config)?,
        (config.banking, connect),
        (identity, trial),
        config.admission.clone(),
    )
    .await?;
    parts.pages.authority = authority(config)?.map(Arc::new);
    listen(config, parts).await
}

async fn listen(config: &Config, parts: Parts) -> Result<Running, AppError> {
    let listeners = bind(config).await?;
    let ops = Listener::bind(config.hub.ops_listen, None).await?;
    wake_transfers(&parts).await?;
    let store = key_store(config)?;
    key::service::prepare(&parts.hub, &store)
        .await
        .map_err(|error| AppError::Setup(format!("keys: {error}")))?;
    let (addr, ops_addr) = (listeners[0].addr(), ops.addr());
    let jobs = vec![
        tokio::spawn(transfer::resolver::run(parts.desk.clone())),
        tokio::spawn(management::jobs::run(parts.desk.clone())),
        tokio::spawn(naru_admission::jobs::run(parts.office.clone())),
        tokio::spawn(naru_admission::function_test::jobs::run(parts.office.clone())),
        tokio::spawn(signal::job::run(
            parts.office.clone(),
            Arc::new(prober(config, &parts)?),
            signal::job::JobSettings::default(),
        )),
        tokio::spawn(naru_auth::authorization::jobs::run(parts.hub.clone())),
        tokio::spawn(key::jobs::run(parts.hub.clone(), store)),
        tokio::spawn(naru_auth::client::jobs::run(
            parts.hub.clone(),
            authority(config)?.map(Arc::new),
        )),
    ];
    let router = parts.router();
    let served = listeners
        .into_iter()
        .map(|listener| listener.refusing(parts.hub.revoked().clone()).serve(router.clone()))
        .collect();
    let ops = ops.serve(ops_router(parts.hub.clone()));
    tracing::info!(event = "hub_started", %addr, %ops_addr, database = parts.hub.storage().engine_name(), "serving");
    Ok(Running {
        parts,
        addr,
        ops_addr,
        served,
        ops,
        jobs,
    })
}

/// Opens the address for everybody, and the one for clients with certificates where there is a second.
async fn bind(config: &Config) -> Result<Vec<Listener>, AppError> {
    let asking = ServerTls {
        certificates_pem: read(&config.tls.certificate_file)?,
        key_pem: read(&config.tls.key_file)?,
        client_roots_pem: Some(read(&config.tls.client_ca_file)?),
    };
    let Some(second) = config.hub.mutual_tls_listen else {
        return Ok(vec![Listener::bind(config.hub.listen, Some(&asking)).await?]);
    };
    let plain = ServerTls {
        client_roots_pem: None,
        ..asking.clone()
    };
    Ok(vec![
        Listener::bind(config.hub.listen, Some(&plain)).await?,
        Listener::bind(second, Some(&asking)).await?,
    ])
}

/// On SQLite this process is the only hub: whatever is open belongs to nobody any more and is looked at now. On
/// PostgreSQL another node may be at work on it; its lease runs out by itself.
async fn wake_transfers(parts: &Parts) -> Result<(), StorageError> {
    let storage = parts.hub.storage();
    if storage.engine_name() != "sqlite" {
        return Ok(());
    }
    let woken = storage
        .record("transfer_wake_all", async |tx| tx.transfer_wake_all(tx.now()).await)
        .await?;
    if woken > 0 {
        tracing::info!(
            event = "transfers_woken",
            woken,
            "transfers of an earlier run are being resolved"
        );
    }
    Ok(())
}

impl Running {
    /// Takes no further calls, lets those in flight end, records everything, and ends. A transfer that an
    /// institution keeps waiting is parked: its intention is stored, and the next start asks for it.
    pub async fn stop(self) {
        for served in self.served {
            served.stop().await;
        }
        if tokio::time::timeout(FINISH, self.parts.hub.finish()).await.is_err() {
            tracing::warn!(
                event = "finish_cut",
                "work in flight was parked; the next start resolves it"
            );
        }
        for job in &self.jobs {
            job.abort();
        }
        self.ops.stop().await;
        tracing::info!(event = "hub_stopped", "nothing is in flight");
    }
}

/// Logging to standard error.
pub fn start_logging(config: &crate::config::LogSection) {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.level)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match config.format {
        crate::config::LogFormat::Json => builder.json().try_init(),
        crate::config::LogFormat::Text => builder.with_target(false).try_init(),
    };
    // A second start in one process, as tests do it, keeps the first one's settings.
    drop(started);
}
