//! Sessions of people.

use naru_core::{Person, PersonId, Session, SessionId, SignInMethod};
use naru_storage::StorageError;

use crate::fixture;
use crate::house::House;

on_every_engine!(
    a_session_is_found_by_its_secret_alone,
    a_secret_belongs_to_one_session,
    living_sessions_are_listed_first_and_newest_first,
    being_seen_never_goes_back,
    a_session_is_ended_once_and_by_its_person,
    all_but_one_end_together,
    what_ended_long_ago_is_removed,
    a_session_needs_its_person
);

fn session(house: &House, person: &Person) -> Session {
    Session {
        id: SessionId::new(house.now(), &house.chance),
        person_id: person.id,
        method: SignInMethod::Passkey,
        device: "Chrome, Android".to_owned(),
        created_at: house.now(),
        seen_at: house.now(),
        expires_at: house.now().plus_seconds(600),
        ended_at: None,
    }
}

async fn stored(house: &House, person: &Person, secret: u8) -> Session {
    let session = session(house, person);
    house
        .put(async |tx| tx.session_insert(&session, [secret; 32]).await)
        .await;
    session
}

async fn person(house: &House) -> Person {
    let person = fixture::person(house);
    house.put(async |tx| tx.person_insert(&person).await).await;
    person
}

async fn find(house: &House, secret: u8) -> Option<Session> {
    house
        .get(async |tx| tx.session_find_by_secret([secret; 32]).await)
        .await
}

async fn ids(house: &House, person_id: PersonId) -> Vec<SessionId> {
    let listed = house.get(async |tx| tx.session_list(person_id).await).await;
    listed.iter().map(|session| session.id).collect()
}

async fn a_session_is_found_by_its_secret_alone(house: &House) {
    let person = person(house).await;
    let mut first = session(house, &person);
    first.method = SignInMethod::Identity;
    first.seen_at = house.now().plus_seconds(7);
    house.put(async |tx| tx.session_insert(&first, [1; 32]).await).await;
    let second = stored(house, &person, 2).await;
    assert_eq!(find(house, 1).await, Some(first));
    assert_eq!(find(house, 2).await, Some(second));
    assert_eq!(find(house, 3).await, None);
}

async fn a_secret_belongs_to_one_session(house: &House) {
    let person = person(house).await;
    stored(house, &person, 1).await;
    let second = session(house, &person);
    let taken = StorageError::Taken {
        transaction: "contract_put",
    };
    let refused = house.refused(async |tx| tx.session_insert(&second, [1; 32]).await);
    assert_eq!(refused.await, taken);
}

async fn living_sessions_are_listed_first_and_newest_first(house: &House) {
    let (person, other) = (person(house).await, person(house).await);
    let oldest = stored(house, &person, 1).await;
    stored(house, &other, 2).await;
    house.set_now(house.now().plus_seconds(1));
    let newer = stored(house, &person, 3).await;
    house.set_now(house.now().plus_seconds(1));
    let ended = stored(house, &person, 4).await;
    house
        .put(async |tx| tx.session_end(ended.id, person.id).await.map(|_| ()))
        .await;
    assert_eq!(ids(house, person.id).await, [newer.id, oldest.id, ended.id]);
    let at = Some(house.now());
    house.set_now(oldest.expires_at);
    assert_eq!(ids(house, person.id).await, [newer.id, ended.id, oldest.id], "too old");
    let listed = house.get(async |tx| tx.session_list(person.id).await).await;
    assert_eq!(listed[1], Session { ended_at: at, ..ended });
}

async fn being_seen_never_goes_back(house: &House) {
    let person = person(house).await;
    let session = stored(house, &person, 1).await;
    let seen = async |seconds: i64| {
        let at = session.seen_at.plus_seconds(seconds);
        house.put(async |tx| tx.session_seen(session.id, at)).await;
        find(house, 1).await.expect("it is there").seen_at
    };
    assert_eq!(seen(90).await, session.seen_at.plus_seconds(90));
    assert_eq!(seen(30).await, session.seen_at.plus_seconds(90));
    house
        .put(async |tx| tx.session_end(session.id, person.id).await.map(|_| ()))
        .await;
    assert_eq!(seen(120).await, session.seen_at.plus_seconds(90), "ended");
}

async fn a_session_is_ended_once_and_by_its_person(house: &House) {
    let (person, other) = (person(house).await, person(house).await);
    let session = stored(house, &person, 1).await;
    let end = async |id, person_id| house.put(async |tx| tx.session_end(id, person_id).await).await;
    assert!(!end(session.id, other.id).await);
    assert!(!end(SessionId::new(house.now(), &house.chance), person.id).await);
    assert!(end(session.id, person.id).await);
    let at = house.now();
    house.set_now(at.plus_seconds(1));
    assert!(!end(session.id, person.id).await);
    assert_eq!(find(house, 1).await.expect("it is there").ended_at, Some(at));
    let old = stored(house, &person, 2).await;
    house.set_now(old.expires_at);
    assert!(!end(old.id, person.id).await, "it has ended by itself");
}

async fn all_but_one_end_together(house: &House) {
    let (person, other) = (person(house).await, person(house).await);
    let here = stored(house, &person, 1).await;
    stored(house, &person, 2).await;
    stored(house, &person, 3).await;
    stored(house, &other, 4).await;
    let end_all = async |except| house.put(async |tx| tx.session_end_all(person.id, except).await).await;
    assert_eq!(end_all(Some(here.id)).await, 2);
    assert_eq!(end_all(Some(here.id)).await, 0);
    let ended = async |secret| find(house, secret).await.expect("it is there").ended_at.is_some();
    assert!(!ended(1).await && ended(2).await && ended(3).await && !ended(4).await);
    assert_eq!(end_all(None).await, 1);
    assert!(ended(1).await && !ended(4).await);
}

async fn what_ended_long_ago_is_removed(house: &House) {
    let person = person(house).await;
    let old = stored(house, &person, 1).await;
    house.set_now(house.now().plus_seconds(1));
    let young = stored(house, &person, 2).await;
    let purge = async |before| house.put(async |tx| tx.session_purge(before).await).await;
    assert_eq!(purge(old.expires_at).await, 0, "the end itself is kept");
    assert_eq!(purge(young.expires_at).await, 1);
    assert_eq!(ids(house, person.id).await, [young.id]);
}

async fn a_session_needs_its_person(house: &House) {
    let session = session(house, &fixture::person(house));
    let error = house
        .refused(async |tx| tx.session_insert(&session, [1; 32]).await)
        .await;
    assert!(matches!(error, StorageError::Failed { .. }), "{error}");
}
