//! What is written and what is made of what is read.

use http::StatusCode;
use naru_core::{BankCode, Outcome, Timestamp, Won};
use serde_json::{Value, json};

use super::{Expected, body, path, read};
use crate::line::answer::{Answer, LineStatus, Way};
use crate::line::ask::{Ask, MoveAsk, MovementFilter, MovementOrder, TransactionsAsk};
use crate::line::fault::LineFault;

fn order() -> MoveAsk {
    MoveAsk {
        reference: "r-1".to_owned(),
        account_num: "97010000001001".to_owned(),
        amount: Won(10_000),
        print_content: "나루페이".to_owned(),
        counterpart_bank_code: BankCode::parse("097").unwrap(),
        counterpart_name: "나루페이".to_owned(),
        purpose: "TR".to_owned(),
        return_of: String::new(),
    }
}

fn written(ask: &Ask) -> Value {
    serde_json::from_slice(&body(ask).unwrap()).unwrap()
}

fn answer(expected: &Expected, answer: Value) -> Result<Answer, LineFault> {
    read(StatusCode::OK, answer.to_string().as_bytes(), expected)
}

fn moved() -> Expected {
    Expected::Moved("r-1".to_owned())
}

#[test]
fn an_order_is_written_as_published() {
    let expected = json!({
        "reference": "r-1", "account_num": "97010000001001", "amount": "10000", "print_content": "나루페이",
        "counterpart_bank_code": "097", "counterpart_name": "나루페이", "purpose": "TR", "return_of": ""
    });
    assert_eq!(written(&Ask::Debit(order())), expected);
    assert_eq!(written(&Ask::Credit(order())), expected);
}

#[test]
fn a_page_is_asked_for_as_published() {
    let ask = TransactionsAsk {
        account_num: "97010000001001".to_owned(),
        filter: MovementFilter::All,
        from: Timestamp::from_compact("20260301000000").unwrap(),
        to: Timestamp::from_compact("20260331235959").unwrap(),
        order: MovementOrder::Descending,
        page_size: 1_000,
        cursor: "d5a".to_owned(),
    };
    let expected = json!({
        "account_num": "97010000001001", "inquiry_type": "A", "from": "20260301000000", "to": "20260331235959",
        "sort_order": "D", "page_size": "100", "cursor": "d5a"
    });
    assert_eq!(written(&Ask::Transactions(ask)), expected);
}

#[test]
fn a_reference_is_percent_encoded_in_a_path() {
    assert_eq!(path("0198-d"), "/line/v1/outcomes/0198-d");
    assert_eq!(path("a/b?c%#~"), "/line/v1/outcomes/a%2Fb%3Fc%25%23~");
}

#[test]
fn a_yes_needs_the_reference_and_nothing_else() {
    let bare = json!({"code": "000", "message": "네", "reference": "r-1", "balance_amt": 7, "executed_at": "soon"});
    match answer(&moved(), bare) {
        Ok(Answer::Moved(moved)) => {
            assert_eq!(
                (moved.message.as_str(), moved.executed_at, moved.balance),
                ("네", None, None)
            );
        }
        other => panic!("{other:?}"),
    }
    for other in [
        json!({"code": "000", "message": ""}),
        json!({"code": "000", "message": "", "reference": "r-2"}),
        json!({"code": "453", "message": "", "reference": "r-2"}),
    ] {
        assert_eq!(answer(&moved(), other.clone()), Err(LineFault::silence()), "{other}");
    }
}

#[test]
fn a_no_is_a_no_with_and_without_its_fields() {
    for no in [
        json!({"code": "453", "message": "x"}),
        json!({"code": "453", "message": "x", "reference": "r-1", "balance_amt": {}}),
    ] {
        let fault = answer(&moved(), no).unwrap_err();
        assert!(matches!(fault, LineFault::Refused { code, .. } if code == "453"));
    }
}

#[test]
fn what_is_not_of_the_form_agreed_is_silence() {
    let body = br#"{"code":"000","message":"","state":"open"}"#;
    assert_eq!(
        read(StatusCode::OK, body, &Expected::Status),
        Ok(Answer::Status(LineStatus::Open))
    );
    for status in [201, 204, 302, 400, 401, 404, 500, 502, 503] {
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(
            read(status, body, &Expected::Status),
            Err(LineFault::silence()),
            "{status}"
        );
    }
    for broken in [
        "",
        "{",
        "[]",
        "null",
        r#"{"code":0}"#,
        r#"{"message":""}"#,
        r#"{"code":"000","state":"ajar"}"#,
    ] {
        let found = read(StatusCode::OK, broken.as_bytes(), &Expected::Status);
        assert_eq!(found, Err(LineFault::silence()), "{broken}");
    }
}

#[test]
fn malformed_is_a_refusal_and_only_810_comes_with_400() {
    let refused = |code: &str| {
        let body = json!({"code": code, "message": "요청 전문 오류입니다. (amount)"}).to_string();
        read(StatusCode::BAD_REQUEST, body.as_bytes(), &moved())
    };
    assert!(matches!(refused("810"), Err(LineFault::Refused { code, .. }) if code == "810"));
    assert_eq!(refused("453"), Err(LineFault::silence()));
    assert_eq!(refused("111"), Err(LineFault::silence()));
}

#[test]
fn a_long_message_is_clipped_between_characters() {
    let fault = answer(&moved(), json!({"code": "453", "message": "가".repeat(5_000)})).unwrap_err();
    assert!(matches!(fault, LineFault::Refused { message, .. } if message == "가".repeat(200)));
}

fn account(account_num: &str) -> Value {
    json!({
        "account_num": account_num, "account_seq": "", "account_type": "1", "product_name": "통장",
        "holder_name": "김하늘", "holder_type": "P", "opened_on": "20190304", "matures_on": ""
    })
}

#[test]
fn odd_accounts_are_left_out_and_counted() {
    let mut without_name = account("97010000001002");
    without_name["holder_name"] = Value::Null;
    let rows = json!([
        account("97010000001001"),
        7,
        null,
        account("9701"),
        without_name,
        account("97010000001003")
    ]);
    match answer(
        &Expected::Accounts,
        json!({"code": "000", "message": "", "accounts": rows}),
    ) {
        Ok(Answer::Accounts(list)) => assert_eq!((list.accounts.len(), list.skipped), (2, 4)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn odd_movements_are_left_out_and_counted() {
    let movement = |date: &str, amount: Value| {
        json!({
            "tran_date": date, "tran_time": "184211", "inout_type": "out", "tran_type": "체크카드",
            "print_content": "편의점", "tran_amt": amount, "after_balance_amt": "3184200", "branch_name": ""
        })
    };
    let rows = json!([
        movement("20260331", json!("4800")),
        movement("20260231", json!("4800")),
        movement("20260331", json!("-4800")),
        movement("20260331", json!(4800)),
    ]);
    let page = json!({"code": "000", "message": "", "balance_amt": "3184200", "items": rows, "next_cursor": "d5a"});
    match answer(&Expected::Transactions, page) {
        Ok(Answer::Transactions(page)) => {
            assert_eq!(
                (page.movements.len(), page.skipped, page.next_cursor.as_str()),
                (1, 3, "d5a")
            );
            assert_eq!(
                (page.movements[0].way, page.movements[0].amount),
                (Way::Out, Won(4_800))
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn more_rows_than_agreed_are_left_out_and_counted() {
    let rows: Vec<Value> = (0..130).map(|n| account(&format!("9701000000{n:04}"))).collect();
    match answer(
        &Expected::Accounts,
        json!({"code": "000", "message": "", "accounts": rows}),
    ) {
        Ok(Answer::Accounts(list)) => assert_eq!((list.accounts.len(), list.skipped), (100, 30)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_balance_that_is_no_amount_is_silence() {
    for amount in ["-1", "1.5", "01", "", "99999999999999999999"] {
        let odd = json!({"code": "000", "message": "", "balance_amt": amount, "available_amt": "0"});
        assert_eq!(answer(&Expected::Balance, odd), Err(LineFault::silence()), "{amount}");
    }
}

#[test]
fn a_recorded_outcome_is_yes_no_or_still_unknown() {
    let found = |code: &str| {
        let body = json!({"code": "000", "message": "", "found": "Y", "kind": "debit", "outcome_code": code,
            "outcome_message": "이유", "amount": "10000", "executed_at": "20260401093012", "holder_name": "김하늘"});
        match answer(&Expected::Outcome, body) {
            Ok(Answer::Outcome(Some(found))) => found,
            other => panic!("{other:?}"),
        }
    };
    assert!(matches!(found("000").outcome, Outcome::Yes(facts) if facts.holder_name == "김하늘"));
    assert!(matches!(found("453").outcome, Outcome::No { message, .. } if message == "이유"));
    for code in ["400", "803", "804", "822", "810", "111", "114"] {
        assert!(matches!(found(code).outcome, Outcome::Unknown { .. }), "{code}");
    }
    assert_eq!(
        (found("000").amount, found("000").kind.as_str()),
        (Some(Won(10_000)), "debit")
    );
    let none = json!({"code": "000", "message": "", "found": "N"});
    assert_eq!(answer(&Expected::Outcome, none), Ok(Answer::Outcome(None)));
    let odd = json!({"code": "000", "message": ""});
    assert_eq!(answer(&Expected::Outcome, odd), Err(LineFault::silence()));
}
