//! POST /v2.0/transfer/withdraw/fin_num: what is answered, what is refused, and what an institution's no leads to.

use naru_sims::bank::AccountState;
use serde_json::{Value, json};

use crate::harness::{Bed, CONTRACT, CONTRACT_WON, Fault, Fintech, Login, OPENING_WON};

async fn party(seed: u64) -> (Bed, Fintech, Login) {
    let bed = Bed::new(seed).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    (bed, fintech, login)
}

#[tokio::test]
async fn a_withdrawal_moves_the_money_and_answers_every_field_of_the_profile() {
    let (bed, fintech, login) = party(120).await;
    let held = login.at("004");
    let request = bed.withdrawal(&fintech, held, 12_345);
    let answer = bed.withdraw(&login.access, &request).await;
    let mut body = answer.ok();
    let head = format!(
        "{{\"api_tran_id\":\"{}\",\"api_tran_dtm\":\"",
        answer.field("api_tran_id")
    );
    let rest = answer
        .text()
        .strip_prefix(&head)
        .map(str::to_owned)
        .expect("the head comes first");
    assert!(rest.starts_with("20261121140000000\",\"rsp_code\":\"A0000\",\"rsp_message\":\"정상\",\"dps_bank"));
    let head = body.as_object_mut().unwrap();
    for name in ["api_tran_id", "api_tran_dtm", "rsp_code", "rsp_message"] {
        head.remove(name).unwrap();
    }
    let expected = json!({
        "dps_bank_code_std": "097", "dps_bank_code_sub": "0970000", "dps_bank_name": "나루시험은행",
        "dps_account_num_masked": "97090000000***", "dps_print_content": "모아핀충전",
        "dps_account_holder_name": "나루페이", "bank_tran_id": request["bank_tran_id"],
        "bank_tran_date": "20261121", "bank_code_tran": "004", "bank_rsp_code": "000",
        "bank_rsp_message": "정상 처리되었습니다.", "fintech_use_num": held.number,
        "account_alias": "강나루 생활통장", "bank_code_std": "004", "bank_code_sub": "0040000",
        "bank_name": "강나루은행", "savings_bank_name": "", "account_num_masked": "40412000002***",
        "print_content": "모아핀", "account_holder_name": "김하늘", "tran_amt": "12345",
        "wd_limit_remain_amt": "99987655",
    });
    assert_eq!(body, expected);
    assert_eq!(bed.bank("004").balance(&held.account_num), OPENING_WON - 12_345);
    assert_eq!(bed.bank("097").balance(CONTRACT), CONTRACT_WON + 12_345);
    assert_eq!(bed.states().await, ["completed"]);
    bed.money_is_right().await;
}

/// Changes one field of a withdrawal; `null` leaves it out.
fn with(bed: &Bed, (fintech, login): (&Fintech, &Login), (name, value): (&str, Value)) -> Value {
    let mut body = bed.withdrawal(fintech, login.at("004"), 1_000);
    if value.is_null() {
        body.as_object_mut().unwrap().remove(name);
    } else {
        body[name] = value;
    }
    body
}

#[tokio::test]
async fn fields_that_cannot_be_taken_are_named_and_nothing_moves() {
    let (bed, fintech, login) = party(121).await;
    let long = "가".repeat(21);
    for (name, value) in [
        ("tran_amt", json!("0")),
        ("tran_amt", json!("-1")),
        ("tran_amt", json!("1,000")),
        ("tran_amt", json!("1.0")),
        ("tran_amt", json!("1e3")),
        ("tran_amt", json!("1000000000000")),
        ("tran_amt", json!(0)),
        ("tran_amt", json!(-1)),
        ("tran_amt", json!(1.5)),
        ("tran_amt", json!("")),
        ("tran_amt", Value::Null),
        ("dps_print_content", json!(long)),
        ("dps_print_content", json!("")),
        ("wd_print_content", json!(long)),
        ("wd_print_content", json!("a\u{7}b")),
        ("transfer_purpose", json!("XX")),
        ("transfer_purpose", Value::Null),
        ("cntr_account_type", json!("Z")),
        ("cntr_account_type", Value::Null),
        ("req_client_name", json!("")),
        ("req_client_name", json!(long)),
        ("tran_dtime", json!("20261121250000")),
        ("req_client_fintech_use_num", json!("123")),
        ("sub_frnc_num", json!("1".repeat(16))),
        ("recv_client_bank_code", json!("0040")),
        ("bank_tran_id", json!("M123")),
        ("fintech_use_num", json!("1")),
    ] {
        let body = with(&bed, (&fintech, &login), (name, value.clone()));
        let message = bed.withdraw(&login.access, &body).await.refused("A0004");
        assert!(message.contains(name), "{name}={value}: {message}");
    }
    let other = with(&bed, (&fintech, &login), ("cntr_account_num", json!("97090000000018")));
    bed.withdraw(&login.access, &other).await.refused("A0322");
    let mut both = with(&bed, (&fintech, &login), ("req_client_bank_code", json!("004")));
    both["req_client_account_num"] = json!("40412000002001");
    let message = bed.withdraw(&login.access, &both).await.refused("A0004");
    assert!(
        message.contains("req_client_fintech_use_num") && message.contains("together"),
        "{message}"
    );
    let neither = with(&bed, (&fintech, &login), ("req_client_fintech_use_num", Value::Null));
    let message = bed.withdraw(&login.access, &neither).await.refused("A0004");
    assert!(message.contains("req_client_account_num"), "{message}");
    assert_eq!(bed.transfers().await.len(), 0);
    bed.nothing_moved().await;
}

#[tokio::test]
async fn quirks_of_real_clients_are_taken() {
    let (bed, fintech, login) = party(122).await;
    for (name, value) in [
        ("tran_amt", json!(1_000)),
        ("tran_amt", json!("000000001000")),
        ("tran_dtime", Value::Null),
        ("tran_dtime", json!("")),
        ("tran_dtime", json!("20190101010101")),
        ("req_client_num", json!("")),
        ("sub_frnc_bussiness_num", json!("1234567890")),
        ("sub_frnc_name", json!("")),
        ("wd_print_content", json!("")),
        ("some_field_of_tomorrow", json!({ "deep": [1, 2] })),
        ("transfer_purpose", json!("TR")),
        ("transfer_purpose", json!("AU")),
        ("cntr_account_type", json!("C")),
        ("dps_print_content", json!("가".repeat(20))),
    ] {
        let body = with(&bed, (&fintech, &login), (name, value.clone()));
        let answer = bed.withdraw(&login.access, &body).await;
        assert_eq!(answer.code(), "A0000", "{name}={value}: {}", answer.text());
        assert_eq!(answer.field("tran_amt"), "1000");
    }
    let mut misspelled = with(&bed, (&fintech, &login), ("req_client_fintech_use_num", Value::Null));
    misspelled["req_client_fintech_use"] = json!(login.at("004").number);
    bed.withdraw(&login.access, &misspelled).await.ok();
    let mut by_number = with(&bed, (&fintech, &login), ("req_client_fintech_use_num", json!("")));
    by_number["req_client_bank_code"] = json!("004");
    by_number["req_client_account_num"] = json!("40412000002001");
    bed.withdraw(&login.access, &by_number).await.ok();
    let glued = bed.call("POST", "/v2.0/transfer/withdraw/fin_num");
    let glued = glued.header("authorization", format!("Bearer{}", login.access));
    let body = bed.withdrawal(&fintech, login.at("004"), 1_000);
    glued.json(&body).send().await.ok();
    assert_eq!(bed.bank("004").balance("40412000002001"), OPENING_WON - 17_000);
    bed.money_is_right().await;
}

#[tokio::test]
async fn the_same_id_gives_the_same_answer_for_the_same_body_and_a_conflict_for_another() {
    let (bed, fintech, login) = party(123).await;
    let body = bed.withdrawal(&fintech, login.at("004"), 5_000);
    let first = bed.withdraw(&login.access, &body).await;
    first.ok();
    bed.pass_seconds(3_600);
    for _ in 0..3 {
        assert_eq!(bed.withdraw(&login.access, &body).await.text(), first.text());
    }
    let mut as_number = body.clone();
    as_number["tran_amt"] = json!(5_000);
    as_number["tran_dtime"] = json!("20260101000000");
    assert_eq!(bed.withdraw(&login.access, &as_number).await.text(), first.text());
    for (name, value) in [
        ("tran_amt", json!("5001")),
        ("fintech_use_num", json!(login.at("097").number)),
        ("wd_print_content", json!("다른 글")),
        ("transfer_purpose", json!("TR")),
    ] {
        let mut other = body.clone();
        other[name] = value;
        bed.withdraw(&login.access, &other).await.refused("A0326");
    }
    let (one, two) = {
        let body = bed.withdrawal(&fintech, login.at("004"), 7_000);
        tokio::join!(bed.withdraw(&login.access, &body), bed.withdraw(&login.access, &body))
    };
    let mut codes = [one.code(), two.code()];
    codes.sort();
    assert!(
        codes[0] == "A0000" && (codes[1] == "A0000" || codes[1] == "A0001"),
        "{codes:?}"
    );
    assert_eq!(bed.bank("004").balance("40412000002001"), OPENING_WON - 12_000);
    assert_eq!(bed.bank("004").asked_count("debit"), 2);
    bed.set_time("20261122000000");
    assert_ne!(
        bed.withdraw(&login.access, &body).await.field("api_tran_id"),
        first.field("api_tran_id")
    );
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_no_of_the_persons_institution_moves_nothing_and_gives_the_limits_back() {
    let (bed, fintech, login) = party(124).await;
    let held = login.at("004");
    let wd_limit = async || {
        bed.get("/v2.0/manage/wd_limit", &fintech.oob, &[])
            .await
            .field("wd_day_used_amt")
    };
    bed.bank("004").fail_times("debit", Fault::Refuse("453"), 1);
    let answer = bed
        .withdraw(&login.access, &bed.withdrawal(&fintech, held, 9_000_000))
        .await;
    answer.refused_by_bank("A0002", "453");
    assert_eq!(answer.field("wd_limit_remain_amt"), "100000000");
    bed.bank("004").set_state(&held.account_num, AccountState::Blocked);
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, held, 9_000_000))
        .await
        .refused_by_bank("A0002", "490");
    bed.bank("004").set_state(&held.account_num, AccountState::Open);
    for (fault, code) in [
        (Fault::Down("111"), "111"),
        (Fault::Down("114"), "114"),
        (Fault::Down(""), "111"),
    ] {
        bed.bank("004").fail_times("debit", fault, 1);
        bed.withdraw(&login.access, &bed.withdrawal(&fintech, held, 9_000_000))
            .await
            .refused_by_bank("A0002", code);
    }
    assert_eq!(bed.states().await, ["failed"; 5]);
    assert_eq!(wd_limit().await, "0");
    bed.nothing_moved().await;
    // The person's ten million of the day are all there as well.
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, held, 10_000_000))
        .await
        .ok();
    assert_eq!(wd_limit().await, "10000000");
    bed.money_is_right().await;
}

#[tokio::test]
async fn more_than_is_on_the_account_is_refused_by_its_institution() {
    let options = crate::harness::Options {
        person_limits: naru_core::PersonLimits {
            transfer_won: naru_core::Won(500_000_000),
            day_won: naru_core::Won(500_000_000),
            first_days_won: naru_core::Won(3_000_000),
        },
        ..crate::harness::Options::default()
    };
    let bed = Bed::with(125, options).await;
    let terms = crate::harness::Terms {
        withdraw: crate::harness::limits(500_000_000, 500_000_000, 500_000_000),
        ..crate::harness::Terms::default()
    };
    let fintech = bed.register(terms).await;
    let login = bed.login(&fintech, 0).await;
    let held = login.at("004");
    let answer = bed
        .withdraw(&login.access, &bed.withdrawal(&fintech, held, OPENING_WON + 1))
        .await;
    answer.refused_by_bank("A0002", "453");
    assert_eq!(answer.field("bank_rsp_message"), "잔액이 부족합니다.");
    bed.nothing_moved().await;
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, held, OPENING_WON))
        .await
        .ok();
    assert_eq!(bed.bank("004").balance(&held.account_num), 0);
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_no_of_the_contract_accounts_institution_gives_the_person_the_money_back() {
    let (bed, fintech, login) = party(126).await;
    let held = login.at("004");
    let answers = [
        (Fault::Refuse("412"), "412"),
        (Fault::Down("111"), "111"),
        (Fault::Down(""), "111"),
        (Fault::Refuse("999"), "999"),
    ];
    for (fault, code) in answers {
        bed.bank("097").fail_times("credit", fault, 1);
        let request = bed.withdrawal(&fintech, held, 50_000);
        let answer = bed.withdraw(&login.access, &request).await;
        answer.refused_by_bank("A0002", code);
        assert_eq!(bed.bank("004").balance(&held.account_num), OPENING_WON, "{code}");
        assert_eq!(answer.field("wd_limit_remain_amt"), "100000000");
        assert_eq!(
            bed.withdraw(&login.access, &request).await.json()["bank_rsp_code"],
            code,
            "a repeat says the same"
        );
    }
    assert_eq!(bed.states().await, ["reversed"; 4]);
    assert_eq!(bed.bank("004").asked_count("reversal"), 4);
    assert_eq!(bed.bank("097").balance(CONTRACT), CONTRACT_WON);
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_reversal_that_is_refused_waits_for_people() {
    let (bed, fintech, login) = party(127).await;
    let held = login.at("004");
    bed.bank("097").fail_times("credit", Fault::Refuse("412"), 1);
    bed.bank("004").fail("reversal", Fault::Refuse("412"));
    let request = bed.withdrawal(&fintech, held, 50_000);
    bed.withdraw(&login.access, &request).await.refused("A0001");
    assert_eq!(bed.states().await, ["stuck"]);
    bed.pass_seconds(3_600);
    assert_eq!(bed.resolve().await, 0, "nobody but people can end it");
    bed.withdraw(&login.access, &request).await.refused("A0001");
    let counted = bed
        .storage()
        .read("it", async |tx| tx.transfer_open_count().await)
        .await;
    let counted: Result<(i64, i64), naru_storage::StorageError> = counted;
    assert_eq!(counted.unwrap().1, 1, "it is counted as stuck");
    let check = bed.journal().await;
    assert_eq!(check.suspense.0, 50_000, "the money lies between the legs");
    assert_eq!(bed.bank("004").balance(&held.account_num), OPENING_WON - 50_000);
    bed.money_is_right().await;
}
