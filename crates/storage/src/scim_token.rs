//! Rows of the tokens with which an organisation's own directory calls. Only the SHA-256 of each token is stored.

use naru_core::{MemberId, OrganisationId, ScimTokenId, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// A token of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScimTokenRow {
    /// Its id.
    pub id: ScimTokenId,
    /// Whose people it may change.
    pub organisation_id: OrganisationId,
    /// What its owner calls it.
    pub name: String,
    /// The administrator who asked for it; it ends with them.
    pub issued_by: MemberId,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when, at the latest.
    pub expires_at: Timestamp,
    /// When it was last seen in use, to about a minute.
    pub used_at: Option<Timestamp>,
    /// When it was ended before its time.
    pub ended_at: Option<Timestamp>,
}

impl ScimTokenRow {
    /// Whether it can be used at a moment.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}

fn read(mut row: Row) -> Result<ScimTokenRow, StorageError> {
    Ok(ScimTokenRow {
        id: row.next()?,
        organisation_id: row.next()?,
        name: row.next()?,
        issued_by: row.next()?,
        created_at: row.next()?,
        expires_at: row.next()?,
        used_at: row.next()?,
        ended_at: row.next()?,
    })
}

impl Tx {
    /// Stores a token under its SHA-256.
    pub async fn scim_token_insert(&self, token: &ScimTokenRow, sha256: [u8; 32]) -> Result<(), StorageError> {
        let t = token;
        self.execute(
            "INSERT INTO scim_tokens (id, organisation_id, token_sha256, name, issued_by, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            values![
                t.id,
                t.organisation_id,
                sha256,
                &t.name,
                t.issued_by,
                t.created_at,
                t.expires_at
            ],
        )
        .await?;
        Ok(())
    }

    /// A token by the SHA-256 of its text, whether it can be used or not.
    pub async fn scim_token_find(&self, sha256: [u8; 32]) -> Result<Option<ScimTokenRow>, StorageError> {
        let sql = "SELECT id, organisation_id, name, issued_by, created_at, expires_at, used_at, ended_at
                   FROM scim_tokens WHERE token_sha256 = $1";
        self.query_opt(sql, values![sha256]).await?.map(read).transpose()
    }

    /// The tokens of an organisation: those that can be used first, then the newest; at most 100.
    pub async fn scim_token_list(&self, organisation: OrganisationId) -> Result<Vec<ScimTokenRow>, StorageError> {
        let sql = "SELECT id, organisation_id, name, issued_by, created_at, expires_at, used_at, ended_at
             FROM scim_tokens WHERE organisation_id = $1
             ORDER BY CASE WHEN ended_at IS NULL AND expires_at > $2 THEN 0 ELSE 1 END, created_at DESC, id DESC
             LIMIT 100";
        let rows = self.query(sql, values![organisation, self.now()]).await?;
        rows.into_iter().map(read).collect()
    }

    /// Notes that a token was used; it never goes back.
    pub fn scim_token_seen(&self, id: ScimTokenId) -> Result<(), StorageError> {
        self.later(
            "UPDATE scim_tokens SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at < $2)",
            values![id, self.now()],
        )
    }

    /// Ends a token of an organisation. Whether it could still be used.
    pub async fn scim_token_end(&self, id: ScimTokenId, organisation: OrganisationId) -> Result<bool, StorageError> {
        let sql = "UPDATE scim_tokens SET ended_at = $3
             WHERE id = $1 AND organisation_id = $2 AND ended_at IS NULL AND expires_at > $3";
        Ok(self.execute(sql, values![id, organisation, self.now()]).await? == 1)
    }
    /// Ends the tokens that a member asked for; how many could still be used.
    pub async fn scim_token_end_of(&self, issued_by: MemberId) -> Result<u64, StorageError> {
        let sql = "UPDATE scim_tokens SET ended_at = $2 WHERE issued_by = $1 AND ended_at IS NULL AND expires_at > $2";
        self.execute(sql, values![issued_by, self.now()]).await
    }
}
