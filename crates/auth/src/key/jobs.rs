//! Standing work on keys: every node follows the rows.

use std::time::Duration;

use naru_web::Hub;

use super::service::{self, KeyStore};

/// Pause between rounds: a rotated key is used, and a withdrawn one no longer published, this much later at most.
const PAUSE: Duration = Duration::from_secs(5);

/// Runs until the hub stops.
pub async fn run(hub: Hub, store: KeyStore) {
    loop {
        tokio::time::sleep(PAUSE).await;
        if let Err(error) = service::load(&hub, &store).await {
            tracing::error!(event = "keys_not_loaded", %error, "the keys in use stay; the next round tries again");
        }
    }
}
