//! Rows of notices: warnings before and after, each given once.

use naru_core::{Day, NoticeId, NoticeKind, OrganisationId, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// A notice to an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Its id.
    pub id: NoticeId,
    /// To whom.
    pub organisation_id: OrganisationId,
    /// On which occasion.
    pub kind: NoticeKind,
    /// What it is about: an id or a word, nothing personal.
    pub subject: String,
    /// The day it is about.
    pub due_on: Day,
    /// When it was given.
    pub given_at: Timestamp,
    /// When its occasion was over.
    pub closed_at: Option<Timestamp>,
}

pub(crate) fn read(mut row: Row) -> Result<NoticeRow, StorageError> {
    Ok(NoticeRow {
        id: row.next()?,
        organisation_id: row.next()?,
        kind: row.next()?,
        subject: row.next()?,
        due_on: row.next()?,
        given_at: row.next()?,
        closed_at: row.next()?,
    })
}

impl Tx {
    /// Gives a notice, if the same one was not given before. Whether it was not.
    pub async fn notice_give(
        &self,
        organisation: OrganisationId,
        kind: NoticeKind,
        (subject, due_on): (&str, Day),
    ) -> Result<bool, StorageError> {
        let sql = "INSERT INTO notices (id, organisation_id, kind, subject, due_on, given_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organisation_id, kind, subject, due_on) DO NOTHING";
        let id = NoticeId::new(self.now(), self.chance());
        let values = values![id, organisation, kind, subject, due_on, self.now()];
        Ok(self.execute(sql, values).await? == 1)
    }

    /// Closes the open notices of a kind about a subject; how many.
    pub async fn notice_close(
        &self,
        organisation: OrganisationId,
        kind: NoticeKind,
        subject: &str,
    ) -> Result<u64, StorageError> {
        let sql = "UPDATE notices SET closed_at = $4
             WHERE organisation_id = $1 AND kind = $2 AND subject = $3 AND closed_at IS NULL";
        self.execute(sql, values![organisation, kind, subject, self.now()])
            .await
    }

    /// Closes the open notices of a kind that were given before a moment; how many.
    pub async fn notice_close_given_before(&self, kind: NoticeKind, before: Timestamp) -> Result<u64, StorageError> {
        let sql = "UPDATE notices SET closed_at = $3 WHERE kind = $1 AND closed_at IS NULL AND given_at < $2";
        self.execute(sql, values![kind, before, self.now()]).await
    }

    /// The open notices of an organisation, the most pressing first; at most 100.
    pub async fn notice_list_open(&self, organisation: OrganisationId) -> Result<Vec<NoticeRow>, StorageError> {
        let sql = "SELECT id, organisation_id, kind, subject, due_on, given_at, closed_at FROM notices
             WHERE organisation_id = $1 AND closed_at IS NULL ORDER BY due_on, given_at LIMIT 100";
        self.query(sql, values![organisation])
            .await?
            .into_iter()
            .map(read)
            .collect()
    }
}
