//! Looks at open functional tests every few seconds, so that a page shows a step soon after it was done.

use std::time::Duration;

use super::service::watch_all;
use crate::Office;

/// Between two looks.
const PACE: Duration = Duration::from_secs(5);

/// Runs for ever.
pub async fn run(office: Office) {
    loop {
        if let Err(error) = watch_all(&office).await {
            tracing::error!(event = "function_tests_failed", %error, "looked at again in a moment");
        }
        tokio::time::sleep(PACE).await;
    }
}
