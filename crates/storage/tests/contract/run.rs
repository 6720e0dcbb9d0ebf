//! What `Storage::run`, `record` and `read` promise on every engine.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{join_all, pending};
use naru_core::{Action, Person, PersonId};
use naru_storage::{StorageError, Tx};

use crate::fixture;
use crate::house::{ACTOR, House};

on_every_engine!(
    what_is_acknowledged_is_seen_by_everybody,
    an_error_undoes_everything,
    a_late_write_that_fails_undoes_everything,
    a_failed_statement_is_not_survived,
    a_write_without_a_trail_is_refused,
    a_statement_that_changed_nothing_needs_no_trail,
    a_closure_that_is_dropped_midway_leaves_nothing,
    a_dropped_closure_takes_no_neighbour_with_it,
    a_closure_that_panics_leaves_nothing,
    a_transaction_is_useless_after_its_closure,
    a_read_writes_nothing,
    an_open_transaction_is_not_seen,
    of_many_at_once_the_failed_are_undone_alone
);

async fn joined(tx: &Tx, person: &Person) -> Result<(), StorageError> {
    tx.person_insert(person).await?;
    tx.trail(Action::PersonJoined, person.id, ()).await
}

async fn join_up(house: &House, person: &Person) -> Result<(), StorageError> {
    let work = async |tx: Tx| joined(&tx, person).await;
    house.storage.run("person_join", &ACTOR, work).await
}

async fn is_there(house: &House, id: PersonId) -> bool {
    house.get(async |tx| tx.person_find(id).await).await.is_some()
}

async fn trail_count(house: &House) -> i64 {
    house.get(async |tx| tx.trail_count().await).await
}

/// The database still takes what is in order.
async fn still_works(house: &House) {
    let person = fixture::person(house);
    assert_eq!(join_up(house, &person).await, Ok(()));
    assert!(is_there(house, person.id).await);
}

async fn what_is_acknowledged_is_seen_by_everybody(house: &House) {
    for expected in 1..=20 {
        let person = fixture::person(house);
        assert_eq!(join_up(house, &person).await, Ok(()));
        let seen = house.raw("SELECT COUNT(*) FROM people").await;
        assert!(seen.is_none_or(|seen| seen == expected), "{seen:?} after {expected}");
        assert!(is_there(house, person.id).await);
    }
    if house.is_shared() {
        let again = house.again();
        let count: Result<i64, StorageError> = again.read("count", async |tx: Tx| tx.trail_count().await).await;
        assert_eq!(count, Ok(20));
    }
}

async fn an_error_undoes_everything(house: &House) {
    let (first, second) = (fixture::person(house), fixture::person(house));
    let work = async |tx: Tx| -> Result<(), StorageError> {
        joined(&tx, &first).await?;
        joined(&tx, &second).await?;
        Err(StorageError::corrupt("no"))
    };
    let done = house.storage.run("person_join", &ACTOR, work).await;
    assert_eq!(done, Err(StorageError::corrupt("no")));
    assert!(!is_there(house, first.id).await);
    assert!(!is_there(house, second.id).await);
    assert_eq!(trail_count(house).await, 0);
    still_works(house).await;
}

async fn a_late_write_that_fails_undoes_everything(house: &House) {
    let transfer = fixture::transfer(house, &fixture::client(house));
    house
        .put(async |tx| tx.journal_post(&transfer, naru_core::LegKind::Debit))
        .await;
    let person = fixture::person(house);
    let work = async |tx: Tx| -> Result<(), StorageError> {
        joined(&tx, &person).await?;
        tx.journal_post(&transfer, naru_core::LegKind::Debit)?;
        tx.journal_post(&transfer, naru_core::LegKind::Credit)
    };
    let done = house.storage.run("late", &ACTOR, work).await;
    assert_eq!(done, Err(StorageError::Taken { transaction: "late" }));
    assert!(!is_there(house, person.id).await);
    let postings = house.get(async |tx| tx.journal_list(transfer.id).await).await;
    assert_eq!(postings.len(), 2, "those of the first debit");
    assert_eq!(trail_count(house).await, 0);
    still_works(house).await;
}

async fn a_failed_statement_is_not_survived(house: &House) {
    let (first, second) = (fixture::person(house), fixture::person(house));
    assert_eq!(join_up(house, &first).await, Ok(()));
    let went_on = |transaction| StorageError::Failed {
        transaction,
        cause: "a statement failed and the transaction went on".to_owned(),
    };
    let work = async |tx: Tx| -> Result<(), StorageError> {
        joined(&tx, &second).await?;
        let taken = tx.person_insert(&first).await;
        assert!(matches!(taken, Err(StorageError::Taken { .. })), "{taken:?}");
        Ok(())
    };
    assert_eq!(
        house.storage.run("careless", &ACTOR, work).await,
        Err(went_on("careless"))
    );
    let work = async |tx: Tx| -> Result<(), StorageError> {
        let _ = tx.person_insert(&first).await;
        Ok(())
    };
    assert_eq!(house.storage.record("careless", work).await, Err(went_on("careless")));
    assert!(!is_there(house, second.id).await);
    assert_eq!(trail_count(house).await, 1);
    still_works(house).await;
}

async fn a_write_without_a_trail_is_refused(house: &House) {
    let person = fixture::person(house);
    let work = async |tx: Tx| tx.person_insert(&person).await;
    let done = house.storage.run("silent", &ACTOR, work).await;
    assert_eq!(done, Err(StorageError::Untraced("silent")));
    let transfer = fixture::transfer(house, &fixture::client(house));
    let work = async |tx: Tx| tx.journal_post(&transfer, naru_core::LegKind::Debit);
    let done = house.storage.run("silent", &ACTOR, work).await;
    assert_eq!(done, Err(StorageError::Untraced("silent")));
    assert!(!is_there(house, person.id).await);
    let balances = house.get(async |tx| tx.journal_balances().await).await;
    assert_eq!(balances, []);
    still_works(house).await;
}

async fn a_statement_that_changed_nothing_needs_no_trail(house: &House) {
    let nobody = fixture::person(house);
    let work = async |tx: Tx| -> Result<bool, StorageError> {
        tx.grant_revoke(naru_core::GrantId::new(&house.chance), naru_core::RevokedBy::Person)
            .await
    };
    assert_eq!(house.storage.run("lost_race", &ACTOR, work).await, Ok(false));
    let work = async |tx: Tx| tx.person_find(nobody.id).await;
    let found: Result<_, StorageError> = house.storage.run("look", &ACTOR, work).await;
    assert_eq!(found, Ok(None));
}

async fn a_closure_that_is_dropped_midway_leaves_nothing(house: &House) {
    let person = fixture::person(house);
    let reached = AtomicUsize::new(0);
    let work = async |tx: Tx| -> Result<(), StorageError> {
        joined(&tx, &person).await?;
        reached.fetch_add(1, Ordering::SeqCst);
        pending().await
    };
    let running = house.storage.run("person_join", &ACTOR, work);
    let done = tokio::time::timeout(Duration::from_millis(100), running).await;
    assert!(done.is_err(), "the closure never ends");
    assert_eq!(reached.load(Ordering::SeqCst), 1, "it had written");
    assert!(!is_there(house, person.id).await);
    still_works(house).await;
    let storage = house.storage.clone();
    let (sent, written) = tokio::sync::oneshot::channel();
    let (sent, person_id) = (Mutex::new(Some(sent)), person.id);
    let task = tokio::spawn(async move {
        let work = async |tx: Tx| -> Result<(), StorageError> {
            joined(&tx, &person).await?;
            if let Some(sent) = sent.lock().expect("nothing panics here").take() {
                let _ = sent.send(());
            }
            pending().await
        };
        storage.run("person_join", &ACTOR, work).await
    });
    written.await.expect("the closure wrote");
    task.abort();
    assert!(task.await.expect_err("it was aborted").is_cancelled());
    still_works(house).await;
    assert!(!is_there(house, person_id).await);
    assert_eq!(trail_count(house).await, 2);
}

async fn a_dropped_closure_takes_no_neighbour_with_it(house: &House) {
    let people: Vec<Person> = (0..12).map(|_| fixture::person(house)).collect();
    let run = async |at: usize| {
        let work = async |tx: Tx| -> Result<(), StorageError> {
            joined(&tx, &people[at]).await?;
            if at % 3 == 1 { pending().await } else { Ok(()) }
        };
        let running = house.storage.run("person_join", &ACTOR, work);
        let patience = Duration::from_millis(if at % 3 == 1 { 50 } else { 10_000 });
        tokio::time::timeout(patience, running)
            .await
            .is_ok_and(|done| done.is_ok())
    };
    let all = join_all((0..12).map(run)).await;
    for (at, (done, person)) in all.into_iter().zip(&people).enumerate() {
        assert_eq!(done, at % 3 != 1);
        assert_eq!(is_there(house, person.id).await, done, "{at}");
    }
    assert_eq!(trail_count(house).await, 8);
}

async fn a_closure_that_panics_leaves_nothing(house: &House) {
    let person = fixture::person(house);
    let work = async |tx: Tx| -> Result<(), StorageError> {
        joined(&tx, &person).await?;
        panic!("a defect in a feature");
    };
    let running = house.storage.run("person_join", &ACTOR, work);
    let done = std::panic::AssertUnwindSafe(running).catch_unwind().await;
    assert!(done.is_err(), "the panic goes on");
    assert!(!is_there(house, person.id).await);
    still_works(house).await;
}

async fn a_transaction_is_useless_after_its_closure(house: &House) {
    let (person, late) = (fixture::person(house), fixture::person(house));
    let carried = Mutex::new(None);
    let work = async |tx: Tx| -> Result<(), StorageError> {
        joined(&tx, &person).await?;
        *carried.lock().expect("nothing panics here") = Some(tx);
        Ok(())
    };
    let done = house.storage.run("person_join", &ACTOR, work).await;
    let tx = carried
        .into_inner()
        .expect("nothing panics here")
        .expect("it was carried out");
    if house.is_postgres() {
        let cause = "the transaction was carried out of its closure".to_owned();
        let transaction = "person_join";
        assert_eq!(done, Err(StorageError::Failed { transaction, cause }));
    } else {
        assert_eq!(done, Ok(()));
        let error = tx.person_insert(&late).await.expect_err("it has ended");
        assert!(matches!(error, StorageError::Failed { .. }), "{error}");
    }
    drop(tx);
    assert_eq!(is_there(house, person.id).await, done.is_ok());
    assert!(!is_there(house, late.id).await);
    still_works(house).await;
}

async fn a_read_writes_nothing(house: &House) {
    let person = fixture::person(house);
    let transfer = fixture::transfer(house, &fixture::client(house));
    let refused = Err(StorageError::Failed {
        transaction: "look",
        cause: "a read cannot write".to_owned(),
    });
    let storage = &house.storage;
    let done = storage.read("look", async |tx: Tx| tx.person_insert(&person).await);
    assert_eq!(done.await, refused);
    let done = storage.read("look", async |tx: Tx| {
        tx.journal_post(&transfer, naru_core::LegKind::Debit)
    });
    assert_eq!(done.await, refused);
    let done = storage.read("look", async |tx: Tx| tx.journal_fold().await.map(|_| ()));
    assert_eq!(done.await, refused);
    let done = storage.read("look", async |tx: Tx| {
        let _ = tx.person_insert(&person).await;
        tx.trail(Action::PersonJoined, person.id, ()).await
    });
    assert_eq!(done.await, refused);
    assert!(!is_there(house, person.id).await);
    assert_eq!(trail_count(house).await, 0);
}

async fn an_open_transaction_is_not_seen(house: &House) {
    if !house.is_shared() {
        return;
    }
    let person = fixture::person(house);
    let work = async |tx: Tx| -> Result<bool, StorageError> {
        joined(&tx, &person).await?;
        assert!(tx.person_find(person.id).await?.is_some(), "it sees its own");
        let beside = house.raw("SELECT COUNT(*) FROM people").await;
        let read = is_there(house, person.id).await;
        Ok(read || beside != Some(0))
    };
    let seen: Result<bool, StorageError> = house.storage.run("person_join", &ACTOR, work).await;
    assert_eq!(seen, Ok(false));
    assert!(is_there(house, person.id).await);
}

async fn of_many_at_once_the_failed_are_undone_alone(house: &House) {
    let people: Vec<Person> = (0..64).map(|_| fixture::person(house)).collect();
    let run = async |at: usize| {
        let work = async |tx: Tx| -> Result<usize, StorageError> {
            joined(&tx, &people[at]).await?;
            tokio::task::yield_now().await;
            match at % 4 {
                0 => Err(StorageError::corrupt("no")),
                1 => joined(&tx, &people[at]).await.map(|()| at),
                _ => Ok(at),
            }
        };
        house.storage.run("person_join", &ACTOR, work).await
    };
    let all = join_all((0..64).map(run)).await;
    let found = house.again_or_same();
    for (at, (done, person)) in all.iter().zip(&people).enumerate() {
        let taken = StorageError::Taken {
            transaction: "person_join",
        };
        let expected = match at % 4 {
            0 => Err(StorageError::corrupt("no")),
            1 => Err(taken),
            _ => Ok(at),
        };
        assert_eq!(*done, expected);
        let stored: Result<_, StorageError> = found.read("look", async |tx: Tx| tx.person_find(person.id).await).await;
        assert_eq!(stored.map(|person| person.is_some()), Ok(done.is_ok()), "{at}");
    }
    let counted: Result<i64, StorageError> = found.read("count", async |tx: Tx| tx.trail_count().await).await;
    assert_eq!(counted, Ok(32));
}
