//! The line protocol without faults.

use naru_sims::bank::OPENAPI;
use serde_json::{Value, json};

use crate::client::{ACCOUNT, Client, call, debit, order, outcome, start_bank};

#[tokio::test]
async fn a_person_s_accounts_are_found_by_linking_value() {
    let bank = start_bank().await;
    let found = call(
        bank.line_addr,
        "POST",
        "/line/v1/accounts",
        &json!({"linking_value": "ci-one"}),
    )
    .await
    .json();
    let account = json!({
        "account_num": ACCOUNT, "account_seq": "", "account_type": "1", "product_name": "자유입출금통장",
        "holder_name": "김하늘", "holder_type": "P", "opened_on": "20200102", "matures_on": ""
    });
    assert_eq!(
        found,
        json!({"code": "000", "message": "정상 처리되었습니다.", "accounts": [account]})
    );
    let nobody = call(
        bank.line_addr,
        "POST",
        "/line/v1/accounts",
        &json!({"linking_value": "ci-two"}),
    )
    .await
    .json();
    assert_eq!(
        (nobody["code"].as_str(), &nobody["accounts"]),
        (Some("000"), &json!([]))
    );
}

#[tokio::test]
async fn code_and_message_come_first() {
    let bank = start_bank().await;
    let answer = call(
        bank.line_addr,
        "POST",
        "/line/v1/balance",
        &json!({"account_num": ACCOUNT}),
    )
    .await;
    assert!(answer.body.starts_with(b"{\"code\":\"000\",\"message\":\""));
    let answer = answer.json();
    assert_eq!(
        (&answer["balance_amt"], &answer["last_tran_date"]),
        (&json!("100000"), &json!(""))
    );
    assert!(answer.as_object().expect("an object").values().all(Value::is_string));
}

#[tokio::test]
async fn a_holder_is_checked() {
    let bank = start_bank().await;
    let ask = async |kind: &str, holder_info: &str| {
        let body = json!({"account_num": ACCOUNT, "holder_info_type": kind, "holder_info": holder_info});
        call(bank.line_addr, "POST", "/line/v1/holder", &body).await
    };
    assert_eq!(ask(" ", "920314").await.json()["holder_name"], json!("김하늘"));
    assert_eq!(ask(" ", "920315").await.code(), "464");
    assert_eq!(ask("N", "").await.code(), "000");
    assert_eq!(ask("E", "").await.status, 400);
}

#[tokio::test]
async fn a_debit_is_executed_once_and_its_outcome_can_be_asked_for() {
    let bank = start_bank().await;
    let first = debit(&bank, "r1", "30000").await;
    let answer = first.json();
    assert_eq!(
        (answer["code"].as_str(), answer["balance_amt"].as_str()),
        (Some("000"), Some("70000"))
    );
    assert_eq!(answer["account_num_masked"], json!("97010000001***"));
    assert_eq!(debit(&bank, "r1", "30000").await.body, first.body);
    assert_eq!(debit(&bank, "r1", "30001").await.code(), "822");
    let known = outcome(&bank, "r1").await;
    let shown = (
        &known["found"],
        &known["kind"],
        &known["outcome_code"],
        &known["amount"],
        &known["executed_at"],
    );
    let expected = (
        &json!("Y"),
        &json!("debit"),
        &json!("000"),
        &json!("30000"),
        &answer["executed_at"],
    );
    assert_eq!(shown, expected);
    assert_eq!(outcome(&bank, "never").await["found"], json!("N"));
    assert_eq!(bank.totals().debited_won, 30_000);
}

#[tokio::test]
async fn two_at_once_with_one_reference_execute_once() {
    let bank = start_bank().await;
    let calls: Vec<_> = (0..16)
        .map(|_| {
            let addr = bank.line_addr;
            tokio::spawn(async move {
                call(addr, "POST", "/line/v1/debits", &order("same", "100"))
                    .await
                    .code()
            })
        })
        .collect();
    for answer in calls {
        assert_eq!(answer.await.expect("no panic"), "000");
    }
    assert_eq!(bank.totals().debited_won, 100);
}

#[tokio::test]
async fn malformed_requests_are_400_and_name_the_field() {
    let bank = start_bank().await;
    let mut client = Client::connect(bank.line_addr).await;
    let mut wrong = vec![
        ("{".to_owned(), "body"),
        ("[]".to_owned(), "body"),
        ("x".repeat(17_000), "body"),
    ];
    for (field, value) in [("amount", json!(5)), ("amount", json!("0")), ("amount", json!("1,000"))] {
        let mut body = order("r", "1");
        body[field] = value;
        wrong.push((body.to_string(), "amount"));
    }
    let mut without = order("r", "1");
    without.as_object_mut().expect("an object").remove("purpose");
    wrong.push((without.to_string(), "purpose"));
    for (body, field) in wrong {
        let answer = client.send("POST", "/line/v1/debits", body).await.expect("an answer");
        let message = answer.json()["message"].as_str().expect("a message").to_owned();
        assert_eq!((answer.status, answer.code().as_str()), (400, "810"));
        assert!(message.ends_with(&format!("({field})")), "{message} {field}");
    }
    assert_eq!(outcome(&bank, "r").await["found"], json!("N"));
}

#[tokio::test]
async fn pages_follow_their_cursor() {
    let bank = start_bank().await;
    for number in 1..=5 {
        let body = order(&format!("r{number}"), &format!("{number}"));
        call(bank.line_addr, "POST", "/line/v1/credits", &body).await;
    }
    let mut seen = Vec::new();
    let mut cursor = json!("");
    for _ in 0..3 {
        let body = json!({
            "account_num": ACCOUNT, "inquiry_type": "I", "from": "20200101000000", "to": "20991231235959",
            "sort_order": "D", "page_size": "2", "cursor": cursor
        });
        let page = call(bank.line_addr, "POST", "/line/v1/transactions", &body)
            .await
            .json();
        seen.extend(
            page["items"]
                .as_array()
                .expect("items")
                .iter()
                .map(|item| item["tran_amt"].clone()),
        );
        cursor = page["next_cursor"].clone();
    }
    assert_eq!(cursor, json!(""));
    assert_eq!(json!(seen), json!(["5", "4", "3", "2", "1"]));
}

#[tokio::test]
async fn the_description_is_served_and_unknown_paths_are_not() {
    let bank = start_bank().await;
    let served = call(bank.line_addr, "GET", "/line/v1/openapi.yaml", &Value::Null).await;
    assert_eq!(served.body, OPENAPI.as_bytes());
    assert_eq!(
        call(bank.line_addr, "GET", "/line/v1/nothing", &Value::Null)
            .await
            .status,
        404
    );
    assert_eq!(
        call(bank.line_addr, "GET", "/line/v1/status", &Value::Null)
            .await
            .json()["state"],
        json!("open")
    );
}
