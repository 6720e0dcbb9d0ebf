//! An agency finds its second member on the page, and the two sign a result.

use naru_core::{OrganisationKind, Role, Verdict};

use super::{ITEM, digest, proposed};
use crate::bed::Bed;
use crate::desk::{enter, inspection, judged, seated};

#[tokio::test]
async fn an_inspector_alone_finds_an_approver_on_the_page_and_the_result_is_signed_by_both() {
    let bed = Bed::new().await;
    let fintech = seated(
        &bed,
        ("moafin", OrganisationKind::Fintech),
        None,
        &[Role::SecurityOfficer],
    )
    .await;
    let first = [Role::Administrator, Role::Inspector];
    let first = seated(&bed, ("agency", OrganisationKind::Agency), None, &first).await;
    let id = inspection(&bed, (&fintech, &first), "WRITE_UP").await;
    judged(&bed, (id, ITEM), &first, Verdict::Satisfied).await;
    let mut inspector = enter(&bed, &first).await;
    let console = inspector.get("/inspector").await;
    assert!(
        console.text.contains("href=\"/staff/members?lang=ko\""),
        "{}",
        console.text
    );
    let mut approver = bed
        .joined(&mut inspector, ("agency", "lee@example.com"), &["approver"], [9; 32])
        .await;
    let path = proposed(&mut inspector, id).await;
    let page = approver.get(&path).await;
    let signed = approver
        .post(
            &page.action("/approve"),
            &[("csrf", &page.csrf()), ("sha256", &digest(&page.text))],
        )
        .await;
    assert!(
        signed.header("location").contains("done=approved"),
        "{} {}",
        signed.status,
        signed.text
    );
    let report = approver.get(&format!("/inspector/inspections/{id}/report")).await;
    assert_eq!(report.status, 200, "{}", report.text);
}
