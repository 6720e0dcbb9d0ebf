//! SQLite: one writer whose queued transactions share a commit, and readers beside it.
//!
//! A transaction takes its turn on the writer's connection, runs inside a savepoint of the open group, and is undone
//! alone if it fails. The first one of a group starts a committer, which queues for its own turn behind everybody who
//! is already waiting; their work shares one `fsync`. Nobody hears of success before that commit has returned.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};
use tokio::sync::{Mutex as TurnLock, OwnedMutexGuard, watch};

use crate::StorageError;
use crate::value::{Row, Value};

/// A reader waits this long for a connection that another process holds.
const BUSY: Duration = Duration::from_secs(5);
/// Idle reading connections kept at most.
const READERS_MAX: usize = 8;
/// Prepared statements kept per connection.
const STATEMENTS_MAX: usize = 128;

type CommitResult = Option<Result<(), String>>;

/// The writer's connection and the group it is filling.
pub(crate) struct Writer {
    connection: Connection,
    group: Option<watch::Sender<CommitResult>>,
}

/// The turn of one transaction on the writer.
pub(crate) type Turn = OwnedMutexGuard<Writer>;

pub(crate) struct Sqlite {
    /// `None` for a database in memory, whose only connection reads as well.
    path: Option<PathBuf>,
    writer: Arc<TurnLock<Writer>>,
    readers: Arc<Mutex<Vec<Connection>>>,
}

/// A connection to read from; given back when dropped.
pub(crate) struct Reader {
    connection: Option<Connection>,
    home: Arc<Mutex<Vec<Connection>>>,
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut home = self.home.lock().expect("giving back a connection does not panic");
        if home.len() < READERS_MAX {
            home.extend(self.connection.take());
        }
    }
}

impl Reader {
    pub(crate) fn connection(&self) -> &Connection {
        self.connection
            .as_ref()
            .expect("a reader keeps its connection until it is dropped")
    }
}

impl Sqlite {
    /// Opens a file, or a database in memory for tests.
    pub(crate) fn open(path: Option<&Path>) -> rusqlite::Result<Self> {
        let connection = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        if path.is_some() {
            connection.pragma_update(None, "journal_mode", "WAL")?;
        }
        configure(&connection)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
        let writer = Writer {
            connection,
            group: None,
        };
        Ok(Self {
            path: path.map(Path::to_path_buf),
            writer: Arc::new(TurnLock::new(writer)),
            readers: Arc::default(),
        })
    }

    /// Waits for a turn on the writer and opens a savepoint in the group; starts the group and its committer if it
    /// is the first.
    pub(crate) async fn turn(&self) -> rusqlite::Result<Turn> {
        let mut turn = Arc::clone(&self.writer).lock_owned().await;
        if turn.group.is_none() {
            turn.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            turn.group = Some(watch::Sender::new(None));
            tokio::spawn(commit(Arc::clone(&self.writer), self.path.is_some()));
        }
        turn.connection.prepare_cached("SAVEPOINT one")?.execute([])?;
        Ok(turn)
    }

    /// Whether reads share the writer's connection.
    pub(crate) const fn reads_through_writer(&self) -> bool {
        self.path.is_none()
    }

    /// A turn to read on the writer's connection.
    pub(crate) async fn writer_turn(&self) -> Turn {
        Arc::clone(&self.writer).lock_owned().await
    }

    /// A connection to read from.
    pub(crate) fn reader(&self) -> rusqlite::Result<Reader> {
        let idle = self.readers.lock().expect("taking a connection does not panic").pop();
        let connection = match (idle, &self.path) {
            (Some(connection), _) => connection,
            (None, Some(path)) => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let connection = Connection::open_with_flags(path, flags)?;
                configure(&connection)?;
                connection
            }
            (None, None) => return Err(rusqlite::Error::InvalidPath(PathBuf::from(":memory:"))),
        };
        Ok(Reader {
            connection: Some(connection),
            home: Arc::clone(&self.readers),
        })
    }
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(())
}

/// Commits the open group once everybody who was waiting before has had a turn.
async fn commit(writer: Arc<TurnLock<Writer>>, on_disk: bool) {
    let mut turn = writer.lock_owned().await;
    let run = move || {
        let Some(group) = turn.group.take() else { return };
        let committed = turn
            .connection
            .prepare_cached("COMMIT")
            .and_then(|mut commit| commit.execute([]));
        let result = committed.map(|_| ()).map_err(|error| error.to_string());
        if result.is_err() {
            // A failed COMMIT leaves the transaction open; everybody in it hears that nothing was written.
            let _ = turn.connection.execute_batch("ROLLBACK");
        }
        drop(turn);
        group.send_replace(Some(result));
    };
    if on_disk {
        // The wait for the disk happens on a thread of its own. A panic there would leave the group's members
        // without a sender, which they take for a failed commit.
        let _ = tokio::task::spawn_blocking(run).await;
    } else {
        run();
    }
}

/// Ends a turn: keeps or undoes the savepoint, and gives what tells when the group has committed.
pub(crate) fn end_turn(turn: Turn, keep: bool) -> rusqlite::Result<watch::Receiver<CommitResult>> {
    if keep {
        turn.connection.prepare_cached("RELEASE one")?.execute([])?;
    } else {
        undo(&turn)?;
    }
    let group = turn.group.as_ref().ok_or(rusqlite::Error::InvalidQuery)?;
    Ok(group.subscribe())
}

/// Undoes the savepoint of a turn.
pub(crate) fn undo(turn: &Turn) -> rusqlite::Result<()> {
    turn.connection.prepare_cached("ROLLBACK TO one")?.execute([])?;
    turn.connection.prepare_cached("RELEASE one")?.execute([])?;
    Ok(())
}

/// Waits until the group has committed.
pub(crate) async fn committed(mut group: watch::Receiver<CommitResult>) -> Result<(), String> {
    match group.wait_for(Option::is_some).await {
        Ok(result) => result.clone().unwrap_or(Ok(())),
        Err(_) => Err("the commit was given up".to_owned()),
    }
}

impl Writer {
    pub(crate) const fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Runs a statement that gives no rows; the number of rows it changed.
pub(crate) fn execute(connection: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached(sql)?;
    statement
        .execute(rusqlite::params_from_iter(values))
        .map(|rows| rows as u64)
}

/// Runs a statement that gives rows.
pub(crate) fn query(connection: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    let width = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Vec::with_capacity(width);
        for column in 0..width {
            columns.push(match row.get_ref(column)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
                ValueRef::Real(_) => return Err(rusqlite::Error::InvalidQuery),
            });
        }
        found.push(Row::new(columns));
    }
    Ok(found)
}

/// The database's words for an error, told apart where callers do something about it.
pub(crate) fn failure(transaction: &'static str, error: &rusqlite::Error) -> StorageError {
    match error {
        rusqlite::Error::SqliteFailure(code, _) if matches!(code.extended_code, 1555 | 2067) =>
        // PRIMARYKEY, UNIQUE
        {
            StorageError::Taken { transaction }
        }
        _ => StorageError::Failed {
            transaction,
            cause: error.to_string(),
        },
    }
}
