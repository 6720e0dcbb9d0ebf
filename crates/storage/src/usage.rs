//! How much clients called: answered calls by day from the tallies, and the last stretch of the record for errors and
//! times. Neither looks through the whole record.

use naru_core::{ClientId, Day, OrganisationId};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// Answered calls of a client on one day, as they were counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageDay {
    /// Whose.
    pub client_id: ClientId,
    /// On which day.
    pub day: Day,
    /// How many.
    pub calls: i64,
}

/// One recent call of a client, as far as its time and end matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageCall {
    /// Whose.
    pub client_id: ClientId,
    /// Whether it was answered as asked.
    pub is_answered: bool,
    /// Microseconds in the hub and at the institution together.
    pub whole_us: i64,
}

impl Tx {
    /// The answered calls of every client of an organisation since a day, by client and day.
    pub async fn usage_by_day(&self, organisation: OrganisationId, since: Day) -> Result<Vec<UsageDay>, StorageError> {
        let sql = "SELECT t.client_id, t.day, t.calls FROM clients c JOIN call_tallies t ON t.client_id = c.id
                   WHERE c.organisation_id = $1 AND t.day >= $2 ORDER BY t.client_id, t.day LIMIT 5000";
        let read = |mut row: Row| -> Result<UsageDay, StorageError> {
            Ok(UsageDay {
                client_id: row.next()?,
                day: row.next()?,
                calls: row.next()?,
            })
        };
        let rows = self.query(sql, values![organisation, since]).await?;
        rows.into_iter().map(read).collect()
    }

    /// The calls of an organisation's clients among the last `stretch` calls of the whole record, newest first.
    pub async fn usage_lately(
        &self,
        organisation: OrganisationId,
        stretch: i64,
    ) -> Result<Vec<UsageCall>, StorageError> {
        let sql = "SELECT k.client_id, CASE WHEN k.rsp_code IN ('A0000', '200') THEN 1 ELSE 0 END,
                       k.hub_us + k.institution_us
                   FROM (SELECT id, client_id, rsp_code, hub_us, institution_us FROM calls
                         ORDER BY id DESC LIMIT $2) AS k
                   JOIN clients c ON c.id = k.client_id
                   WHERE c.organisation_id = $1 ORDER BY k.id DESC";
        let read = |mut row: Row| -> Result<UsageCall, StorageError> {
            Ok(UsageCall {
                client_id: row.next()?,
                is_answered: row.next()?,
                whole_us: row.next()?,
            })
        };
        let rows = self.query(sql, values![organisation, stretch]).await?;
        rows.into_iter().map(read).collect()
    }
}
