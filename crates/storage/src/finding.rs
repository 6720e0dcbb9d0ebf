//! Rows of findings and of everything that happened to them.

use naru_core::{Day, FindingId, InspectionId, OrganisationId, RevisionId, Timestamp};

use crate::document::{read_revisions, revisions_text};
use crate::value::{Row, Value, values};
use crate::{StorageError, Tx};

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRow {
    /// Its id.
    pub id: FindingId,
    /// Of which inspection.
    pub inspection_id: InspectionId,
    /// Whom it concerns.
    pub organisation_id: OrganisationId,
    /// On which item.
    pub control_id: String,
    /// In which round it was written.
    pub round: i64,
    /// The state, a word of the process `finding`.
    pub state: String,
    /// What was found.
    pub statement: String,
    /// Until when it must be remedied; the day counts.
    pub due_on: Option<Day>,
    /// In whose name it was written.
    pub written_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Raised by every change.
    pub version: i64,
}

impl FindingRow {
    /// Whether it was neither closed nor withdrawn.
    pub fn is_open(&self) -> bool {
        self.state != "CLOSED" && self.state != "WITHDRAWN"
    }

    /// Whether it waits for its remedy beyond the day it was due. What was handed in waits for the agency.
    pub fn is_overdue(&self, today: Day) -> bool {
        matches!(self.state.as_str(), "OPEN" | "REMEDIATING") && self.due_on.is_some_and(|due| due < today)
    }
}

/// What happened to a finding; never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingEventRow {
    /// To which.
    pub finding_id: FindingId,
    /// In which order; 1 is the first.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// In whose name.
    pub actor: String,
    /// What happened.
    pub event: String,
    /// The state before.
    pub from_state: String,
    /// The state after.
    pub to_state: String,
    /// What was said.
    pub note: String,
    /// What was handed in with it.
    pub revisions: Vec<RevisionId>,
    /// Until when it must be remedied, after this.
    pub due_on: Option<Day>,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, inspection_id, organisation_id, control_id, round, state, statement, due_on, written_by,
                 created_at, changed_at, version FROM findings ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<FindingRow, StorageError> {
    read_from(&mut row)
}

/// The next twelve columns of a row as a finding.
pub(crate) fn read_from(row: &mut Row) -> Result<FindingRow, StorageError> {
    Ok(FindingRow {
        id: row.next()?,
        inspection_id: row.next()?,
        organisation_id: row.next()?,
        control_id: row.next()?,
        round: row.next()?,
        state: row.next()?,
        statement: row.next()?,
        due_on: row.next()?,
        written_by: row.next()?,
        created_at: row.next()?,
        changed_at: row.next()?,
        version: row.next()?,
    })
}

fn read_event(mut row: Row) -> Result<FindingEventRow, StorageError> {
    Ok(FindingEventRow {
        finding_id: row.next()?,
        sequence: row.next()?,
        at: row.next()?,
        actor: row.next()?,
        event: row.next()?,
        from_state: row.next()?,
        to_state: row.next()?,
        note: row.next()?,
        revisions: read_revisions(&mut row)?,
        due_on: row.next()?,
    })
}

impl Tx {
    /// Stores a new finding.
    pub async fn finding_insert(&self, finding: &FindingRow) -> Result<(), StorageError> {
        let f = finding;
        self.execute(
            "INSERT INTO findings (id, inspection_id, organisation_id, control_id, round, state, statement, due_on,
                 written_by, created_at, changed_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)",
            values![
                f.id,
                f.inspection_id,
                f.organisation_id,
                &f.control_id,
                f.round,
                &f.state,
                &f.statement,
                f.due_on,
                &f.written_by,
                f.created_at,
                f.changed_at
            ],
        )
        .await?;
        Ok(())
    }

    /// Stores where a finding stands now, if it is still the one that was looked at. Whether it was.
    pub async fn finding_update(&self, finding: &FindingRow) -> Result<bool, StorageError> {
        let f = finding;
        let sql = "UPDATE findings SET state = $3, due_on = $4, changed_at = $5, version = version + 1
             WHERE id = $1 AND version = $2";
        let values = values![f.id, f.version, &f.state, f.due_on, self.now()];
        Ok(self.execute(sql, values).await? == 1)
    }

    /// Removes a finding nobody was told of, with its events, if it is still the one that was looked at. Whether it
    /// was.
    pub async fn finding_remove(&self, finding: &FindingRow) -> Result<bool, StorageError> {
        self.execute("DELETE FROM finding_events WHERE finding_id = $1", values![finding.id])
            .await?;
        let sql = "DELETE FROM findings WHERE id = $1 AND version = $2";
        Ok(self.execute(sql, values![finding.id, finding.version]).await? == 1)
    }

    /// A finding by its id.
    pub async fn finding_find(&self, id: FindingId) -> Result<Option<FindingRow>, StorageError> {
        const SQL: &str = columns!("WHERE id = $1");
        self.query_opt(SQL, values![id]).await?.map(read).transpose()
    }

    /// The findings of an inspection, oldest first; at most 2,000.
    pub async fn finding_list(&self, inspection: InspectionId) -> Result<Vec<FindingRow>, StorageError> {
        const SQL: &str = columns!("WHERE inspection_id = $1 ORDER BY created_at, id LIMIT 2000");
        self.findings(SQL, values![inspection]).await
    }

    /// The findings of an organisation that are neither closed nor withdrawn, those due first before the others; at
    /// most 1,000.
    pub async fn finding_list_open(&self, organisation: OrganisationId) -> Result<Vec<FindingRow>, StorageError> {
        const SQL: &str = columns!(
            "WHERE organisation_id = $1 AND state NOT IN ('CLOSED', 'WITHDRAWN')
             ORDER BY COALESCE(due_on, 99991231), created_at, id LIMIT 1000"
        );
        self.findings(SQL, values![organisation]).await
    }

    async fn findings(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<FindingRow>, StorageError> {
        self.query(sql, values).await?.into_iter().map(read).collect()
    }

    /// Appends an event.
    ///
    /// # Errors
    /// [`StorageError::Taken`] where there is one of this number.
    pub async fn finding_event_insert(&self, event: &FindingEventRow) -> Result<(), StorageError> {
        let e = event;
        self.execute(
            "INSERT INTO finding_events (finding_id, sequence, at, actor, event, from_state, to_state, note, revisions,
                 due_on)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            values![
                e.finding_id,
                e.sequence,
                e.at,
                &e.actor,
                &e.event,
                &e.from_state,
                &e.to_state,
                &e.note,
                revisions_text(&e.revisions)?,
                e.due_on
            ],
        )
        .await?;
        Ok(())
    }

    /// What happened to a finding, oldest first; at most 1,000.
    pub async fn finding_event_list(&self, id: FindingId) -> Result<Vec<FindingEventRow>, StorageError> {
        const SQL: &str = "SELECT finding_id, sequence, at, actor, event, from_state, to_state, note, revisions, due_on
             FROM finding_events WHERE finding_id = $1 ORDER BY sequence LIMIT 1000";
        let rows = self.query(SQL, values![id]).await?;
        rows.into_iter().map(read_event).collect()
    }
}
