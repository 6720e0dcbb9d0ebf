//! The job that looks: leases what is due, looks, keeps what it saw, and says what has gone stale.
//!
//! Several nodes may run it at once: a lease gives a signal to one of them, and whoever lost it keeps nothing. Looks at
//! one host come one after the other with a pause between.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use naru_core::{Action, Endpoint, SignalKind, SignalOutcome, Timestamp};
use naru_probe::Target;
use naru_storage::{SignalRow, StorageError};
use serde_json::json;

use super::prober::{Prober, Seen};
use super::service::{ACTOR, keep};
use super::{alarm, ledger, plan, rows};
use crate::Office;

/// Organisations whose signals are planned in one round at most, for each signal.
const PLANNED_MAX: i64 = 200;
/// Signals that go stale in one transaction at most.
const STALE_MAX: i64 = 100;
/// Transactions of those in one round at most.
const STALE_ROUNDS: usize = 100;
/// A look is not begun when its lease ends within so many seconds.
const LOOK_SECONDS: i64 = 90;
/// Tallies are kept for so many times the days after which a credential is dormant.
const TALLY_SHARE: i64 = 2;

/// How the job works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobSettings {
    /// Signals leased at once.
    pub batch: i64,
    /// Hosts looked at at once.
    pub concurrency: usize,
    /// Between two looks at one host.
    pub pause: Duration,
    /// How long a signal is leased, seconds.
    pub lease_seconds: i64,
    /// Between two rounds that found nothing to do.
    pub pace: Duration,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self {
            batch: 32,
            concurrency: 4,
            pause: Duration::from_millis(500),
            lease_seconds: 1_200,
            pace: Duration::from_secs(10),
        }
    }
}

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Signals that went stale.
    pub stale: usize,
    /// Signals that were looked at and kept.
    pub looked: usize,
    /// Signals that somebody else had taken over, or whose endpoint was gone.
    pub lost: usize,
}

/// Looks for ever.
pub async fn run(office: Office, prober: Arc<dyn Prober>, settings: JobSettings) {
    loop {
        match round(&office, prober.as_ref(), &settings).await {
            Ok(round) if round.looked > 0 || round.stale > 0 => {
                tracing::info!(
                    event = "signals_round",
                    looked = round.looked,
                    stale = round.stale,
                    lost = round.lost
                );
            }
            Ok(_) => tokio::time::sleep(settings.pace).await,
            Err(error) => {
                tracing::error!(event = "signals_failed", %error, "signals are looked at again in a moment");
                tokio::time::sleep(settings.pace).await;
            }
        }
    }
}

/// One round: plans what is missing, counts calls, says what has gone stale, looks at one batch of what is due.
///
/// # Errors
/// The database's. What was leased is looked at again when the lease has ended.
pub async fn round(office: &Office, prober: &dyn Prober, settings: &JobSettings) -> Result<Round, StorageError> {
    plan_missing(office).await?;
    ledger::count(office).await?;
    purge_tallies(office).await?;
    let stale = expire(office).await?;
    let (looked, lost) = look(office, prober, settings).await?;
    Ok(Round { stale, looked, lost })
}

/// Plans the signals of the hub's own rows for whoever has none yet.
async fn plan_missing(office: &Office) -> Result<(), StorageError> {
    for signal in SignalKind::OF_ROWS {
        let storage = office.hub.storage();
        let missing = storage.read("signal_list_unplanned", async |tx| {
            tx.signal_list_unplanned(*signal, PLANNED_MAX).await
        });
        let missing: Vec<_> = missing.await.map_err(|error: StorageError| error)?;
        if missing.is_empty() {
            continue;
        }
        let planned = storage.run("signal_plan", &ACTOR, async |tx| {
            for organisation in &missing {
                plan::of_rows(&tx, *organisation).await?;
            }
            let details = json!({ "planned_for": missing.len() });
            tx.trail(Action::SignalObserved, "signals", details).await
        });
        planned.await.map_err(|error: StorageError| error)?;
    }
    Ok(())
}

async fn purge_tallies(office: &Office) -> Result<(), StorageError> {
    let days = i64::from(office.settings.dormant_days) * TALLY_SHARE + 7;
    let before = office.hub.now().plus_days(-days).day();
    let purged = office
        .hub
        .storage()
        .record("call_tally_purge", async |tx| tx.call_tally_purge(before).await);
    purged.await.map(|_| ())
}

/// Says what was not looked at in time.
async fn expire(office: &Office) -> Result<usize, StorageError> {
    let (mut count, settings) = (0, office.settings.as_ref());
    for _ in 0..STALE_ROUNDS {
        let expired = office.hub.storage().run("signal_expire", &ACTOR, async |tx| {
            let stale = tx.signal_expire(STALE_MAX).await?;
            for row in &stale {
                let details = json!({ "signal": row.signal, "endpoint": row.endpoint_id, "to": row.outcome });
                tx.trail(Action::SignalObserved, row.organisation_id, details).await?;
                // What it was before is no longer known here; stale is a turn in any case.
                alarm::turned((&tx, settings), SignalOutcome::NotTested, row).await?;
            }
            Ok(stale.len())
        });
        let expired: usize = expired.await.map_err(|error: StorageError| error)?;
        count += expired;
        if i64::try_from(expired).unwrap_or(i64::MAX) < STALE_MAX {
            break;
        }
    }
    Ok(count)
}

/// A leased signal with the address to look at.
type Leased = (SignalRow, Option<Endpoint>);

/// Leases one batch and looks at it; how many were kept, and how many lost.
async fn look(office: &Office, prober: &dyn Prober, settings: &JobSettings) -> Result<(usize, usize), StorageError> {
    let until = office.hub.now().plus_seconds(settings.lease_seconds);
    let storage = office.hub.storage();
    let leased = storage.record("signal_lease", async |tx| tx.signal_lease(settings.batch, until).await);
    let mut hosts: BTreeMap<String, Vec<Leased>> = BTreeMap::new();
    for row in leased.await? {
        let endpoint = match row.endpoint_id {
            None => None,
            Some(id) => {
                let found = storage.read("endpoint_find", async |tx| tx.endpoint_find(id).await);
                let found: Option<Endpoint> = found.await.map_err(|error: StorageError| error)?;
                // Only what is registered is looked at; a removed endpoint has lost its signals.
                let registered = found.filter(|e| e.removed_at.is_none() && e.organisation_id == row.organisation_id);
                let Some(endpoint) = registered else { continue };
                Some(endpoint)
            }
        };
        let host = endpoint
            .as_ref()
            .map_or_else(String::new, |endpoint| host_of(office, endpoint));
        hosts.entry(host).or_default().push((row, endpoint));
    }
    let looks = hosts
        .into_values()
        .map(|leased| look_at_host(office, prober, (leased, settings.pause)));
    let done: Vec<Result<(usize, usize), StorageError>> = futures_util::stream::iter(looks)
        .buffer_unordered(settings.concurrency.max(1))
        .collect()
        .await;
    let mut sum = (0, 0);
    for one in done {
        let (looked, lost) = one?;
        sum = (sum.0 + looked, sum.1 + lost);
    }
    Ok(sum)
}

fn host_of(office: &Office, endpoint: &Endpoint) -> String {
    let target = Target::parse(&endpoint.url, office.settings.private_endpoints);
    target.map_or_else(|_| endpoint.url.clone(), |target| target.host().to_owned())
}

async fn look_at_host(
    office: &Office,
    prober: &dyn Prober,
    (leased, pause): (Vec<Leased>, Duration),
) -> Result<(usize, usize), StorageError> {
    let (mut looked, mut lost) = (0, 0);
    for (at, (row, endpoint)) in leased.iter().enumerate() {
        if ends_within(row.lease_until, office.hub.now()) {
            lost += 1;
            continue;
        }
        let seen = match endpoint {
            Some(endpoint) => {
                if at > 0 {
                    tokio::time::sleep(pause).await;
                }
                prober.look(row.signal, &endpoint.url).await
            }
            None => look_at_rows(office, row).await?,
        };
        if keep(office, row, &seen).await? {
            looked += 1;
        } else {
            lost += 1;
        }
    }
    Ok((looked, lost))
}

/// Whether a lease ends before a look could.
fn ends_within(lease_until: Timestamp, now: Timestamp) -> bool {
    lease_until <= now.plus_seconds(LOOK_SECONDS)
}

async fn look_at_rows(office: &Office, row: &SignalRow) -> Result<Seen, StorageError> {
    let (settings, whose) = (office.settings.as_ref(), (row.organisation_id, row.signal));
    office
        .hub
        .storage()
        .read("signal_rows", async |tx| rows::look(&tx, settings, whose).await)
        .await
}

#[cfg(test)]
#[path = "job_tests.rs"]
mod tests;
