//! The only room with SQL: one door to write, one to read, on SQLite or PostgreSQL, with statements written once.
//!
//! Features call `storage.run("name", &actor, async |tx| …)`; inside, the methods of [`Tx`] are named after their
//! noun. A transaction that writes must leave a trail row. Closures may run more than once and must have no effect
//! outside the database.

mod answer;
mod archive;
mod attempt;
mod authorization;
mod call;
mod call_tally;
mod certificate;
mod clearance;
mod client;
mod credential;
mod document;
mod endpoint;
mod error;
mod fact;
mod file;
mod finding;
mod function_test;
mod grant;
mod inspection;
mod institution;
mod invitation;
mod journal;
mod leaver;
mod limit;
mod member;
mod member_passkey;
mod member_session;
mod migrate;
mod notice;
mod organisation;
pub mod overview;
mod passkey;
mod person;
mod policy;
mod postgres;
pub mod proposal;
mod pushed_request;
mod registration;
mod reminder;
mod rows;
mod scim_token;
mod session;
mod signal;
mod signing_key;
mod sqlite;
mod standing;
mod subsidy;
mod token;
mod trail;
mod transfer;
mod tx;
mod usage;
mod value;

use std::{path::Path, sync::Arc, sync::Mutex, time::Duration};

use attempt::{Attempt, BoxFuture, Job};
use naru_core::{Actor, Chance, Clock};
use naru_crypto::Keyring;

pub use answer::AnswerRow;
pub use archive::{EndedInspection, Inspected, OpenAfterEnd};
pub use authorization::{Authorization, Step};
pub use call::{CallRecord, CallTotals};
pub use call_tally::{CallTally, CallTallyStretch, MemberUse};
pub use certificate::{CertificateCounts, CertificateRow, RevokedRow};
pub use clearance::Clearance;
pub use document::RevisionRow;
pub use error::StorageError;
pub use fact::FactRow;
pub use finding::{FindingEventRow, FindingRow};
pub use function_test::{FunctionTest, FunctionTestTick, call_place};
pub use inspection::{InspectionEventRow, InspectionFilter, InspectionRow, VerdictRow};
pub use invitation::InvitationRow;
pub use journal::{Account as JournalAccount, JournalCheck, Posting};
pub use leaver::{CutOff, LeaverRow};
pub use limit::LimitRefused;
pub use member::{MemberHoldings, MemberRow};
pub use member_passkey::{MemberCeremony, MemberPasskeyRow};
pub use migrate::SCHEMA_VERSION;
pub use notice::NoticeRow;
pub use organisation::{OrganisationCount, OrganisationFilter};
pub use passkey::{Ceremony, PasskeyRow};
pub use policy::PolicyRow;
pub use pushed_request::PushedRequest;
pub use reminder::SignalAmiss;
pub use scim_token::ScimTokenRow;
pub use signal::{ObservationRow, SignalRow};
pub use signing_key::SigningKey;
pub use standing::StandingQuery;
pub use subsidy::{BudgetRow, SubsidyRow};
pub use token::{TokenInContext, TokenKind, TokenRow};
pub use trail::TrailRow;
pub use transfer::{TransferFilter, TransferTotals};
pub use tx::Tx;
pub use usage::{UsageCall, UsageDay};

use postgres::{CommitError, Session};
use sqlite::{End, NotCommitted, Sqlite};
use tx::{Engine, Inner, READ, RECORD};

/// How often a transaction is tried that the server asks to repeat.
const TRIES: u32 = 8;

/// The database and what every transaction needs beside it. Cheap to clone.
#[derive(Clone)]
pub struct Storage(Arc<Shared>);

struct Shared {
    engine: Database,
    keyring: Arc<Keyring>,
    clock: Clock,
    chance: Chance,
}

enum Database {
    Sqlite(Sqlite),
    Postgres(deadpool_postgres::Pool),
}

/// Which database.
#[derive(Debug, Clone)]
pub enum DatabaseSettings<'a> {
    /// A file of SQLite, for one machine.
    File(&'a Path),
    /// SQLite in memory, for tests.
    Memory,
    /// PostgreSQL 15 or later.
    Postgres {
        /// `host=… user=…` or `postgres://…`.
        settings: &'a str,
        /// Connections at most.
        connections: usize,
        /// Certificates (PEM) that the server's own must chain to; without them the connection is not encrypted.
        roots_pem: Option<&'a [u8]>,
    },
}

impl std::fmt::Debug for Storage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Storage({})", self.engine_name())
    }
}

impl Storage {
    /// Opens the database; the schema is neither read nor changed.
    pub fn open(
        database: &DatabaseSettings<'_>,
        keyring: Keyring,
        clock: Clock,
        chance: Chance,
    ) -> Result<Self, StorageError> {
        let failed = |cause: String| StorageError::Failed {
            transaction: "open",
            cause,
        };
        let sqlite = |path| {
            Sqlite::open(path)
                .map(Database::Sqlite)
                .map_err(|error| failed(error.to_string()))
        };
        let engine = match database {
            DatabaseSettings::File(path) => sqlite(Some(*path))?,
            DatabaseSettings::Memory => sqlite(None)?,
            DatabaseSettings::Postgres {
                settings,
                connections,
                roots_pem,
            } => Database::Postgres(postgres::open(settings, *connections, *roots_pem).map_err(failed)?),
        };
        Ok(Self(Arc::new(Shared {
            engine,
            keyring: Arc::new(keyring),
            clock,
            chance,
        })))
    }

    /// `sqlite` or `postgresql`.
    pub fn engine_name(&self) -> &'static str {
        match self.0.engine {
            Database::Sqlite(_) => "sqlite",
            Database::Postgres(_) => "postgresql",
        }
    }

    /// The clock every transaction reads.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The chance every id is drawn from.
    pub fn chance(&self) -> &Chance {
        &self.0.chance
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.0.keyring
    }

    /// Runs a transaction in the name of `actor`. The closure may run more than once (PostgreSQL asks for a repeat
    /// after a conflict); what it returns leaves only after the commit. An error undoes everything it wrote, and so
    /// does a statement that failed, even where the closure went on. On SQLite it has the only writer: it must not
    /// wait for another transaction.
    ///
    /// # Errors
    /// The closure's own, or [`StorageError`] as the closure's error type takes it.
    pub async fn run<T, E, F, U>(&self, name: &'static str, actor: &Actor, work: F) -> Result<T, E>
    where
        F: Fn(Tx) -> U + Send,
        U: Future<Output = Result<T, E>> + Send,
        T: Send,
        E: From<StorageError> + Send,
    {
        let mut job = Job::of(work);
        self.transact(name, tx::actor_text(actor), &mut job).await?;
        job.outcome(name)
    }

    /// Writes what needs no trail: records that are one themselves (calls), what is derived from such (positions),
    /// and leases.
    pub async fn record<T, F, U>(&self, name: &'static str, work: F) -> Result<T, StorageError>
    where
        F: Fn(Tx) -> U + Send,
        U: Future<Output = Result<T, StorageError>> + Send,
        T: Send,
    {
        let mut job = Job::of(work);
        self.transact(name, RECORD.to_owned(), &mut job).await?;
        job.outcome(name)
    }

    /// Reads. On SQLite beside the writer, on PostgreSQL without a transaction: each statement sees what is
    /// committed when it starts.
    pub async fn read<T, E, F, U>(&self, name: &'static str, work: F) -> Result<T, E>
    where
        F: FnOnce(Tx) -> U + Send,
        U: Future<Output = Result<T, E>> + Send,
        T: Send,
        E: From<StorageError> + Send,
    {
        work(self.reading(name).await?).await
    }

    /// What a read reads through.
    fn reading(&self, name: &'static str) -> BoxFuture<'_, Result<Tx, StorageError>> {
        Box::pin(async move {
            let engine = match &self.0.engine {
                Database::Sqlite(sqlite) if sqlite.reads_through_writer() => {
                    let turn = sqlite.writer_turn().await;
                    Engine::Turn(Mutex::new(Some(turn.map_err(|error| sqlite::failure(name, &error))?)))
                }
                Database::Sqlite(sqlite) => {
                    let reader = sqlite.reader().map_err(|error| sqlite::failure(name, &error))?;
                    Engine::Reader(Mutex::new(reader))
                }
                Database::Postgres(pool) => Engine::Session(Session::new(checkout(pool, name).await?, true)),
            };
            Ok(Tx(Arc::new(Inner::new(name, READ.to_owned(), self, engine))))
        })
    }

    /// Tries `job` until a try was kept or undone; what it gave waits in the job.
    ///
    /// # Errors
    /// What the database says of the transaction; it goes before what the closure gave.
    fn transact<'a>(
        &'a self,
        name: &'static str,
        actor: String,
        job: &'a mut dyn Attempt,
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(async move {
            match &self.0.engine {
                Database::Sqlite(sqlite) => {
                    let turn = sqlite.turn().await.map_err(|error| sqlite::failure(name, &error))?;
                    let engine = Engine::Turn(Mutex::new(Some(turn)));
                    let inner = Arc::new(Inner::new(name, actor, self, engine));
                    let went_well = job.attempt(Tx(Arc::clone(&inner))).await;
                    finish_on_sqlite(&inner, went_well).await
                }
                Database::Postgres(pool) => {
                    let mut tries = 0;
                    loop {
                        tries += 1;
                        let session = Session::new(checkout(pool, name).await?, false);
                        let inner = Arc::new(Inner::new(name, actor.clone(), self, Engine::Session(session)));
                        let went_well = job.attempt(Tx(Arc::clone(&inner))).await;
                        match finish_on_postgres(inner, went_well).await {
                            Ended::Retry if tries < TRIES => {
                                let pause = self.0.chance.below(5 << tries.min(6));
                                tokio::time::sleep(Duration::from_millis(pause)).await;
                            }
                            Ended::Retry => return Err(gave_up(name)),
                            Ended::With(result) => return result,
                        }
                    }
                }
            }
        })
    }
}

fn gave_up(transaction: &'static str) -> StorageError {
    StorageError::Failed {
        transaction,
        cause: format!("still in conflict after {TRIES} tries"),
    }
}

async fn checkout(
    pool: &deadpool_postgres::Pool,
    name: &'static str,
) -> Result<deadpool_postgres::Object, StorageError> {
    pool.get().await.map_err(|error| StorageError::Failed {
        transaction: name,
        cause: error.to_string(),
    })
}

/// Keeps or undoes the savepoint, and waits for the group's commit if anything was written in it.
async fn finish_on_sqlite(inner: &Inner, went_well: bool) -> Result<(), StorageError> {
    let Engine::Turn(turn) = &inner.engine else {
        return Ok(());
    };
    let turn = turn.lock().expect("a statement does not panic").take();
    let Some(turn) = turn else { return Ok(()) };
    let refused = inner.refusal().filter(|_| went_well);
    let end = match () {
        () if !went_well || refused.is_some() => End::Undo,
        () if inner.wrote() => End::Keep,
        () => End::Clean,
    };
    let group = sqlite::end_turn(turn, end).map_err(|error| sqlite::failure(inner.name, &error))?;
    if let Some(group) = group {
        let transaction = inner.name;
        sqlite::committed(group).await.map_err(|error| match error {
            NotCommitted::Undone(cause) => StorageError::Failed { transaction, cause },
            NotCommitted::Unknown(cause) => StorageError::CommitUnknown { transaction, cause },
        })?;
    }
    refused.map_or(Ok(()), Err)
}

/// How a try on PostgreSQL ended.
enum Ended {
    Retry,
    With(Result<(), StorageError>),
}

async fn finish_on_postgres(inner: Arc<Inner>, went_well: bool) -> Ended {
    let name = inner.name;
    let retry = inner.wants_retry();
    let refused = inner.refusal();
    let late = inner.take_late();
    // Somebody kept a clone of the transaction beyond its closure: the connection is closed with it, undoing all.
    let Some(mut inner) = Arc::into_inner(inner) else {
        return Ended::With(Err(StorageError::Failed {
            transaction: name,
            cause: "the transaction was carried out of its closure".to_owned(),
        }));
    };
    let Engine::Session(session) = &mut inner.engine else {
        return Ended::With(Ok(()));
    };
    if retry || !went_well || refused.is_some() {
        session.rollback().await;
        return match refused {
            _ if retry => Ended::Retry,
            Some(refused) if went_well => Ended::With(Err(refused)),
            _ => Ended::With(Ok(())),
        };
    }
    match session.commit(&late).await {
        Ok(()) => Ended::With(Ok(())),
        Err(CommitError::Undone(error)) => {
            session.rollback().await;
            if postgres::is_retryable(&error) {
                return Ended::Retry;
            }
            Ended::With(Err(postgres::failure(name, &error)))
        }
        Err(CommitError::Unknown(error)) => Ended::With(Err(StorageError::CommitUnknown {
            transaction: name,
            cause: error.to_string(),
        })),
    }
}
