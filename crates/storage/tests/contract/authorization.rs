//! Journeys through the consent pages.

use naru_core::{AuthorizationId, ClientId};
use naru_storage::{Authorization, Step, StorageError};

use crate::fixture::{self, ACCOUNT_NUM, account};
use crate::house::House;

on_every_engine!(
    a_journey_is_read_back_at_every_step,
    of_two_moves_one_is_lost,
    a_code_is_given_once
);

fn arrived(house: &House, client_id: Option<ClientId>) -> Authorization {
    Authorization {
        id: AuthorizationId::new(house.now(), &house.chance),
        session_sha256: vec![4; 32],
        client_id,
        asked: r#"{"scope":"login inquiry"}"#.to_owned(),
        step: Step::Arrived,
        identity_request: None,
        person_id: None,
        found: Vec::new(),
        grant_id: None,
        code_sha256: None,
        code_expires_at: None,
        session_id: None,
        created_at: house.now(),
        expires_at: house.now().plus_seconds(600),
    }
}

async fn find(house: &House, id: AuthorizationId) -> Option<Authorization> {
    house.get(async |tx| tx.authorization_find(id).await).await
}

async fn step(house: &House, journey: &Authorization, from: Step) -> bool {
    house.put(async |tx| tx.authorization_move(journey, from).await).await
}

async fn a_journey_is_read_back_at_every_step(house: &House) {
    let family = fixture::family(house).await;
    let mut journey = arrived(house, Some(family.client.id));
    let alone = arrived(house, None);
    house
        .put(async |tx| {
            tx.authorization_insert(&journey).await?;
            tx.authorization_insert(&alone).await
        })
        .await;
    assert_eq!(find(house, journey.id).await.as_ref(), Some(&journey));
    journey.step = Step::CodeSent;
    journey.identity_request = Some("req-1".to_owned());
    journey.session_sha256 = vec![5; 32];
    journey.expires_at = journey.expires_at.plus_seconds(60);
    assert!(step(house, &journey, Step::Arrived).await);
    assert_eq!(find(house, journey.id).await.as_ref(), Some(&journey));
    journey.step = Step::SignedIn;
    journey.person_id = Some(family.person.id);
    journey.found = vec![account("002", ACCOUNT_NUM), account("097", "1")];
    assert!(step(house, &journey, Step::CodeSent).await);
    assert_eq!(find(house, journey.id).await.as_ref(), Some(&journey));
    journey.step = Step::Agreed;
    journey.found = Vec::new();
    journey.grant_id = Some(family.grant.id);
    journey.code_sha256 = Some(vec![6; 32]);
    journey.code_expires_at = Some(house.now().plus_seconds(60));
    assert!(step(house, &journey, Step::SignedIn).await);
    let by_code = house
        .get(async |tx| tx.authorization_find_by_code(&[6; 32]).await)
        .await;
    assert_eq!(by_code.as_ref(), Some(&journey));
    let by_other = house
        .get(async |tx| tx.authorization_find_by_code(&[7; 32]).await)
        .await;
    assert_eq!(by_other, None);
    assert_eq!(find(house, alone.id).await, Some(alone));
    let nobody = AuthorizationId::new(house.now(), &house.chance);
    assert_eq!(find(house, nobody).await, None);
}

async fn of_two_moves_one_is_lost(house: &House) {
    let journey = arrived(house, None);
    house.put(async |tx| tx.authorization_insert(&journey).await).await;
    let after = |step| Authorization {
        step,
        ..journey.clone()
    };
    let (sent, refused) = (after(Step::CodeSent), after(Step::Refused));
    let won = futures_util::future::join(step(house, &sent, Step::Arrived), step(house, &refused, Step::Arrived)).await;
    let expected = match won {
        (true, false) => sent,
        (false, true) => refused,
        both => panic!("one move wins, not {both:?}"),
    };
    assert_eq!(find(house, journey.id).await, Some(expected));
}

async fn a_code_is_given_once(house: &House) {
    let (mut first, mut second) = (arrived(house, None), arrived(house, None));
    for journey in [&mut first, &mut second] {
        house.put(async |tx| tx.authorization_insert(journey).await).await;
        journey.code_sha256 = Some(vec![6; 32]);
    }
    assert!(step(house, &first, Step::Arrived).await);
    let error = house
        .refused(async |tx| tx.authorization_move(&second, Step::Arrived).await)
        .await;
    let taken = StorageError::Taken {
        transaction: "contract_put",
    };
    assert_eq!(error, taken);
}
