//! What becomes of a group whose transaction SQLite gives up, or cannot commit.

use super::*;

async fn open() -> Sqlite {
    let sqlite = Sqlite::open(None).unwrap();
    let turn = sqlite.turn_between_groups().await.unwrap();
    let tables = "CREATE TABLE parent (id INTEGER PRIMARY KEY);
                  CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)";
    turn.connection().execute_batch(tables).unwrap();
    sqlite
}

/// One turn that runs `sql` and keeps it.
async fn take_turn(sqlite: &Sqlite, sql: &str) -> Committed {
    let turn = sqlite.turn().await.unwrap();
    turn.connection().execute_batch(sql).unwrap();
    end_turn(turn, End::Keep).unwrap().expect("it wrote")
}

async fn count(sqlite: &Sqlite) -> i64 {
    let turn = sqlite.turn_between_groups().await.unwrap();
    let sql = "SELECT (SELECT COUNT(*) FROM parent) + (SELECT COUNT(*) FROM child)";
    turn.connection().query_row(sql, [], |row| row.get(0)).unwrap()
}

async fn still_works(sqlite: &Sqlite) {
    let before = count(sqlite).await;
    let group = take_turn(sqlite, "INSERT INTO parent DEFAULT VALUES").await;
    committed(group).await.unwrap();
    assert_eq!(count(sqlite).await, before + 1);
}

fn is_undone(done: &Result<(), NotCommitted>) -> bool {
    matches!(done, Err(NotCommitted::Undone(_)))
}

#[tokio::test]
async fn a_group_that_cannot_commit_is_undone_whole_and_the_next_one_works() {
    let sqlite = open().await;
    let first = take_turn(&sqlite, "INSERT INTO parent VALUES (1)").await;
    let second = take_turn(&sqlite, "INSERT INTO child VALUES (99)").await;
    assert!(is_undone(&committed(first).await));
    assert!(is_undone(&committed(second).await));
    assert_eq!(count(&sqlite).await, 0);
    still_works(&sqlite).await;
}

#[tokio::test]
async fn a_group_whose_transaction_was_given_up_hears_it_and_takes_no_more_members() {
    let sqlite = open().await;
    let first = take_turn(&sqlite, "INSERT INTO parent VALUES (1)").await;
    let turn = sqlite.turn().await.unwrap();
    // What a full disk makes of the transaction.
    turn.connection()
        .execute_batch("INSERT INTO parent VALUES (2); ROLLBACK")
        .unwrap();
    assert!(end_turn(turn, End::Keep).is_err(), "there is nothing to keep");
    let third = take_turn(&sqlite, "INSERT INTO parent VALUES (3)").await;
    assert!(is_undone(&committed(first).await));
    committed(third).await.unwrap();
    assert_eq!(count(&sqlite).await, 1, "the third alone");
    still_works(&sqlite).await;
}

#[tokio::test]
async fn a_turn_that_cannot_be_undone_takes_its_group_with_it() {
    let sqlite = open().await;
    let first = take_turn(&sqlite, "INSERT INTO parent VALUES (1)").await;
    let turn = sqlite.turn().await.unwrap();
    turn.connection()
        .execute_batch("INSERT INTO parent VALUES (2); RELEASE one")
        .unwrap();
    assert!(end_turn(turn, End::Undo).is_err());
    assert!(is_undone(&committed(first).await));
    assert_eq!(count(&sqlite).await, 0);
    still_works(&sqlite).await;
}

#[tokio::test]
async fn a_transaction_without_a_group_is_swept_away() {
    let sqlite = open().await;
    let turn = sqlite.turn_between_groups().await.unwrap();
    turn.connection()
        .execute_batch("BEGIN; INSERT INTO parent VALUES (7)")
        .unwrap();
    drop(turn);
    still_works(&sqlite).await;
    assert_eq!(count(&sqlite).await, 1);
}

#[tokio::test]
async fn who_failed_behind_a_neighbour_waits_for_it_as_well() {
    let sqlite = open().await;
    let first = take_turn(&sqlite, "INSERT INTO parent VALUES (1)").await;
    let turn = sqlite.turn().await.unwrap();
    let failed = end_turn(turn, End::Undo).unwrap();
    committed(failed.expect("a neighbour wrote")).await.unwrap();
    assert!(committed(first).await.is_ok());
    let turn = sqlite.turn().await.unwrap();
    assert!(
        end_turn(turn, End::Clean).unwrap().is_none(),
        "nothing was written in this one"
    );
}

#[tokio::test]
async fn parameters_are_numbered_not_named() {
    let sqlite = open().await;
    let turn = sqlite.turn_between_groups().await.unwrap();
    let values = [Value::Int(1), Value::Text("b".to_owned()), Value::Int(3)];
    let mut rows = query(turn.connection(), "SELECT $3, $1, $2, $3", &values).unwrap();
    let mut row = rows.remove(0);
    assert_eq!(row.next::<i64>(), Ok(3));
    assert_eq!(row.next::<i64>(), Ok(1));
    assert_eq!(row.next::<String>(), Ok("b".to_owned()));
    assert_eq!(row.next::<i64>(), Ok(3));
    for (sql, count) in [
        ("SELECT $1", 2),
        ("SELECT $1, $2", 1),
        ("SELECT ?1", 1),
        ("SELECT $2", 1),
    ] {
        assert!(query(turn.connection(), sql, &values[..count]).is_err(), "{sql}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_ever_for_a_turn() {
    let sqlite = open().await;
    let held = sqlite.turn().await.unwrap();
    let error = sqlite.turn().await.err().expect("the turn is taken");
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy));
    drop(held);
}
