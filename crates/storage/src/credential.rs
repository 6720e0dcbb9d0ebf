//! Rows of client credentials: how a client of the FAPI 2.0 profile proves itself.

use naru_core::{ClientCredential, ClientId, TlsName};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// The columns of a credential, in the order in which [`read`] takes them.
macro_rules! credential_columns {
    () => {
        "k.method, k.binding, k.jwks, k.jwks_uri, k.tls_name_kind, k.tls_name, k.signed_requests,
         k.signed_responses, k.resource"
    };
}
pub(crate) use credential_columns;

pub(crate) fn read(row: &mut Row) -> Result<ClientCredential, StorageError> {
    Ok(ClientCredential {
        method: row.next()?,
        binding: row.next()?,
        jwks: row.next()?,
        jwks_uri: row.next()?,
        tls_name: {
            let (kind, value) = (row.next()?, row.next::<Option<String>>()?);
            Option::zip(kind, value).map(|(kind, value)| TlsName { kind, value })
        },
        signed_requests: row.next()?,
        signed_responses: row.next()?,
        resource: row.next()?,
    })
}

impl Tx {
    /// Stores a client's credential, in place of the one it had.
    pub async fn credential_put(&self, client_id: ClientId, credential: &ClientCredential) -> Result<(), StorageError> {
        let c = credential;
        self.execute(
            "INSERT INTO client_credentials (client_id, method, binding, jwks, jwks_uri, tls_name_kind, tls_name,
                 signed_requests, signed_responses, resource, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (client_id) DO UPDATE SET
                 method = excluded.method, binding = excluded.binding, jwks = excluded.jwks,
                 jwks_uri = excluded.jwks_uri, tls_name_kind = excluded.tls_name_kind, tls_name = excluded.tls_name,
                 signed_requests = excluded.signed_requests, signed_responses = excluded.signed_responses,
                 resource = excluded.resource, changed_at = excluded.changed_at",
            values![
                client_id,
                c.method,
                c.binding,
                c.jwks.as_ref(),
                c.jwks_uri.as_ref(),
                c.tls_name.as_ref().map(|name| name.kind),
                c.tls_name.as_ref().map(|name| &name.value),
                c.signed_requests,
                c.signed_responses,
                c.resource.as_ref(),
                self.now(),
            ],
        )
        .await?;
        Ok(())
    }

    /// A client's credential; `None` for a client of another profile.
    pub async fn credential_find(&self, client_id: ClientId) -> Result<Option<ClientCredential>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            credential_columns!(),
            " FROM client_credentials k WHERE k.client_id = $1"
        );
        let row = self.query_opt(SQL, values![client_id]).await?;
        row.map(|mut row| read(&mut row)).transpose()
    }
}
