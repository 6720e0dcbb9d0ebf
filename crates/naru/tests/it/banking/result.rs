//! POST /v2.0/transfer/result: what became of up to twenty-five transfers.

use serde_json::{Value, json};

use crate::harness::{Bed, Fault, Fintech, Login};

const RESULT: &str = "/v2.0/transfer/result";

async fn party(seed: u64) -> (Bed, Fintech, Login) {
    let bed = Bed::new(seed).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    (bed, fintech, login)
}

fn request(check_type: &str, rows: &[Value]) -> Value {
    json!({ "check_type": check_type, "tran_dtime": "", "req_cnt": rows.len(), "req_list": rows })
}

fn row(number: usize, id: &str, won: &str) -> Value {
    json!({
        "tran_no": number.to_string(), "org_bank_tran_id": id,
        "org_bank_tran_date": "20261121", "org_tran_amt": won,
    })
}

#[tokio::test]
async fn twenty_five_rows_of_every_kind_are_answered_row_by_row() {
    let (bed, fintech, login) = party(200).await;
    let mut rows = Vec::new();
    let mut expected = Vec::new();
    for number in 0..25 {
        let id = if number % 5 == 4 {
            expected.push(String::new());
            fintech.tran_id(&bed)
        } else {
            let body = bed.withdrawal(&fintech, login.at("004"), 1_000);
            let (fault, code) = match number % 5 {
                0 => (None, "000"),
                1 => (Some(Fault::Refuse("453")), "453"),
                2 => (Some(Fault::Unsure("822")), "822"),
                _ => (Some(Fault::Down("111")), "111"),
            };
            if let Some(fault) = fault {
                bed.bank("004").fail_times("debit", fault, 1);
            }
            bed.withdraw(&login.access, &body).await;
            expected.push(code.to_owned());
            body["bank_tran_id"].as_str().unwrap().to_owned()
        };
        rows.push(row(number, &id, "1000"));
    }
    let body = bed.post(RESULT, &fintech.oob, &request("1", &rows)).await.ok();
    assert_eq!(body["res_cnt"], "25");
    let told = body["res_list"].as_array().unwrap();
    for (number, (row, code)) in told.iter().zip(&expected).enumerate() {
        assert_eq!(row["tran_no"], number.to_string());
        assert_eq!(row["bank_rsp_code"], *code, "row {number}");
        assert_eq!(row["bank_tran_id"], rows[number]["org_bank_tran_id"]);
    }
    assert_eq!(told[4]["bank_rsp_message"], "해당 거래가 없습니다");
    rows.push(row(25, &fintech.tran_id(&bed), "1000"));
    let message = bed
        .post(RESULT, &fintech.oob, &request("1", &rows))
        .await
        .refused("A0004");
    assert!(message.contains("req_list"), "{message}");
    bed.pass_seconds(60);
    bed.resolve().await;
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_single_answer_is_told_field_by_field() {
    let (bed, fintech, login) = party(201).await;
    let body = bed.withdrawal(&fintech, login.at("004"), 1_000);
    bed.withdraw(&login.access, &body).await.ok();
    let id = body["bank_tran_id"].as_str().unwrap();
    let answer = bed.result(&fintech, "1", (id, "1000")).await.ok();
    let expected = json!({
        "tran_no": "1", "bank_tran_id": id, "bank_tran_date": "20261121", "bank_code_tran": "004",
        "bank_rsp_code": "000", "bank_rsp_message": "정상 처리되었습니다.", "wd_bank_code_std": "004",
        "wd_bank_name": "강나루은행", "wd_account_num_masked": "40412000002***", "wd_print_content": "모아핀",
        "wd_account_holder_name": "김하늘", "dps_bank_code_std": "097", "dps_bank_name": "나루시험은행",
        "dps_account_num_masked": "97090000000***", "dps_print_content": "모아핀충전",
        "dps_account_holder_name": "나루페이", "tran_amt": "1000",
    });
    assert_eq!(answer["res_list"], json!([expected]));
}

#[tokio::test]
async fn a_transfer_is_found_by_its_own_client_day_kind_id_and_amount_alone() {
    let (bed, fintech, login) = party(202).await;
    let other = bed.fintech().await;
    let body = bed.withdrawal(&fintech, login.at("004"), 1_000);
    bed.withdraw(&login.access, &body).await.ok();
    let id = body["bank_tran_id"].as_str().unwrap();
    bed.result(&fintech, "1", (id, "1000")).await.ok();
    bed.result(&fintech, "1", (id, "1001")).await.refused("A0310");
    bed.result(&fintech, "2", (id, "1000")).await.refused("A0310");
    bed.result(&other, "1", (id, "1000")).await.refused("A0310");
    let mut yesterday = request("1", &[row(1, id, "1000")]);
    yesterday["req_list"][0]["org_bank_tran_date"] = json!("20261120");
    bed.post(RESULT, &fintech.oob, &yesterday).await.refused("A0310");
    bed.post(RESULT, &login.access, &request("1", &[row(1, id, "1000")]))
        .await
        .refused("O0001");
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_by_field() {
    let (bed, fintech, _) = party(203).await;
    let id = fintech.tran_id(&bed);
    let good = request("1", &[row(1, &id, "1000")]);
    for (pointer, value, field) in [
        ("/check_type", json!("3"), "check_type"),
        ("/check_type", json!(""), "check_type"),
        ("/req_cnt", json!("2"), "req_cnt"),
        ("/req_list", json!([]), "req_list"),
        ("/req_list/0/org_bank_tran_id", json!("short"), "org_bank_tran_id"),
        ("/req_list/0/org_bank_tran_id", json!(""), "org_bank_tran_id"),
        (
            "/req_list/0/org_bank_tran_date",
            json!("20260230"),
            "org_bank_tran_date",
        ),
        ("/req_list/0/org_tran_amt", json!("0"), "org_tran_amt"),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        let message = bed.post(RESULT, &fintech.oob, &body).await.refused("A0004");
        assert!(message.contains(field), "{pointer}: {message}");
    }
}
