//! Bundles of an inspection: in order, equal to the byte, and taken in by another hub.

use std::collections::BTreeMap;

use naru_admission::inspection::{self, InspectionError};
use naru_admission::oscal::{ExportError, check, export, export_all, import};
use naru_core::{InspectionId, Verdict};
use naru_oscal::{Bundle, Document, RiskStatus};

use crate::house::House;
use crate::walk::{ITEM, begun, finished};

type Files = Vec<(String, Vec<u8>)>;

async fn files(house: &House, id: InspectionId) -> Files {
    export(&house.office, &house.inspector, id).await.unwrap()
}

#[tokio::test]
async fn a_whole_inspection_is_a_bundle_in_order_and_equal_to_the_byte() {
    let house = House::new().await;
    let (id, _) = finished(&house).await;
    let first = files(&house, id).await;
    assert_eq!(check(first.clone()).unwrap(), []);
    let names: Vec<&str> = first.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "assessment-plan.json",
        "assessment-results.json",
        "catalog.json",
        "mapping.json",
        "profile.json",
        "ssp.json",
    ];
    assert_eq!(names, expected, "no plan of action where nothing is open");
    house.pass_days(7);
    assert_eq!(files(&house, id).await, first);
    assert_eq!(export_all(&house.office, id).await.unwrap(), first);
    let bundle = Bundle::from_files(first).unwrap();
    let Some(Document::Profile(profile)) = bundle.get("profile.json") else {
        panic!("a profile is there")
    };
    let props: Vec<(&str, &str)> = profile
        .metadata
        .props
        .iter()
        .map(|prop| (prop.name.as_str(), prop.value.as_str()))
        .collect();
    let expected = [
        ("organisation-type", "OTHER"),
        ("day", "2026-11-21"),
        ("rule", "R-ORG-BASE"),
    ];
    assert_eq!(props, expected, "whom it binds, on which day, by which rules");
    let Some(Document::AssessmentResults(results)) = bundle.get("assessment-results.json") else {
        panic!("results are there")
    };
    let judged: Vec<usize> = results.results.iter().map(|round| round.findings.len()).collect();
    assert_eq!(judged, [30, 1, 30], "one result for each round");
    assert_eq!(results.metadata.actions.len(), 3, "every signature of two people");
}

#[tokio::test]
async fn what_is_open_has_a_deadline_and_every_day_that_was_ever_set() {
    let house = House::new().await;
    let id = begun(&house).await;
    house
        .judge(&house.inspector, id, ("fsi-m-01-1", Verdict::Partially))
        .await;
    let partial =
        naru_admission::finding::write(&house.office, &house.inspector, (id, "fsi-m-01-1"), "정책이 낡았습니다");
    partial.await.unwrap();
    let finding = {
        let view = inspection::view(&house.office, &house.inspector, id).await.unwrap();
        for item in view
            .items
            .iter()
            .filter(|item| item.verdicts.is_empty() && item.control.id != ITEM)
        {
            house
                .judge(&house.inspector, id, (&item.control.id, Verdict::Satisfied))
                .await;
        }
        house.judge(&house.inspector, id, (ITEM, Verdict::NotSatisfied)).await;
        let written = naru_admission::finding::write(&house.office, &house.inspector, (id, ITEM), "TLS 1.0을 받습니다");
        written.await.unwrap()
    };
    house.signed(id, "send-result").await;
    house.steps(id, &[(&house.inspector, "findings-exist")]).await;
    let (later, version) = (naru_core::Day(20_261_231), house.finding(&finding).await.version);
    let agency = &house.inspector;
    let extended = naru_admission::finding::extend(&house.office, agency, (finding.id, version), later, "장비 교체");
    extended.await.unwrap();
    let bundle = Bundle::from_files(files(&house, id).await).unwrap();
    let Some(Document::PlanOfAction(plan)) = bundle.get("plan-of-action.json") else {
        panic!("two findings are open")
    };
    assert_eq!(
        (plan.poam_items.len(), plan.findings.len(), plan.observations.len()),
        (2, 2, 2)
    );
    let risk = plan
        .risks
        .iter()
        .find(|risk| risk.description == "TLS 1.0을 받습니다")
        .unwrap();
    assert_eq!(risk.status, RiskStatus::Open);
    assert_eq!(risk.deadline.as_ref().unwrap().as_str(), "2026-12-31T23:59:59+09:00");
    let log = &risk.risk_log.as_ref().unwrap().entries;
    let days: Vec<Option<&str>> = log
        .iter()
        .map(|entry| {
            entry
                .props
                .iter()
                .find(|prop| prop.name.as_str() == "due-on")
                .map(|prop| prop.value.as_str())
        })
        .collect();
    assert_eq!(days, [None, Some("20261205"), Some("20261231")]);
    let Some(Document::AssessmentResults(results)) = bundle.get("assessment-results.json") else {
        panic!("results are there")
    };
    let partial = results.results[0]
        .findings
        .iter()
        .find(|f| f.target.target_id.as_str() == "fsi-m-01-1_obj");
    let status = &partial.unwrap().target.status;
    assert_eq!(
        (status.state.as_str(), status.reason.unwrap().as_str()),
        ("not-satisfied", "other")
    );
}

#[tokio::test]
async fn the_organisation_gets_its_bundle_when_there_is_a_result() {
    let house = House::new().await;
    let id = begun(&house).await;
    let early = export(&house.office, &house.fintech, id).await;
    assert!(matches!(early, Err(ExportError::NotFinal(state)) if state == "DOC_INSPECTION"));
    let early = Bundle::from_files(files(&house, id).await).unwrap();
    assert!(early.get("assessment-results.json").is_none(), "nothing was judged");
}

/// Files without what is documented to differ between two hubs: UUIDs count in the order in which they come.
fn bare(files: Files) -> BTreeMap<String, String> {
    let is_uuid = |text: &str| {
        text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-') && text.matches('-').count() == 4
    };
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut bare = BTreeMap::new();
    for (name, bytes) in files {
        let mut text = String::new();
        for piece in String::from_utf8(bytes).unwrap().split_inclusive(['"', '#']) {
            let word = piece.trim_end_matches(['"', '#']);
            if is_uuid(word) {
                let next = known.len();
                text.push_str(&format!("uuid-{}", known.entry(word.to_owned()).or_insert(next)));
            } else {
                text.push_str(piece);
            }
        }
        bare.insert(name, text);
    }
    bare
}

#[tokio::test]
async fn another_hub_takes_a_result_and_gives_the_same_out_again() {
    let here = House::new().await;
    let id = begun(&here).await;
    here.judge_all(&here.inspector, id, Some(ITEM)).await.unwrap();
    let given = files(&here, id).await;
    let there = House::new().await;
    let other = begun(&there).await;
    let taken = import(&there.office, &there.inspector, other, given.clone())
        .await
        .unwrap();
    assert_eq!(
        (taken.round, taken.verdicts, taken.findings, taken.unchanged),
        (1, 30, 1, 0)
    );
    assert_eq!(taken.left_out.len(), 2, "answers and signatures: {:?}", taken.left_out);
    assert_eq!(
        bare(files(&there, other).await),
        bare(given.clone()),
        "all but the UUIDs"
    );
    let again = import(&there.office, &there.inspector, other, given).await.unwrap();
    assert_eq!(
        (again.verdicts, again.findings, again.unchanged),
        (0, 0, 31),
        "taking it twice changes nothing"
    );
    there.signed(other, "send-result").await;
}

#[tokio::test]
async fn only_the_agency_takes_a_result_and_only_while_it_judges() {
    let house = House::new().await;
    let id = begun(&house).await;
    house.judge_all(&house.inspector, id, Some(ITEM)).await.unwrap();
    let given = files(&house, id).await;
    for stranger in [&house.fintech, &house.desk] {
        let refused = import(&house.office, stranger, id, given.clone()).await;
        let reason = refused.unwrap_err().to_string();
        assert!(reason.contains("DOC_INSPECTION"), "{reason}");
    }
    house.signed(id, "send-result").await;
    let late = import(&house.office, &house.inspector, id, given).await;
    let state = InspectionError::NotNow("DOC_RESULT_SENT".to_owned()).to_string();
    assert_eq!(late.unwrap_err().to_string(), state);
}
