//! Accounts and their registrations at fintechs.

use naru_core::{Account, AccountId, Consent, FintechUseNum, Registration, Scope, Timestamp};
use naru_storage::StorageError;

use crate::fixture::{self, ACCOUNT_NUM, Family, account, bank};
use crate::house::House;

on_every_engine!(
    an_account_keeps_its_first_id,
    a_registration_is_read_back_by_its_own_fintech_alone,
    a_renewal_keeps_number_name_and_the_consent_it_does_not_give,
    a_renewal_revives_an_ended_consent,
    each_consent_ends_once,
    all_consents_of_a_person_at_a_fintech_end_together,
    an_account_needs_its_person_and_institution
);

async fn find(house: &House, registration: &Registration) -> Option<Registration> {
    let (client_id, number) = (registration.client_id, &registration.fintech_use_num);
    house
        .get(async |tx| tx.registration_find(client_id, number).await)
        .await
}

async fn an_account_keeps_its_first_id(house: &House) {
    let Family {
        person, registration, ..
    } = fixture::family(house).await;
    let fresh = || AccountId::new(house.now(), &house.chance);
    let mut renamed = registration.account.clone();
    renamed.product_name = "새 상품".to_owned();
    let put = async |account: &Account, fresh: AccountId| {
        house
            .put(async |tx| tx.account_put(person.id, account, fresh).await)
            .await
    };
    assert_eq!(put(&renamed, fresh()).await, registration.account_id);
    let found = find(house, &registration).await.expect("it is there");
    assert_eq!(found.account, renamed, "what the institution says is refreshed");
    let other_bank = fresh();
    assert_eq!(put(&account("097", ACCOUNT_NUM), other_bank).await, other_bank);
    let other_number = fresh();
    assert_eq!(put(&account("002", "1"), other_number).await, other_number);
    let neighbour = fixture::person(house);
    house.put(async |tx| tx.person_insert(&neighbour).await).await;
    let joint = fresh();
    let stored = house
        .put(async |tx| tx.account_put(neighbour.id, &registration.account, joint).await)
        .await;
    assert_eq!(stored, joint, "a joint account is one account of each person");
}

async fn a_registration_is_read_back_by_its_own_fintech_alone(house: &House) {
    let family = fixture::family(house).await;
    let mut expected = family.registration.clone();
    assert_eq!(find(house, &expected).await.as_ref(), Some(&expected));
    let number = expected.fintech_use_num.clone();
    house
        .put(async |tx| tx.registration_rename(&number, "생활비").await)
        .await;
    expected.alias = "생활비".to_owned();
    let own = house
        .get(async |tx| tx.registration_list(family.client.id, family.person.id).await)
        .await;
    assert_eq!(own, [expected]);
    let other = fixture::client(house);
    let found = house
        .get(async |tx| tx.registration_find(other.id, &number).await)
        .await;
    assert_eq!(found, None);
    let listed = house
        .get(async |tx| tx.registration_list(other.id, family.person.id).await)
        .await;
    assert_eq!(listed, []);
}

/// The same account registered once more, with these consents and everything else different.
fn renewal(house: &House, old: &Registration, inquiry: Consent, transfer: Consent) -> Registration {
    Registration {
        fintech_use_num: FintechUseNum::new(&bank("002"), &house.chance),
        alias: "다른 이름".to_owned(),
        inquiry,
        transfer,
        created_at: house.now(),
        ..old.clone()
    }
}

async fn a_renewal_keeps_number_name_and_the_consent_it_does_not_give(house: &House) {
    let old = fixture::family(house).await.registration;
    house.set_now(house.now().plus_days(10));
    let given = fixture::agreed(house);
    let again = renewal(house, &old, Consent::default(), given);
    let number = house.put(async |tx| tx.registration_put(&again).await).await;
    assert_eq!(number, old.fintech_use_num);
    let expected = Registration { transfer: given, ..old };
    assert_eq!(find(house, &expected).await, Some(expected));
}

async fn a_renewal_revives_an_ended_consent(house: &House) {
    let old = fixture::family(house).await.registration;
    let number = &old.fintech_use_num;
    house
        .put(async |tx| tx.registration_end(number, Scope::Inquiry).await.map(|_| ()))
        .await;
    let ended = Consent {
        ended_at: Some(house.now()),
        ..old.inquiry
    };
    let other = renewal(house, &old, Consent::default(), fixture::agreed(house));
    house
        .put(async |tx| tx.registration_put(&other).await.map(|_| ()))
        .await;
    let found = find(house, &old).await.expect("it is there");
    assert_eq!(found.inquiry, ended, "agreeing to withdrawal does not revive inquiry");
    house.set_now(house.now().plus_days(1));
    let forever = Consent {
        agreed_at: Some(house.now()),
        until: None,
        ended_at: None,
    };
    let again = renewal(house, &old, forever, Consent::default());
    house
        .put(async |tx| tx.registration_put(&again).await.map(|_| ()))
        .await;
    let found = find(house, &old).await.expect("it is there");
    assert_eq!(found.inquiry, forever);
    assert_eq!(found.transfer, other.transfer);
}

async fn each_consent_ends_once(house: &House) {
    let registration = fixture::family(house).await.registration;
    let number = &registration.fintech_use_num;
    let end = async |scope| house.put(async |tx| tx.registration_end(number, scope).await).await;
    assert!(!end(Scope::Transfer).await, "it was never given");
    house.set_now(house.now().plus_seconds(1));
    let ended: Timestamp = house.now();
    assert!(end(Scope::Inquiry).await);
    house.set_now(house.now().plus_seconds(1));
    assert!(!end(Scope::Inquiry).await, "it ends once");
    let found = find(house, &registration).await.expect("it is there");
    assert_eq!(found.inquiry.ended_at, Some(ended));
    assert_eq!(found.transfer, Consent::default());
}

async fn all_consents_of_a_person_at_a_fintech_end_together(house: &House) {
    let (family, others) = (fixture::family(house).await, fixture::family(house).await);
    let (client, person) = (family.client.id, family.person.id);
    let second = Registration {
        fintech_use_num: FintechUseNum::new(&bank("097"), &house.chance),
        account_id: AccountId::new(house.now(), &house.chance),
        account: account("097", "1"),
        inquiry: Consent::default(),
        transfer: fixture::agreed(house),
        ..family.registration.clone()
    };
    house
        .put(async |tx| {
            tx.account_put(person, &second.account, second.account_id).await?;
            tx.registration_put(&second).await
        })
        .await;
    house.set_now(house.now().plus_seconds(1));
    let ended = Some(house.now());
    let end_all = async |tx: naru_storage::Tx| tx.registration_end_all(client, person).await;
    assert_eq!(house.put(end_all).await, 2);
    house.set_now(house.now().plus_seconds(1));
    assert_eq!(house.put(end_all).await, 0, "nothing is left to end");
    let (mut first, mut second) = (family.registration, second);
    first.inquiry.ended_at = ended;
    second.transfer.ended_at = ended;
    let mut expected = [first, second];
    expected.sort_by_key(|registration| registration.fintech_use_num.clone());
    let found = house.get(async |tx| tx.registration_list(client, person).await).await;
    assert_eq!(found, expected);
    assert_eq!(find(house, &others.registration).await, Some(others.registration));
}

async fn an_account_needs_its_person_and_institution(house: &House) {
    let stranger = fixture::person(house);
    let fresh = AccountId::new(house.now(), &house.chance);
    let error = house
        .refused(async |tx| tx.account_put(stranger.id, &account("002", "1"), fresh).await)
        .await;
    assert!(matches!(error, StorageError::Failed { .. }), "{error}");
}
