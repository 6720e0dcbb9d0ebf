//! From a revocation's commit to the first refusal: one node, and two nodes on one database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use naru_auth::grant::service::{self as grants, Whose};
use naru_core::{Actor, RevokedBy};
use naru_crypto::jose::SoftwareKey;
use naru_storage::Storage;
use tokio::task::JoinSet;

use super::caller::{Caller, Server, register};
use super::check::Check;
use super::child::Child;
use super::load;
use super::postgres::Server as Postgres;
use super::report::Report;
use super::room::Room;
use super::run::{Plan, say};
use super::stage;
use crate::app;
use crate::cli::{Done, Failure};
use crate::config::Config;

/// Connections that call without a pause around the commit.
const CALLERS: usize = 4;
/// How long they call before it, and after it.
const BEFORE: Duration = Duration::from_millis(700);
const AFTER: Duration = Duration::from_millis(1_500);

/// One call: when it was sent, and whether it was served.
type Call = (Instant, bool);

/// Measures it on one node, and, where a server is named, on two.
pub(super) async fn measure(plan: &Plan, (room, key): (&Room, &Arc<SoftwareKey>), report: &mut Report) -> Done {
    if !plan.wants("revocation") {
        return Ok(());
    }
    let one = room.config(format!("sqlite:{}", room.dir().join("revocation.db").display()))?;
    report.checks.push(on(room, key, &[one]).await?);
    let Some(server) = Postgres::from_environment()? else {
        let note = "Revocation was not measured on two nodes: NARU_BENCH_POSTGRES does not name a server.";
        report.notes.push(note.to_owned());
        return Ok(());
    };
    let database = server.create()?;
    let nodes = [room.config(database.settings())?, room.config(database.settings())?];
    report.checks.push(on(room, key, &nodes).await?);
    Ok(())
}

/// Calls go to the last node; the grant is ended through a connection of its own, as another node would.
async fn on(room: &Room, key: &Arc<SoftwareKey>, nodes: &[Config]) -> Result<Check, Failure> {
    let name = match nodes.len() {
        1 => "no call is served after the commit of its revocation, one node".to_owned(),
        count => format!("calls stop within a second of the commit of a revocation, {count} nodes"),
    };
    say(&name);
    let mut hubs: Vec<Child> = Vec::new();
    let storage = app::open_storage(&nodes[0])?;
    storage.migrate().await?;
    let client = register(&storage, key).await?;
    for node in nodes {
        let config = Config {
            hub: crate::config::HubSection {
                test_bed: true,
                ..node.hub.clone()
            },
            ..node.clone()
        };
        hubs.push(stage::start_hub(&config, room).await?.0);
    }
    let (hub, config) = (
        hubs.last().expect("there is a node"),
        nodes.last().expect("there is a node"),
    );
    let caller = Caller::of(
        Server {
            issuer: config.hub.public_url.clone(),
            addr: config.hub.listen,
            token_path: "/fapi2/token",
            introspection_path: "/fapi2/introspect",
            client_id: client.id.to_string(),
            pid: hub.pid(),
        },
        key,
    );
    let (calls, committed) = around_the_commit(room, &caller, (&storage, client.id)).await?;
    for hub in hubs {
        hub.end().await?;
    }
    Ok(judged(name, nodes.len(), (&calls, committed)))
}

async fn around_the_commit(
    room: &Room,
    caller: &Caller,
    (storage, client): (&Storage, naru_core::ClientId),
) -> Result<(Vec<Call>, Instant), Failure> {
    let token = caller.token(room).await?;
    let grant = caller.grant_of(room, &token).await?;
    let until = load::now() + BEFORE + AFTER;
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (caller, http) = (caller.clone(), caller.http(room)?);
        let (token, grant) = (token.clone(), grant.clone());
        callers.spawn(async move {
            let mut calls: Vec<Call> = Vec::new();
            while load::now() < until {
                let sent = load::now();
                let served = caller.call(&http, &token, &grant).await?;
                calls.push((sent, served));
            }
            Ok::<_, Failure>(calls)
        });
    }
    tokio::time::sleep(BEFORE).await;
    grants::revoke_all(
        storage,
        &Actor::Hub("bench"),
        Whose::Client(client),
        RevokedBy::Operator,
    )
    .await?;
    let committed = load::now();
    let mut calls = Vec::new();
    while let Some(done) = callers.join_next().await {
        calls.extend(done??);
    }
    Ok((calls, committed))
}

fn judged(name: String, nodes: usize, (calls, committed): (&[Call], Instant)) -> Check {
    let before = calls
        .iter()
        .filter(|(sent, served)| *served && *sent < committed)
        .count();
    let after: Vec<&Call> = calls.iter().filter(|(sent, _)| *sent >= committed).collect();
    let served = after.iter().filter(|(_, served)| *served);
    let last = served.clone().map(|(sent, _)| sent.duration_since(committed)).max();
    let refused = after
        .iter()
        .filter(|(_, served)| !served)
        .map(|(sent, _)| sent.duration_since(committed))
        .min();
    let limit = if nodes == 1 {
        Duration::ZERO
    } else {
        Duration::from_secs(1)
    };
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    Check {
        name,
        // Nothing is said of a run in which nobody called before or after.
        ok: before > 0 && refused.is_some() && last.is_none_or(|last| last < limit),
        saw: format!(
            "{before} calls served before it; sent after it: {} served, {} refused, the first {:.1} ms after it",
            served.count(),
            after.iter().filter(|(_, served)| !served).count(),
            refused.map_or(f64::NAN, millis),
        ),
    }
}
