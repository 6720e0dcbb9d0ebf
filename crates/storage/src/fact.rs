//! Rows of dated facts about organisations; a correction ends the old row and writes a new one.

use naru_core::{Day, FactId, FactKind, OrganisationId, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// A fact as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRow {
    /// Its id.
    pub id: FactId,
    /// About whom.
    pub organisation_id: OrganisationId,
    /// What it says.
    pub kind: FactKind,
    /// With which value; what it means depends on the kind.
    pub value: String,
    /// From which day on it holds.
    pub valid_from: Day,
    /// Until which day, that day included; `None` where no end is known.
    pub valid_to: Option<Day>,
    /// What shows it: the id of a document's revision, or a few words.
    pub evidence: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// When.
    pub recorded_at: Timestamp,
    /// When it was taken back.
    pub ended_at: Option<Timestamp>,
}

impl FactRow {
    /// Whether the fact holds on a day: one that was taken back held until the day before.
    pub fn holds_on(&self, day: Day) -> bool {
        self.stands_on(day) && self.valid_from <= day && self.valid_to.is_none_or(|to| day <= to)
    }

    /// Whether the fact was not yet taken back on a day.
    pub fn stands_on(&self, day: Day) -> bool {
        self.ended_at.is_none_or(|ended| day < ended.day())
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, organisation_id, kind, value, valid_from, valid_to, evidence, recorded_by, recorded_at, ended_at
             FROM organisation_facts ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<FactRow, StorageError> {
    Ok(FactRow {
        id: row.next()?,
        organisation_id: row.next()?,
        kind: row.next()?,
        value: row.next()?,
        valid_from: row.next()?,
        valid_to: row.next()?,
        evidence: row.next()?,
        recorded_by: row.next()?,
        recorded_at: row.next()?,
        ended_at: row.next()?,
    })
}

impl Tx {
    /// Stores a fact.
    pub async fn fact_insert(&self, fact: &FactRow) -> Result<(), StorageError> {
        let f = fact;
        self.execute(
            "INSERT INTO organisation_facts (id, organisation_id, kind, value, valid_from, valid_to, evidence,
                 recorded_by, recorded_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            values![
                f.id,
                f.organisation_id,
                f.kind,
                &f.value,
                f.valid_from,
                f.valid_to,
                &f.evidence,
                &f.recorded_by,
                f.recorded_at
            ],
        )
        .await?;
        Ok(())
    }

    /// The facts of an organisation that were not taken back, oldest first; at most 500.
    pub async fn fact_list(&self, organisation: OrganisationId) -> Result<Vec<FactRow>, StorageError> {
        const SQL: &str = columns!("WHERE organisation_id = $1 AND ended_at IS NULL ORDER BY valid_from, id LIMIT 500");
        self.query(SQL, values![organisation])
            .await?
            .into_iter()
            .map(read)
            .collect()
    }

    /// The facts of an organisation, those that were taken back too, oldest first; at most 2,000.
    pub async fn fact_history(&self, organisation: OrganisationId) -> Result<Vec<FactRow>, StorageError> {
        const SQL: &str = columns!("WHERE organisation_id = $1 ORDER BY valid_from, id LIMIT 2000");
        self.query(SQL, values![organisation])
            .await?
            .into_iter()
            .map(read)
            .collect()
    }

    /// [`Self::fact_list`] for the organisations from one code to another, both included.
    pub async fn fact_list_between(&self, first: &str, last: &str) -> Result<Vec<FactRow>, StorageError> {
        const SQL: &str = "SELECT f.id, f.organisation_id, f.kind, f.value, f.valid_from, f.valid_to, f.evidence,
                 f.recorded_by, f.recorded_at, f.ended_at
             FROM organisations o JOIN organisation_facts f ON f.organisation_id = o.id
             WHERE o.code >= $1 AND o.code <= $2 AND f.ended_at IS NULL ORDER BY o.code, f.valid_from, f.id";
        self.query(SQL, values![first, last])
            .await?
            .into_iter()
            .map(read)
            .collect()
    }

    /// Takes a fact back. Whether it stood.
    pub async fn fact_end(&self, id: FactId) -> Result<bool, StorageError> {
        let sql = "UPDATE organisation_facts SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
        Ok(self.execute(sql, values![id, self.now()]).await? == 1)
    }
}
