//! Slow hosts hold up nobody but themselves, and what was looked at lately is not looked at again at once.

use std::sync::Mutex;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use naru_core::{EndpointKind, NoticeKind, Role, SignalKind, SignalOutcome};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::super::house::{House, Told};
use super::super::job::round;
use super::super::prober::Seen;
use super::super::service;
use super::*;
use crate::endpoint;

const DAY: i64 = 86_400;

fn quick() -> JobSettings {
    JobSettings {
        batch: 4,
        concurrency: 2,
        pause: Duration::ZERO,
        pace: Duration::from_millis(20),
        ..JobSettings::default()
    }
}

/// A prober that waits for the test at every host named slow.
struct Gated {
    gate: Semaphore,
    sent: Mutex<Vec<String>>,
}

impl Gated {
    fn new() -> Self {
        Self {
            gate: Semaphore::new(0),
            sent: Mutex::default(),
        }
    }

    fn count(&self, part: &str) -> usize {
        self.sent
            .lock()
            .unwrap()
            .iter()
            .filter(|url| url.contains(part))
            .count()
    }
}

impl Prober for Gated {
    fn look<'a>(&'a self, _: SignalKind, url: &'a str) -> BoxFuture<'a, Seen> {
        self.sent.lock().unwrap().push(url.to_owned());
        let look = async move {
            if url.contains("slow") {
                self.gate.acquire().await.unwrap().forget();
            }
            Seen::new(SignalOutcome::Pass, "gated", &json!({}), "gated/1")
        };
        look.boxed()
    }
}

async fn web(house: &House, code: &str, url: &str) -> crate::Staff {
    let staff = house.staff(code, &[Role::Developer]).await;
    house.endpoint(&staff, EndpointKind::WebOrigin, url).await;
    staff
}

#[tokio::test]
async fn a_slow_host_takes_one_place_and_everybody_else_is_looked_at() {
    let house = House::new().await;
    web(&house, "slow", "https://slow.example/").await;
    for number in 0..6 {
        web(
            &house,
            &format!("fast{number}"),
            &format!("https://fast{number}.example/"),
        )
        .await;
    }
    let prober = Gated::new();
    let settings = quick();
    let looking = look(&house.office, &prober, &settings);
    let watching = async {
        while prober.count("fast") < 18 {
            sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(prober.count("slow"), 1, "one look at a host at a time");
        // What becomes due meanwhile is looked at too.
        web(&house, "late", "https://late.example/").await;
        while prober.count("late") < 3 {
            sleep(Duration::from_millis(5)).await;
        }
        prober.gate.add_permits(3);
    };
    let both = async { tokio::join!(looking, watching).0 };
    let round = timeout(Duration::from_secs(20), both)
        .await
        .expect("nobody waits for the slow one");
    assert_eq!(round.unwrap().looked, 24);
}

#[tokio::test]
async fn a_host_that_many_name_has_few_looks_and_the_rest_are_put_off() {
    let house = House::new().await;
    let mut ids = Vec::new();
    for code in ["one", "two", "three"] {
        let url = format!("https://slow.example/{code}");
        ids.push(web(&house, code, &url).await.organisation.id);
    }
    let settings = JobSettings { batch: 64, ..quick() };
    let prober = Gated::new();
    prober.gate.add_permits(100);
    let looked = look(&house.office, &prober, &settings).await.unwrap().looked;
    assert_eq!((looked, prober.count("slow")), (4, 4));
    let mut put_off = 0;
    for id in ids {
        for row in house
            .signals(id)
            .await
            .iter()
            .filter(|row| row.observation_id.is_none())
        {
            let wait = row.due_at.micros_since(house.now()) / SECOND;
            assert!((60..120).contains(&wait) && row.lease_until <= house.now(), "{wait}");
            put_off += 1;
        }
    }
    assert_eq!(put_off, 5);
    house.pass_seconds(120);
    look(&house.office, &prober, &settings).await.unwrap();
    house.pass_seconds(120);
    look(&house.office, &prober, &settings).await.unwrap();
    assert_eq!(prober.count("slow"), 9, "all of them are looked at in the end");
}

#[tokio::test]
async fn registering_again_is_no_way_to_have_a_host_looked_at_more_often() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    let prober = Told::new(SignalOutcome::Pass);
    let settings = quick();
    let again = async |path: &str| {
        let url = format!("https://victim.example/{path}");
        let made = house.endpoint(&staff, EndpointKind::WebOrigin, &url).await;
        look(&house.office, &prober, &settings).await.unwrap();
        endpoint::service::remove(&house.office, &staff, made.id).await.unwrap();
        prober.count()
    };
    assert_eq!(again("a").await, 3);
    assert_eq!(
        (again("b").await, again("c").await),
        (3, 3),
        "the same host a moment later"
    );
    house.pass_seconds(601);
    assert_eq!(again("d").await, 6);
    for number in 0..36 {
        again(&number.to_string()).await;
    }
    let most = endpoint::service::register(
        &house.office,
        &staff,
        (EndpointKind::WebOrigin, "https://victim.example/z"),
    );
    assert_eq!(most.await.unwrap_err(), endpoint::service::EndpointError::TooOften);
    house.pass_seconds(DAY + 1);
    assert_eq!(again("e").await, 9);
}

#[tokio::test]
async fn after_the_hub_itself_was_down_there_is_time_to_look_before_anything_is_stale() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    let id = staff.organisation.id;
    house
        .endpoint(&staff, EndpointKind::Callback, "https://www.moafin.example/")
        .await;
    let prober = Told::new(SignalOutcome::Pass);
    round(&house.office, &prober, &quick()).await.unwrap();
    house.pass_seconds(3 * DAY);
    let back = round(&house.office, &prober, &quick()).await.unwrap();
    assert_eq!(back.stale, 0, "{back:?}");
    assert_eq!(
        house.signal(id, SignalKind::MtlsHandshake).await.outcome,
        SignalOutcome::Pass
    );
    assert!(!house.notices(id).await.contains(&NoticeKind::SignalStale));
    // What could be looked at and was not is stale when the time for it is over.
    house.pass_seconds(3 * DAY);
    prober.outcome(SignalOutcome::Error);
    assert_eq!(round(&house.office, &prober, &quick()).await.unwrap().stale, 0);
    house.pass_seconds(3_601);
    let late = round(&house.office, &prober, &quick()).await.unwrap();
    assert!(late.stale >= 3, "{late:?}");
    assert!(house.notices(id).await.contains(&NoticeKind::SignalStale));
}

#[tokio::test]
async fn of_old_observations_only_those_stay_that_turned_a_signal() {
    let house = House::keeping(3).await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    let id = staff.organisation.id;
    house
        .endpoint(&staff, EndpointKind::Callback, "https://www.moafin.example/")
        .await;
    let prober = Told::new(SignalOutcome::Pass);
    let mut seen = Vec::new();
    for turn in 0..12 {
        let outcome = if turn == 4 {
            SignalOutcome::Fail
        } else {
            SignalOutcome::Pass
        };
        prober.outcome(outcome);
        seen.push(house.now());
        round(&house.office, &prober, &quick()).await.unwrap();
        house.pass_seconds(DAY / 2 + 120);
    }
    let of = (id, SignalKind::MtlsHandshake);
    let kept = service::history(&house.office, of, 100).await.unwrap();
    let kept: Vec<_> = kept.iter().map(|row| (row.observed_at, row.outcome)).collect();
    let (pass, fail) = (SignalOutcome::Pass, SignalOutcome::Fail);
    let wanted = [(11, pass), (10, pass), (9, pass), (5, pass), (4, fail), (0, pass)];
    assert_eq!(kept, wanted.map(|(turn, outcome)| (seen[turn], outcome)));
}
