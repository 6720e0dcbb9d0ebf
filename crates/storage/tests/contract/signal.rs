//! Endpoints, signals, observations, tallies of calls.

use naru_core::{
    AdmissionState, CallId, ClientId, Endpoint, EndpointId, EndpointKind, MemberId, ObservationId, Organisation,
    OrganisationId, OrganisationKind, RevokedBy, SignalKind, SignalOutcome, StandingDuty, Won,
};
use naru_storage::{CallRecord, ObservationRow, SignalRow, call_place};

use crate::fixture;
use crate::house::House;

on_every_engine!(
    endpoints_are_counted_and_found_while_registered,
    a_removed_endpoint_takes_its_signals_along,
    a_signal_is_planned_once,
    a_lease_is_given_to_one_and_only_its_holder_settles,
    two_lease_at_once_and_share,
    what_expires_is_stale_once,
    observations_are_read_back_newest_first,
    calls_are_tallied_once_with_those_without_consent,
    clients_without_calls_are_found
);

const KEY: SignalKind = SignalKind::Insurance;

pub(crate) async fn organisation(house: &House) -> Organisation {
    let organisation = Organisation {
        id: OrganisationId::new(house.now(), &house.chance),
        code: format!("o{}", house.chance.below(1_000_000_000)),
        kind: OrganisationKind::Fintech,
        name: "핀테크".to_owned(),
        state: AdmissionState::Applied,
        state_since: house.now(),
        state_reason: String::new(),
        gates: Vec::new(),
        duty: StandingDuty::default(),
        insured_won: Won(0),
        withdraw_day_won: Won(0),
        created_at: house.now(),
        version: 1,
    };
    house.put(async |tx| tx.organisation_insert(&organisation).await).await;
    organisation
}

pub(crate) fn endpoint(house: &House, of: &Organisation, url: &str) -> Endpoint {
    Endpoint {
        id: EndpointId::new(house.now(), &house.chance),
        organisation_id: of.id,
        kind: EndpointKind::Callback,
        url: url.to_owned(),
        registered_by: MemberId::new(house.now(), &house.chance),
        registered_at: house.now(),
        removed_at: None,
    }
}

pub(crate) async fn plan(house: &House, of: &Organisation, key: (SignalKind, Option<EndpointId>)) -> bool {
    let times = (house.now(), house.now().plus_days(1));
    house.put(async |tx| tx.signal_plan(of.id, key, times).await).await
}

pub(crate) async fn signals(house: &House, of: &Organisation) -> Vec<SignalRow> {
    house.get(async |tx| tx.signal_list(of.id).await).await
}

async fn lease(house: &House, limit: i64) -> Vec<SignalRow> {
    let until = house.now().plus_seconds(60);
    house.put(async |tx| tx.signal_lease_rows(limit, until).await).await
}

async fn endpoints_are_counted_and_found_while_registered(house: &House) {
    let (one, other) = (organisation(house).await, organisation(house).await);
    let (a, b) = (
        endpoint(house, &one, "https://a.example/"),
        endpoint(house, &one, "https://b.example/"),
    );
    let insert = async |e: &Endpoint| house.put(async |tx| tx.endpoint_insert(e, 1).await).await;
    assert!(insert(&a).await);
    assert!(!insert(&b).await, "one at most");
    assert!(
        insert(&endpoint(house, &other, "https://a.example/")).await,
        "each has its own count"
    );
    let find = async |url| {
        house
            .get(async |tx| tx.endpoint_find_registered(one.id, EndpointKind::Callback, url).await)
            .await
    };
    assert_eq!(find("https://a.example/").await, Some(a.clone()));
    assert_eq!(find("https://b.example/").await, None);
    assert!(house.put(async |tx| tx.endpoint_remove(a.id).await).await);
    assert!(!house.put(async |tx| tx.endpoint_remove(a.id).await).await);
    assert_eq!(find("https://a.example/").await, None);
    assert!(insert(&b).await, "there is room again");
    let listed = house.get(async |tx| tx.endpoint_list(one.id).await).await;
    assert_eq!(listed, [b]);
    let found = house.get(async |tx| tx.endpoint_find(a.id).await).await;
    assert_eq!(found.expect("it is there").removed_at, Some(house.now()));
}

async fn a_removed_endpoint_takes_its_signals_along(house: &House) {
    let one = organisation(house).await;
    let (a, b) = (
        endpoint(house, &one, "https://a.example/"),
        endpoint(house, &one, "https://b.example/"),
    );
    for e in [&a, &b] {
        house.put(async |tx| tx.endpoint_insert(e, 9).await).await;
        plan(house, &one, (SignalKind::TlsConfig, Some(e.id))).await;
    }
    plan(house, &one, (KEY, None)).await;
    house.put(async |tx| tx.endpoint_remove(a.id).await).await;
    let left: Vec<_> = signals(house, &one).await.iter().map(|s| s.endpoint_id).collect();
    assert_eq!(left.len(), 2);
    assert!(left.contains(&None) && left.contains(&Some(b.id)));
}

async fn a_signal_is_planned_once(house: &House) {
    let one = organisation(house).await;
    let unplanned = async || house.get(async |tx| tx.signal_list_unplanned(KEY, 10).await).await;
    assert_eq!(unplanned().await, [one.id]);
    assert!(plan(house, &one, (KEY, None)).await);
    assert!(!plan(house, &one, (KEY, None)).await);
    assert!(unplanned().await.is_empty());
    let row = &signals(house, &one).await[0];
    assert_eq!(
        (row.outcome, row.lease_version, row.failures),
        (SignalOutcome::NotTested, 0, 0)
    );
    assert_eq!(
        (row.due_at, row.expires_at),
        (house.now(), Some(house.now().plus_days(1)))
    );
}

async fn a_lease_is_given_to_one_and_only_its_holder_settles(house: &House) {
    let one = organisation(house).await;
    plan(house, &one, (KEY, None)).await;
    let first = lease(house, 10).await.pop().expect("it is there");
    assert_eq!(first.lease_until, house.now().plus_seconds(60));
    assert!(lease(house, 10).await.is_empty());
    house.set_now(house.now().plus_seconds(60));
    let second = lease(house, 10).await.pop().expect("it is there");
    assert_eq!(second.lease_version, first.lease_version + 1);
    let settle = async |row: &SignalRow, outcome| {
        let id = ObservationId::new(house.now(), &house.chance);
        let row = SignalRow {
            outcome,
            due_at: house.now().plus_seconds(500),
            observation_id: Some(id),
            observed_at: Some(house.now()),
            expires_at: None,
            failures: 3,
            ..row.clone()
        };
        house.put(async |tx| tx.signal_settle(&row).await).await
    };
    assert!(
        !settle(&first, SignalOutcome::Fail).await,
        "the lease went to somebody else"
    );
    assert!(settle(&second, SignalOutcome::Pass).await);
    let row = &signals(house, &one).await[0];
    assert_eq!(
        (row.outcome, row.failures, row.expires_at),
        (SignalOutcome::Pass, 3, None)
    );
    assert!(lease(house, 10).await.is_empty(), "it is not due");
    house.set_now(house.now().plus_seconds(500));
    assert_eq!(lease(house, 10).await.len(), 1);
}

async fn two_lease_at_once_and_share(house: &House) {
    let one = organisation(house).await;
    for signal in SignalKind::OF_ROWS {
        plan(house, &one, (*signal, None)).await;
    }
    let (a, b) = tokio::join!(lease(house, 3), lease(house, 3));
    let mut all: Vec<SignalKind> = a.iter().chain(&b).map(|row| row.signal).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), a.len() + b.len(), "nobody is given the same");
    assert!(a.len() <= 3 && b.len() <= 3 && all.len() >= 3);
}

async fn what_expires_is_stale_once(house: &House) {
    let one = organisation(house).await;
    plan(house, &one, (KEY, None)).await;
    let expire = async || house.put(async |tx| tx.signal_expire(10).await).await;
    assert!(expire().await.is_empty());
    house.set_now(house.now().plus_days(1));
    let stale = expire().await;
    assert_eq!(
        (stale.len(), stale[0].outcome, stale[0].expires_at),
        (1, SignalOutcome::Stale, None)
    );
    assert!(expire().await.is_empty());
}

async fn observations_are_read_back_newest_first(house: &House) {
    let one = organisation(house).await;
    let mut all = Vec::new();
    for (outcome, endpoint_id) in [
        (SignalOutcome::Pass, None),
        (SignalOutcome::Error, Some(EndpointId::new(house.now(), &house.chance))),
    ] {
        let observation = ObservationRow {
            id: ObservationId::new(house.now(), &house.chance),
            organisation_id: one.id,
            signal: KEY,
            endpoint_id,
            outcome,
            summary: "보험".to_owned(),
            raw: "{}".to_owned(),
            raw_sha256: [7; 32],
            prober: "p/1".to_owned(),
            observed_at: house.now(),
        };
        house.put(async |tx| tx.observation_insert(&observation).await).await;
        all.insert(0, observation);
        house.set_now(house.now().plus_seconds(1));
    }
    let list = async |limit| {
        house
            .get(async |tx| tx.observation_list(one.id, KEY, limit).await)
            .await
    };
    assert_eq!(list(10).await, all);
    assert_eq!(list(1).await, all[..1]);
    let found = house.get(async |tx| tx.observation_find(all[1].id).await).await;
    assert_eq!(found.as_ref(), all.get(1));
}

pub(crate) fn call(house: &House, family: &fixture::Family) -> CallRecord {
    CallRecord {
        id: CallId::new(house.now(), &house.chance),
        at: house.now(),
        route: "GET /balance".to_owned(),
        client_id: Some(family.client.id),
        grant_id: Some(family.grant.id),
        person_id: Some(family.person.id),
        bank_tran_id: None,
        rsp_code: "A0000".to_owned(),
        bank_rsp_code: "000".to_owned(),
        bank_code: None,
        hub_us: 1,
        institution_us: 2,
        verdict: "{}".to_owned(),
        about: None,
    }
}

pub(crate) async fn append(house: &House, calls: &[CallRecord]) {
    house
        .put(async |tx| calls.iter().try_for_each(|call| tx.call_append(call)))
        .await;
}

async fn calls_are_tallied_once_with_those_without_consent(house: &House) {
    let (family, one) = (fixture::family(house).await, organisation(house).await);
    house
        .put(async |tx| tx.client_set_organisation(family.client.id, one.id).await)
        .await;
    let (first, start) = (call_place(house.now()), house.now());
    let refused = CallRecord {
        rsp_code: "O0002".to_owned(),
        ..call(house, &family)
    };
    append(house, &[call(house, &family), refused]).await;
    house.set_now(start.plus_seconds(10));
    house
        .put(async |tx| tx.grant_revoke(family.grant.id, RevokedBy::Person).await)
        .await;
    house.set_now(start.plus_seconds(20));
    let bad = call(house, &family);
    append(house, std::slice::from_ref(&bad)).await;
    let read = async |before: i64, limit| {
        let before = call_place(start.plus_seconds(before));
        house
            .get(async |tx| tx.call_tally_read((&first, &before), limit).await)
            .await
    };
    let stretch = read(15, 10).await.expect("it is there");
    assert_eq!(stretch.passed(), 2);
    let keep = async |stretch| house.put(async |tx| tx.call_tally_keep(stretch).await).await;
    assert!(keep(&stretch).await);
    assert!(!keep(&stretch).await, "counted once");
    assert_eq!(read(15, 10).await, None);
    assert!(keep(&read(99, 10).await.expect("it is there")).await);
    let tally = house.get(async |tx| tx.call_tally_of(one.id, start.day()).await).await;
    assert_eq!(
        (tally.calls, tally.unbacked, tally.first_unbacked),
        (2, 1, Some(bad.id))
    );
    let later = start.plus_days(1).day();
    assert_eq!(
        house.get(async |tx| tx.call_tally_of(one.id, later).await).await.calls,
        0
    );
    assert_eq!(
        house.get(async |tx| tx.call_tally_since().await).await,
        Some(start.day())
    );
    assert_eq!(house.put(async |tx| tx.call_tally_purge(later).await).await, 1);
    assert_eq!(house.get(async |tx| tx.call_tally_since().await).await, None);
}

async fn clients_without_calls_are_found(house: &House) {
    let (family, one) = (fixture::family(house).await, organisation(house).await);
    house
        .put(async |tx| tx.client_set_organisation(family.client.id, one.id).await)
        .await;
    let unused = async |registered_before, since| -> Vec<ClientId> {
        house
            .get(async |tx| tx.client_list_unused(one.id, (registered_before, since)).await)
            .await
    };
    let (now, day) = (house.now(), house.now().day());
    assert_eq!(unused(now, day).await, [family.client.id]);
    assert!(
        unused(family.client.created_at, day).await.is_empty(),
        "registered too lately"
    );
    append(house, &[call(house, &family)]).await;
    let place = (call_place(now), call_place(now.plus_seconds(1)));
    let stretch = house
        .get(async |tx| tx.call_tally_read((&place.0, &place.1), 9).await)
        .await;
    house
        .put(async |tx| tx.call_tally_keep(stretch.as_ref().expect("it is there")).await)
        .await;
    assert!(unused(now, day).await.is_empty());
    assert_eq!(unused(now, now.plus_days(1).day()).await, [family.client.id]);
    assert!(house.get(async |tx| tx.member_uses(one.id).await).await.is_empty());
}
