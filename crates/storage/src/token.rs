//! Rows of tokens: only the SHA-256 of each is stored, and each hangs off one grant.

use naru_core::{GrantId, Timestamp, words};

use crate::value::{Row, Value, values};
use crate::{StorageError, Tx};

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Presented with every call.
    Access,
    /// Exchanged for a new pair, once.
    Refresh,
}
words!(TokenKind, "token kind", { Access = "access", Refresh = "refresh" });

impl From<TokenKind> for Value {
    fn from(kind: TokenKind) -> Self {
        Self::from(kind.as_str())
    }
}

/// A token as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// SHA-256 of the token.
    pub sha256: Vec<u8>,
    /// What it is for.
    pub kind: TokenKind,
    /// What it hangs off.
    pub grant_id: GrantId,
    /// The certificate it is bound to (RFC 8705).
    pub bound_to_sha256: Option<Vec<u8>>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// When a refresh token was exchanged.
    pub used_at: Option<Timestamp>,
}

impl Tx {
    /// Stores a fresh token.
    pub async fn token_insert(&self, token: &TokenRow) -> Result<(), StorageError> {
        self.execute(
            "INSERT INTO tokens (token_sha256, kind, grant_id, bound_to_sha256, issued_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            values![
                &token.sha256,
                token.kind,
                token.grant_id,
                token.bound_to_sha256.as_ref(),
                token.issued_at,
                token.expires_at,
            ],
        )
        .await?;
        Ok(())
    }

    /// A token by the SHA-256 of what was presented.
    pub async fn token_find(&self, sha256: &[u8], kind: TokenKind) -> Result<Option<TokenRow>, StorageError> {
        let row = self
            .query_opt(
                "SELECT token_sha256, grant_id, bound_to_sha256, issued_at, expires_at, used_at
                 FROM tokens WHERE token_sha256 = $1 AND kind = $2",
                values![sha256, kind],
            )
            .await?;
        let read = |mut row: Row| -> Result<TokenRow, StorageError> {
            Ok(TokenRow {
                sha256: row.next()?,
                kind,
                grant_id: row.next()?,
                bound_to_sha256: row.next()?,
                issued_at: row.next()?,
                expires_at: row.next()?,
                used_at: row.next()?,
            })
        };
        row.map(read).transpose()
    }

    /// Marks a refresh token as exchanged. Whether it had not been.
    pub async fn token_use(&self, sha256: &[u8]) -> Result<bool, StorageError> {
        let sql = "UPDATE tokens SET used_at = $2 WHERE token_sha256 = $1 AND used_at IS NULL";
        Ok(self.execute(sql, values![sha256, self.now()]).await? == 1)
    }
}
