//! Rows of members' sessions: their sign-ins, one per device. Only the SHA-256 of each secret is stored.

use naru_core::{MemberId, MemberSession, Organisation, SessionId, Timestamp};

use crate::member::{self, MemberRow};
use crate::organisation;
use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// How many columns each part of [`Tx::member_session_find`] has, in the order of the parts.
const SESSION_COLUMNS: usize = 8;
const MEMBER_COLUMNS: usize = 11;

fn read(mut row: Row) -> Result<MemberSession, StorageError> {
    Ok(MemberSession {
        id: row.next()?,
        member_id: row.next()?,
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
    pub async fn member_session_insert(
        &self,
        session: &MemberSession,
        secret_sha256: [u8; 32],
    ) -> Result<(), StorageError> {
        let s = session;
        self.execute(
            "INSERT INTO member_sessions (id, member_id, secret_sha256, method, device, created_at, seen_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            values![
                s.id,
                s.member_id,
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

    /// A session by the SHA-256 of its secret, whether it is alive or not, with whose it is and for whom they work, all
    /// as they are at one moment. Nothing where the member is not active or was removed: such a session is dead at
    /// once.
    pub async fn member_session_find(
        &self,
        secret_sha256: [u8; 32],
    ) -> Result<Option<(MemberSession, MemberRow, Organisation)>, StorageError> {
        let sql = "SELECT s.id, s.member_id, s.method, s.device, s.created_at, s.seen_at, s.expires_at, s.ended_at,
                 m.id, m.organisation_id, m.profile_sealed, m.roles, m.active, m.certificate_sha256, m.created_at,
                 m.changed_at, m.seen_at, m.removed_at, m.version,
                 o.id, o.code, o.kind, o.name, o.state, o.state_since, o.state_reason, o.gates, o.duty, o.insured_won,
                 o.withdraw_day_won, o.created_at, o.version
             FROM member_sessions s
             JOIN members m ON m.id = s.member_id JOIN organisations o ON o.id = m.organisation_id
             WHERE s.secret_sha256 = $1 AND m.active = 1 AND m.removed_at IS NULL";
        let Some(mut row) = self.query_opt(sql, values![secret_sha256]).await? else {
            return Ok(None);
        };
        let session = read(row.part(SESSION_COLUMNS))?;
        let member = member::read(self, row.part(MEMBER_COLUMNS))?;
        Ok(Some((session, member, organisation::read(row)?)))
    }

    /// A member's sessions, newest first; at most 100. Those that were ended or grew too old come last.
    pub async fn member_session_list(&self, member_id: MemberId) -> Result<Vec<MemberSession>, StorageError> {
        let rows = self
            .query(
                "SELECT id, member_id, method, device, created_at, seen_at, expires_at, ended_at
                 FROM member_sessions WHERE member_id = $1
                 ORDER BY CASE WHEN ended_at IS NULL AND expires_at > $2 THEN 0 ELSE 1 END, created_at DESC, id DESC
                 LIMIT 100",
                values![member_id, self.now()],
            )
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Notes that a session was used; it never goes back, and an ended session stays as it is.
    pub fn member_session_seen(&self, id: SessionId, at: Timestamp) -> Result<(), StorageError> {
        self.later(
            "UPDATE member_sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2 AND ended_at IS NULL",
            values![id, at],
        )
    }

    /// Ends a session of a member. Whether it had neither been ended nor grown too old.
    pub async fn member_session_end(&self, id: SessionId, member_id: MemberId) -> Result<bool, StorageError> {
        let changed = self
            .execute(
                "UPDATE member_sessions SET ended_at = $3
                 WHERE id = $1 AND member_id = $2 AND ended_at IS NULL AND expires_at > $3",
                values![id, member_id, self.now()],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Ends every session of a member but one; how many.
    pub async fn member_session_end_others(&self, member_id: MemberId, kept: SessionId) -> Result<u64, StorageError> {
        self.execute(
            "UPDATE member_sessions SET ended_at = $3
             WHERE member_id = $1 AND id <> $2 AND ended_at IS NULL AND expires_at > $3",
            values![member_id, kept, self.now()],
        )
        .await
    }

    /// Ends every session of a member; how many.
    pub async fn member_session_end_all(&self, member_id: MemberId) -> Result<u64, StorageError> {
        self.execute(
            "UPDATE member_sessions SET ended_at = $2 WHERE member_id = $1 AND ended_at IS NULL AND expires_at > $2",
            values![member_id, self.now()],
        )
        .await
    }

    /// Removes sessions whose absolute end was before a moment, at most 1,000 of them; how many.
    pub async fn member_session_purge(&self, before: Timestamp) -> Result<u64, StorageError> {
        self.execute(
            "DELETE FROM member_sessions WHERE id IN (
                 SELECT id FROM member_sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)",
            values![before],
        )
        .await
    }
}
