//! Reads what people are warned of, before and after: findings and documents whose day comes, signals that are amiss,
//! and the warnings that are open.

use naru_core::{Day, FindingId, OrganisationId, RevisionId, SignalKind, SignalOutcome, Timestamp};

use crate::notice::{self, NoticeRow};
use crate::value::values;
use crate::{FindingRow, RevisionRow, StorageError, Tx, document, finding};

/// A signal that failed, went stale, is about to, or could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalAmiss {
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Which.
    pub signal: SignalKind,
    /// Where it is looked at; empty where the hub's own rows say it.
    pub endpoint_id: String,
    /// How it stands.
    pub outcome: SignalOutcome,
    /// When it goes stale; `None` once it is.
    pub expires_at: Option<Timestamp>,
}

fn read_amiss(mut row: crate::value::Row) -> Result<SignalAmiss, StorageError> {
    Ok(SignalAmiss {
        organisation_id: row.next()?,
        signal: row.next()?,
        endpoint_id: row.next()?,
        outcome: row.next()?,
        expires_at: row.next()?,
    })
}

impl Tx {
    /// The findings that wait for their remedy until this day or an earlier one, in the order of their days, behind
    /// one of them.
    pub async fn finding_list_due(
        &self,
        until: Day,
        behind: Option<(Day, FindingId)>,
        limit: i64,
    ) -> Result<Vec<FindingRow>, StorageError> {
        let sql = "SELECT f.id, f.inspection_id, f.organisation_id, f.control_id, f.round, f.state, f.statement,
                 f.due_on, f.written_by, f.created_at, f.changed_at, f.version
             FROM findings f
             WHERE f.state <> 'CLOSED' AND f.state <> 'WITHDRAWN' AND f.state IN ('OPEN', 'REMEDIATING')
               AND f.due_on <= $1 AND (f.due_on > $2 OR (f.due_on = $2 AND f.id > $3))
             ORDER BY f.due_on, f.id LIMIT $4";
        let (day, id) = behind.map_or((Day(0), String::new()), |(day, id)| (day, id.to_string()));
        let rows = self.query(sql, values![until, day, id, limit]).await?;
        rows.into_iter().map(|mut row| finding::read_from(&mut row)).collect()
    }

    /// The revisions of documents whose last day lies between two days, both included, in the order of those days,
    /// behind one of them.
    pub async fn revision_list_ending(
        &self,
        (from, until): (Day, Day),
        behind: Option<(Day, RevisionId)>,
        limit: i64,
    ) -> Result<Vec<RevisionRow>, StorageError> {
        let sql = "SELECT r.id, r.document_id, d.organisation_id, d.kind, d.title, r.revision, r.sha256, r.bytes,
                 r.media_type, r.file_name, r.covers_from, r.covers_to, r.expires_on, r.uploaded_by, r.uploaded_at
             FROM document_revisions r JOIN documents d ON d.id = r.document_id
             WHERE r.expires_on IS NOT NULL AND r.expires_on >= $1 AND r.expires_on <= $2
               AND (r.expires_on > $3 OR (r.expires_on = $3 AND r.id > $4))
             ORDER BY r.expires_on, r.id LIMIT $5";
        let (day, id) = behind.map_or((Day(0), String::new()), |(day, id)| (day, id.to_string()));
        let rows = self.query(sql, values![from, until, day, id, limit]).await?;
        rows.into_iter().map(document::read).collect()
    }

    /// The open notices to the organisations from one code to another, both included.
    pub async fn notice_list_open_between(&self, first: &str, last: &str) -> Result<Vec<NoticeRow>, StorageError> {
        let sql = "SELECT n.id, n.organisation_id, n.kind, n.subject, n.due_on, n.given_at, n.closed_at
             FROM organisations o JOIN notices n ON n.organisation_id = o.id
             WHERE o.code >= $1 AND o.code <= $2 AND n.closed_at IS NULL ORDER BY o.code, n.given_at LIMIT 20000";
        let rows = self.query(sql, values![first, last]).await?;
        rows.into_iter().map(notice::read).collect()
    }

    /// The signals that failed or are stale, or could not be looked at so many times in a row, behind one of them.
    pub async fn signal_list_amiss(
        &self,
        errors: i64,
        behind: Option<&SignalAmiss>,
        limit: i64,
    ) -> Result<Vec<SignalAmiss>, StorageError> {
        let sql = "SELECT s.organisation_id, s.signal, s.endpoint_id, s.outcome, s.expires_at FROM signals s
             WHERE (s.outcome = 'fail' OR s.outcome = 'stale' OR s.failures >= $1)
               AND (s.organisation_id, s.signal, s.endpoint_id) > ($2, $3, $4)
             ORDER BY s.organisation_id, s.signal, s.endpoint_id LIMIT $5";
        let (whose, signal, endpoint) = behind.map_or_else(Default::default, |last| {
            let signal = last.signal.as_str().to_owned();
            (last.organisation_id.to_string(), signal, last.endpoint_id.clone())
        });
        let rows = self.query(sql, values![errors, whose, signal, endpoint, limit]).await?;
        rows.into_iter().map(read_amiss).collect()
    }

    /// The signals whose last look could not be made and that go stale until a moment, those first that do so first.
    pub async fn signal_list_going_stale(
        &self,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<SignalAmiss>, StorageError> {
        let sql = "SELECT s.organisation_id, s.signal, s.endpoint_id, s.outcome, s.expires_at FROM signals s
             WHERE s.expires_at IS NOT NULL AND s.expires_at > $1 AND s.expires_at <= $2 AND s.failures > 0
             ORDER BY s.expires_at, s.organisation_id LIMIT $3";
        let rows = self.query(sql, values![self.now(), until, limit]).await?;
        rows.into_iter().map(read_amiss).collect()
    }
}
