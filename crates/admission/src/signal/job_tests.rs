//! Leases and fencing, staleness, backoff, and what a turn leads to.

use std::time::Duration;

use naru_core::{EndpointKind, NoticeKind, Role};

use super::super::house::{House, Told};
use super::super::service;
use super::*;
use crate::endpoint;

const DAY: i64 = 86_400;
const URL: &str = "https://www.moafin.example/";

fn quick() -> JobSettings {
    JobSettings {
        pause: Duration::ZERO,
        ..JobSettings::default()
    }
}

async fn one(house: &House, prober: &Told) -> Round {
    round(&house.office, prober, &quick()).await.unwrap()
}

async fn lease(house: &House, limit: i64, seconds: i64) -> Vec<SignalRow> {
    let until = house.now().plus_seconds(seconds);
    house
        .put(async |tx| tx.signal_lease_endpoints((limit, 9), until).await)
        .await
}

fn seen(outcome: SignalOutcome) -> Seen {
    Seen::new(outcome, "by hand", &json!({}), "hand/1")
}

/// It is spawned beside the listeners.
#[tokio::test]
async fn the_job_can_be_spawned_and_looks_by_itself() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    house.endpoint(&staff, EndpointKind::WebOrigin, URL).await;
    let prober = Arc::new(Told::new(SignalOutcome::Pass));
    let job = tokio::spawn(run(house.office.clone(), prober.clone(), quick()));
    let looked = async {
        while prober.count() < 3 || house.signals(staff.organisation.id).await.len() < 8 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), looked).await.unwrap();
    job.abort();
}

#[tokio::test]
async fn only_registered_endpoints_are_looked_at_and_removed_ones_no_more() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    let prober = Told::new(SignalOutcome::Pass);
    one(&house, &prober).await;
    assert_eq!(prober.count(), 0, "nothing is registered");
    let endpoint = house.endpoint(&staff, EndpointKind::WebOrigin, URL).await;
    one(&house, &prober).await;
    let sent = prober.sent.lock().unwrap().clone();
    assert!(sent.iter().all(|(_, url)| url == URL));
    let mut kinds: Vec<SignalKind> = sent.iter().map(|(kind, _)| *kind).collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        [SignalKind::TlsConfig, SignalKind::CertExpiry, SignalKind::HttpHeaders]
    );
    one(&house, &prober).await;
    assert_eq!(prober.count(), 3, "nothing is due");
    endpoint::service::remove(&house.office, &staff, endpoint.id)
        .await
        .unwrap();
    house.pass_seconds(DAY);
    one(&house, &prober).await;
    assert_eq!(prober.count(), 3, "it is no longer registered");
    let of = (staff.organisation.id, SignalKind::TlsConfig);
    assert_eq!(
        service::history(&house.office, of, 10).await.unwrap().len(),
        1,
        "what was seen stays"
    );
}

#[tokio::test]
async fn an_observation_is_kept_with_its_digest_and_looked_at_again_at_half_the_time() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    house.endpoint(&staff, EndpointKind::Callback, URL).await;
    let prober = Told::new(SignalOutcome::Pass);
    one(&house, &prober).await;
    let row = house.signal(staff.organisation.id, SignalKind::MtlsHandshake).await;
    assert_eq!(row.outcome, SignalOutcome::Pass);
    assert_eq!(row.expires_at, Some(house.now().plus_seconds(DAY)));
    let wait = row.due_at.micros_since(house.now()) / naru_core::SECOND;
    assert!((DAY / 2..DAY / 2 + 60).contains(&wait), "{wait}");
    let of = (staff.organisation.id, SignalKind::MtlsHandshake);
    let observed = service::history(&house.office, of, 10).await.unwrap();
    assert_eq!(observed.len(), 1);
    assert_eq!(observed[0].raw_sha256, naru_crypto::sha256(observed[0].raw.as_bytes()));
    assert_eq!(
        (observed[0].prober.as_str(), Some(observed[0].id)),
        ("told/1", row.observation_id)
    );
    let standings = service::standings(&house.office, staff.organisation.id).await.unwrap();
    let standing = standings
        .iter()
        .find(|s| s.row.signal == SignalKind::MtlsHandshake)
        .unwrap();
    assert_eq!(standing.latest.as_ref(), observed.first());
    assert_eq!(standing.controls, ["fsi-t-05-4"]);
}

#[tokio::test]
async fn a_lease_gives_a_signal_to_one_and_who_lost_it_keeps_nothing() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    house.endpoint(&staff, EndpointKind::WebOrigin, URL).await;
    let (first, second) = (lease(&house, 2, 60).await, lease(&house, 2, 60).await);
    assert_eq!((first.len(), second.len()), (2, 1), "nobody is given the same");
    assert!(first.iter().all(|row| row.signal != second[0].signal));
    assert!(lease(&house, 2, 60).await.is_empty());
    house.pass_seconds(61);
    let again = lease(&house, 10, 60).await;
    assert_eq!(again.len(), 3, "a lease ends");
    let (slow, fast) = (
        &second[0],
        again.iter().find(|row| row.signal == second[0].signal).unwrap(),
    );
    assert!(slow.lease_version < fast.lease_version);
    assert!(!keep(&house.office, slow, &seen(SignalOutcome::Fail)).await.unwrap());
    assert!(keep(&house.office, fast, &seen(SignalOutcome::Pass)).await.unwrap());
    assert!(!keep(&house.office, slow, &seen(SignalOutcome::Fail)).await.unwrap());
    let row = house.signal(staff.organisation.id, fast.signal).await;
    assert_eq!(row.outcome, SignalOutcome::Pass);
    let of = (staff.organisation.id, fast.signal);
    assert_eq!(service::history(&house.office, of, 10).await.unwrap().len(), 1);
    assert!(house.notices(staff.organisation.id).await.is_empty());
}

#[tokio::test]
async fn two_nodes_at_once_look_once() {
    let house = House::new().await;
    for code in ["moafin", "other", "third"] {
        let staff = house.staff(code, &[Role::Developer]).await;
        house
            .endpoint(&staff, EndpointKind::WebOrigin, &format!("https://{code}.example/"))
            .await;
    }
    let prober = Told::new(SignalOutcome::Pass);
    let (a, b) = tokio::join!(one(&house, &prober), one(&house, &prober));
    assert_eq!(prober.count(), 9);
    assert_eq!(
        (a.looked + b.looked, a.lost + b.lost),
        (9 + 15, 0),
        "three endpoints and three organisations"
    );
}

#[tokio::test]
async fn what_is_not_looked_at_in_time_is_stale_and_opens_items_again() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    let id = staff.organisation.id;
    house.endpoint(&staff, EndpointKind::Callback, URL).await;
    let prober = Told::new(SignalOutcome::Pass);
    one(&house, &prober).await;
    prober.outcome(SignalOutcome::Error);
    for _ in 0..8 {
        house.pass_seconds(DAY / 8 - 1);
        one(&house, &prober).await;
    }
    let row = house.signal(id, SignalKind::MtlsHandshake).await;
    assert_eq!(
        row.outcome,
        SignalOutcome::Error,
        "an error is no pass, and not stale before its time"
    );
    house.pass_seconds(8);
    let round = one(&house, &prober).await;
    assert!(round.stale >= 3, "{round:?}");
    let row = house.signal(id, SignalKind::MtlsHandshake).await;
    assert_eq!((row.outcome, row.expires_at), (SignalOutcome::Stale, None));
    assert!(house.notices(id).await.contains(&NoticeKind::SignalStale));
    let trail = house.trail(id).await.join("\n");
    assert!(trail.contains("fsi-t-05-4") && trail.contains("stale"), "{trail}");
    // An error does not make it fresh again, a look does.
    house.pass_seconds(DAY);
    one(&house, &prober).await;
    assert_eq!(
        house.signal(id, SignalKind::MtlsHandshake).await.outcome,
        SignalOutcome::Stale
    );
    prober.outcome(SignalOutcome::Pass);
    house.pass_seconds(DAY);
    one(&house, &prober).await;
    assert_eq!(
        house.signal(id, SignalKind::MtlsHandshake).await.outcome,
        SignalOutcome::Pass
    );
    assert!(!house.notices(id).await.contains(&NoticeKind::SignalStale));
}

#[tokio::test]
async fn a_failure_opens_items_again_warns_once_and_survives_errors() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    let id = staff.organisation.id;
    house.endpoint(&staff, EndpointKind::PrivacyPolicy, URL).await;
    let prober = Told::new(SignalOutcome::Fail);
    one(&house, &prober).await;
    let failed = async || {
        let notices = house.notices(id).await;
        notices.iter().filter(|kind| **kind == NoticeKind::SignalFailed).count()
    };
    assert_eq!(failed().await, 3, "TLS, certificate and page");
    let reopened = async || {
        let trail = house.trail(id).await;
        trail
            .iter()
            .filter(|details| details.contains("fsi-m-08-1") && details.contains("fail"))
            .count()
    };
    assert_eq!(reopened().await, 1);
    house.pass_seconds(DAY / 2 + 60);
    one(&house, &prober).await;
    prober.outcome(SignalOutcome::Error);
    house.pass_seconds(DAY / 2 + 60);
    one(&house, &prober).await;
    let row = house.signal(id, SignalKind::PrivacyUrl).await;
    assert_eq!((row.outcome, row.failures), (SignalOutcome::Fail, 1));
    assert_eq!((failed().await, reopened().await), (3, 1), "it did not turn");
    prober.outcome(SignalOutcome::Pass);
    house.pass_seconds(DAY / 4);
    one(&house, &prober).await;
    assert_eq!(failed().await, 0);
}

#[tokio::test]
async fn errors_back_off_and_too_many_in_a_row_are_told() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    let id = staff.organisation.id;
    house.endpoint(&staff, EndpointKind::Callback, URL).await;
    let prober = Told::new(SignalOutcome::Error);
    let mut waits = Vec::new();
    for _ in 0..5 {
        one(&house, &prober).await;
        let row = house.signal(id, SignalKind::MtlsHandshake).await;
        assert_eq!(row.outcome, SignalOutcome::Error);
        waits.push(row.due_at.micros_since(house.now()) / naru_core::SECOND / 60);
        let told = house.notices(id).await.contains(&NoticeKind::SignalStale);
        assert_eq!(told, row.failures >= alarm::ERRORS_MAX, "{}", row.failures);
        // Every signal of the endpoint is due together, within the spread.
        house.pass_seconds(row.due_at.micros_since(house.now()) / naru_core::SECOND + 60);
    }
    assert_eq!(waits, [5, 10, 20, 40, 80]);
}

#[tokio::test]
async fn the_end_of_a_certificate_is_warned_of_once() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    let id = staff.organisation.id;
    house.endpoint(&staff, EndpointKind::WebOrigin, URL).await;
    let prober = Told::new(SignalOutcome::Pass);
    let end = house.now().plus_days(31);
    prober.tell(seen(SignalOutcome::Pass).ending(end, ""));
    one(&house, &prober).await;
    assert!(house.notices(id).await.is_empty(), "not yet");
    for _ in 0..8 {
        house.pass_seconds(DAY / 2);
        one(&house, &prober).await;
    }
    let notices = house.notices(id).await;
    let warned = notices.iter().filter(|kind| **kind == NoticeKind::CertificateEnds);
    assert_eq!(
        warned.count(),
        1,
        "the same end of the same endpoint, whichever signal saw it"
    );
}

#[tokio::test]
async fn every_fintech_is_planned_for_by_the_job_itself() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    let prober = Told::new(SignalOutcome::Pass);
    let round = one(&house, &prober).await;
    assert_eq!(round.looked, SignalKind::OF_ROWS.len());
    let rows = house.signals(staff.organisation.id).await;
    let kinds: Vec<SignalKind> = rows.iter().map(|row| row.signal).collect();
    assert!(SignalKind::OF_ROWS.iter().all(|kind| kinds.contains(kind)));
    assert!(rows.iter().all(|row| row.observation_id.is_some()));
    assert_eq!(prober.count(), 0);
}
