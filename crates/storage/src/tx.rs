//! A named transaction, or a read: the only way to reach the database.
//!
//! The statements themselves stand in one module per noun, as methods on [`Tx`].

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use naru_core::{Action, Actor, Chance, Timestamp, TrailId};
use naru_crypto::Keyring;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::attempt::BoxFuture;
use crate::postgres::{self, Session};
use crate::rows::{self, Late, Work};
use crate::sqlite::{self, Reader, Turn};
use crate::value::{Row, Value, values};
use crate::{Storage, StorageError};

/// Late writes of one transaction at most.
const LATE_MAX: usize = 10_000;

/// A transaction in progress. Cheap to clone within the closure that received it; useless after it.
#[derive(Clone)]
pub struct Tx(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) name: &'static str,
    pub(crate) actor: String,
    pub(crate) now: Timestamp,
    pub(crate) storage: Storage,
    pub(crate) engine: Engine,
    wrote: AtomicBool,
    traced: AtomicBool,
    retry: AtomicBool,
    /// Statements that failed or were given up midway.
    unfinished: AtomicUsize,
    late: Mutex<Vec<Late>>,
}

pub(crate) enum Engine {
    /// A turn on SQLite's writer; gone once the transaction has ended.
    Turn(Mutex<Option<Turn>>),
    /// A reader beside the writer.
    Reader(Mutex<Reader>),
    /// A connection to PostgreSQL.
    Session(Session),
}

impl Drop for Inner {
    /// A transaction whose caller went away in the middle is undone.
    fn drop(&mut self) {
        let reads_only = self.is_read();
        if let Engine::Turn(turn) = &mut self.engine
            && let Some(turn) = turn.get_mut().unwrap_or_else(PoisonError::into_inner).take()
            && !reads_only
        {
            let _ = sqlite::undo(&turn);
        }
    }
}

/// The actor of a read: it writes nothing.
pub(crate) const READ: &str = "read";
/// The actor of a write that needs no trail.
pub(crate) const RECORD: &str = "hub:record";

impl Inner {
    pub(crate) fn new(name: &'static str, actor: String, storage: &Storage, engine: Engine) -> Self {
        Self {
            name,
            actor,
            now: storage.clock().now(),
            storage: storage.clone(),
            engine,
            wrote: AtomicBool::new(false),
            traced: AtomicBool::new(false),
            retry: AtomicBool::new(false),
            unfinished: AtomicUsize::new(0),
            late: Mutex::default(),
        }
    }

    /// Whether it may only read.
    fn is_read(&self) -> bool {
        self.actor == READ
    }

    /// Whether a statement failed or was given up midway. PostgreSQL undoes such a transaction whatever the closure
    /// makes of the error, so that it must not end well on SQLite either.
    fn has_failed(&self) -> bool {
        self.unfinished.load(Ordering::Relaxed) > 0
    }

    /// Counts a statement as unfinished until it has gone well.
    async fn finish<T>(&self, statement: impl Future<Output = Result<T, StorageError>>) -> Result<T, StorageError> {
        self.unfinished.fetch_add(1, Ordering::Relaxed);
        let done = statement.await;
        if done.is_ok() {
            self.unfinished.fetch_sub(1, Ordering::Relaxed);
        }
        done
    }

    /// Why it is undone even where its closure went well.
    pub(crate) fn refusal(&self) -> Option<StorageError> {
        if self.has_failed() {
            return Some(StorageError::Failed {
                transaction: self.name,
                cause: "a statement failed and the transaction went on".to_owned(),
            });
        }
        let untraced = self.wrote() && !self.traced.load(Ordering::Relaxed) && self.actor != RECORD;
        untraced.then_some(StorageError::Untraced(self.name))
    }

    /// Whether it wrote anything at all.
    pub(crate) fn wrote(&self) -> bool {
        self.wrote.load(Ordering::Relaxed)
    }

    /// Whether the server asked to try again.
    pub(crate) fn wants_retry(&self) -> bool {
        self.retry.load(Ordering::Relaxed)
    }

    /// The writes that travel with the commit.
    pub(crate) fn take_late(&self) -> Vec<Work> {
        let late = std::mem::take(&mut *self.late.lock().expect("queueing a write does not panic"));
        rows::gathered(late)
    }
}

impl Tx {
    /// The moment at which the transaction began; every row it writes carries the same one.
    pub fn now(&self) -> Timestamp {
        self.0.now
    }

    /// Chance, for ids that are made inside the transaction.
    pub fn chance(&self) -> &Chance {
        self.0.storage.chance()
    }

    /// Leaves a row in the trail: what was done, to whom, and a few ids, codes or amounts that tell more.
    pub async fn trail(
        &self,
        action: Action,
        subject: impl std::fmt::Display,
        details: impl Serialize,
    ) -> Result<(), StorageError> {
        self.0.traced.store(true, Ordering::Relaxed);
        let id = TrailId::new(self.0.now, self.0.storage.chance());
        let details = serde_json::to_string(&details).map_err(StorageError::corrupt)?;
        let row = values![
            id,
            self.0.now,
            &self.0.actor,
            self.0.name,
            action,
            subject.to_string(),
            details
        ];
        self.row_later(
            "INSERT INTO trail (id, at, actor, transaction_name, action, subject, details)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            row,
        )
    }

    /// A write whose effect on other rows decides something: runs now, gives the number of rows it changed.
    pub(crate) fn execute(&self, sql: &'static str, values: Vec<Value>) -> BoxFuture<'_, Result<u64, StorageError>> {
        Box::pin(async move {
            self.may_write()?;
            let run = async {
                match &self.0.engine {
                    Engine::Turn(turn) => self.on_turn(turn, |c| sqlite::execute(c, sql, &values)),
                    Engine::Reader(_) => Err(self.refuse_write()),
                    Engine::Session(session) => {
                        session.execute(sql, &values).await.map_err(|error| self.failed(&error))
                    }
                }
            };
            let changed = self.0.finish(run).await?;
            if changed > 0 {
                self.0.wrote.store(true, Ordering::Relaxed);
            }
            Ok(changed)
        })
    }

    /// A write that decides nothing: it may travel with the commit, and its failure fails the commit.
    pub(crate) fn later(&self, sql: &'static str, values: Vec<Value>) -> Result<(), StorageError> {
        self.write_late(sql, values, Late::One)
    }

    /// The same for one row of a statement as [`rows`] has them: the rows of a transaction travel together.
    pub(crate) fn row_later(&self, sql: &'static str, values: Vec<Value>) -> Result<(), StorageError> {
        self.write_late(sql, values, Late::Row)
    }

    fn write_late(
        &self,
        sql: &'static str,
        values: Vec<Value>,
        late_of: fn(&'static str, Vec<Value>) -> Late,
    ) -> Result<(), StorageError> {
        self.may_write()?;
        self.0.wrote.store(true, Ordering::Relaxed);
        match &self.0.engine {
            Engine::Turn(turn) => {
                let done = self.on_turn(turn, |c| sqlite::execute(c, sql, &values));
                if done.is_err() {
                    self.0.unfinished.fetch_add(1, Ordering::Relaxed);
                }
                done.map(|_| ())
            }
            Engine::Reader(_) => Err(self.refuse_write()),
            Engine::Session(_) => {
                let mut late = self.0.late.lock().expect("queueing a write does not panic");
                if late.len() >= LATE_MAX {
                    let cause = format!("more than {LATE_MAX} late writes");
                    return Err(StorageError::Failed {
                        transaction: self.0.name,
                        cause,
                    });
                }
                late.push(late_of(sql, values));
                Ok(())
            }
        }
    }

    /// A write that gives rows back.
    pub(crate) async fn returning(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StorageError> {
        self.may_write()?;
        let rows = self.query(sql, values).await?;
        if !rows.is_empty() {
            self.0.wrote.store(true, Ordering::Relaxed);
        }
        Ok(rows)
    }

    /// A write that gives rows back, of a statement as [`rows`] has them.
    pub(crate) async fn rows_returning(
        &self,
        sql: &'static str,
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<Row>, StorageError> {
        self.may_write()?;
        let rows = self.rows_query(sql, rows).await?;
        if !rows.is_empty() {
            self.0.wrote.store(true, Ordering::Relaxed);
        }
        Ok(rows)
    }

    /// The same for statements that must stand by themselves, one a row.
    pub(crate) async fn each_returning(
        &self,
        sql: &'static str,
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<Row>, StorageError> {
        self.may_write()?;
        let works = rows.into_iter().map(|values| (sql.into(), values)).collect();
        let rows = self.query_all(works).await?;
        if !rows.is_empty() {
            self.0.wrote.store(true, Ordering::Relaxed);
        }
        Ok(rows)
    }

    /// A read of a statement as [`rows`] has them.
    pub(crate) async fn rows_query(&self, sql: &'static str, rows: Vec<Vec<Value>>) -> Result<Vec<Row>, StorageError> {
        let works = match &self.0.engine {
            Engine::Session(_) => rows::statements(sql, rows),
            Engine::Turn(_) | Engine::Reader(_) => rows.into_iter().map(|values| (sql.into(), values)).collect(),
        };
        self.query_all(works).await
    }

    /// The rows of several statements, which travel together.
    fn query_all(&self, works: Vec<Work>) -> BoxFuture<'_, Result<Vec<Row>, StorageError>> {
        Box::pin(async move {
            let run = async {
                match &self.0.engine {
                    Engine::Turn(turn) => self.on_turn(turn, |c| sqlite::query_all(c, &works)),
                    Engine::Reader(reader) => {
                        let reader = reader.lock().expect("a read does not panic");
                        let rows = sqlite::query_all(reader.connection(), &works);
                        rows.map_err(|error| sqlite::failure(self.0.name, &error))
                    }
                    Engine::Session(session) => session.query_all(&works).await.map_err(|error| self.failed(&error)),
                }
            };
            self.0.finish(run).await
        })
    }

    /// A read of many rows; the statement itself bounds them.
    pub(crate) fn query(&self, sql: &'static str, values: Vec<Value>) -> BoxFuture<'_, Result<Vec<Row>, StorageError>> {
        Box::pin(async move {
            let run = async {
                match &self.0.engine {
                    Engine::Turn(turn) => self.on_turn(turn, |c| sqlite::query(c, sql, &values)),
                    Engine::Reader(reader) => {
                        let reader = reader.lock().expect("a read does not panic");
                        let rows = sqlite::query(reader.connection(), sql, &values);
                        rows.map_err(|error| sqlite::failure(self.0.name, &error))
                    }
                    Engine::Session(session) => session.query(sql, &values).await.map_err(|error| self.failed(&error)),
                }
            };
            self.0.finish(run).await
        })
    }

    /// A read of one row at most.
    pub(crate) async fn query_opt(&self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>, StorageError> {
        Ok(self.query(sql, values).await?.into_iter().next())
    }

    fn on_turn<T>(
        &self,
        turn: &Mutex<Option<Turn>>,
        work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StorageError> {
        let turn = turn.lock().expect("a statement does not panic");
        let Some(writer) = turn.as_ref() else {
            let cause = "the transaction has ended".to_owned();
            return Err(StorageError::Failed {
                transaction: self.0.name,
                cause,
            });
        };
        if writer.connection().is_autocommit() && !self.0.is_read() {
            // Outside the group's transaction a write would stand by itself at once.
            let cause = "the database gave up the transaction".to_owned();
            return Err(StorageError::Failed {
                transaction: self.0.name,
                cause,
            });
        }
        work(writer.connection()).map_err(|error| sqlite::failure(self.0.name, &error))
    }

    fn may_write(&self) -> Result<(), StorageError> {
        if self.0.is_read() {
            Err(self.refuse_write())
        } else {
            Ok(())
        }
    }

    fn refuse_write(&self) -> StorageError {
        StorageError::Failed {
            transaction: self.0.name,
            cause: "a read cannot write".to_owned(),
        }
    }

    fn failed(&self, error: &tokio_postgres::Error) -> StorageError {
        if postgres::is_retryable(error) {
            self.0.retry.store(true, Ordering::Relaxed);
        }
        postgres::failure(self.0.name, error)
    }

    fn keyring(&self) -> &Keyring {
        self.0.storage.keyring()
    }

    /// Seals a value for a column.
    pub(crate) fn seal(&self, column: &str, value: &impl Serialize) -> Result<Vec<u8>, StorageError> {
        let plain = serde_json::to_vec(value).map_err(StorageError::corrupt)?;
        Ok(self.keyring().seal(column, &plain))
    }

    /// Opens a sealed column.
    pub(crate) fn open<T: DeserializeOwned>(&self, column: &str, sealed: &[u8]) -> Result<T, StorageError> {
        let plain = self.keyring().open(column, sealed).map_err(StorageError::corrupt)?;
        serde_json::from_slice(&plain).map_err(StorageError::corrupt)
    }

    /// The blind index of a value.
    pub(crate) fn blind(&self, column: &str, value: &str) -> Vec<u8> {
        self.keyring().blind(column, value.as_bytes())
    }
}

/// In whose name a transaction writes.
pub(crate) fn actor_text(actor: &Actor) -> String {
    actor.to_string()
}
