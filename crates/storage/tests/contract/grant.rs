//! Grants and the tokens that hang off them.

use naru_core::{Grant, GrantId, RevokedBy, Scope, Scopes};
use naru_storage::{StorageError, TokenKind};

use crate::fixture;
use crate::house::House;

on_every_engine!(
    a_grant_is_read_back_and_ends_once,
    grants_of_a_person_are_listed_newest_first,
    all_living_grants_of_a_person_at_a_client_end_together,
    the_living_two_legged_grant_is_found,
    a_token_is_found_by_digest_and_kind,
    a_refresh_token_is_used_once,
    a_token_needs_its_grant
);

async fn find(house: &House, id: GrantId) -> Option<Grant> {
    house.get(async |tx| tx.grant_find(id).await).await
}

async fn a_grant_is_read_back_and_ends_once(house: &House) {
    let mut grant = fixture::family(house).await.grant;
    assert_eq!(find(house, grant.id).await.as_ref(), Some(&grant));
    let used = house.now().plus_seconds(3);
    house.put(async |tx| tx.grant_used(grant.id, used)).await;
    grant.last_used_at = Some(used);
    assert_eq!(find(house, grant.id).await.as_ref(), Some(&grant));
    let revoke = async |by| house.put(async |tx| tx.grant_revoke(grant.id, by).await).await;
    assert!(revoke(RevokedBy::Person).await);
    house.set_now(house.now().plus_seconds(1));
    assert!(!revoke(RevokedBy::Operator).await);
    grant.revoked = Some((RevokedBy::Person, house.now().plus_seconds(-1)));
    let id = grant.id;
    assert_eq!(find(house, id).await, Some(grant));
    let nobody = GrantId::new(&house.chance);
    assert_eq!(find(house, nobody).await, None);
    assert!(
        !house
            .put(async |tx| tx.grant_revoke(nobody, RevokedBy::Client).await)
            .await
    );
}

async fn grants_of_a_person_are_listed_newest_first(house: &House) {
    let family = fixture::family(house).await;
    house.set_now(house.now().plus_seconds(1));
    let newer = fixture::grant(house, &family.client, Some(&family.person));
    let two_legged = fixture::grant(house, &family.client, None);
    house
        .put(async |tx| {
            tx.grant_insert(&newer).await?;
            tx.grant_insert(&two_legged).await
        })
        .await;
    let listed = house
        .get(async |tx| tx.grant_list_of_person(family.person.id).await)
        .await;
    assert_eq!(listed, [newer, family.grant]);
}

async fn all_living_grants_of_a_person_at_a_client_end_together(house: &House) {
    let (family, others) = (fixture::family(house).await, fixture::family(house).await);
    let (client, person) = (family.client.id, family.person.id);
    let second = fixture::grant(house, &family.client, Some(&family.person));
    let elsewhere = fixture::grant(house, &others.client, Some(&family.person));
    house
        .put(async |tx| {
            tx.grant_insert(&second).await?;
            tx.grant_insert(&elsewhere).await?;
            tx.grant_revoke(second.id, RevokedBy::Client).await
        })
        .await;
    let revoke_all = async |tx: naru_storage::Tx| tx.grant_revoke_all(client, person, RevokedBy::Person).await;
    assert_eq!(house.put(revoke_all).await, 1);
    assert_eq!(house.put(revoke_all).await, 0);
    let by = async |id| find(house, id).await.expect("it is there").revoked.map(|(by, _)| by);
    assert_eq!(by(family.grant.id).await, Some(RevokedBy::Person));
    assert_eq!(by(second.id).await, Some(RevokedBy::Client));
    assert_eq!(by(elsewhere.id).await, None);
    assert_eq!(by(others.grant.id).await, None);
}

async fn the_living_two_legged_grant_is_found(house: &House) {
    let family = fixture::family(house).await;
    let client = family.client.id;
    let find = async || {
        let found = house.get(async |tx| tx.grant_find_two_legged(client).await).await;
        found.map(|grant| grant.id)
    };
    assert_eq!(find().await, None, "a person's grant is none");
    let mut short = fixture::grant(house, &family.client, None);
    short.scopes = Scopes::of(&[Scope::Oob]);
    let mut long = short.clone();
    long.id = GrantId::new(&house.chance);
    long.expires_at = short.expires_at.plus_days(1);
    house
        .put(async |tx| {
            tx.grant_insert(&short).await?;
            tx.grant_insert(&long).await
        })
        .await;
    assert_eq!(find().await, Some(long.id));
    house
        .put(async |tx| tx.grant_revoke(long.id, RevokedBy::Operator).await)
        .await;
    assert_eq!(find().await, Some(short.id));
    house.set_now(short.expires_at.plus_seconds(-1));
    assert_eq!(find().await, Some(short.id));
    house.set_now(short.expires_at);
    assert_eq!(find().await, None, "the end is not included");
}

async fn a_token_is_found_by_digest_and_kind(house: &House) {
    let family = fixture::family(house).await;
    let mut refresh = fixture::token(house, &family.grant, TokenKind::Refresh);
    refresh.confirmation = naru_core::Confirmation::None;
    house.put(async |tx| tx.token_insert(&refresh).await).await;
    for (token, other) in [(&family.token, TokenKind::Refresh), (&refresh, TokenKind::Access)] {
        let find = async |kind| house.get(async |tx| tx.token_find(&token.sha256, kind).await).await;
        assert_eq!(find(token.kind).await.as_ref(), Some(token));
        assert_eq!(find(other).await, None);
        let found = house.get(async |tx| tx.token_find_in_context(&token.sha256).await);
        let found = found.await.expect("either kind is found");
        assert_eq!((&found.token, &found.grant), (token, &family.grant));
        assert_eq!(found.client_status, family.client.status);
        assert_eq!(found.user_seq_no.as_ref(), Some(&family.person.user_seq_no));
    }
    let nobody = house.get(async |tx| tx.token_find_in_context(&[0; 32]).await).await;
    assert_eq!(nobody, None);
    let taken = StorageError::Taken {
        transaction: "contract_put",
    };
    assert_eq!(house.refused(async |tx| tx.token_insert(&refresh).await).await, taken);
}

async fn a_refresh_token_is_used_once(house: &House) {
    let family = fixture::family(house).await;
    let mut token = fixture::token(house, &family.grant, TokenKind::Refresh);
    house.put(async |tx| tx.token_insert(&token).await).await;
    let spend = async |sha256: &[u8]| house.put(async |tx| tx.token_use(sha256).await).await;
    assert!(!spend(&[0; 32]).await);
    assert!(spend(&token.sha256).await);
    house.set_now(house.now().plus_seconds(1));
    assert!(!spend(&token.sha256).await);
    token.used_at = Some(house.now().plus_seconds(-1));
    let found = house
        .get(async |tx| tx.token_find(&token.sha256, TokenKind::Refresh).await)
        .await;
    assert_eq!(found, Some(token));
}

async fn a_token_needs_its_grant(house: &House) {
    let grant = fixture::grant(house, &fixture::client(house), None);
    let token = fixture::token(house, &grant, TokenKind::Access);
    let error = house.refused(async |tx| tx.token_insert(&token).await).await;
    assert!(matches!(error, StorageError::Failed { .. }), "{error}");
}
