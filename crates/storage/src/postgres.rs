//! PostgreSQL: a bounded pool, statements prepared once per connection, and as few round trips as the work allows:
//! `BEGIN` travels with the first statement, and writes that decide nothing travel with `COMMIT`.

use std::time::Duration;

use bytes::BytesMut;
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, QueueMode, RecyclingMethod, Runtime};
use futures_util::future::{join, join_all};
use tokio_postgres::error::{Severity, SqlState};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{NoTls, Statement};

use crate::StorageError;
use crate::rows::Work;
use crate::value::{Row, Value};

/// Nobody waits longer than this for a connection.
const WAIT: Duration = Duration::from_secs(5);

/// Every statement goes by keys, and a plan is made once per connection: it must not be one that was right while the
/// tables were still empty.
const PLANNING: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off;
    SET enable_mergejoin = off; SET enable_material = off; SET jit = off";

/// Opens a pool on `key=value` or URL settings. `sslmode=require` asks for TLS, verified against the given roots.
pub(crate) fn open(settings: &str, connections: usize, roots_pem: Option<&[u8]>) -> Result<Pool, String> {
    let config: tokio_postgres::Config = settings
        .parse()
        .map_err(|error| format!("database settings: {error}"))?;
    let recycle = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = match roots_pem {
        None => Manager::from_config(config, NoTls, recycle),
        Some(pem) => Manager::from_config(config, tls(pem)?, recycle),
    };
    Pool::builder(manager)
        .post_create(Hook::async_fn(|client, _| {
            Box::pin(async move { client.batch_execute(PLANNING).await.map_err(HookError::Backend) })
        }))
        .max_size(connections)
        // The connection that was used last: it has its plans ready, and few are needed.
        .queue_mode(QueueMode::Lifo)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(WAIT))
        .build()
        .map_err(|error| error.to_string())
}

fn tls(roots_pem: &[u8]) -> Result<tokio_postgres_rustls::MakeRustlsConnect, String> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(roots_pem) {
        let certificate = certificate.map_err(|error| format!("database roots: {error}"))?;
        roots
            .add(certificate)
            .map_err(|error| format!("database roots: {error}"))?;
    }
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(tokio_postgres_rustls::MakeRustlsConnect::new(config))
}

/// One transaction's hold on a connection. Dropped before its end, the connection is closed, which undoes everything.
pub(crate) struct Session {
    object: Option<Object>,
    begun: std::sync::atomic::AtomicBool,
    reads_only: bool,
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(object) = self.object.take()
            && !self.reads_only
        {
            drop(Object::take(object));
        }
    }
}

impl Session {
    pub(crate) const fn new(object: Object, reads_only: bool) -> Self {
        Self {
            object: Some(object),
            begun: std::sync::atomic::AtomicBool::new(false),
            reads_only,
        }
    }

    fn object(&self) -> &Object {
        self.object
            .as_ref()
            .expect("a session keeps its connection until its end")
    }

    async fn prepare(&self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        self.object().prepare_cached(sql).await
    }

    /// Runs a statement, behind `BEGIN` in the same packet if it is the transaction's first.
    async fn first<T>(
        &self,
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, tokio_postgres::Error> {
        use std::sync::atomic::Ordering;
        if self.reads_only || self.begun.swap(true, Ordering::Relaxed) {
            return work.await;
        }
        let (begun, done) = join(self.object().batch_execute("BEGIN"), work).await;
        begun?;
        done
    }

    pub(crate) async fn execute(&self, sql: &str, values: &[Value]) -> Result<u64, tokio_postgres::Error> {
        let statement = self.prepare(sql).await?;
        let references: Vec<&(dyn ToSql + Sync)> = values.iter().map(|v| v as &(dyn ToSql + Sync)).collect();
        self.first(self.object().execute(&statement, &references)).await
    }

    pub(crate) async fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, tokio_postgres::Error> {
        let statement = self.prepare(sql).await?;
        let references: Vec<&(dyn ToSql + Sync)> = values.iter().map(|v| v as &(dyn ToSql + Sync)).collect();
        let rows = self.first(self.object().query(&statement, &references)).await?;
        rows.iter().map(read_row).collect()
    }

    /// Sends statements together and gives the rows of all of them; the first error is told.
    pub(crate) async fn query_all(&self, works: &[Work]) -> Result<Vec<Row>, tokio_postgres::Error> {
        let mut statements = Vec::with_capacity(works.len());
        for (sql, _) in works {
            statements.push(self.prepare(sql).await?);
        }
        let object = self.object();
        let queries = join_all(statements.iter().zip(works).map(|(statement, (_, values))| async move {
            let references: Vec<&(dyn ToSql + Sync)> = values.iter().map(|v| v as &(dyn ToSql + Sync)).collect();
            object.query(statement, &references).await
        }));
        let mut rows = Vec::new();
        for found in self.first(async { Ok(queries.await) }).await? {
            for row in &found? {
                rows.push(read_row(row)?);
            }
        }
        Ok(rows)
    }

    /// Ends the transaction: the late writes and `COMMIT` leave together. An error of a late write has undone
    /// everything (PostgreSQL answers `COMMIT` of a failed transaction with a rollback); an error of `COMMIT` itself
    /// without a word from the server means that nobody knows.
    pub(crate) async fn commit(&mut self, late: &[Work]) -> Result<(), CommitError> {
        if self.reads_only {
            return Ok(());
        }
        let mut statements = Vec::with_capacity(late.len());
        for (sql, _) in late {
            statements.push(self.prepare(sql).await.map_err(CommitError::Undone)?);
        }
        let object = self.object();
        let begin = !self.begun.load(std::sync::atomic::Ordering::Relaxed);
        if begin {
            object.batch_execute("BEGIN").await.map_err(CommitError::Undone)?;
        }
        let writes = join_all(statements.iter().zip(late).map(|(statement, (_, values))| async move {
            let references: Vec<&(dyn ToSql + Sync)> = values.iter().map(|v| v as &(dyn ToSql + Sync)).collect();
            object.execute(statement, &references).await
        }));
        let (written, committed) = join(writes, object.batch_execute("COMMIT")).await;
        for write in written {
            match write {
                Err(error) if error.as_db_error().is_some() => return Err(CommitError::Undone(error)),
                Err(error) => return Err(CommitError::Unknown(error)),
                Ok(_) => {}
            }
        }
        match committed {
            Err(error) if says_undone(&error) => return Err(CommitError::Undone(error)),
            Err(error) => return Err(CommitError::Unknown(error)),
            Ok(()) => {}
        }
        drop(self.object.take());
        Ok(())
    }

    /// Undoes the transaction and gives the connection back if that worked.
    pub(crate) async fn rollback(&mut self) {
        let begun = self.begun.load(std::sync::atomic::Ordering::Relaxed);
        if !begun || self.object().batch_execute("ROLLBACK").await.is_ok() {
            drop(self.object.take());
        }
    }
}

/// How a commit failed.
pub(crate) enum CommitError {
    /// Nothing was written.
    Undone(tokio_postgres::Error),
    /// It may or may not have been written.
    Unknown(tokio_postgres::Error),
}

/// Whether an error of `COMMIT` means that nothing was written. A server that is shut down, or a cluster that lost the
/// answer, says so too, and may have committed before.
fn says_undone(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|db| {
        let fatal = matches!(db.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
        !fatal && *db.code() != SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
    })
}

/// Whether the server asks to try the whole transaction again: serialization failure, deadlock.
pub(crate) fn is_retryable(error: &tokio_postgres::Error) -> bool {
    error
        .code()
        .is_some_and(|code| *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED)
}

/// The database's words for an error, told apart where callers do something about it.
pub(crate) fn failure(transaction: &'static str, error: &tokio_postgres::Error) -> StorageError {
    if error.code() == Some(&SqlState::UNIQUE_VIOLATION) {
        return StorageError::Taken { transaction };
    }
    let cause = error
        .as_db_error()
        .map_or_else(|| error.to_string(), |db| db.message().to_owned());
    StorageError::Failed { transaction, cause }
}

fn read_row(row: &tokio_postgres::Row) -> Result<Row, tokio_postgres::Error> {
    let mut columns = Vec::with_capacity(row.len());
    for (i, column) in row.columns().iter().enumerate() {
        columns.push(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(i)?.map_or(Value::Null, Value::Int),
            Type::INT4 => row
                .try_get::<_, Option<i32>>(i)?
                .map_or(Value::Null, |n| Value::Int(i64::from(n))),
            Type::BOOL => row.try_get::<_, Option<bool>>(i)?.map_or(Value::Null, Value::from),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(i)?.map_or(Value::Null, Value::Bytes),
            _ => row.try_get::<_, Option<String>>(i)?.map_or(Value::Null, Value::Text),
        });
    }
    Ok(Row::new(columns))
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Self::Int(number) => number.to_sql(ty, out),
            Self::Text(text) => text.as_str().to_sql(ty, out),
            Self::Bytes(bytes) => bytes.as_slice().to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
