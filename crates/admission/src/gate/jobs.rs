//! Keeps gates and duties in step with the calendar: once a day for every fintech, in batches.
//!
//! What closes by time closes without this job, because each gate carries its end. The job opens what has become open,
//! lists what has become due, warns, and proposes what rules allow; it decides nothing.

use std::collections::HashMap;

use naru_core::{Action, Actor, Organisation, OrganisationId, OrganisationKind};
use naru_storage::{OrganisationFilter, StorageError, Tx};
use serde_json::json;

use super::{WorkedOut, follow_up, worked_out};
use crate::Office;
use crate::duty::Dossier;

pub(super) const ACTOR: Actor = Actor::Hub("gates");
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
            let worked = worked_out(&dossier, office.settings.rules(), &office.settings, now);
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
    follow_up::follow(office, &worked).await?;
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
