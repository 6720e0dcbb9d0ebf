//! SQLite: transactions share commits, and another process that writes only delays them.

use std::time::Duration;

use futures_util::future::join_all;
use naru_core::Action;
use naru_storage::{Storage, StorageError, Tx};

use crate::house::{self, ACTOR, House};

async fn sign_in(storage: &Storage) -> Result<(), StorageError> {
    let work = async |tx: Tx| tx.trail(Action::SessionOpened, "somebody", ()).await;
    storage.run("session_open", &ACTOR, work).await
}

async fn trail_count(storage: &Storage) -> Result<i64, StorageError> {
    storage.read("count", async |tx: Tx| tx.trail_count().await).await
}

/// Commits in the write-ahead log: a frame whose header names the size of the database ends one
/// (SQLite file format, 4.1).
fn commits(house: &House) -> usize {
    let mut path = house.path().expect("a file").as_os_str().to_owned();
    path.push("-wal");
    let log = std::fs::read(path).expect("there is a write-ahead log");
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().expect("4 bytes"));
    let page = usize::try_from(number(&log[8..12])).expect("the size of a page");
    let salts = &log[16..24];
    let frames = log[32..].chunks_exact(24 + page);
    frames
        .filter(|frame| &frame[8..16] == salts && number(&frame[4..8]) != 0)
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_transactions_share_few_commits() {
    house::in_file(async |house: &House| {
        let before = commits(house);
        for _ in 0..10 {
            assert_eq!(sign_in(&house.storage).await, Ok(()));
        }
        assert_eq!(commits(house) - before, 10, "one after another share none");
        let before = commits(house);
        let all = join_all((0..64).map(|_| sign_in(&house.storage))).await;
        assert!(all.iter().all(Result::is_ok));
        let shared = commits(house) - before;
        assert!((1..=16).contains(&shared), "{shared} commits for 64 transactions");
        assert_eq!(trail_count(&house.again()).await, Ok(74));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_or_only_looks_commits_nothing() {
    house::in_file(async |house: &House| {
        let before = commits(house);
        assert_eq!(trail_count(&house.storage).await, Ok(0));
        let look = async |tx: Tx| tx.trail_count().await;
        assert_eq!(house.storage.run("look", &ACTOR, look).await, Ok(0));
        let fail = async |tx: Tx| -> Result<(), StorageError> {
            tx.trail(Action::SessionOpened, "somebody", ()).await?;
            Err(StorageError::corrupt("no"))
        };
        let no = Err(StorageError::corrupt("no"));
        assert_eq!(house.storage.run("fail", &ACTOR, fail).await, no);
        assert_eq!(sign_in(&house.storage).await, Ok(()));
        assert_eq!(commits(house) - before, 1);
    })
    .await;
}

/// On one thread: whoever waits for the lock by blocking stops the readers, and the counting.
#[tokio::test(flavor = "current_thread")]
async fn another_process_that_writes_only_delays() {
    house::in_file(async |house: &House| {
        let path = house.path().expect("a file");
        let other = rusqlite::Connection::open(path).expect("the file opens");
        let taken = other.execute_batch("BEGIN IMMEDIATE; UPDATE schema_versions SET applied_at = 7");
        taken.expect("nobody else writes");
        let process = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            other.execute_batch("COMMIT").expect("the other process commits");
        });
        let storage = house.storage.clone();
        let waiting = tokio::spawn(async move { join_all((0..5).map(|_| sign_in(&storage))).await });
        let mut reads = 0;
        while !process.is_finished() {
            tokio::time::sleep(Duration::from_millis(10)).await;
            assert!(
                !waiting.is_finished() || process.is_finished(),
                "the other process still writes"
            );
            reads += i32::from(trail_count(&house.storage).await == Ok(0));
        }
        assert!(reads >= 10, "readers are not delayed, and yet there were {reads}");
        let done = waiting.await.expect("nothing panics");
        assert_eq!(done, vec![Ok(()); 5]);
        assert_eq!(trail_count(&house.storage).await, Ok(5));
        let seven = house.raw("SELECT applied_at FROM schema_versions").await;
        assert_eq!(seven, Some(7), "what the other wrote stands");
    })
    .await;
}

/// Two processes with a writer each: both get their turns.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_take_turns() {
    house::in_file(async |house: &House| {
        let other = house.again();
        let mine = (0..30).map(|_| sign_in(&house.storage));
        let theirs = (0..30).map(|_| sign_in(&other));
        let all = join_all(mine.chain(theirs)).await;
        assert_eq!(all, vec![Ok(()); 60]);
        assert_eq!(trail_count(&house.storage).await, Ok(60));
    })
    .await;
}
