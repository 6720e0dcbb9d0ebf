//! Ten thousand organisations with their histories: the operator's pipeline page, the duty of all of them worked out
//! anew, and what the organisation link adds to the decision about a call.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use naru_admission::gate::jobs::round;
use naru_admission::{AdmissionSettings, Office};
use naru_core::Scope;
use naru_core::trust::{AccountUse, Demand, ProofStanding, judge};
use naru_storage::{StandingQuery, Storage, StorageError};
use naru_web::Hub;
use tower::ServiceExt as _;

use super::crowd::{self, Callers, ORGANISATIONS};
use super::figure::Figure;
use super::load::now;
use super::report::Report;
use super::room::Room;
use super::run::{Plan, say_what_was_disturbed};
use crate::app;
use crate::cli::{Done, Failure};

/// The pipeline page may take this long at the server, milliseconds.
const PAGE_MS: u32 = 100;
/// All duties may take this long, seconds.
const DUTIES_S: f64 = 10.0;
/// The organisation link may add this much to a decision, p99, microseconds.
const LINK_US: u32 = 100;
/// Pages that are asked for, and decisions of each kind.
const PAGES: usize = 300;
const DECISIONS: usize = 20_000;

const DECISION: Demand = Demand {
    scope: Scope::Oob,
    account: AccountUse::None,
    once: false,
};

/// Measures everything that the plan wants.
pub(super) async fn measure(plan: &Plan) -> Result<Report, Failure> {
    let room = Room::prepare()?;
    let mut report = Report::empty(plan);
    let mut config = room.config(format!("sqlite:{}", room.dir().join("admission.db").display()))?;
    config.hub.test_bed = true;
    let storage = app::open_storage(&config)?;
    storage.migrate().await?;
    let began = now();
    let callers = crowd::settle(&storage).await?;
    let seeded = began.elapsed().as_secs_f64();
    report.notes.push(format!(
        "{ORGANISATIONS} organisations with their histories were stored in {seeded:.1} s"
    ));
    // Decisions first: the round would close gates that were written open by hand.
    decisions(&storage, &callers, &mut report).await?;
    duties(&storage, &config, &mut report).await?;
    drop(storage);
    let running = app::start(&config).await?;
    let shown = pages(&running, &callers, &mut report).await;
    running.stop().await;
    shown?;
    report.want_added((WITH_LINK, WITHOUT_LINK), LINK_US);
    report.want_p99(PAGE, PAGE_MS);
    say_what_was_disturbed(&mut report);
    Ok(report)
}

const PAGE: &str = "pipeline page";
const WITH_LINK: &str = "decision with an organisation of five gates";
const WITHOUT_LINK: &str = "decision without an organisation";

async fn duties(storage: &Storage, config: &crate::config::Config, report: &mut Report) -> Done {
    let office = Office {
        hub: Hub::start(storage.clone(), app::hub_settings(config)?),
        settings: Arc::new(AdmissionSettings::default()),
    };
    let began = now();
    let changed = round(&office).await?;
    let seconds = began.elapsed().as_secs_f64();
    let wanted = u64::try_from(ORGANISATIONS).unwrap_or(u64::MAX);
    if changed < wanted {
        return Err(Failure::Failed(format!(
            "only {changed} of {wanted} organisations were worked out"
        )));
    }
    report.want_below("duty and gates of all organisations", Some(seconds), (DUTIES_S, "s"));
    let again = now();
    round(&office).await?;
    let note = format!(
        "a second round, with nothing to write: {:.2} s",
        again.elapsed().as_secs_f64()
    );
    report.notes.push(note);
    Ok(())
}

/// The two kinds of decision in turn, so that whatever else happens on the machine meets both alike.
async fn decisions(storage: &Storage, callers: &Callers, report: &mut Report) -> Done {
    let (mut with, mut without) = (Vec::with_capacity(DECISIONS), Vec::with_capacity(DECISIONS));
    for _ in 0..DECISIONS {
        with.push(decide(storage, &callers.production, Some(callers.certificate)).await?);
        without.push(decide(storage, &callers.test_bed, None).await?);
    }
    for (name, times) in [(WITH_LINK, with), (WITHOUT_LINK, without)] {
        let seconds = times.iter().map(|us| f64::from(*us)).sum::<f64>() / 1e6;
        let per_second = f64::from(u32::try_from(times.len()).unwrap_or(u32::MAX)) / seconds;
        report.figures.push(Figure::counted(name.to_owned(), per_second, times));
    }
    Ok(())
}

async fn decide(storage: &Storage, token: &[u8; 32], certificate: Option<[u8; 32]>) -> Result<u32, Failure> {
    let query = StandingQuery {
        test_bed: true,
        token_sha256: Some(token),
        certificate_sha256: certificate,
        proof: ProofStanding::Missing,
        fintech_use_num: None,
        once: None,
        named_person: None,
    };
    let began = now();
    let standing = storage.read("standing", async |tx| tx.standing(query).await).await;
    let standing = standing.map_err(|error: StorageError| Failure::from(error))?;
    let verdict = judge(&standing, &DECISION);
    let took = u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX);
    match verdict.broken() {
        None => Ok(took),
        Some((link, why, evidence)) => Err(Failure::Failed(format!("{link} {why} {evidence:?}"))),
    }
}

async fn pages(running: &app::Running, callers: &Callers, report: &mut Report) -> Done {
    let router = running.parts.router();
    let mut times = Vec::with_capacity(PAGES);
    let began = now();
    for number in 0..PAGES {
        let after = if number % 2 == 0 {
            String::new()
        } else {
            format!("?after={}", crowd::code(number * 30))
        };
        let request = Request::get(format!("/operator{after}"))
            .header(header::COOKIE, format!("__Host-naru-member={}", callers.session))
            .header(header::HOST, "localhost")
            .body(Body::empty())?;
        let asked = now();
        let response = router.clone().oneshot(request).await?;
        let (status, body) = (
            response.status(),
            axum::body::to_bytes(response.into_body(), 4_000_000).await?,
        );
        times.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
        let text = String::from_utf8_lossy(&body);
        if status != StatusCode::OK || !text.contains(&crowd::code(number * 30 + 1)) && number % 2 == 1 {
            return Err(Failure::Failed(format!(
                "the pipeline page answered {status} without what was asked for"
            )));
        }
    }
    let per_second = f64::from(u32::try_from(PAGES).unwrap_or(u32::MAX)) / began.elapsed().as_secs_f64();
    report.figures.push(Figure::counted(PAGE.to_owned(), per_second, times));
    Ok(())
}
