//! Unknown is not failed: what an institution's silence leads to, and how the resolver finds the truth.

use serde_json::Value;

use crate::harness::{Bed, CONTRACT, CONTRACT_WON, Fault, Fintech, Login, OPENING_WON};

const ACCOUNT: &str = "40412000002001";

async fn party(seed: u64) -> (Bed, Fintech, Login) {
    let bed = Bed::new(seed).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    (bed, fintech, login)
}

/// A withdrawal of 30,000 won from 004 whose outcome is not known; its request.
async fn lost(bed: &Bed, (fintech, login): (&Fintech, &Login), bank_rsp_code: &str) -> Value {
    let body = bed.withdrawal(fintech, login.at("004"), 30_000);
    bed.withdraw(&login.access, &body)
        .await
        .refused_by_bank("A0007", bank_rsp_code);
    assert_eq!(bed.states().await, ["unknown"]);
    bed.journal().await;
    body
}

fn persons_won(bed: &Bed) -> i64 {
    bed.bank("004").balance(ACCOUNT)
}

#[tokio::test]
async fn a_debit_that_was_executed_in_silence_is_completed_by_the_resolver() {
    let (bed, fintech, login) = party(160).await;
    bed.bank("004").fail_times("debit", Fault::Late, 1);
    let body = lost(&bed, (&fintech, &login), "804").await;
    assert_eq!(persons_won(&bed), OPENING_WON - 30_000);
    bed.withdraw(&login.access, &body).await.refused_by_bank("A0007", "804");
    let id = body["bank_tran_id"].as_str().unwrap().to_owned();
    let asked = bed.result(&fintech, "1", (&id, "30000")).await;
    asked.refused("A0007");
    assert_eq!(asked.json()["res_list"][0]["bank_rsp_code"], "804");
    assert_eq!(bed.resolve().await, 0, "nothing is due within the first minute");
    bed.pass_seconds(59);
    assert_eq!(bed.resolve().await, 0);
    bed.pass_seconds(1);
    assert_eq!(bed.resolve().await, 1);
    assert_eq!(bed.states().await, ["completed"]);
    let found = bed.result(&fintech, "1", (&id, "30000")).await.ok();
    assert_eq!(found["res_list"][0]["bank_rsp_code"], "000");
    let repeated = bed.withdraw(&login.access, &body).await.ok();
    assert_eq!(
        (
            repeated["bank_rsp_code"].as_str(),
            repeated["account_holder_name"].as_str()
        ),
        (Some("000"), Some("김하늘"))
    );
    assert_eq!(
        bed.bank("004").asked_count("debit"),
        1,
        "it was asked for, not sent again"
    );
    assert_eq!(
        (persons_won(&bed), bed.bank("097").balance(CONTRACT)),
        (OPENING_WON - 30_000, CONTRACT_WON + 30_000)
    );
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_debit_that_was_never_executed_is_sent_again_exactly_once() {
    let (bed, fintech, login) = party(161).await;
    bed.bank("004").fail_times("debit", Fault::Silent, 1);
    let body = lost(&bed, (&fintech, &login), "804").await;
    assert_eq!(persons_won(&bed), OPENING_WON);
    bed.pass_seconds(60);
    assert_eq!(bed.resolve().await, 1);
    assert_eq!(bed.states().await, ["completed"]);
    assert_eq!(bed.resolve().await, 0);
    bed.withdraw(&login.access, &body).await.ok();
    let of_order = |word: &&&str| matches!(**word, "debit" | "outcome");
    assert_eq!(
        bed.bank("004").asked().iter().filter(of_order).collect::<Vec<_>>(),
        [&"debit", &"outcome", &"debit"]
    );
    assert_eq!(persons_won(&bed), OPENING_WON - 30_000);
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_debit_in_doubt_that_was_refused_in_truth_fails_and_gives_the_limits_back() {
    let (bed, fintech, login) = party(162).await;
    bed.bank("004").fail_times("debit", Fault::Silent, 1);
    let body = lost(&bed, (&fintech, &login), "804").await;
    let used = async || {
        bed.get("/v2.0/manage/wd_limit", &fintech.oob, &[])
            .await
            .field("wd_day_used_amt")
    };
    assert_eq!(used().await, "30000", "what is in doubt stays taken");
    bed.bank("004").fail_times("debit", Fault::Refuse("453"), 1);
    bed.pass_seconds(60);
    bed.resolve().await;
    bed.withdraw(&login.access, &body).await.refused_by_bank("A0002", "453");
    assert_eq!((bed.states().await, used().await.as_str()), (vec!["failed"], "0"));
    bed.nothing_moved().await;
}

#[tokio::test]
async fn every_kind_of_silence_is_unknown_and_found_out() {
    for (fault, code) in [
        (Fault::Late, "804"),
        (Fault::Wrong, "804"),
        (Fault::Unsure("822"), "822"),
        (Fault::Unsure("803"), "803"),
        (Fault::Unsure("400"), "400"),
    ] {
        let (bed, fintech, login) = party(163).await;
        bed.bank("004").fail_times("debit", fault, 1);
        lost(&bed, (&fintech, &login), code).await;
        bed.pass_seconds(60);
        bed.resolve().await;
        assert_eq!(bed.states().await, ["completed"], "debit {fault:?}");
        bed.money_is_right().await;

        let (bed, fintech, login) = party(164).await;
        bed.bank("097").fail_times("credit", fault, 1);
        lost(&bed, (&fintech, &login), code).await;
        assert_eq!(bed.journal().await.suspense.0, 30_000, "credit {fault:?}");
        bed.pass_seconds(60);
        bed.resolve().await;
        assert_eq!(bed.states().await, ["completed"], "credit {fault:?}");
        assert_eq!(bed.bank("097").asked_count("credit"), 1, "credit {fault:?}");
        bed.money_is_right().await;
    }
}

#[tokio::test]
async fn a_credit_in_doubt_is_neither_paid_twice_nor_given_back() {
    let (bed, fintech, login) = party(165).await;
    bed.bank("097").fail("credit", Fault::Silent);
    bed.bank("097").fail("outcome", Fault::Silent);
    lost(&bed, (&fintech, &login), "804").await;
    for _ in 0..20 {
        bed.pass_seconds(600);
        bed.resolve().await;
        assert_eq!(bed.states().await, ["unknown"]);
    }
    assert_eq!(bed.bank("004").asked_count("reversal"), 0);
    assert_eq!(
        (persons_won(&bed), bed.bank("097").balance(CONTRACT)),
        (OPENING_WON - 30_000, CONTRACT_WON)
    );
    let queue = bed.storage().read("it", async |tx| {
        tx.transfer_list(naru_storage::TransferFilter::Queue { asks: 9 }, 10)
            .await
    });
    let queue: Result<Vec<_>, naru_storage::StorageError> = queue.await;
    assert_eq!(queue.unwrap().len(), 1, "an operator sees it");
    bed.bank("097").heal();
    bed.pass_seconds(600);
    bed.resolve().await;
    assert_eq!(bed.states().await, ["completed"]);
    bed.money_is_right().await;
}

#[tokio::test]
async fn the_resolver_asks_after_one_two_and_four_minutes_and_then_every_ten() {
    let (bed, fintech, login) = party(166).await;
    bed.bank("004").fail("debit", Fault::Silent);
    bed.bank("004").fail("outcome", Fault::Silent);
    lost(&bed, (&fintech, &login), "804").await;
    let mut waits = Vec::new();
    for _ in 0..6 {
        let transfer = bed.transfers().await.remove(0);
        let wait = transfer.next_at.expect("it is looked at again").micros_since(bed.now()) / naru_core::SECOND;
        waits.push(wait);
        bed.pass_seconds(wait - 1);
        assert_eq!(bed.resolve().await, 0);
        bed.pass_seconds(1);
        assert_eq!(bed.resolve().await, 1);
    }
    assert_eq!(waits, [60, 120, 240, 600, 600, 600]);
    assert_eq!(bed.bank("004").asked_count("debit"), 1);
    assert_eq!(bed.bank("004").asked_count("outcome"), 6);
    bed.nothing_moved().await;
}

#[tokio::test]
async fn an_institution_that_goes_down_after_silence_does_not_make_it_a_failure() {
    let (bed, fintech, login) = party(167).await;
    bed.bank("004").fail_times("debit", Fault::Late, 1);
    lost(&bed, (&fintech, &login), "804").await;
    bed.bank("004").fail("all", Fault::Down("111"));
    bed.pass_seconds(60);
    bed.resolve().await;
    assert_eq!(bed.states().await, ["unknown"]);
    bed.bank("004").heal();
    bed.pass_seconds(600);
    bed.resolve().await;
    assert_eq!(bed.states().await, ["completed"]);
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_reversal_in_doubt_is_asked_for_until_the_person_has_the_money() {
    let (bed, fintech, login) = party(168).await;
    bed.bank("097").fail_times("credit", Fault::Refuse("412"), 1);
    bed.bank("004").fail_times("reversal", Fault::Late, 1);
    let body = bed.withdrawal(&fintech, login.at("004"), 30_000);
    bed.withdraw(&login.access, &body).await.refused("A0007");
    assert_eq!(persons_won(&bed), OPENING_WON, "given back, though nobody knows");
    bed.pass_seconds(60);
    bed.resolve().await;
    bed.withdraw(&login.access, &body).await.refused_by_bank("A0002", "412");
    assert_eq!(
        (bed.states().await, bed.bank("004").asked_count("reversal")),
        (vec!["reversed"], 1)
    );
    bed.bank("097").fail_times("credit", Fault::Refuse("412"), 1);
    bed.bank("004").fail_times("reversal", Fault::Down("111"), 1);
    let body = bed.withdrawal(&fintech, login.at("004"), 30_000);
    bed.withdraw(&login.access, &body).await.refused("A0007");
    assert_eq!(persons_won(&bed), OPENING_WON - 30_000);
    bed.pass_seconds(60);
    bed.resolve().await;
    bed.withdraw(&login.access, &body).await.refused_by_bank("A0002", "412");
    assert_eq!(persons_won(&bed), OPENING_WON);
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_withdrawal_under_way_is_told_to_ask_later_and_a_second_request_does_not_move_it() {
    let options = crate::harness::Options {
        banking: naru_banking::BankingSettings {
            answer_ms: 150,
            ..naru_banking::BankingSettings::default()
        },
        ..crate::harness::Options::default()
    };
    let bed = Bed::with(169, options).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    bed.bank("004").fail("debit", Fault::Held);
    let body = bed.withdrawal(&fintech, login.at("004"), 30_000);
    let first = bed.withdraw(&login.access, &body).await;
    assert!(matches!(first.code().as_str(), "A0001" | "A0007"), "{}", first.text());
    let second = bed.withdraw(&login.access, &body).await;
    assert!(matches!(second.code().as_str(), "A0001" | "A0007"), "{}", second.text());
    assert_eq!(bed.bank("004").asked_count("debit"), 1);
    bed.bank("004").open_gate();
    bed.parts.hub.finish().await;
    bed.bank("004").heal();
    bed.pass_seconds(60);
    bed.resolve().await;
    assert_eq!(bed.states().await, ["completed"]);
    bed.withdraw(&login.access, &body).await.ok();
    bed.money_is_right().await;
}
