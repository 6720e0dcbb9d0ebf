//! Passkeys, and the ceremonies in which they are added and used.

use futures_util::future::join;
use naru_core::{CeremonyId, PasskeyId, Person, SessionId};
use naru_storage::{Ceremony, PasskeyRow, StorageError};
use serde_json::json;

use crate::fixture;
use crate::house::House;

on_every_engine!(
    a_passkey_is_found_by_its_credential,
    a_credential_belongs_to_one_person,
    passkeys_are_listed_oldest_first,
    of_two_uses_one_is_lost,
    a_passkey_is_removed_by_its_person,
    a_passkey_opens_only_for_its_person,
    a_ceremony_is_taken_once_in_its_session_and_in_time,
    a_person_has_their_latest_ceremony_alone,
    a_ceremony_of_signing_in_is_answered_once,
    expired_ceremonies_are_removed,
    a_challenge_belongs_to_its_ceremony
);

const MARK: &str = "c2VhbGVkIG1hcms";

async fn person(house: &House) -> Person {
    let person = fixture::person(house);
    house.put(async |tx| tx.person_insert(&person).await).await;
    person
}

fn passkey(house: &House, person: &Person, credential: u8) -> PasskeyRow {
    PasskeyRow {
        id: PasskeyId::new(house.now(), &house.chance),
        person_id: person.id,
        credential_sha256: [credential; 32],
        key: json!({ "counter": 0, "key": MARK }),
        name: "내 휴대폰".to_owned(),
        created_at: house.now(),
        used_at: None,
        version: 1,
    }
}

async fn stored(house: &House, person: &Person, credential: u8) -> PasskeyRow {
    let passkey = passkey(house, person, credential);
    house.put(async |tx| tx.passkey_insert(&passkey).await).await;
    passkey
}

fn ceremony(house: &House, person: &Person) -> Ceremony {
    Ceremony {
        id: CeremonyId::new(house.now(), &house.chance),
        person_id: person.id,
        session_id: SessionId::new(house.now(), &house.chance),
        state: json!({ "challenge": MARK }),
        expires_at: house.now().plus_seconds(300),
    }
}

async fn begun(house: &House, person: &Person) -> Ceremony {
    let ceremony = ceremony(house, person);
    house.put(async |tx| tx.ceremony_insert(&ceremony).await).await;
    ceremony
}

async fn find(house: &House, credential: u8) -> Option<PasskeyRow> {
    house
        .get(async |tx| tx.passkey_find_by_credential([credential; 32]).await)
        .await
}

async fn take(house: &House, ceremony: &Ceremony) -> Option<Ceremony> {
    house
        .put(async |tx| tx.ceremony_take(ceremony.id, ceremony.session_id).await)
        .await
}

async fn a_passkey_is_found_by_its_credential(house: &House) {
    let person = person(house).await;
    let mut passkey = stored(house, &person, 1).await;
    assert_eq!(find(house, 1).await.as_ref(), Some(&passkey));
    assert_eq!(find(house, 2).await, None);
    passkey.key = json!({ "counter": 9 });
    house.set_now(house.now().plus_seconds(5));
    assert!(house.put(async |tx| tx.passkey_update_used(&passkey).await).await);
    passkey.used_at = Some(house.now());
    passkey.version = 2;
    assert_eq!(find(house, 1).await, Some(passkey));
}

async fn a_credential_belongs_to_one_person(house: &House) {
    let (person, other) = (person(house).await, person(house).await);
    stored(house, &person, 1).await;
    let same = passkey(house, &other, 1);
    let taken = StorageError::Taken {
        transaction: "contract_put",
    };
    assert_eq!(house.refused(async |tx| tx.passkey_insert(&same).await).await, taken);
}

async fn passkeys_are_listed_oldest_first(house: &House) {
    let (person, other) = (person(house).await, person(house).await);
    let first = stored(house, &person, 1).await;
    stored(house, &other, 2).await;
    house.set_now(house.now().plus_seconds(1));
    let second = stored(house, &person, 3).await;
    let listed = house.get(async |tx| tx.passkey_list(person.id).await).await;
    assert_eq!(listed, [first, second]);
}

/// Two answers that were checked against the same counter: one of them was made by a copy.
async fn of_two_uses_one_is_lost(house: &House) {
    let person = person(house).await;
    let mut passkey = stored(house, &person, 1).await;
    passkey.key = json!({ "counter": 5 });
    let used = async || house.put(async |tx| tx.passkey_update_used(&passkey).await).await;
    let won = join(used(), used()).await;
    assert!(won.0 ^ won.1, "{won:?}");
    assert_eq!(find(house, 1).await.expect("it is there").version, 2);
}

async fn a_passkey_is_removed_by_its_person(house: &House) {
    let (person, other) = (person(house).await, person(house).await);
    let passkey = stored(house, &person, 1).await;
    let remove = async |person_id| {
        house
            .put(async |tx| tx.passkey_remove(passkey.id, person_id).await)
            .await
    };
    assert!(!remove(other.id).await);
    assert!(find(house, 1).await.is_some());
    assert!(remove(person.id).await);
    assert!(!remove(person.id).await);
    assert_eq!(find(house, 1).await, None);
}

/// Whoever can write rows, but has no key of the ring, cannot make their passkey somebody else's.
async fn a_passkey_opens_only_for_its_person(house: &House) {
    let (person, other) = (person(house).await, person(house).await);
    stored(house, &person, 1).await;
    let ceremony = begun(house, &person).await;
    let sql = format!(
        "UPDATE passkeys SET person_id = '{}'; UPDATE passkey_ceremonies SET session_id = 'ses_{}'",
        other.id,
        "0".repeat(32)
    );
    if house.raw(&sql).await.is_none() {
        return;
    }
    let storage = house.again_or_same();
    let found: Result<_, StorageError> = storage
        .read("contract_get", async |tx| tx.passkey_find_by_credential([1; 32]).await)
        .await;
    assert!(matches!(found, Err(StorageError::Corrupt(_))), "{found:?}");
    let moved = format!("ses_{}", "0".repeat(32)).parse().expect("an id");
    let taken = house
        .refused(async |tx| tx.ceremony_take(ceremony.id, moved).await)
        .await;
    assert!(matches!(taken, StorageError::Corrupt(_)), "{taken}");
}

async fn a_ceremony_is_taken_once_in_its_session_and_in_time(house: &House) {
    let person = person(house).await;
    let ceremony = begun(house, &person).await;
    let mut elsewhere = ceremony.clone();
    elsewhere.session_id = SessionId::new(house.now(), &house.chance);
    assert_eq!(take(house, &elsewhere).await, None);
    let taken = join(take(house, &ceremony), take(house, &ceremony)).await;
    let taken = [taken.0, taken.1];
    assert_eq!(taken.iter().flatten().collect::<Vec<_>>(), [&ceremony]);
    let late = begun(house, &person).await;
    house.set_now(late.expires_at.plus_seconds(-1));
    let in_time = begun(house, &person).await;
    assert_eq!(take(house, &in_time).await, Some(in_time));
    let late = begun(house, &person).await;
    house.set_now(late.expires_at);
    assert_eq!(take(house, &late).await, None, "the end is not included");
}

async fn a_person_has_their_latest_ceremony_alone(house: &House) {
    let (person, other) = (person(house).await, person(house).await);
    let earlier = begun(house, &person).await;
    let others = begun(house, &other).await;
    let latest = begun(house, &person).await;
    assert_eq!(take(house, &earlier).await, None);
    assert_eq!(take(house, &latest).await, Some(latest));
    assert_eq!(take(house, &others).await, Some(others));
}

async fn a_ceremony_of_signing_in_is_answered_once(house: &House) {
    let id = CeremonyId::new(house.now(), &house.chance);
    let other = CeremonyId::new(house.now(), &house.chance);
    let ends = house.now().plus_seconds(300);
    let answer = async |id| house.put(async |tx| tx.ceremony_answer(id, ends).await).await;
    let won = join(answer(id), answer(id)).await;
    assert!(won.0 ^ won.1, "{won:?}");
    assert!(!answer(id).await);
    assert!(answer(other).await);
}

async fn expired_ceremonies_are_removed(house: &House) {
    let person = person(house).await;
    let ceremony = begun(house, &person).await;
    let id = CeremonyId::new(house.now(), &house.chance);
    let answer = async || {
        house
            .put(async |tx| tx.ceremony_answer(id, ceremony.expires_at).await)
            .await
    };
    assert!(answer().await);
    let purge = async |before| house.put(async |tx| tx.ceremony_purge(before).await).await;
    assert_eq!(purge(ceremony.expires_at).await, 0);
    assert_eq!(purge(ceremony.expires_at.plus_seconds(1)).await, 2);
    assert_eq!(take(house, &ceremony).await, None);
    assert!(answer().await);
}

async fn a_challenge_belongs_to_its_ceremony(house: &House) {
    let id = CeremonyId::new(house.now(), &house.chance);
    let other = CeremonyId::new(house.now(), &house.chance);
    let challenge = house.storage.ceremony_challenge(id);
    assert_eq!(challenge.len(), 32);
    assert_eq!(house.storage.ceremony_challenge(id), challenge);
    assert_ne!(house.storage.ceremony_challenge(other), challenge);
}
