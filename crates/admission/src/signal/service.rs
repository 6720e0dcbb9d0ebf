//! Keeps what a look saw, and tells how the signals of an organisation stand.

use naru_core::{Action, Actor, Endpoint, ObservationId, OrganisationId, SignalKind};
use naru_storage::{ObservationRow, SignalRow, StorageError, Tx};
use serde_json::json;

use super::prober::Seen;
use super::{alarm, plan};
use crate::{AdmissionSettings, Office};

/// In whose name the hub looks.
pub(super) const ACTOR: Actor = Actor::Hub("signals");

/// A signal of an organisation as people are shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalStanding {
    /// How it stands.
    pub row: SignalRow,
    /// Where it is looked at.
    pub endpoint: Option<Endpoint>,
    /// What was seen last.
    pub latest: Option<ObservationRow>,
    /// The controls that it feeds.
    pub controls: &'static [String],
}

/// How every signal of an organisation stands.
///
/// # Errors
/// The database's.
pub async fn standings(office: &Office, organisation: OrganisationId) -> Result<Vec<SignalStanding>, StorageError> {
    let read = office.hub.storage().read("signal_standings", async |tx| {
        let endpoints = tx.endpoint_list(organisation).await?;
        let mut standings = Vec::new();
        for row in tx.signal_list(organisation).await? {
            let latest = match row.observation_id {
                Some(id) => tx.observation_find(id).await?,
                None => None,
            };
            let endpoint = endpoints.iter().find(|endpoint| Some(endpoint.id) == row.endpoint_id);
            standings.push(SignalStanding {
                endpoint: endpoint.cloned(),
                controls: plan::controls(row.signal),
                latest,
                row,
            });
        }
        Ok(standings)
    });
    read.await
}

/// What was observed of a signal, newest first.
///
/// # Errors
/// The database's.
pub async fn history(
    office: &Office,
    (organisation, signal): (OrganisationId, SignalKind),
    limit: i64,
) -> Result<Vec<ObservationRow>, StorageError> {
    let read = office.hub.storage().read("observation_list", async |tx| {
        tx.observation_list(organisation, signal, limit).await
    });
    read.await
}

/// Keeps what was seen under a lease. Whether the lease was still had; without it nothing is kept.
///
/// # Errors
/// The database's.
pub(super) async fn keep(office: &Office, leased: &SignalRow, seen: &Seen) -> Result<bool, StorageError> {
    let (storage, settings) = (office.hub.storage(), office.settings.as_ref());
    let after = leased.outcome.after(seen.outcome);
    let failures = failures_after(leased, seen);
    let is_quiet =
        after == leased.outcome && failures != alarm::ERRORS_MAX && !alarm::ends_soon(settings, seen, office.hub.now());
    if is_quiet {
        // Nothing turned: the observation is a record itself, and no trail.
        let kept = storage.record("signal_keep", async |tx| {
            Ok(store((&tx, settings), leased, seen).await?.is_some())
        });
        return kept.await;
    }
    let kept = storage.run("signal_turn", &ACTOR, async |tx| {
        let Some(row) = store((&tx, settings), leased, seen).await? else {
            return Ok(false);
        };
        let details = json!({
            "signal": row.signal, "endpoint": row.endpoint_id, "from": leased.outcome, "to": row.outcome,
            "observation": row.observation_id,
        });
        tx.trail(Action::SignalObserved, row.organisation_id, details).await?;
        alarm::turned((&tx, settings), leased.outcome, &row).await?;
        if alarm::ends_soon(settings, seen, tx.now()) {
            alarm::warn(&tx, &row, seen).await?;
        }
        Ok(true)
    });
    kept.await
}

fn failures_after(leased: &SignalRow, seen: &Seen) -> i64 {
    if seen.outcome.is_fresh() {
        0
    } else {
        leased.failures.saturating_add(1)
    }
}

/// Settles the signal and keeps the observation; `None` where the lease was lost.
async fn store(
    (tx, settings): (&Tx, &AdmissionSettings),
    leased: &SignalRow,
    seen: &Seen,
) -> Result<Option<SignalRow>, StorageError> {
    let (now, failures) = (tx.now(), failures_after(leased, seen));
    let id = ObservationId::new(now, tx.chance());
    let fresh_until = now.plus_seconds(plan::ttl_seconds(leased.signal));
    let row = SignalRow {
        due_at: plan::next_look(leased.signal, failures, (now, tx.chance())),
        outcome: leased.outcome.after(seen.outcome),
        observation_id: Some(id),
        observed_at: Some(now),
        expires_at: if seen.outcome.is_fresh() {
            Some(fresh_until)
        } else {
            leased.expires_at
        },
        failures,
        ..leased.clone()
    };
    if !tx.signal_settle(&row).await? {
        return Ok(None);
    }
    let observation = ObservationRow {
        id,
        organisation_id: leased.organisation_id,
        signal: leased.signal,
        endpoint_id: leased.endpoint_id,
        outcome: seen.outcome,
        summary: seen.summary.clone(),
        raw: seen.raw.clone(),
        raw_sha256: naru_crypto::sha256(seen.raw.as_bytes()),
        prober: seen.prober.clone(),
        observed_at: now,
    };
    tx.observation_insert(&observation).await?;
    tx.observation_thin(&row, settings.observations_kept).await?;
    Ok(Some(row))
}
