//! What follows from how an organisation stands on a day: warnings before and after, their end as soon as their cause
//! has ended, and the proposals that the rules allow.

use std::collections::HashMap;

use naru_core::{
    Action, AdmissionEvent, AdmissionState, Day, FactKind, Gate, NoticeKind, Organisation, OrganisationId, Timestamp,
};
use naru_rulebook::duty::Status;
use naru_storage::{NoticeRow, StorageError};
use serde_json::json;

use super::WorkedOut;
use super::jobs::ACTOR;
use crate::Office;
use crate::duty::{Dossier, plus_days};
use crate::organisation::{OrganisationError, Wanted, admission, lateness};
use crate::proposal::ProposalError;

/// Follows up a batch of organisations that was worked out today, in the order of their codes.
pub(super) async fn follow(office: &Office, batch: &[(Dossier, WorkedOut)]) -> Result<(), StorageError> {
    let (Some((first, _)), Some((last, _))) = (batch.first(), batch.last()) else {
        return Ok(());
    };
    let (first, last) = (&first.organisation.code, &last.organisation.code);
    let storage = office.hub.storage();
    let listed = storage.read("notice_list_open", async |tx| {
        tx.notice_list_open_between(first, last).await
    });
    let listed: Vec<NoticeRow> = listed.await.map_err(|error: StorageError| error)?;
    let mut open: HashMap<OrganisationId, Vec<NoticeRow>> = HashMap::new();
    for notice in listed {
        open.entry(notice.organisation_id).or_default().push(notice);
    }
    for (dossier, worked) in batch {
        let notices = open.remove(&dossier.organisation.id).unwrap_or_default();
        close(office, (dossier, worked), &notices).await?;
        warn(office, &dossier.organisation, worked).await?;
    }
    Ok(())
}

/// Closes the warnings whose cause has ended.
async fn close(
    office: &Office,
    (dossier, worked): (&Dossier, &WorkedOut),
    notices: &[NoticeRow],
) -> Result<(), StorageError> {
    let today = office.hub.now().day();
    let over: Vec<&NoticeRow> = notices
        .iter()
        .filter(|notice| is_over(notice, (dossier, worked), today))
        .collect();
    if over.is_empty() {
        return Ok(());
    }
    let closed = office.hub.storage().run("notices_close", &ACTOR, async |tx| {
        for notice in &over {
            tx.notice_close(notice.organisation_id, notice.kind, &notice.subject)
                .await?;
            let details = json!({ "kind": notice.kind, "subject": &notice.subject, "closed": true });
            tx.trail(Action::NoticeGiven, notice.organisation_id, details).await?;
        }
        Ok(())
    });
    closed.await
}

/// Whether the cause of a warning has ended: what is worked out of rows says so; what only a look can tell does not.
fn is_over(notice: &NoticeRow, (dossier, worked): (&Dossier, &WorkedOut), today: Day) -> bool {
    let status = worked.duty.status.as_str();
    let due = worked.duty.confirmation_due.or(worked.duty.due);
    let after = plus_days(notice.due_on, 1);
    match notice.kind {
        NoticeKind::DutyDue => status == Status::Cleared.as_str() || due != Some(notice.due_on),
        NoticeKind::DutyOverdue => status != Status::Overdue.as_str() || due != Some(notice.due_on),
        NoticeKind::InsuranceEnds => notice.due_on < today || is_open_on(worked, Gate::GuaranteeInsurance, after),
        NoticeKind::InsuranceEnded => is_open_on(worked, Gate::GuaranteeInsurance, today),
        NoticeKind::IsmsEnds => {
            let certificates = dossier
                .facts
                .iter()
                .filter(|fact| fact.kind == FactKind::IsmsCertificate);
            let mut held = certificates.filter(|fact| fact.ended_at.is_none());
            notice.due_on < today || held.any(|fact| fact.holds_on(after))
        }
        NoticeKind::CertificateEnds => notice.due_on < today,
        _ => false,
    }
}

/// Whether a gate is open now and stays so through a day.
fn is_open_on(worked: &WorkedOut, gate: Gate, day: Day) -> bool {
    let end: Timestamp = plus_days(day, 1).start();
    let mut gates = worked.gates.iter();
    gates.any(|standing| standing.gate == gate && standing.open && standing.until.is_none_or(|until| until >= end))
}

/// What a duty that nears or has passed its day brings: a warning, and the proposal that the rules allow.
async fn warn(office: &Office, organisation: &Organisation, worked: &WorkedOut) -> Result<(), StorageError> {
    let today = office.hub.now().day();
    let overdue = worked.duty.status == Status::Overdue.as_str();
    let due = worked.duty.confirmation_due.or(worked.duty.due);
    let is_near = |due: Day| today <= due && due <= plus_days(today, i64::from(office.settings.warning_days));
    let cleared = worked.duty.status == Status::Cleared.as_str();
    if let Some(due) = due.filter(|due| !cleared && (overdue || is_near(*due))) {
        let kind = if overdue {
            NoticeKind::DutyOverdue
        } else {
            NoticeKind::DutyDue
        };
        give(office, organisation.id, kind, due).await?;
    }
    if overdue && organisation.state == AdmissionState::Live {
        propose(office, organisation).await?;
    }
    Ok(())
}

async fn give(office: &Office, to: OrganisationId, kind: NoticeKind, due: Day) -> Result<(), StorageError> {
    let given = office.hub.storage().run("notice_give", &ACTOR, async |tx| {
        if tx.notice_give(to, kind, ("ORG", due)).await? {
            tx.trail(Action::NoticeGiven, to, json!({ "kind": kind, "due": due }))
                .await?;
        }
        Ok(())
    });
    given.await
}

/// Proposes to cut an overdue fintech off, once at a time; while its agency is late itself, to extend the deadline.
async fn propose(office: &Office, organisation: &Organisation) -> Result<(), StorageError> {
    let proposed = office.hub.storage().run("restriction_propose", &ACTOR, async |tx| {
        let found = super::service::dossier(&tx, organisation.id).await?;
        let Some(dossier) = found else { return Ok(()) };
        let late = lateness((&tx, &office.settings), &dossier).await?;
        let until = plus_days(tx.now().day(), i64::from(office.settings.extension_days));
        let wanted = Wanted {
            organisation_id: organisation.id,
            event: match late {
                Some(_) => AdmissionEvent::ExtendDeadline,
                None => AdmissionEvent::Restrict,
            },
            reason: match late {
                Some(_) => "the inspecting agency is late itself (R-EXTEND)",
                None => "the duty of inspection is overdue (R-SANCTION)",
            },
            extension_until: late.is_some().then_some(until),
            circumstance: None,
        };
        admission::propose_in(&tx, office, (&wanted, None)).await.map(drop)
    });
    match proposed.await {
        Ok(()) | Err(OrganisationError::Proposal(ProposalError::Open) | OrganisationError::Refused(_)) => Ok(()),
        Err(OrganisationError::Storage(error)) => Err(error),
        Err(error) => {
            tracing::warn!(event = "restriction_not_proposed", %error, organisation = %organisation.id);
            Ok(())
        }
    }
}
