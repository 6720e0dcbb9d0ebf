//! What keeps admission in step with the calendar: once a day the self-inspections whose ground was lost, then gates
//! and duties of every fintech, then what people are warned of. Files that nobody finished are swept at the start.

use std::collections::BTreeSet;
use std::time::Duration;

use naru_core::{Actor, InspectionMachine, OrganisationId};
use naru_storage::InspectionFilter;

use crate::inspection::InspectionError;
use crate::{Office, document, gate, inspection, notice};

const ACTOR: Actor = Actor::Hub("inspections");
/// How often the calendar is looked at.
const PACE: Duration = Duration::from_mins(1);
/// Self-inspections that are looked at in one round; those that have waited longest come first.
const ROUND: i64 = 1_000;

/// Runs for ever.
pub async fn run(office: Office) {
    if let Err(error) = document::sweep(&office).await {
        tracing::warn!(event = "documents_not_swept", %error, "files that nobody finished are left");
    }
    let mut done_on = None;
    loop {
        let today = office.hub.now().day();
        if done_on != Some(today) && turn(&office).await {
            done_on = Some(today);
        }
        tokio::time::sleep(PACE).await;
    }
}

/// One turn of the calendar; whether all of it was done.
async fn turn(office: &Office) -> bool {
    let moved = keep_in_step(office).await;
    let changed = gate::jobs::round(office).await;
    let warned = notice::round::round(office).await;
    match (&moved, &changed, &warned) {
        (Ok(moved), Ok(changed), Ok(warned)) => {
            let (given, reopened) = (warned.given, warned.reopened);
            tracing::info!(event = "admission_in_step", moved, changed, given, reopened);
            true
        }
        _ => {
            let failed = [changed.err(), warned.err()].map(|error| error.map(|e| e.to_string()));
            let why = [moved.err().map(|e| e.to_string())].into_iter().chain(failed);
            let why: Vec<String> = why.flatten().collect();
            tracing::error!(
                event = "admission_not_in_step",
                why = why.join("; "),
                "tried again in a minute"
            );
            false
        }
    }
}

/// Moves the self-inspections that the clock moves; how many.
async fn keep_in_step(office: &Office) -> Result<usize, InspectionError> {
    let filter = &InspectionFilter {
        machine: Some(InspectionMachine::OwnInspection),
        under_way: true,
        limit: ROUND,
        ..InspectionFilter::default()
    };
    let storage = office.hub.storage();
    let listed = storage
        .read("inspection_list", async |tx| tx.inspection_list(filter).await)
        .await?;
    let owners: BTreeSet<OrganisationId> = listed
        .into_iter()
        .map(|inspection| inspection.organisation_id)
        .collect();
    let mut moved = 0;
    for owner in owners {
        let kept = storage.run("inspections_keep_in_step", &ACTOR, async |tx| {
            inspection::keep_in_step(&tx, &office.settings, owner).await
        });
        moved += kept.await?;
    }
    Ok(moved)
}
