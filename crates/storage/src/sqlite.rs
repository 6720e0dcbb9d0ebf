//! SQLite: one writer whose queued transactions share a commit, and readers beside it.
//!
//! A transaction takes its turn on the writer's connection, runs inside a savepoint of the open group, and is undone
//! alone if it fails. The first one of a group starts a committer, which queues for its own turn behind everybody who
//! is already waiting; their work shares one `fsync`. Nobody hears of success before that commit has returned.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};
use tokio::sync::{Mutex as TurnLock, OwnedMutexGuard, oneshot};

use crate::StorageError;
use crate::rows::Work;
use crate::value::{Row, Value};

/// A reader, a commit and a step of the schema wait this long for a lock that another process holds.
const BUSY: Duration = Duration::from_secs(5);
/// A group that cannot begin because another process writes tries again after this …
const BEGIN_PAUSE: Duration = Duration::from_millis(5);
/// … and so often.
const BEGIN_TRIES: u32 = 1_000;
/// Nobody waits longer than this for a turn: a transaction that waits for itself ends here.
const WAIT: Duration = Duration::from_secs(10);
/// Idle reading connections kept at most.
const READERS_MAX: usize = 8;
/// Prepared statements kept per connection.
const STATEMENTS_MAX: usize = 128;

/// Why a group was not committed.
#[derive(Debug, Clone)]
pub(crate) enum NotCommitted {
    /// Nothing was written.
    Undone(String),
    /// The disk failed in the middle: it may come back after a crash.
    Unknown(String),
}

type CommitResult = Result<(), NotCommitted>;
/// Tells one member of a group what became of it.
pub(crate) type Committed = oneshot::Receiver<CommitResult>;

/// The writer's connection and the group it is filling.
pub(crate) struct Writer {
    connection: Connection,
    /// Whoever waits for the open group's commit, in the order of their turns: in that order they hear of it, so that
    /// one seed is one run.
    group: Option<Vec<oneshot::Sender<CommitResult>>>,
    /// Whether a member of the group has written and kept it.
    dirty: bool,
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
            Some(path) => {
                crate::file::make_private(path);
                Connection::open(path)?
            }
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
            dirty: false,
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
        let mut turn = self.writer_turn().await?;
        turn.heal();
        if turn.group.is_none() {
            turn = begin(turn).await?;
            turn.group = Some(Vec::new());
            turn.dirty = false;
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
    pub(crate) async fn writer_turn(&self) -> rusqlite::Result<Turn> {
        let turn = tokio::time::timeout(WAIT, Arc::clone(&self.writer).lock_owned()).await;
        turn.map_err(|_| busy(format!("no turn on the writer within {} s", WAIT.as_secs())))
    }

    /// A turn on the writer's connection between two groups: for the steps of the schema.
    pub(crate) async fn turn_between_groups(&self) -> rusqlite::Result<Turn> {
        loop {
            let mut turn = self.writer_turn().await?;
            turn.heal();
            if turn.group.is_none() {
                return Ok(turn);
            }
            drop(turn);
            tokio::task::yield_now().await;
        }
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
    // A statement's plan does not depend on its values: else joins are planned anew at every call.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn busy(cause: String) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), Some(cause))
}

/// Begins a group's transaction. While another process writes, the runtime's thread is not held up.
async fn begin(turn: Turn) -> rusqlite::Result<Turn> {
    for _ in 0..BEGIN_TRIES {
        match turn.begin() {
            Ok(()) => return Ok(turn),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
            Err(error) => return Err(error),
        }
        tokio::time::sleep(BEGIN_PAUSE).await;
    }
    Err(busy("another process did not stop writing".to_owned()))
}

/// Commits the open group once everybody who was waiting before has had a turn.
async fn commit(writer: Arc<TurnLock<Writer>>, on_disk: bool) {
    let mut turn = writer.lock_owned().await;
    let run = move || {
        let Some(group) = turn.group.take() else { return };
        // Nobody waits for a group in which nothing was kept, and the disk need not either.
        let committed = turn.run(if turn.dirty { "COMMIT" } else { "ROLLBACK" });
        let result = committed.map_err(|error| not_committed(&error));
        if result.is_err() {
            // A failed COMMIT leaves the transaction open; everybody in it hears that nothing was written.
            let _ = turn.connection.execute_batch("ROLLBACK");
        }
        drop(turn);
        tell(group, &result);
    };
    if on_disk {
        // The wait for the disk happens on a thread of its own. A panic there would leave the group's members
        // without a sender, which they take for a failed commit.
        let _ = tokio::task::spawn_blocking(run).await;
    } else {
        run();
    }
}

fn not_committed(error: &rusqlite::Error) -> NotCommitted {
    let cause = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::SystemIoFailure) => NotCommitted::Unknown(cause),
        _ => NotCommitted::Undone(cause),
    }
}

/// What becomes of a turn's writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// They stay.
    Keep,
    /// There were none.
    Clean,
    /// They are undone.
    Undo,
}

/// Ends a turn. Gives what tells when the group has committed, if anything was written in it: what this turn has
/// read, and even why it failed, may come from a neighbour who is not yet committed.
pub(crate) fn end_turn(mut turn: Turn, end: End) -> rusqlite::Result<Option<Committed>> {
    if end == End::Undo {
        undo(&turn)?;
    } else if let Err(error) = turn.run("RELEASE one") {
        let _ = undo(&turn);
        return Err(error);
    }
    turn.dirty |= end == End::Keep;
    let is_dirty = turn.dirty;
    let group = turn.group.as_mut().ok_or(rusqlite::Error::InvalidQuery)?;
    Ok(is_dirty.then(|| {
        let (member, committed) = oneshot::channel();
        group.push(member);
        committed
    }))
}

/// Undoes the savepoint of a turn; where that fails, the whole group, so that no half of a turn is committed.
pub(crate) fn undo(turn: &Turn) -> rusqlite::Result<()> {
    let undone = turn.run("ROLLBACK TO one").and_then(|()| turn.run("RELEASE one"));
    if undone.is_err() && !turn.connection.is_autocommit() {
        turn.run("ROLLBACK")?;
    }
    undone
}

/// Waits until the group has committed.
pub(crate) async fn committed(group: Committed) -> CommitResult {
    let given_up = |_| Err(NotCommitted::Unknown("the commit was given up".to_owned()));
    group.await.unwrap_or_else(given_up)
}

/// Tells every member of a group; one that has gone away need not hear it.
fn tell(group: Vec<oneshot::Sender<CommitResult>>, result: &CommitResult) {
    for member in group {
        let _ = member.send(result.clone());
    }
}

impl Writer {
    pub(crate) const fn connection(&self) -> &Connection {
        &self.connection
    }

    fn run(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(|_| ())
    }

    fn begin(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(Duration::ZERO)?;
        let begun = self.run("BEGIN IMMEDIATE");
        self.connection.busy_timeout(BUSY)?;
        begun
    }

    /// Brings connection and group together again. A full disk or a failing one makes SQLite give up the whole
    /// transaction: its group hears that nothing was written. A transaction without a group was left behind by a
    /// commit that could neither be done nor undone.
    fn heal(&mut self) {
        if !self.connection.is_autocommit() {
            if self.group.is_none() {
                let _ = self.run("ROLLBACK");
            }
        } else if let Some(group) = self.group.take() {
            let lost = NotCommitted::Undone("the database gave up the transaction".to_owned());
            tell(group, &Err(lost));
        }
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
    bind(&mut statement, values)?;
    statement.raw_execute().map(|rows| rows as u64)
}

/// Gives `$1` the first value, and so on. SQLite takes `$1` for a name and counts parameters as they first occur.
fn bind(statement: &mut rusqlite::Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    let count = statement.parameter_count();
    if count != values.len() {
        return Err(rusqlite::Error::InvalidParameterCount(values.len(), count));
    }
    for at in 1..=count {
        let name = statement.parameter_name(at).unwrap_or_default();
        let number = name.strip_prefix('$').and_then(|number| number.parse::<usize>().ok());
        let value = number.and_then(|number| values.get(number.checked_sub(1)?));
        let value = value.ok_or_else(|| rusqlite::Error::InvalidParameterName(name.to_owned()))?;
        statement.raw_bind_parameter(at, value)?;
    }
    Ok(())
}

/// Runs a statement that gives rows.
pub(crate) fn query(connection: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    let width = statement.column_count();
    bind(&mut statement, values)?;
    let mut rows = statement.raw_query();
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

/// Runs statements one after another; the rows of all.
pub(crate) fn query_all(connection: &Connection, works: &[Work]) -> rusqlite::Result<Vec<Row>> {
    let each: Result<Vec<_>, _> = works
        .iter()
        .map(|(sql, values)| query(connection, sql, values))
        .collect();
    each.map(|each| each.into_iter().flatten().collect())
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

#[cfg(test)]
#[path = "sqlite_tests.rs"]
mod tests;
