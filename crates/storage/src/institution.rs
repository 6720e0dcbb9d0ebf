//! Rows of institutions.

use naru_core::{BankCode, Institution};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

fn read(mut row: Row) -> Result<Institution, StorageError> {
    Ok(Institution {
        code: row.next()?,
        name_ko: row.next()?,
        name_en: row.next()?,
        line_url: row.next()?,
        simulated: row.next()?,
        status: row.next()?,
        timeout_ms: row.next()?,
        in_flight_max: row.next()?,
        net_debit_cap: row.next()?,
        updated_at: row.next()?,
        version: row.next()?,
    })
}

impl Tx {
    /// All institutions, by code; at most a thousand.
    pub async fn institution_list(&self) -> Result<Vec<Institution>, StorageError> {
        let rows = self
            .query(
                "SELECT code, name_ko, name_en, line_url, simulated, status, timeout_ms, in_flight_max,
                        net_debit_cap_won, updated_at, version
                 FROM institutions ORDER BY code LIMIT 1000",
                values![],
            )
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// One institution.
    pub async fn institution_find(&self, code: &BankCode) -> Result<Option<Institution>, StorageError> {
        let row = self
            .query_opt(
                "SELECT code, name_ko, name_en, line_url, simulated, status, timeout_ms, in_flight_max,
                        net_debit_cap_won, updated_at, version
                 FROM institutions WHERE code = $1",
                values![code],
            )
            .await?;
        row.map(read).transpose()
    }

    /// Adds an institution, or changes it where it exists; its version grows by one.
    pub async fn institution_put(&self, institution: &Institution) -> Result<(), StorageError> {
        let i = institution;
        self.execute(
            "INSERT INTO institutions (code, name_ko, name_en, line_url, simulated, status, timeout_ms,
                                       in_flight_max, net_debit_cap_won, updated_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)
             ON CONFLICT (code) DO UPDATE SET
                 name_ko = excluded.name_ko, name_en = excluded.name_en, line_url = excluded.line_url,
                 simulated = excluded.simulated, status = excluded.status, timeout_ms = excluded.timeout_ms,
                 in_flight_max = excluded.in_flight_max, net_debit_cap_won = excluded.net_debit_cap_won,
                 updated_at = excluded.updated_at, version = institutions.version + 1",
            values![
                &i.code,
                &i.name_ko,
                &i.name_en,
                &i.line_url,
                i.simulated,
                i.status,
                i.timeout_ms,
                i.in_flight_max,
                i.net_debit_cap,
                self.now(),
            ],
        )
        .await?;
        Ok(())
    }
}
