//! Rows of signals and observations. A signal is leased before it is looked at; whoever lost the lease stores nothing.

use naru_core::{EndpointId, ObservationId, OrganisationId, SignalKind, SignalOutcome, Timestamp};

use crate::value::{Row, Value, values};
use crate::{StorageError, Tx};

/// A signal of an organisation, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalRow {
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Which.
    pub signal: SignalKind,
    /// Where it is looked at; `None` where the hub's own rows say it.
    pub endpoint_id: Option<EndpointId>,
    /// When it is looked at next.
    pub due_at: Timestamp,
    /// Until when somebody has it for themselves.
    pub lease_until: Timestamp,
    /// Raised by every lease; who stores names the one they had.
    pub lease_version: i64,
    /// How it stands.
    pub outcome: SignalOutcome,
    /// The latest observation.
    pub observation_id: Option<ObservationId>,
    /// When that was.
    pub observed_at: Option<Timestamp>,
    /// When the outcome goes stale; `None` once it is.
    pub expires_at: Option<Timestamp>,
    /// Errors in a row.
    pub failures: i64,
}

/// What one look saw. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservationRow {
    /// Its id.
    pub id: ObservationId,
    /// Of whom.
    pub organisation_id: OrganisationId,
    /// Of which signal.
    pub signal: SignalKind,
    /// Where.
    pub endpoint_id: Option<EndpointId>,
    /// How this look came out, by itself.
    pub outcome: SignalOutcome,
    /// In a few words.
    pub summary: String,
    /// The facts, bounded; JSON.
    pub raw: String,
    /// SHA-256 of `raw`.
    pub raw_sha256: [u8; 32],
    /// Who looked, with the version.
    pub prober: String,
    /// When.
    pub observed_at: Timestamp,
}

macro_rules! columns {
    () => {
        "organisation_id, signal, endpoint_id, due_at, lease_until, lease_version, outcome, observation_id,
         observed_at, expires_at, failures"
    };
}

fn read(mut row: Row) -> Result<SignalRow, StorageError> {
    Ok(SignalRow {
        organisation_id: row.next()?,
        signal: row.next()?,
        endpoint_id: read_endpoint(&mut row)?,
        due_at: row.next()?,
        lease_until: row.next()?,
        lease_version: row.next()?,
        outcome: row.next()?,
        observation_id: row.next()?,
        observed_at: row.next()?,
        expires_at: row.next()?,
        failures: row.next()?,
    })
}

/// Part of a key, so that it is empty rather than absent.
fn read_endpoint(row: &mut Row) -> Result<Option<EndpointId>, StorageError> {
    let text: String = row.next()?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(StorageError::corrupt)
}

fn endpoint_value(id: Option<EndpointId>) -> Value {
    Value::from(id.map_or_else(String::new, |id| id.to_string()))
}

impl Tx {
    /// Plans a signal, if it is not planned yet. Whether it was not.
    pub async fn signal_plan(
        &self,
        organisation: OrganisationId,
        (signal, endpoint): (SignalKind, Option<EndpointId>),
        (due_at, expires_at): (Timestamp, Timestamp),
    ) -> Result<bool, StorageError> {
        let sql = "INSERT INTO signals (organisation_id, signal, endpoint_id, due_at, lease_until, lease_version,
                 outcome, expires_at, failures)
             VALUES ($1, $2, $3, $4, 0, 0, 'not_tested', $5, 0)
             ON CONFLICT (organisation_id, signal, endpoint_id) DO NOTHING";
        let values = values![organisation, signal, endpoint_value(endpoint), due_at, expires_at];
        Ok(self.execute(sql, values).await? == 1)
    }

    /// Fintechs for which this signal of the hub's own rows is not planned yet; at most `limit`.
    pub async fn signal_list_unplanned(
        &self,
        signal: SignalKind,
        limit: i64,
    ) -> Result<Vec<OrganisationId>, StorageError> {
        let sql = "SELECT o.id FROM organisations o WHERE o.kind = 'fintech'
                       AND o.state <> 'TERMINATED' AND o.state <> 'REFUSED' AND NOT EXISTS (
                       SELECT 1 FROM signals s
                       WHERE s.organisation_id = o.id AND s.signal = $1 AND s.endpoint_id = '')
                   ORDER BY o.id LIMIT $2";
        let rows = self.query(sql, values![signal, limit]).await?;
        rows.into_iter().map(|mut row| row.next()).collect()
    }

    /// Takes due signals of the hub's own rows for oneself, the longest waiting first; at most `limit`. Nobody else is
    /// given them until then.
    pub async fn signal_lease_rows(&self, limit: i64, until: Timestamp) -> Result<Vec<SignalRow>, StorageError> {
        const SQL: &str = concat!(
            "UPDATE signals SET lease_until = $2, lease_version = lease_version + 1
             WHERE lease_until <= $1 AND due_at <= $1 AND (organisation_id, signal, endpoint_id) IN (
                 SELECT s.organisation_id, s.signal, s.endpoint_id FROM signals s
                 WHERE s.due_at <= $1 AND s.lease_until <= $1 AND s.endpoint_id = '' ORDER BY s.due_at LIMIT $3)
             RETURNING ",
            columns!()
        );
        let rows = self.returning(SQL, values![self.now(), until, limit]).await?;
        rows.into_iter().map(read).collect()
    }

    /// The same for those of endpoints, of which one organisation has at most `each` under a lease. The 10,000 that
    /// wait longest are considered.
    pub async fn signal_lease_endpoints(
        &self,
        (limit, each): (i64, i64),
        until: Timestamp,
    ) -> Result<Vec<SignalRow>, StorageError> {
        const SQL: &str = concat!(
            "UPDATE signals SET lease_until = $2, lease_version = lease_version + 1
             WHERE lease_until <= $1 AND due_at <= $1 AND (organisation_id, signal, endpoint_id) IN (
                 SELECT c.organisation_id, c.signal, c.endpoint_id FROM (
                     SELECT s.organisation_id, s.signal, s.endpoint_id, s.due_at, ROW_NUMBER() OVER (
                         PARTITION BY s.organisation_id ORDER BY s.due_at, s.signal, s.endpoint_id) AS place
                     FROM (
                         SELECT d.organisation_id, d.signal, d.endpoint_id, d.due_at FROM signals d
                         WHERE d.due_at <= $1 AND d.lease_until <= $1 AND d.endpoint_id <> ''
                         ORDER BY d.due_at LIMIT 10000) s) c
                 WHERE c.place + (
                     SELECT COUNT(*) FROM signals b WHERE b.organisation_id = c.organisation_id
                         AND b.lease_until > $1 AND b.endpoint_id <> '') <= $4
                 ORDER BY c.due_at LIMIT $3)
             RETURNING ",
            columns!()
        );
        let rows = self.returning(SQL, values![self.now(), until, limit, each]).await?;
        rows.into_iter().map(read).collect()
    }

    /// Gives a lease back without a look; it is due again then. Whether the lease was still had.
    pub async fn signal_put_off(&self, row: &SignalRow, due_at: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE signals SET due_at = $5, lease_until = 0
             WHERE organisation_id = $1 AND signal = $2 AND endpoint_id = $3 AND lease_version = $4";
        let endpoint = endpoint_value(row.endpoint_id);
        let values = values![row.organisation_id, row.signal, endpoint, row.lease_version, due_at];
        Ok(self.execute(sql, values).await? == 1)
    }

    /// When the hub said last that it looks.
    pub async fn signal_beat(&self) -> Result<Option<Timestamp>, StorageError> {
        let row = self
            .query_opt("SELECT at FROM signal_beats WHERE id = 1", values![])
            .await?;
        row.map(|mut row| row.next()).transpose()
    }

    /// Keeps that the hub looks now.
    pub async fn signal_beat_keep(&self) -> Result<(), StorageError> {
        let sql = "INSERT INTO signal_beats (id, at) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET at = excluded.at";
        self.execute(sql, values![self.now()]).await.map(|_| ())
    }

    /// Lets what would go stale between two moments go stale at the second; how many.
    pub async fn signal_prolong(&self, (from, until): (Timestamp, Timestamp)) -> Result<u64, StorageError> {
        let sql = "UPDATE signals SET expires_at = $2 WHERE expires_at > $1 AND expires_at < $2";
        self.execute(sql, values![from, until]).await
    }

    /// Stores where a signal stands after a look, if the lease is still the one that was had. Whether it was.
    pub async fn signal_settle(&self, row: &SignalRow) -> Result<bool, StorageError> {
        let sql = "UPDATE signals SET due_at = $5, lease_until = 0, outcome = $6, observation_id = $7,
                 observed_at = $8, expires_at = $9, failures = $10
             WHERE organisation_id = $1 AND signal = $2 AND endpoint_id = $3 AND lease_version = $4";
        let values = values![
            row.organisation_id,
            row.signal,
            endpoint_value(row.endpoint_id),
            row.lease_version,
            row.due_at,
            row.outcome,
            row.observation_id,
            row.observed_at,
            row.expires_at,
            row.failures
        ];
        Ok(self.execute(sql, values).await? == 1)
    }

    /// Marks signals as stale whose last good look is too long ago, at most `limit`; as they stand now.
    pub async fn signal_expire(&self, limit: i64) -> Result<Vec<SignalRow>, StorageError> {
        const SQL: &str = concat!(
            "UPDATE signals SET outcome = 'stale', expires_at = NULL
             WHERE expires_at <= $1 AND (organisation_id, signal, endpoint_id) IN (
                 SELECT s.organisation_id, s.signal, s.endpoint_id FROM signals s
                 WHERE s.expires_at IS NOT NULL AND s.expires_at <= $1 ORDER BY s.expires_at LIMIT $2)
             RETURNING ",
            columns!()
        );
        let rows = self.returning(SQL, values![self.now(), limit]).await?;
        rows.into_iter().map(read).collect()
    }

    /// The signals of an organisation; at most 500.
    pub async fn signal_list(&self, organisation: OrganisationId) -> Result<Vec<SignalRow>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM signals WHERE organisation_id = $1 ORDER BY signal, endpoint_id LIMIT 500"
        );
        let rows = self.query(SQL, values![organisation]).await?;
        rows.into_iter().map(read).collect()
    }

    /// Keeps an observation.
    pub async fn observation_insert(&self, observation: &ObservationRow) -> Result<(), StorageError> {
        let o = observation;
        self.execute(
            "INSERT INTO observations (id, organisation_id, signal, endpoint_id, outcome, summary, raw, raw_sha256,
                 prober, observed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            values![
                o.id,
                o.organisation_id,
                o.signal,
                endpoint_value(o.endpoint_id),
                o.outcome,
                &o.summary,
                &o.raw,
                o.raw_sha256,
                &o.prober,
                o.observed_at
            ],
        )
        .await?;
        Ok(())
    }

    /// Forgets old observations of a signal but the newest `kept` and each that turned the outcome; how many.
    pub async fn observation_thin(&self, of: &SignalRow, kept: i64) -> Result<u64, StorageError> {
        let sql = "DELETE FROM observations WHERE id IN (
                 SELECT x.id FROM (
                     SELECT o.id, o.outcome, LAG(o.outcome) OVER (ORDER BY o.observed_at, o.id) AS earlier,
                         ROW_NUMBER() OVER (ORDER BY o.observed_at DESC, o.id DESC) AS place
                     FROM observations o
                     WHERE o.organisation_id = $1 AND o.signal = $2 AND o.endpoint_id = $3) x
                 WHERE x.place > $4 AND x.outcome = x.earlier)";
        let values = values![of.organisation_id, of.signal, endpoint_value(of.endpoint_id), kept];
        self.execute(sql, values).await
    }

    /// The observations of a signal, newest first; at most `limit`.
    pub async fn observation_list(
        &self,
        organisation: OrganisationId,
        signal: SignalKind,
        limit: i64,
    ) -> Result<Vec<ObservationRow>, StorageError> {
        let sql = "SELECT id, organisation_id, signal, endpoint_id, outcome, summary, raw, raw_sha256, prober,
                 observed_at FROM observations
             WHERE organisation_id = $1 AND signal = $2 ORDER BY observed_at DESC, id DESC LIMIT $3";
        let rows = self
            .query(sql, values![organisation, signal, limit.clamp(1, 1_000)])
            .await?;
        rows.into_iter().map(read_observation).collect()
    }

    /// An observation by its id.
    pub async fn observation_find(&self, id: ObservationId) -> Result<Option<ObservationRow>, StorageError> {
        let sql = "SELECT id, organisation_id, signal, endpoint_id, outcome, summary, raw, raw_sha256, prober,
                 observed_at FROM observations WHERE id = $1";
        self.query_opt(sql, values![id])
            .await?
            .map(read_observation)
            .transpose()
    }
}

fn read_observation(mut row: Row) -> Result<ObservationRow, StorageError> {
    Ok(ObservationRow {
        id: row.next()?,
        organisation_id: row.next()?,
        signal: row.next()?,
        endpoint_id: read_endpoint(&mut row)?,
        outcome: row.next()?,
        summary: row.next()?,
        raw: row.next()?,
        raw_sha256: row.next()?,
        prober: row.next()?,
        observed_at: row.next()?,
    })
}
