//! The console of an agency through the real router: what it may see, what two people sign, and what is refused.

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

#[path = "../people/bed.rs"]
#[expect(dead_code, reason = "the bed of the people has more than an agency needs")]
mod bed;
mod desk;
mod ended;
mod handed_in;
mod import;
mod members;
mod own;

use naru_core::{InspectionId, OrganisationKind, Role, Verdict};

use bed::{Bed, Browser};
use desk::{Seated, enter, inspection, judged, seated};

const ITEM: &str = "fsi-m-01-1";

struct Agency {
    bed: Bed,
    inspector: Seated,
    approver: Seated,
    id: InspectionId,
}

/// An agency with an inspector and an approver, and an inspection of a fintech in a state.
async fn agency(state: &str) -> Agency {
    let bed = Bed::new().await;
    let fintech = seated(
        &bed,
        ("moafin", OrganisationKind::Fintech),
        None,
        &[Role::SecurityOfficer],
    )
    .await;
    let inspector = seated(&bed, ("agency", OrganisationKind::Agency), None, &[Role::Inspector]).await;
    let both = [Role::Inspector, Role::Approver];
    let approver = seated(&bed, ("agency", OrganisationKind::Agency), Some(&inspector), &both).await;
    let id = inspection(&bed, (&fintech, &inspector), state).await;
    Agency {
        bed,
        inspector,
        approver,
        id,
    }
}

/// The inspector proposes the final report; the path of the page on which it is signed.
async fn proposed(browser: &mut Browser<'_>, id: InspectionId) -> String {
    let path = format!("/inspector/inspections/{id}");
    let page = browser.get(&path).await;
    let pairs = [
        ("csrf", page.csrf()),
        ("event", "send-final-report".to_owned()),
        ("version", "1".to_owned()),
    ];
    let mut pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    pairs.push(("note", "done"));
    let answer = browser.post(&page.action("/steps"), &pairs).await;
    assert!(
        answer.header("location").contains("done=proposed"),
        "{} {}",
        answer.status,
        answer.text
    );
    let page = browser.get(&path).await;
    let found = page
        .text
        .split("href=\"")
        .find(|rest| rest.contains("/sign/prp_") || rest.contains("/sign/"));
    found
        .expect("it waits for a signature")
        .split(['"', '?'])
        .next()
        .unwrap()
        .to_owned()
}

fn digest(text: &str) -> String {
    let rest = text.split("name=\"sha256\" value=\"").nth(1).expect("a digest to sign");
    rest.chars().take(64).collect()
}

#[tokio::test]
async fn two_people_sign_exactly_what_was_shown_and_the_report_is_there() {
    let house = agency("WRITE_UP").await;
    judged(&house.bed, (house.id, ITEM), &house.inspector, Verdict::Satisfied).await;
    let mut author = enter(&house.bed, &house.inspector).await;
    let early = author.get(&format!("/inspector/inspections/{}/report", house.id)).await;
    assert_eq!(early.status, 404, "no report before the result");
    let path = proposed(&mut author, house.id).await;
    let own = author.get(&path).await;
    assert!(
        own.text.contains("직접 요청한 것이므로") && !own.text.contains("approve?"),
        "{}",
        own.text
    );
    let mut approver = enter(&house.bed, &house.approver).await;
    let page = approver.get(&path).await;
    let (token, seen) = (page.csrf(), digest(&page.text));
    assert!(
        page.text.contains("send-final-report") && page.text.contains(&seen),
        "the exact text is there"
    );
    let forged = author
        .post(
            &format!("{path}/approve"),
            &[("csrf", own.csrf().as_str()), ("sha256", &seen)],
        )
        .await;
    assert_eq!(forged.status, 403, "who proposed does not sign: {}", forged.text);
    let signed = approver
        .post(&page.action("/approve"), &[("csrf", &token), ("sha256", &seen)])
        .await;
    assert!(
        signed.header("location").contains("done=approved"),
        "{} {}",
        signed.status,
        signed.text
    );
    let report = approver
        .get(&format!("/inspector/inspections/{}/report", house.id))
        .await;
    assert!(
        report.status == 200 && report.text.contains("결과보고서") && report.text.contains(&seen),
        "{}",
        report.text
    );
    let pdf = approver
        .get(&format!("/inspector/inspections/{}/report.pdf", house.id))
        .await;
    assert!(pdf.header("content-type") == "application/pdf" && pdf.text.starts_with("%PDF-1.7"));
    assert!(pdf.header("content-disposition").starts_with("attachment"));
    let bundle = approver
        .get(&format!("/inspector/inspections/{}/oscal", house.id))
        .await;
    assert!(bundle.text.contains("assessment-results.json"), "{}", bundle.text);
    let file = approver
        .get(&format!(
            "/inspector/inspections/{}/oscal/assessment-results.json",
            house.id
        ))
        .await;
    assert!(file.text.starts_with("{\n  \"assessment-results\""), "{}", file.text);
    let none = approver
        .get(&format!("/inspector/inspections/{}/oscal/nothing.json", house.id))
        .await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn what_changed_after_it_was_shown_is_not_signed() {
    let house = agency("WRITE_UP").await;
    judged(&house.bed, (house.id, ITEM), &house.inspector, Verdict::Satisfied).await;
    let mut author = enter(&house.bed, &house.inspector).await;
    let path = proposed(&mut author, house.id).await;
    let mut approver = enter(&house.bed, &house.approver).await;
    let page = approver.get(&path).await;
    let other = "00".repeat(32);
    let wrong = approver
        .post(&page.action("/approve"), &[("csrf", &page.csrf()), ("sha256", &other)])
        .await;
    assert_eq!(wrong.status, 409, "another digest than the one that was shown");
    judged(
        &house.bed,
        (house.id, "fsi-m-01-2"),
        &house.inspector,
        Verdict::NotSatisfied,
    )
    .await;
    let seen = digest(&page.text);
    let void = approver
        .post(&page.action("/approve"), &[("csrf", &page.csrf()), ("sha256", &seen)])
        .await;
    assert!(
        void.status == 409 && void.text.contains("무효가 되었습니다"),
        "{} {}",
        void.status,
        void.text
    );
    assert_eq!(approver.get(&path).await.status, 404, "the proposal is void");
}

#[tokio::test]
async fn another_agencys_inspection_is_not_there() {
    let house = agency("DOC_INSPECTION").await;
    let rival = seated(
        &house.bed,
        ("rival", OrganisationKind::Agency),
        None,
        &[Role::Inspector],
    )
    .await;
    let mut browser = enter(&house.bed, &rival).await;
    let queue = browser.get("/inspector").await;
    assert!(
        queue.status == 200 && queue.text.contains("진행 중인 점검이 없습니다"),
        "{}",
        queue.text
    );
    for below in [
        "",
        "/items",
        "/items/fsi-m-01-1",
        "/report",
        "/report.pdf",
        "/oscal",
        "/oscal/ssp.json",
    ] {
        let answer = browser
            .get(&format!("/inspector/inspections/{}{below}", house.id))
            .await;
        assert_eq!(answer.status, 404, "{below}");
    }
    let fintech = seated(
        &house.bed,
        ("blue", OrganisationKind::Fintech),
        None,
        &[Role::Administrator],
    )
    .await;
    assert_eq!(
        enter(&house.bed, &fintech).await.get("/inspector").await.status,
        404,
        "of an agency alone"
    );
}

#[tokio::test]
async fn an_item_is_judged_beside_its_answer_and_two_do_not_overwrite_each_other() {
    let house = agency("DOC_INSPECTION").await;
    let mut one = enter(&house.bed, &house.inspector).await;
    let mut other = enter(&house.bed, &house.approver).await;
    let path = format!("/inspector/inspections/{}/items/{ITEM}", house.id);
    let page = one.get(&path).await;
    assert!(
        page.text.contains("아직 답변이 없습니다") && page.text.contains("rel=\"next\""),
        "{}",
        page.text
    );
    let verdict = |token: &str, word: &str| {
        let all = [
            ("csrf", token),
            ("version", "0"),
            ("verdict", word),
            ("method", "TEST"),
            ("note", "seen"),
        ];
        all.map(|(name, value)| (name, value.to_owned()))
    };
    let pairs = |all: &[(&'static str, String); 5]| all.clone();
    let first = pairs(&verdict(&page.csrf(), "partially"));
    let first: Vec<(&str, &str)> = first.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let kept = one.post(&page.action(ITEM), &first).await;
    assert!(
        kept.header("location").contains("done=judged"),
        "{} {}",
        kept.status,
        kept.text
    );
    let stale = other.get(&path).await.csrf();
    let second = pairs(&verdict(&stale, "satisfied"));
    let second: Vec<(&str, &str)> = second.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let conflict = other.post(&format!("{path}?lang=ko"), &second).await;
    assert_eq!(conflict.status, 409);
    assert!(
        conflict.text.contains("다른 사람이 먼저 남긴 판정이 있습니다"),
        "{}",
        conflict.text
    );
    let reader = seated(
        &house.bed,
        ("agency", OrganisationKind::Agency),
        Some(&house.inspector),
        &[Role::Reader],
    )
    .await;
    let mut looking = enter(&house.bed, &reader).await;
    let seen = looking.get(&path).await;
    assert!(!seen.text.contains("name=\"verdict\""), "a reader looks");
    let token = seen.csrf();
    let third = pairs(&verdict(&token, "satisfied"));
    let third: Vec<(&str, &str)> = third.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(looking.post(&format!("{path}?lang=ko"), &third).await.status, 403);
}
