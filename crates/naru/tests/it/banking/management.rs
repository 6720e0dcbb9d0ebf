//! GET /v2.0/bank/status, /v2.0/manage/wd_limit, /v2.0/manage/count.

use naru_core::InstitutionStatus;
use serde_json::json;

use crate::harness::{Bed, Fault};

#[tokio::test]
async fn an_institution_that_fails_is_shown_as_such_and_is_no_longer_asked() {
    let bed = Bed::new(240).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let status = async |code: &str| {
        let body = bed.get("/v2.0/bank/status", &fintech.oob, &[]).await.ok();
        assert_eq!(body["res_cnt"], "4");
        let rows = body["res_list"].as_array().unwrap().clone();
        let row = rows.into_iter().find(|row| row["bank_code_std"] == code).unwrap();
        row["bank_status"].as_str().unwrap().to_owned()
    };
    let balance = async || {
        let id = fintech.tran_id(&bed);
        let query = [
            ("bank_tran_id", id.as_str()),
            ("fintech_use_num", &login.at("004").number),
        ];
        bed.get("/v2.0/account/balance/fin_num", &login.access, &query).await
    };
    assert_eq!(status("004").await, "Y");
    bed.bank("004").fail("balance", Fault::Silent);
    for _ in 0..5 {
        balance().await.refused("A0017");
    }
    assert_eq!((status("004").await.as_str(), status("097").await.as_str()), ("N", "Y"));
    balance().await.refused_by_bank("A0002", "111");
    assert_eq!(bed.bank("004").asked_count("balance"), 5, "the breaker is open");
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, login.at("004"), 1_000))
        .await
        .refused_by_bank("A0002", "111");
    bed.bank("004").heal();
    bed.pass_seconds(10);
    balance().await.ok();
    assert_eq!(status("004").await, "Y");
    bed.change_institution("088", |row| row.status = InstitutionStatus::Closed)
        .await;
    assert_eq!(status("088").await, "N");
    bed.nothing_moved().await;
}

#[tokio::test]
async fn a_days_totals_are_told_for_reconciliation() {
    let bed = Bed::new(241).await;
    let (fintech, other) = (bed.fintech().await, bed.fintech().await);
    let login = bed.login(&fintech, 0).await;
    let held = login.at("004");
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, held, 1_000))
        .await
        .ok();
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, held, 2_000))
        .await
        .ok();
    bed.bank("004").fail_times("debit", Fault::Refuse("453"), 1);
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, held, 4_000))
        .await
        .refused("A0002");
    bed.bank("004").fail_times("debit", Fault::Late, 1);
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, held, 8_000))
        .await
        .refused("A0007");
    bed.post(
        "/v2.0/transfer/deposit/fin_num",
        &fintech.oob,
        &bed.deposit(&fintech, held, 16_000),
    )
    .await
    .ok();
    bed.parts.hub.calls().flush().await;
    let query = [("inquiry_date", "20261121")];
    let mut body = bed.get("/v2.0/manage/count", &fintech.oob, &query).await.ok();
    for name in ["api_tran_id", "api_tran_dtm", "rsp_code", "rsp_message"] {
        body.as_object_mut().unwrap().remove(name);
    }
    let expected = json!({
        "inquiry_date": "20261121", "wd_cnt": "2", "wd_amt": "3000", "dps_cnt": "1", "dps_amt": "16000",
        "unresolved_cnt": "1", "unresolved_amt": "8000", "res_cnt": "2",
        "res_list": [
            { "api_name": "POST /v2.0/transfer/deposit/fin_num", "tran_cnt": "1", "success_cnt": "1" },
            { "api_name": "POST /v2.0/transfer/withdraw/fin_num", "tran_cnt": "4", "success_cnt": "2" },
        ],
    });
    assert_eq!(body, expected);
    let of_other = bed.get("/v2.0/manage/count", &other.oob, &query).await.ok();
    assert_eq!(
        (of_other["wd_cnt"].as_str(), of_other["res_cnt"].as_str()),
        (Some("0"), Some("0"))
    );
    for date in ["", "20260230", "2026-11-21"] {
        let refused = bed
            .get("/v2.0/manage/count", &fintech.oob, &[("inquiry_date", date)])
            .await;
        assert!(refused.refused("A0004").contains("inquiry_date"), "{date}");
    }
    let limits = bed.get("/v2.0/manage/wd_limit", &fintech.oob, &[]).await.ok();
    assert_eq!(limits["wd_transfer_limit_amt"], "10000000");
    assert_eq!(
        (limits["wd_day_limit_amt"].as_str(), limits["wd_day_used_amt"].as_str()),
        (Some("100000000"), Some("11000"))
    );
    assert_eq!(
        (
            limits["wd_month_limit_amt"].as_str(),
            limits["wd_month_used_amt"].as_str()
        ),
        (Some("1000000000"), Some("11000"))
    );
    assert_eq!(limits["wd_limit_remain_amt"], "99989000");
    bed.get("/v2.0/manage/wd_limit", &login.access, &[])
        .await
        .refused("O0001");
}
