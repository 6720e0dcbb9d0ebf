//! Rows of pushed authorization requests (RFC 9126): what a client asked before the browser came.

use naru_core::{ClientId, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// A pushed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedRequest {
    /// SHA-256 of its `request_uri`.
    pub sha256: Vec<u8>,
    /// Who pushed it, and alone may use it.
    pub client_id: ClientId,
    /// What it asks, checked, as JSON.
    pub asked: String,
    /// When it came.
    pub created_at: Timestamp,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// When an authorization that it began was completed.
    pub used_at: Option<Timestamp>,
}

impl Tx {
    /// Stores a pushed request.
    pub async fn pushed_request_insert(&self, request: &PushedRequest) -> Result<(), StorageError> {
        self.execute(
            "INSERT INTO pushed_requests (request_sha256, client_id, asked, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5)",
            values![
                &request.sha256,
                request.client_id,
                &request.asked,
                request.created_at,
                request.expires_at
            ],
        )
        .await?;
        Ok(())
    }

    /// A pushed request by the SHA-256 of its `request_uri`.
    pub async fn pushed_request_find(&self, sha256: &[u8]) -> Result<Option<PushedRequest>, StorageError> {
        let row = self
            .query_opt(
                "SELECT request_sha256, client_id, asked, created_at, expires_at, used_at
                 FROM pushed_requests WHERE request_sha256 = $1",
                values![sha256],
            )
            .await?;
        let read = |mut row: Row| -> Result<PushedRequest, StorageError> {
            Ok(PushedRequest {
                sha256: row.next()?,
                client_id: row.next()?,
                asked: row.next()?,
                created_at: row.next()?,
                expires_at: row.next()?,
                used_at: row.next()?,
            })
        };
        row.map(read).transpose()
    }

    /// Whether at least so many requests of a client wait to be used.
    pub async fn pushed_request_is_crowded(&self, client_id: ClientId, most: u32) -> Result<bool, StorageError> {
        let sql = "SELECT 1 FROM pushed_requests WHERE expires_at > $2 AND client_id = $1 AND used_at IS NULL
                   LIMIT 1 OFFSET $3";
        let before = i64::from(most) - 1;
        Ok(self
            .query_opt(sql, values![client_id, self.now(), before])
            .await?
            .is_some())
    }

    /// Uses a pushed request up. Whether nobody had.
    pub async fn pushed_request_use(&self, sha256: &[u8]) -> Result<bool, StorageError> {
        let sql = "UPDATE pushed_requests SET used_at = $2 WHERE request_sha256 = $1 AND used_at IS NULL";
        Ok(self.execute(sql, values![sha256, self.now()]).await? == 1)
    }

    /// Removes pushed requests that ended before a moment, at most 1,000 of them; how many.
    pub async fn pushed_request_purge(&self, before: Timestamp) -> Result<u64, StorageError> {
        self.execute(
            "DELETE FROM pushed_requests WHERE request_sha256 IN (
                 SELECT request_sha256 FROM pushed_requests WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)",
            values![before],
        )
        .await
    }
}
