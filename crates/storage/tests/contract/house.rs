//! A database of its own for each test, on every engine, and a raw look past the seam.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use futures_util::FutureExt as _;
use naru_core::{Actor, Chance, Clock, Timestamp};
use naru_crypto::{Keyring, fill_random, hex};
use naru_storage::{DatabaseSettings, Storage, StorageError, Tx};

/// The hub in whose name the tests write.
pub(crate) const ACTOR: Actor = Actor::Hub("contract");

/// Connections of one test at most.
const CONNECTIONS: usize = 8;

/// A migrated database with a clock that the test owns.
pub(crate) struct House {
    pub(crate) storage: Storage,
    pub(crate) chance: Chance,
    keyring: String,
    hand: Arc<AtomicI64>,
    clock: Clock,
    place: Place,
}

/// Where the database is.
#[derive(Clone)]
pub(crate) enum Place {
    Memory,
    File(PathBuf),
    Postgres { settings: String },
}

/// 14:00 on 21 November 2026 in Seoul.
pub(crate) fn start() -> Timestamp {
    Timestamp::from_compact("20261121140000").expect("the moment exists")
}

fn random_name() -> String {
    let mut bytes = [0; 8];
    fill_random(&mut bytes);
    format!("naru_test_{}", hex(&bytes))
}

impl House {
    /// Opens the database without touching its schema.
    fn open(place: Place) -> Self {
        let keyring = Keyring::generate().to_text();
        let (clock, hand) = Clock::manual(start());
        let storage = connect(&place, &keyring, clock.clone(), CONNECTIONS).expect("the database opens");
        Self {
            storage,
            chance: Chance::seeded(42),
            keyring,
            hand,
            clock,
            place,
        }
    }

    /// The same database opened once more, as another process would.
    pub(crate) fn again(&self) -> Storage {
        self.again_with(CONNECTIONS)
    }

    /// The database as a fresh process finds it, where there can be one.
    pub(crate) fn again_or_same(&self) -> Storage {
        if self.is_shared() {
            self.again()
        } else {
            self.storage.clone()
        }
    }

    /// The same database with so many connections at most.
    pub(crate) fn again_with(&self, connections: usize) -> Storage {
        connect(&self.place, &self.keyring, self.clock.clone(), connections).expect("the database opens")
    }

    /// The same database behind other settings of PostgreSQL.
    pub(crate) fn again_at(&self, settings: &str) -> Storage {
        let place = Place::Postgres {
            settings: settings.to_owned(),
        };
        connect(&place, &self.keyring, self.clock.clone(), CONNECTIONS).expect("the database opens")
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.place, Place::Postgres { .. })
    }

    /// Whether other connections see the same database.
    pub(crate) fn is_shared(&self) -> bool {
        !matches!(self.place, Place::Memory)
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::File(path) => Some(path),
            _ => None,
        }
    }

    pub(crate) fn settings(&self) -> &str {
        match &self.place {
            Place::Postgres { settings } => settings,
            _ => panic!("only PostgreSQL has settings"),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sets the clock.
    pub(crate) fn set_now(&self, now: Timestamp) {
        self.hand.store(now.0, Ordering::SeqCst);
    }

    /// Writes without a trail.
    pub(crate) async fn put<T, F, U>(&self, work: F) -> T
    where
        F: Fn(Tx) -> U + Send,
        U: Future<Output = Result<T, StorageError>> + Send,
        T: Send,
    {
        let done = self.storage.record("contract_put", work).await;
        done.expect("the write is in order")
    }

    /// Writes without a trail and expects to fail.
    pub(crate) async fn refused<T, F, U>(&self, work: F) -> StorageError
    where
        F: Fn(Tx) -> U + Send,
        U: Future<Output = Result<T, StorageError>> + Send,
        T: Send + std::fmt::Debug,
    {
        let done = self.storage.record("contract_put", work).await;
        done.expect_err("the write is refused")
    }

    /// Reads.
    pub(crate) async fn get<T, F, U>(&self, work: F) -> T
    where
        F: FnOnce(Tx) -> U + Send,
        U: Future<Output = Result<T, StorageError>> + Send,
        T: Send,
    {
        let done = self.storage.read("contract_get", work).await;
        done.expect("the read is in order")
    }

    /// Runs SQL past the seam; the last number of the last row. `None` in memory, where nobody else can look.
    pub(crate) async fn raw(&self, sql: &str) -> Option<i64> {
        match &self.place {
            Place::Memory => None,
            Place::File(path) => {
                let connection = rusqlite::Connection::open(path).expect("the file opens");
                let mut last = 0;
                for part in sql.split(';').filter(|part| !part.trim().is_empty()) {
                    let mut statement = connection.prepare(part).expect("the statement is known");
                    let mut rows = statement.query([]).expect("the statement runs");
                    while let Some(row) = rows.next().expect("a row") {
                        last = row.get(0).expect("a number");
                    }
                }
                Some(last)
            }
            Place::Postgres { settings } => {
                let rows = raw_client(settings)
                    .await
                    .simple_query(sql)
                    .await
                    .expect("the statement runs");
                let number = |message| match message {
                    tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
                    _ => None,
                };
                Some(rows.into_iter().filter_map(number).last().unwrap_or(0))
            }
        }
    }
}

/// A connection of its own to PostgreSQL.
pub(crate) async fn raw_client(settings: &str) -> tokio_postgres::Client {
    let connected = tokio_postgres::connect(settings, tokio_postgres::NoTls).await;
    let (client, connection) = connected.expect("NARU_TEST_POSTGRES can be reached");
    tokio::spawn(connection);
    client
}

fn connect(place: &Place, keyring: &str, clock: Clock, connections: usize) -> Result<Storage, StorageError> {
    let database = match place {
        Place::Memory => DatabaseSettings::Memory,
        Place::File(path) => DatabaseSettings::File(path),
        Place::Postgres { settings } => DatabaseSettings::Postgres {
            settings,
            connections,
            roots_pem: None,
        },
    };
    let keyring = Keyring::parse(keyring).expect("a ring reads its own text");
    // Two processes do not draw the same ids.
    static SEED: AtomicU64 = AtomicU64::new(1_000);
    let chance = Chance::seeded(SEED.fetch_add(1, Ordering::Relaxed));
    Storage::open(&database, keyring, clock, chance)
}

async fn play(place: Place, migrated: bool, test: impl AsyncFnOnce(&House)) -> std::thread::Result<()> {
    let house = House::open(place);
    if migrated {
        let steps = house.storage.migrate().await.expect("the schema is made");
        assert_eq!(
            steps,
            usize::try_from(naru_storage::SCHEMA_VERSION).expect("a small number")
        );
    }
    AssertUnwindSafe(test(&house)).catch_unwind().await
}

/// Runs a test on SQLite in memory.
pub(crate) async fn in_memory(test: impl AsyncFnOnce(&House)) {
    end(play(Place::Memory, true, test).await);
}

/// Runs a test on SQLite in a file.
pub(crate) async fn in_file(test: impl AsyncFnOnce(&House)) {
    file(true, test).await;
}

/// Runs a test on PostgreSQL, or says that there is none.
pub(crate) async fn on_postgres(test: impl AsyncFnOnce(&House)) {
    postgres(true, test).await;
}

/// Runs a test on each engine that others can look at, before there is a schema.
pub(crate) async fn without_schema(test: impl AsyncFn(&House)) {
    file(false, &test).await;
    postgres(false, &test).await;
}

async fn file(migrated: bool, test: impl AsyncFnOnce(&House)) {
    let folder = std::env::temp_dir().join(random_name());
    std::fs::create_dir(&folder).expect("a temporary folder");
    let done = play(Place::File(folder.join("naru.db")), migrated, test).await;
    let _ = std::fs::remove_dir_all(&folder);
    end(done);
}

async fn postgres(migrated: bool, test: impl AsyncFnOnce(&House)) {
    let said = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some(server) = said("NARU_TEST_POSTGRES") else {
        assert!(said("CI").is_none(), "NARU_TEST_POSTGRES must name a server");
        println!("skipped: NARU_TEST_POSTGRES names no server");
        return;
    };
    let name = random_name();
    let admin = raw_client(&server).await;
    let made = admin.batch_execute(&format!("CREATE SCHEMA {name}")).await;
    made.expect("the user may make schemas");
    // The name also marks the connections of this test in pg_stat_activity.
    let settings = format!("{server} options='-c search_path={name}' application_name={name}");
    let done = play(Place::Postgres { settings }, migrated, test).await;
    let dropped = admin
        .batch_execute(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}';
             DROP SCHEMA {name} CASCADE"
        ))
        .await;
    end(done);
    dropped.expect("the schema is dropped");
}

fn end(done: std::thread::Result<()>) {
    if let Err(panic) = done {
        resume_unwind(panic);
    }
}
