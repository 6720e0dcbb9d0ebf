//! The daily round that warns before and after, and keeps open what is still amiss: findings and documents whose day
//! comes, items whose signal still fails though their finding was closed, and signals that are about to go stale.

use std::collections::BTreeMap;

use naru_core::{Action, Actor, Day, FindingId, NoticeKind, OrganisationId, RevisionId, SignalKind, SignalOutcome};
use naru_storage::{FindingRow, RevisionRow, SignalAmiss, StorageError, Tx};
use serde_json::json;

use crate::Office;
use crate::duty::plus_days;
use crate::finding::reopen_item;
use crate::inspection::InspectionError;
use crate::signal::{alarm, plan};

const ACTOR: Actor = Actor::Hub("reminders");
/// Rows that are read and written at once.
const PAGE: i64 = 200;
/// Days before the day of a finding at which it is warned of, at most.
const FINDING_DAYS: u32 = 7;
/// Days after its end in which a document keeps items open.
const ENDED_DAYS: i64 = 30;
/// Signals that nobody could look at are warned of so many hours before they go stale.
const STALE_HOURS: i64 = 24;

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Notices that were given.
    pub given: usize,
    /// Items that were opened again.
    pub reopened: usize,
}

impl Round {
    const fn plus(self, other: Self) -> Self {
        Self {
            given: self.given + other.given,
            reopened: self.reopened + other.reopened,
        }
    }
}

/// Warns, and opens again what must not be closed. What was said before is not said again.
///
/// # Errors
/// The database's; what was done stays done, and the rest is done by the next round.
pub async fn round(office: &Office) -> Result<Round, StorageError> {
    let findings = findings(office).await?;
    let documents = documents(office).await?;
    let signals = signals(office).await?;
    Ok(findings.plus(documents).plus(signals).plus(going_stale(office).await?))
}

async fn findings(office: &Office) -> Result<Round, StorageError> {
    let today = office.hub.now().day();
    let until = plus_days(today, i64::from(office.settings.warning_days.min(FINDING_DAYS)));
    let (mut behind, mut all): (Option<(Day, FindingId)>, Round) = (None, Round::default());
    loop {
        let storage = office.hub.storage();
        let due = storage.read("finding_list_due", async |tx| {
            tx.finding_list_due(until, behind, PAGE).await
        });
        let due: Vec<FindingRow> = due.await.map_err(|error: StorageError| error)?;
        let Some(last) = due.last() else { return Ok(all) };
        behind = last.due_on.map(|day| (day, last.id));
        let warned = storage.run("findings_warn", &ACTOR, async |tx| {
            let mut round = Round::default();
            for finding in &due {
                let Some(day) = finding.due_on else { continue };
                let kind = match finding.is_overdue(today) {
                    true => NoticeKind::FindingOverdue,
                    false => NoticeKind::FindingDue,
                };
                let to = (finding.organisation_id, kind);
                round.given += usize::from(give(&tx, to, (&finding.id.to_string(), day)).await?);
            }
            Ok::<_, StorageError>(round)
        });
        all = all.plus(warned.await?);
    }
}

async fn documents(office: &Office) -> Result<Round, StorageError> {
    let today = office.hub.now().day();
    let days = (
        plus_days(today, -ENDED_DAYS),
        plus_days(today, i64::from(office.settings.warning_days)),
    );
    let (mut behind, mut all): (Option<(Day, RevisionId)>, Round) = (None, Round::default());
    loop {
        let storage = office.hub.storage();
        let ending = storage.read("revision_list_ending", async |tx| {
            tx.revision_list_ending(days, behind, PAGE).await
        });
        let ending: Vec<RevisionRow> = ending.await.map_err(|error: StorageError| error)?;
        let Some(last) = ending.last() else { return Ok(all) };
        behind = last.expires_on.map(|day| (day, last.id));
        let warned = storage.run("documents_warn", &ACTOR, async |tx| {
            let mut round = Round::default();
            for revision in &ending {
                round = round.plus(document(&tx, office, revision).await?);
            }
            Ok::<_, StorageError>(round)
        });
        all = all.plus(warned.await?);
    }
}

/// One revision that ends: those whose answers rest on it are warned, and the items are opened once it has ended. What
/// no answer rests on any more is no longer warned of.
async fn document(tx: &Tx, office: &Office, revision: &RevisionRow) -> Result<Round, StorageError> {
    let (whose, subject) = (revision.organisation_id, revision.id.to_string());
    let answers = tx.answer_list(whose).await?;
    let rest_on = answers.iter().filter(|answer| answer.revisions.contains(&revision.id));
    let controls: Vec<&str> = rest_on.map(|answer| answer.control_id.as_str()).collect();
    let Some(ends) = revision.expires_on else {
        return Ok(Round::default());
    };
    if controls.is_empty() {
        if tx.notice_close(whose, NoticeKind::DocumentEnds, &subject).await? > 0 {
            let details = json!({ "kind": NoticeKind::DocumentEnds, "subject": subject, "closed": true });
            tx.trail(Action::NoticeGiven, whose, details).await?;
        }
        return Ok(Round::default());
    }
    let given = give(tx, (whose, NoticeKind::DocumentEnds), (&subject, ends)).await?;
    let reopened = match revision.is_expired(tx.now().day()) {
        true => {
            let title: String = revision.title.chars().take(100).collect();
            let why = format!("문서의 유효 기간이 지났습니다: {title} ({ends}, {subject})");
            reopen(tx, office, (whose, &controls, &why)).await?
        }
        false => 0,
    };
    Ok(Round {
        given: usize::from(given),
        reopened,
    })
}

/// Items whose signal is still amiss are open, whatever was closed meanwhile.
async fn signals(office: &Office) -> Result<Round, StorageError> {
    let (mut behind, mut all): (Option<SignalAmiss>, Round) = (None, Round::default());
    loop {
        let storage = office.hub.storage();
        let amiss = storage.read("signal_list_amiss", async |tx| {
            tx.signal_list_amiss(alarm::ERRORS_MAX, behind.as_ref(), PAGE).await
        });
        let amiss: Vec<SignalAmiss> = amiss.await.map_err(|error: StorageError| error)?;
        let Some(last) = amiss.last() else { return Ok(all) };
        behind = Some(last.clone());
        let mut of: BTreeMap<(OrganisationId, SignalKind), SignalOutcome> = BTreeMap::new();
        for one in amiss {
            of.entry((one.organisation_id, one.signal)).or_insert(one.outcome);
        }
        for ((whose, signal), outcome) in of {
            let controls: Vec<&str> = plan::controls(signal).iter().map(String::as_str).collect();
            let why = format!("{signal}: {outcome}");
            let done = storage.run("signal_keep_open", &ACTOR, async |tx| {
                reopen(&tx, office, (whose, &controls, &why)).await
            });
            all.reopened += done.await?;
        }
    }
}

/// Who is told that a signal will go stale, because nobody could look at it lately.
async fn going_stale(office: &Office) -> Result<Round, StorageError> {
    let until = office.hub.now().plus_seconds(STALE_HOURS * 3_600);
    let storage = office.hub.storage();
    let going = storage.read("signal_list_going_stale", async |tx| {
        tx.signal_list_going_stale(until, 5 * PAGE).await
    });
    let going: Vec<SignalAmiss> = going.await.map_err(|error: StorageError| error)?;
    if going.is_empty() {
        return Ok(Round::default());
    }
    let warned = storage.run("signals_warn", &ACTOR, async |tx| {
        let mut round = Round::default();
        for one in &going {
            let Some(at) = one.expires_at else { continue };
            let subject = format!("{} {}", one.signal, one.endpoint_id);
            let to = (one.organisation_id, NoticeKind::SignalStale);
            round.given += usize::from(give(&tx, to, (subject.trim_end(), at.day())).await?);
        }
        Ok::<_, StorageError>(round)
    });
    warned.await
}

async fn reopen(
    tx: &Tx,
    office: &Office,
    (whose, controls, why): (OrganisationId, &[&str], &str),
) -> Result<usize, StorageError> {
    match reopen_item(tx, &office.settings, whose, (controls, why)).await {
        Ok(findings) => Ok(findings.len()),
        Err(InspectionError::Storage(error)) => Err(error),
        Err(refused) => Err(StorageError::corrupt(refused)),
    }
}

/// Gives a notice; whether it was not given before.
async fn give(
    tx: &Tx,
    (to, kind): (OrganisationId, NoticeKind),
    (subject, due): (&str, Day),
) -> Result<bool, StorageError> {
    let is_new = tx.notice_give(to, kind, (subject, due)).await?;
    if is_new {
        let details = json!({ "kind": kind, "subject": subject, "due_on": due });
        tx.trail(Action::NoticeGiven, to, details).await?;
    }
    Ok(is_new)
}
