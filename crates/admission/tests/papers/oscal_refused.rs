//! Bundles with errors: every reason is told, and nothing of them is kept.

use naru_admission::oscal::{ImportError, check, from_one_file, import, import_upload, one_file};
use naru_core::InspectionId;
use naru_oscal::FaultKind;
use serde_json::Value;

use crate::house::House;
use crate::walk::{ITEM, begun};

type Files = Vec<(String, Vec<u8>)>;

/// A bundle of a judged round, and a fresh hub that could take it.
async fn prepared() -> (Files, House, InspectionId) {
    let here = House::new().await;
    let id = begun(&here).await;
    here.judge_all(&here.inspector, id, Some(ITEM)).await.unwrap();
    let given = naru_admission::oscal::export_all(&here.office, id).await.unwrap();
    let there = House::new().await;
    let other = begun(&there).await;
    (given, there, other)
}

/// Changes one file.
fn edited(files: &Files, name: &str, change: impl Fn(&mut Value)) -> Files {
    let edit = |(file, bytes): &(String, Vec<u8>)| {
        if file != name {
            return (file.clone(), bytes.clone());
        }
        let mut value: Value = serde_json::from_slice(bytes).unwrap();
        change(&mut value);
        (file.clone(), serde_json::to_vec(&value).unwrap())
    };
    files.iter().map(edit).collect()
}

async fn refused(house: &House, id: InspectionId, files: Files) -> ImportError {
    let refused = import(&house.office, &house.inspector, id, files).await.unwrap_err();
    let verdicts = house.get(async |tx| tx.verdict_list(id).await).await;
    let findings = house.get(async |tx| tx.finding_list(id).await).await;
    assert_eq!((verdicts.len(), findings.len()), (0, 0), "nothing is kept: {refused}");
    refused
}

#[tokio::test]
async fn every_fault_of_a_bundle_is_reported_and_nothing_is_kept() {
    let (given, house, id) = prepared().await;
    let broken = edited(&given, "assessment-results.json", |value| {
        let result = &mut value["assessment-results"]["results"][0];
        result["findings"][0]["target"]["target-id"] = "fsi-m-99-9_obj".into();
        result["findings"][1]["related-observations"][0]["observation-uuid"] =
            "5d2b1c1e-6c3a-4a53-9a36-111111111111".into();
    });
    let faults = check(broken.clone()).unwrap();
    let kinds: Vec<FaultKind> = faults.iter().map(|fault| fault.kind).collect();
    assert!(
        kinds.contains(&FaultKind::UnknownPart) && kinds.contains(&FaultKind::DanglingReference),
        "{faults:?}"
    );
    match refused(&house, id, broken).await {
        ImportError::Faults(told) => assert_eq!(told, faults),
        other => panic!("{other}"),
    }
    let torn = given
        .iter()
        .map(|(name, bytes)| (name.clone(), bytes[..bytes.len() / 2].to_vec()))
        .collect();
    assert!(matches!(refused(&house, id, torn).await, ImportError::Bundle(_)));
}

#[tokio::test]
async fn what_a_bundle_leaves_open_is_not_guessed() {
    let (given, house, id) = prepared().await;
    let vague = edited(&given, "assessment-results.json", |value| {
        let findings = &mut value["assessment-results"]["results"][0]["findings"];
        let target = findings[0]["target"].as_object_mut().unwrap();
        target.remove("props");
        target["status"]["reason"] = "other".into();
        findings[1].as_object_mut().unwrap().remove("related-observations");
    });
    match refused(&house, id, vague).await {
        ImportError::Refused(reasons) => assert_eq!(reasons.len(), 2, "{reasons:?}"),
        other => panic!("{other}"),
    }
    let contradicting = edited(&given, "assessment-results.json", |value| {
        let target = &mut value["assessment-results"]["results"][0]["findings"][0]["target"];
        target["props"][0]["value"] = "not_satisfied".into();
    });
    let refusal = refused(&house, id, contradicting).await.to_string();
    assert!(refusal.contains("contradict"), "{refusal}");
}

#[tokio::test]
async fn another_organisations_result_and_another_round_are_refused() {
    let (given, house, id) = prepared().await;
    let foreign = edited(&given, "ssp.json", |value| {
        let ids = &mut value["system-security-plan"]["system-characteristics"]["system-ids"];
        ids[0]["id"] = "somebody-else".into();
    });
    let refusal = refused(&house, id, foreign).await.to_string();
    assert!(refusal.contains("not about blue-pay"), "{refusal}");
    let later = edited(&given, "assessment-results.json", |value| {
        value["assessment-results"]["results"][0]["props"][0]["value"] = "2".into();
    });
    let refusal = refused(&house, id, later).await.to_string();
    assert!(refusal.contains("tells of round 2"), "{refusal}");
    let bare = edited(&given, "assessment-results.json", |value| {
        let finding = &mut value["assessment-results"]["results"][0]["findings"][0];
        finding["target"]["props"][0]["value"] = "not_applicable".into();
    });
    let refusal = refused(&house, id, bare).await.to_string();
    assert!(refusal.contains("a note of 1 to 1,000 characters"), "{refusal}");
}

#[tokio::test]
async fn what_somebody_judged_here_is_not_overwritten() {
    let (given, house, id) = prepared().await;
    house
        .judge(&house.inspector, id, ("fsi-m-01-1", naru_core::Verdict::Partially))
        .await;
    let refusal = import(&house.office, &house.inspector, id, given)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refusal.contains("fsi-m-01-1: another verdict stands here already"),
        "{refusal}"
    );
    let verdicts = house.get(async |tx| tx.verdict_list(id).await).await;
    assert_eq!(verdicts.len(), 1, "and none of the others was taken");
}

#[tokio::test]
async fn an_upload_is_taken_whole_or_everything_against_it_is_said() {
    let (given, house, id) = prepared().await;
    let take = async |bytes: &[u8]| import_upload(&house.office, &house.inspector, id, bytes).await.unwrap();
    let report = take(b"[]").await;
    assert!(report.taken.is_none() && report.against.len() == 1, "{report:?}");
    let twice = take(br#"{"a.json": {"x": 1, "x": 2}}"#).await;
    assert!(twice.against[0].contains("twice"), "{twice:?}");
    let broken = edited(&given, "assessment-results.json", |value| {
        let result = &mut value["assessment-results"]["results"][0];
        for number in 0..2 {
            result["findings"][number]["related-observations"][0]["observation-uuid"] =
                "5d2b1c1e-6c3a-4a53-9a36-111111111111".into();
        }
    });
    let report = take(&one_file(&broken).unwrap()).await;
    assert!(
        report.taken.is_none() && report.against.len() >= 2,
        "each fault is said: {report:?}"
    );
    let whole = one_file(&given).unwrap();
    assert_eq!(
        one_file(&from_one_file(&whole).unwrap()).unwrap(),
        whole,
        "the same bytes"
    );
    let taken = take(&whole).await.taken.expect("nothing stands against it");
    assert_eq!(
        (taken.round, taken.verdicts, taken.findings, taken.unchanged),
        (1, 30, 1, 0)
    );
    assert!(!taken.left_out.is_empty());
    let again = take(&whole).await.taken.unwrap();
    assert_eq!((again.verdicts, again.unchanged), (0, 31));
    let foreign = import_upload(&house.office, &house.fintech, id, &whole).await;
    assert!(matches!(foreign, Err(ImportError::Inspection(_))), "{foreign:?}");
}
