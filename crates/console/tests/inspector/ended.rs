//! What has ended and what is open on it, a finding that was a mistake, the catalogues, and what a refusal says.

use naru_admission::{AdmissionSettings, finding};
use naru_core::{Actor, OrganisationKind, Role, Verdict};
use naru_storage::StorageError;

use crate::bed::Browser;
use crate::desk::{enter, judged, seated};
use crate::{Agency, ITEM, agency, digest, proposed};

/// Brings an inspection to its report.
async fn reported(house: &Agency) {
    judged(&house.bed, (house.id, ITEM), &house.inspector, Verdict::Satisfied).await;
    let mut author = enter(&house.bed, &house.inspector).await;
    let path = proposed(&mut author, house.id).await;
    let mut approver = enter(&house.bed, &house.approver).await;
    let page = approver.get(&path).await;
    let (token, seen) = (page.csrf(), digest(&page.text));
    let signed = approver
        .post(&page.action("/approve"), &[("csrf", &token), ("sha256", &seen)])
        .await;
    assert!(signed.header("location").contains("done=approved"), "{}", signed.text);
}

/// A signal reopens the item; the finding.
async fn reopened(house: &Agency) -> String {
    let storage = house.bed.hub.storage();
    let organisation = storage.read("test_whose", async |tx| {
        let found = tx.inspection_find(house.id).await?;
        Ok(found.expect("it is there").organisation_id)
    });
    let organisation = organisation
        .await
        .unwrap_or_else(|error: StorageError| panic!("{error}"));
    let settings = AdmissionSettings::default();
    let findings = storage.run("test_reopen", &Actor::Hub("tests"), async |tx| {
        let why = ([ITEM].as_slice(), "sig-tls-config: fail");
        finding::reopen_item(&tx, &settings, organisation, why).await
    });
    let findings = findings.await.unwrap_or_else(|error| panic!("{error}"));
    findings[0].id.to_string()
}

#[tokio::test]
async fn what_has_ended_is_kept_with_its_papers_and_what_a_signal_reopened_stands_in_the_queue() {
    let house = agency("WRITE_UP").await;
    let mut approver = enter(&house.bed, &house.approver).await;
    let before = approver.get("/inspector/archive").await;
    assert!(before.text.contains("끝난 점검이 없습니다"), "{}", before.text);
    reported(&house).await;
    let path = format!("/inspector/inspections/{}", house.id);
    let archive = approver.get("/inspector/archive").await;
    for part in [
        "기관 moafin",
        &format!("{path}/report?"),
        &format!("{path}/oscal?"),
        "결과 보고",
    ] {
        assert!(archive.text.contains(part), "{part}: {}", archive.text);
    }
    let queue = approver.get("/inspector").await;
    assert!(!queue.text.contains(&path), "nothing of it is left: {}", queue.text);
    let finding = reopened(&house).await;
    for page in ["/inspector", "/inspector/archive"] {
        let answer = approver.get(page).await;
        assert!(
            answer.text.contains("끝난 점검에 남은 지적사항")
                && answer.text.contains(&format!("/inspector/findings/{finding}")),
            "{page}: {}",
            answer.text
        );
    }
    let rival = seated(
        &house.bed,
        ("rival", OrganisationKind::Agency),
        None,
        &[Role::Inspector],
    )
    .await;
    let mut rival = enter(&house.bed, &rival).await;
    for page in ["/inspector", "/inspector/archive"] {
        let answer = rival.get(page).await;
        assert!(
            answer.status == 200 && !answer.text.contains(&finding) && !answer.text.contains(&path),
            "{page}: {}",
            answer.text
        );
    }
    let watcher = [Role::Reader];
    let watcher = seated(&house.bed, ("supervisor", OrganisationKind::Supervisor), None, &watcher).await;
    let mut watcher = enter(&house.bed, &watcher).await;
    let archive = watcher.get("/supervisor/archive").await;
    assert!(
        archive
            .text
            .contains(&format!("/supervisor/inspections/{}/report", house.id)),
        "{}",
        archive.text
    );
    let report = watcher
        .get(&format!("/supervisor/inspections/{}/report", house.id))
        .await;
    assert_eq!(report.status, 200, "{}", report.text);
}

/// Writes a finding on the item; the path of its page.
async fn written(browser: &mut Browser<'_>, house: &Agency) -> String {
    let item = format!("/inspector/inspections/{}/items/{ITEM}", house.id);
    let token = browser.get(&item).await.csrf();
    let pairs = [("csrf", token.as_str()), ("statement", "by+mistake")];
    let answer = browser.post(&format!("{item}/findings"), &pairs).await;
    assert!(answer.header("location").contains("done=written"), "{}", answer.text);
    let page = browser.get(&item).await;
    let link = page.text.split("/inspector/findings/").nth(1).expect("it is listed");
    format!("/inspector/findings/{}", link.split(['?', '"']).next().unwrap())
}

#[tokio::test]
async fn a_finding_that_was_a_mistake_is_removed_while_nobody_was_told_of_it() {
    let house = agency("DOC_INSPECTION").await;
    let mut browser = enter(&house.bed, &house.inspector).await;
    let finding = written(&mut browser, &house).await;
    let page = browser.get(&finding).await;
    let (action, token) = (page.action("/strike"), page.csrf());
    let stale = browser.post(&action, &[("csrf", &token), ("version", "7")]).await;
    assert_eq!(stale.status, 409, "{}", stale.text);
    let struck = browser.post(&action, &[("csrf", &token), ("version", "1")]).await;
    assert!(struck.header("location").contains("done=struck"), "{}", struck.text);
    assert_eq!(browser.get(&finding).await.status, 404);
    let after = browser.get(&format!("/inspector/inspections/{}", house.id)).await;
    assert!(!after.text.contains("by mistake"), "{}", after.text);
}

#[tokio::test]
async fn a_refusal_says_what_stands_in_the_way() {
    let house = agency("DOC_INSPECTION").await;
    let mut browser = enter(&house.bed, &house.inspector).await;
    let path = format!("/inspector/inspections/{}", house.id);
    let page = browser.get(&path).await;
    let (action, token) = (page.action("/steps"), page.csrf());
    let mut step = async |event: &str, note: &str| {
        let pairs = [
            ("csrf", token.as_str()),
            ("event", event),
            ("version", "1"),
            ("note", note),
        ];
        browser.post(&action, &pairs).await
    };
    let unjudged = step("send-result", "done").await;
    assert_eq!(unjudged.status, 422);
    assert!(
        unjudged.text.contains("판정이 없는 항목이 있습니다") && unjudged.text.contains(ITEM),
        "{}",
        unjudged.text
    );
    let silent = step("send-result", "").await;
    assert!(silent.text.contains("의견을 1자에서"), "{}", silent.text);
    let elsewhere = step("visit", "now").await;
    assert!(
        elsewhere.status == 409 && elsewhere.text.contains("지금 단계에서는 할 수 없습니다"),
        "{}",
        elsewhere.text
    );
}

#[tokio::test]
async fn the_catalogues_say_what_else_an_answer_serves_to_agency_operator_and_supervisor() {
    let house = agency("DOC_INSPECTION").await;
    let mut browser = enter(&house.bed, &house.inspector).await;
    let list = browser.get("/inspector/catalogues").await;
    for id in [
        "fsi-user-org",
        "fsi-web",
        "fsi-mobile",
        "x1149-user-org",
        "x1149-operator",
    ] {
        assert!(
            list.text.contains(&format!("/inspector/catalogues/{id}")),
            "{id}: {}",
            list.text
        );
        let one = browser.get(&format!("/inspector/catalogues/{id}")).await;
        assert_eq!(one.status, 200, "{id}");
    }
    let one = browser.get("/inspector/catalogues/x1149-user-org").await;
    assert!(
        one.text.contains("이 답변으로 함께 충족되는 항목") && one.text.contains("/inspector/catalogues/fsi-user-org"),
        "{}",
        one.text
    );
    assert_eq!(browser.get("/inspector/catalogues/nothing").await.status, 404);
    assert_eq!(
        browser.get("/operator/catalogues").await.status,
        404,
        "of another console"
    );
    for (code, kind) in [
        ("operator", OrganisationKind::Operator),
        ("supervisor", OrganisationKind::Supervisor),
    ] {
        let member = seated(&house.bed, (code, kind), None, &[Role::Reader]).await;
        let mut member = enter(&house.bed, &member).await;
        let one = member.get(&format!("/{code}/catalogues/x1149-operator")).await;
        assert!(
            one.status == 200 && one.text.contains("운영기관") || one.text.contains("X.1149"),
            "{code}"
        );
    }
}
