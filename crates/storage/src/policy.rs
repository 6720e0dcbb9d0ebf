//! Rows of guarantee insurance policies.

use naru_core::{Day, MemberId, OrganisationId, PolicyId, RevisionId, Timestamp, Won};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// A policy of guarantee insurance (이행보증보험).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    /// Its id.
    pub id: PolicyId,
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Who insures.
    pub insurer: String,
    /// The insurer's number.
    pub number: String,
    /// Up to how much.
    pub cover_won: Won,
    /// From which day on it is in force.
    pub from_day: Day,
    /// Until which day, that day included.
    pub to_day: Day,
    /// The policy itself as a document.
    pub revision_id: Option<RevisionId>,
    /// Who recorded it.
    pub recorded_by: MemberId,
    /// When.
    pub recorded_at: Timestamp,
    /// Who of the operator looked it up at the insurer; it counts from then on.
    pub confirmed_by: Option<MemberId>,
    /// When.
    pub confirmed_at: Option<Timestamp>,
    /// When it was ended before its day.
    pub ended_at: Option<Timestamp>,
}

impl PolicyRow {
    /// Whether it counts on a day.
    pub fn is_in_force(&self, day: Day) -> bool {
        self.confirmed_at.is_some() && self.ended_at.is_none() && self.from_day <= day && day <= self.to_day
    }
}

fn read(mut row: Row) -> Result<PolicyRow, StorageError> {
    Ok(PolicyRow {
        id: row.next()?,
        organisation_id: row.next()?,
        insurer: row.next()?,
        number: row.next()?,
        cover_won: row.next()?,
        from_day: row.next()?,
        to_day: row.next()?,
        revision_id: row.next()?,
        recorded_by: row.next()?,
        recorded_at: row.next()?,
        confirmed_by: row.next()?,
        confirmed_at: row.next()?,
        ended_at: row.next()?,
    })
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.organisation_id, p.insurer, p.number, p.cover_won, p.from_day, p.to_day, p.revision_id,
                 p.recorded_by, p.recorded_at, p.confirmed_by, p.confirmed_at, p.ended_at ",
            $rest
        )
    };
}

impl Tx {
    /// Stores a policy that somebody recorded; it counts once it is confirmed.
    pub async fn policy_insert(&self, policy: &PolicyRow) -> Result<(), StorageError> {
        let p = policy;
        self.execute(
            "INSERT INTO policies (id, organisation_id, insurer, number, cover_won, from_day, to_day, revision_id,
                 recorded_by, recorded_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            values![
                p.id,
                p.organisation_id,
                &p.insurer,
                &p.number,
                p.cover_won,
                p.from_day,
                p.to_day,
                p.revision_id,
                p.recorded_by,
                p.recorded_at
            ],
        )
        .await?;
        Ok(())
    }

    /// A policy by its id.
    pub async fn policy_find(&self, id: PolicyId) -> Result<Option<PolicyRow>, StorageError> {
        const SQL: &str = columns!("FROM policies p WHERE p.id = $1");
        self.query_opt(SQL, values![id]).await?.map(read).transpose()
    }

    /// The policies of an organisation, the one that ends last first; at most 100.
    pub async fn policy_list(&self, organisation: OrganisationId) -> Result<Vec<PolicyRow>, StorageError> {
        const SQL: &str =
            columns!("FROM policies p WHERE p.organisation_id = $1 ORDER BY p.to_day DESC, p.id DESC LIMIT 100");
        self.query(SQL, values![organisation])
            .await?
            .into_iter()
            .map(read)
            .collect()
    }

    /// The policies that may count of the organisations from one code to another, both included.
    pub async fn policy_list_between(&self, first: &str, last: &str) -> Result<Vec<PolicyRow>, StorageError> {
        const SQL: &str = columns!(
            "FROM organisations o JOIN policies p ON p.organisation_id = o.id
             WHERE o.code >= $1 AND o.code <= $2 AND p.confirmed_at IS NOT NULL AND p.ended_at IS NULL
             ORDER BY o.code, p.to_day DESC"
        );
        self.query(SQL, values![first, last])
            .await?
            .into_iter()
            .map(read)
            .collect()
    }

    /// Policies that nobody confirmed yet, oldest first; at most 200.
    pub async fn policy_list_unconfirmed(&self) -> Result<Vec<PolicyRow>, StorageError> {
        const SQL: &str = columns!(
            "FROM policies p WHERE p.confirmed_at IS NULL AND p.ended_at IS NULL ORDER BY p.recorded_at LIMIT 200"
        );
        self.query(SQL, values![]).await?.into_iter().map(read).collect()
    }

    /// Notes that somebody else looked the policy up. Whether it waited for that.
    pub async fn policy_confirm(&self, id: PolicyId, by: MemberId) -> Result<bool, StorageError> {
        let sql = "UPDATE policies SET confirmed_by = $2, confirmed_at = $3
             WHERE id = $1 AND confirmed_at IS NULL AND ended_at IS NULL AND recorded_by <> $2";
        Ok(self.execute(sql, values![id, by, self.now()]).await? == 1)
    }

    /// Ends a policy. Whether it had not been ended.
    pub async fn policy_end(&self, id: PolicyId) -> Result<bool, StorageError> {
        let sql = "UPDATE policies SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
        Ok(self.execute(sql, values![id, self.now()]).await? == 1)
    }
}
