//! Rows of tokens: only the SHA-256 of each is stored, and each hangs off one grant.

use naru_core::{Confirmation, GrantId, Scopes, Timestamp, words};

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
    /// What it is bound to.
    pub confirmation: Confirmation,
    /// What of its grant it covers; `None` for all of it.
    pub scopes: Option<Scopes>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// When a refresh token was exchanged.
    pub used_at: Option<Timestamp>,
}

/// The two columns of a confirmation: certificate, key.
pub(crate) fn read_confirmation(row: &mut Row) -> Result<Confirmation, StorageError> {
    let (certificate, key): (Option<[u8; 32]>, Option<[u8; 32]>) = (row.next()?, row.next()?);
    match (certificate, key) {
        (Some(sha256), None) => Ok(Confirmation::Certificate(sha256)),
        (None, Some(jkt)) => Ok(Confirmation::Key(jkt)),
        (None, None) => Ok(Confirmation::None),
        (Some(_), Some(_)) => Err(StorageError::corrupt("a token is bound to one thing")),
    }
}

impl Tx {
    /// Stores a fresh token.
    pub async fn token_insert(&self, token: &TokenRow) -> Result<(), StorageError> {
        let (certificate, key) = match token.confirmation {
            Confirmation::None => (None, None),
            Confirmation::Certificate(sha256) => (Some(sha256), None),
            Confirmation::Key(jkt) => (None, Some(jkt)),
        };
        self.execute(
            "INSERT INTO tokens (token_sha256, kind, grant_id, bound_to_sha256, jkt_sha256, scopes, issued_at,
                 expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            values![
                &token.sha256,
                token.kind,
                token.grant_id,
                certificate,
                key,
                token.scopes.as_ref(),
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
                "SELECT token_sha256, grant_id, bound_to_sha256, jkt_sha256, scopes, issued_at, expires_at, used_at
                 FROM tokens WHERE token_sha256 = $1 AND kind = $2",
                values![sha256, kind],
            )
            .await?;
        let read = |mut row: Row| -> Result<TokenRow, StorageError> {
            Ok(TokenRow {
                sha256: row.next()?,
                kind,
                grant_id: row.next()?,
                confirmation: read_confirmation(&mut row)?,
                scopes: row.next()?,
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

    /// Ends a single token, before its grant ends. Whether it was alive.
    pub async fn token_end(&self, sha256: &[u8]) -> Result<bool, StorageError> {
        let sql = "UPDATE tokens SET expires_at = $2 WHERE token_sha256 = $1 AND expires_at > $2";
        Ok(self.execute(sql, values![sha256, self.now()]).await? == 1)
    }

    /// Ends the refresh tokens of a grant (Grant Management 6.4, `merge` and `replace`); how many.
    pub async fn token_end_refresh(&self, grant_id: GrantId) -> Result<u64, StorageError> {
        let sql = "UPDATE tokens SET expires_at = $2 WHERE grant_id = $1 AND kind = 'refresh' AND expires_at > $2";
        self.execute(sql, values![grant_id, self.now()]).await
    }

    /// Living grants with living tokens that are bound to a certificate, at most 1,000.
    pub async fn token_grants_of_certificate(&self, sha256: &[u8; 32]) -> Result<Vec<GrantId>, StorageError> {
        let sql = "SELECT DISTINCT t.grant_id FROM tokens t JOIN grants g ON g.id = t.grant_id
                   WHERE t.bound_to_sha256 = $1 AND t.expires_at > $2 AND g.revoked_at IS NULL AND g.expires_at > $2
                   LIMIT 1000";
        let rows = self.query(sql, values![*sha256, self.now()]).await?;
        rows.into_iter().map(|mut row| row.next()).collect()
    }

    /// Removes tokens that ended before a moment, at most 1,000 of them; how many.
    pub async fn token_purge(&self, before: Timestamp) -> Result<u64, StorageError> {
        self.execute(
            "DELETE FROM tokens WHERE token_sha256 IN (
                 SELECT token_sha256 FROM tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)",
            values![before],
        )
        .await
    }
}
