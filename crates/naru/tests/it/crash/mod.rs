//! Crashes: the hub is killed under load and started again, on SQLite and on PostgreSQL. What clients were told, what
//! the journal says and what the institutions' books say must be one story afterwards, to the won.

mod load;
mod postgres;
mod reckon;
mod stage;

use std::time::Duration;

use serde_json::json;
use tokio::sync::Mutex;

use load::{Desk, Load, Sent, told};
use postgres::Database;
use reckon::{all_end, ask_again, journal_holds};
use stage::Stage;

const CLIENTS: usize = 16;
const ROUNDS: usize = 3;

/// One crash at a time: each is a load of its own.
static TURN: Mutex<()> = Mutex::const_new(());

/// Makes institutions slow now and then, and lets them refuse: a crash then falls on every step of a transfer, the way
/// back included. What gives money back is refused nowhere, so that every transfer can end.
async fn uneven(stage: &Stage) {
    for (seed, bank) in (1..).zip(["097", "004", "020", "088"]) {
        for (kind, percent, delay_ms) in [("slow", 25, 120), ("late", 15, 400)] {
            let fault = json!({
                "kind": kind, "on": ["debit", "credit"], "percent": percent, "delay_ms": delay_ms, "seed": seed,
            });
            stage.fault(bank, fault).await;
        }
    }
    for bank in ["004", "020", "088"] {
        for (on, code) in [("credit", "412"), ("debit", "453")] {
            stage
                .fault(
                    bank,
                    json!({ "kind": "refuse", "on": [on], "percent": 8, "code": code }),
                )
                .await;
        }
    }
}

/// Kills the hub so often, each time in the middle of the load and at another moment, then reckons.
async fn killed_again_and_again(stage: &Stage, rounds: usize, (from_ms, to_ms): (u64, u64)) {
    let desk = Desk::new(&stage.http, &stage.summary, 11);
    let mut hub = stage.start_hub().await;
    let load = Load::start(&desk, CLIENTS);
    let storage = stage.storage();
    for _ in 0..rounds {
        tokio::time::sleep(Duration::from_millis(from_ms + desk.chance.below(to_ms - from_ms))).await;
        hub.kill();
        journal_holds(&storage).await;
        hub = stage.start_hub().await;
    }
    tokio::time::sleep(Duration::from_millis(from_ms)).await;
    let mut sent = load.stop().await;
    all_end(&storage).await;
    let repeated: usize = sent.iter().map(|sent| sent.unanswered).sum();
    let cut: usize = sent.iter().filter(|sent| sent.unanswered > 0).count();
    println!(
        "{} requests, {cut} cut off and repeated {repeated} times, answers {:?}",
        sent.len(),
        told(&sent)
    );
    assert!(cut > 0, "no request was cut off: the hub was not killed under load");
    ask_again(&desk, &mut sent).await;
    stage.reckon(&storage, &sent).await;
    drop(hub);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_on_sqlite() {
    let _turn = TURN.lock().await;
    let stage = Stage::set(None).await;
    uneven(&stage).await;
    killed_again_and_again(&stage, ROUNDS, (1_200, 2_800)).await;
    stage.clear().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_on_postgres() {
    let _turn = TURN.lock().await;
    let Some(database) = Database::create() else { return };
    let stage = Stage::set(Some(database.url())).await;
    uneven(&stage).await;
    killed_again_and_again(&stage, ROUNDS, (1_200, 2_800)).await;
    stage.clear().await;
}

/// Short lives: the file is left in the middle of a commit, or of the recovery from the last one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_a_storm_of_commits_the_file_is_whole() {
    let _turn = TURN.lock().await;
    let stage = Stage::set(None).await;
    killed_again_and_again(&stage, 8, (40, 500)).await;
    stage.clear().await;
}

/// SIGTERM while institutions keep withdrawals waiting: the hub ends by itself, soon, and nothing is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_while_institutions_are_slow() {
    let _turn = TURN.lock().await;
    let stage = Stage::set(None).await;
    let desk = Desk::new(&stage.http, &stage.summary, 12);
    let mut hub = stage.start_hub().await;
    stage
        .fault("004", json!({ "kind": "slow", "on": ["debit"], "delay_ms": 3_000 }))
        .await;
    // One credit is executed at once and answered when the hub has long given up.
    let late = json!({ "kind": "late", "on": ["credit"], "delay_ms": 60_000, "times": 1 });
    stage.fault("097", late).await;
    let mut waiting = Vec::new();
    for _ in 0..8 {
        let (desk, mut sent): (_, Sent) = (desk.clone(), desk.draw(Some("004")));
        waiting.push(tokio::spawn(async move {
            desk.ask(&mut sent).await;
            sent
        }));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let status = hub.stop(Duration::from_secs(45)).await;
    assert!(status.success(), "the hub ended with {status}");
    let mut sent = Vec::new();
    for client in waiting {
        sent.push(client.await.expect("a client ended"));
    }
    println!(
        "{:?} unanswered {}",
        told(&sent),
        sent.iter().filter(|sent| sent.unanswered > 0).count()
    );
    let storage = stage.storage();
    journal_holds(&storage).await;
    assert!(
        sent.iter().all(|sent| sent.unanswered == 0),
        "a call in flight was cut off by a stop"
    );
    let _hub = stage.start_hub().await;
    all_end(&storage).await;
    ask_again(&desk, &mut sent).await;
    stage.reckon(&storage, &sent).await;
    stage.clear().await;
}
