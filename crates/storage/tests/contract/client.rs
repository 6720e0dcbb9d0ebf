//! Clients.

use naru_core::{ClientLimits, ClientStatus, Direction, Won};
use naru_storage::StorageError;

use crate::fixture;
use crate::house::House;

on_every_engine!(a_client_is_read_back, a_code_is_given_once, a_client_changes);

async fn a_client_is_read_back(house: &House) {
    let (mut first, second) = (fixture::client(house), fixture::client(house));
    first.secret_sha256 = None;
    first.certificate_sha256 = None;
    first.redirect_uris = Vec::new();
    house
        .put(async |tx| {
            tx.client_insert(&first).await?;
            tx.client_insert(&second).await
        })
        .await;
    let found = house.get(async |tx| tx.client_find(first.id).await).await;
    assert_eq!(found.as_ref(), Some(&first));
    let by_code = house
        .get(async |tx| tx.client_find_by_code(&second.client_use_code).await)
        .await;
    assert_eq!(by_code.as_ref(), Some(&second));
    let mut all = vec![first, second];
    all.sort_by_key(|client| client.client_use_code.clone());
    assert_eq!(house.get(async |tx| tx.client_list().await).await, all);
    let nobody = fixture::client(house);
    assert_eq!(house.get(async |tx| tx.client_find(nobody.id).await).await, None);
}

async fn a_code_is_given_once(house: &House) {
    let first = fixture::client(house);
    let mut second = fixture::client(house);
    second.client_use_code = first.client_use_code.clone();
    house.put(async |tx| tx.client_insert(&first).await).await;
    let taken = StorageError::Taken {
        transaction: "contract_put",
    };
    assert_eq!(house.refused(async |tx| tx.client_insert(&second).await).await, taken);
    assert_eq!(house.refused(async |tx| tx.client_insert(&first).await).await, taken);
}

async fn a_client_changes(house: &House) {
    let mut client = fixture::client(house);
    house.put(async |tx| tx.client_insert(&client).await).await;
    house.set_now(house.now().plus_seconds(5));
    let suspend = async |tx: naru_storage::Tx| {
        let status = ClientStatus::Suspended;
        tx.client_set_status(&client, status, "점검").await
    };
    assert!(house.put(suspend).await);
    assert!(!house.put(suspend).await, "it was judged in a version that is gone");
    let limits = |from: i64| ClientLimits {
        transfer_won: Won(from),
        day_won: Won(from + 1),
        month_won: Won(from + 2),
    };
    house
        .put(async |tx| {
            assert!(
                tx.client_set_limits(client.id, Direction::Withdraw, &limits(10))
                    .await?
            );
            assert!(tx.client_set_limits(client.id, Direction::Deposit, &limits(20)).await?);
            assert!(tx.client_set_certificate(client.id, Some([7; 32])).await?);
            assert!(tx.client_set_secret(client.id, [8; 32]).await?);
            let nobody = naru_core::ClientId::new(tx.now(), &house.chance);
            assert!(!tx.client_set_secret(nobody, [8; 32]).await?);
            assert!(!tx.client_set_certificate(nobody, None).await?);
            assert!(!tx.client_set_limits(nobody, Direction::Deposit, &limits(1)).await?);
            Ok(())
        })
        .await;
    client.status = ClientStatus::Suspended;
    client.status_since = house.now();
    client.status_reason = "점검".to_owned();
    client.withdraw_limits = limits(10);
    client.deposit_limits = limits(20);
    client.certificate_sha256 = Some(vec![7; 32]);
    client.secret_sha256 = Some(vec![8; 32]);
    client.version = 6;
    let id = client.id;
    assert_eq!(house.get(async |tx| tx.client_find(id).await).await, Some(client));
    house
        .put(async |tx| tx.client_set_certificate(id, None).await.map(|_| ()))
        .await;
    let found = house.get(async |tx| tx.client_find(id).await).await;
    assert_eq!(found.expect("it is there").certificate_sha256, None);
}
