//! The resolver: finds out what became of transfers that were lost from sight, by asking the institution again with
//! the hub's own reference. It never decides by the clock.

use std::sync::Arc;
use std::time::Duration;

use naru_core::{Actor, LegKind, Transfer, TransferEvent, TransferState};
use naru_storage::StorageError;
use tokio::sync::Semaphore;

use super::drive::{Halted, Way};
use super::service::LEASE_SECONDS;
use crate::Desk;
use crate::line::Inquiry;

/// Transfers taken in one round at most.
const ROUND_MAX: i64 = 200;
/// Pause between rounds.
const PAUSE: Duration = Duration::from_secs(1);

const ACTOR: Actor = Actor::Hub("resolver");

/// Takes rounds until the hub stops.
pub async fn run(desk: Desk) {
    loop {
        if let Err(error) = round(&desk).await {
            tracing::error!(event = "resolver_failed", %error, "the next round tries again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One round over everything that is due; how many transfers were looked at.
pub async fn round(desk: &Desk) -> Result<usize, StorageError> {
    let due = desk
        .hub
        .storage()
        .read("transfer_list_due", async |tx| tx.transfer_list_due(ROUND_MAX).await);
    let due: Vec<Transfer> = due.await?;
    let count = due.len();
    let places = Arc::new(Semaphore::new(desk.settings.resolver_tasks));
    let mut tasks = Vec::with_capacity(count);
    for transfer in due {
        let (desk, places) = (desk.clone(), Arc::clone(&places));
        tasks.push(desk.hub.work().clone().spawn(async move {
            let _place = places.acquire_owned().await;
            let id = transfer.id;
            if let Err(Halted::Storage(error)) = resolve(&desk, transfer).await {
                tracing::error!(event = "resolve_failed", transfer = %id, %error, "a later round tries again");
            }
        }));
    }
    for task in tasks {
        let _ = task.await;
    }
    Ok(count)
}

/// Takes one transfer and asks until it is final or nobody answers.
async fn resolve(desk: &Desk, transfer: Transfer) -> Result<(), Halted> {
    let until = desk.hub.now().plus_seconds(LEASE_SECONDS);
    let leased = &transfer;
    let taken = desk
        .hub
        .storage()
        .record("transfer_lease", async |tx| tx.transfer_lease(leased, until).await);
    if !taken.await? {
        return Ok(());
    }
    let mut way = Way::new(transfer);
    way.transfer.version += 1;
    // Whoever was driving it is gone, or it was lost before: every leg is asked for before it is sent.
    way.apply(TransferEvent::Lost, desk.hub.now());
    while let TransferState::Unknown { leg, .. } = way.transfer.state {
        let answered = ask(desk, &mut way, leg).await;
        let still_unknown = matches!(way.transfer.state, TransferState::Unknown { .. });
        way.store(desk, &ACTOR).await?;
        if !answered || still_unknown {
            break;
        }
        // The next leg may have been sent by whoever is gone.
        if way.transfer.state.next_leg().is_some() {
            way.apply(TransferEvent::Lost, desk.hub.now());
        }
    }
    Ok(())
}

/// Asks what became of a leg; sends it where the institution never saw it. Whether anybody answered.
async fn ask(desk: &Desk, way: &mut Way, leg: LegKind) -> bool {
    let bank = way.transfer.side(leg).bank_code.clone();
    let reference = way.transfer.reference(leg).to_string();
    let (inquiry, _) = desk.lines.outcome(&bank, &reference).await;
    match inquiry {
        Inquiry::Found(outcome) => {
            way.apply(TransferEvent::Answer(leg, outcome), desk.hub.now());
            true
        }
        Inquiry::NotFound => {
            way.send(desk, leg, desk.leg_budget()).await;
            true
        }
        Inquiry::NoAnswer => false,
    }
}
