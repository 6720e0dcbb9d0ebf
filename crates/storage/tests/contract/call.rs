//! Calls and the trail.

use naru_core::{Action, Actor, CallId, ClientId, GrantId, PersonId};
use naru_storage::{CallRecord, CallTotals, StorageError, Tx};

use crate::fixture::{self, bank, bank_tran_id};
use crate::house::{ACTOR, House};

on_every_engine!(
    a_call_is_read_back,
    an_id_is_used_up_on_its_day,
    calls_are_counted_by_route,
    a_persons_calls_are_listed_newest_first_and_page_by_page,
    a_persons_calls_are_counted_by_grant,
    the_trail_tells_who_did_what_to_whom,
    a_failed_transaction_leaves_no_trail
);

fn call(house: &House) -> CallRecord {
    let client = fixture::client(house);
    CallRecord {
        id: CallId::new(house.now(), &house.chance),
        at: house.now(),
        route: "GET /v2.0/account/balance/fin_num".to_owned(),
        client_id: Some(client.id),
        grant_id: Some(GrantId::new(&house.chance)),
        person_id: Some(PersonId::new(house.now(), &house.chance)),
        bank_tran_id: Some(bank_tran_id(house, &client)),
        rsp_code: "A0000".to_owned(),
        bank_rsp_code: "000".to_owned(),
        bank_code: Some(bank("002")),
        hub_us: 321,
        institution_us: 45_678,
        verdict: r#"{"links":[]}"#.to_owned(),
        about: Some(CallRecord::LATER_PAGE.to_owned()),
    }
}

async fn a_call_is_read_back(house: &House) {
    let full = call(house);
    let bare = CallRecord {
        client_id: None,
        grant_id: None,
        person_id: None,
        bank_tran_id: None,
        bank_code: None,
        bank_rsp_code: String::new(),
        ..call(house)
    };
    house
        .put(async |tx: Tx| -> Result<(), StorageError> {
            tx.call_append(&full)?;
            tx.call_append(&bare)
        })
        .await;
    for expected in [full, bare] {
        let found = house.get(async |tx| tx.call_find(expected.id).await).await;
        assert_eq!(found, Some(expected));
    }
    let nobody = call(house).id;
    assert_eq!(house.get(async |tx| tx.call_find(nobody).await).await, None);
}

async fn an_id_is_used_up_on_its_day(house: &House) {
    let used = call(house);
    house.put(async |tx| tx.call_append(&used)).await;
    let id = used.bank_tran_id.clone().expect("it has one");
    let other = call(house).bank_tran_id.expect("it has one");
    let was_used = async |day, id| house.get(async |tx| tx.call_was_used(day, id).await).await;
    let today = house.now().day();
    assert!(was_used(today, &id).await);
    assert!(!was_used(house.now().plus_days(1).day(), &id).await);
    assert!(!was_used(today, &other).await);
}

async fn calls_are_counted_by_route(house: &House) {
    let first = call(house);
    let client_id: Option<ClientId> = first.client_id;
    let make = |route: &str, rsp_code: &str| CallRecord {
        client_id,
        route: route.to_owned(),
        rsp_code: rsp_code.to_owned(),
        ..call(house)
    };
    let calls = [make("B", "A0000"), make("A", "A0000"), make("A", "A0002"), call(house)];
    house
        .put(async |tx: Tx| -> Result<(), StorageError> { calls.iter().try_for_each(|call| tx.call_append(call)) })
        .await;
    let client = client_id.expect("it has one");
    let totals = house
        .get(async |tx| tx.call_totals(client, house.now().day()).await)
        .await;
    let total = |route: &str, count, succeeded| CallTotals {
        route: route.to_owned(),
        count,
        succeeded,
    };
    assert_eq!(totals, [total("A", 2, 1), total("B", 1, 1)]);
}

async fn a_persons_calls_are_listed_newest_first_and_page_by_page(house: &House) {
    let first = call(house);
    let (person, client) = (
        first.person_id.expect("it has one"),
        first.client_id.expect("it has one"),
    );
    let mut own = Vec::new();
    for at in 0..5 {
        house.set_now(house.now().plus_seconds(1));
        let client_id = if at % 2 == 0 {
            first.client_id
        } else {
            call(house).client_id
        };
        own.push(CallRecord {
            person_id: Some(person),
            client_id,
            ..call(house)
        });
    }
    let stored = [&own[..], &[call(house)]].concat();
    house
        .put(async |tx: Tx| -> Result<(), StorageError> { stored.iter().try_for_each(|call| tx.call_append(call)) })
        .await;
    own.reverse();
    let list = async |before, client, limit| {
        house
            .get(async |tx| tx.call_list_of_person(person, before, client, limit).await)
            .await
    };
    assert_eq!(list(None, None, 10).await, own, "nobody else's, and the newest first");
    assert_eq!(list(None, None, 2).await, own[..2]);
    assert_eq!(list(Some(own[1].id), None, 2).await, own[2..4], "the page after it");
    assert_eq!(list(Some(own[4].id), None, 2).await, []);
    let of_client = [own[0].clone(), own[2].clone(), own[4].clone()];
    assert_eq!(list(None, Some(client), 10).await, of_client);
    assert_eq!(list(Some(own[0].id), Some(client), 1).await, of_client[1..2]);
}

async fn a_persons_calls_are_counted_by_grant(house: &House) {
    let first = call(house);
    let same = CallRecord {
        grant_id: first.grant_id,
        person_id: first.person_id,
        ..call(house)
    };
    let without = CallRecord {
        grant_id: None,
        person_id: first.person_id,
        ..call(house)
    };
    let other = CallRecord {
        person_id: first.person_id,
        ..call(house)
    };
    let calls = [first.clone(), same, without, other.clone(), call(house)];
    house
        .put(async |tx: Tx| -> Result<(), StorageError> { calls.iter().try_for_each(|call| tx.call_append(call)) })
        .await;
    let person = first.person_id.expect("it has one");
    let mut counts = house.get(async |tx| tx.call_counts_of_person(person).await).await;
    counts.sort_unstable();
    let mut expected = [
        (first.grant_id.expect("it has one"), 2),
        (other.grant_id.expect("it has one"), 1),
    ];
    expected.sort_unstable();
    assert_eq!(counts, expected);
}

async fn the_trail_tells_who_did_what_to_whom(house: &House) {
    let client = fixture::client(house);
    let operator = Actor::Operator("kim".to_owned());
    let work = async |tx: Tx| -> Result<(), StorageError> {
        tx.client_insert(&client).await?;
        let details = serde_json::json!({ "code": client.client_use_code });
        tx.trail(Action::ClientRegistered, client.id, details).await
    };
    let done: Result<(), StorageError> = house.storage.run("client_register", &operator, work).await;
    assert_eq!(done, Ok(()));
    let work = async |tx: Tx| tx.trail(Action::SessionOpened, "somebody", ()).await;
    let done: Result<(), StorageError> = house.storage.run("session_open", &Actor::Client(client.id), work).await;
    assert_eq!(done, Ok(()));
    let subject = client.id.to_string();
    let rows = house.get(async |tx| tx.trail_of(&subject).await).await;
    let [row] = rows.try_into().expect("one row is about the client");
    assert_eq!(row.at, house.now());
    assert_eq!(row.actor, "operator:kim");
    assert_eq!(row.transaction, "client_register");
    assert_eq!(row.action, Action::ClientRegistered);
    assert_eq!(row.subject, subject);
    assert_eq!(row.details, format!(r#"{{"code":"{}"}}"#, client.client_use_code));
    let rows = house.get(async |tx| tx.trail_of("somebody").await).await;
    assert_eq!(rows[0].actor, format!("client:{}", client.id));
    assert_eq!(house.get(async |tx| tx.trail_count().await).await, 2);
}

async fn a_failed_transaction_leaves_no_trail(house: &House) {
    let work = async |tx: Tx| -> Result<(), StorageError> {
        tx.trail(Action::SessionOpened, "somebody", ()).await?;
        Err(StorageError::corrupt("the feature changed its mind"))
    };
    let done = house.storage.run("session_open", &ACTOR, work).await;
    assert_eq!(done, Err(StorageError::corrupt("the feature changed its mind")));
    assert_eq!(house.get(async |tx| tx.trail_count().await).await, 0);
}
