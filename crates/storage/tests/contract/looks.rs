//! Looks from outside: leased fairly, put off, prolonged, and thinned when they are old.

use naru_core::{ObservationId, Organisation, SignalKind, SignalOutcome};
use naru_storage::{ObservationRow, SignalRow};

use crate::house::House;
use crate::signal::{endpoint, organisation, plan, signals};

on_every_engine!(
    an_organisation_has_only_so_many_looks_at_once,
    rows_and_endpoints_are_leased_apart,
    a_lease_that_is_put_off_is_due_again_later,
    what_would_go_stale_meanwhile_is_prolonged,
    old_observations_are_thinned_to_what_turned_the_signal,
    endpoints_are_listed_since_a_moment_with_removed_ones
);

const LOOKS: [SignalKind; 3] = [SignalKind::TlsConfig, SignalKind::CertExpiry, SignalKind::HttpHeaders];

async fn planned(house: &House, endpoints: usize) -> Organisation {
    let one = organisation(house).await;
    for number in 0..endpoints {
        let made = endpoint(house, &one, &format!("https://{number}.example/"));
        house.put(async |tx| tx.endpoint_insert(&made, 99).await).await;
        for signal in LOOKS {
            plan(house, &one, (signal, Some(made.id))).await;
        }
    }
    one
}

async fn lease(house: &House, limit: i64, each: i64) -> Vec<SignalRow> {
    let until = house.now().plus_seconds(60);
    house
        .put(async |tx| tx.signal_lease_endpoints((limit, each), until).await)
        .await
}

async fn an_organisation_has_only_so_many_looks_at_once(house: &House) {
    let (greedy, start) = (planned(house, 5).await, house.now());
    house.set_now(start.plus_seconds(5));
    let modest = planned(house, 1).await;
    let first = lease(house, 6, 4).await;
    let of = |rows: &[SignalRow], who: &Organisation| rows.iter().filter(|row| row.organisation_id == who.id).count();
    assert_eq!(
        (of(&first, &greedy), of(&first, &modest)),
        (4, 2),
        "who waited longer is first, and not alone"
    );
    let second = lease(house, 6, 4).await;
    assert_eq!((of(&second, &greedy), of(&second, &modest)), (0, 1));
    let mut settled = first
        .iter()
        .find(|row| row.organisation_id == greedy.id)
        .expect("it has four")
        .clone();
    settled.due_at = house.now().plus_days(1);
    house.put(async |tx| tx.signal_settle(&settled).await).await;
    let freed = lease(house, 6, 4).await;
    assert_eq!(freed.len(), 1, "one place is free again");
    house.set_now(house.now().plus_seconds(61));
    assert_eq!(of(&lease(house, 20, 4).await, &greedy), 4, "leases end");
}

async fn rows_and_endpoints_are_leased_apart(house: &House) {
    let one = planned(house, 1).await;
    plan(house, &one, (SignalKind::Insurance, None)).await;
    let until = house.now().plus_seconds(60);
    let rows = house.put(async |tx| tx.signal_lease_rows(9, until).await).await;
    assert_eq!(
        rows.iter().map(|row| row.signal).collect::<Vec<_>>(),
        [SignalKind::Insurance]
    );
    let outside = lease(house, 9, 3).await;
    assert!(outside.len() == 3 && outside.iter().all(|row| row.endpoint_id.is_some()));
}

async fn a_lease_that_is_put_off_is_due_again_later(house: &House) {
    let one = planned(house, 1).await;
    let leased = lease(house, 1, 9).await.remove(0);
    let later = house.now().plus_seconds(30);
    let put_off = async |row: &SignalRow| house.put(async |tx| tx.signal_put_off(row, later).await).await;
    assert!(put_off(&leased).await);
    let now = signals(house, &one).await;
    let now = now.iter().find(|row| row.signal == leased.signal).expect("it stays");
    assert_eq!((now.due_at, now.lease_until.0, now.outcome), (later, 0, leased.outcome));
    assert_eq!(lease(house, 9, 9).await.len(), 2);
    house.set_now(later);
    assert_eq!(lease(house, 9, 9).await.len(), 1);
    assert!(!put_off(&leased).await, "somebody else has it now");
}

async fn what_would_go_stale_meanwhile_is_prolonged(house: &House) {
    let (one, start) = (planned(house, 1).await, house.now());
    assert_eq!(house.get(async |tx| tx.signal_beat().await).await, None);
    house.put(async |tx| tx.signal_beat_keep().await).await;
    assert_eq!(house.get(async |tx| tx.signal_beat().await).await, Some(start));
    house.set_now(start.plus_days(2));
    house.put(async |tx| tx.signal_beat_keep().await).await;
    assert_eq!(
        house.get(async |tx| tx.signal_beat().await).await,
        Some(start.plus_days(2))
    );
    let until = start.plus_days(2).plus_seconds(60);
    let prolong = async |from| house.put(async |tx| tx.signal_prolong((from, until)).await).await;
    assert_eq!(prolong(start.plus_days(1)).await, 0, "what was stale before stays");
    assert_eq!(prolong(start).await, 3);
    assert!(house.put(async |tx| tx.signal_expire(9).await).await.is_empty());
    house.set_now(until);
    assert_eq!(house.put(async |tx| tx.signal_expire(9).await).await.len(), 3);
    assert!(
        signals(house, &one)
            .await
            .iter()
            .all(|row| row.outcome == SignalOutcome::Stale)
    );
}

async fn old_observations_are_thinned_to_what_turned_the_signal(house: &House) {
    use SignalOutcome::{Fail, Pass};
    let (one, start) = (planned(house, 2).await, house.now());
    let rows = signals(house, &one).await;
    let of: Vec<&SignalRow> = rows.iter().filter(|row| row.signal == SignalKind::TlsConfig).collect();
    let mut ids = Vec::new();
    for (turn, outcome) in [Pass, Pass, Fail, Fail, Fail, Pass, Pass, Pass, Pass]
        .into_iter()
        .enumerate()
    {
        house.set_now(start.plus_seconds(i64::try_from(turn).expect("few")));
        for row in &of {
            let observation = ObservationRow {
                id: ObservationId::new(house.now(), &house.chance),
                organisation_id: one.id,
                signal: row.signal,
                endpoint_id: row.endpoint_id,
                outcome,
                summary: String::new(),
                raw: "{}".to_owned(),
                raw_sha256: naru_crypto::sha256(b"{}"),
                prober: "it".to_owned(),
                observed_at: house.now(),
            };
            house.put(async |tx| tx.observation_insert(&observation).await).await;
            ids.push(observation.id);
        }
    }
    let thin = async |kept| house.put(async |tx| tx.observation_thin(of[0], kept).await).await;
    assert_eq!(thin(9).await, 0);
    assert_eq!(
        thin(2).await,
        4,
        "of two passes, three failures and four passes the first and the newest two stay"
    );
    assert_eq!(thin(2).await, 0);
    let listed = house
        .get(async |tx| tx.observation_list(one.id, SignalKind::TlsConfig, 99).await)
        .await;
    let left = |endpoint| -> Vec<ObservationId> {
        let of_it = listed.iter().filter(|row| row.endpoint_id == endpoint);
        of_it.map(|row| row.id).rev().collect()
    };
    assert_eq!(left(of[0].endpoint_id), [0, 2, 5, 7, 8].map(|turn| ids[turn * 2]));
    assert_eq!(left(of[1].endpoint_id).len(), 9, "another endpoint's are another's");
}

async fn endpoints_are_listed_since_a_moment_with_removed_ones(house: &House) {
    let (one, start) = (organisation(house).await, house.now());
    let old = endpoint(house, &one, "https://old.example/");
    house.put(async |tx| tx.endpoint_insert(&old, 9).await).await;
    house.set_now(start.plus_seconds(10));
    let young = endpoint(house, &one, "https://young.example/");
    house.put(async |tx| tx.endpoint_insert(&young, 9).await).await;
    house.put(async |tx| tx.endpoint_remove(young.id).await).await;
    let since = async |at| -> Vec<_> {
        let listed = house.get(async |tx| tx.endpoint_list_since(one.id, at).await).await;
        listed.into_iter().map(|endpoint| endpoint.id).collect()
    };
    assert_eq!(since(start).await, [young.id, old.id]);
    assert_eq!(since(start.plus_seconds(1)).await, [young.id]);
    assert!(since(start.plus_seconds(11)).await.is_empty());
}
