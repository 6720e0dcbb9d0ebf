//! Functional tests: runs, steps, and the looks at recorded calls that they rest on.

use naru_core::{CallId, FunctionTestId, MemberId, Organisation, TestStep};
use naru_storage::{CallRecord, FunctionTest, StorageError, TokenKind, call_place};

use crate::fixture;
use crate::house::House;
use crate::signal::{append, call, organisation};

on_every_engine!(
    an_organisation_has_one_open_run,
    steps_are_ticked_once_and_the_place_never_goes_back,
    the_calls_of_one_client_are_read_behind_a_place,
    the_looks_at_a_persons_calls_and_tokens
);

fn run(house: &House, family: &fixture::Family, of: &Organisation) -> FunctionTest {
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
    let (a, b) = (run(house, &family, &one), run(house, &family, &one));
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
    let a = run(house, &family, &one);
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
    let found = house
        .get(async |tx| tx.function_test_find(a.id).await)
        .await
        .expect("it is there");
    assert_eq!((found.seen_to, found.pending.as_str()), (late.clone(), "[2]"));
    house.put(async |tx| tx.function_test_end(a.id, false).await).await;
    assert!(!note(late, "[3]").await, "it has ended");
}

async fn the_calls_of_one_client_are_read_behind_a_place(house: &House) {
    let (family, other) = (fixture::family(house).await, fixture::family(house).await);
    let place = call_place(house.now());
    let mut own = Vec::new();
    for seconds in 0..4 {
        house.set_now(house.now().plus_seconds(seconds));
        let (mine, theirs) = (call(house, &family), call(house, &other));
        append(house, &[mine.clone(), theirs]).await;
        own.push(mine);
    }
    let list = async |after: &str, limit| {
        house
            .get(async |tx| tx.call_list_of(family.client.id, after, limit).await)
            .await
    };
    assert_eq!(list(&place, 100).await, own);
    assert_eq!(list(&place, 3).await, own[..3]);
    assert_eq!(list(&own[1].id.to_string(), 100).await, own[2..]);
    assert!(list(&own[3].id.to_string(), 100).await.is_empty());
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
