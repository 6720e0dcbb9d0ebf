//! A round that is taken in from a bundle: what is wrong is said with its places, and nothing is kept then.

use naru_core::{OrganisationKind, Role, Verdict};
use serde_json::{Map, Value};

use crate::bed::Browser;
use crate::desk::{enter, judged, seated};
use crate::{Agency, ITEM, agency};

/// The bundle of an inspection in one file, read as a page gives it out.
async fn bundle(browser: &mut Browser<'_>, house: &Agency) -> Map<String, Value> {
    let path = format!("/inspector/inspections/{}/oscal", house.id);
    let list = browser.get(&path).await;
    let mut all = Map::new();
    for link in list.text.split(&format!("{path}/")).skip(1) {
        let name = link.split('"').next().unwrap();
        if name.ends_with(".json") {
            let file = browser.get(&format!("{path}/{name}")).await;
            all.insert(name.to_owned(), serde_json::from_str(&file.text).unwrap());
        }
    }
    assert!(all.contains_key("assessment-results.json"), "{:?}", all.keys());
    all
}

#[tokio::test]
async fn a_bundle_is_taken_whole_or_not_at_all_and_every_fault_is_said() {
    let house = agency("DOC_INSPECTION").await;
    judged(&house.bed, (house.id, ITEM), &house.inspector, Verdict::Satisfied).await;
    let mut browser = enter(&house.bed, &house.inspector).await;
    let path = format!("/inspector/inspections/{}/import", house.id);
    let page = browser.get(&path).await;
    let (token, action) = (page.csrf(), page.action("/import"));
    let own = [("csrf", token.as_str())];

    let mut all = bundle(&mut browser, &house).await;
    let whole = Value::Object(all.clone()).to_string();
    let taken = browser.upload(&action, &own, ("bundle.json", &whole)).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert!(
        taken.text.contains("가져온 내용") && taken.text.contains("이미 같은 내용"),
        "{}",
        taken.text
    );

    let foreign = browser
        .upload(&action, &[("csrf", "another")], ("bundle.json", &whole))
        .await;
    assert!(
        foreign.status == 422 && !foreign.text.contains("가져온 내용"),
        "{}",
        foreign.text
    );
    let nonsense = browser.upload(&action, &own, ("bundle.json", "{ no")).await;
    assert!(
        nonsense.status == 422 && nonsense.text.contains("이유 1가지"),
        "{}",
        nonsense.text
    );
    let large = "x".repeat(4 * 1024 * 1024);
    let large = browser.upload(&action, &own, ("bundle.json", &large)).await;
    assert!(
        large.status == 422 && large.text.contains("끝까지 받지 못했습니다"),
        "{}",
        large.text
    );

    // Two faults in one document: both are said, and the verdict that stood there stands.
    let results = all["assessment-results.json"]["assessment-results"]
        .as_object_mut()
        .unwrap();
    results["uuid"] = Value::from("no uuid");
    results.insert("nothing-of-oscal".to_owned(), Value::from(1));
    let faulty = browser
        .upload(&action, &own, ("bundle.json", &Value::Object(all).to_string()))
        .await;
    assert!(
        faulty.status == 422 && faulty.text.contains("아무것도 저장하지 않았습니다"),
        "{}",
        faulty.text
    );
    assert!(
        faulty.text.contains("assessment-results"),
        "the place is named: {}",
        faulty.text
    );
}

#[tokio::test]
async fn only_the_agency_takes_a_round_in_and_only_while_it_judges() {
    let house = agency("WRITE_UP").await;
    let mut browser = enter(&house.bed, &house.inspector).await;
    let path = format!("/inspector/inspections/{}/import", house.id);
    let page = browser.get(&path).await;
    assert!(!page.text.contains("type=\"file\""), "{}", page.text);
    let token = browser.get("/staff/security").await.csrf();
    let late = browser.upload(&path, &[("csrf", &token)], ("bundle.json", "{}")).await;
    assert!(matches!(late.status.as_u16(), 409 | 422), "{}", late.text);
    let rival = seated(
        &house.bed,
        ("rival", OrganisationKind::Agency),
        None,
        &[Role::Inspector],
    )
    .await;
    let mut rival = enter(&house.bed, &rival).await;
    assert_eq!(rival.get(&path).await.status, 404);
    let token = rival.get("/staff/security").await.csrf();
    let foreign = rival.upload(&path, &[("csrf", &token)], ("bundle.json", "{}")).await;
    assert_eq!(foreign.status, 404, "{}", foreign.text);
}
