//! Rows of members, the people who work for an organisation. What their directory says of them is sealed.

use naru_core::{Member, MemberId, OrganisationId, Role, Roles, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::value::{Row, values};
use crate::{StorageError, Tx};

const PROFILE: &str = "members.profile";
const USER_NAME: &str = "members.user_name";

/// A member with what the organisation's directory says of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// The member.
    pub member: Member,
    /// The other attributes of the directory (RFC 7643 4.1), an object; empty where no directory spoke.
    pub directory: Json,
    /// When they were removed for good; their row stays for what they signed.
    pub removed_at: Option<Timestamp>,
}

/// What a member can sign in with at present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberHoldings {
    /// Whose.
    pub member_id: MemberId,
    /// Sessions that are alive.
    pub sessions: i64,
    /// Passkeys.
    pub passkeys: i64,
    /// Until when their pending invitation can be used.
    pub invited_until: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct Profile {
    user_name: String,
    display_name: String,
    directory: Json,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, organisation_id, profile_sealed, roles, active, certificate_sha256, created_at, changed_at,
                 seen_at, removed_at, version FROM members ",
            $rest
        )
    };
}

pub(crate) fn read(tx: &Tx, mut row: Row) -> Result<MemberRow, StorageError> {
    let (id, organisation_id) = (row.next()?, row.next()?);
    let profile: Profile = tx.open(PROFILE, &row.next::<Vec<u8>>()?)?;
    let roles: Roles = row.next()?;
    let (active, certificate_sha256) = (row.next()?, row.next()?);
    let (created_at, changed_at, seen_at) = (row.next()?, row.next()?, row.next()?);
    let removed_at = row.next()?;
    Ok(MemberRow {
        member: Member {
            id,
            organisation_id,
            user_name: profile.user_name,
            display_name: profile.display_name,
            roles,
            active,
            certificate_sha256,
            created_at,
            changed_at,
            seen_at,
            version: row.next()?,
        },
        directory: profile.directory,
        removed_at,
    })
}

impl Tx {
    fn member_profile(&self, row: &MemberRow) -> Result<(Vec<u8>, Vec<u8>), StorageError> {
        let profile = Profile {
            user_name: row.member.user_name.clone(),
            display_name: row.member.display_name.clone(),
            directory: row.directory.clone(),
        };
        let blind = self.blind(USER_NAME, &row.member.user_name.to_lowercase());
        Ok((self.seal(PROFILE, &profile)?, blind))
    }

    /// Stores a new member.
    ///
    /// # Errors
    /// [`StorageError::Taken`] where the organisation has somebody of this name, or somebody has this certificate.
    pub async fn member_insert(&self, row: &MemberRow) -> Result<(), StorageError> {
        let m = &row.member;
        let (profile, blind) = self.member_profile(row)?;
        self.execute(
            "INSERT INTO members (id, organisation_id, user_name_blind, profile_sealed, roles, active,
                 certificate_sha256, created_at, changed_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1)",
            values![
                m.id,
                m.organisation_id,
                blind,
                profile,
                &m.roles,
                m.active,
                m.certificate_sha256,
                m.created_at
            ],
        )
        .await?;
        Ok(())
    }

    /// Stores what changed about a member, if they are still the one that was looked at. Whether they were.
    ///
    /// # Errors
    /// [`StorageError::Taken`] as for [`Tx::member_insert`].
    pub async fn member_update(&self, row: &MemberRow) -> Result<bool, StorageError> {
        let m = &row.member;
        let (profile, blind) = self.member_profile(row)?;
        let sql = "UPDATE members SET user_name_blind = $3, profile_sealed = $4, roles = $5, active = $6,
                 certificate_sha256 = $7, changed_at = $8, removed_at = $9, version = version + 1
             WHERE id = $1 AND version = $2 AND removed_at IS NULL";
        let values = values![
            m.id,
            m.version,
            blind,
            profile,
            &m.roles,
            m.active,
            m.certificate_sha256,
            self.now(),
            row.removed_at
        ];
        Ok(self.execute(sql, values).await? == 1)
    }

    /// A member by their id, removed or not.
    pub async fn member_find(&self, id: MemberId) -> Result<Option<MemberRow>, StorageError> {
        const SQL: &str = columns!("WHERE id = $1");
        let row = self.query_opt(SQL, values![id]).await?;
        row.map(|row| read(self, row)).transpose()
    }

    /// A member of an organisation by the name its directory gives them, whatever the case of its letters.
    pub async fn member_find_by_name(
        &self,
        organisation: OrganisationId,
        user_name: &str,
    ) -> Result<Option<MemberRow>, StorageError> {
        const SQL: &str = columns!("WHERE organisation_id = $1 AND user_name_blind = $2 AND removed_at IS NULL");
        let blind = self.blind(USER_NAME, &user_name.to_lowercase());
        let row = self.query_opt(SQL, values![organisation, blind]).await?;
        row.map(|row| read(self, row)).transpose()
    }

    /// The member who signs in with this certificate.
    pub async fn member_find_by_certificate(&self, sha256: [u8; 32]) -> Result<Option<MemberRow>, StorageError> {
        const SQL: &str = columns!("WHERE certificate_sha256 = $1 AND removed_at IS NULL");
        let row = self.query_opt(SQL, values![sha256]).await?;
        row.map(|row| read(self, row)).transpose()
    }

    /// The members of an organisation who were not removed, oldest first; at most 1,000.
    pub async fn member_list(&self, organisation: OrganisationId) -> Result<Vec<MemberRow>, StorageError> {
        const SQL: &str =
            columns!("WHERE organisation_id = $1 AND removed_at IS NULL ORDER BY created_at, id LIMIT 1000");
        let rows = self.query(SQL, values![organisation]).await?;
        rows.into_iter().map(|row| read(self, row)).collect()
    }

    /// So many of them behind the first `offset`, in the same order.
    pub async fn member_page(
        &self,
        organisation: OrganisationId,
        (offset, limit): (i64, i64),
    ) -> Result<Vec<MemberRow>, StorageError> {
        const SQL: &str =
            columns!("WHERE organisation_id = $1 AND removed_at IS NULL ORDER BY created_at, id LIMIT $3 OFFSET $2");
        let rows = self.query(SQL, values![organisation, offset, limit]).await?;
        rows.into_iter().map(|row| read(self, row)).collect()
    }

    /// Notes that a member signed in.
    pub fn member_seen(&self, id: MemberId) -> Result<(), StorageError> {
        self.later("UPDATE members SET seen_at = $2 WHERE id = $1", values![id, self.now()])
    }

    /// How many members of an organisation there are who were not removed; with a role, how many of them are active and
    /// have it.
    pub async fn member_count(&self, organisation: OrganisationId, role: Option<Role>) -> Result<i64, StorageError> {
        const SQL: &str = "SELECT COUNT(*) FROM members WHERE organisation_id = $1 AND removed_at IS NULL
               AND ($2 = '' OR (active = 1 AND ' ' || roles || ' ' LIKE $2))";
        let role = role.map_or_else(String::new, |role| format!("% {role} %"));
        let row = self.query_opt(SQL, values![organisation, role]).await?;
        row.map_or(Ok(0), |mut row: Row| row.next())
    }

    /// Fintechs that signed up since a moment, and those of them of which nobody has a way in yet.
    pub async fn sign_up_counts(&self, since: Timestamp) -> Result<(i64, i64), StorageError> {
        let sql = "SELECT COUNT(*), COUNT(CASE WHEN o.state = 'APPLIED' AND NOT EXISTS (
                     SELECT 1 FROM members m WHERE m.organisation_id = o.id AND (m.certificate_sha256 IS NOT NULL
                         OR EXISTS (SELECT 1 FROM member_passkeys p WHERE p.member_id = m.id))) THEN 1 END)
             FROM organisations o WHERE o.kind = 'fintech' AND o.created_at >= $1";
        let row = self.query_opt(sql, values![since]).await?;
        row.map_or(Ok((0, 0)), |mut row| Ok((row.next()?, row.next()?)))
    }

    /// Takes the turn on the people of an organisation: until the transaction ends, nobody else counts or changes them
    /// who takes the turn as well. To be followed by a write.
    pub async fn member_turn(&self, organisation: OrganisationId) -> Result<(), StorageError> {
        let sql = "UPDATE organisations SET version = version WHERE id = $1";
        self.execute(sql, values![organisation]).await?;
        Ok(())
    }

    /// What each member of an organisation can sign in with at present; at most 1,000, removed members not among them.
    pub async fn member_holdings(&self, organisation: OrganisationId) -> Result<Vec<MemberHoldings>, StorageError> {
        const SQL: &str = "SELECT m.id,
                 (SELECT COUNT(*) FROM member_sessions s
                  WHERE s.member_id = m.id AND s.ended_at IS NULL AND s.expires_at > $2),
                 (SELECT COUNT(*) FROM member_passkeys p WHERE p.member_id = m.id),
                 (SELECT MAX(i.expires_at) FROM member_invitations i WHERE i.member_id = m.id AND i.expires_at > $2)
             FROM members m WHERE m.organisation_id = $1 AND m.removed_at IS NULL
             ORDER BY m.created_at, m.id LIMIT 1000";
        let read = |mut row: Row| {
            Ok(MemberHoldings {
                member_id: row.next()?,
                sessions: row.next()?,
                passkeys: row.next()?,
                invited_until: row.next()?,
            })
        };
        let rows = self.query(SQL, values![organisation, self.now()]).await?;
        rows.into_iter().map(read).collect()
    }
}
