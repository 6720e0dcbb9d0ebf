//! The order of a run: the floor, then each database with its hub, its figures and its checks.

use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use naru_storage::StorageError;

use super::check;
use super::child::Child;
use super::figure::{Figure, HUB_ADDED};
use super::load::{self, Callee, Outcome, Pace};
use super::postgres::{self, Server};
use super::proc::{Watched, memory_peak_mb};
use super::report::{Report, Wrong};
use super::room::Room;
use super::stage::{Stage, request};
use crate::cli::{Done, Failure};

pub(super) const HTTP_FLOOR: &str = "http floor";
const SQLITE_FLOOR: &str = "sqlite floor, one write a commit";
const PGBENCH_FLOOR: &str = "pgbench floor, -N -c 16";
/// As storage names it, and as it stands in the names of figures.
const POSTGRES: &str = "postgresql";
/// Balance inquiries a second that are demanded, and their hub-added p99 in milliseconds at half of that.
const BALANCES: (u32, u32) = (3_000, 10);
/// The same for durable withdrawals.
const WITHDRAWALS: (u32, u32) = (1_000, 50);
const MEMORY_MB: f64 = 200.0;
const STARTUP_MS: f64 = 1_000.0;
/// Processors that others may keep busy before a figure is said to be disturbed.
const QUIET_CORES: f64 = 0.2;

/// What is to be measured.
pub(super) struct Plan {
    /// Seconds of each measurement.
    pub(super) seconds: u64,
    /// Connections that call at once.
    pub(super) connections: u16,
    /// What a figure's name must contain.
    pub(super) only: String,
}

impl Plan {
    pub(super) fn wants(&self, name: &str) -> bool {
        name.contains(&self.only)
    }
}

/// What is asked of a hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Balance,
    Withdrawal,
}

/// One measurement of a hub.
struct Measurement {
    name: String,
    what: What,
    pace: Pace,
    /// A second, and hub-added p99 in milliseconds.
    demanded: (u32, u32),
}

/// Both paces of one thing: as fast as it goes, and at half of what is demanded.
fn both(subject: &str, what: What, demanded: (u32, u32)) -> [Measurement; 2] {
    let half = demanded.0 / 2;
    let measurement = |name, pace| Measurement {
        name,
        what,
        pace,
        demanded,
    };
    [
        measurement(format!("{subject}, saturated"), Pace::Saturated),
        measurement(format!("{subject} at {half}/s, {HUB_ADDED}"), Pace::Fixed(half)),
    ]
}

/// Measures everything that the plan wants.
pub(super) async fn measure(plan: &Plan) -> Result<Report, Failure> {
    let room = Room::prepare()?;
    let mut report = Report::empty(plan);
    http_floor(plan, &room, &mut report).await?;
    on_sqlite(plan, &room, &mut report).await?;
    on_postgres(plan, &room, &mut report).await?;
    say_what_was_disturbed(&mut report);
    report.want_below("the hub's memory", report.memory_mb, (MEMORY_MB, "MB"));
    report.want_below("the hub's start-up", report.startup_ms, (STARTUP_MS, "ms"));
    Ok(report)
}

/// Beside a database server nobody can tell who was busy; everywhere else the machine should have been quiet.
pub(super) fn say_what_was_disturbed(report: &mut Report) {
    let others = |figure: &Figure| figure.cores.as_ref().map_or(0.0, |cores| cores.others + cores.stolen);
    let disturbed = report
        .figures
        .iter()
        .filter(|figure| !figure.name.contains(POSTGRES) && others(figure) > QUIET_CORES);
    let disturbed: Vec<&str> = disturbed.map(|figure| figure.name.as_str()).collect();
    if !disturbed.is_empty() {
        let names = disturbed.join("; ");
        report
            .notes
            .push(format!("The machine was not quiet, measure again: {names}."));
    }
}

pub(super) fn say(what: &str) {
    eprintln!("naru: measuring {what}");
}

pub(super) async fn http_floor(plan: &Plan, room: &Room, report: &mut Report) -> Done {
    let mut floor = Child::start("floor", &["bench", "--as", "floor", "--dir", &room.text()], room.dir())?;
    let callee = Callee {
        addr: floor.first_line().await?,
        tls: room.client_tls()?,
        ask: Arc::new(|_| {
            let path = "/v2.0/account/balance/fin_num?bank_tran_id=M000000000U000000000\
                        &fintech_use_num=100000000400000000000000&tran_dtime=20261121140327";
            request(
                Method::GET,
                path,
                "Bearer nat_0000000000000000000000000000000000000000000",
                String::new(),
            )
        }),
        right: load::RIGHT,
        next: Arc::default(),
    };
    let watched = Watched {
        server: Some(floor.pid()),
        banks: None,
    };
    let (half, _) = (BALANCES.0 / 2, BALANCES.1);
    for (name, pace) in [
        (HTTP_FLOOR.to_owned(), Pace::Saturated),
        (format!("{HTTP_FLOOR} at {half}/s"), Pace::Fixed(half)),
    ] {
        if pace == Pace::Saturated || plan.wants(&name) {
            let outcome = load_of(plan, &callee, (&name, pace), watched).await?;
            take_in(report, &name, &outcome);
            report.figures.push(Figure::of(name, &outcome, pace));
        }
    }
    Ok(())
}

pub(super) async fn load_of(
    plan: &Plan,
    callee: &Callee,
    (name, pace): (&str, Pace),
    watched: Watched,
) -> Result<Outcome, Failure> {
    say(name);
    let outcome = load::run(callee, (plan.connections, plan.seconds), pace, watched).await;
    outcome.map_err(|why| Failure::Failed(format!("{name}: {why}")))
}

pub(super) fn take_in(report: &mut Report, name: &str, outcome: &Outcome) {
    if outcome.wrong > 0 {
        report.wrong.push(Wrong {
            name: name.to_owned(),
            count: outcome.wrong,
            example: outcome.example.clone().unwrap_or_default(),
        });
    }
}

async fn on_sqlite(plan: &Plan, room: &Room, report: &mut Report) -> Done {
    let mut wanted = Vec::from(both("balance", What::Balance, BALANCES));
    wanted.extend(both("withdrawal sqlite", What::Withdrawal, WITHDRAWALS));
    wanted.retain(|one| plan.wants(&one.name));
    let wants_floor = plan.wants(SQLITE_FLOOR) || wanted.iter().any(|one| one.what == What::Withdrawal);
    if wanted.is_empty() && !wants_floor {
        return Ok(());
    }
    let database = format!("sqlite:{}", room.dir().join("naru.db").display());
    let stage = Stage::prepare(room, database).await?;
    if wants_floor {
        say(SQLITE_FLOOR);
        report.figures.push(sqlite_floor(&stage, plan.seconds).await?);
        report.notes.push(format!(
            "`{SQLITE_FLOOR}`: one writer that waits for the disk after each small write; the hub lets many share a \
             commit."
        ));
    }
    measure_hub(plan, room, (&stage, &wanted), report).await
}

async fn sqlite_floor(stage: &Stage, seconds: u64) -> Result<Figure, Failure> {
    let (began, grant) = (load::now(), stage.a_grant);
    let mut times_us = Vec::new();
    while began.elapsed() < Duration::from_secs(seconds) {
        let at = load::now();
        let written = stage
            .storage
            .record("bench_floor", async |tx| tx.grant_used(grant, tx.now()));
        written.await.map_err(|error: StorageError| Failure::from(error))?;
        times_us.push(u32::try_from(at.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    let per_second = times_us.len() as f64 / began.elapsed().as_secs_f64();
    Ok(Figure::counted(SQLITE_FLOOR.to_owned(), per_second, times_us))
}

async fn on_postgres(plan: &Plan, room: &Room, report: &mut Report) -> Done {
    let mut wanted = Vec::from(both(&format!("withdrawal {POSTGRES}"), What::Withdrawal, WITHDRAWALS));
    wanted.retain(|one| plan.wants(&one.name));
    if wanted.is_empty() && !plan.wants(PGBENCH_FLOOR) {
        return Ok(());
    }
    let Some(server) = Server::from_environment()? else {
        let variable = postgres::VARIABLE;
        report.notes.push(format!(
            "PostgreSQL was not measured: {variable} does not name a server."
        ));
        return Ok(());
    };
    say(PGBENCH_FLOOR);
    let (pgbench, seconds) = (server.clone(), plan.seconds);
    let tps = tokio::task::spawn_blocking(move || pgbench.own_benchmark(seconds)).await??;
    match tps {
        Some(tps) => report
            .figures
            .push(Figure::counted(PGBENCH_FLOOR.to_owned(), tps, Vec::new())),
        None => report
            .notes
            .push("pgbench is not on this machine; the floor is HTTP's.".to_owned()),
    }
    if wanted.is_empty() {
        return Ok(());
    }
    // Dropped last, when nobody is connected any more.
    let database = server.create()?;
    let stage = Stage::prepare(room, database.settings()).await?;
    measure_hub(plan, room, (&stage, &wanted), report).await
}

/// Starts a hub, measures, stops it, and checks what it has left behind.
async fn measure_hub(plan: &Plan, room: &Room, (stage, wanted): (&Stage, &[Measurement]), report: &mut Report) -> Done {
    if wanted.is_empty() {
        return Ok(());
    }
    let (mut hub, took) = stage.start_hub(room).await?;
    let took_ms = took.as_secs_f64() * 1e3;
    report.startup_ms = Some(report.startup_ms.map_or(took_ms, |before| before.max(took_ms)));
    let watched = Watched {
        server: Some(hub.pid()),
        banks: Some(stage.banks.pid()),
    };
    let since = stage.storage.clock().now().day();
    let mut acknowledged = 0;
    for one in wanted {
        let callee = match one.what {
            What::Balance => stage.balances(room)?,
            What::Withdrawal => stage.withdrawals(room)?,
        };
        let outcome = load_of(plan, &callee, (&one.name, one.pace), watched).await?;
        hub.check_alive()?;
        if one.what == What::Withdrawal {
            acknowledged += outcome.right;
        }
        take_in(report, &one.name, &outcome);
        let figure = Figure::of(one.name.clone(), &outcome, one.pace);
        let pgbench = report
            .figure(PGBENCH_FLOOR)
            .filter(|_| stage.storage.engine_name() == POSTGRES);
        let figure = match pgbench {
            Some(floor) => figure.beside(Some(floor), "pgbench"),
            None => figure.beside(report.figure(HTTP_FLOOR), "http"),
        };
        report.figures.push(figure);
        match one.pace {
            Pace::Saturated => report.want_rate(&one.name, one.demanded.0),
            Pace::Fixed(_) => report.want_p99(&one.name, one.demanded.1),
        }
    }
    if let Some(peak) = memory_peak_mb(hub.pid()) {
        report.memory_mb = Some(report.memory_mb.map_or(peak, |before| before.max(peak)));
    }
    let said = hub.last_words();
    hub.end().await?;
    if !said.is_empty() {
        report.notes.push(format!("The hub logged during the load:\n{said}"));
    }
    report
        .checks
        .extend(check::after_the_hub(stage, acknowledged, since).await?);
    Ok(())
}
