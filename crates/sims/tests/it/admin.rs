//! The admin endpoints of a bank.

use serde_json::{Value, json};

use crate::client::{ACCOUNT, call, debit, start_bank};

#[tokio::test]
async fn books_accounts_and_outcomes_are_shown() {
    let bank = start_bank().await;
    debit(&bank, "r", "100").await;
    let books = call(bank.admin_addr, "GET", "/admin/books", &Value::Null).await.json();
    assert_eq!(
        (&books["is_balanced"], &books["totals"]["balance_won"]),
        (&json!(true), &json!(50_099_900))
    );
    assert_eq!(books["accounts"].as_array().expect("a list").len(), 2);
    let account = call(
        bank.admin_addr,
        "GET",
        &format!("/admin/accounts/{ACCOUNT}"),
        &Value::Null,
    )
    .await
    .json();
    assert_eq!(
        (&account["balance_won"], &account["movements"][0]["amount_won"]),
        (&json!(99_900), &json!(100))
    );
    let outcome = call(bank.admin_addr, "GET", "/admin/outcomes/r", &Value::Null)
        .await
        .json();
    assert_eq!(outcome["outcome_code"], json!("000"));
    let index = call(bank.admin_addr, "GET", "/admin", &Value::Null).await.json();
    assert_eq!(index["endpoints"].as_object().expect("endpoints").len(), 9);
    assert_eq!(
        call(bank.admin_addr, "GET", "/admin/accounts/1", &Value::Null)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn an_account_is_opened_blocked_and_closed() {
    let bank = start_bank().await;
    let body = json!({
        "account_num": "97010000001009", "holder_name": "이도윤", "holder_info": "881102", "balance_won": 500,
        "linking_value": "ci-two", "limit_won": 100
    });
    assert_eq!(
        call(bank.admin_addr, "POST", "/admin/accounts", &body).await.status,
        201
    );
    let again = call(bank.admin_addr, "POST", "/admin/accounts", &body).await;
    assert_eq!((again.status, &again.json()["field"]), (400, &json!("account_num")));
    let path = format!("/admin/accounts/{ACCOUNT}");
    for (state, code) in [("blocked", "490"), ("closed", "412"), ("open", "000")] {
        let changed = call(bank.admin_addr, "PATCH", &path, &json!({"state": state}))
            .await
            .json();
        assert_eq!(changed["state"], json!(state));
        assert_eq!(debit(&bank, state, "1").await.code(), code);
    }
}

#[tokio::test]
async fn a_closed_bank_answers_only_status_and_outcomes() {
    let bank = start_bank().await;
    debit(&bank, "before", "1").await;
    call(bank.admin_addr, "POST", "/admin/status", &json!({"state": "closed"})).await;
    assert_eq!(debit(&bank, "r", "1").await.code(), "114");
    let status = call(bank.line_addr, "GET", "/line/v1/status", &Value::Null)
        .await
        .json();
    assert_eq!(status["state"], json!("closed"));
    let outcome = call(bank.line_addr, "GET", "/line/v1/outcomes/before", &Value::Null)
        .await
        .json();
    assert_eq!(outcome["outcome_code"], json!("000"));
    call(bank.admin_addr, "POST", "/admin/status", &json!({"state": "open"})).await;
    assert_eq!(debit(&bank, "r", "1").await.code(), "000");
}

#[tokio::test]
async fn wrong_input_names_field_and_accepted_values() {
    let bank = start_bank().await;
    let wrong = [
        (
            "POST",
            "/admin/faults",
            json!({"kind": "sleepy"}),
            "kind",
            "slow, silent",
        ),
        (
            "POST",
            "/admin/faults",
            json!({"kind": "slow", "on": ["debits"]}),
            "on",
            "debit, credit",
        ),
        (
            "POST",
            "/admin/faults",
            json!({"kind": "slow", "percent": 101}),
            "percent",
            "1 to 100",
        ),
        (
            "POST",
            "/admin/accounts",
            json!({"holder_name": "이도윤"}),
            "holder_info",
            "text",
        ),
        (
            "PATCH",
            "/admin/accounts/97010000001001",
            json!({"state": "shut"}),
            "state",
            "open, closed, blocked",
        ),
        ("POST", "/admin/status", json!({"stat": "open"}), "stat", "state"),
    ];
    for (method, path, body, field, accepted) in wrong {
        let answer = call(bank.admin_addr, method, path, &body).await;
        let complaint = answer.json();
        assert_eq!(
            (answer.status, &complaint["field"]),
            (400, &json!(field)),
            "{complaint}"
        );
        assert!(
            complaint["accepted"].as_str().expect("a text").contains(accepted),
            "{complaint}"
        );
    }
}
