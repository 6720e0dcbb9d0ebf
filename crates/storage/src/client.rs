//! Rows of clients.

use naru_core::trust::ClientStanding;
use naru_core::{
    Client, ClientCredential, ClientId, ClientLimits, ClientStatus, ClientUseCode, ContractAccount, Direction,
    OrganisationId,
};

use crate::credential::{self, credential_columns};
use crate::organisation::{self, admission_columns};
use crate::value::{Row, values};
use crate::{StorageError, Tx};

pub(crate) const CONTRACT_ACCOUNT: &str = "clients.contract_account";

/// The columns of a client, in the order in which [`read`] takes them.
macro_rules! client_columns {
    () => {
        "c.id, c.client_use_code, c.name, c.environment, c.profile, c.status, c.status_since, c.status_reason, c.scopes,
         c.redirect_uris, c.secret_sha256, c.certificate_sha256, c.contract_account_sealed,
         c.withdraw_transfer_won, c.withdraw_day_won, c.withdraw_month_won,
         c.deposit_transfer_won, c.deposit_day_won, c.deposit_month_won, c.organisation_id, c.created_at, c.version"
    };
}
pub(crate) use client_columns;

pub(crate) fn read(tx: &Tx, row: &mut Row) -> Result<Client, StorageError> {
    Ok(Client {
        id: row.next()?,
        client_use_code: row.next()?,
        name: row.next()?,
        environment: row.next()?,
        profile: row.next()?,
        status: row.next()?,
        status_since: row.next()?,
        status_reason: row.next()?,
        scopes: row.next()?,
        redirect_uris: row.next::<String>()?.split_whitespace().map(str::to_owned).collect(),
        secret_sha256: row.next()?,
        certificate_sha256: row.next()?,
        contract_account: tx.open(CONTRACT_ACCOUNT, &row.next::<Vec<u8>>()?)?,
        withdraw_limits: read_limits(row)?,
        deposit_limits: read_limits(row)?,
        organisation_id: row.next()?,
        created_at: row.next()?,
        version: row.next()?,
    })
}

fn read_limits(row: &mut Row) -> Result<ClientLimits, StorageError> {
    Ok(ClientLimits {
        transfer_won: row.next()?,
        day_won: row.next()?,
        month_won: row.next()?,
    })
}

fn contract_key(account: &ContractAccount) -> String {
    format!("{}:{}", account.bank_code, account.account_num)
}

impl Tx {
    /// A client by its id.
    pub async fn client_find(&self, id: ClientId) -> Result<Option<Client>, StorageError> {
        const SQL: &str = concat!("SELECT ", client_columns!(), " FROM clients c WHERE c.id = $1");
        self.query_opt(SQL, values![id])
            .await?
            .map(|mut row| read(self, &mut row))
            .transpose()
    }

    /// A client with its credential, in one read; and whether a certificate that it shows was revoked.
    pub async fn client_find_with_credential(
        &self,
        id: ClientId,
        certificate: Option<&[u8; 32]>,
    ) -> Result<Option<(Client, ClientCredential, bool)>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            client_columns!(),
            ", ",
            credential_columns!(),
            ", EXISTS (SELECT 1 FROM certificates x WHERE x.certificate_sha256 = $2 AND x.revoked_at IS NOT NULL)
             FROM clients c JOIN client_credentials k ON k.client_id = c.id WHERE c.id = $1"
        );
        let row = self.query_opt(SQL, values![id, certificate.copied()]).await?;
        let read = |mut row: Row| Ok((read(self, &mut row)?, credential::read(&mut row)?, row.next()?));
        row.map(read).transpose()
    }

    /// A client with the admission of the organisation behind it.
    pub async fn client_standing(&self, id: ClientId) -> Result<Option<ClientStanding>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            client_columns!(),
            ", ",
            admission_columns!(),
            " FROM clients c LEFT JOIN organisations o ON o.id = c.organisation_id WHERE c.id = $1"
        );
        let row = self.query_opt(SQL, values![id]).await?;
        let read = |mut row: Row| {
            Ok(ClientStanding {
                client: read(self, &mut row)?,
                admission: organisation::read_admission(&mut row)?,
            })
        };
        row.map(read).transpose()
    }

    /// A client by its code.
    pub async fn client_find_by_code(&self, code: &ClientUseCode) -> Result<Option<Client>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            client_columns!(),
            " FROM clients c WHERE c.client_use_code = $1"
        );
        self.query_opt(SQL, values![code])
            .await?
            .map(|mut row| read(self, &mut row))
            .transpose()
    }

    /// Clients by their codes; at most a thousand.
    pub async fn client_list(&self) -> Result<Vec<Client>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            client_columns!(),
            " FROM clients c ORDER BY c.client_use_code LIMIT 1000"
        );
        self.query(SQL, values![])
            .await?
            .into_iter()
            .map(|mut row| read(self, &mut row))
            .collect()
    }

    /// Registers a client.
    pub async fn client_insert(&self, client: &Client) -> Result<(), StorageError> {
        let (c, w, d) = (client, &client.withdraw_limits, &client.deposit_limits);
        let contract = self.seal(CONTRACT_ACCOUNT, &c.contract_account)?;
        let blind = self.blind(CONTRACT_ACCOUNT, &contract_key(&c.contract_account));
        self.execute(
            "INSERT INTO clients (id, client_use_code, name, environment, profile, status, status_since, status_reason,
                 scopes, redirect_uris, secret_sha256, certificate_sha256, contract_account_sealed,
                 contract_account_blind, withdraw_transfer_won, withdraw_day_won, withdraw_month_won,
                 deposit_transfer_won, deposit_day_won, deposit_month_won, organisation_id, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                 $21, $22, 1)",
            values![
                c.id,
                &c.client_use_code,
                &c.name,
                c.environment,
                c.profile,
                c.status,
                c.status_since,
                &c.status_reason,
                &c.scopes,
                c.redirect_uris.join(" "),
                c.secret_sha256.as_ref(),
                c.certificate_sha256.as_ref(),
                contract,
                blind,
                w.transfer_won,
                w.day_won,
                w.month_won,
                d.transfer_won,
                d.day_won,
                d.month_won,
                c.organisation_id,
                c.created_at,
            ],
        )
        .await?;
        self.organisation_sum_limits(client.id).await
    }

    /// Moves a client to another status, if it still has the one it was judged in. Whether it had.
    pub async fn client_set_status(
        &self,
        client: &Client,
        status: ClientStatus,
        reason: &str,
    ) -> Result<bool, StorageError> {
        let changed = self
            .execute(
                "UPDATE clients SET status = $3, status_since = $4, status_reason = $5, version = version + 1
                 WHERE id = $1 AND version = $2",
                values![client.id, client.version, status, self.now(), reason],
            )
            .await?;
        self.organisation_sum_limits(client.id).await?;
        Ok(changed == 1)
    }

    /// Changes a client's limits in one direction; they hold from the next call on.
    pub async fn client_set_limits(
        &self,
        id: ClientId,
        direction: Direction,
        limits: &ClientLimits,
    ) -> Result<bool, StorageError> {
        let sql = match direction {
            Direction::Withdraw => {
                "UPDATE clients SET withdraw_transfer_won = $2, withdraw_day_won = $3, withdraw_month_won = $4,
                     version = version + 1 WHERE id = $1"
            }
            Direction::Deposit => {
                "UPDATE clients SET deposit_transfer_won = $2, deposit_day_won = $3, deposit_month_won = $4,
                     version = version + 1 WHERE id = $1"
            }
        };
        let values = values![id, limits.transfer_won, limits.day_won, limits.month_won];
        let changed = self.execute(sql, values).await?;
        self.organisation_sum_limits(id).await?;
        Ok(changed == 1)
    }

    /// The clients of an organisation, by their codes; at most 200.
    pub async fn client_list_of_organisation(&self, id: OrganisationId) -> Result<Vec<Client>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            client_columns!(),
            " FROM clients c WHERE c.organisation_id = $1 ORDER BY c.client_use_code LIMIT 200"
        );
        self.query(SQL, values![id])
            .await?
            .into_iter()
            .map(|mut row| read(self, &mut row))
            .collect()
    }

    /// How many clients of an organisation are not closed.
    pub async fn client_count_open(&self, id: OrganisationId) -> Result<i64, StorageError> {
        let sql = "SELECT COUNT(*) FROM clients WHERE organisation_id = $1 AND status <> 'closed'";
        let row = self.query_opt(sql, values![id]).await?;
        row.map_or(Ok(0), |mut row| row.next())
    }

    /// Gives a client another certificate; tokens bound to the old one are refused from the next call on.
    pub async fn client_set_certificate(&self, id: ClientId, sha256: Option<[u8; 32]>) -> Result<bool, StorageError> {
        let sql = "UPDATE clients SET certificate_sha256 = $2, version = version + 1 WHERE id = $1";
        Ok(self.execute(sql, values![id, sha256]).await? == 1)
    }

    /// Gives a client another secret.
    pub async fn client_set_secret(&self, id: ClientId, sha256: [u8; 32]) -> Result<bool, StorageError> {
        let sql = "UPDATE clients SET secret_sha256 = $2, version = version + 1 WHERE id = $1";
        Ok(self.execute(sql, values![id, sha256]).await? == 1)
    }
}
