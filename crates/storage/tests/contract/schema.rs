//! The schema moves forward only.

use futures_util::future::join_all;
use naru_storage::{SCHEMA_VERSION, StorageError};

use crate::fixture;
use crate::house::{self, House};

on_every_engine!(a_second_migration_is_none, the_database_answers);

async fn a_second_migration_is_none(house: &House) {
    let person = fixture::person(house);
    house.put(async |tx| tx.person_insert(&person).await).await;
    assert_eq!(house.storage.migrate().await, Ok(0));
    assert_eq!(house.storage.schema_check().await, Ok(()));
    assert_eq!(
        house.get(async |tx| tx.person_find(person.id).await).await,
        Some(person)
    );
}

async fn the_database_answers(house: &House) {
    assert_eq!(house.storage.ping().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_schema_is_refused_until_it_is_migrated() {
    house::without_schema(async |house: &House| {
        let older = Err(StorageError::Schema {
            found: 0,
            known: SCHEMA_VERSION,
            advice: "run `naru migrate` first",
        });
        assert_eq!(house.storage.schema_check().await, older);
        let steps = usize::try_from(SCHEMA_VERSION).expect("a small number");
        assert_eq!(house.storage.migrate().await, Ok(steps));
        assert_eq!(house.storage.schema_check().await, Ok(()));
        house.raw("DELETE FROM schema_versions").await;
        assert_eq!(house.storage.schema_check().await, older);
    })
    .await;
}

async fn a_newer_schema_is_refused(house: &House) {
    let sql = "INSERT INTO schema_versions (version, applied_at) VALUES (99, 0)";
    if house.raw(sql).await.is_none() {
        return;
    }
    let newer = StorageError::Schema {
        found: 99,
        known: SCHEMA_VERSION,
        advice: "this program is too old for it; use the newer one",
    };
    assert_eq!(house.storage.schema_check().await, Err(newer.clone()));
    assert_eq!(house.storage.migrate().await, Err(newer));
}

on_every_engine!(a_newer_schema_is_refused);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_processes_at_once_each_step_is_taken_by_one() {
    house::without_schema(async |house: &House| {
        let processes: Vec<_> = (0..4).map(|_| house.again()).collect();
        let taken = join_all(processes.iter().map(|storage| storage.migrate())).await;
        let taken: Result<Vec<usize>, StorageError> = taken.into_iter().collect();
        let steps = usize::try_from(SCHEMA_VERSION).expect("a small number");
        assert_eq!(taken.map(|taken| taken.into_iter().sum()), Ok(steps));
        assert_eq!(house.storage.schema_check().await, Ok(()));
    })
    .await;
}

/// A step that fails in its middle leaves nothing behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_is_taken_whole_or_not_at_all() {
    house::without_schema(async |house: &House| {
        house.raw("CREATE TABLE trail (id TEXT NOT NULL PRIMARY KEY)").await;
        let error = house.storage.migrate().await.expect_err("the last table is in the way");
        assert!(matches!(error, StorageError::Failed { .. }), "{error}");
        house.raw("DROP TABLE trail").await;
        let steps = usize::try_from(SCHEMA_VERSION).expect("a small number");
        assert_eq!(house.storage.migrate().await, Ok(steps));
    })
    .await;
}
