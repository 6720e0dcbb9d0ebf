//! What every handler reaches through: storage, the call log, the numbers and the settings of the hub.

use std::sync::Arc;

use naru_core::{PersonLimits, Timestamp};
use naru_storage::Storage;
use tokio_util::task::TaskTracker;

use crate::calls::CallLog;
use crate::kftc::Codes;
use crate::metrics::Metrics;
use crate::once::OnceIds;

/// How long things live, seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lives {
    /// An access token: 90 days, as the profile prescribes.
    pub access_token_seconds: i64,
    /// A refresh token.
    pub refresh_token_seconds: i64,
    /// An authorization code.
    pub code_seconds: i64,
    /// What a person granted, and the consents for accounts with it.
    pub grant_seconds: i64,
    /// A person's journey through the consent pages.
    pub journey_seconds: i64,
}

impl Default for Lives {
    fn default() -> Self {
        Self {
            access_token_seconds: 7_776_000,
            refresh_token_seconds: 8_640_000,
            code_seconds: 600,
            grant_seconds: 31_536_000,
            journey_seconds: 1_800,
        }
    }
}

/// Settings that handlers read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubSettings {
    /// Address under which browsers reach the pages, such as `https://localhost:8443`.
    pub public_url: String,
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
        Self(Arc::new(Parts {
            storage,
            settings,
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

    pub(crate) fn once(&self) -> &OnceIds {
        &self.0.once
    }
}
