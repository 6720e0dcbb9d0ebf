//! Limits of fintechs, people and institutions, each at its edge; service hours; the first three days.

use naru_core::{ClientLimits, Scope, Scopes, Won};
use serde_json::Value;

use crate::harness::{Answer, Bed, Fintech, Login, Options, Terms, limits};

/// A bed in which a person's own limits are out of the way.
async fn roomy(seed: u64, withdraw: ClientLimits, deposit: ClientLimits) -> (Bed, Fintech, Login) {
    let options = Options {
        person_limits: naru_core::PersonLimits {
            transfer_won: Won(1_000_000_000),
            day_won: Won(1_000_000_000),
            first_days_won: Won(3_000_000),
        },
        ..Options::default()
    };
    let bed = Bed::with(seed, options).await;
    let terms = Terms {
        withdraw,
        deposit,
        ..Terms::default()
    };
    let fintech = bed.register(terms).await;
    let login = bed.login(&fintech, 0).await;
    (bed, fintech, login)
}

async fn withdraw(bed: &Bed, fintech: &Fintech, login: &Login, won: i64) -> Answer {
    let body = bed.withdrawal(fintech, login.at("004"), won);
    bed.withdraw(&login.access, &body).await
}

async fn deposit(bed: &Bed, fintech: &Fintech, login: &Login, won: i64) -> Answer {
    let body = bed.deposit(fintech, login.at("004"), won);
    bed.post("/v2.0/transfer/deposit/fin_num", &fintech.oob, &body).await
}

/// Day used, month used, and what is left.
async fn used(bed: &Bed, fintech: &Fintech) -> (String, String, String) {
    let body = bed.get("/v2.0/manage/wd_limit", &fintech.oob, &[]).await.ok();
    let field = |name: &str| body[name].as_str().unwrap().to_owned();
    (
        field("wd_day_used_amt"),
        field("wd_month_used_amt"),
        field("wd_limit_remain_amt"),
    )
}

#[tokio::test]
async fn exactly_the_fintechs_withdrawal_limits_can_be_moved_and_not_one_won_more() {
    let (bed, fintech, login) = roomy(140, limits(1_000, 2_500, 4_000), limits(1, 1, 1)).await;
    withdraw(&bed, &fintech, &login, 1_001).await.refused("A0101");
    assert_eq!(used(&bed, &fintech).await, ("0".into(), "0".into(), "2500".into()));
    assert_eq!(
        withdraw(&bed, &fintech, &login, 1_000).await.ok()["wd_limit_remain_amt"],
        "1500"
    );
    withdraw(&bed, &fintech, &login, 1_000).await.ok();
    withdraw(&bed, &fintech, &login, 501).await.refused("A0102");
    assert_eq!(used(&bed, &fintech).await, ("2000".into(), "2000".into(), "500".into()));
    assert_eq!(
        withdraw(&bed, &fintech, &login, 500).await.ok()["wd_limit_remain_amt"],
        "0"
    );
    withdraw(&bed, &fintech, &login, 1).await.refused("A0102");
    bed.set_time("20261122000000");
    assert_eq!(used(&bed, &fintech).await, ("0".into(), "2500".into(), "1500".into()));
    withdraw(&bed, &fintech, &login, 1_000).await.ok();
    withdraw(&bed, &fintech, &login, 501).await.refused("A0103");
    assert_eq!(used(&bed, &fintech).await, ("1000".into(), "3500".into(), "500".into()));
    withdraw(&bed, &fintech, &login, 500).await.ok();
    withdraw(&bed, &fintech, &login, 1).await.refused("A0103");
    bed.set_time("20261130235959");
    withdraw(&bed, &fintech, &login, 1).await.refused("A0103");
    bed.set_time("20261201000000");
    withdraw(&bed, &fintech, &login, 1_000).await.ok();
    assert_eq!(bed.bank("004").totals().debited_won, 5_000);
    bed.money_is_right().await;
}

#[tokio::test]
async fn exactly_the_fintechs_deposit_limits_can_be_moved_and_not_one_won_more() {
    let (bed, fintech, login) = roomy(141, limits(1, 1, 1), limits(1_000, 2_500, 4_000)).await;
    deposit(&bed, &fintech, &login, 1_001).await.refused("A0104");
    deposit(&bed, &fintech, &login, 1_000).await.ok();
    deposit(&bed, &fintech, &login, 1_000).await.ok();
    deposit(&bed, &fintech, &login, 501).await.refused("A0105");
    deposit(&bed, &fintech, &login, 500).await.ok();
    deposit(&bed, &fintech, &login, 1).await.refused("A0105");
    bed.set_time("20261122000000");
    deposit(&bed, &fintech, &login, 1_000).await.ok();
    deposit(&bed, &fintech, &login, 501).await.refused("A0106");
    deposit(&bed, &fintech, &login, 500).await.ok();
    deposit(&bed, &fintech, &login, 1).await.refused("A0106");
    assert_eq!(bed.bank("004").totals().credited_won, 4_000);
    assert_eq!(bed.bank("097").totals().debited_won, 4_000);
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_refused_transfer_takes_nothing_from_any_counter() {
    let (bed, fintech, login) = roomy(142, limits(2_000, 2_000, 3_000), limits(1, 1, 1)).await;
    withdraw(&bed, &fintech, &login, 1_500).await.ok();
    // The day would be passed, the month would not: the month's counter stays as it was.
    withdraw(&bed, &fintech, &login, 501).await.refused("A0102");
    withdraw(&bed, &fintech, &login, 1_500).await.refused("A0102");
    assert_eq!(used(&bed, &fintech).await, ("1500".into(), "1500".into(), "500".into()));
    withdraw(&bed, &fintech, &login, 500).await.ok();
    assert_eq!(
        bed.states().await,
        ["completed", "completed"],
        "a refused one leaves no transfer"
    );
    bed.money_is_right().await;
}

#[tokio::test]
async fn of_many_withdrawals_at_once_only_as_many_as_fit_go_through() {
    let (bed, fintech, login) = roomy(143, limits(1_000, 5_500, 100_000), limits(1, 1, 1)).await;
    let calls = (0..12).map(|_| withdraw(&bed, &fintech, &login, 1_000));
    let answers = futures_util::future::join_all(calls).await;
    let count = |code: &str| answers.iter().filter(|answer| answer.code() == code).count();
    assert_eq!((count("A0000"), count("A0102")), (5, 7));
    assert_eq!(used(&bed, &fintech).await, ("5000".into(), "5000".into(), "500".into()));
    assert_eq!(bed.bank("004").totals().debited_won, 5_000);
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_persons_limits_hold_over_all_fintechs() {
    let bed = Bed::new(144).await;
    let terms = Terms {
        withdraw: limits(50_000_000, 100_000_000, 1_000_000_000),
        ..Terms::default()
    };
    let (one, two) = (bed.register(terms.clone()).await, bed.register(terms).await);
    let (at_one, at_two) = (bed.login(&one, 0).await, bed.login(&two, 0).await);
    withdraw(&bed, &one, &at_one, 10_000_001).await.refused("A0111");
    withdraw(&bed, &one, &at_one, 6_000_000).await.ok();
    withdraw(&bed, &two, &at_two, 4_000_001).await.refused("A0112");
    assert_eq!(
        used(&bed, &two).await.0,
        "0",
        "the fintech's counter gave back what the person's refused"
    );
    withdraw(&bed, &two, &at_two, 4_000_000).await.ok();
    withdraw(&bed, &one, &at_one, 1).await.refused("A0112");
    let other = bed.login(&one, 1).await;
    withdraw(&bed, &one, &other, 10_000_000).await.ok();
    bed.set_time("20261122000000");
    withdraw(&bed, &one, &at_one, 10_000_000).await.ok();
    bed.money_is_right().await;
}

#[tokio::test]
async fn in_the_first_three_days_three_million_and_no_remittance_to_persons() {
    let bed = Bed::new(145).await;
    let fintech = bed.fintech().await;
    let all = Scopes::of(&[Scope::Login, Scope::Inquiry, Scope::Transfer]);
    let login = bed.login_as(&fintech, 0, (&all, 0)).await;
    let remittance = async |won| {
        let mut body = bed.withdrawal(&fintech, login.at("004"), won);
        body["transfer_purpose"] = Value::from("TR");
        bed.withdraw(&login.access, &body).await
    };
    let message = remittance(1_000).await.refused("A0111");
    assert_eq!(message, "가입 후 사흘 동안은 개인에게 송금할 수 없습니다");
    withdraw(&bed, &fintech, &login, 3_000_001).await.refused("A0112");
    withdraw(&bed, &fintech, &login, 3_000_000).await.ok();
    withdraw(&bed, &fintech, &login, 1).await.refused("A0112");
    bed.set_time("20261123235959");
    remittance(1_000).await.refused("A0111");
    withdraw(&bed, &fintech, &login, 3_000_001).await.refused("A0112");
    bed.set_time("20261124000000");
    remittance(1_000).await.ok();
    withdraw(&bed, &fintech, &login, 9_999_000).await.ok();
    withdraw(&bed, &fintech, &login, 1).await.refused("A0112");
    bed.money_is_right().await;
}

#[tokio::test]
async fn money_moves_within_the_service_hours_alone_and_repeats_are_answered_at_any_time() {
    let options = Options {
        hours: Some((5, 23 * 60 + 55)),
        ..Options::default()
    };
    let bed = Bed::with(146, options).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    bed.set_time("20261122000459");
    withdraw(&bed, &fintech, &login, 1_000).await.refused("A0020");
    deposit(&bed, &fintech, &login, 1_000).await.refused("A0020");
    bed.nothing_moved().await;
    bed.set_time("20261122000500");
    withdraw(&bed, &fintech, &login, 1_000).await.ok();
    bed.set_time("20261122235459");
    let body = bed.withdrawal(&fintech, login.at("004"), 1_000);
    let first = bed.withdraw(&login.access, &body).await;
    first.ok();
    bed.set_time("20261122235500");
    withdraw(&bed, &fintech, &login, 1_000).await.refused("A0020");
    assert_eq!(bed.withdraw(&login.access, &body).await.text(), first.text());
    let id = fintech.tran_id(&bed);
    let query = [
        ("bank_tran_id", id.as_str()),
        ("fintech_use_num", &login.at("004").number),
    ];
    bed.get("/v2.0/account/balance/fin_num", &login.access, &query)
        .await
        .ok();
    bed.money_is_right().await;
}

#[tokio::test]
async fn an_institutions_position_does_not_fall_below_its_cap() {
    let options = Options {
        net_debit_cap: Some(("004", Won(10_000))),
        ..Options::default()
    };
    let bed = Bed::with(147, options).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    withdraw(&bed, &fintech, &login, 10_001)
        .await
        .refused_by_bank("A0002", "999");
    withdraw(&bed, &fintech, &login, 10_000).await.ok();
    bed.standing_work().await;
    withdraw(&bed, &fintech, &login, 1)
        .await
        .refused_by_bank("A0002", "999");
    assert_eq!(
        used(&bed, &fintech).await.0,
        "10000",
        "what the cap refused was given back"
    );
    deposit(&bed, &fintech, &login, 5_000).await.ok();
    bed.standing_work().await;
    withdraw(&bed, &fintech, &login, 5_000).await.ok();
    bed.money_is_right().await;
}
