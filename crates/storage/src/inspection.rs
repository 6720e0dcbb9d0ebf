//! Rows of inspections, of their events, and of the verdicts of each round.

use naru_core::{
    InspectionId, InspectionKind, InspectionMachine, InspectionMethod, InspectionOutcome, MemberId, OrganisationId,
    ProposalId, RevisionId, Timestamp, Verdict,
};

use crate::document::{read_revisions, revisions_text};
use crate::value::{Row, Value, values};
use crate::{StorageError, Tx};

/// An inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionRow {
    /// Its id.
    pub id: InspectionId,
    /// Who is inspected.
    pub organisation_id: OrganisationId,
    /// By which agency; none while an organisation inspects itself.
    pub agency_id: Option<OrganisationId>,
    /// The process it runs through.
    pub machine: InspectionMachine,
    /// The duty it serves.
    pub kind: InspectionKind,
    /// The platform of the service; empty for an organisation.
    pub platform: String,
    /// The name of the service; empty for an organisation.
    pub service: String,
    /// The catalogue whose items are judged.
    pub catalogue: String,
    /// The state, a word of its process.
    pub state: String,
    /// Since when.
    pub state_since: Timestamp,
    /// The round whose verdicts are being given; 1 is the first.
    pub round: i64,
    /// How it ended.
    pub outcome: InspectionOutcome,
    /// When its result ends to hold; none where it holds until something changes.
    pub valid_until: Option<Timestamp>,
    /// When no step was left; a self-inspection may have passed before, while its confirmation is due.
    pub ended_at: Option<Timestamp>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Raised by every change.
    pub version: i64,
}

/// A move of an inspection, or a signature that a move waits for; never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionEventRow {
    /// Of which.
    pub inspection_id: InspectionId,
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
    /// The round after it.
    pub round: i64,
    /// The proposal that two people agreed on.
    pub proposal_id: Option<ProposalId>,
}

/// What was judged of an item in one round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictRow {
    /// In which inspection.
    pub inspection_id: InspectionId,
    /// In which round.
    pub round: i64,
    /// Of which item.
    pub control_id: String,
    /// What.
    pub verdict: Verdict,
    /// Why.
    pub note: String,
    /// How it was looked at.
    pub method: InspectionMethod,
    /// By whom.
    pub judged_by: MemberId,
    /// When.
    pub judged_at: Timestamp,
    /// Raised by every change; 1 is the first.
    pub version: i64,
}

/// Which inspections, those first that have waited longest in their state.
#[derive(Debug, Clone, Default)]
pub struct InspectionFilter {
    /// Of this organisation only.
    pub organisation_id: Option<OrganisationId>,
    /// By this agency only.
    pub agency_id: Option<OrganisationId>,
    /// With this process only.
    pub machine: Option<InspectionMachine>,
    /// In this state only; empty for all.
    pub state: String,
    /// Those only that have not ended.
    pub under_way: bool,
    /// How many at most; 1,000 in any case.
    pub limit: i64,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.organisation_id, i.agency_id, i.machine, i.kind, i.platform, i.service, i.catalogue,
                 i.state, i.state_since, i.round, i.outcome, i.valid_until, i.ended_at, i.created_at, i.version
             FROM inspections i ",
            $rest
        )
    };
}

macro_rules! event_columns {
    ($rest:literal) => {
        concat!(
            "SELECT e.inspection_id, e.sequence, e.at, e.actor, e.event, e.from_state, e.to_state, e.note, e.revisions,
                 e.round, e.proposal_id FROM inspection_events e ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<InspectionRow, StorageError> {
    read_from(&mut row)
}

/// The next sixteen columns of a row as an inspection.
pub(crate) fn read_from(row: &mut Row) -> Result<InspectionRow, StorageError> {
    Ok(InspectionRow {
        id: row.next()?,
        organisation_id: row.next()?,
        agency_id: row.next()?,
        machine: row.next()?,
        kind: row.next()?,
        platform: row.next()?,
        service: row.next()?,
        catalogue: row.next()?,
        state: row.next()?,
        state_since: row.next()?,
        round: row.next()?,
        outcome: row.next()?,
        valid_until: row.next()?,
        ended_at: row.next()?,
        created_at: row.next()?,
        version: row.next()?,
    })
}

fn read_event(mut row: Row) -> Result<InspectionEventRow, StorageError> {
    Ok(InspectionEventRow {
        inspection_id: row.next()?,
        sequence: row.next()?,
        at: row.next()?,
        actor: row.next()?,
        event: row.next()?,
        from_state: row.next()?,
        to_state: row.next()?,
        note: row.next()?,
        revisions: read_revisions(&mut row)?,
        round: row.next()?,
        proposal_id: row.next()?,
    })
}

fn read_verdict(mut row: Row) -> Result<VerdictRow, StorageError> {
    Ok(VerdictRow {
        inspection_id: row.next()?,
        round: row.next()?,
        control_id: row.next()?,
        verdict: row.next()?,
        note: row.next()?,
        method: row.next()?,
        judged_by: row.next()?,
        judged_at: row.next()?,
        version: row.next()?,
    })
}

impl Tx {
    /// Stores a new inspection. Whether no other of the same kind, service and platform is under way.
    pub async fn inspection_insert(&self, inspection: &InspectionRow) -> Result<bool, StorageError> {
        let i = inspection;
        let sql =
            "INSERT INTO inspections (id, organisation_id, agency_id, machine, kind, platform, service, catalogue,
                 state, state_since, round, outcome, valid_until, ended_at, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)
             ON CONFLICT (organisation_id, machine, kind, service, platform) WHERE ended_at IS NULL DO NOTHING";
        let values = values![
            i.id,
            i.organisation_id,
            i.agency_id,
            i.machine,
            i.kind,
            &i.platform,
            &i.service,
            &i.catalogue,
            &i.state,
            i.state_since,
            i.round,
            i.outcome,
            i.valid_until,
            i.ended_at,
            i.created_at
        ];
        Ok(self.execute(sql, values).await? == 1)
    }

    /// Stores where an inspection stands now, if it is still the one that was looked at. Whether it was.
    pub async fn inspection_update(&self, inspection: &InspectionRow) -> Result<bool, StorageError> {
        let i = inspection;
        let sql = "UPDATE inspections SET agency_id = $3, state = $4, state_since = $5, round = $6, outcome = $7,
                 valid_until = $8, ended_at = $9, version = version + 1
             WHERE id = $1 AND version = $2";
        let values = values![
            i.id,
            i.version,
            i.agency_id,
            &i.state,
            i.state_since,
            i.round,
            i.outcome,
            i.valid_until,
            i.ended_at
        ];
        Ok(self.execute(sql, values).await? == 1)
    }

    /// An inspection by its id.
    pub async fn inspection_find(&self, id: InspectionId) -> Result<Option<InspectionRow>, StorageError> {
        const SQL: &str = columns!("WHERE i.id = $1");
        self.query_opt(SQL, values![id]).await?.map(read).transpose()
    }

    /// Inspections, those first that have waited longest in their state.
    pub async fn inspection_list(&self, filter: &InspectionFilter) -> Result<Vec<InspectionRow>, StorageError> {
        const SQL: &str = columns!(
            "WHERE ($1 = '' OR i.organisation_id = $1) AND ($2 = '' OR i.agency_id = $2) AND ($3 = '' OR i.machine = $3)
               AND ($4 = '' OR i.state = $4) AND ($5 = '' OR i.ended_at IS NULL)
             ORDER BY i.state_since, i.id LIMIT $6"
        );
        let text = |id: Option<OrganisationId>| id.map_or_else(String::new, |id| id.to_string());
        let values = values![
            text(filter.organisation_id),
            text(filter.agency_id),
            filter.machine.map_or("", InspectionMachine::as_str),
            &filter.state,
            if filter.under_way { "under way" } else { "" },
            filter.limit.clamp(1, 1_000)
        ];
        self.query(SQL, values).await?.into_iter().map(read).collect()
    }

    /// The inspections of an organisation, newest first; at most 500.
    pub async fn inspection_list_of(&self, organisation: OrganisationId) -> Result<Vec<InspectionRow>, StorageError> {
        const SQL: &str = columns!("WHERE i.organisation_id = $1 ORDER BY i.created_at DESC, i.id DESC LIMIT 500");
        let rows = self.query(SQL, values![organisation]).await?;
        rows.into_iter().map(read).collect()
    }

    /// Whether an agency has an inspection of an organisation under way that was handed in to it.
    pub async fn inspection_binds(
        &self,
        agency: OrganisationId,
        organisation: OrganisationId,
    ) -> Result<bool, StorageError> {
        let sql = "SELECT i.round FROM inspections i
             WHERE i.organisation_id = $1 AND i.agency_id = $2 AND i.ended_at IS NULL AND i.state <> 'CONSULTING'
             LIMIT 1";
        Ok(self.query_opt(sql, values![organisation, agency]).await?.is_some())
    }

    /// Appends an event.
    ///
    /// # Errors
    /// [`StorageError::Taken`] where there is one of this number.
    pub async fn inspection_event_insert(&self, event: &InspectionEventRow) -> Result<(), StorageError> {
        let e = event;
        self.execute(
            "INSERT INTO inspection_events (inspection_id, sequence, at, actor, event, from_state, to_state, note,
                 revisions, round, proposal_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            values![
                e.inspection_id,
                e.sequence,
                e.at,
                &e.actor,
                &e.event,
                &e.from_state,
                &e.to_state,
                &e.note,
                revisions_text(&e.revisions)?,
                e.round,
                e.proposal_id
            ],
        )
        .await?;
        Ok(())
    }

    /// The events of an inspection, oldest first; at most 2,000.
    pub async fn inspection_event_list(&self, id: InspectionId) -> Result<Vec<InspectionEventRow>, StorageError> {
        const SQL: &str = event_columns!("WHERE e.inspection_id = $1 ORDER BY e.sequence LIMIT 2000");
        self.events(SQL, values![id]).await
    }

    /// The events of every inspection that an agency has under way, oldest first within each; at most 20,000.
    pub async fn inspection_event_list_pending(
        &self,
        agency: OrganisationId,
    ) -> Result<Vec<InspectionEventRow>, StorageError> {
        const SQL: &str = event_columns!(
            "JOIN inspections i ON i.id = e.inspection_id WHERE i.agency_id = $1 AND i.ended_at IS NULL
             ORDER BY e.inspection_id, e.sequence LIMIT 20000"
        );
        self.events(SQL, values![agency]).await
    }

    async fn events(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<InspectionEventRow>, StorageError> {
        self.query(sql, values).await?.into_iter().map(read_event).collect()
    }

    /// Stores the first verdict on an item in a round. Whether there was none.
    pub async fn verdict_insert(&self, verdict: &VerdictRow) -> Result<bool, StorageError> {
        let v = verdict;
        let sql = "INSERT INTO inspection_verdicts (inspection_id, round, control_id, verdict, note, method, judged_by,
                 judged_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) ON CONFLICT (inspection_id, round, control_id) DO NOTHING";
        let values = values![
            v.inspection_id,
            v.round,
            &v.control_id,
            v.verdict,
            &v.note,
            v.method,
            v.judged_by,
            v.judged_at
        ];
        Ok(self.execute(sql, values).await? == 1)
    }

    /// Stores a changed verdict, if `verdict.version` is still the one that was looked at. Whether it was.
    pub async fn verdict_update(&self, verdict: &VerdictRow) -> Result<bool, StorageError> {
        let v = verdict;
        let sql = "UPDATE inspection_verdicts SET verdict = $5, note = $6, method = $7, judged_by = $8, judged_at = $9,
                 version = version + 1
             WHERE inspection_id = $1 AND round = $2 AND control_id = $3 AND version = $4";
        let values = values![
            v.inspection_id,
            v.round,
            &v.control_id,
            v.version,
            v.verdict,
            &v.note,
            v.method,
            v.judged_by,
            v.judged_at
        ];
        Ok(self.execute(sql, values).await? == 1)
    }

    /// The verdicts of an inspection, round by round in the order of the items; at most 5,000.
    pub async fn verdict_list(&self, id: InspectionId) -> Result<Vec<VerdictRow>, StorageError> {
        const SQL: &str =
            "SELECT inspection_id, round, control_id, verdict, note, method, judged_by, judged_at, version
             FROM inspection_verdicts WHERE inspection_id = $1 ORDER BY round, control_id LIMIT 5000";
        let rows = self.query(SQL, values![id]).await?;
        rows.into_iter().map(read_verdict).collect()
    }
}
