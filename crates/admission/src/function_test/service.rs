//! Starts, watches and ends functional tests. Looking reads outside of any transaction; what was seen is stored in one.

use std::collections::BTreeSet;

use naru_core::{
    Action, Actor, CallId, ClientId, ClientStatus, Environment, FunctionTestId, OrganisationId, OrganisationKind, Role,
    TestStep, Timestamp,
};
use naru_storage::{FunctionTest, FunctionTestTick, StorageError, call_place};
use serde_json::json;
use tokio::sync::Semaphore;

use super::evidence::{Found, Watcher, merge_pending};
use crate::{Denied, Office, Staff, gate};

/// In whose name the hub ticks off.
const ACTOR: Actor = Actor::Hub("function_test");
/// Calls of the client that are read at once.
const STRETCH: i64 = 2_000;
/// How often at most in one look.
const STRETCHES: usize = 10;
/// A call is recorded when it is answered, under a number from when it came: the record is whole only so long after,
/// seconds.
const SETTLED_SECONDS: i64 = 120;
/// Looks that pages have taken at once; the job looks for whoever finds no place.
static GLANCES: Semaphore = Semaphore::const_new(2);
/// Runs that one round of the job looks at in one go.
const RUNS: i64 = 100;

/// Why nothing was started, watched or ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FunctionTestError {
    /// No such run.
    #[error("there is no such functional test")]
    Unknown,
    /// The client is not the organisation's own.
    #[error("the client is not one of the organisation's own")]
    NotOwn,
    /// The client is not of the test bed.
    #[error("the functional test is done with a client of the test bed")]
    NotTestBed,
    /// The client cannot call.
    #[error("the client is not active")]
    ClientInactive,
    /// One is open already.
    #[error("a functional test is running already")]
    Open,
    /// It has ended.
    #[error("the functional test has ended")]
    Ended,
    /// The member may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A run and its whole list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The run.
    pub run: FunctionTest,
    /// Every step of the list, in its order.
    pub steps: Vec<StepStanding>,
}

impl Progress {
    /// How many steps are done.
    pub fn done(&self) -> usize {
        self.steps.iter().filter(|step| step.done_at.is_some()).count()
    }

    fn of(run: FunctionTest, ticks: &[FunctionTestTick]) -> Self {
        let standing = |step: &TestStep| {
            let tick = ticks.iter().find(|tick| tick.step == *step);
            StepStanding {
                step: *step,
                done_at: tick.map(|tick| tick.done_at),
                calls: tick.map(|tick| tick.calls.clone()).unwrap_or_default(),
            }
        };
        let steps = TestStep::ALL.iter().map(standing).collect();
        Self { run, steps }
    }
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepStanding {
    /// Which.
    pub step: TestStep,
    /// When it was done, if it was.
    pub done_at: Option<Timestamp>,
    /// The recorded calls that show it.
    pub calls: Vec<CallId>,
}

/// Starts a run with one of the organisation's clients; what the client did before does not count.
///
/// # Errors
/// [`FunctionTestError`]: not a developer of a fintech, not its client, not of the test bed, or one is open.
pub async fn start(office: &Office, staff: &Staff, client: ClientId) -> Result<FunctionTest, FunctionTestError> {
    staff.require(Role::Developer, OrganisationKind::Fintech)?;
    let (organisation, actor) = (staff.organisation.id, staff.actor());
    let started = office.hub.storage().run("function_test_start", &actor, async |tx| {
        let found = tx.client_find(client).await?;
        let found = found.filter(|client| client.organisation_id == Some(organisation));
        let found = found.ok_or(FunctionTestError::NotOwn)?;
        if found.environment != Environment::TestBed {
            return Err(FunctionTestError::NotTestBed);
        }
        if found.status != ClientStatus::Active {
            return Err(FunctionTestError::ClientInactive);
        }
        let run = FunctionTest {
            id: FunctionTestId::new(tx.now(), tx.chance()),
            organisation_id: organisation,
            client_id: client,
            started_by: staff.member.id,
            started_at: tx.now(),
            seen_to: call_place(tx.now()),
            pending: "[]".to_owned(),
            passed_at: None,
            ended_at: None,
        };
        tx.function_test_insert(&run).await?;
        let details = json!({ "started": true, "client": client, "organisation": organisation });
        tx.trail(Action::FunctionTestMoved, run.id, details).await?;
        Ok(run)
    });
    started.await.map_err(|error| match error {
        FunctionTestError::Storage(StorageError::Taken { .. }) => FunctionTestError::Open,
        other => other,
    })
}

/// Gives an open run up, so that another can be started.
///
/// # Errors
/// [`FunctionTestError`]: not a developer, not a run of the organisation, or it has ended.
pub async fn give_up(office: &Office, staff: &Staff, id: FunctionTestId) -> Result<(), FunctionTestError> {
    staff.require(Role::Developer, OrganisationKind::Fintech)?;
    let actor = staff.actor();
    let ended = office.hub.storage().run("function_test_give_up", &actor, async |tx| {
        let run = tx.function_test_find(id).await?;
        run.filter(|run| run.organisation_id == staff.organisation.id)
            .ok_or(FunctionTestError::Unknown)?;
        if !tx.function_test_end(id, false).await? {
            return Err(FunctionTestError::Ended);
        }
        tx.trail(Action::FunctionTestMoved, id, json!({ "given_up": true }))
            .await?;
        Ok(())
    });
    ended.await
}

/// Looks at what the client did since the last look, ticks off what is done, and passes the run when everything is.
///
/// # Errors
/// [`FunctionTestError::Unknown`], or the database's.
pub async fn watch(office: &Office, id: FunctionTestId) -> Result<Progress, FunctionTestError> {
    let before = progress(office, id).await?;
    if before.run.ended_at.is_some() {
        return Ok(before);
    }
    let (found, seen_to) = look(office, &before).await?;
    store(office, &before.run, &found, &seen_to).await?;
    progress(office, id).await
}

/// Where a run stands for somebody who watches it: after a look, if few others look, else as the job saw it last.
///
/// # Errors
/// [`FunctionTestError::Unknown`], or the database's.
pub async fn glance(office: &Office, id: FunctionTestId) -> Result<Progress, FunctionTestError> {
    match GLANCES.try_acquire() {
        Ok(_place) => watch(office, id).await,
        Err(_) => progress(office, id).await,
    }
}

/// Looks at every open run, and ends those that have been open for too long; how many there were. A run that cannot be
/// looked at holds up no other.
///
/// # Errors
/// The database's.
pub async fn watch_all(office: &Office) -> Result<usize, FunctionTestError> {
    let (mut after, mut count) = (None, 0);
    loop {
        let open = office.hub.storage().read("function_test_list_open", async |tx| {
            tx.function_test_list_open(after, RUNS).await
        });
        let open: Vec<FunctionTest> = open
            .await
            .map_err(|error: StorageError| FunctionTestError::from(error))?;
        let Some(last) = open.last() else { return Ok(count) };
        after = Some(last.id);
        count += open.len();
        for run in &open {
            let looked = match is_over(office, run) {
                true => expire(office, run).await.map_err(FunctionTestError::from),
                false => watch(office, run.id).await.map(|_| ()),
            };
            if let Err(error) = looked {
                tracing::error!(event = "function_test_failed", run = %run.id, %error, "looked at again in a moment");
            }
        }
    }
}

fn is_over(office: &Office, run: &FunctionTest) -> bool {
    let days = i64::from(office.settings.function_test_days);
    run.started_at.plus_days(days) <= office.hub.now()
}

/// Ends a run that has been open for too long; what was done in it no longer counts.
async fn expire(office: &Office, run: &FunctionTest) -> Result<(), StorageError> {
    let ended = office.hub.storage().run("function_test_expire", &ACTOR, async |tx| {
        if tx.function_test_end(run.id, false).await? {
            tx.trail(Action::FunctionTestMoved, run.id, json!({ "expired": true }))
                .await?;
        }
        Ok(())
    });
    ended.await
}

/// Where a run stands, without looking.
///
/// # Errors
/// [`FunctionTestError::Unknown`], or the database's.
pub async fn progress(office: &Office, id: FunctionTestId) -> Result<Progress, FunctionTestError> {
    office
        .hub
        .storage()
        .read("function_test_progress", async |tx| {
            let run = tx.function_test_find(id).await?.ok_or(FunctionTestError::Unknown)?;
            Ok(Progress::of(run, &tx.function_test_ticks(id).await?))
        })
        .await
}

/// The runs of an organisation, newest first; at most 100.
///
/// # Errors
/// The database's.
pub async fn list(office: &Office, organisation: OrganisationId) -> Result<Vec<FunctionTest>, FunctionTestError> {
    office
        .hub
        .storage()
        .read("function_test_list", async |tx| {
            Ok(tx.function_test_list(organisation).await?)
        })
        .await
}

/// Reads the calls behind the last look, and what they show; with the place up to which the record is whole.
async fn look(office: &Office, before: &Progress) -> Result<(Found, String), StorageError> {
    let run = &before.run;
    let done = before.steps.iter().filter(|step| step.done_at.is_some());
    let done: BTreeSet<TestStep> = done.map(|step| step.step).collect();
    let settled = call_place(office.hub.now().plus_seconds(-SETTLED_SECONDS));
    let read = office.hub.storage().read("function_test_look", async |tx| {
        let mut watcher = Watcher::new(&tx, run, &done)?;
        let mut place = run.seen_to.clone();
        for _ in 0..STRETCHES {
            let calls = tx.call_list_of(run.client_id, &place, STRETCH).await?;
            for call in &calls {
                watcher.look(call).await?;
            }
            place = calls.last().map_or(place, |last| last.id.to_string());
            if calls.len() < usize::try_from(STRETCH).unwrap_or(usize::MAX) {
                break;
            }
        }
        Ok((watcher.finish()?, place))
    });
    let (found, place): (Found, String) = read.await?;
    Ok((found, place.min(settled).max(run.seen_to.clone())))
}

async fn store(
    office: &Office,
    run: &FunctionTest,
    (found, pending): &Found,
    seen_to: &str,
) -> Result<(), StorageError> {
    if found.is_empty() {
        if (seen_to, pending.as_str()) == (run.seen_to.as_str(), run.pending.as_str()) {
            return Ok(());
        }
        // Where the next look begins: derived from the record, and no trail.
        let noted = office.hub.storage().record("function_test_note", async |tx| {
            note(&tx, run.id, pending, seen_to).await.map(|_| ())
        });
        return noted.await;
    }
    let settings = office.settings.as_ref();
    let stored = office.hub.storage().run("function_test_tick", &ACTOR, async |tx| {
        if !note(&tx, run.id, pending, seen_to).await? {
            return Ok(());
        }
        let mut done = Vec::new();
        for (step, calls) in found {
            if tx.function_test_tick(run.id, *step, calls).await? {
                done.push(json!({ "step": step, "calls": calls }));
            }
        }
        tx.trail(Action::FunctionTestMoved, run.id, json!({ "done": done }))
            .await?;
        let ticks = tx.function_test_ticks(run.id).await?;
        let is_whole = TestStep::ALL
            .iter()
            .all(|step| ticks.iter().any(|tick| tick.step == *step));
        if is_whole && tx.function_test_end(run.id, true).await? {
            tx.trail(Action::FunctionTestMoved, run.id, json!({ "passed": true }))
                .await?;
            gate::service::work_out(&tx, settings, run.organisation_id).await?;
        }
        Ok(())
    });
    stored.await
}

/// Keeps what is to be kept in mind; whether the run is open.
async fn note(tx: &naru_storage::Tx, id: FunctionTestId, pending: &str, seen_to: &str) -> Result<bool, StorageError> {
    let Some(run) = tx.function_test_find(id).await? else {
        return Ok(false);
    };
    let merged = merge_pending(&run.pending, pending)?;
    tx.function_test_note(id, seen_to, &merged).await
}
