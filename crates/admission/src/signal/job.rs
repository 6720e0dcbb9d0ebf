//! The job that looks: leases what is due, looks, keeps what it saw, and says what has gone stale.
//!
//! Several nodes may run it at once: a lease gives a signal to one of them, and whoever lost it keeps nothing.

use std::sync::Arc;
use std::time::Duration;

use naru_core::{Action, SignalKind, SignalOutcome, Timestamp};
use naru_storage::{SignalRow, StorageError};
use serde_json::json;

use super::prober::{Prober, Seen};
use super::service::{ACTOR, keep};
use super::{alarm, ledger, outside, plan, rows};
use crate::Office;

/// Organisations whose signals are planned in one round at most, for each signal.
const PLANNED_MAX: i64 = 200;
/// Signals that go stale in one transaction at most.
const STALE_MAX: i64 = 100;
/// Transactions of those in one round at most.
const STALE_ROUNDS: usize = 100;
/// A look is not begun when its lease ends within so many seconds.
const LOOK_SECONDS: i64 = 90;
/// The hub says so often that it looks, seconds.
const BEAT_SECONDS: i64 = 60;
/// A hub that did not look for so long was down: a look comes at half the time for which it holds, and may be late by
/// less than the rest, seconds.
const DOWN_SECONDS: i64 = 4 * 3_600;
/// A hub that was down has so long to look again before anything is stale, seconds.
const GRACE_SECONDS: i64 = 3_600;
/// Tallies are kept for so many times the days after which a credential is dormant.
const TALLY_SHARE: i64 = 2;

/// How the job works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobSettings {
    /// Signals of the hub's own rows leased at once, and looks from outside that may wait.
    pub batch: i64,
    /// Hosts looked at at once.
    pub concurrency: usize,
    /// Looks from outside of one organisation that are leased at once.
    pub organisation_looks: i64,
    /// Looks at one host that may be leased at once; further ones are put off.
    pub host_looks: usize,
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
            batch: 64,
            concurrency: 16,
            organisation_looks: 4,
            host_looks: 4,
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

impl Round {
    fn is_empty(self) -> bool {
        self.looked == 0 && self.stale == 0
    }
}

/// Looks for ever. What the hub's own rows say never waits for somebody's host.
pub async fn run(office: Office, prober: Arc<dyn Prober>, settings: JobSettings) {
    let rows = async {
        loop {
            ended(inside(&office, &settings).await, settings.pace).await;
        }
    };
    let hosts = async {
        loop {
            let looked = outside::look(&office, prober.as_ref(), &settings).await;
            ended(looked, settings.pace).await;
        }
    };
    tokio::join!(rows, hosts);
}

/// Says what a round did, and rests where there was nothing to do.
async fn ended(round: Result<Round, StorageError>, pace: Duration) {
    match round {
        Ok(round) if !round.is_empty() => {
            tracing::info!(
                event = "signals_round",
                looked = round.looked,
                stale = round.stale,
                lost = round.lost
            );
        }
        Ok(_) => tokio::time::sleep(pace).await,
        Err(error) => {
            tracing::error!(event = "signals_failed", %error, "signals are looked at again in a moment");
            tokio::time::sleep(pace).await;
        }
    }
}

/// One round of both: what [`run`] does until nothing more is due.
///
/// # Errors
/// The database's. What was leased is looked at again when the lease has ended.
pub async fn round(office: &Office, prober: &dyn Prober, settings: &JobSettings) -> Result<Round, StorageError> {
    let (inside, outside) = (
        inside(office, settings).await?,
        outside::look(office, prober, settings).await?,
    );
    Ok(Round {
        stale: inside.stale,
        looked: inside.looked + outside.looked,
        lost: inside.lost + outside.lost,
    })
}

/// Plans what is missing, counts calls, says what has gone stale, and looks at one batch of the hub's own rows.
async fn inside(office: &Office, settings: &JobSettings) -> Result<Round, StorageError> {
    beat(office).await?;
    plan_missing(office).await?;
    ledger::count(office).await?;
    purge_tallies(office).await?;
    let stale = expire(office).await?;
    let until = office.hub.now().plus_seconds(settings.lease_seconds);
    let leased = office
        .hub
        .storage()
        .record("signal_lease", async |tx| {
            tx.signal_lease_rows(settings.batch, until).await
        })
        .await?;
    let mut round = Round {
        stale,
        ..Round::default()
    };
    for row in leased {
        let is_kept = match ends_within(row.lease_until, office.hub.now()) {
            true => false,
            false => keep(office, &row, &look_at_rows(office, &row).await?).await?,
        };
        round.looked += usize::from(is_kept);
        round.lost += usize::from(!is_kept);
    }
    Ok(round)
}

/// Says that the hub looks. Where it did not for longer than a look may be late, nothing of what became old meanwhile
/// is stale before there was time to look again.
async fn beat(office: &Office) -> Result<(), StorageError> {
    let storage = office.hub.storage();
    let last = storage.read("signal_beat", async |tx| tx.signal_beat().await);
    let last: Option<Timestamp> = last.await.map_err(|error: StorageError| error)?;
    let now = office.hub.now();
    if last.is_some_and(|last| now < last.plus_seconds(BEAT_SECONDS)) {
        return Ok(());
    }
    let Some(last) = last.filter(|last| last.plus_seconds(DOWN_SECONDS) < now) else {
        // Nothing follows from it: a row without a trail.
        return storage
            .record("signal_beat", async |tx| tx.signal_beat_keep().await)
            .await;
    };
    let beaten = storage.run("signal_prolong", &ACTOR, async |tx| {
        tx.signal_beat_keep().await?;
        let until = tx.now().plus_seconds(GRACE_SECONDS);
        let kept = tx.signal_prolong((last, until)).await?;
        let details = json!({ "down_since": last, "fresh_until": until, "signals": kept });
        tx.trail(Action::SignalObserved, "signals", details).await?;
        Ok(kept)
    });
    let kept: u64 = beaten.await.map_err(|error: StorageError| error)?;
    if kept > 0 {
        tracing::warn!(
            event = "signals_were_not_looked_at",
            kept,
            "the hub did not look for long"
        );
    }
    Ok(())
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

/// Whether a lease ends before a look could.
pub(super) fn ends_within(lease_until: Timestamp, now: Timestamp) -> bool {
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
