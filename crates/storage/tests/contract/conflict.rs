//! PostgreSQL: conflicts are tried again, a killed connection is never taken for success.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{join, join_all};
use naru_core::{Action, LimitKind, LimitTake, Person, Won};
use naru_storage::{Storage, StorageError, Tx};
use tokio::sync::Barrier;

use crate::fixture;
use crate::house::{self, ACTOR, House, raw_client};

/// Gives two people new facts, in this order; both transactions hold their first row before they want the second.
async fn rename(house: &House, order: [&Person; 2], meet: &Barrier, tries: &AtomicUsize) -> Result<(), StorageError> {
    let first_try = AtomicUsize::new(0);
    let work = async |tx: Tx| -> Result<(), StorageError> {
        tries.fetch_add(1, Ordering::SeqCst);
        let mut facts = order[0].facts.clone();
        facts.email = format!("{}@example.com", order[0].id);
        tx.person_set_facts(order[0].id, &facts).await?;
        if first_try.fetch_add(1, Ordering::SeqCst) == 0 {
            meet.wait().await;
        }
        tx.person_set_facts(order[1].id, &facts).await?;
        tx.trail(Action::PersonJoined, order[0].id, ()).await
    };
    house.storage.run("person_rename", &ACTOR, work).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_tried_again() {
    house::on_postgres(async |house: &House| {
        let (left, right) = (fixture::person(house), fixture::person(house));
        house
            .put(async |tx| {
                tx.person_insert(&left).await?;
                tx.person_insert(&right).await
            })
            .await;
        let (meet, tries) = (Barrier::new(2), AtomicUsize::new(0));
        let done = join(
            rename(house, [&left, &right], &meet, &tries),
            rename(house, [&right, &left], &meet, &tries),
        )
        .await;
        assert_eq!(done, (Ok(()), Ok(())));
        assert_eq!(
            tries.load(Ordering::SeqCst),
            3,
            "one of the two was undone and tried again"
        );
        let mails = async |person: &Person| {
            let found = house.get(async |tx| tx.person_find(person.id).await).await;
            found.expect("it is there").facts.email
        };
        assert_eq!(mails(&left).await, mails(&right).await, "the last one wrote both");
        assert_eq!(house.get(async |tx| tx.trail_count().await).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_serialization_failure_is_tried_again() {
    house::on_postgres(async |house: &House| {
        let strict = "options='-c default_transaction_isolation=serializable ";
        let storage = house.again_at(&house.settings().replace("options='", strict));
        let tries = AtomicUsize::new(0);
        let take = LimitTake {
            kind: LimitKind::PersonDay,
            subject: "a".to_owned(),
            span: 1,
            amount: Won(1),
            cap: Won(100),
        };
        let raise = async || {
            let work = async |tx: Tx| -> Result<i64, StorageError> {
                tries.fetch_add(1, Ordering::SeqCst);
                let stood = tx.limit_used("a", 1).await?;
                tokio::time::sleep(Duration::from_millis(5)).await;
                let taken = tx.limit_take(std::slice::from_ref(&take)).await?;
                assert_eq!(taken.map(|used| used[0]), Ok(Won(stood.0 + 1)), "nobody came between");
                Ok(stood.0)
            };
            storage.record("raise", work).await
        };
        let mut all: Vec<i64> = join_all((0..6).map(|_| raise()))
            .await
            .into_iter()
            .map(|done| done.expect("it was tried again"))
            .collect();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5]);
        assert!(tries.load(Ordering::SeqCst) > 6, "there were conflicts");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conflict_without_end_is_given_up() {
    house::on_postgres(async |house: &House| {
        let strict = "options='-c default_transaction_isolation=serializable ";
        let storage = house.again_at(&house.settings().replace("options='", strict));
        let person = fixture::person(house);
        house.put(async |tx| tx.person_insert(&person).await).await;
        let tries = AtomicUsize::new(0);
        let work = async |tx: Tx| -> Result<(), StorageError> {
            tries.fetch_add(1, Ordering::SeqCst);
            tx.person_find(person.id).await?;
            // Somebody else writes the row in between, every time.
            house
                .put(async |tx| tx.person_set_facts(person.id, &person.facts).await)
                .await;
            tx.person_set_facts(person.id, &person.facts).await
        };
        let done = storage.record("unlucky", work).await;
        let cause = "still in conflict after 8 tries".to_owned();
        let transaction = "unlucky";
        assert_eq!(done, Err(StorageError::Failed { transaction, cause }));
        assert_eq!(tries.load(Ordering::SeqCst), 8);
    })
    .await;
}

async fn sign_in(storage: &Storage) -> Result<(), StorageError> {
    let work = async |tx: Tx| tx.trail(Action::SessionOpened, "somebody", ()).await;
    storage.run("session_open", &ACTOR, work).await
}

/// Ends every connection of the test's pool but its own; how many there were.
async fn kill_all(settings: &str) -> usize {
    let client = raw_client(settings).await;
    let sql = "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
               WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
    client.query(sql, &[]).await.expect("the user may end its own").len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_killed_within_a_transaction_is_no_success() {
    house::on_postgres(async |house: &House| {
        for statement_after in [true, false] {
            let (early, late) = (fixture::person(house), fixture::person(house));
            let work = async |tx: Tx| -> Result<(), StorageError> {
                tx.person_insert(&early).await?;
                tx.trail(Action::PersonJoined, early.id, ()).await?;
                assert_eq!(kill_all(house.settings()).await, 1);
                if statement_after {
                    tx.person_insert(&late).await?;
                }
                Ok(())
            };
            let done = house.storage.run("killed", &ACTOR, work).await;
            let is_known = matches!(
                done,
                Err(StorageError::Failed { .. } | StorageError::CommitUnknown { .. })
            );
            assert!(is_known, "{done:?}");
            let storage = house.again();
            for person in [&early, &late] {
                let found = storage.read("look", async |tx: Tx| tx.person_find(person.id).await);
                assert_eq!(found.await, Ok::<_, StorageError>(None));
            }
            assert_eq!(sign_in(&house.storage).await, Ok(()), "the pool recovers");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_killed_while_idle_are_replaced() {
    house::on_postgres(async |house: &House| {
        let storage = house.again_with(3);
        let all = join_all((0..6).map(|_| sign_in(&storage))).await;
        assert_eq!(all, vec![Ok(()); 6]);
        drop(raw_client(house.settings()).await);
        assert!(kill_all(house.settings()).await >= 1);
        // The word that a connection was closed takes a moment to arrive.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let all = join_all((0..6).map(|_| sign_in(&storage))).await;
        assert_eq!(all, vec![Ok(()); 6]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_transactions_do_not_use_up_the_pool() {
    house::on_postgres(async |house: &House| {
        let storage = house.again_with(2);
        for _ in 0..6 {
            let work = async |tx: Tx| -> Result<(), StorageError> {
                tx.person_find(fixture::person(house).id).await?;
                futures_util::future::pending().await
            };
            let running = storage.run("dropped", &ACTOR, work);
            let done = tokio::time::timeout(Duration::from_millis(50), running).await;
            assert!(done.is_err());
        }
        let all = join_all((0..4).map(|_| sign_in(&storage))).await;
        assert_eq!(all, vec![Ok(()); 4]);
    })
    .await;
}
