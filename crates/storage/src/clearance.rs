//! Reads what opens gates: inspections that were passed and functional tests.

use naru_core::{FunctionTestId, InspectionId, OrganisationId, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// An inspection that was passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearance {
    /// Which inspection.
    pub inspection_id: InspectionId,
    /// Of whom.
    pub organisation_id: OrganisationId,
    /// By which process: `org-inspection`, `app-inspection` or `self-inspection`.
    pub machine: String,
    /// What was inspected: `ORG` or `APP`.
    pub kind: String,
    /// On which platform; empty where the organisation itself was inspected.
    pub platform: String,
    /// The state in which it ended, or stands.
    pub state: String,
    /// Since when it stands there.
    pub since: Timestamp,
    /// Since when it stands cleared, whatever was done with it later.
    pub cleared_at: Timestamp,
    /// Since when an agency has confirmed it.
    pub confirmed_at: Option<Timestamp>,
    /// Until when the result holds; `None` until something changes.
    pub valid_until: Option<Timestamp>,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.organisation_id, i.machine, i.kind, i.platform, i.state, i.state_since,
                 COALESCE((SELECT MIN(e.at) FROM inspection_events e WHERE e.inspection_id = i.id
                     AND e.to_state IN ('FINAL_REPORTED', 'ACCEPTED', 'CONFIRMATION_DUE', 'CONFIRMED')), i.state_since),
                 CASE WHEN i.state = 'CONFIRMED' THEN i.state_since END, i.valid_until ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<Clearance, StorageError> {
    Ok(Clearance {
        inspection_id: row.next()?,
        organisation_id: row.next()?,
        machine: row.next()?,
        kind: row.next()?,
        platform: row.next()?,
        state: row.next()?,
        since: row.next()?,
        cleared_at: row.next()?,
        confirmed_at: row.next()?,
        valid_until: row.next()?,
    })
}

impl Tx {
    /// The inspections that an organisation passed, newest first; at most 200.
    pub async fn clearance_list(&self, organisation: OrganisationId) -> Result<Vec<Clearance>, StorageError> {
        const SQL: &str = columns!(
            "FROM inspections i WHERE i.organisation_id = $1 AND i.outcome = 'passed'
             ORDER BY i.state_since DESC, i.id DESC LIMIT 200"
        );
        self.query(SQL, values![organisation])
            .await?
            .into_iter()
            .map(read)
            .collect()
    }

    /// The same for the organisations from one code to another, both included.
    pub async fn clearance_list_between(&self, first: &str, last: &str) -> Result<Vec<Clearance>, StorageError> {
        const SQL: &str = columns!(
            "FROM organisations o JOIN inspections i ON i.organisation_id = o.id
             WHERE o.code >= $1 AND o.code <= $2 AND i.outcome = 'passed' ORDER BY o.code, i.state_since DESC"
        );
        self.query(SQL, values![first, last])
            .await?
            .into_iter()
            .map(read)
            .collect()
    }

    /// Whose an inspection is.
    pub async fn inspection_organisation(&self, id: InspectionId) -> Result<Option<OrganisationId>, StorageError> {
        let row = self
            .query_opt("SELECT organisation_id FROM inspections WHERE id = $1", values![id])
            .await?;
        row.map(|mut row| row.next()).transpose()
    }

    /// The functional tests that were passed by the organisations from one code to another, both included.
    pub async fn function_test_passed_between(
        &self,
        first: &str,
        last: &str,
    ) -> Result<Vec<(OrganisationId, FunctionTestId)>, StorageError> {
        let sql =
            "SELECT f.organisation_id, f.id FROM organisations o JOIN function_tests f ON f.organisation_id = o.id
             WHERE o.code >= $1 AND o.code <= $2 AND f.passed_at IS NOT NULL ORDER BY o.code, f.passed_at";
        let rows = self.query(sql, values![first, last]).await?;
        rows.into_iter().map(|mut row| Ok((row.next()?, row.next()?))).collect()
    }
}
