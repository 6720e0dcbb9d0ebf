//! Rows of accounts and of their registrations at fintechs.

use naru_core::{Account, AccountId, ClientId, Consent, FintechUseNum, PersonId, Registration, Scope, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

pub(crate) const ACCOUNT: &str = "accounts.account";

/// The columns of a registration with its account, in the order in which [`read`] takes them.
macro_rules! registration_columns {
    () => {
        "r.fintech_use_num, r.client_id, r.person_id, r.account_id, a.account_sealed, r.alias,
         r.inquiry_agreed_at, r.inquiry_until, r.inquiry_ended_at,
         r.transfer_agreed_at, r.transfer_until, r.transfer_ended_at, r.created_at"
    };
}

pub(crate) fn read(tx: &Tx, row: &mut Row) -> Result<Registration, StorageError> {
    Ok(Registration {
        fintech_use_num: row.next()?,
        client_id: row.next()?,
        person_id: row.next()?,
        account_id: row.next()?,
        account: tx.open(ACCOUNT, &row.next::<Vec<u8>>()?)?,
        alias: row.next()?,
        inquiry: read_consent(row)?,
        transfer: read_consent(row)?,
        created_at: row.next()?,
    })
}

fn read_consent(row: &mut Row) -> Result<Consent, StorageError> {
    Ok(Consent {
        agreed_at: row.next()?,
        until: row.next()?,
        ended_at: row.next()?,
    })
}

/// Accounts of one person at one fintech at most.
const REGISTRATIONS_MAX: i64 = 500;

impl Tx {
    /// The id of a person's account, stored if it was not known.
    pub async fn account_put(
        &self,
        person_id: PersonId,
        account: &Account,
        fresh: AccountId,
    ) -> Result<AccountId, StorageError> {
        let blind = self.blind(ACCOUNT, &account.account_num);
        let rows = self
            .returning(
                "INSERT INTO accounts (id, person_id, bank_code, account_num_blind, account_sealed, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (person_id, bank_code, account_num_blind)
                 DO UPDATE SET account_sealed = excluded.account_sealed RETURNING id",
                values![
                    fresh,
                    person_id,
                    &account.bank_code,
                    blind,
                    self.seal(ACCOUNT, account)?,
                    self.now()
                ],
            )
            .await?;
        let mut row = rows
            .into_iter()
            .next()
            .ok_or_else(|| StorageError::corrupt("an account gave no id"))?;
        row.next()
    }

    /// Registers an account at a fintech or renews its consents; a consent that is not given now stays as it was.
    pub async fn registration_put(&self, registration: &Registration) -> Result<FintechUseNum, StorageError> {
        let r = registration;
        let rows = self
            .returning(
                "INSERT INTO registrations (fintech_use_num, client_id, person_id, account_id, alias,
                     inquiry_agreed_at, inquiry_until, transfer_agreed_at, transfer_until, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                 ON CONFLICT (client_id, account_id) DO UPDATE SET
                     inquiry_agreed_at = COALESCE(excluded.inquiry_agreed_at, registrations.inquiry_agreed_at),
                     inquiry_until = CASE WHEN excluded.inquiry_agreed_at IS NULL
                         THEN registrations.inquiry_until ELSE excluded.inquiry_until END,
                     inquiry_ended_at = CASE WHEN excluded.inquiry_agreed_at IS NULL
                         THEN registrations.inquiry_ended_at ELSE NULL END,
                     transfer_agreed_at = COALESCE(excluded.transfer_agreed_at, registrations.transfer_agreed_at),
                     transfer_until = CASE WHEN excluded.transfer_agreed_at IS NULL
                         THEN registrations.transfer_until ELSE excluded.transfer_until END,
                     transfer_ended_at = CASE WHEN excluded.transfer_agreed_at IS NULL
                         THEN registrations.transfer_ended_at ELSE NULL END
                 RETURNING fintech_use_num",
                values![
                    &r.fintech_use_num,
                    r.client_id,
                    r.person_id,
                    r.account_id,
                    &r.alias,
                    r.inquiry.agreed_at,
                    r.inquiry.until,
                    r.transfer.agreed_at,
                    r.transfer.until,
                    r.created_at,
                ],
            )
            .await?;
        let mut row = rows
            .into_iter()
            .next()
            .ok_or_else(|| StorageError::corrupt("a registration gave no number"))?;
        row.next()
    }

    /// A person's registrations at one fintech, oldest first.
    pub async fn registration_list(
        &self,
        client_id: ClientId,
        person_id: PersonId,
    ) -> Result<Vec<Registration>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            registration_columns!(),
            " FROM registrations r JOIN accounts a ON a.id = r.account_id
              WHERE r.person_id = $1 AND r.client_id = $2 ORDER BY r.created_at, r.fintech_use_num LIMIT $3"
        );
        let rows = self
            .query(SQL, values![person_id, client_id, REGISTRATIONS_MAX])
            .await?;
        rows.into_iter().map(|mut row| read(self, &mut row)).collect()
    }

    /// A registration of a fintech by its number: another fintech's is not found.
    pub async fn registration_find(
        &self,
        client_id: ClientId,
        number: &FintechUseNum,
    ) -> Result<Option<Registration>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            registration_columns!(),
            " FROM registrations r JOIN accounts a ON a.id = r.account_id
              WHERE r.fintech_use_num = $1 AND r.client_id = $2"
        );
        let row = self.query_opt(SQL, values![number, client_id]).await?;
        row.map(|mut row| read(self, &mut row)).transpose()
    }

    /// Gives a registration another name.
    pub async fn registration_rename(&self, number: &FintechUseNum, alias: &str) -> Result<(), StorageError> {
        let sql = "UPDATE registrations SET alias = $2 WHERE fintech_use_num = $1";
        self.execute(sql, values![number, alias]).await?;
        Ok(())
    }

    /// Ends one consent of a registration, if it is alive. Whether it was.
    pub async fn registration_end(&self, number: &FintechUseNum, scope: Scope) -> Result<bool, StorageError> {
        let sql = match scope {
            Scope::Transfer => {
                "UPDATE registrations SET transfer_ended_at = $2
                 WHERE fintech_use_num = $1 AND transfer_agreed_at IS NOT NULL AND transfer_ended_at IS NULL"
            }
            _ => {
                "UPDATE registrations SET inquiry_ended_at = $2
                 WHERE fintech_use_num = $1 AND inquiry_agreed_at IS NOT NULL AND inquiry_ended_at IS NULL"
            }
        };
        Ok(self.execute(sql, values![number, self.now()]).await? == 1)
    }

    /// Ends every living consent of a person at a fintech; how many registrations were touched.
    pub async fn registration_end_all(&self, client_id: ClientId, person_id: PersonId) -> Result<u64, StorageError> {
        let now: Timestamp = self.now();
        self.execute(
            "UPDATE registrations SET
                 inquiry_ended_at = CASE WHEN inquiry_agreed_at IS NULL THEN NULL
                     ELSE COALESCE(inquiry_ended_at, $3) END,
                 transfer_ended_at = CASE WHEN transfer_agreed_at IS NULL THEN NULL
                     ELSE COALESCE(transfer_ended_at, $3) END
             WHERE client_id = $1 AND person_id = $2
               AND ((inquiry_agreed_at IS NOT NULL AND inquiry_ended_at IS NULL)
                    OR (transfer_agreed_at IS NOT NULL AND transfer_ended_at IS NULL))",
            values![client_id, person_id, now],
        )
        .await
    }
}
