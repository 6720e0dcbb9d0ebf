//! Rows of endpoints: addresses that an organisation agreed to have looked at.

use naru_core::{Endpoint, EndpointId, EndpointKind, OrganisationId, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, organisation_id, kind, url, registered_by, registered_at, removed_at FROM endpoints ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<Endpoint, StorageError> {
    Ok(Endpoint {
        id: row.next()?,
        organisation_id: row.next()?,
        kind: row.next()?,
        url: row.next()?,
        registered_by: row.next()?,
        registered_at: row.next()?,
        removed_at: row.next()?,
    })
}

impl Tx {
    /// Registers an address, if the organisation has fewer than so many and not this one under the same kind. Whether
    /// it was registered. The organisation's row is touched, so that two at once are counted one after the other.
    pub async fn endpoint_insert(&self, endpoint: &Endpoint, most: i64) -> Result<bool, StorageError> {
        let e = endpoint;
        self.execute(
            "UPDATE organisations SET version = version WHERE id = $1",
            values![e.organisation_id],
        )
        .await?;
        let sql = "INSERT INTO endpoints (id, organisation_id, kind, url, registered_by, registered_at)
             SELECT $1, $2, $3, $4, $5, CAST($6 AS BIGINT)
             WHERE (SELECT COUNT(*) FROM endpoints WHERE organisation_id = $2 AND removed_at IS NULL) < $7";
        let values = values![
            e.id,
            e.organisation_id,
            e.kind,
            &e.url,
            e.registered_by,
            e.registered_at,
            most
        ];
        Ok(self.execute(sql, values).await? == 1)
    }

    /// An endpoint by its id, removed or not.
    pub async fn endpoint_find(&self, id: EndpointId) -> Result<Option<Endpoint>, StorageError> {
        const SQL: &str = columns!("WHERE id = $1");
        self.query_opt(SQL, values![id]).await?.map(read).transpose()
    }

    /// The registered endpoint of an organisation with this kind and address.
    pub async fn endpoint_find_registered(
        &self,
        organisation: OrganisationId,
        kind: EndpointKind,
        url: &str,
    ) -> Result<Option<Endpoint>, StorageError> {
        const SQL: &str = columns!("WHERE organisation_id = $1 AND kind = $2 AND url = $3 AND removed_at IS NULL");
        let row = self.query_opt(SQL, values![organisation, kind, url]).await?;
        row.map(read).transpose()
    }

    /// The registered endpoints of an organisation, oldest first; at most 100.
    pub async fn endpoint_list(&self, organisation: OrganisationId) -> Result<Vec<Endpoint>, StorageError> {
        const SQL: &str =
            columns!("WHERE organisation_id = $1 AND removed_at IS NULL ORDER BY registered_at, id LIMIT 100");
        let rows = self.query(SQL, values![organisation]).await?;
        rows.into_iter().map(read).collect()
    }

    /// The endpoints that an organisation registered since a moment, removed or not, newest first; at most 100.
    pub async fn endpoint_list_since(
        &self,
        organisation: OrganisationId,
        since: Timestamp,
    ) -> Result<Vec<Endpoint>, StorageError> {
        const SQL: &str = columns!(
            "WHERE organisation_id = $1 AND registered_at >= $2 ORDER BY registered_at DESC, id DESC LIMIT 100"
        );
        let rows = self.query(SQL, values![organisation, since]).await?;
        rows.into_iter().map(read).collect()
    }

    /// Takes an endpoint back, with the signals that were looked at there; what was observed stays. Whether it was
    /// registered.
    pub async fn endpoint_remove(&self, id: EndpointId) -> Result<bool, StorageError> {
        let sql = "UPDATE endpoints SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL";
        let removed = self.execute(sql, values![id, self.now()]).await? == 1;
        self.execute("DELETE FROM signals WHERE endpoint_id = $1", values![id])
            .await?;
        Ok(removed)
    }
}
