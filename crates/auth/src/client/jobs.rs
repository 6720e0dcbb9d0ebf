//! Standing work on certificates: every node follows the rows.

use std::sync::Arc;
use std::time::Duration;

use naru_crypto::Authority;
use naru_web::Hub;

use super::certificate;

/// Pause between rounds: a revoked certificate is refused by every listener this much later at most.
const PAUSE: Duration = Duration::from_millis(500);

/// Runs until the hub stops.
pub async fn run(hub: Hub, authority: Option<Arc<Authority>>) {
    let mut signed_at = None;
    loop {
        match certificate::publish(hub.storage(), hub.revoked(), (authority.as_deref(), signed_at)).await {
            Ok(at) => signed_at = at,
            Err(error) => tracing::error!(event = "revocations_not_read", %error, "the next round tries again"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
