//! Books that survive a restart.

use std::io::Write;
use std::path::Path;

use naru_sims::SimError;
use naru_sims::bank::{self, BankSettings, RunningBank};
use serde_json::json;

use crate::client::{ACCOUNT, call, debit, outcome, scratch, settings};

fn kept_in(path: &Path) -> BankSettings {
    BankSettings {
        books_file: Some(path.to_owned()),
        ..settings()
    }
}

async fn start(path: &Path) -> RunningBank {
    bank::start(kept_in(path)).await.expect("usable books")
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let path = scratch("books.jsonl");
    let bank = start(&path).await;
    let yes = debit(&bank, "yes", "100").await;
    let no = debit(&bank, "no", "999999999").await;
    assert_eq!(no.code(), "453");
    let blocked = json!({"state": "blocked"});
    call(
        bank.admin_addr,
        "PATCH",
        &format!("/admin/accounts/{ACCOUNT}"),
        &blocked,
    )
    .await;
    let totals = bank.totals();
    bank.stop().await;

    let bank = start(&path).await;
    assert_eq!(bank.totals(), totals);
    assert_eq!(debit(&bank, "yes", "100").await.body, yes.body);
    assert_eq!(debit(&bank, "no", "999999999").await.body, no.body);
    assert_eq!(debit(&bank, "new", "1").await.code(), "490");
    assert_eq!(bank.totals(), totals);
}

#[tokio::test]
async fn a_torn_last_line_is_dropped_and_writing_goes_on() {
    let path = scratch("books.jsonl");
    let bank = start(&path).await;
    debit(&bank, "whole", "100").await;
    let totals = bank.totals();
    bank.stop().await;
    let mut file = std::fs::File::options().append(true).open(&path).expect("the books");
    file.write_all(br#"{"change":"decided","kind":"debit","order":{"refer"#)
        .expect("room");
    drop(file);

    let bank = start(&path).await;
    assert_eq!(bank.totals(), totals);
    assert_eq!(debit(&bank, "after", "50").await.code(), "000");
    bank.stop().await;

    let bank = start(&path).await;
    assert_eq!(bank.totals().debited_won, 150);
    assert_eq!(outcome(&bank, "after").await["outcome_code"], json!("000"));
}

#[tokio::test]
async fn damage_in_the_middle_and_another_bank_s_books_are_refused() {
    let path = scratch("books.jsonl");
    start(&path).await.stop().await;
    let whole = std::fs::read_to_string(&path).expect("the books");
    let other = BankSettings {
        code: "004".to_owned(),
        ..kept_in(&path)
    };
    let refused = bank::start(other).await.expect_err("not its books");
    assert!(
        refused.to_string().contains("line 1: these are the books of bank 097"),
        "{refused}"
    );

    std::fs::write(
        &path,
        whole.replacen("\"change\":\"opened\"", "\"change\":\"opended\"", 1),
    )
    .expect("room");
    let refused = bank::start(kept_in(&path)).await.expect_err("damaged");
    assert!(matches!(refused, SimError::BooksFile { .. }));
    assert!(refused.to_string().contains("line 2"), "{refused}");
}

#[tokio::test]
async fn two_banks_cannot_share_a_file() {
    let path = scratch("books.jsonl");
    let _first = start(&path).await;
    let refused = bank::start(kept_in(&path)).await.expect_err("in use");
    assert!(refused.to_string().contains("in use"), "{refused}");
}
