//! The looks from outside. Whoever answers slowly waits for itself: looks at one host come one after the other with a
//! pause between, an organisation and a host have only so many at once, and a place that is free is filled at once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use naru_core::{Endpoint, SECOND, Timestamp};
use naru_probe::Target;
use naru_storage::{SignalRow, StorageError};

use super::job::{JobSettings, Round, ends_within};
use super::prober::Prober;
use super::service::keep;
use crate::Office;

/// A look for which its host has no place is put off by so long, seconds.
const PUT_OFF_SECONDS: i64 = 60;

/// A leased signal, the address to look at, and its host.
struct Leased {
    row: SignalRow,
    endpoint: Endpoint,
    host: String,
}

/// What is leased and not begun, and the hosts at which somebody looks.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Leased>,
    busy: BTreeSet<String>,
}

impl Queue {
    /// The first look whose host is free.
    fn next(&mut self) -> Option<Leased> {
        let at = self
            .waiting
            .iter()
            .position(|leased| !self.busy.contains(&leased.host))?;
        let leased = self.waiting.remove(at)?;
        self.busy.insert(leased.host.clone());
        Some(leased)
    }
}

/// The host of a look that ended, and whether what was seen was kept.
type Looked = (String, Result<bool, StorageError>);

/// Looks at what is due until nothing is.
pub(super) async fn look(office: &Office, prober: &dyn Prober, settings: &JobSettings) -> Result<Round, StorageError> {
    let (mut queue, mut round) = (Queue::default(), Round::default());
    let mut running: FuturesUnordered<BoxFuture<'_, Looked>> = FuturesUnordered::new();
    loop {
        let has_leased = lease(office, &mut queue, settings, &mut round).await?;
        while running.len() < settings.concurrency.max(1) {
            let Some(leased) = queue.next() else { break };
            running.push(look_at(office, prober, (leased, settings)).boxed());
        }
        if running.is_empty() && !has_leased {
            return Ok(round);
        }
        // What becomes due meanwhile does not wait for the slow ones.
        if let Ok(Some((host, is_kept))) = tokio::time::timeout(settings.pace, running.next()).await {
            queue.busy.remove(&host);
            let is_kept = is_kept?;
            round.looked += usize::from(is_kept);
            round.lost += usize::from(!is_kept);
        }
    }
}

/// Leases as many as may wait; whether there were any.
async fn lease(
    office: &Office,
    queue: &mut Queue,
    settings: &JobSettings,
    round: &mut Round,
) -> Result<bool, StorageError> {
    let room = settings.batch - i64::try_from(queue.waiting.len()).unwrap_or(i64::MAX);
    if room < settings.batch.div_euclid(2).max(1) {
        return Ok(false);
    }
    let (storage, now) = (office.hub.storage(), office.hub.now());
    let (until, each) = (now.plus_seconds(settings.lease_seconds), settings.organisation_looks);
    let leased = storage.record("signal_lease", async |tx| {
        tx.signal_lease_endpoints((room, each), until).await
    });
    let leased = leased.await?;
    let is_any = !leased.is_empty();
    let mut of_host: BTreeMap<String, usize> = BTreeMap::new();
    for host in queue.waiting.iter().map(|waiting| &waiting.host).chain(&queue.busy) {
        *of_host.entry(host.clone()).or_default() += 1;
    }
    for row in leased {
        let Some(endpoint) = registered(office, &row).await? else {
            round.lost += 1;
            continue;
        };
        let host = host_of(office, &endpoint);
        let looks = of_host.entry(host.clone()).or_default();
        if *looks >= settings.host_looks {
            let spread = i64::try_from(storage.chance().below(60)).unwrap_or(0);
            let due_at = Timestamp(now.plus_seconds(PUT_OFF_SECONDS).0 + spread * SECOND);
            let put_off = storage.record("signal_put_off", async |tx| tx.signal_put_off(&row, due_at).await);
            put_off.await?;
            continue;
        }
        *looks += 1;
        queue.waiting.push_back(Leased { row, endpoint, host });
    }
    Ok(is_any)
}

/// The endpoint of a signal, while it is registered; a removed one has lost its signals.
async fn registered(office: &Office, row: &SignalRow) -> Result<Option<Endpoint>, StorageError> {
    let Some(id) = row.endpoint_id else { return Ok(None) };
    let read = office
        .hub
        .storage()
        .read("endpoint_find", async |tx| tx.endpoint_find(id).await);
    let found: Option<Endpoint> = read.await.map_err(|error: StorageError| error)?;
    Ok(found.filter(|e| e.removed_at.is_none() && e.organisation_id == row.organisation_id))
}

fn host_of(office: &Office, endpoint: &Endpoint) -> String {
    let target = Target::parse(&endpoint.url, office.settings.private_endpoints);
    target.map_or_else(|_| endpoint.url.clone(), |target| target.host().to_owned())
}

/// Looks once and keeps what was seen; the host, which rests a moment, and whether it was kept.
async fn look_at(office: &Office, prober: &dyn Prober, (leased, settings): (Leased, &JobSettings)) -> Looked {
    let Leased { row, endpoint, host } = leased;
    if ends_within(row.lease_until, office.hub.now()) {
        return (host, Ok(false));
    }
    let seen = prober.look(row.signal, &endpoint.url).await;
    let is_kept = keep(office, &row, &seen).await;
    tokio::time::sleep(settings.pause).await;
    (host, is_kept)
}

#[cfg(test)]
#[path = "outside_tests.rs"]
mod tests;
