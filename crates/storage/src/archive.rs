//! Reads inspections that have ended, and the findings that are open on them.

use naru_core::{InspectionId, OrganisationId, Timestamp};

use crate::value::{Row, Value, values};
use crate::{FindingRow, InspectionRow, StorageError, Tx, finding, inspection};

/// Which ended inspections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inspected {
    /// Those that an agency carried out or confirmed.
    By(OrganisationId),
    /// Self-inspections that no agency confirmed.
    ByNoAgency,
    /// All.
    ByAnybody,
}

/// An inspection that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedInspection {
    /// The inspection.
    pub inspection: InspectionRow,
    /// The short name of the organisation.
    pub organisation_code: String,
    /// Its name.
    pub organisation_name: String,
    /// Its findings that are neither closed nor withdrawn.
    pub open_findings: i64,
}

/// An open finding on an inspection that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAfterEnd {
    /// The finding.
    pub finding: FindingRow,
    /// Its inspection.
    pub inspection: InspectionRow,
    /// The short name of the organisation.
    pub organisation_code: String,
    /// Its name.
    pub organisation_name: String,
}

macro_rules! ended {
    ($who:literal) => {
        concat!(
            "SELECT i.id, i.organisation_id, i.agency_id, i.machine, i.kind, i.platform, i.service, i.catalogue,
                 i.state, i.state_since, i.round, i.outcome, i.valid_until, i.ended_at, i.created_at, i.version,
                 o.code, o.name,
                 (SELECT COUNT(*) FROM findings f
                  WHERE f.inspection_id = i.id AND f.state <> 'CLOSED' AND f.state <> 'WITHDRAWN')
             FROM inspections i JOIN organisations o ON o.id = i.organisation_id
             WHERE i.ended_at IS NOT NULL AND (i.ended_at < $1 OR (i.ended_at = $1 AND i.id < $2)) ",
            $who,
            " ORDER BY i.ended_at DESC, i.id DESC LIMIT $3"
        )
    };
}

macro_rules! open_after_end {
    ($who:literal) => {
        concat!(
            "SELECT f.id, f.inspection_id, f.organisation_id, f.control_id, f.round, f.state, f.statement, f.due_on,
                 f.written_by, f.created_at, f.changed_at, f.version,
                 i.id, i.organisation_id, i.agency_id, i.machine, i.kind, i.platform, i.service, i.catalogue,
                 i.state, i.state_since, i.round, i.outcome, i.valid_until, i.ended_at, i.created_at, i.version,
                 o.code, o.name
             FROM findings f JOIN inspections i ON i.id = f.inspection_id
                 JOIN organisations o ON o.id = i.organisation_id
             WHERE f.state <> 'CLOSED' AND f.state <> 'WITHDRAWN' AND i.ended_at IS NOT NULL ",
            $who,
            " ORDER BY COALESCE(f.due_on, 99991231), f.id LIMIT $1"
        )
    };
}

fn read_ended(mut row: Row) -> Result<EndedInspection, StorageError> {
    Ok(EndedInspection {
        inspection: inspection::read_from(&mut row)?,
        organisation_code: row.next()?,
        organisation_name: row.next()?,
        open_findings: row.next()?,
    })
}

fn read_open(mut row: Row) -> Result<OpenAfterEnd, StorageError> {
    Ok(OpenAfterEnd {
        finding: finding::read_from(&mut row)?,
        inspection: inspection::read_from(&mut row)?,
        organisation_code: row.next()?,
        organisation_name: row.next()?,
    })
}

fn of(who: Inspected, mut values: Vec<Value>) -> Vec<Value> {
    if let Inspected::By(agency) = who {
        values.push(agency.into());
    }
    values
}

impl Tx {
    /// Inspections that have ended, the latest first, behind one of them; at most 1,000.
    pub async fn inspection_list_ended(
        &self,
        who: Inspected,
        behind: Option<(Timestamp, InspectionId)>,
        limit: i64,
    ) -> Result<Vec<EndedInspection>, StorageError> {
        let sql = match who {
            Inspected::By(_) => ended!("AND i.agency_id = $4"),
            Inspected::ByNoAgency => ended!("AND i.agency_id IS NULL"),
            Inspected::ByAnybody => ended!(""),
        };
        let (at, id) = match behind {
            Some((at, id)) => (at, id.to_string()),
            None => (Timestamp(i64::MAX), String::new()),
        };
        let rows = self.query(sql, of(who, values![at, id, limit.clamp(1, 1_000)])).await?;
        rows.into_iter().map(read_ended).collect()
    }

    /// The findings that are open on ended inspections, those due first before the others; at most 1,000.
    pub async fn finding_list_open_after_end(
        &self,
        who: Inspected,
        limit: i64,
    ) -> Result<Vec<OpenAfterEnd>, StorageError> {
        let sql = match who {
            Inspected::By(_) => open_after_end!("AND i.agency_id = $2"),
            Inspected::ByNoAgency => open_after_end!("AND i.agency_id IS NULL"),
            Inspected::ByAnybody => open_after_end!(""),
        };
        let rows = self.query(sql, of(who, values![limit.clamp(1, 1_000)])).await?;
        rows.into_iter().map(read_open).collect()
    }
}
