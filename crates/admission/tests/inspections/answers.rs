//! Answers: one serves every catalogue, and two who write at once lose nothing.

use naru_admission::answer::{self, Answer, AnswerError, Served};
use naru_admission::document::DocumentError;
use naru_core::DocumentKind;

use crate::house::House;
use crate::paper::{PDF, receive, upload};

fn answer(control_id: &str, body: &str, version_seen: i64) -> Answer {
    Answer {
        control_id: control_id.to_owned(),
        body: body.to_owned(),
        revisions: Vec::new(),
        version_seen,
    }
}

#[tokio::test]
async fn of_two_who_write_at_once_the_second_gets_what_the_first_wrote() {
    let house = House::new().await;
    let (office, control) = (&house.office, "fsi-m-01-1");
    let first = answer::put(office, &house.fintech, &answer(control, "하나", 0))
        .await
        .unwrap();
    let late = answer::put(office, &house.second, &answer(control, "둘", 0)).await;
    assert_eq!(late, Err(AnswerError::Changed(Some(Box::new(first.clone())))));
    let second = answer::put(office, &house.second, &answer(control, "하나와 둘", 1))
        .await
        .unwrap();
    assert_eq!((second.version, second.changed_by), (2, house.second.member.id));
    let late = answer::put(office, &house.fintech, &answer(control, "셋", 1)).await;
    assert_eq!(late, Err(AnswerError::Changed(Some(Box::new(second)))));
}

#[tokio::test]
async fn one_answer_serves_every_catalogue_that_it_maps_to() {
    let house = House::new().await;
    let owner = house.fintech.organisation.id;
    let kept = answer::put(&house.office, &house.fintech, &answer("fsi-m-01-1", "예", 0))
        .await
        .unwrap();
    let list = async |catalogue| answer::list(&house.office, &house.fintech, owner, catalogue).await;
    let of = |items: &[answer::ItemAnswer], id: &str| {
        items
            .iter()
            .find(|item| item.control_id == id)
            .expect("it is an item")
            .served
            .clone()
    };
    let own = list("fsi-user-org").await.unwrap();
    assert_eq!(own.len(), 30);
    assert_eq!(of(&own, "fsi-m-01-1"), Served::Own(kept.clone()));
    assert_eq!(of(&own, "fsi-m-02-1"), Served::Nothing);
    let other = list("x1149-user-org").await.unwrap();
    match of(&other, "x1149-3.1.1.1") {
        Served::Through { answer, .. } => assert_eq!(answer, kept),
        served => panic!("{served:?}"),
    }
    assert_eq!(list("nothing").await, Err(AnswerError::Unknown));
    let seen = answer::list(&house.office, &house.inspector, owner, "fsi-user-org").await;
    assert_eq!(seen, Err(AnswerError::Unknown), "the agency inspects somebody else");
}

#[tokio::test]
async fn what_cannot_be_an_answer_is_refused() {
    let house = House::new().await;
    let put = async |answer: &Answer| answer::put(&house.office, &house.fintech, answer).await.unwrap_err();
    let unknown = put(&answer("fsi-x-01", "예", 0)).await;
    assert_eq!(unknown, AnswerError::UnknownItem("fsi-x-01".to_owned()));
    assert_eq!(put(&answer("fsi-m-01-1", " ", 0)).await, AnswerError::Body);
    assert_eq!(
        put(&answer("fsi-m-01-1", &"가".repeat(20_001), 0)).await,
        AnswerError::Body
    );
    let stale = put(&answer("fsi-m-01-1", "예", 3)).await;
    assert_eq!(stale, AnswerError::Changed(None), "there was never one");
    let mut expiring = upload(DocumentKind::Evidence, "a.pdf");
    expiring.expires_on = Some(house.today());
    let revision = receive(&house, expiring, PDF).await.unwrap();
    let with = Answer {
        revisions: vec![revision.id],
        ..answer("fsi-m-01-1", "예", 0)
    };
    house.pass_days(1);
    let expired = DocumentError::Expired {
        revision: revision.id,
        expired_on: revision.expires_on.unwrap(),
    };
    assert_eq!(put(&with).await, AnswerError::Document(expired));
    let crowded = Answer {
        revisions: vec![revision.id; 21],
        ..with.clone()
    };
    assert_eq!(put(&crowded).await, AnswerError::TooMany);
    let inspector = answer::put(&house.office, &house.inspector, &with).await;
    assert!(matches!(inspector, Err(AnswerError::Denied(_))), "{inspector:?}");
}

#[tokio::test]
async fn a_document_holds_through_its_last_day() {
    let house = House::new().await;
    let mut expiring = upload(DocumentKind::Evidence, "a.pdf");
    expiring.expires_on = Some(house.today());
    let revision = receive(&house, expiring, PDF).await.unwrap();
    let with = Answer {
        revisions: vec![revision.id],
        ..answer("fsi-m-01-1", "예", 0)
    };
    let kept = answer::put(&house.office, &house.fintech, &with).await.unwrap();
    assert_eq!(kept.revisions, [revision.id]);
    assert!(!revision.is_expired(house.today()));
    house.pass_days(1);
    assert!(revision.is_expired(house.today()));
}
