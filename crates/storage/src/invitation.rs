//! Rows of invitations: the code with which a member enrols, of which only the Argon2id hash is stored.
//!
//! A try is counted before the code is compared, in a statement of its own, so that many at once cannot have more.

use naru_core::{MemberId, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// An invitation; a member has one at most.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationRow {
    /// Who is invited.
    pub member_id: MemberId,
    /// The code as an Argon2id hash in PHC form.
    pub code_hash: String,
    /// How many tries were wrong, or are being compared at this moment.
    pub tries: i64,
    /// In whose name it was issued, as the trail writes it.
    pub issued_by: String,
    /// When it was issued.
    pub created_at: Timestamp,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for InvitationRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InvitationRow({}, {} tries)", self.member_id, self.tries)
    }
}

fn read(mut row: Row) -> Result<InvitationRow, StorageError> {
    Ok(InvitationRow {
        member_id: row.next()?,
        code_hash: row.next()?,
        tries: row.next()?,
        issued_by: row.next()?,
        created_at: row.next()?,
        expires_at: row.next()?,
    })
}

impl Tx {
    /// Stores an invitation in place of the one that the member had.
    pub async fn invitation_put(&self, invitation: &InvitationRow) -> Result<(), StorageError> {
        let i = invitation;
        self.execute(
            "INSERT INTO member_invitations (member_id, code_hash, tries, issued_by, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (member_id) DO UPDATE SET
                 code_hash = excluded.code_hash, tries = excluded.tries, issued_by = excluded.issued_by,
                 created_at = excluded.created_at, expires_at = excluded.expires_at",
            values![
                i.member_id,
                &i.code_hash,
                i.tries,
                &i.issued_by,
                i.created_at,
                i.expires_at
            ],
        )
        .await?;
        Ok(())
    }

    /// A member's invitation, whether it can still be used or not.
    pub async fn invitation_find(&self, member_id: MemberId) -> Result<Option<InvitationRow>, StorageError> {
        let sql = "SELECT member_id, code_hash, tries, issued_by, created_at, expires_at
                   FROM member_invitations WHERE member_id = $1";
        self.query_opt(sql, values![member_id]).await?.map(read).transpose()
    }

    /// Counts a try and gives the hash to compare with; nothing where the invitation has expired, or had `tries_max`.
    pub async fn invitation_try(&self, member_id: MemberId, tries_max: i64) -> Result<Option<String>, StorageError> {
        let rows = self
            .returning(
                "UPDATE member_invitations SET tries = tries + 1
                 WHERE member_id = $1 AND tries < $2 AND expires_at > $3 RETURNING code_hash",
                values![member_id, tries_max, self.now()],
            )
            .await?;
        rows.into_iter().next().map(|mut row| row.next()).transpose()
    }

    /// Takes the count of a try back that was right. Whether the invitation is still the one that was compared.
    pub async fn invitation_confirm(&self, member_id: MemberId, code_hash: &str) -> Result<bool, StorageError> {
        let sql = "UPDATE member_invitations SET tries = tries - 1
                   WHERE member_id = $1 AND code_hash = $2 AND tries > 0 AND expires_at > $3";
        Ok(self.execute(sql, values![member_id, code_hash, self.now()]).await? == 1)
    }

    /// Removes a member's invitation; how many there were, one at most.
    pub async fn invitation_remove(&self, member_id: MemberId) -> Result<u64, StorageError> {
        let sql = "DELETE FROM member_invitations WHERE member_id = $1";
        self.execute(sql, values![member_id]).await
    }

    /// Removes invitations that expired before a moment, at most 1,000 of them; how many.
    pub async fn invitation_purge(&self, before: Timestamp) -> Result<u64, StorageError> {
        self.execute(
            "DELETE FROM member_invitations WHERE member_id IN (
                 SELECT member_id FROM member_invitations WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)",
            values![before],
        )
        .await
    }
}
