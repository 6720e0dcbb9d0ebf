//! Rows of sessions: a person's sign-ins, one per device. Only the SHA-256 of each secret is stored.

use naru_core::{PersonId, Session, SessionId, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

fn read(mut row: Row) -> Result<Session, StorageError> {
    Ok(Session {
        id: row.next()?,
        person_id: row.next()?,
        method: row.next()?,
        device: row.next()?,
        created_at: row.next()?,
        seen_at: row.next()?,
        expires_at: row.next()?,
        ended_at: row.next()?,
    })
}

impl Tx {
    /// Stores a session that begins, under the SHA-256 of its secret.
    pub async fn session_insert(&self, session: &Session, secret_sha256: [u8; 32]) -> Result<(), StorageError> {
        let s = session;
        self.execute(
            "INSERT INTO sessions (id, person_id, secret_sha256, method, device, created_at, seen_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            values![
                s.id,
                s.person_id,
                secret_sha256,
                s.method,
                &s.device,
                s.created_at,
                s.seen_at,
                s.expires_at
            ],
        )
        .await?;
        Ok(())
    }

    /// A session by the SHA-256 of its secret, whether it is alive or not.
    pub async fn session_find_by_secret(&self, secret_sha256: [u8; 32]) -> Result<Option<Session>, StorageError> {
        let sql = "SELECT id, person_id, method, device, created_at, seen_at, expires_at, ended_at
                   FROM sessions WHERE secret_sha256 = $1";
        self.query_opt(sql, values![secret_sha256]).await?.map(read).transpose()
    }

    /// A person's sessions, newest first; at most 100. Those that were ended or grew too old come last.
    pub async fn session_list(&self, person_id: PersonId) -> Result<Vec<Session>, StorageError> {
        let rows = self
            .query(
                "SELECT id, person_id, method, device, created_at, seen_at, expires_at, ended_at
                 FROM sessions WHERE person_id = $1
                 ORDER BY CASE WHEN ended_at IS NULL AND expires_at > $2 THEN 0 ELSE 1 END, created_at DESC, id DESC
                 LIMIT 100",
                values![person_id, self.now()],
            )
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Notes that a session was used; it never goes back, and an ended session stays as it is.
    pub fn session_seen(&self, id: SessionId, at: Timestamp) -> Result<(), StorageError> {
        self.later(
            "UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2 AND ended_at IS NULL",
            values![id, at],
        )
    }

    /// Ends a session of a person. Whether it had neither been ended nor grown too old.
    pub async fn session_end(&self, id: SessionId, person_id: PersonId) -> Result<bool, StorageError> {
        let changed = self
            .execute(
                "UPDATE sessions SET ended_at = $3
                 WHERE id = $1 AND person_id = $2 AND ended_at IS NULL AND expires_at > $3",
                values![id, person_id, self.now()],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Ends every session of a person but one; how many.
    pub async fn session_end_all(&self, person_id: PersonId, except: Option<SessionId>) -> Result<u64, StorageError> {
        let kept = except.map_or_else(String::new, |id| id.to_string());
        self.execute(
            "UPDATE sessions SET ended_at = $3
             WHERE person_id = $1 AND id <> $2 AND ended_at IS NULL AND expires_at > $3",
            values![person_id, kept, self.now()],
        )
        .await
    }

    /// Removes sessions whose absolute end was before a moment, at most 1,000 of them; how many.
    pub async fn session_purge(&self, before: Timestamp) -> Result<u64, StorageError> {
        self.execute(
            "DELETE FROM sessions WHERE id IN (
                 SELECT id FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)",
            values![before],
        )
        .await
    }
}
