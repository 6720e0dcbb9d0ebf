//! Reading the trail: who did what to whom.

use naru_core::{Action, Timestamp, TrailId};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// One row of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailRow {
    /// Its id.
    pub id: TrailId,
    /// When.
    pub at: Timestamp,
    /// In whose name, such as `client:cli_…` or `hub:resolver`.
    pub actor: String,
    /// The named transaction it was written in.
    pub transaction: String,
    /// What was done.
    pub action: Action,
    /// To whom or what.
    pub subject: String,
    /// More, as JSON: ids, codes, amounts.
    pub details: String,
}

impl Tx {
    /// Every row about one subject, oldest first; at most a thousand.
    pub async fn trail_of(&self, subject: &str) -> Result<Vec<TrailRow>, StorageError> {
        let rows = self
            .query(
                "SELECT id, at, actor, transaction_name, action, subject, details
                 FROM trail WHERE subject = $1 ORDER BY at, id LIMIT 1000",
                values![subject],
            )
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// How many rows the trail has.
    pub async fn trail_count(&self) -> Result<i64, StorageError> {
        let row = self.query_opt("SELECT COUNT(*) FROM trail", values![]).await?;
        row.map_or(Ok(0), |mut row: Row| row.next())
    }
}

fn read(mut row: Row) -> Result<TrailRow, StorageError> {
    Ok(TrailRow {
        id: row.next()?,
        at: row.next()?,
        actor: row.next()?,
        transaction: row.next()?,
        action: row.next()?,
        subject: row.next()?,
        details: row.next()?,
    })
}
