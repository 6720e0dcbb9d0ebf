//! Rows of documents and their immutable revisions; the bytes lie in files named by their digest.

use naru_core::{Day, DocumentId, DocumentKind, FileKind, MemberId, OrganisationId, RevisionId, Timestamp};

use crate::value::{Row, Value, values};
use crate::{StorageError, Tx};

/// One revision of a document, with what all revisions of it share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    /// Its id.
    pub id: RevisionId,
    /// Of which document.
    pub document_id: DocumentId,
    /// Whose document.
    pub organisation_id: OrganisationId,
    /// What the document is for.
    pub kind: DocumentKind,
    /// Its title.
    pub title: String,
    /// Which revision: 1 is the first.
    pub revision: i64,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// How many bytes.
    pub bytes: i64,
    /// What kind of file.
    pub file: FileKind,
    /// Under which name it was handed in, made safe.
    pub file_name: String,
    /// The first day it tells of.
    pub covers_from: Option<Day>,
    /// The last day it tells of.
    pub covers_to: Option<Day>,
    /// The last day on which it holds.
    pub expires_on: Option<Day>,
    /// Who handed it in.
    pub uploaded_by: MemberId,
    /// When.
    pub uploaded_at: Timestamp,
}

impl RevisionRow {
    /// Whether it no longer holds on this day.
    pub fn is_expired(&self, today: Day) -> bool {
        self.expires_on.is_some_and(|last| last < today)
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.document_id, d.organisation_id, d.kind, d.title, r.revision, r.sha256, r.bytes,
                 r.media_type, r.file_name, r.covers_from, r.covers_to, r.expires_on, r.uploaded_by, r.uploaded_at
             FROM document_revisions r JOIN documents d ON d.id = r.document_id ",
            $rest
        )
    };
}

pub(crate) fn read(mut row: Row) -> Result<RevisionRow, StorageError> {
    Ok(RevisionRow {
        id: row.next()?,
        document_id: row.next()?,
        organisation_id: row.next()?,
        kind: row.next()?,
        title: row.next()?,
        revision: row.next()?,
        sha256: row.next()?,
        bytes: row.next()?,
        file: row.next()?,
        file_name: row.next()?,
        covers_from: row.next()?,
        covers_to: row.next()?,
        expires_on: row.next()?,
        uploaded_by: row.next()?,
        uploaded_at: row.next()?,
    })
}

/// A list of revisions as one column holds it.
pub(crate) fn revisions_text(revisions: &[RevisionId]) -> Result<String, StorageError> {
    serde_json::to_string(revisions).map_err(StorageError::corrupt)
}

/// The list in a column.
pub(crate) fn read_revisions(row: &mut Row) -> Result<Vec<RevisionId>, StorageError> {
    serde_json::from_str(&row.next::<String>()?).map_err(StorageError::corrupt)
}

impl Tx {
    /// Stores a revision, and the document with the first one.
    ///
    /// # Errors
    /// [`StorageError::Taken`] where the document has a revision of this number.
    pub async fn revision_insert(&self, row: &RevisionRow) -> Result<(), StorageError> {
        let r = row;
        if r.revision == 1 {
            let values = values![r.document_id, r.organisation_id, r.kind, &r.title, r.uploaded_at];
            let sql =
                "INSERT INTO documents (id, organisation_id, kind, title, created_at) VALUES ($1, $2, $3, $4, $5)";
            self.execute(sql, values).await?;
        }
        self.execute(
            "INSERT INTO document_revisions (id, document_id, revision, sha256, bytes, media_type, file_name,
                 covers_from, covers_to, expires_on, uploaded_by, uploaded_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            values![
                r.id,
                r.document_id,
                r.revision,
                r.sha256,
                r.bytes,
                r.file,
                &r.file_name,
                r.covers_from,
                r.covers_to,
                r.expires_on,
                r.uploaded_by,
                r.uploaded_at
            ],
        )
        .await?;
        Ok(())
    }

    /// Counts bytes towards those that an organisation handed in, unless they would go beyond `most`; whether they
    /// were counted.
    pub async fn document_bytes_take(
        &self,
        organisation: OrganisationId,
        bytes: i64,
        most: i64,
    ) -> Result<bool, StorageError> {
        let sql = "INSERT INTO document_usage (organisation_id, bytes)
             SELECT id, CAST($2 AS BIGINT) FROM organisations WHERE id = $1 AND CAST($2 AS BIGINT) <= CAST($3 AS BIGINT)
             ON CONFLICT (organisation_id) DO UPDATE SET bytes = document_usage.bytes + excluded.bytes
                 WHERE document_usage.bytes + excluded.bytes <= CAST($3 AS BIGINT)";
        Ok(self.execute(sql, values![organisation, bytes, most]).await? == 1)
    }

    /// The bytes that an organisation has handed in.
    pub async fn document_bytes(&self, organisation: OrganisationId) -> Result<i64, StorageError> {
        let sql = "SELECT bytes FROM document_usage WHERE organisation_id = $1";
        let row = self.query_opt(sql, values![organisation]).await?;
        row.map_or(Ok(0), |mut row| row.next())
    }

    /// A revision by its id.
    pub async fn revision_find(&self, id: RevisionId) -> Result<Option<RevisionRow>, StorageError> {
        const SQL: &str = columns!("WHERE r.id = $1");
        self.query_opt(SQL, values![id]).await?.map(read).transpose()
    }

    /// Whether any revision has these bytes.
    pub async fn revision_has_digest(&self, sha256: [u8; 32]) -> Result<bool, StorageError> {
        let sql = "SELECT r.revision FROM document_revisions r WHERE r.sha256 = $1 LIMIT 1";
        Ok(self.query_opt(sql, values![sha256]).await?.is_some())
    }

    /// The revisions of a document, newest first; at most 200.
    pub async fn revision_list(&self, document: DocumentId) -> Result<Vec<RevisionRow>, StorageError> {
        const SQL: &str = columns!("WHERE r.document_id = $1 ORDER BY r.revision DESC LIMIT 200");
        self.revisions(SQL, values![document]).await
    }

    /// The latest revision of each document of an organisation as it was at a moment, newest document first; at most
    /// 1,000.
    pub async fn document_list_as_of(
        &self,
        organisation: OrganisationId,
        at: Timestamp,
    ) -> Result<Vec<RevisionRow>, StorageError> {
        const SQL: &str = columns!(
            "WHERE d.organisation_id = $1 AND r.uploaded_at <= $2
               AND r.revision = (SELECT MAX(x.revision) FROM document_revisions x
                                 WHERE x.document_id = d.id AND x.uploaded_at <= $2)
             ORDER BY d.created_at DESC, d.id DESC LIMIT 1000"
        );
        self.revisions(SQL, values![organisation, at]).await
    }

    async fn revisions(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<RevisionRow>, StorageError> {
        self.query(sql, values).await?.into_iter().map(read).collect()
    }
}
