//! Standing work on journeys, and on sessions and passkey ceremonies with them: what ended long ago is removed. Anybody
//! can begin a journey, so they may not pile up.

use std::time::Duration;

use naru_core::{Actor, RevokedBy, Timestamp};
use naru_storage::StorageError;
use naru_web::Hub;

use crate::grant::service::{self, GrantError};

/// Pause between rounds.
const PAUSE: Duration = Duration::from_secs(60);
/// How long an ended journey is kept, seconds: long enough to notice that its code is used twice. Sessions and answered
/// ceremonies are kept as long.
const KEPT_SECONDS: i64 = 86_400;
/// How long a token that has run out is kept, seconds: whoever shows it is told that it has run out.
const TOKENS_KEPT_SECONDS: i64 = 30 * 86_400;
/// How long after its code has run out a grant is kept that nobody claimed, seconds (Grant Management 6.1).
const UNCLAIMED_SECONDS: i64 = 600;
/// Rows that one purge removes at most; a full batch is followed by another, so many times in a round.
const BATCH: u64 = 1_000;
const ROUNDS_MAX: usize = 200;

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
    let tokens_before = hub.now().plus_seconds(-TOKENS_KEPT_SECONDS);
    end_unclaimed(hub).await?;
    let mut journeys = 0;
    for _ in 0..ROUNDS_MAX {
        let purged = hub.storage().record("authorization_purge", async |tx| {
            let members = crate::member::purge(&tx, before).await?;
            let removed = [
                members[0],
                members[1],
                members[2],
                tx.session_purge(before).await?,
                tx.ceremony_purge(before).await?,
                tx.pushed_request_purge(before).await?,
                tx.token_purge(tokens_before).await?,
                tx.authorization_purge(before).await?,
            ];
            Ok::<_, StorageError>(removed)
        });
        let removed = purged.await?;
        journeys += removed[removed.len() - 1];
        if removed.iter().all(|count| *count < BATCH) {
            break;
        }
    }
    Ok(journeys)
}

/// Ends the grants whose code was never exchanged: no token of theirs is in anybody's hands.
async fn end_unclaimed(hub: &Hub) -> Result<(), StorageError> {
    let before = hub.now().plus_seconds(-UNCLAIMED_SECONDS);
    let found = hub
        .storage()
        .read("grant_list_unclaimed", async |tx| tx.grant_list_unclaimed(before).await);
    let found: Result<_, StorageError> = found.await;
    for id in found? {
        let actor = Actor::Hub("authorization_purge");
        match service::revoke(hub.storage(), &actor, id, (RevokedBy::Operator, None)).await {
            Ok(_) | Err(GrantError::Ended | GrantError::Unknown) => {}
            Err(GrantError::Storage(error)) => return Err(error),
        }
    }
    Ok(())
}
