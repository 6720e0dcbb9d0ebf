//! `naru books`: the journal and the trail.

use clap::Subcommand;
use naru_core::Won;
use naru_storage::{JournalCheck, StorageError, TrailRow};
use serde_json::{Value, json};

use super::{Context, Done, Failure, table};

/// What can be asked of the books.
#[derive(Subcommand)]
pub(super) enum BooksCommand {
    /// Checks every invariant of the journal; fails when one does not hold
    Check,
    /// Who did what to one subject, oldest first
    Trail {
        /// An id such as cli_…, gnt_… or trf_…, or the code of an institution
        subject: String,
    },
}

pub(super) async fn run(context: &Context, command: BooksCommand) -> Done {
    match command {
        BooksCommand::Check => check(context).await,
        BooksCommand::Trail { subject } => trail(context, &subject).await,
    }
}

async fn check(context: &Context) -> Done {
    let storage = context.storage().await?;
    let found = storage.read("journal_check", async |tx| tx.journal_check().await);
    let check: JournalCheck = found
        .await
        .map_err(|error: StorageError| Failure::Failed(error.to_string()))?;
    let positions: i64 = check.positions.iter().map(|(_, won)| won.0).sum();
    let value = json!({
        "holds": check.holds(),
        "unbalanced_entries": check.unbalanced_entries,
        "suspense": check.suspense,
        "between_legs": check.between_legs,
        "unstamped": check.unstamped,
        "positions_sum": positions,
        "positions": check.positions.iter().map(|(bank, won)| json!({ "bank_code_std": bank, "won": won }))
            .collect::<Vec<_>>(),
    });
    context.print(&value, |_| check_text(&check, Won(positions)));
    if check.holds() {
        return Ok(());
    }
    Err(Failure::Failed(
        "the journal does not hold; stop the hub and look at the lines marked ✕".to_owned(),
    ))
}

fn check_text(check: &JournalCheck, positions: Won) -> String {
    let line =
        |holds: bool, what: &str, number: i64| format!("{} {what:<36} {number}\n", if holds { "✓" } else { "✕" });
    let together = positions.0.saturating_add(check.suspense.0);
    let mut text = [
        line(
            check.unbalanced_entries == 0,
            "entries that do not sum to zero",
            check.unbalanced_entries,
        ),
        line(
            check.suspense == check.between_legs,
            "won in suspense",
            check.suspense.0,
        ),
        line(
            check.suspense == check.between_legs,
            "won of transfers between their legs",
            check.between_legs.0,
        ),
        line(
            check.unstamped == 0,
            "final transfers without a window",
            check.unstamped,
        ),
        line(together == 0, "won of positions and suspense", together),
    ]
    .concat();
    if check.positions.is_empty() {
        text.push_str("\nno money has moved yet");
        return text;
    }
    let rows: Vec<_> = check
        .positions
        .iter()
        .map(|(bank, won)| vec![bank.clone(), won.to_string()])
        .collect();
    text.push('\n');
    text.push_str(&table(&["institution", "position (won)"], &rows));
    text
}

async fn trail(context: &Context, subject: &str) -> Done {
    let storage = context.storage().await?;
    let found = storage.read("trail_of", async |tx| tx.trail_of(subject).await);
    let rows: Vec<TrailRow> = found
        .await
        .map_err(|error: StorageError| Failure::Failed(error.to_string()))?;
    if rows.is_empty() {
        return Err(Failure::Failed(format!(
            "the trail has no row about `{subject}`; subjects are whole ids such as cli_…, gnt_… or trf_…, or the code \
             of an institution"
        )));
    }
    context.print(&trail_json(&rows), |_| trail_text(&rows));
    Ok(())
}

/// Rows of the trail as JSON.
pub(super) fn trail_json(rows: &[TrailRow]) -> Value {
    let row = |row: &TrailRow| {
        json!({
            "id": row.id,
            "at": row.at.to_string(),
            "actor": row.actor,
            "transaction": row.transaction,
            "action": row.action,
            "subject": row.subject,
            "details": serde_json::from_str::<Value>(&row.details).unwrap_or_default(),
        })
    };
    rows.iter().map(row).collect()
}

/// Rows of the trail as a table.
pub(super) fn trail_text(rows: &[TrailRow]) -> String {
    let row = |row: &TrailRow| {
        vec![
            row.at.to_string(),
            row.actor.clone(),
            row.action.to_string(),
            row.transaction.clone(),
            row.details.clone(),
        ]
    };
    let rows: Vec<_> = rows.iter().map(row).collect();
    table(&["at", "actor", "action", "transaction", "details"], &rows)
}
