//! Rows of leavers: what ended with them, and how long it took. The end itself is one function, so that nothing of what
//! a member can hold is ended apart from the rest.

use naru_core::{LeaveSource, LeaverId, MemberId, OrganisationId, Timestamp};

use crate::value::{Row, Value, values};
use crate::{StorageError, Tx};

/// How much ended with a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct CutOff {
    /// Sessions that were alive.
    pub sessions: i64,
    /// Passkeys.
    pub passkeys: i64,
    /// Pending codes of invitations, and ceremonies under way.
    pub codes: i64,
    /// Tokens of directories that the member had asked for.
    pub tokens: i64,
    /// Client certificates.
    pub certificates: i64,
}

impl CutOff {
    /// Everything together.
    pub const fn total(&self) -> i64 {
        self.sessions + self.passkeys + self.codes + self.tokens + self.certificates
    }
}

/// One leaver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaverRow {
    /// Its id.
    pub id: LeaverId,
    /// Whom they left.
    pub organisation_id: OrganisationId,
    /// Who.
    pub member_id: MemberId,
    /// How the hub heard of it.
    pub source: LeaveSource,
    /// When the word arrived at the hub.
    pub received_at: Timestamp,
    /// When everything ended: the moment of the transaction.
    pub ended_at: Timestamp,
    /// From arrival until the end was kept for good, microseconds; `None` where that could not be noted.
    pub latency_us: Option<i64>,
    /// What ended.
    pub cut_off: CutOff,
}

fn read(mut row: Row) -> Result<LeaverRow, StorageError> {
    Ok(LeaverRow {
        id: row.next()?,
        organisation_id: row.next()?,
        member_id: row.next()?,
        source: row.next()?,
        received_at: row.next()?,
        ended_at: row.next()?,
        latency_us: row.next()?,
        cut_off: CutOff {
            sessions: row.next()?,
            passkeys: row.next()?,
            codes: row.next()?,
            tokens: row.next()?,
            certificates: row.next()?,
        },
    })
}

impl Tx {
    /// Ends everything that a member can act with: sessions, passkeys, pending codes and ceremonies, tokens of
    /// directories that they asked for, and their certificate. The member's row is to be made inactive before, in the
    /// same transaction: its version is not raised here.
    pub async fn member_cut_off(&self, member: MemberId) -> Result<CutOff, StorageError> {
        let timed = || values![member, self.now()];
        let sessions = self.cut(
            "UPDATE member_sessions SET ended_at = $2 WHERE member_id = $1 AND ended_at IS NULL AND expires_at > $2",
            timed(),
        );
        let sessions = sessions.await?;
        let passkeys = self.cut("DELETE FROM member_passkeys WHERE member_id = $1", values![member]);
        let passkeys = passkeys.await?;
        let invited = self.cut("DELETE FROM member_invitations WHERE member_id = $1", values![member]);
        let invited = invited.await?;
        let begun = self.cut("DELETE FROM member_ceremonies WHERE member_id = $1", values![member]);
        let begun = begun.await?;
        let tokens = self.cut(
            "UPDATE scim_tokens SET ended_at = $2 WHERE issued_by = $1 AND ended_at IS NULL AND expires_at > $2",
            timed(),
        );
        let tokens = tokens.await?;
        let certificates = self.cut(
            "UPDATE members SET certificate_sha256 = NULL WHERE id = $1 AND certificate_sha256 IS NOT NULL",
            values![member],
        );
        Ok(CutOff {
            sessions,
            passkeys,
            codes: invited + begun,
            tokens,
            certificates: certificates.await?,
        })
    }

    /// Ends what a member signed in with who is invited anew: sessions, passkeys and ceremonies. Their certificate and
    /// what they asked for stay. How many sessions and passkeys.
    pub async fn member_sign_ins_end(&self, member: MemberId) -> Result<(i64, i64), StorageError> {
        let sessions = self.cut(
            "UPDATE member_sessions SET ended_at = $2 WHERE member_id = $1 AND ended_at IS NULL AND expires_at > $2",
            values![member, self.now()],
        );
        let sessions = sessions.await?;
        let passkeys = self.cut("DELETE FROM member_passkeys WHERE member_id = $1", values![member]);
        let passkeys = passkeys.await?;
        self.cut("DELETE FROM member_ceremonies WHERE member_id = $1", values![member])
            .await?;
        Ok((sessions, passkeys))
    }

    async fn cut(&self, sql: &'static str, values: Vec<Value>) -> Result<i64, StorageError> {
        let count = self.execute(sql, values).await?;
        i64::try_from(count).map_err(StorageError::corrupt)
    }

    /// Stores a leaver.
    pub async fn leaver_insert(&self, leaver: &LeaverRow) -> Result<(), StorageError> {
        let (l, cut) = (leaver, leaver.cut_off);
        self.execute(
            "INSERT INTO leavers (id, organisation_id, member_id, source, received_at, ended_at, sessions, passkeys,
                 codes, tokens, certificates)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            values![
                l.id,
                l.organisation_id,
                l.member_id,
                l.source,
                l.received_at,
                l.ended_at,
                cut.sessions,
                cut.passkeys,
                cut.codes,
                cut.tokens,
                cut.certificates
            ],
        )
        .await?;
        Ok(())
    }

    /// Notes how long it took, microseconds; once.
    pub fn leaver_took(&self, id: LeaverId, latency_us: i64) -> Result<(), StorageError> {
        self.later(
            "UPDATE leavers SET latency_us = $2 WHERE id = $1 AND latency_us IS NULL",
            values![id, latency_us],
        )
    }

    /// The leavers of an organisation since a moment, the latest first; at most 1,000.
    pub async fn leaver_list(
        &self,
        organisation: OrganisationId,
        since: Timestamp,
    ) -> Result<Vec<LeaverRow>, StorageError> {
        let sql =
            "SELECT id, organisation_id, member_id, source, received_at, ended_at, latency_us, sessions, passkeys,
                 codes, tokens, certificates
             FROM leavers WHERE organisation_id = $1 AND ended_at >= $2 ORDER BY ended_at DESC, id DESC LIMIT 1000";
        let rows = self.query(sql, values![organisation, since]).await?;
        rows.into_iter().map(read).collect()
    }
}
