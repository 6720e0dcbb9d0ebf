//! Keeps gates and duties in step with the calendar: once a day for every fintech, in batches.
//!
//! What closes by time closes without this job, because each gate carries its end. The job opens what has become open,
//! lists what has become due, warns, and proposes what rules allow; it decides nothing.

use std::collections::HashMap;

use naru_core::{
    Action, Actor, AdmissionEvent, AdmissionState, Day, NoticeKind, Organisation, OrganisationId, OrganisationKind,
};
use naru_rulebook::duty::{Rules, Status};
use naru_storage::{OrganisationFilter, StorageError, Tx};
use serde_json::json;

use super::{WorkedOut, worked_out};
use crate::Office;
use crate::duty::{Dossier, plus_days};
use crate::organisation::{OrganisationError, Wanted, admission};
use crate::proposal::ProposalError;

const ACTOR: Actor = Actor::Hub("gates");
/// Organisations of one batch.
const BATCH: i64 = 200;

/// Works out every fintech; how many stand differently.
pub async fn round(office: &Office) -> Result<u64, StorageError> {
    let (mut after, mut changed) = (String::new(), 0);
    loop {
        let (last, more) = batch(office, &after).await?;
        changed += more;
        match last {
            Some(last) => after = last,
            None => return Ok(changed),
        }
    }
}

/// One batch behind a code: the last code of it, and how many stand differently.
async fn batch(office: &Office, after: &str) -> Result<(Option<String>, u64), StorageError> {
    let storage = office.hub.storage();
    let dossiers = storage
        .read("gate_dossiers", async |tx| dossiers(&tx, after).await)
        .await?;
    let Some(last) = dossiers.last().map(|dossier| dossier.organisation.code.clone()) else {
        return Ok((None, 0));
    };
    let now = office.hub.now();
    let worked: Vec<(Dossier, WorkedOut)> = dossiers
        .into_iter()
        .map(|dossier| {
            let worked = worked_out(&dossier, Rules::embedded(), &office.settings, now);
            (dossier, worked)
        })
        .collect();
    let changed: Vec<_> = worked
        .iter()
        .filter(|(dossier, worked)| {
            let before = &dossier.organisation;
            before.gates != worked.gates || before.duty != worked.duty || before.insured_won != worked.insured_won
        })
        .map(|(d, w)| (&d.organisation, w.gates.clone(), w.duty.clone(), w.insured_won))
        .collect();
    if !changed.is_empty() {
        let changed = &changed;
        let kept = storage.run("gates_work_out", &ACTOR, async |tx| {
            // Who was changed meanwhile was worked out in that very transaction.
            tx.organisation_set_gates_of(changed).await?;
            for (before, gates, duty, _) in changed {
                let turned = super::service::turned(&before.gates, gates);
                if !turned.is_empty() || before.duty.status != duty.status {
                    let details = json!({ "turned": turned, "duty": duty.status });
                    tx.trail(Action::GatesWorkedOut, before.id, details).await?;
                }
            }
            tx.trail(Action::GatesWorkedOut, &last, json!({ "organisations": changed.len() }))
                .await
        });
        kept.await?;
    }
    for (dossier, worked) in &worked {
        follow_up(office, &dossier.organisation, worked).await?;
    }
    let count = u64::try_from(changed.len()).unwrap_or(u64::MAX);
    Ok((Some(last), count))
}

/// The dossiers of the fintechs behind a code.
async fn dossiers(tx: &Tx, after: &str) -> Result<Vec<Dossier>, StorageError> {
    let filter = OrganisationFilter {
        kind: Some(OrganisationKind::Fintech),
        after: after.to_owned(),
        limit: BATCH,
        ..OrganisationFilter::default()
    };
    let organisations = tx.organisation_list(&filter).await?;
    let (Some(first), Some(last)) = (organisations.first(), organisations.last()) else {
        return Ok(Vec::new());
    };
    let (first, last) = (first.code.clone(), last.code.clone());
    let dossier = |organisation: Organisation| Dossier {
        organisation,
        facts: Vec::new(),
        clearances: Vec::new(),
        policies: Vec::new(),
        function_test: None,
    };
    let mut dossiers: Vec<Dossier> = organisations.into_iter().map(dossier).collect();
    let places = dossiers
        .iter()
        .enumerate()
        .map(|(place, dossier)| (dossier.organisation.id, place));
    let places: HashMap<OrganisationId, usize> = places.collect();
    for fact in tx.fact_list_between(&first, &last).await? {
        if let Some(place) = places.get(&fact.organisation_id) {
            dossiers[*place].facts.push(fact);
        }
    }
    for clearance in tx.clearance_list_between(&first, &last).await? {
        if let Some(place) = places.get(&clearance.organisation_id) {
            dossiers[*place].clearances.push(clearance);
        }
    }
    for policy in tx.policy_list_between(&first, &last).await? {
        if let Some(place) = places.get(&policy.organisation_id) {
            dossiers[*place].policies.push(policy);
        }
    }
    for (organisation, test) in tx.function_test_passed_between(&first, &last).await? {
        if let Some(place) = places.get(&organisation) {
            dossiers[*place].function_test = Some(test);
        }
    }
    Ok(dossiers)
}

/// What a duty that nears or has passed its day brings: a warning, and the proposal that the rules allow.
async fn follow_up(office: &Office, organisation: &Organisation, worked: &WorkedOut) -> Result<(), StorageError> {
    let today = office.hub.now().day();
    let overdue = worked.duty.status == Status::Overdue.as_str();
    let due = worked.duty.due.or(worked.duty.confirmation_due);
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
        propose_restriction(office, organisation).await?;
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

/// Proposes to cut an overdue fintech off, once at a time.
async fn propose_restriction(office: &Office, organisation: &Organisation) -> Result<(), StorageError> {
    let wanted = &Wanted {
        organisation_id: organisation.id,
        event: AdmissionEvent::Restrict,
        reason: "the duty of inspection is overdue (R-SANCTION)",
        extension_until: None,
    };
    let proposed = office.hub.storage().run("restriction_propose", &ACTOR, async |tx| {
        admission::propose_in(&tx, office, (wanted, None)).await.map(drop)
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
