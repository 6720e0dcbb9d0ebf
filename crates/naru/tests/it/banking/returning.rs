//! POST /v2.0/return/claim and /v2.0/return/result.

use naru_sims::bank::AccountState;
use serde_json::{Value, json};

use crate::harness::{Answer, Bed, CONTRACT, CONTRACT_WON, Fault, Fintech, Login, OPENING_WON};

async fn party(seed: u64) -> (Bed, Fintech, Login) {
    let bed = Bed::new(seed).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    (bed, fintech, login)
}

/// A deposit that went well; its id.
async fn deposited(bed: &Bed, (fintech, login): (&Fintech, &Login), won: i64) -> String {
    let body = bed.deposit(fintech, login.at("004"), won);
    bed.post("/v2.0/transfer/deposit/fin_num", &fintech.oob, &body)
        .await
        .ok();
    body["req_list"][0]["bank_tran_id"].as_str().unwrap().to_owned()
}

fn claim(bed: &Bed, fintech: &Fintech, (id, won): (&str, &str)) -> Value {
    json!({
        "bank_tran_id": fintech.tran_id(bed), "org_bank_tran_id": id, "org_bank_tran_date": "20261121",
        "org_tran_amt": won, "claim_reason": "잘못 보냄", "tran_dtime": bed.tran_dtime(),
    })
}

async fn ask(bed: &Bed, fintech: &Fintech, body: &Value) -> Answer {
    bed.post("/v2.0/return/claim", &fintech.oob, body).await
}

#[tokio::test]
async fn a_deposit_is_claimed_back_once() {
    let (bed, fintech, login) = party(220).await;
    let id = deposited(&bed, (&fintech, &login), 7_000).await;
    let body = claim(&bed, &fintech, (&id, "7000"));
    let first = ask(&bed, &fintech, &body).await;
    let answer = first.ok();
    assert_eq!(
        (answer["org_bank_tran_id"].as_str(), answer["tran_amt"].as_str()),
        (Some(&*id), Some("7000"))
    );
    assert_eq!(
        (answer["bank_code_std"].as_str(), answer["bank_rsp_code"].as_str()),
        (Some("004"), Some("000"))
    );
    assert_eq!(bed.bank("004").balance("40412000002001"), OPENING_WON);
    assert_eq!(bed.bank("097").balance(CONTRACT), CONTRACT_WON);
    assert_eq!(ask(&bed, &fintech, &body).await.text(), first.text());
    ask(&bed, &fintech, &claim(&bed, &fintech, (&id, "7000")))
        .await
        .refused("A0324");
    let question = json!({
        "org_bank_tran_id": body["bank_tran_id"], "org_bank_tran_date": "20261121", "org_tran_amt": "7000",
    });
    let found = bed.post("/v2.0/return/result", &fintech.oob, &question).await.ok();
    assert_eq!(
        (found["bank_rsp_code"].as_str(), found["org_bank_tran_id"].as_str()),
        (Some("000"), Some(&*id))
    );
    assert_eq!(bed.bank("004").asked_count("debit"), 1);
    bed.money_is_right().await;
}

#[tokio::test]
async fn what_was_never_paid_cannot_be_claimed() {
    let (bed, fintech, login) = party(221).await;
    let other = bed.fintech().await;
    let id = deposited(&bed, (&fintech, &login), 7_000).await;
    ask(&bed, &fintech, &claim(&bed, &fintech, (&fintech.tran_id(&bed), "7000")))
        .await
        .refused("A0310");
    ask(&bed, &fintech, &claim(&bed, &fintech, (&id, "7001")))
        .await
        .refused("A0310");
    ask(&bed, &other, &claim(&bed, &other, (&id, "7000")))
        .await
        .refused("A0310");
    bed.bank("004").fail_times("credit", Fault::Refuse("412"), 1);
    let refused = bed.deposit(&fintech, login.at("004"), 7_000);
    bed.post("/v2.0/transfer/deposit/fin_num", &fintech.oob, &refused)
        .await
        .refused("A0002");
    let id_of_refused = refused["req_list"][0]["bank_tran_id"].as_str().unwrap();
    ask(&bed, &fintech, &claim(&bed, &fintech, (id_of_refused, "7000")))
        .await
        .refused("A0310");
    let withdrawal = bed.withdrawal(&fintech, login.at("004"), 7_000);
    bed.withdraw(&login.access, &withdrawal).await.ok();
    let id_of_withdrawal = withdrawal["bank_tran_id"].as_str().unwrap();
    ask(&bed, &fintech, &claim(&bed, &fintech, (id_of_withdrawal, "7000")))
        .await
        .refused("A0310");
    let question = json!({ "org_bank_tran_id": id, "org_bank_tran_date": "20261121", "org_tran_amt": "7000" });
    bed.post("/v2.0/return/result", &fintech.oob, &question)
        .await
        .refused("A0310");
    let mut long = claim(&bed, &fintech, (&id, "7000"));
    long["claim_reason"] = json!("가".repeat(101));
    assert!(
        ask(&bed, &fintech, &long)
            .await
            .refused("A0004")
            .contains("claim_reason")
    );
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_payees_institution_may_say_no_and_then_it_can_be_asked_again() {
    let (bed, fintech, login) = party(222).await;
    let id = deposited(&bed, (&fintech, &login), 7_000).await;
    bed.bank("004").set_state("40412000002001", AccountState::Blocked);
    ask(&bed, &fintech, &claim(&bed, &fintech, (&id, "7000")))
        .await
        .refused_by_bank("A0002", "490");
    bed.bank("004").set_state("40412000002001", AccountState::Open);
    ask(&bed, &fintech, &claim(&bed, &fintech, (&id, "7000"))).await.ok();
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_claim_in_doubt_blocks_a_second_one_and_is_found_out() {
    let (bed, fintech, login) = party(223).await;
    let id = deposited(&bed, (&fintech, &login), 7_000).await;
    bed.bank("004").fail_times("debit", Fault::Late, 1);
    let body = claim(&bed, &fintech, (&id, "7000"));
    ask(&bed, &fintech, &body).await.refused("A0007");
    ask(&bed, &fintech, &claim(&bed, &fintech, (&id, "7000")))
        .await
        .refused("A0324");
    bed.pass_seconds(60);
    bed.resolve().await;
    ask(&bed, &fintech, &body).await.ok();
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_deposit_can_be_claimed_for_a_year_and_not_a_day_longer() {
    let (bed, fintech, login) = party(224).await;
    let (one, two) = (
        deposited(&bed, (&fintech, &login), 7_000).await,
        deposited(&bed, (&fintech, &login), 8_000).await,
    );
    bed.pass_seconds(364 * 86_400);
    let token = Fintech {
        oob: bed.fresh_oob(&fintech).await,
        client: fintech.client.clone(),
        secret: fintech.secret.clone(),
        certificate: None,
    };
    bed.pass_seconds(86_400);
    let body = claim(&bed, &fintech, (&one, "7000"));
    ask(&bed, &token, &body).await.ok();
    bed.set_time("20271122000000");
    let message = ask(&bed, &token, &claim(&bed, &fintech, (&two, "8000")))
        .await
        .refused("A0004");
    assert!(message.contains("org_bank_tran_date"), "{message}");
    bed.money_is_right().await;
}
