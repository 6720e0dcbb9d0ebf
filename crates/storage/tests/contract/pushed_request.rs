//! Pushed authorization requests, and the grants of journeys that nobody claimed.

use naru_core::{AuthorizationId, ClientId, GrantId, Profile, RevokedBy};
use naru_storage::{Authorization, PushedRequest, Step};

use crate::fixture;
use crate::house::House;

on_every_engine!(
    a_pushed_request_is_used_once_and_removed,
    a_client_may_be_crowded,
    a_grant_is_unclaimed_until_its_code_is_exchanged
);

fn request(house: &House, client_id: ClientId) -> PushedRequest {
    PushedRequest {
        sha256: house.chance.bytes::<32>().to_vec(),
        client_id,
        asked: r#"{"scope":"login"}"#.to_owned(),
        created_at: house.now(),
        expires_at: house.now().plus_seconds(90),
        used_at: None,
    }
}

async fn a_pushed_request_is_used_once_and_removed(house: &House) {
    let client = fixture::family(house).await.client;
    let mut row = request(house, client.id);
    house.put(async |tx| tx.pushed_request_insert(&row).await).await;
    let find = async || house.get(async |tx| tx.pushed_request_find(&row.sha256).await).await;
    assert_eq!(find().await.as_ref(), Some(&row));
    let spend = async || house.put(async |tx| tx.pushed_request_use(&row.sha256).await).await;
    assert!(spend().await);
    assert!(!spend().await);
    let found = find().await;
    row.used_at = Some(house.now());
    assert_eq!(found.as_ref(), Some(&row));
    let purge = async |before| house.put(async |tx| tx.pushed_request_purge(before).await).await;
    assert_eq!(purge(row.expires_at).await, 0, "the end is not before itself");
    assert_eq!(purge(row.expires_at.plus_seconds(1)).await, 1);
    let gone = house.get(async |tx| tx.pushed_request_find(&row.sha256).await).await;
    assert_eq!(gone, None);
}

async fn a_client_may_be_crowded(house: &House) {
    let family = fixture::family(house).await;
    let other = fixture::client(house);
    let rows: Vec<PushedRequest> = (0..3).map(|_| request(house, family.client.id)).collect();
    house
        .put(async |tx| {
            tx.client_insert(&other).await?;
            for row in &rows {
                tx.pushed_request_insert(row).await?;
            }
            Ok(())
        })
        .await;
    let crowded = async |client, most| {
        house
            .get(async |tx| tx.pushed_request_is_crowded(client, most).await)
            .await
    };
    assert!(crowded(family.client.id, 3).await && crowded(family.client.id, 1).await);
    assert!(!crowded(family.client.id, 4).await && !crowded(other.id, 1).await);
    assert!(house.put(async |tx| tx.pushed_request_use(&rows[0].sha256).await).await);
    assert!(!crowded(family.client.id, 3).await, "one is used up");
    house.set_now(house.now().plus_seconds(90));
    assert!(!crowded(family.client.id, 1).await, "all have run out");
}

async fn a_grant_is_unclaimed_until_its_code_is_exchanged(house: &House) {
    let family = fixture::family(house).await;
    let mut client = fixture::client(house);
    client.profile = Profile::Fapi2;
    let grants: Vec<_> = (0..3)
        .map(|_| fixture::grant(house, &client, Some(&family.person)))
        .collect();
    let journey = |grant: GrantId, step| Authorization {
        id: AuthorizationId::new(house.now(), &house.chance),
        session_sha256: vec![4; 32],
        client_id: Some(client.id),
        asked: "{}".to_owned(),
        step,
        identity_request: None,
        person_id: None,
        found: Vec::new(),
        grant_id: Some(grant),
        code_sha256: Some(house.chance.bytes::<32>().to_vec()),
        code_expires_at: Some(house.now().plus_seconds(60)),
        session_id: None,
        created_at: house.now(),
        expires_at: house.now().plus_seconds(600),
    };
    let kftc = Authorization {
        client_id: Some(family.client.id),
        ..journey(family.grant.id, Step::Agreed)
    };
    let journeys = [
        journey(grants[0].id, Step::Agreed),
        journey(grants[1].id, Step::Exchanged),
        journey(grants[2].id, Step::Agreed),
        kftc,
    ];
    house
        .put(async |tx| {
            tx.client_insert(&client).await?;
            for grant in &grants {
                tx.grant_insert(grant).await?;
            }
            for after in &journeys {
                let arrived = Authorization {
                    step: Step::Arrived,
                    ..after.clone()
                };
                tx.authorization_insert(&arrived).await?;
                assert!(tx.authorization_move(after, Step::Arrived).await?);
            }
            tx.grant_revoke(grants[2].id, RevokedBy::Person).await
        })
        .await;
    let unclaimed = async |before| house.get(async |tx| tx.grant_list_unclaimed(before).await).await;
    assert_eq!(unclaimed(house.now().plus_seconds(60)).await, []);
    assert_eq!(unclaimed(house.now().plus_seconds(61)).await, [grants[0].id]);
}
