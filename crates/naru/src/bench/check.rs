//! What must hold after a load: nothing acknowledged is missing, the journal sums to zero, and the institutions' own
//! books say the same as the hub's.

use std::collections::BTreeMap;

use bytes::Bytes;
use hyper::Method;
use naru_core::{Day, TransferKind};
use naru_storage::{JournalCheck, StorageError};
use naru_web::outbound::ClientTls;
use serde::Serialize;

use super::role::BANKS;
use super::stage::Stage;
use crate::cli::Failure;
use crate::client::Http;

/// Something that was looked at.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Check {
    /// What must hold.
    pub(super) name: String,
    /// Whether it does.
    pub(super) ok: bool,
    /// What was seen.
    pub(super) saw: String,
}

/// Looks at database and books after the hub has stopped. `since` is the day in Seoul on which the load began.
pub(super) async fn after_the_hub(stage: &Stage, acknowledged: u64, since: Day) -> Result<Vec<Check>, Failure> {
    let name = |what: &str| format!("{what} ({})", stage.storage.engine_name());
    let (completed, open, journal) = rows(stage, since).await?;
    let reported = i64::try_from(acknowledged).unwrap_or(i64::MAX);
    let told: BTreeMap<String, i64> = books(stage).await?;
    let positions: BTreeMap<String, i64> = journal
        .positions
        .iter()
        .map(|(bank, won)| (bank.clone(), won.0))
        .collect();
    Ok(vec![
        Check {
            name: name("every acknowledged withdrawal is stored as completed"),
            ok: completed >= reported,
            saw: format!("{completed} completed, {acknowledged} acknowledged"),
        },
        Check {
            name: name("no transfer is left open"),
            ok: open == 0,
            saw: format!("{open} open"),
        },
        Check {
            name: name("the journal holds"),
            ok: journal.holds(),
            saw: format!(
                "{} unbalanced, {} between legs",
                journal.unbalanced_entries, journal.between_legs
            ),
        },
        Check {
            name: name("the institutions' books agree with the journal"),
            ok: told == positions,
            saw: format!("books {told:?}, positions {positions:?}"),
        },
    ])
}

/// Completed withdrawals, open transfers, and the journal's own check.
async fn rows(stage: &Stage, since: Day) -> Result<(i64, i64, JournalCheck), Failure> {
    let (storage, client_id) = (&stage.storage, stage.client.id);
    let today = storage.clock().now().day();
    let days = if since == today {
        vec![today]
    } else {
        vec![since, today]
    };
    let days = &days;
    let found = storage.read("bench_check", async |tx| {
        let mut completed = 0;
        for day in days {
            let totals = tx.transfer_totals(client_id, *day).await?;
            let done = totals
                .iter()
                .filter(|row| row.kind == TransferKind::Withdraw && row.state == "completed");
            completed += done.map(|row| row.count).sum::<i64>();
        }
        let (open, _) = tx.transfer_open_count().await?;
        Ok((completed, open, tx.journal_check().await?))
    });
    found.await.map_err(|error: StorageError| Failure::from(error))
}

/// What each institution's books say has come in, less what has gone out, where anything has.
async fn books(stage: &Stage) -> Result<BTreeMap<String, i64>, Failure> {
    let mut told = BTreeMap::new();
    for (code, admin) in BANKS.iter().zip(&stage.addresses.admins) {
        let http = Http::new(&format!("http://{admin}"), &ClientTls::default()).map_err(Failure::Failed)?;
        let answer = http.send(Method::GET, "/admin/books", &[], Bytes::new()).await;
        let totals = answer.map_err(Failure::Failed)?.json()["totals"].take();
        let won = |name: &str| totals[name].as_i64();
        let (Some(credited), Some(debited)) = (won("credited_won"), won("debited_won")) else {
            return Err(stage.banks.failed("did not show its books"));
        };
        if (credited, debited) != (0, 0) {
            told.insert((*code).to_owned(), credited - debited);
        }
    }
    Ok(told)
}
