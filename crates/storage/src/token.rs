//! Rows of tokens: only the SHA-256 of each is stored, and each hangs off one grant.

use naru_core::{ClientStatus, Confirmation, Grant, GrantId, Scopes, Timestamp, UserSeqNo, words};

use crate::grant::{self, grant_columns};
use crate::value::{FromValue, Row, Value, values};
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

impl FromValue for TokenKind {
    fn from_value(value: Value) -> Result<Self, StorageError> {
        Self::parse(&String::from_value(value)?).map_err(StorageError::corrupt)
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

/// A token with all that decides whether it is alive, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenInContext {
    /// The token.
    pub token: TokenRow,
    /// What it hangs off.
    pub grant: Grant,
    /// How its client stands.
    pub client_status: ClientStatus,
    /// The person, where the grant is one's.
    pub user_seq_no: Option<UserSeqNo>,
}

/// The columns of a token, in the order in which [`read`] takes them.
macro_rules! token_columns {
    () => {
        "t.token_sha256, t.kind, t.grant_id, t.bound_to_sha256, t.jkt_sha256, t.scopes, t.issued_at, t.expires_at,
         t.used_at"
    };
}

fn read(row: &mut Row) -> Result<TokenRow, StorageError> {
    Ok(TokenRow {
        sha256: row.next()?,
        kind: row.next()?,
        grant_id: row.next()?,
        confirmation: read_confirmation(row)?,
        scopes: row.next()?,
        issued_at: row.next()?,
        expires_at: row.next()?,
        used_at: row.next()?,
    })
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
        const SQL: &str = concat!(
            "SELECT ",
            token_columns!(),
            " FROM tokens t WHERE t.token_sha256 = $1 AND t.kind = $2"
        );
        let row = self.query_opt(SQL, values![sha256, kind]).await?;
        row.map(|mut row| read(&mut row)).transpose()
    }

    /// A token of either kind with what it hangs off, by the SHA-256 of what was presented.
    pub async fn token_find_in_context(&self, sha256: &[u8]) -> Result<Option<TokenInContext>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            token_columns!(),
            ", ",
            grant_columns!(),
            ", c.status, p.user_seq_no
             FROM tokens t
             JOIN grants g ON g.id = t.grant_id
             JOIN clients c ON c.id = g.client_id
             LEFT JOIN people p ON p.id = g.person_id
             WHERE t.token_sha256 = $1"
        );
        let row = self.query_opt(SQL, values![sha256]).await?;
        let read = |mut row: Row| {
            Ok(TokenInContext {
                token: read(&mut row)?,
                grant: grant::read(&mut row)?,
                client_status: row.next()?,
                user_seq_no: row.next()?,
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
