//! Rows of call tallies: answered calls by client and day, counted once from the record, with those that no living
//! consent stood behind. And what else the hub's own rows say of credentials that nobody uses.

use naru_core::{CallId, ClientId, Day, MemberId, OrganisationId, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// Microseconds between the end of a consent and its commit, and between two machines' clocks, at most: calls within
/// them are not held against anybody.
const GRACE_US: i64 = 5_000_000;

/// Answered calls, and how many of them no living consent stood behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallTally {
    /// Answered calls.
    pub calls: i64,
    /// Those without a living consent.
    pub unbacked: i64,
    /// The first of them.
    pub first_unbacked: Option<CallId>,
}

/// A stretch of the record of calls, counted and not yet kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTallyStretch {
    from: String,
    to: String,
    passed: i64,
    rows: Vec<(ClientId, Day, CallTally)>,
}

impl CallTallyStretch {
    /// How many calls were passed, whatever their answer.
    pub const fn passed(&self) -> i64 {
        self.passed
    }
}

/// A member as somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberUse {
    /// Who.
    pub id: MemberId,
    /// When they were made known.
    pub created_at: Timestamp,
    /// When they signed in last.
    pub seen_at: Option<Timestamp>,
    /// Whether they hold a passkey or a certificate.
    pub is_strong: bool,
}

fn read_tally(row: &mut Row) -> Result<CallTally, StorageError> {
    Ok(CallTally {
        calls: row.next()?,
        unbacked: row.next()?,
        first_unbacked: row.next()?,
    })
}

impl Tx {
    /// Counts at most `limit` calls behind those that were counted, and before a place; where nothing was counted yet,
    /// from `first` on. `None` where there is none.
    pub async fn call_tally_read(
        &self,
        (first, before): (&str, &str),
        limit: i64,
    ) -> Result<Option<CallTallyStretch>, StorageError> {
        const END: &str = "SELECT MAX(k.id), COUNT(*) FROM (
                 SELECT id FROM calls WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3) AS k";
        const COUNT: &str = "SELECT u.client_id, u.day, COUNT(*), CAST(SUM(u.is_unbacked) AS BIGINT),
                 MIN(CASE WHEN u.is_unbacked = 1 THEN u.id ELSE NULL END)
             FROM (
                 SELECT k.id, k.client_id, k.day, CASE WHEN g.id IS NULL OR k.at < g.created_at
                     OR k.at >= g.expires_at + CAST($3 AS BIGINT)
                     OR (g.revoked_at IS NOT NULL AND k.at >= g.revoked_at + CAST($3 AS BIGINT))
                     THEN 1 ELSE 0 END AS is_unbacked
                 FROM calls k LEFT JOIN grants g ON g.id = k.grant_id
                 WHERE k.id > $1 AND k.id <= $2 AND k.client_id IS NOT NULL AND k.rsp_code IN ('A0000', '200')) AS u
             GROUP BY u.client_id, u.day ORDER BY u.client_id, u.day";
        let place = self.query_opt("SELECT counted_to FROM call_tally_place WHERE place = 1", values![]);
        let from = place
            .await?
            .map_or_else(|| Ok(first.to_owned()), |mut row| row.next::<String>())?;
        let end = self.query_opt(END, values![&from, before, limit]).await?;
        let Some(mut end) = end else { return Ok(None) };
        let (Some(to), passed) = (end.next::<Option<String>>()?, end.next()?) else {
            return Ok(None);
        };
        let read = |mut row: Row| Ok((row.next()?, row.next()?, read_tally(&mut row)?));
        let rows = self.query(COUNT, values![&from, &to, GRACE_US]).await?;
        let rows: Result<_, StorageError> = rows.into_iter().map(read).collect();
        Ok(Some(CallTallyStretch {
            from,
            to,
            passed,
            rows: rows?,
        }))
    }

    /// Keeps a counted stretch, if nobody else has kept it since. Whether this one did.
    pub async fn call_tally_keep(&self, stretch: &CallTallyStretch) -> Result<bool, StorageError> {
        let moved = self.execute(
            "INSERT INTO call_tally_place (place, counted_to) VALUES (1, $1)
             ON CONFLICT (place) DO UPDATE SET counted_to = excluded.counted_to
                 WHERE call_tally_place.counted_to = $2",
            values![&stretch.to, &stretch.from],
        );
        if moved.await? == 0 {
            return Ok(false);
        }
        for (client, day, tally) in &stretch.rows {
            let first = tally.first_unbacked;
            self.row_later(
                "INSERT INTO call_tallies (client_id, day, calls, unbacked, first_unbacked)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (client_id, day) DO UPDATE SET calls = call_tallies.calls + excluded.calls,
                     unbacked = call_tallies.unbacked + excluded.unbacked,
                     first_unbacked = COALESCE(call_tallies.first_unbacked, excluded.first_unbacked)",
                values![*client, *day, tally.calls, tally.unbacked, first],
            )?;
        }
        Ok(true)
    }

    /// Removes tallies of days before one, at most 1,000; how many.
    pub async fn call_tally_purge(&self, before: Day) -> Result<u64, StorageError> {
        let sql = "DELETE FROM call_tallies WHERE (client_id, day) IN (
                       SELECT client_id, day FROM call_tallies WHERE day < $1 ORDER BY day LIMIT 1000)";
        self.execute(sql, values![before]).await
    }

    /// The first day that was counted and not removed since, of whichever client.
    pub async fn call_tally_since(&self) -> Result<Option<Day>, StorageError> {
        let row = self.query_opt("SELECT MIN(day) FROM call_tallies", values![]).await?;
        row.map_or(Ok(None), |mut row| row.next())
    }

    /// The tally of all clients of an organisation since a day.
    pub async fn call_tally_of(&self, organisation: OrganisationId, since: Day) -> Result<CallTally, StorageError> {
        let sql = "SELECT CAST(COALESCE(SUM(t.calls), 0) AS BIGINT), CAST(COALESCE(SUM(t.unbacked), 0) AS BIGINT),
                       MIN(t.first_unbacked)
                   FROM clients c JOIN call_tallies t ON t.client_id = c.id
                   WHERE c.organisation_id = $1 AND t.day >= $2";
        let row = self.query_opt(sql, values![organisation, since]).await?;
        row.map_or_else(|| Ok(CallTally::default()), |mut row| read_tally(&mut row))
    }

    /// The active clients of an organisation that were registered before a moment and had no answered call since a
    /// day; at most 100.
    pub async fn client_list_unused(
        &self,
        organisation: OrganisationId,
        (registered_before, since): (Timestamp, Day),
    ) -> Result<Vec<ClientId>, StorageError> {
        let sql = "SELECT c.id FROM clients c
                   WHERE c.organisation_id = $1 AND c.status = 'active' AND c.created_at < $2 AND NOT EXISTS (
                       SELECT 1 FROM call_tallies t WHERE t.client_id = c.id AND t.day >= $3)
                   ORDER BY c.id LIMIT 100";
        let rows = self.query(sql, values![organisation, registered_before, since]).await?;
        rows.into_iter().map(|mut row| row.next()).collect()
    }

    /// The active members of an organisation as people who can sign in; at most 1,000.
    pub async fn member_uses(&self, organisation: OrganisationId) -> Result<Vec<MemberUse>, StorageError> {
        let sql = "SELECT m.id, m.created_at, m.seen_at, CASE WHEN m.certificate_sha256 IS NOT NULL
                       OR EXISTS (SELECT 1 FROM member_passkeys p WHERE p.member_id = m.id) THEN 1 ELSE 0 END
                   FROM members m WHERE m.organisation_id = $1 AND m.active = 1 AND m.removed_at IS NULL
                   ORDER BY m.id LIMIT 1000";
        let read = |mut row: Row| -> Result<MemberUse, StorageError> {
            Ok(MemberUse {
                id: row.next()?,
                created_at: row.next()?,
                seen_at: row.next()?,
                is_strong: row.next()?,
            })
        };
        let rows = self.query(sql, values![organisation]).await?;
        rows.into_iter().map(read).collect()
    }
}
