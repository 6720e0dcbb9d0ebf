//! Rows of grants.

use naru_core::{ClientId, Grant, GrantId, PersonId, RevokedBy, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// The columns of a grant, in the order in which [`read`] takes them.
macro_rules! grant_columns {
    () => {
        "g.id, g.client_id, g.person_id, g.scopes, g.created_at, g.expires_at, g.revoked_by, g.revoked_at,
         g.last_used_at"
    };
}
pub(crate) use grant_columns;

pub(crate) fn read(row: &mut Row) -> Result<Grant, StorageError> {
    Ok(Grant {
        id: row.next()?,
        client_id: row.next()?,
        person_id: row.next()?,
        scopes: row.next()?,
        created_at: row.next()?,
        expires_at: row.next()?,
        revoked: {
            let (by, at): (Option<RevokedBy>, Option<Timestamp>) = (row.next()?, row.next()?);
            by.zip(at)
        },
        last_used_at: row.next()?,
    })
}

impl Tx {
    /// Stores a fresh grant.
    pub async fn grant_insert(&self, grant: &Grant) -> Result<(), StorageError> {
        self.execute(
            "INSERT INTO grants (id, client_id, person_id, scopes, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            values![
                grant.id,
                grant.client_id,
                grant.person_id,
                &grant.scopes,
                grant.created_at,
                grant.expires_at
            ],
        )
        .await?;
        Ok(())
    }

    /// A grant by its id.
    pub async fn grant_find(&self, id: GrantId) -> Result<Option<Grant>, StorageError> {
        const SQL: &str = concat!("SELECT ", grant_columns!(), " FROM grants g WHERE g.id = $1");
        self.query_opt(SQL, values![id])
            .await?
            .map(|mut row| read(&mut row))
            .transpose()
    }

    /// A person's grants, newest first; at most 200.
    pub async fn grant_list_of_person(&self, person_id: PersonId) -> Result<Vec<Grant>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            grant_columns!(),
            " FROM grants g WHERE g.person_id = $1 ORDER BY g.created_at DESC LIMIT 200"
        );
        self.query(SQL, values![person_id])
            .await?
            .into_iter()
            .map(|mut row| read(&mut row))
            .collect()
    }

    /// A client's living two-legged grant, the newest one.
    pub async fn grant_find_two_legged(&self, client_id: ClientId) -> Result<Option<Grant>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            grant_columns!(),
            " FROM grants g WHERE g.client_id = $1 AND g.person_id IS NULL AND g.revoked_at IS NULL
              AND g.expires_at > $2 ORDER BY g.expires_at DESC LIMIT 1"
        );
        self.query_opt(SQL, values![client_id, self.now()])
            .await?
            .map(|mut row| read(&mut row))
            .transpose()
    }

    /// Changes what a living grant covers, and until when. Whether it was alive.
    pub async fn grant_change(&self, grant: &Grant) -> Result<bool, StorageError> {
        let sql = "UPDATE grants SET scopes = $2, expires_at = $3 WHERE id = $1 AND revoked_at IS NULL";
        Ok(self
            .execute(sql, values![grant.id, &grant.scopes, grant.expires_at])
            .await?
            == 1)
    }

    /// A person's living grants, at most 1,000.
    pub async fn grant_list_living(&self, person_id: PersonId) -> Result<Vec<Grant>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            grant_columns!(),
            " FROM grants g WHERE g.person_id = $1 AND g.revoked_at IS NULL AND g.expires_at > $2 LIMIT 1000"
        );
        self.query(SQL, values![person_id, self.now()])
            .await?
            .into_iter()
            .map(|mut row| read(&mut row))
            .collect()
    }

    /// A client's living grants, at most 1,000.
    pub async fn grant_list_of_client(&self, client_id: ClientId) -> Result<Vec<Grant>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            grant_columns!(),
            " FROM grants g WHERE g.client_id = $1 AND g.revoked_at IS NULL AND g.expires_at > $2 LIMIT 1000"
        );
        self.query(SQL, values![client_id, self.now()])
            .await?
            .into_iter()
            .map(|mut row| read(&mut row))
            .collect()
    }

    /// Grants of the FAPI 2.0 profile that a journey made, and whose code ran out before a moment without being
    /// exchanged; at most 1,000.
    pub async fn grant_list_unclaimed(&self, before: Timestamp) -> Result<Vec<GrantId>, StorageError> {
        let sql = "SELECT g.id FROM authorizations a JOIN grants g ON g.id = a.grant_id
                   JOIN clients c ON c.id = g.client_id
                   WHERE a.step = 'agreed' AND a.code_expires_at < $1 AND g.created_at >= a.created_at
                     AND g.revoked_at IS NULL AND c.profile = 'fapi2' LIMIT 1000";
        let rows = self.query(sql, values![before]).await?;
        rows.into_iter().map(|mut row| row.next()).collect()
    }

    /// Ends a grant. Whether it was still alive.
    pub async fn grant_revoke(&self, id: GrantId, by: RevokedBy) -> Result<bool, StorageError> {
        let sql = "UPDATE grants SET revoked_by = $2, revoked_at = $3 WHERE id = $1 AND revoked_at IS NULL";
        Ok(self.execute(sql, values![id, by, self.now()]).await? == 1)
    }

    /// Ends every living grant of a person at a client; how many.
    pub async fn grant_revoke_all(
        &self,
        client_id: ClientId,
        person_id: PersonId,
        by: RevokedBy,
    ) -> Result<u64, StorageError> {
        self.execute(
            "UPDATE grants SET revoked_by = $3, revoked_at = $4
             WHERE client_id = $1 AND person_id = $2 AND revoked_at IS NULL",
            values![client_id, person_id, by, self.now()],
        )
        .await
    }

    /// Notes a grant's last use, in bulk with the calls.
    pub fn grant_used(&self, id: GrantId, at: Timestamp) -> Result<(), StorageError> {
        self.row_later(
            "UPDATE grants SET last_used_at = v.column2 FROM (VALUES ($1, CAST($2 AS BIGINT))) AS v
             WHERE grants.id = v.column1",
            values![id, at],
        )
    }
}
