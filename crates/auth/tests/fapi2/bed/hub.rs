//! The hub under test.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use naru_auth::key::service::{self as keys, KeyStore};
use naru_core::{
    Action, Actor, BankCode, Chance, Clock, Institution, InstitutionStatus, PersonLimits, SECOND, Timestamp,
};
use naru_crypto::jose::Jws;
use naru_crypto::{Keyring, hex};
use naru_storage::{DatabaseSettings, Storage, StorageError};
use naru_web::{Hub, HubSettings, Lives, OutboundSettings};

use super::ISSUER;

/// In whose name the bed itself writes.
pub(crate) const ACTOR: Actor = Actor::Hub("bed");
/// Where the contract accounts are.
pub(crate) const BANK: &str = "097";
/// The moment at which every bed begins.
const START: Timestamp = Timestamp(1_795_000_000 * SECOND);

/// What a test wants to be different.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) mutual_tls_url: Option<String>,
    pub(crate) outbound: OutboundSettings,
    pub(crate) test_bed: bool,
    pub(crate) lives: Lives,
    /// Whether the database has its tables.
    pub(crate) migrated: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mutual_tls_url: None,
            outbound: OutboundSettings::default(),
            test_bed: true,
            lives: Lives::default(),
            migrated: true,
        }
    }
}

/// A hub, its router, and the hands of its clock.
pub(crate) struct Bed {
    pub(crate) hub: Hub,
    pub(crate) router: axum::Router,
    hand: Arc<AtomicI64>,
    chance: Chance,
}

impl Bed {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let (clock, hand) = Clock::manual(START);
        let opened = Storage::open(
            &DatabaseSettings::Memory,
            Keyring::generate(),
            clock.clone(),
            Chance::seeded(1),
        );
        let storage = opened.unwrap();
        if options.migrated {
            storage.migrate().await.unwrap();
            institution(&storage).await;
        }
        let settings = HubSettings {
            public_url: ISSUER.to_owned(),
            mutual_tls_url: options.mutual_tls_url,
            outbound: options.outbound,
            test_bed: options.test_bed,
            hours: None,
            lives: options.lives,
            person_limits: PersonLimits::default(),
            page_size: 25,
            rates: naru_web::RateSettings::default(),
        };
        let hub = Hub::start(storage, settings);
        if options.migrated {
            keys::prepare(&hub, &KeyStore::Sealed).await.unwrap();
        }
        let routes = naru_auth::routes(&hub);
        let router = naru_web::router(routes, clock, hub.storage().chance().clone());
        Self {
            hub,
            router,
            hand,
            chance: Chance::seeded(2),
        }
    }

    pub(crate) fn storage(&self) -> &Storage {
        self.hub.storage()
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.hub.now().0 / SECOND
    }

    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.hand.fetch_add(seconds * SECOND, Ordering::SeqCst);
    }

    /// An id that nobody had.
    pub(crate) fn fresh(&self) -> String {
        hex(&self.chance.bytes::<16>())
    }

    /// The test's own chance.
    pub(crate) fn chance(&self) -> &Chance {
        &self.chance
    }

    /// How many rows the trail has: whatever is issued, pushed or ended leaves one.
    pub(crate) async fn trail(&self) -> i64 {
        let counted = self.storage().read("it", async |tx| tx.trail_count().await).await;
        counted.unwrap_or_else(|error: StorageError| panic!("{error}"))
    }

    /// That the hub signed a text with a key that it publishes.
    pub(crate) fn verify(&self, text: &str) {
        let jws = Jws::parse(text, 64 * 1024).unwrap();
        let keys = self.hub.keys().get();
        let kid = jws.header().kid.clone().unwrap();
        let named = keys.published.iter().find(|key| key.kid() == Some(&kid));
        jws.verify(named.unwrap()).unwrap();
    }
}

async fn institution(storage: &Storage) {
    let row = Institution {
        code: BankCode::parse(BANK).unwrap(),
        name_ko: "나루은행".to_owned(),
        name_en: "Naru Bank".to_owned(),
        line_url: "https://bank.example".to_owned(),
        simulated: true,
        status: InstitutionStatus::Open,
        timeout_ms: 10_000,
        in_flight_max: 256,
        net_debit_cap: None,
        updated_at: storage.clock().now(),
        version: 0,
    };
    let row = &row;
    let put = storage.run("institution_put", &ACTOR, async |tx| {
        tx.institution_put(row).await?;
        let nothing = serde_json::json!({});
        tx.trail(Action::InstitutionChanged, &row.code, nothing).await
    });
    put.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
}
