//! Every way in which a simulated bank can fail, and what the hub concludes from it.

use naru_banking::line::{
    BreakerState, Inquiry, LineFault, LineStatus, MovementFilter, MovementOrder, TransactionsAsk,
};
use naru_core::{Clock, Outcome, Won};
use serde_json::json;

use crate::support::{ACCOUNT, LINKING_VALUE, OPENING_WON, code, fault, lines_to, order, secure_bank, set_state};

fn unknown(code: &str) -> Outcome {
    Outcome::Unknown { code: code.to_owned() }
}

fn down(code: &str) -> Outcome {
    Outcome::Down { code: code.to_owned() }
}

#[tokio::test]
async fn without_faults_everything_is_answered() {
    let bank = secure_bank().await;
    let lines = lines_to(&bank, 5_000);
    let (debited, us) = lines.debit(&code(), order("r-1", 100)).await;
    assert!(matches!(debited, Outcome::Yes(facts) if facts.holder_name == "김하늘"));
    assert!(us > 0);
    assert!(matches!(
        lines.credit(&code(), order("r-2", 300)).await.0,
        Outcome::Yes(_)
    ));
    let balance = lines.balance(&code(), ACCOUNT).await.0.unwrap();
    assert_eq!(balance.balance, Won(OPENING_WON + 200));

    let accounts = lines.accounts(&code(), LINKING_VALUE).await.0.unwrap();
    assert_eq!((accounts.len(), accounts[0].account_num.as_str()), (1, ACCOUNT));
    assert!(lines.accounts(&code(), "nobody").await.0.unwrap().is_empty());
    let holder = lines.holder(&code(), ACCOUNT, (" ", "920314")).await.0.unwrap();
    assert_eq!(holder.holder_name, "김하늘");
    let differs = lines.holder(&code(), ACCOUNT, (" ", "920315")).await.0;
    assert!(matches!(differs, Err(LineFault::Refused { code, .. }) if code == "464"));
    assert_eq!(lines.line_status(&code()).await.0, Ok(LineStatus::Open));

    let now = Clock::system().now();
    let ask = TransactionsAsk {
        account_num: ACCOUNT.to_owned(),
        filter: MovementFilter::All,
        from: now.plus_days(-1),
        to: now.plus_days(1),
        order: MovementOrder::Ascending,
        page_size: 1,
        cursor: String::new(),
    };
    let first = lines.transactions(&code(), ask.clone()).await.0.unwrap();
    assert_eq!((first.movements.len(), first.movements[0].amount), (1, Won(100)));
    let cursor = first.next_cursor;
    let second = lines
        .transactions(&code(), TransactionsAsk { cursor, ..ask })
        .await
        .0
        .unwrap();
    assert_eq!(
        (second.movements[0].amount, second.next_cursor.as_str()),
        (Won(300), "")
    );
    assert_eq!(lines.outcome(&code(), "r-9").await.0, Inquiry::NotFound);
}

#[tokio::test]
async fn slow_is_yes_within_the_budget_and_unknown_beyond() {
    let bank = secure_bank().await;
    fault(&bank.bank, json!({"kind": "slow", "on": ["debit"], "delay_ms": 600})).await;
    let patient = lines_to(&bank, 10_000);
    assert!(matches!(
        patient.debit(&code(), order("r-1", 100)).await.0,
        Outcome::Yes(_)
    ));
    let hasty = lines_to(&bank, 200);
    assert_eq!(hasty.debit(&code(), order("r-2", 100)).await.0, unknown(""));
    let short = std::time::Duration::from_millis(100);
    let (outcome, us) = patient.debit_within(&code(), order("r-3", 100), short).await;
    assert_eq!(outcome, unknown(""));
    assert!((50_000..550_000).contains(&us), "{us}");
}

#[tokio::test]
async fn silent_is_unknown_and_was_not_executed() {
    let bank = secure_bank().await;
    fault(&bank.bank, json!({"kind": "silent", "on": ["debit"], "times": 1})).await;
    let lines = lines_to(&bank, 300);
    assert_eq!(lines.debit(&code(), order("r-1", 100)).await.0, unknown(""));
    assert_eq!(lines.outcome(&code(), "r-1").await.0, Inquiry::NotFound);
    assert!(matches!(
        lines.debit(&code(), order("r-1", 100)).await.0,
        Outcome::Yes(_)
    ));
}

#[tokio::test]
async fn late_is_unknown_and_was_executed() {
    let bank = secure_bank().await;
    fault(&bank.bank, json!({"kind": "late", "on": ["credit"], "times": 1})).await;
    let lines = lines_to(&bank, 300);
    assert_eq!(lines.credit(&code(), order("r-1", 100)).await.0, unknown(""));
    assert!(matches!(
        lines.outcome(&code(), "r-1").await.0,
        Inquiry::Found(Outcome::Yes(_))
    ));
    assert!(matches!(
        lines.credit(&code(), order("r-1", 100)).await.0,
        Outcome::Yes(_)
    ));
    assert_eq!(bank.bank.totals().credited_won, 100);
}

#[tokio::test]
async fn wrong_and_duplicate_are_unknown_and_were_executed() {
    let bank = secure_bank().await;
    let lines = lines_to(&bank, 5_000);
    for (kind, reference, code_said) in [("wrong", "r-1", ""), ("duplicate", "r-2", "822")] {
        fault(&bank.bank, json!({"kind": kind, "on": ["debit"], "times": 1})).await;
        assert_eq!(lines.debit(&code(), order(reference, 100)).await.0, unknown(code_said));
        let found = lines.outcome(&code(), reference).await.0;
        assert!(matches!(found, Inquiry::Found(Outcome::Yes(_))), "{kind}");
    }
    assert_eq!(bank.bank.totals().debited_won, 200);
}

#[tokio::test]
async fn down_is_down_with_its_code() {
    let bank = secure_bank().await;
    let lines = lines_to(&bank, 5_000);
    for said in ["111", "114"] {
        fault(
            &bank.bank,
            json!({"kind": "down", "code": said, "on": ["debit", "balance"], "times": 2}),
        )
        .await;
        assert_eq!(lines.debit(&code(), order("r-1", 100)).await.0, down(said));
        let balance = lines.balance(&code(), ACCOUNT).await.0;
        assert_eq!(balance, Err(LineFault::Down { code: said.to_owned() }));
    }
    assert!(matches!(
        lines.debit(&code(), order("r-1", 100)).await.0,
        Outcome::Yes(_)
    ));
}

#[tokio::test]
async fn a_reset_connection_is_unknown_because_the_order_may_have_left() {
    let bank = secure_bank().await;
    let lines = lines_to(&bank, 5_000);
    fault(
        &bank.bank,
        json!({"kind": "down", "code": "reset", "on": ["debit"], "times": 2}),
    )
    .await;
    assert_eq!(lines.debit(&code(), order("r-1", 100)).await.0, unknown(""));
    assert!(lines.balance(&code(), ACCOUNT).await.0.is_ok());
    assert_eq!(lines.debit(&code(), order("r-1", 100)).await.0, unknown(""));
    assert_eq!(lines.outcome(&code(), "r-1").await.0, Inquiry::NotFound);
}

#[tokio::test]
async fn a_refusal_is_a_no_and_stays_one() {
    let bank = secure_bank().await;
    let lines = lines_to(&bank, 5_000);
    fault(
        &bank.bank,
        json!({"kind": "refuse", "code": "456", "on": ["debit"], "times": 1}),
    )
    .await;
    for _ in 0..2 {
        let (outcome, _) = lines.debit(&code(), order("r-1", 100)).await;
        assert!(matches!(outcome, Outcome::No { code, message } if code == "456" && !message.is_empty()));
    }
    let found = lines.outcome(&code(), "r-1").await.0;
    assert!(matches!(found, Inquiry::Found(Outcome::No { code, .. }) if code == "456"));
}

#[tokio::test]
async fn an_inquiry_that_fails_tells_nothing() {
    let bank = secure_bank().await;
    let lines = lines_to(&bank, 300);
    for kind in [
        json!({"kind": "silent", "on": ["outcome"], "times": 1}),
        json!({"kind": "wrong", "on": ["outcome"], "times": 1}),
        json!({"kind": "down", "on": ["outcome"], "times": 1}),
        json!({"kind": "refuse", "code": "412", "on": ["outcome"], "times": 1}),
    ] {
        fault(&bank.bank, kind.clone()).await;
        assert_eq!(lines.outcome(&code(), "r-1").await.0, Inquiry::NoAnswer, "{kind}");
    }
}

#[tokio::test]
async fn outside_its_hours_a_bank_is_down_and_still_tells_outcomes() {
    let bank = secure_bank().await;
    let lines = lines_to(&bank, 5_000);
    assert!(matches!(
        lines.debit(&code(), order("r-1", 100)).await.0,
        Outcome::Yes(_)
    ));
    set_state(&bank.bank, "closed").await;
    for n in 0..5 {
        let reference = format!("r-2-{n}");
        assert_eq!(lines.debit(&code(), order(&reference, 100)).await.0, down("114"));
    }
    assert_eq!(lines.status()[0].breaker, BreakerState::Open);
    assert_eq!(lines.status()[0].last_fault_code.as_deref(), Some("114"));
    assert_eq!(lines.debit(&code(), order("r-3", 100)).await.0, down(""));
    assert!(matches!(
        lines.outcome(&code(), "r-1").await.0,
        Inquiry::Found(Outcome::Yes(_))
    ));
    assert_eq!(lines.line_status(&code()).await.0, Ok(LineStatus::Closed));
}
