//! Inspections of services: one for each platform, and two builds for a mobile one.

use naru_admission::inspection::{Acted, InspectionError, Opening};
use naru_core::{DocumentKind, InspectionOutcome};
use naru_rulebook::Platform;

use crate::house::House;

fn service(house: &House, platform: Platform) -> Opening {
    Opening::Service {
        agency: house.inspector.organisation.id,
        service: "블루페이".to_owned(),
        platform,
    }
}

#[tokio::test]
async fn a_web_service_is_tested_and_passes() {
    let house = House::on("20261121", |settings| settings.result_days = Some(365)).await;
    let id = house.open(&service(&house, Platform::Web)).await.id;
    house.contracted(id, &[DocumentKind::Application]).await;
    house.steps(id, &[(&house.inspector, "start")]).await;
    house.judge_all(&house.inspector, id, None).await;
    let done = house.signed(id, "send-final-report").await;
    assert_eq!(
        (done.state.as_str(), done.outcome),
        ("FINAL_REPORTED", InspectionOutcome::Passed)
    );
    let until = done.valid_until.expect("a setting says how long it holds");
    assert_eq!(
        until.days_since(house.office.hub.now()),
        366,
        "the last of 365 days counts"
    );
    let verdicts = house.get(async |tx| tx.verdict_list(id).await).await;
    assert_eq!(verdicts.len(), 12);
}

#[tokio::test]
async fn a_mobile_service_needs_both_builds_and_fails_by_a_finding() {
    let house = House::new().await;
    let id = house.open(&service(&house, Platform::Android)).await.id;
    let steps = [(&house.fintech, "submit-drafts"), (&house.inspector, "pre-review-done")];
    house.steps(id, &steps).await;
    let apply = "submit-application-per-platform";
    let application = house.upload(DocumentKind::Application).await.id;
    let build = house.upload(DocumentKind::Build).await.id;
    let missing = house.act(&house.fintech, (id, apply), &[application, build]).await;
    let expected = vec![DocumentKind::BuildWithoutRootDetection];
    assert_eq!(missing, Err(InspectionError::Missing(expected)));
    let bare = house.upload(DocumentKind::BuildWithoutRootDetection).await.id;
    house
        .act(&house.fintech, (id, apply), &[application, build, bare])
        .await
        .unwrap();
    let contract = house.upload(DocumentKind::Contract).await.id;
    let unsigned = house
        .act(&house.inspector, (id, "accept-and-sign-contract"), &[contract])
        .await;
    assert_eq!(unsigned, Err(InspectionError::NotSigned));
    naru_admission::inspection::sign_contract(&house.office, &house.fintech, id, contract)
        .await
        .unwrap();
    let other = house.upload(DocumentKind::Contract).await.id;
    let different = house
        .act(&house.inspector, (id, "accept-and-sign-contract"), &[other])
        .await;
    assert_eq!(
        different,
        Err(InspectionError::NotSigned),
        "not the one that was signed"
    );
    house
        .act(&house.inspector, (id, "accept-and-sign-contract"), &[contract])
        .await
        .unwrap();
    let early = house.act(&house.inspector, (id, "start"), &[]).await;
    assert_eq!(
        early,
        Err(InspectionError::NotDeveloped),
        "the functional test was not passed"
    );
    house.developed().await;
    house.steps(id, &[(&house.inspector, "start")]).await;
    house.judge_all(&house.inspector, id, Some("fsi-mob-01-1")).await;
    let done = house.signed(id, "send-final-report").await;
    assert_eq!(done.outcome, InspectionOutcome::Failed);
    let verdicts = house.get(async |tx| tx.verdict_list(id).await).await;
    assert_eq!(verdicts.len(), 17);
    assert_eq!(
        house.open(&service(&house, Platform::Android)).await.round,
        1,
        "a new application follows"
    );
}

#[tokio::test]
async fn platforms_are_applied_for_one_by_one_and_ios_has_its_own_items() {
    let house = House::new().await;
    let first = house.open(&service(&house, Platform::Ios)).await.id;
    house.open(&service(&house, Platform::Android)).await;
    let again = naru_admission::inspection::open(&house.office, &house.fintech, &service(&house, Platform::Ios)).await;
    assert_eq!(again, Err(InspectionError::Open));
    let items = naru_admission::inspection::items(&house.inspection(first).await);
    assert_eq!(items.len(), 15, "two are for Android alone");
    let nameless = Opening::Service {
        agency: house.inspector.organisation.id,
        service: " ".to_owned(),
        platform: Platform::Web,
    };
    let refused = naru_admission::inspection::open(&house.office, &house.fintech, &nameless).await;
    assert_eq!(refused, Err(InspectionError::Service));
    let no_agency = Opening::Organisation {
        agency: house.desk.organisation.id,
    };
    let refused = naru_admission::inspection::open(&house.office, &house.fintech, &no_agency).await;
    assert_eq!(refused, Err(InspectionError::Agency));
    match house.act(&house.fintech, (first, "withdraw"), &[]).await.unwrap() {
        Acted::Moved(after) => assert_eq!(after.state, "WITHDRAWN"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_failed_test_is_repeated_only_where_a_setting_allows_it() {
    for allowed in [false, true] {
        let change: fn(&mut naru_admission::AdmissionSettings) = match allowed {
            true => |settings| settings.process.app_retest_allowed = true,
            false => |_| {},
        };
        let house = House::on("20261121", change).await;
        let id = house.open(&service(&house, Platform::Web)).await.id;
        house.contracted(id, &[DocumentKind::Application]).await;
        house.steps(id, &[(&house.inspector, "start")]).await;
        house.judge_all(&house.inspector, id, Some("fsi-web-01-1")).await;
        if allowed {
            assert_eq!(house.signed(id, "findings-exist").await.state, "TEST_REMEDIATION");
            assert_eq!(house.inspection(id).await.round, 2);
        } else {
            let refused = house.act(&house.inspector, (id, "findings-exist"), &[]).await;
            assert!(matches!(refused, Err(InspectionError::Step(_))), "{refused:?}");
        }
    }
}
