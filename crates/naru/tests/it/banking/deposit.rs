//! POST /v2.0/transfer/deposit/fin_num and /deposit/acnt_num.

use serde_json::{Value, json};

use crate::harness::{Answer, Bed, CONTRACT, CONTRACT_WON, Fault, Fintech, Login, OPENING_WON};

const BY_REGISTRATION: &str = "/v2.0/transfer/deposit/fin_num";
const BY_NUMBER: &str = "/v2.0/transfer/deposit/acnt_num";

async fn party(seed: u64) -> (Bed, Fintech, Login) {
    let bed = Bed::new(seed).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 1).await;
    (bed, fintech, login)
}

async fn post(bed: &Bed, fintech: &Fintech, (path, body): (&str, &Value)) -> Answer {
    bed.post(path, &fintech.oob, body).await
}

#[tokio::test]
async fn a_deposit_reaches_a_registered_account_and_answers_every_field() {
    let (bed, fintech, login) = party(180).await;
    let held = login.at("020");
    let mut request = bed.deposit(&fintech, held, 45_000);
    request["req_list"][0]["cms_num"] = json!("CMS1");
    let mut body = post(&bed, &fintech, (BY_REGISTRATION, &request)).await.ok();
    for name in ["api_tran_id", "api_tran_dtm", "rsp_code", "rsp_message"] {
        body.as_object_mut().unwrap().remove(name).unwrap();
    }
    let expected = json!({
        "wd_bank_code_std": "097", "wd_bank_code_sub": "0970000", "wd_bank_name": "나루시험은행",
        "wd_account_num_masked": "97090000000***", "wd_print_content": "정산",
        "wd_account_holder_name": "나루페이", "res_cnt": "1",
        "res_list": [{
            "tran_no": "1", "bank_tran_id": request["req_list"][0]["bank_tran_id"], "bank_tran_date": "20261121",
            "bank_code_tran": "020", "bank_rsp_code": "000", "bank_rsp_message": "정상 처리되었습니다.",
            "fintech_use_num": held.number, "account_alias": "두물머리 매일저축", "bank_code_std": "020",
            "bank_code_sub": "0200000", "bank_name": "두물머리은행", "savings_bank_name": "",
            "account_num_masked": "1002000003***", "print_content": "모아핀정산",
            "account_holder_name": "이도윤", "tran_amt": "45000", "cms_num": "CMS1", "withdraw_bank_tran_id": "",
        }],
    });
    assert_eq!(body, expected);
    assert_eq!(bed.bank("020").balance(&held.account_num), OPENING_WON + 45_000);
    assert_eq!(bed.bank("097").balance(CONTRACT), CONTRACT_WON - 45_000);
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_deposit_by_number_checks_the_payees_name_unless_told_not_to() {
    let (bed, fintech, login) = party(181).await;
    let held = login.at("004");
    let right = bed.deposit_by_number(&fintech, (held, "이 도윤"), 1_000);
    let body = post(&bed, &fintech, (BY_NUMBER, &right)).await.ok();
    assert_eq!(body["res_list"][0]["account_holder_name"], "이도윤");
    assert_eq!(body["res_list"][0]["fintech_use_num"], "");
    let wrong = bed.deposit_by_number(&fintech, (held, "김하늘"), 1_000);
    post(&bed, &fintech, (BY_NUMBER, &wrong)).await.refused("A0312");
    let mut unchecked = bed.deposit_by_number(&fintech, (held, "김하늘"), 1_000);
    unchecked["name_check_option"] = json!("off");
    post(&bed, &fintech, (BY_NUMBER, &unchecked)).await.ok();
    let mut unclear = bed.deposit_by_number(&fintech, (held, "이도윤"), 1_000);
    unclear["name_check_option"] = json!("maybe");
    assert!(
        post(&bed, &fintech, (BY_NUMBER, &unclear))
            .await
            .refused("A0004")
            .contains("name_check_option")
    );
    bed.bank("004").fail_times("holder", Fault::Silent, 1);
    let silent = bed.deposit_by_number(&fintech, (held, "이도윤"), 1_000);
    post(&bed, &fintech, (BY_NUMBER, &silent))
        .await
        .refused_by_bank("A0017", "804");
    assert_eq!(bed.bank("004").balance(&held.account_num), OPENING_WON + 2_000);
    assert_eq!(bed.states().await, ["completed", "completed"]);
    bed.money_is_right().await;
}

#[tokio::test]
async fn requests_in_every_tolerated_shape_are_taken_and_others_are_named() {
    let (bed, fintech, login) = party(182).await;
    let held = login.at("004");
    let forms = [
        (BY_REGISTRATION, bed.deposit(&fintech, held, 1_000)),
        (BY_NUMBER, bed.deposit_by_number(&fintech, (held, "이도윤"), 1_000)),
    ];
    for (path, form) in forms {
        for count in [json!(1), json!("1"), json!(""), Value::Null] {
            let mut body = form.clone();
            body["req_cnt"] = count.clone();
            body["req_list"][0]["bank_tran_id"] = json!(fintech.tran_id(&bed));
            body["req_list"][0]["tran_amt"] = json!(1_000);
            let answer = post(&bed, &fintech, (path, &body)).await;
            assert_eq!(answer.code(), "A0000", "{path} {count}: {}", answer.text());
        }
        let mut two_rows = form.clone();
        two_rows["req_list"] = json!([form["req_list"][0], form["req_list"][0]]);
        let mut no_rows = form.clone();
        no_rows.as_object_mut().unwrap().remove("req_list");
        for (change, field) in [
            (two_rows, "req_list"),
            (no_rows, "req_list"),
            (changed(&form, "/req_list", json!([])), "req_list"),
            (changed(&form, "/req_cnt", json!("2")), "req_cnt"),
            (changed(&form, "/req_list/0/tran_amt", json!("0")), "tran_amt"),
            (changed(&form, "/req_list/0/tran_amt", json!("1,000")), "tran_amt"),
            (changed(&form, "/req_list/0/print_content", json!("")), "print_content"),
            (
                changed(&form, "/req_list/0/print_content", json!("가".repeat(21))),
                "print_content",
            ),
            (
                changed(&form, "/wd_print_content", json!("가".repeat(21))),
                "wd_print_content",
            ),
            (
                changed(&form, "/req_list/0/transfer_purpose", json!("XX")),
                "transfer_purpose",
            ),
            (changed(&form, "/req_list/0/tran_no", json!("123456")), "tran_no"),
            (changed(&form, "/cntr_account_type", json!("")), "cntr_account_type"),
            (changed(&form, "/tran_dtime", json!("nonsense")), "tran_dtime"),
        ] {
            let answer = post(&bed, &fintech, (path, &change)).await;
            assert!(
                answer.refused("A0004").contains(field),
                "{path} {field}: {}",
                answer.text()
            );
        }
        let other = changed(&form, "/cntr_account_num", json!("97090000000018"));
        post(&bed, &fintech, (path, &other)).await.refused("A0322");
        bed.post(path, &login.access, &form).await.refused("O0001");
    }
    assert_eq!(bed.bank("004").balance(&held.account_num), OPENING_WON + 8_000);
    bed.money_is_right().await;
}

fn changed(form: &Value, pointer: &str, value: Value) -> Value {
    let mut body = form.clone();
    *body.pointer_mut(pointer).expect("the form has the field") = value;
    body
}

#[tokio::test]
async fn one_id_moves_money_once_over_both_ways_of_depositing() {
    let (bed, fintech, login) = party(184).await;
    let held = login.at("004");
    let by_registration = bed.deposit(&fintech, held, 1_000);
    let first = post(&bed, &fintech, (BY_REGISTRATION, &by_registration)).await;
    first.ok();
    assert_eq!(
        post(&bed, &fintech, (BY_REGISTRATION, &by_registration)).await.text(),
        first.text()
    );
    let other = changed(&by_registration, "/req_list/0/tran_amt", json!("1001"));
    post(&bed, &fintech, (BY_REGISTRATION, &other)).await.refused("A0326");
    let id = by_registration["req_list"][0]["bank_tran_id"].clone();
    let mut by_number = bed.deposit_by_number(&fintech, (held, "이도윤"), 1_000);
    by_number["req_list"][0]["bank_tran_id"] = id.clone();
    post(&bed, &fintech, (BY_NUMBER, &by_number)).await.refused("A0326");
    assert_eq!(bed.bank("004").balance(&held.account_num), OPENING_WON + 1_000);
    // A withdrawal is another family: the same id is another transfer there.
    let mut withdrawal = bed.withdrawal(&fintech, held, 1_000);
    withdrawal["bank_tran_id"] = id;
    bed.withdraw(&login.access, &withdrawal).await.ok();
    assert_eq!(bed.bank("004").balance(&held.account_num), OPENING_WON);
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_deposit_whose_payee_is_refused_comes_back_to_the_contract_account() {
    let (bed, fintech, login) = party(185).await;
    let held = login.at("004");
    bed.bank("004").fail_times("credit", Fault::Refuse("412"), 1);
    let request = bed.deposit(&fintech, held, 1_000);
    let answer = post(&bed, &fintech, (BY_REGISTRATION, &request)).await;
    answer.refused("A0002");
    assert_eq!(answer.json()["res_list"][0]["bank_rsp_code"], "412");
    assert_eq!(bed.states().await, ["reversed"]);
    let unknown = changed(
        &bed.deposit_by_number(&fintech, (held, "이도윤"), 1_000),
        "/req_list/0/account_num",
        json!("40499999999999"),
    );
    let unchecked = changed(&unknown, "/name_check_option", json!("off"));
    post(&bed, &fintech, (BY_NUMBER, &unknown))
        .await
        .refused_by_bank("A0002", "411");
    let answer = post(&bed, &fintech, (BY_NUMBER, &unchecked)).await;
    answer.refused("A0002");
    assert_eq!(answer.json()["res_list"][0]["bank_rsp_code"], "411");
    assert_eq!(bed.bank("097").balance(CONTRACT), CONTRACT_WON);
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_deposit_in_doubt_is_not_paid_again() {
    let (bed, fintech, login) = party(186).await;
    let held = login.at("004");
    bed.bank("004").fail_times("credit", Fault::Late, 1);
    let request = bed.deposit(&fintech, held, 1_000);
    post(&bed, &fintech, (BY_REGISTRATION, &request)).await.refused("A0007");
    post(&bed, &fintech, (BY_REGISTRATION, &request)).await.refused("A0007");
    bed.pass_seconds(60);
    assert_eq!(bed.resolve().await, 1);
    post(&bed, &fintech, (BY_REGISTRATION, &request)).await.ok();
    assert_eq!(bed.bank("004").balance(&held.account_num), OPENING_WON + 1_000);
    assert_eq!(
        (
            bed.bank("004").asked_count("credit"),
            bed.bank("097").asked_count("debit")
        ),
        (1, 1)
    );
    bed.money_is_right().await;
}
