//! An organisation whose every gate is open, written straight into its row: what the load of a benchmark and the
//! clients of tests stand behind. No command leads here; a fintech is admitted by its gates and by two people.
//!
//! It is no fintech by kind: what binds fintechs is worked out anew at every start of a hub, and nothing here would
//! bear it.

use naru_core::{
    Action, Actor, AdmissionState, Gate, GateStanding, Organisation, OrganisationId, OrganisationKind, StandingDuty,
    Won,
};
use naru_storage::{Storage, StorageError};

const ACTOR: Actor = Actor::Hub("admitted");

/// Makes a live organisation with limits without end.
///
/// # Errors
/// The database's, such as a code that is taken.
pub async fn admitted(storage: &Storage, code: &str) -> Result<OrganisationId, StorageError> {
    let now = storage.clock().now();
    let open = |gate: &Gate| GateStanding {
        gate: *gate,
        open: true,
        until: Some(now.plus_days(365)),
        rule: "R-ORG-BASE".to_owned(),
        evidence: format!("{gate}: written by the benchmark or a test"),
    };
    let organisation = &Organisation {
        id: OrganisationId::new(now, storage.chance()),
        code: code.to_owned(),
        kind: OrganisationKind::Institution,
        name: code.to_owned(),
        state: AdmissionState::Live,
        state_since: now,
        state_reason: String::new(),
        gates: Gate::ALL.iter().map(open).collect(),
        duty: StandingDuty {
            worked_out_on: Some(now.day()),
            ..StandingDuty::default()
        },
        insured_won: Won(i64::MAX),
        withdraw_day_won: Won(0),
        created_at: now,
        version: 1,
    };
    let stored = storage.run("organisation_sign_up", &ACTOR, async |tx| {
        tx.organisation_insert(organisation).await?;
        let details = serde_json::json!({ "code": &organisation.code });
        tx.trail(Action::OrganisationSignedUp, organisation.id, details).await
    });
    stored.await?;
    Ok(organisation.id)
}
