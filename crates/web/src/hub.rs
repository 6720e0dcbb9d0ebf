//! What every handler reaches through: storage, the call log, the numbers and the settings of the hub.

use std::sync::Arc;

use naru_core::{PersonLimits, Timestamp};
use naru_storage::Storage;
use tokio_util::task::TaskTracker;

use crate::calls::CallLog;
use crate::kftc::Codes;
use crate::metrics::Metrics;
use crate::once::OnceIds;
use crate::rates::{RateSettings, Rates};
use crate::remote_keys::RemoteKeys;
use crate::replay::Replays;
use crate::revoked::RevokedCertificates;
use crate::signing::HubKeys;

/// How far ahead a client's assertion may end, and how long it is remembered, seconds.
pub const ASSERTION_SECONDS: i64 = 600;

/// How long things live, seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lives {
    /// An access token: 90 days, as the profile prescribes.
    pub access_token_seconds: i64,
    /// A refresh token.
    pub refresh_token_seconds: i64,
    /// An access token of the FAPI 2.0 profile.
    pub fapi2_access_token_seconds: i64,
    /// An authorization code.
    pub code_seconds: i64,
    /// What a person granted, and the consents for accounts with it.
    pub grant_seconds: i64,
    /// A person's journey through the consent pages.
    pub journey_seconds: i64,
    /// A person's session that nobody uses.
    pub session_idle_seconds: i64,
    /// A person's session, however much it is used.
    pub session_absolute_seconds: i64,
}

impl Default for Lives {
    fn default() -> Self {
        Self {
            access_token_seconds: 7_776_000,
            refresh_token_seconds: 8_640_000,
            fapi2_access_token_seconds: 600,
            code_seconds: 600,
            grant_seconds: 31_536_000,
            journey_seconds: 1_800,
            session_idle_seconds: 900,
            session_absolute_seconds: 43_200,
        }
    }
}

/// How addresses that clients name are reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboundSettings {
    /// The authorities whose servers are trusted, PEM.
    pub roots_pem: Vec<u8>,
    /// Whether an address that is not public may be reached: for trials and tests.
    pub private_addresses: bool,
}

/// Settings that handlers read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubSettings {
    /// Address under which browsers reach the pages, such as `https://localhost:8443`.
    pub public_url: String,
    /// Address under which clients reach the hub with their certificates, where that is another listener.
    pub mutual_tls_url: Option<String>,
    /// How clients' keys are fetched.
    pub outbound: OutboundSettings,
    /// Whether clients of the test bed are served.
    pub test_bed: bool,
    /// Minutes since midnight in Seoul between which money moves; `None` for round the clock.
    pub hours: Option<(i64, i64)>,
    /// How long things live.
    pub lives: Lives,
    /// What a person may have withdrawn.
    pub person_limits: PersonLimits,
    /// Transactions on one page.
    pub page_size: u32,
    /// How often somebody may ask.
    pub rates: RateSettings,
}

impl HubSettings {
    /// Whether money moves at this moment.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.hours
            .is_none_or(|(from, to)| (from..to).contains(&now.minute_of_day()))
    }
}

/// The hub as handlers see it. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Parts>);

struct Parts {
    storage: Storage,
    settings: HubSettings,
    calls: CallLog,
    once: OnceIds,
    codes: Codes,
    metrics: Metrics,
    work: TaskTracker,
    proofs: Replays,
    assertions: Replays,
    keys: HubKeys,
    remote_keys: RemoteKeys,
    revoked: RevokedCertificates,
    rates: Rates,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hub({})", self.0.settings.public_url)
    }
}

impl Hub {
    /// Puts the parts together; the call log starts writing.
    pub fn start(storage: Storage, settings: HubSettings) -> Self {
        let metrics = Metrics::new();
        let calls = CallLog::start(storage.clone());
        let once = OnceIds::default();
        let rates = Rates::new(settings.rates);
        let remote_keys = RemoteKeys::new(&settings.outbound);
        Self(Arc::new(Parts {
            storage,
            settings,
            proofs: Replays::new(crate::fapi2::proof::REMEMBER_SECONDS),
            // An assertion counts for a moment after its end too: clocks differ.
            assertions: Replays::new(ASSERTION_SECONDS + 60),
            keys: HubKeys::default(),
            remote_keys,
            revoked: RevokedCertificates::default(),
            rates,
            calls,
            once,
            codes: Codes::embedded(),
            metrics,
            work: TaskTracker::new(),
        }))
    }

    /// The database.
    pub fn storage(&self) -> &Storage {
        &self.0.storage
    }

    /// The settings.
    pub fn settings(&self) -> &HubSettings {
        &self.0.settings
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.0.storage.clock().now()
    }

    /// Where calls are recorded.
    pub fn calls(&self) -> &CallLog {
        &self.0.calls
    }

    /// The numbers for `/metrics`.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// The wire codes.
    pub fn codes(&self) -> &Codes {
        &self.0.codes
    }

    /// Work that goes on although its caller has left: a shutdown waits for it.
    pub fn work(&self) -> &TaskTracker {
        &self.0.work
    }

    /// Waits until all work has ended and every call is recorded.
    pub async fn finish(&self) {
        self.0.work.close();
        self.0.work.wait().await;
        self.0.calls.flush().await;
    }

    /// Proofs of possession that were seen.
    pub fn proofs(&self) -> &Replays {
        &self.0.proofs
    }

    /// Client assertions that were seen.
    pub fn assertions(&self) -> &Replays {
        &self.0.assertions
    }

    /// The keys with which the hub signs.
    pub fn keys(&self) -> &HubKeys {
        &self.0.keys
    }

    /// Keys that clients publish at an address of theirs.
    pub fn remote_keys(&self) -> &RemoteKeys {
        &self.0.remote_keys
    }

    /// How often somebody may ask.
    pub fn rates(&self) -> &Rates {
        &self.0.rates
    }

    /// Client certificates that are not accepted any more.
    pub fn revoked(&self) -> &RevokedCertificates {
        &self.0.revoked
    }

    /// The addresses under which a client may have made a proof: the hub's own, and the one for mutual TLS.
    pub fn bases(&self) -> impl Iterator<Item = &str> {
        let settings = &self.0.settings;
        std::iter::once(settings.public_url.as_str()).chain(settings.mutual_tls_url.as_deref())
    }

    pub(crate) fn once(&self) -> &OnceIds {
        &self.0.once
    }
}
