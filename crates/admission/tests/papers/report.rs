//! The final report of a whole inspection: everything once, nothing before its time, and only for whom it concerns.

use naru_admission::finding;
use naru_admission::report::service::document;
use naru_admission::report::{ReportError, html, pdf};
use naru_core::{Action, Language, OrganisationKind, Role};
use naru_crypto::hex;
use naru_report::{Block, Cell, Document};
use serde_json::json;

use crate::house::{ACTOR, House, colleague, staff};
use crate::walk::{ITEM, begun, finished};

fn tables(document: &Document) -> Vec<(&str, &Vec<Vec<Cell>>)> {
    let tables = document.blocks.iter().filter_map(|block| match block {
        Block::Table { caption, rows, .. } => Some((caption.as_str(), rows)),
        _ => None,
    });
    tables.collect()
}

fn table<'a>(document: &'a Document, caption: &str) -> &'a Vec<Vec<Cell>> {
    let found = tables(document).into_iter().find(|(name, _)| name.contains(caption));
    found.unwrap_or_else(|| panic!("no table {caption}")).1
}

#[tokio::test]
async fn a_report_has_every_item_once_its_findings_its_evidence_and_who_signed() {
    let house = House::new().await;
    let (id, _) = finished(&house).await;
    let korean = document(&house.office, &house.inspector, id, Language::Ko)
        .await
        .unwrap();
    assert_eq!(korean.title, "이용기관 보안점검 결과보고서");
    let items = table(&korean, "모든 점검 항목");
    let catalogue = naru_rulebook::catalogue::Catalogues::embedded()
        .find("fsi-user-org")
        .unwrap();
    let titles: Vec<&str> = items.iter().map(|row| row[1].text.as_str()).collect();
    let expected: Vec<&str> = catalogue
        .controls
        .iter()
        .map(|control| control.title_ko.as_str())
        .collect();
    assert_eq!(titles, expected, "every item once, in the order of the catalogue");
    let at = catalogue
        .controls
        .iter()
        .position(|control| control.id == ITEM)
        .unwrap();
    let verdicts: Vec<&str> = items[at][2..5].iter().map(|cell| cell.text.as_str()).collect();
    assert_eq!(verdicts, ["미이행", "이행", "이행"], "each round has its verdict");
    let events: Vec<&str> = table(&korean, "경과").iter().map(|row| row[1].text.as_str()).collect();
    let expected = [
        "지적사항 작성",
        "보완 기한 설정",
        "이용기관 확인",
        "보완자료 제출",
        "보완 확인",
    ];
    assert_eq!(events, expected);
    assert_eq!(
        table(&korean, "해시값").len(),
        4,
        "answer, application, contract and remedy"
    );
    let signatures = korean.blocks.iter().find_map(|block| match block {
        Block::Signatures(signatures) => Some(signatures),
        _ => None,
    });
    let signatures = signatures.unwrap();
    let names: Vec<&str> = signatures.iter().map(|signature| signature.name.as_str()).collect();
    assert_eq!(
        names,
        ["agency · 첫째", "agency · approver"],
        "by the names they are shown under"
    );
    let proposals = house
        .get(async |tx| tx.proposal_list_of_subject(&id.to_string()).await)
        .await;
    let last = proposals
        .iter()
        .find(|proposal| proposal.event == "send-final-report")
        .unwrap();
    let last = hex(&last.state_sha256);
    assert!(
        signatures.iter().all(|signature| signature.note == last),
        "what both signed"
    );
    let english = document(&house.office, &house.inspector, id, Language::En)
        .await
        .unwrap();
    assert_eq!(english.blocks.len(), korean.blocks.len());
}

#[tokio::test]
async fn the_same_state_is_the_same_paper_and_a_sane_number_of_pages() {
    let house = House::new().await;
    let (id, _) = finished(&house).await;
    let first = pdf(&house.office, &house.inspector, id, Language::Ko).await.unwrap();
    house.pass_days(30);
    let again = pdf(&house.office, &house.desk, id, Language::Ko).await.unwrap();
    assert_eq!(first, again, "whoever asks, whenever");
    assert!(
        first.bytes.starts_with(b"%PDF-1.7") && (2..12).contains(&first.pages),
        "{}",
        first.pages
    );
    assert!(first.file_name.starts_with("2026-blue-pay-ORG-"), "{}", first.file_name);
    let shown = html(&house.office, &house.fintech, id, Language::Ko).await.unwrap();
    assert!(shown.html.contains("결과보고서") && !shown.html.contains("style="));
}

#[tokio::test]
async fn a_finding_that_live_evidence_opens_later_does_not_change_the_report() {
    let house = House::new().await;
    let (id, _) = finished(&house).await;
    let before = pdf(&house.office, &house.inspector, id, Language::Ko).await.unwrap();
    house.pass_days(1);
    let organisation = house.fintech.organisation.id;
    let settings = &house.office.settings;
    let reopened = house.office.hub.storage().run("test", &ACTOR, async |tx| {
        let opened = finding::reopen_item(&tx, settings, organisation, (&[ITEM], "sig-tls-config: fail")).await?;
        tx.trail(Action::FindingMoved, organisation, json!({})).await?;
        Ok::<_, naru_admission::inspection::InspectionError>(opened.len())
    });
    assert_eq!(reopened.await, Ok(1));
    let after = pdf(&house.office, &house.inspector, id, Language::Ko).await.unwrap();
    assert_eq!(before, after);
}

#[tokio::test]
async fn there_is_no_report_before_the_result_nor_for_whom_it_does_not_concern() {
    let house = House::new().await;
    let id = begun(&house).await;
    let early = html(&house.office, &house.inspector, id, Language::Ko).await;
    assert!(matches!(early, Err(ReportError::NotFinal(state)) if state == "DOC_INSPECTION"));
    let other = staff(
        &house.office,
        ("other-agency", OrganisationKind::Agency),
        &[Role::Inspector],
    )
    .await;
    let rival = staff(
        &house.office,
        ("rival", OrganisationKind::Fintech),
        &[Role::SecurityOfficer],
    )
    .await;
    for stranger in [&other, &rival] {
        let refused = html(&house.office, stranger, id, Language::Ko).await;
        assert!(
            matches!(refused, Err(ReportError::Unknown)),
            "{}",
            stranger.organisation.code
        );
    }
    let mut gone = colleague(&house.office, &house.inspector, "gone", &[Role::Reader]).await;
    gone.member.active = false;
    assert!(matches!(
        html(&house.office, &gone, id, Language::Ko).await,
        Err(ReportError::Unknown)
    ));
}

#[tokio::test]
async fn what_was_not_signed_is_not_printed() {
    let house = House::new().await;
    let (id, _) = finished(&house).await;
    let changed = house.office.hub.storage().run("test", &ACTOR, async |tx| {
        let mut verdict = tx.verdict_list(id).await?.pop().unwrap();
        verdict.verdict = naru_core::Verdict::NotSatisfied;
        assert!(tx.verdict_update(&verdict).await?);
        tx.trail(Action::VerdictGiven, id, json!({})).await
    });
    let changed: Result<(), naru_storage::StorageError> = changed.await;
    changed.unwrap();
    let refused = pdf(&house.office, &house.inspector, id, Language::Ko).await;
    assert!(matches!(refused, Err(ReportError::NotAsSigned)));
}
