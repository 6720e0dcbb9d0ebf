//! Every kind of fault: what the caller sees, and whether money moved.

use std::time::{Duration, Instant};

use naru_sims::bank::RunningBank;
use serde_json::{Value, json};

use crate::client::{ACCOUNT, Client, call, debit, order, outcome, start_bank};

async fn faulty(fault: Value) -> RunningBank {
    let bank = start_bank().await;
    let added = call(bank.admin_addr, "POST", "/admin/faults", &fault).await;
    assert_eq!(added.status, 200, "{added:?}");
    bank
}

#[expect(clippy::disallowed_methods, reason = "a test of real waiting measures real time")]
fn started() -> Instant {
    Instant::now()
}

/// Whether nothing is answered for a while; the client leaves after that.
async fn is_silent(bank: &RunningBank) -> bool {
    let mut client = Client::connect(bank.line_addr).await;
    let sent = client.send("POST", "/line/v1/debits", order("r", "100").to_string());
    tokio::time::timeout(Duration::from_millis(300), sent).await.is_err()
}

#[tokio::test]
async fn slow_answers_after_the_delay() {
    let bank = faulty(json!({"kind": "slow", "delay_ms": 200, "times": 1})).await;
    let begun = started();
    assert_eq!(debit(&bank, "r", "100").await.code(), "000");
    assert!(begun.elapsed() >= Duration::from_millis(200));
    let begun = started();
    assert_eq!(debit(&bank, "r2", "100").await.code(), "000");
    assert!(begun.elapsed() < Duration::from_millis(200));
}

#[tokio::test]
async fn silent_neither_executes_nor_answers() {
    let bank = faulty(json!({"kind": "silent", "on": ["debit"]})).await;
    assert!(is_silent(&bank).await);
    assert_eq!(bank.totals().debited_won, 0);
    assert_eq!(outcome(&bank, "r").await["found"], json!("N"));
}

#[tokio::test]
async fn late_executes_and_answers_too_late() {
    let bank = faulty(json!({"kind": "late", "on": ["debit"], "times": 1})).await;
    assert!(is_silent(&bank).await);
    assert_eq!(bank.totals().debited_won, 100);
    assert_eq!(outcome(&bank, "r").await["outcome_code"], json!("000"));
    assert_eq!(debit(&bank, "r", "100").await.code(), "000");
    assert_eq!(bank.totals().debited_won, 100);
}

#[tokio::test]
async fn wrong_executes_and_answers_garbage() {
    let bank = faulty(json!({"kind": "wrong", "on": ["debit"]})).await;
    let answer = debit(&bank, "r", "100").await;
    assert_eq!(answer.status, 200);
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err());
    assert_eq!(bank.totals().debited_won, 100);
}

#[tokio::test]
async fn down_executes_nothing_and_records_nothing() {
    let bank = faulty(json!({"kind": "down", "times": 1})).await;
    assert_eq!(debit(&bank, "r", "100").await.code(), "111");
    assert_eq!(outcome(&bank, "r").await["found"], json!("N"));
    assert_eq!(debit(&bank, "r", "100").await.code(), "000");
}

#[tokio::test]
async fn reset_closes_the_connection_before_executing() {
    let bank = faulty(json!({"kind": "down", "code": "reset", "times": 1})).await;
    let mut client = Client::connect(bank.line_addr).await;
    let sent = client
        .send("POST", "/line/v1/debits", order("r", "100").to_string())
        .await;
    assert!(sent.is_err(), "{sent:?}");
    assert_eq!(bank.totals().debited_won, 0);
}

#[tokio::test]
async fn duplicate_executes_and_answers_822() {
    let bank = faulty(json!({"kind": "duplicate", "on": ["debit"]})).await;
    assert_eq!(debit(&bank, "r", "100").await.code(), "822");
    assert_eq!(outcome(&bank, "r").await["outcome_code"], json!("000"));
    assert_eq!(bank.totals().debited_won, 100);
}

#[tokio::test]
async fn refuse_is_a_recorded_no() {
    let bank = faulty(json!({"kind": "refuse", "code": "456", "on": ["debit", "balance"], "times": 2})).await;
    assert_eq!(debit(&bank, "r", "100").await.code(), "456");
    let balance = call(
        bank.line_addr,
        "POST",
        "/line/v1/balance",
        &json!({"account_num": ACCOUNT}),
    )
    .await;
    assert_eq!(balance.code(), "456");
    assert_eq!(outcome(&bank, "r").await["outcome_code"], json!("456"));
    assert_eq!(debit(&bank, "r", "100").await.code(), "456");
    assert_eq!(bank.totals().debited_won, 0);
}

#[tokio::test]
async fn faults_are_listed_and_cleared() {
    let bank = faulty(json!({"kind": "down", "on": ["status"]})).await;
    let status = call(bank.line_addr, "GET", "/line/v1/status", &Value::Null).await;
    assert_eq!(status.code(), "111");
    let listed = call(bank.admin_addr, "GET", "/admin/faults", &Value::Null).await.json();
    assert_eq!(
        (&listed["faults"][0]["kind"], &listed["faults"][0]["struck"]),
        (&json!("down"), &json!(1))
    );
    let cleared = call(bank.admin_addr, "DELETE", "/admin/faults", &Value::Null)
        .await
        .json();
    assert_eq!(cleared, json!({"faults": []}));
    assert_eq!(
        call(bank.line_addr, "GET", "/line/v1/status", &Value::Null)
            .await
            .code(),
        "000"
    );
}

#[tokio::test]
async fn a_silent_call_does_not_hold_up_a_stop() {
    let bank = faulty(json!({"kind": "silent"})).await;
    let addr = bank.line_addr;
    let call = tokio::spawn(async move {
        Client::connect(addr)
            .await
            .send("POST", "/line/v1/debits", order("r", "100").to_string())
            .await
            .is_err()
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begun = started();
    bank.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert!(call.await.expect("no panic"));
}
