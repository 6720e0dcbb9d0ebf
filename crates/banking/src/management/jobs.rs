//! The feature's standing work: lines follow their rows, postings are folded into positions, numbers are refreshed,
//! a settlement window is always open.

use std::time::Duration;

use naru_core::{Actor, WindowId};
use naru_storage::StorageError;

use crate::Desk;

const PAUSE: Duration = Duration::from_secs(1);

/// Opens the first settlement window, if none is.
pub async fn open_window(desk: &Desk) -> Result<WindowId, StorageError> {
    let storage = desk.hub.storage();
    let fresh = WindowId::new(storage.clock().now(), storage.chance());
    storage
        .run("window_open", &Actor::Hub("settlement"), async |tx| {
            tx.window_open(fresh).await
        })
        .await
}

/// Runs until the hub stops.
pub async fn run(desk: Desk) {
    loop {
        if let Err(error) = round(&desk).await {
            tracing::error!(event = "banking_job_failed", %error, "the next round tries again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One round.
pub async fn round(desk: &Desk) -> Result<(), StorageError> {
    desk.refresh_lines().await?;
    let storage = desk.hub.storage();
    storage
        .record("journal_fold", async |tx| tx.journal_fold().await)
        .await?;
    let counted = storage.read("transfer_open_count", async |tx| tx.transfer_open_count().await);
    let (open, stuck): (i64, i64) = counted.await.map_err(|error: StorageError| error)?;
    desk.hub.metrics().transfers_open.set(open);
    desk.hub.metrics().transfers_stuck.set(stuck);
    Ok(())
}
