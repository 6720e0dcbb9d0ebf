//! What an agency is handed: documents where they are looked at and signed, what waits for whose signature, and what no
//! agency has taken yet.

use naru_core::{InspectionMachine, OrganisationKind, Role, Verdict};

use crate::bed::{Answer, Bed, Browser};
use crate::desk::{enter, inspection, judged, seated, stored};
use crate::{ITEM, agency, proposed};

fn bytes(kind: &str) -> String {
    format!("%PDF-1.7 {kind}")
}

/// Hands a document of a kind in; the revision.
async fn uploaded(browser: &mut Browser<'_>, (kind, name): (&str, &str)) -> String {
    let token = browser.get("/fintech/documents").await.csrf();
    let words = [
        ("csrf", token.as_str()),
        ("kind", kind),
        ("title", name),
        ("expires_on", "2027-12-31"),
    ];
    let taken = browser.upload("/fintech/documents", &words, (name, &bytes(kind))).await;
    assert_eq!(taken.status, 303, "{}", taken.text);
    let list = browser.get("/fintech/documents").await;
    let links = list.text.split("/fintech/documents/revisions/").skip(1);
    let mut revisions = links.map(|rest| rest.split(['?', '"']).next().unwrap().to_owned());
    let mut found = None;
    for revision in revisions.by_ref() {
        let file = browser.get(&format!("/fintech/documents/revisions/{revision}")).await;
        if file.text == bytes(kind) {
            found = Some(revision);
        }
    }
    found.expect("it is listed")
}

async fn post(browser: &mut Browser<'_>, (page, path): (&str, &str), pairs: &[(&str, &str)]) -> Answer {
    let token = browser.get(page).await.csrf();
    let mut all = vec![("csrf", token.as_str())];
    all.extend(pairs);
    browser.post(path, &all).await
}

#[tokio::test]
async fn what_was_handed_in_is_opened_where_it_is_looked_at_and_signed() {
    let bed = Bed::new().await;
    let fintech = seated(
        &bed,
        ("moafin", OrganisationKind::Fintech),
        None,
        &[Role::SecurityOfficer],
    )
    .await;
    let inspector = seated(&bed, ("agency", OrganisationKind::Agency), None, &[Role::Inspector]).await;
    let id = inspection(&bed, (&fintech, &inspector), "READY_TO_APPLY").await;
    let mut officer = enter(&bed, &fintech).await;
    let application = uploaded(&mut officer, ("application", "form.pdf")).await;
    let contract = uploaded(&mut officer, ("contract", "contract.pdf")).await;
    let own = format!("/fintech/inspections/{id}");
    let applied = post(
        &mut officer,
        (&own, &format!("{own}/steps")),
        &[
            ("event", "submit-application-and-reviewed-documents"),
            ("version", "1"),
            ("revisions", &application),
        ],
    )
    .await;
    assert_eq!(applied.status, 303, "{}", applied.text);
    let signed = post(
        &mut officer,
        (&own, &format!("{own}/contract")),
        &[("revisions", &contract)],
    )
    .await;
    assert_eq!(signed.status, 303, "{}", signed.text);

    let mut browser = enter(&bed, &inspector).await;
    let page = browser.get(&format!("/inspector/inspections/{id}")).await;
    let link = |revision: &str| format!("href=\"/inspector/documents/{revision}\"");
    assert_eq!(page.text.matches(&link(&application)).count(), 1, "{}", page.text);
    assert_eq!(
        page.text.matches(&link(&contract)).count(),
        2,
        "where the contract is signed, and where it was: {}",
        page.text
    );
    let digest = naru_crypto::hex(&naru_crypto::sha256(bytes("contract").as_bytes()));
    assert!(
        page.text.contains("contract.pdf") && page.text.contains(&digest),
        "{}",
        page.text
    );
    for (revision, text) in [(&application, "application"), (&contract, "contract")] {
        let file = browser.get(&format!("/inspector/documents/{revision}")).await;
        assert_eq!((file.status.as_u16(), file.text), (200, bytes(text)));
    }
    let rival = seated(&bed, ("rival", OrganisationKind::Agency), None, &[Role::Inspector]).await;
    let mut rival = enter(&bed, &rival).await;
    let foreign = rival.get(&format!("/inspector/documents/{contract}")).await;
    assert_eq!(foreign.status, 404, "of another agency's organisation");
}

#[tokio::test]
async fn the_queue_marks_what_waits_for_the_readers_own_signature() {
    let house = agency("WRITE_UP").await;
    judged(&house.bed, (house.id, ITEM), &house.inspector, Verdict::Satisfied).await;
    let mut author = enter(&house.bed, &house.inspector).await;
    let sign = proposed(&mut author, house.id).await;
    let own = author.get("/inspector").await;
    assert!(
        own.text.contains("서명 대기") && !own.text.contains("내 서명"),
        "who proposed waits for another: {}",
        own.text
    );
    let mut approver = enter(&house.bed, &house.approver).await;
    let queue = approver.get("/inspector").await;
    assert!(
        queue.text.contains("내 서명 대기") && queue.text.contains("1건.") && queue.text.contains(&sign),
        "{}",
        queue.text
    );
    // Who judged an item of it does not sign it, whoever proposed.
    judged(
        &house.bed,
        (house.id, "fsi-m-01-2"),
        &house.approver,
        Verdict::Satisfied,
    )
    .await;
    let queue = approver.get("/inspector").await;
    assert!(
        queue.text.contains("서명 대기") && !queue.text.contains("내 서명"),
        "{}",
        queue.text
    );
}

#[tokio::test]
async fn what_no_agency_has_taken_is_listed_by_name_alone_until_one_takes_it() {
    let bed = Bed::new().await;
    let fintech = seated(
        &bed,
        ("moafin", OrganisationKind::Fintech),
        None,
        &[Role::SecurityOfficer],
    )
    .await;
    let one = seated(&bed, ("agency", OrganisationKind::Agency), None, &[Role::Inspector]).await;
    let other = seated(&bed, ("rival", OrganisationKind::Agency), None, &[Role::Inspector]).await;
    let machine = InspectionMachine::OwnInspection;
    let id = stored(&bed, (&fintech, None), (machine, "CONFIRMATION_DUE")).await;
    let (mut one, mut other) = (enter(&bed, &one).await, enter(&bed, &other).await);
    let path = format!("/inspector/inspections/{id}");
    for browser in [&mut one, &mut other] {
        let queue = browser.get("/inspector").await;
        assert!(
            queue.text.contains("기관 moafin") && queue.text.contains(&format!("{path}/take")),
            "{}",
            queue.text
        );
        for below in ["", "/items", &format!("/items/{ITEM}")] {
            let answer = browser.get(&format!("{path}{below}")).await;
            assert_eq!(answer.status, 404, "not before it is taken: {below}");
        }
    }
    let stale = other.get("/inspector").await.csrf();
    let taken = post(&mut one, ("/inspector", &format!("{path}/take")), &[("version", "1")]).await;
    assert!(taken.header("location").contains("done=taken"), "{}", taken.text);
    let page = one.get(&path).await;
    assert!(page.status == 200 && page.text.contains("확인 점검"), "{}", page.text);
    let late = other
        .post(&format!("{path}/take"), &[("csrf", &stale), ("version", "1")])
        .await;
    assert_eq!(late.status, 404, "another was quicker: {}", late.text);
    let queue = other.get("/inspector").await;
    assert!(!queue.text.contains(&path), "{}", queue.text);
}

#[tokio::test]
async fn a_policy_is_confirmed_beside_its_document() {
    let bed = Bed::new().await;
    let roles = [Role::SecurityOfficer];
    let fintech = seated(&bed, ("moafin", OrganisationKind::Fintech), None, &roles).await;
    let desk = seated(&bed, ("operator", OrganisationKind::Operator), None, &[Role::Desk]).await;
    let mut officer = enter(&bed, &fintech).await;
    let revision = uploaded(&mut officer, ("insurance_policy", "policy.pdf")).await;
    let recorded = post(
        &mut officer,
        ("/fintech/insurance", "/fintech/insurance"),
        &[
            ("insurer", "Naru"),
            ("number", "2026-1"),
            ("cover_won", "1000000"),
            ("from_day", "2026-01-01"),
            ("to_day", "2027-12-31"),
            ("revision", &revision),
        ],
    )
    .await;
    assert_eq!(recorded.status, 303, "{}", recorded.text);
    let mut desk = enter(&bed, &desk).await;
    let document = format!("/operator/documents/{revision}");
    for page in ["/operator/policies", "/operator/organisations/moafin"] {
        let answer = desk.get(page).await;
        assert!(
            answer.text.contains(&format!("href=\"{document}\"")),
            "{page}: {}",
            answer.text
        );
        assert!(!answer.text.contains("state=APPLIED"), "in words: {}", answer.text);
    }
    let file = desk.get(&document).await;
    assert_eq!(
        (file.status.as_u16(), file.text),
        (200, bytes("insurance_policy")),
        "what is confirmed can be read"
    );
}
