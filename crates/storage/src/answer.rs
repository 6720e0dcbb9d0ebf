//! Rows of answers: what an organisation says of an item, once for every catalogue that asks.

use naru_core::{MemberId, OrganisationId, RevisionId, Timestamp};

use crate::document::{read_revisions, revisions_text};
use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// An organisation's answer to an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// Whose.
    pub organisation_id: OrganisationId,
    /// To which item of which catalogue, such as `fsi-m-01-1`.
    pub control_id: String,
    /// What it says.
    pub body: String,
    /// What proves it.
    pub revisions: Vec<RevisionId>,
    /// Who changed it last.
    pub changed_by: MemberId,
    /// When.
    pub changed_at: Timestamp,
    /// Raised by every change; 1 is the first.
    pub version: i64,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT organisation_id, control_id, body, revisions, changed_by, changed_at, version FROM answers ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<AnswerRow, StorageError> {
    Ok(AnswerRow {
        organisation_id: row.next()?,
        control_id: row.next()?,
        body: row.next()?,
        revisions: read_revisions(&mut row)?,
        changed_by: row.next()?,
        changed_at: row.next()?,
        version: row.next()?,
    })
}

impl Tx {
    /// Stores a first answer. Whether there was none.
    pub async fn answer_insert(&self, answer: &AnswerRow) -> Result<bool, StorageError> {
        let a = answer;
        let sql = "INSERT INTO answers (organisation_id, control_id, body, revisions, changed_by, changed_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (organisation_id, control_id) DO NOTHING";
        let values = values![
            a.organisation_id,
            &a.control_id,
            &a.body,
            revisions_text(&a.revisions)?,
            a.changed_by,
            a.changed_at
        ];
        Ok(self.execute(sql, values).await? == 1 && self.answer_version_keep(a, 1).await?)
    }

    /// Stores a changed answer, if `answer.version` is still the one that was looked at. Whether it was.
    pub async fn answer_update(&self, answer: &AnswerRow) -> Result<bool, StorageError> {
        let a = answer;
        let sql =
            "UPDATE answers SET body = $4, revisions = $5, changed_by = $6, changed_at = $7, version = version + 1
             WHERE organisation_id = $1 AND control_id = $2 AND version = $3";
        let values = values![
            a.organisation_id,
            &a.control_id,
            a.version,
            &a.body,
            revisions_text(&a.revisions)?,
            a.changed_by,
            a.changed_at
        ];
        Ok(self.execute(sql, values).await? == 1 && self.answer_version_keep(a, a.version + 1).await?)
    }

    /// Keeps what an answer says in one version.
    async fn answer_version_keep(&self, answer: &AnswerRow, version: i64) -> Result<bool, StorageError> {
        let a = answer;
        let sql = "INSERT INTO answer_versions (organisation_id, control_id, version, body, revisions, changed_by,
                 changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let values = values![
            a.organisation_id,
            &a.control_id,
            version,
            &a.body,
            revisions_text(&a.revisions)?,
            a.changed_by,
            a.changed_at
        ];
        Ok(self.execute(sql, values).await? == 1)
    }

    /// An organisation's own answer to an item.
    pub async fn answer_find(
        &self,
        organisation: OrganisationId,
        control_id: &str,
    ) -> Result<Option<AnswerRow>, StorageError> {
        const SQL: &str = columns!("WHERE organisation_id = $1 AND control_id = $2");
        let row = self.query_opt(SQL, values![organisation, control_id]).await?;
        row.map(read).transpose()
    }

    /// Every answer of an organisation, in the order of the items; at most 2,000.
    pub async fn answer_list(&self, organisation: OrganisationId) -> Result<Vec<AnswerRow>, StorageError> {
        const SQL: &str = columns!("WHERE organisation_id = $1 ORDER BY control_id LIMIT 2000");
        self.query(SQL, values![organisation])
            .await?
            .into_iter()
            .map(read)
            .collect()
    }

    /// Every answer of an organisation as it stood at a moment, in the order of the items; at most 2,000.
    pub async fn answer_list_as_of(
        &self,
        organisation: OrganisationId,
        at: Timestamp,
    ) -> Result<Vec<AnswerRow>, StorageError> {
        const SQL: &str = "SELECT v.organisation_id, v.control_id, v.body, v.revisions, v.changed_by, v.changed_at,
                 v.version
             FROM answer_versions v
             WHERE v.organisation_id = $1 AND v.changed_at <= $2
               AND v.version = (SELECT MAX(x.version) FROM answer_versions x
                                WHERE x.organisation_id = v.organisation_id AND x.control_id = v.control_id
                                  AND x.changed_at <= $2)
             ORDER BY v.control_id LIMIT 2000";
        self.query(SQL, values![organisation, at])
            .await?
            .into_iter()
            .map(read)
            .collect()
    }
}
