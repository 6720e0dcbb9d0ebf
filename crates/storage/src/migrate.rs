//! The schema: numbered steps that only move forward, the same number on both databases.

use crate::value::{Row, values};
use crate::{Database, Storage, StorageError, postgres, sqlite};

macro_rules! steps {
    ($($number:literal $name:literal),+ $(,)?) => {
        &[$((
            $number,
            include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        )),+]
    };
}

/// Every step: number, text for SQLite, text for PostgreSQL.
const STEPS: &[(i64, &str, &str)] = steps![
    1 "0001_main_job",
    2 "0002_authorization_server",
    3 "0003_position_changes",
    4 "0004_admission",
    5 "0005_inspection",
    6 "0006_admission_bounds",
];

/// The newest schema version this program knows.
pub const SCHEMA_VERSION: i64 = STEPS[STEPS.len() - 1].0;

const VERSIONS_TABLE: &str =
    "CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL)";

impl Storage {
    /// Brings the schema to [`SCHEMA_VERSION`]; the number of steps taken. Each step is one transaction.
    pub async fn migrate(&self) -> Result<usize, StorageError> {
        if self.schema_batch(VERSIONS_TABLE).await.is_err() {
            // PostgreSQL refuses one of two who make the same table at the same moment, in one of several ways.
            self.schema_batch(VERSIONS_TABLE).await?;
        }
        let found = self.schema_version().await?;
        if found > SCHEMA_VERSION {
            return Err(newer(found));
        }
        let missing = STEPS.iter().filter(|(number, ..)| *number > found);
        let mut taken = 0;
        for (number, for_sqlite, for_postgres) in missing {
            let text = match self.0.engine {
                Database::Sqlite(_) => for_sqlite,
                Database::Postgres(_) => for_postgres,
            };
            let now = self.clock().now().0;
            let step = format!(
                "BEGIN; INSERT INTO schema_versions (version, applied_at) VALUES ({number}, {now}); {text} COMMIT;"
            );
            match self.schema_batch(&step).await {
                // Another process took this step at the same moment; the number is written first, so only one does.
                Err(StorageError::Taken { .. }) if self.schema_version().await? >= *number => {}
                done => {
                    done?;
                    taken += 1;
                }
            }
        }
        Ok(taken)
    }

    /// Refuses a schema that is newer or older than this program's.
    pub async fn schema_check(&self) -> Result<(), StorageError> {
        let found = match self.schema_version().await {
            Ok(found) => found,
            Err(StorageError::Failed { cause, .. }) if cause.contains("schema_versions") => 0,
            Err(error) => return Err(error),
        };
        if found > SCHEMA_VERSION {
            return Err(newer(found));
        }
        if found < SCHEMA_VERSION {
            let advice = "run `naru migrate` first";
            return Err(StorageError::Schema {
                found,
                known: SCHEMA_VERSION,
                advice,
            });
        }
        Ok(())
    }

    /// The version of the schema; 0 when nothing was applied.
    async fn schema_version(&self) -> Result<i64, StorageError> {
        self.read("schema_version", async |tx| {
            let row = tx
                .query_opt("SELECT MAX(version) FROM schema_versions", values![])
                .await?;
            let version: Option<i64> = row.map_or(Ok(None), |mut row: Row| row.next())?;
            Ok(version.unwrap_or(0))
        })
        .await
    }

    async fn schema_batch(&self, sql: &str) -> Result<(), StorageError> {
        const NAME: &str = "schema_migrate";
        match &self.0.engine {
            Database::Sqlite(engine) => {
                let turn = engine.turn_between_groups().await;
                let turn = turn.map_err(|error| sqlite::failure(NAME, &error))?;
                let done = turn.connection().execute_batch(sql);
                if done.is_err() && !turn.connection().is_autocommit() {
                    let _ = turn.connection().execute_batch("ROLLBACK");
                }
                done.map_err(|error| sqlite::failure(NAME, &error))
            }
            Database::Postgres(pool) => {
                let object = crate::checkout(pool, NAME).await?;
                let done = object.batch_execute(sql).await;
                if done.is_err() {
                    let _ = object.batch_execute("ROLLBACK").await;
                }
                done.map_err(|error| postgres::failure(NAME, &error))
            }
        }
    }

    /// Whether the database answers: for the readiness check.
    pub async fn ping(&self) -> Result<(), StorageError> {
        self.read("ping", async |tx| {
            let row = tx.query_opt("SELECT 1", values![]).await?;
            row.map(|_| ())
                .ok_or_else(|| StorageError::corrupt("the database gave no row"))
        })
        .await
    }
}

const fn newer(found: i64) -> StorageError {
    let advice = "this program is too old for it; use the newer one";
    StorageError::Schema {
        found,
        known: SCHEMA_VERSION,
        advice,
    }
}
