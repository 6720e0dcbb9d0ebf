//! Uploads that are slow, many or too much: refused with the reason, with nothing left, and nobody else held up.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use naru_admission::document::{self, DocumentError};
use naru_core::{Action, AdmissionState, DocumentKind, OrganisationKind, Role};
use naru_storage::StorageError;
use tokio::time::{sleep, timeout};

use crate::documents::files;
use crate::house::{ACTOR, House, staff};
use crate::paper::{PDF, receive, upload};

type Piece = Result<Bytes, std::io::Error>;

/// A body that sends its beginning and then nothing.
fn stalled() -> impl Stream<Item = Piece> {
    stream::iter([Ok(Bytes::from_static(PDF))]).chain(stream::pending())
}

/// A body of small pieces with a second before each, for ever, and how many were taken.
fn trickle(taken: &AtomicU64) -> impl Stream<Item = Piece> {
    stream::unfold((), |()| async {
        sleep(Duration::from_secs(1)).await;
        taken.fetch_add(1, Ordering::SeqCst);
        Some((Ok(Bytes::from_static(PDF)), ()))
    })
}

fn evidence() -> document::Upload {
    upload(DocumentKind::Evidence, "a.pdf")
}

#[tokio::test]
async fn an_upload_that_sends_nothing_or_too_slowly_is_ended_and_leaves_nothing() {
    let house = House::on("20261121", |settings| settings.upload_idle_seconds = 1).await;
    let ended = document::receive(&house.office, &house.fintech, evidence(), stalled()).await;
    assert_eq!(ended, Err(DocumentError::Slow));
    assert!(files(house.folder()).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_trickle_may_not_last_longer_than_the_largest_file_takes() {
    let house = House::on("20261121", |settings| {
        settings.document_bytes_max = 1_000_000;
        settings.upload_bytes_per_second_min = 10_000;
    })
    .await;
    let taken = AtomicU64::new(0);
    let ended = document::receive(&house.office, &house.fintech, evidence(), trickle(&taken)).await;
    assert_eq!(ended, Err(DocumentError::Slow));
    let seconds = taken.into_inner();
    assert!(
        (158..=160).contains(&seconds),
        "a minute and the time of the largest: {seconds}"
    );
    assert!(files(house.folder()).is_empty());
}

#[test]
fn slow_uploads_hold_no_thread_that_others_need() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let house = House::new().await;
        let mut slow = Vec::new();
        for code in ["red-pay", "green-pay", "gold-pay"] {
            let other = staff(
                &house.office,
                (code, OrganisationKind::Fintech),
                &[Role::SecurityOfficer],
            )
            .await;
            let office = house.office.clone();
            slow.push(tokio::spawn(async move {
                document::receive(&office, &other, evidence(), stalled()).await
            }));
        }
        // All of them have written their beginning and wait.
        while files(house.folder()).len() < slow.len() {
            sleep(Duration::from_millis(10)).await;
        }
        let taken = timeout(Duration::from_secs(5), receive(&house, evidence(), PDF)).await;
        taken.expect("the only thread of the disk is free").unwrap();
        for task in slow {
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        assert_eq!(files(house.folder()).len(), 1, "who hangs up leaves nothing");
    });
}

#[tokio::test]
async fn an_organisation_has_two_uploads_at_once_and_the_hub_only_so_many() {
    let house = House::on("20261121", |settings| settings.uploads_max = 3).await;
    let office = &house.office;
    let other = staff(office, ("red-pay", OrganisationKind::Fintech), &[Role::SecurityOfficer]).await;
    let mut under_way = Vec::new();
    let hold = |who: &naru_admission::Staff| {
        let (office, who) = (office.clone(), who.clone());
        tokio::spawn(async move { document::receive(&office, &who, evidence(), stalled()).await })
    };
    under_way.push(hold(&house.fintech));
    under_way.push(hold(&house.fintech));
    while files(house.folder()).len() < 2 {
        sleep(Duration::from_millis(10)).await;
    }
    let third = receive(&house, evidence(), PDF).await;
    assert!(
        matches!(third, Err(DocumentError::Busy { retry_seconds: 1.. })),
        "{third:?}"
    );
    let whole = || stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(PDF))]);
    document::receive(office, &other, evidence(), whole()).await.unwrap();
    under_way.push(hold(&other));
    while files(&house.folder().join("incoming")).len() < 3 {
        sleep(Duration::from_millis(10)).await;
    }
    let fourth = document::receive(office, &other, evidence(), whole()).await;
    assert!(
        matches!(fourth, Err(DocumentError::Busy { .. })),
        "all places are taken"
    );
    for task in under_way {
        task.abort();
        let _ = task.await;
    }
    receive(&house, evidence(), PDF)
        .await
        .expect("the places are free again");
}

#[tokio::test]
async fn an_organisation_takes_no_more_of_the_disk_than_its_quota() {
    let house = House::on("20261121", |settings| {
        settings.document_quota_applied_bytes = 100;
        settings.document_quota_bytes = 150;
    })
    .await;
    let sized = |bytes: usize| [b"%PDF-".to_vec(), vec![b' '; bytes - 5]].concat();
    receive(&house, evidence(), &sized(60)).await.unwrap();
    let over = receive(&house, evidence(), &sized(41)).await;
    assert_eq!(over, Err(DocumentError::OverQuota { most: 100 }));
    assert_eq!(files(house.folder()).len(), 1, "its file went too");
    receive(&house, evidence(), &sized(40)).await.expect("to the last byte");
    let id = house.fintech.organisation.id;
    assert_eq!(house.get(async |tx| tx.document_bytes(id).await).await, 100);
    let storage = house.office.hub.storage();
    let let_in = storage.run("let_in", &ACTOR, async |tx| {
        let now = tx.organisation_find(id).await?.expect("it signed up");
        tx.organisation_set_state(&now, AdmissionState::Suitable, "approved")
            .await?;
        tx.trail(Action::OrganisationChanged, id, serde_json::json!({})).await
    });
    let let_in: Result<(), StorageError> = let_in.await;
    let_in.unwrap();
    receive(&house, evidence(), &sized(50))
        .await
        .expect("who was let in has more");
    let over = receive(&house, evidence(), &sized(5)).await;
    assert_eq!(over, Err(DocumentError::OverQuota { most: 150 }));
}

#[tokio::test]
async fn a_disk_that_is_nearly_full_takes_nothing() {
    let house = House::on("20261121", |settings| settings.disk_free_bytes_min = u64::MAX).await;
    assert_eq!(receive(&house, evidence(), PDF).await, Err(DocumentError::NoRoom));
    assert!(files(house.folder()).is_empty());
}

#[tokio::test]
async fn a_large_file_that_was_damaged_never_comes_to_its_end() {
    let house = House::new().await;
    let large = [PDF.to_vec(), vec![b' '; 2 * 1024 * 1024]].concat();
    let kept = receive(&house, evidence(), &large).await.unwrap();
    let got = async || {
        let (_, opened) = document::open(&house.office, &house.fintech, kept.id).await.unwrap();
        document::pieces(opened).collect::<Vec<_>>().await
    };
    let whole: Vec<u8> = got()
        .await
        .into_iter()
        .flat_map(|piece| piece.unwrap().to_vec())
        .collect();
    assert!(whole == large);
    let name = naru_crypto::hex(&kept.sha256);
    let path = house.folder().join(naru_crypto::hex(&kept.sha256[..1])).join(&name);
    let mut damaged = large;
    damaged[1_000_000] ^= 1;
    std::fs::write(path, &damaged).unwrap();
    let pieces = got().await;
    let given: usize = pieces.iter().flatten().map(Bytes::len).sum();
    assert!(pieces.last().unwrap().is_err() && given < damaged.len());
}
