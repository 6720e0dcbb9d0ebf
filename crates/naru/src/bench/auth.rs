//! The authorization server beside another one: the same requests, the same machine, the same run. What counts is
//! processor time per request of the two processes.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use naru_crypto::jose::{Algorithm, Signer, SoftwareKey};
use serde::Deserialize;
use serde_json::json;

use super::caller::{Ask, Caller, Server, register};
use super::child::Child;
use super::figure::Figure;
use super::load::{Callee, Pace, now};
use super::proc::{Watched, memory_peak_mb};
use super::report::Report;
use super::room::Room;
use super::run::{HTTP_FLOOR, Plan, http_floor, load_of, say_what_was_disturbed, take_in};
use super::{revocation, stage};
use crate::app;
use crate::cli::{Done, Failure};

/// The other server's program, beside the sources; its packages are installed by `./check`.
const PEER: &str = "judges/peer/oidc_provider.mjs";
const NODE: &str = "judges/.venv/bin/node";
/// How many times the peer's requests for the same processor time are wanted.
const TIMES: f64 = 10.0;
/// What checking a token may add to a call, p99, microseconds.
const ADDED_US: u32 = 1_000;
/// The pace at which that is looked at.
const CALLS: u32 = 500;
/// One signature, verified.
const SIGNATURE_FLOOR: &str = "ES256 verification";
/// How many are timed.
const VERIFICATIONS: usize = 10_000;
const TOKEN: &[u8] = br#""access_token":""#;
const ACTIVE: &[u8] = br#""active":true"#;

/// Measures everything that the plan wants.
pub(super) async fn measure(plan: &Plan) -> Result<Report, Failure> {
    let room = Room::prepare()?;
    let mut report = Report::empty(plan);
    http_floor(plan, &room, &mut report).await?;
    let (key, _) = SoftwareKey::generate(Algorithm::Es256)?;
    let key = Arc::new(key);
    signature_floor(&key, &mut report).await?;
    hub(plan, (&room, &key), &mut report).await?;
    peer(plan, (&room, &key), &mut report).await?;
    for (what, signatures) in [("token", 2), ("introspection", 1)] {
        let (own, peer) = (format!("{what}, hub"), format!("{what}, oidc-provider"));
        report.want_times((&own, &peer), TIMES);
        say_the_most(&mut report, (what, signatures), &peer);
    }
    report.want_added((&call_name(), &floor_name()), ADDED_US);
    revocation::measure(plan, (&room, &key), &mut report).await?;
    say_what_was_disturbed(&mut report);
    Ok(report)
}

/// How long the verification of one signature takes, one after another: no server that verifies is quicker.
async fn signature_floor(key: &Arc<SoftwareKey>, report: &mut Report) -> Done {
    let key = Arc::clone(key);
    let verify = move || {
        let (public, message) = (key.public_jwk(), [7; 300]);
        let signature = key.sign(&message)?;
        let mut times_us = Vec::with_capacity(VERIFICATIONS);
        let began = now();
        for _ in 0..VERIFICATIONS {
            let one = now();
            public.verify(&message, &signature)?;
            times_us.push(u32::try_from(one.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
        Ok::<_, naru_crypto::jose::JoseError>((began.elapsed(), times_us))
    };
    let verified = tokio::task::spawn_blocking(verify).await;
    let (took, times_us) = verified.map_err(|error| Failure::Failed(error.to_string()))??;
    let per_second = VERIFICATIONS as f64 / took.as_secs_f64();
    report
        .figures
        .push(Figure::counted(SIGNATURE_FLOOR.to_owned(), per_second, times_us));
    Ok(())
}

/// The most that any server could reach that verifies as many signatures a request, were everything else free.
fn say_the_most(report: &mut Report, (what, signatures): (&str, u32), peer: &str) {
    let cpu = |name: &str| report.figure(name).and_then(|figure| figure.cpu_us_per_call);
    let one = report.figure(SIGNATURE_FLOOR).and_then(|figure| figure.p50_us);
    let (Some(bare), Some(one), Some(peer)) = (cpu(HTTP_FLOOR), one, cpu(peer)) else {
        return;
    };
    let least = bare + f64::from(one) * f64::from(signatures);
    let most = peer / least;
    report.notes.push(format!(
        "{what}: the bare handler and {signatures} × ES256 alone take {least:.0} µs, which is {most:.1} times the peer."
    ));
}

fn call_name() -> String {
    format!("call with a checked token at {CALLS}/s, hub")
}

fn floor_name() -> String {
    format!("{HTTP_FLOOR} at {CALLS}/s")
}

async fn hub(plan: &Plan, (room, key): (&Room, &Arc<SoftwareKey>), report: &mut Report) -> Done {
    let mut config = room.config(format!("sqlite:{}", room.dir().join("auth.db").display()))?;
    config.hub.test_bed = true;
    let storage = app::open_storage(&config)?;
    storage.migrate().await?;
    let client = register(&storage, key).await?;
    let (child, took) = stage::start_hub(&config, room).await?;
    report.startup_ms = Some(took.as_secs_f64() * 1e3);
    let server = Server {
        issuer: config.hub.public_url.clone(),
        addr: config.hub.listen,
        token_path: "/fapi2/token",
        introspection_path: "/fapi2/introspect",
        client_id: client.id.to_string(),
        pid: child.pid(),
    };
    let caller = Caller::of(server, key);
    both(plan, (room, &caller, "hub"), report).await?;
    if plan.wants(&call_name()) {
        checked_calls(plan, (room, &caller), report).await?;
    }
    report.memory_mb = memory_peak_mb(child.pid());
    let said = child.last_words();
    child.end().await?;
    if !said.is_empty() {
        report.notes.push(format!("The hub logged during the load:\n{said}"));
    }
    Ok(())
}

async fn peer(plan: &Plan, (room, key): (&Room, &Arc<SoftwareKey>), report: &mut Report) -> Done {
    let program = PathBuf::from(PEER);
    if !program.exists() || !PathBuf::from(NODE).exists() {
        let note =
            format!("oidc-provider was not measured: {PEER} or its packages are not here; ./check installs them.");
        report.notes.push(note);
        return Ok(());
    }
    let mut command = Command::new(NODE);
    command.arg(&program).env("NODE_ENV", "production");
    let mut child = Child::spawn("peer", &mut command, room.dir())?;
    let client_id = "naru-bench";
    child.tell(
        &json!({
            "port": 0,
            "certificate_file": room.dir().join("hub.pem"),
            "key_file": room.dir().join("hub.key"),
            "client_id": client_id,
            "jwks": { "keys": [key.public_jwk().to_value()] },
        })
        .to_string(),
    )?;
    #[derive(Deserialize)]
    struct Ready {
        issuer: String,
    }
    let ready: Ready = child.first_line().await?;
    let port = ready
        .issuer
        .rsplit(':')
        .next()
        .and_then(|port| port.trim_end_matches('/').parse::<u16>().ok());
    let port = port.ok_or_else(|| child.failed("told no port"))?;
    let server = Server {
        issuer: ready.issuer,
        addr: ([127, 0, 0, 1], port).into(),
        token_path: "/token",
        introspection_path: "/token/introspection",
        client_id: client_id.to_owned(),
        pid: child.pid(),
    };
    both(plan, (room, &Caller::of(server, key), "oidc-provider"), report).await?;
    child.check_alive()
}

/// Tokens, then introspection of one of them, as fast as they are answered.
async fn both(plan: &Plan, (room, caller, whose): (&Room, &Caller, &str), report: &mut Report) -> Done {
    let watched = Watched {
        server: Some(caller.server.pid),
        banks: None,
    };
    let token = caller.token(room).await?;
    let asked: [(&str, Ask, &'static [u8]); 2] = [
        ("token", caller.asks(Caller::token_request), TOKEN),
        (
            "introspection",
            caller.asks(move |caller| caller.introspection_request(&token)),
            ACTIVE,
        ),
    ];
    for (what, ask, right) in asked {
        let name = format!("{what}, {whose}");
        if !plan.wants(&name) {
            continue;
        }
        let callee = caller.callee(room, (ask, right))?;
        let outcome = load_of(plan, &callee, (&name, Pace::Saturated), watched).await?;
        take_in(report, &name, &outcome);
        let figure = Figure::of(name, &outcome, Pace::Saturated).beside(report.figure(HTTP_FLOOR), "http");
        report.figures.push(figure);
    }
    Ok(())
}

/// A resource that does nothing but check its token, beside the bare handler at the same pace.
async fn checked_calls(plan: &Plan, (room, caller): (&Room, &Caller), report: &mut Report) -> Done {
    let pace = Pace::Fixed(CALLS);
    let mut floor = Child::start("floor", &["bench", "--as", "floor", "--dir", &room.text()], room.dir())?;
    let bare = Callee {
        addr: floor.first_line().await?,
        ..caller.callee(
            room,
            (
                caller.asks(|caller| caller.grant_request("nat_none", "gnt_none")),
                super::load::RIGHT,
            ),
        )?
    };
    let watched = |pid| Watched {
        server: Some(pid),
        banks: None,
    };
    let outcome = load_of(plan, &bare, (&floor_name(), pace), watched(floor.pid())).await?;
    take_in(report, &floor_name(), &outcome);
    report.figures.push(Figure::of(floor_name(), &outcome, pace));
    drop(floor);
    let token = caller.token(room).await?;
    let grant = caller.grant_of(room, &token).await?;
    let ask = caller.asks(move |caller| caller.grant_request(&token, &grant));
    let callee = caller.callee(room, (ask, br#""scopes":"#))?;
    let outcome = load_of(plan, &callee, (&call_name(), pace), watched(caller.server.pid)).await?;
    take_in(report, &call_name(), &outcome);
    report.figures.push(Figure::of(call_name(), &outcome, pace));
    Ok(())
}
