//! The call log: every answered call becomes a row, written in bulk a moment later.
//!
//! The queue is bounded: when the database cannot keep up, callers wait for a place instead of losing their record.

use std::collections::HashMap;
use std::time::Duration;

use naru_core::{GrantId, Timestamp};
use naru_storage::{CallRecord, Storage};
use tokio::sync::{mpsc, oneshot};

/// Calls waiting to be written at most.
const QUEUE_MAX: usize = 8_192;
/// Calls written in one transaction at most.
const BATCH_MAX: usize = 1_024;
/// How long the writer gathers before it writes.
const GATHER: Duration = Duration::from_millis(100);
/// How long it waits after a failure before it tries the same batch again.
const RETRY: Duration = Duration::from_millis(500);

enum Entry {
    Call(Box<CallRecord>),
    Flush(oneshot::Sender<()>),
}

/// The way into the log.
#[derive(Clone)]
pub struct CallLog(mpsc::Sender<Entry>);

impl CallLog {
    /// Starts the writer; it ends when the last sender is gone.
    pub fn start(storage: Storage) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(write(storage, receiver));
        Self(sender)
    }

    /// Records a call; waits for a place when the queue is full.
    pub async fn record(&self, call: CallRecord) {
        if self.0.send(Entry::Call(Box::new(call))).await.is_err() {
            tracing::error!(
                event = "call_log_closed",
                "the call log has ended; a call was not recorded"
            );
        }
    }

    /// Waits until everything recorded so far is written.
    pub async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        if self.0.send(Entry::Flush(done)).await.is_ok() {
            let _ = wait.await;
        }
    }

    /// Calls that wait to be written.
    pub fn waiting(&self) -> usize {
        QUEUE_MAX - self.0.capacity()
    }
}

async fn write(storage: Storage, mut receiver: mpsc::Receiver<Entry>) {
    let mut entries = Vec::with_capacity(BATCH_MAX);
    while receiver.recv_many(&mut entries, BATCH_MAX).await > 0 {
        let hurry = entries.len() >= BATCH_MAX / 2 || entries.iter().any(|entry| matches!(entry, Entry::Flush(_)));
        if !hurry {
            tokio::time::sleep(GATHER).await;
            while entries.len() < BATCH_MAX {
                match receiver.try_recv() {
                    Ok(entry) => entries.push(entry),
                    Err(_) => break,
                }
            }
        }
        let (mut calls, mut flushes) = (Vec::with_capacity(entries.len()), Vec::new());
        for entry in entries.drain(..) {
            match entry {
                Entry::Call(call) => calls.push(call),
                Entry::Flush(done) => flushes.push(done),
            }
        }
        append(&storage, &calls).await;
        for done in flushes {
            let _ = done.send(());
        }
    }
}

async fn append(storage: &Storage, calls: &[Box<CallRecord>]) {
    if calls.is_empty() {
        return;
    }
    let mut used: HashMap<GrantId, Timestamp> = HashMap::new();
    for call in calls {
        // A refused call is no use of the grant.
        if let (Some(grant), "A0000") = (call.grant_id, call.rsp_code.as_str()) {
            let at = used.entry(grant).or_insert(call.at);
            *at = call.at.max(*at);
        }
    }
    // In key order, so that two nodes writing at once cannot wait for each other.
    let mut used: Vec<_> = used.into_iter().collect();
    used.sort_unstable_by_key(|(grant, _)| *grant);
    let used = &used;
    loop {
        let written = storage.record("call_append", async |tx| {
            for call in calls {
                tx.call_append(call)?;
            }
            for (grant, at) in used {
                tx.grant_used(*grant, *at)?;
            }
            Ok(())
        });
        match written.await {
            Ok(()) => return,
            Err(error) => {
                tracing::error!(event = "call_log_failed", %error, waiting = calls.len(), "trying again");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}
