//! What follows when a signal turns: items that rest on it are opened again, and the organisation is warned, before and
//! after.

use naru_core::{Action, NoticeKind, OrganisationId, SignalKind, SignalOutcome, Timestamp};
use naru_storage::{SignalRow, StorageError, Tx};
use serde_json::json;

use super::plan;
use super::prober::Seen;
use crate::AdmissionSettings;
use crate::finding::reopen_item;
use crate::inspection::InspectionError;

/// So many errors in a row are too many: nobody knows any more.
pub const ERRORS_MAX: i64 = 5;

/// What a turn means for the items that rest on a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reopened {
    /// Whose items.
    organisation_id: OrganisationId,
    /// Which signal turned.
    signal: SignalKind,
    /// How: failed, stale, or error for too long.
    outcome: SignalOutcome,
    /// The controls that it feeds (rule book).
    controls: &'static [String],
}

/// Opens the items that rest on a signal again, in the transaction in which it turned.
async fn reopen(tx: &Tx, settings: &AdmissionSettings, reopened: &Reopened) -> Result<(), StorageError> {
    if reopened.controls.is_empty() {
        return Ok(());
    }
    let controls: Vec<&str> = reopened.controls.iter().map(String::as_str).collect();
    let reason = format!("{}: {}", reopened.signal, reopened.outcome);
    let of = reopened.organisation_id;
    let findings = match reopen_item(tx, settings, of, (&controls, &reason)).await {
        Ok(findings) => findings,
        Err(InspectionError::Storage(error)) => return Err(error),
        Err(refused) => return Err(StorageError::corrupt(refused)),
    };
    let details = json!({
        "signal": reopened.signal, "outcome": reopened.outcome, "controls": reopened.controls,
        "findings": findings.iter().map(|finding| finding.id).collect::<Vec<_>>(),
    });
    tx.trail(Action::SignalObserved, of, details).await
}

/// What a notice about a signal is about: the signal, and where.
fn subject(row: &SignalRow) -> String {
    match row.endpoint_id {
        Some(endpoint) => format!("{} {endpoint}", row.signal),
        None => row.signal.to_string(),
    }
}

/// The notice of a failure.
const fn failure_of(signal: SignalKind) -> NoticeKind {
    match signal {
        SignalKind::Insurance => NoticeKind::InsuranceEnded,
        _ => NoticeKind::SignalFailed,
    }
}

/// A signal turned from one outcome to another, or its errors have become too many.
pub(super) async fn turned(
    (tx, settings): (&Tx, &AdmissionSettings),
    before: SignalOutcome,
    row: &SignalRow,
) -> Result<(), StorageError> {
    let (organisation, subject) = (row.organisation_id, subject(row));
    let too_many_errors = row.failures == ERRORS_MAX && !row.outcome.reopens();
    let is_turn = before != row.outcome;
    if is_turn && row.outcome.is_fresh() {
        tx.notice_close(organisation, NoticeKind::SignalStale, &subject).await?;
    }
    if too_many_errors || (is_turn && row.outcome.reopens()) {
        let reopened = Reopened {
            organisation_id: organisation,
            signal: row.signal,
            outcome: row.outcome,
            controls: plan::controls(row.signal),
        };
        reopen(tx, settings, &reopened).await?;
        let kind = match row.outcome {
            SignalOutcome::Fail => failure_of(row.signal),
            _ => NoticeKind::SignalStale,
        };
        return give(tx, (organisation, kind), &subject, tx.now()).await;
    }
    if is_turn && row.outcome.is_fresh() {
        let failed = failure_of(row.signal);
        tx.notice_close(organisation, failed, &subject).await?;
    }
    Ok(())
}

/// Whether what a look rests on ends within the days in which it is warned of.
pub(super) fn ends_soon(settings: &AdmissionSettings, seen: &Seen, now: Timestamp) -> bool {
    let until = now.plus_days(i64::from(settings.warning_days));
    seen.outcome == SignalOutcome::Pass && seen.ends.as_ref().is_some_and(|(at, _)| *at <= until)
}

/// Warns of the end of a certificate or of the insurance, once for each day on which it is to be.
pub(super) async fn warn(tx: &Tx, row: &SignalRow, seen: &Seen) -> Result<(), StorageError> {
    let Some((at, what)) = &seen.ends else { return Ok(()) };
    let kind = match row.signal {
        SignalKind::Insurance => NoticeKind::InsuranceEnds,
        SignalKind::IsmsCert => NoticeKind::IsmsEnds,
        _ => NoticeKind::CertificateEnds,
    };
    let endpoint = row.endpoint_id.map(|endpoint| endpoint.to_string());
    let what = endpoint.as_deref().unwrap_or(what);
    give(tx, (row.organisation_id, kind), what, *at).await
}

async fn give(
    tx: &Tx,
    (organisation, kind): (OrganisationId, NoticeKind),
    subject: &str,
    at: Timestamp,
) -> Result<(), StorageError> {
    let due_on = at.day();
    if tx.notice_give(organisation, kind, (subject, due_on)).await? {
        let details = json!({ "kind": kind, "subject": subject, "due_on": due_on });
        tx.trail(Action::NoticeGiven, organisation, details).await?;
    }
    Ok(())
}
