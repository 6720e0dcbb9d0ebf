//! Standing work on journeys: those that ended long ago are removed. Anybody can begin one, so they may not pile up.

use std::time::Duration;

use naru_core::Timestamp;
use naru_storage::StorageError;
use naru_web::Hub;

/// Pause between rounds.
const PAUSE: Duration = Duration::from_secs(60);
/// How long an ended journey is kept, seconds: long enough to notice that its code is used twice.
const KEPT_SECONDS: i64 = 86_400;

/// Runs until the hub stops.
pub async fn run(hub: Hub) {
    loop {
        if let Err(error) = round(&hub).await {
            tracing::error!(event = "authorization_purge_failed", %error, "the next round tries again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One round; how many journeys were removed.
pub async fn round(hub: &Hub) -> Result<u64, StorageError> {
    let before: Timestamp = hub.now().plus_seconds(-KEPT_SECONDS);
    hub.storage()
        .record("authorization_purge", async |tx| tx.authorization_purge(before).await)
        .await
}
