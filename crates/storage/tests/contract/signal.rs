//! Endpoints, signals, observations, tallies of calls, functional tests.

use naru_core::{
    AdmissionState, CallId, ClientId, Endpoint, EndpointId, EndpointKind, FunctionTestId, MemberId, ObservationId,
    Organisation, OrganisationId, OrganisationKind, RevokedBy, SignalKind, SignalOutcome, StandingDuty, TestStep, Won,
};
use naru_storage::{CallRecord, FunctionTest, ObservationRow, SignalRow, StorageError, TokenKind, call_place};

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
    clients_without_calls_are_found,
    an_organisation_has_one_open_run,
    steps_are_ticked_once_and_the_place_never_goes_back,
    a_stretch_passes_everybody_and_keeps_one_client,
    the_looks_at_a_persons_calls_and_tokens
);

const KEY: SignalKind = SignalKind::Insurance;

async fn organisation(house: &House) -> Organisation {
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

fn endpoint(house: &House, of: &Organisation, url: &str) -> Endpoint {
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

async fn plan(house: &House, of: &Organisation, key: (SignalKind, Option<EndpointId>)) -> bool {
    let times = (house.now(), house.now().plus_days(1));
    house.put(async |tx| tx.signal_plan(of.id, key, times).await).await
}

async fn signals(house: &House, of: &Organisation) -> Vec<SignalRow> {
    house.get(async |tx| tx.signal_list(of.id).await).await
}

async fn lease(house: &House, limit: i64) -> Vec<SignalRow> {
    let until = house.now().plus_seconds(60);
    house.put(async |tx| tx.signal_lease(limit, until).await).await
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
    assert_eq!(found.unwrap().removed_at, Some(house.now()));
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
    let first = lease(house, 10).await.pop().unwrap();
    assert_eq!(first.lease_until, house.now().plus_seconds(60));
    assert!(lease(house, 10).await.is_empty());
    house.set_now(house.now().plus_seconds(60));
    let second = lease(house, 10).await.pop().unwrap();
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

fn call(house: &House, family: &fixture::Family) -> CallRecord {
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

async fn append(house: &House, calls: &[CallRecord]) {
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
    let stretch = read(15, 10).await.unwrap();
    assert_eq!(stretch.passed(), 2);
    let keep = async |stretch| house.put(async |tx| tx.call_tally_keep(stretch).await).await;
    assert!(keep(&stretch).await);
    assert!(!keep(&stretch).await, "counted once");
    assert_eq!(read(15, 10).await, None);
    assert!(keep(&read(99, 10).await.unwrap()).await);
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
        .put(async |tx| tx.call_tally_keep(stretch.as_ref().unwrap()).await)
        .await;
    assert!(unused(now, day).await.is_empty());
    assert_eq!(unused(now, now.plus_days(1).day()).await, [family.client.id]);
    assert!(house.get(async |tx| tx.member_uses(one.id).await).await.is_empty());
}

async fn run(house: &House, family: &fixture::Family, of: &Organisation) -> FunctionTest {
    FunctionTest {
        id: FunctionTestId::new(house.now(), &house.chance),
        organisation_id: of.id,
        client_id: family.client.id,
        started_by: MemberId::new(house.now(), &house.chance),
        started_at: house.now(),
        seen_to: call_place(house.now()),
        pending: "[]".to_owned(),
        passed_at: None,
        ended_at: None,
    }
}

async fn an_organisation_has_one_open_run(house: &House) {
    let (family, one) = (fixture::family(house).await, organisation(house).await);
    let (a, b) = (run(house, &family, &one).await, run(house, &family, &one).await);
    house.put(async |tx| tx.function_test_insert(&a).await).await;
    let refused = house.refused(async |tx| tx.function_test_insert(&b).await).await;
    assert!(matches!(refused, StorageError::Taken { .. }), "{refused}");
    let open = async |after| house.get(async |tx| tx.function_test_list_open(after, 9).await).await;
    assert_eq!(open(None).await, std::slice::from_ref(&a));
    assert!(open(Some(a.id)).await.is_empty());
    let passed = async || house.get(async |tx| tx.function_test_passed(one.id).await).await;
    assert!(house.put(async |tx| tx.function_test_end(a.id, false).await).await);
    assert!(
        !house.put(async |tx| tx.function_test_end(a.id, true).await).await,
        "it has ended"
    );
    assert_eq!(passed().await, None);
    house.put(async |tx| tx.function_test_insert(&b).await).await;
    house.put(async |tx| tx.function_test_end(b.id, true).await).await;
    assert_eq!(passed().await, Some((b.id, house.now())));
    let listed = house.get(async |tx| tx.function_test_list(one.id).await).await;
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|run| run.ended_at == Some(house.now())));
}

async fn steps_are_ticked_once_and_the_place_never_goes_back(house: &House) {
    let (family, one) = (fixture::family(house).await, organisation(house).await);
    let a = run(house, &family, &one).await;
    house.put(async |tx| tx.function_test_insert(&a).await).await;
    let calls = [1, 2].map(|_| CallId::new(house.now(), &house.chance));
    let tick = async |step| {
        house
            .put(async |tx| tx.function_test_tick(a.id, step, &calls).await)
            .await
    };
    assert!(tick(TestStep::Paging).await);
    assert!(!tick(TestStep::Paging).await);
    let ticks = house.get(async |tx| tx.function_test_ticks(a.id).await).await;
    assert_eq!(
        (ticks.len(), ticks[0].step, ticks[0].calls.as_slice()),
        (1, TestStep::Paging, &calls[..])
    );
    let note = async |place: String, pending: &'static str| {
        house
            .put(async |tx| tx.function_test_note(a.id, &place, pending).await)
            .await
    };
    let (early, late) = (
        call_place(house.now().plus_seconds(1)),
        call_place(house.now().plus_seconds(2)),
    );
    assert!(note(late.clone(), "[1]").await);
    assert!(note(early, "[2]").await);
    let found = house.get(async |tx| tx.function_test_find(a.id).await).await.unwrap();
    assert_eq!((found.seen_to, found.pending.as_str()), (late.clone(), "[2]"));
    house.put(async |tx| tx.function_test_end(a.id, false).await).await;
    assert!(!note(late, "[3]").await, "it has ended");
}

async fn a_stretch_passes_everybody_and_keeps_one_client(house: &House) {
    let (family, other) = (fixture::family(house).await, fixture::family(house).await);
    let place = call_place(house.now());
    let mut own = Vec::new();
    for seconds in 0..4 {
        house.set_now(house.now().plus_seconds(seconds));
        let (mine, theirs) = (call(house, &family), call(house, &other));
        append(house, &[mine.clone(), theirs]).await;
        own.push(mine);
    }
    let stretch = async |after: &str, limit| {
        house
            .get(async |tx| tx.call_stretch(after, family.client.id, limit).await)
            .await
    };
    let whole = stretch(&place, 100).await;
    assert_eq!((whole.calls, whole.passed), (own.clone(), 8));
    let part = stretch(&place, 4).await;
    assert_eq!((part.calls.as_slice(), part.passed), (&own[..2], 4));
    let rest = stretch(&part.last.unwrap(), 100).await;
    assert_eq!(rest.calls, own[2..]);
    let none = stretch(&whole.last.unwrap(), 100).await;
    assert_eq!((none.calls.len(), none.last, none.passed), (0, None, 0));
}

async fn the_looks_at_a_persons_calls_and_tokens(house: &House) {
    let family = fixture::family(house).await;
    let mut calls = Vec::new();
    for _ in 0..3 {
        house.set_now(house.now().plus_seconds(1));
        calls.push(call(house, &family));
    }
    append(house, &calls).await;
    let before = async |call: &CallRecord| house.get(async |tx| tx.call_before(call).await).await;
    assert_eq!(before(&calls[2]).await.as_ref(), calls.get(1));
    assert_eq!(before(&calls[0]).await, None);
    let under = (family.grant.id, family.person.id);
    let count = async |from: usize, to: usize| {
        let (from, to) = (calls[from].id, calls[to].id);
        house.get(async |tx| tx.call_count_under(under, (from, to)).await).await
    };
    assert_eq!((count(0, 2).await, count(1, 1).await), (3, 1));
    let issued = async |since| {
        house
            .get(async |tx| tx.token_issued_since(family.grant.id, since).await)
            .await
    };
    assert!(issued(family.token.issued_at).await);
    assert!(!issued(family.token.issued_at.plus_seconds(1)).await);
    let refresh = fixture::token(house, &family.grant, TokenKind::Refresh);
    house.put(async |tx| tx.token_insert(&refresh).await).await;
    assert!(
        !issued(family.token.issued_at.plus_seconds(1)).await,
        "a refresh token is none"
    );
}
