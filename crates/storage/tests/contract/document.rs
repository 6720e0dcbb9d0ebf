//! The bytes that an organisation may hand in.

use crate::house::House;
use crate::signal::organisation;

on_every_engine!(
    bytes_are_taken_up_to_the_quota,
    of_two_who_take_the_last_bytes_one_gets_them
);

async fn bytes_are_taken_up_to_the_quota(house: &House) {
    let (one, other) = (organisation(house).await, organisation(house).await);
    let take = async |of, bytes, most| {
        house
            .put(async |tx| tx.document_bytes_take(of, bytes, most).await)
            .await
    };
    let taken = async |of| house.get(async |tx| tx.document_bytes(of).await).await;
    assert_eq!(taken(one.id).await, 0);
    assert!(!take(one.id, 101, 100).await, "the first is refused as well");
    assert_eq!(taken(one.id).await, 0);
    assert!(take(one.id, 60, 100).await && take(one.id, 40, 100).await);
    assert!(!take(one.id, 1, 100).await);
    assert!(take(one.id, 1, 101).await, "the quota was raised");
    assert!(take(other.id, 100, 100).await, "each has its own");
    assert_eq!((taken(one.id).await, taken(other.id).await), (101, 100));
}

async fn of_two_who_take_the_last_bytes_one_gets_them(house: &House) {
    let one = organisation(house).await;
    let take = async |storage: naru_storage::Storage| {
        let took = storage.record("take", async |tx| tx.document_bytes_take(one.id, 60, 100).await);
        took.await.expect("it is in order")
    };
    let (a, b) = tokio::join!(take(house.storage.clone()), take(house.again_or_same()));
    assert!(a != b, "{a} {b}");
    assert_eq!(house.get(async |tx| tx.document_bytes(one.id).await).await, 60);
}
