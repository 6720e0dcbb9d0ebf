//! Turns at hot rows: transactions of this process that change the same row wait for each other here, in the order in
//! which they came, instead of in the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Mutex as TurnLock, OwnedMutexGuard};

use crate::StorageError;

/// Nobody waits longer than this for a turn.
const WAIT: Duration = Duration::from_secs(10);
/// Rows remembered at most before those nobody waits for are forgotten.
const ROWS_MAX: usize = 4_096;

/// The queues, by row.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<String, Arc<TurnLock<()>>>>);

impl Turns {
    /// Waits for the turn at a row; it ends when the guard is dropped.
    pub(crate) async fn take(&self, transaction: &'static str, row: &str) -> Result<OwnedMutexGuard<()>, StorageError> {
        let queue = {
            let mut rows = self.0.lock().expect("finding a queue does not panic");
            if rows.len() >= ROWS_MAX {
                rows.retain(|_, queue| Arc::strong_count(queue) > 1);
            }
            Arc::clone(rows.entry(row.to_owned()).or_default())
        };
        tokio::time::timeout(WAIT, queue.lock_owned())
            .await
            .map_err(|_| StorageError::Failed {
                transaction,
                cause: "too many are waiting to change the same row".to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_at_a_time_has_the_turn_and_nobody_waits_for_ever() {
        let turns = Turns::default();
        let held = turns.take("test", "a").await.unwrap();
        assert!(turns.take("test", "b").await.is_ok(), "another row is another queue");
        assert!(
            matches!(turns.take("test", "a").await, Err(StorageError::Failed { .. })),
            "after ten seconds"
        );
        drop(held);
        assert!(turns.take("test", "a").await.is_ok());
    }
}
