//! Counts answered calls by client and day, once, with those that no living consent stood behind.

use naru_storage::{CallTallyStretch, StorageError, call_place};

use crate::Office;

/// Calls of one stretch at most.
const STRETCH: i64 = 5_000;
/// Stretches of one round at most.
const STRETCHES: usize = 20;
/// Where nothing was counted yet, the count begins so long ago, seconds.
const FIRST_SECONDS: i64 = 86_400;
/// A call is recorded when it is answered, under a number from when it came: the record is whole only so long after,
/// seconds.
const SETTLED_SECONDS: i64 = 120;

/// Counts what has settled since the last round; how many calls were passed.
pub(super) async fn count(office: &Office) -> Result<i64, StorageError> {
    let (storage, now) = (office.hub.storage(), office.hub.now());
    let first = call_place(now.plus_seconds(-FIRST_SECONDS));
    let before = call_place(now.plus_seconds(-SETTLED_SECONDS));
    let mut passed = 0;
    for _ in 0..STRETCHES {
        let read = storage.read("call_tally_read", async |tx| {
            tx.call_tally_read((&first, &before), STRETCH).await
        });
        let read: Option<CallTallyStretch> = read.await?;
        let Some(stretch) = read else { break };
        // Derived from the record of calls, and no trail; whoever lost the race stores nothing.
        let kept = storage.record("call_tally_keep", async |tx| tx.call_tally_keep(&stretch).await);
        if !kept.await? {
            break;
        }
        passed += stretch.passed();
        if stretch.passed() < STRETCH {
            break;
        }
    }
    Ok(passed)
}
