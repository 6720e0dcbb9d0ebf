//! Ways through an inspection that several tests take.

use naru_admission::answer::{self, Answer};
use naru_admission::inspection::Opening;
use naru_core::{DocumentKind, InspectionId};
use naru_storage::FindingRow;

use crate::house::House;

/// The item that is not fulfilled at first.
pub(crate) const ITEM: &str = "fsi-t-05-4";

/// An inspection of the organisation whose first round has begun, with one answer and its evidence.
pub(crate) async fn begun(house: &House) -> InspectionId {
    let agency = house.inspector.organisation.id;
    let id = house.open(&Opening::Organisation { agency }).await.id;
    let evidence = house.upload(DocumentKind::Evidence).await.id;
    let answer = Answer {
        control_id: ITEM.to_owned(),
        body: "TLS 1.2 이상만 받습니다.\r\n설정은 문서에 있습니다.".to_owned(),
        revisions: vec![evidence],
        version_seen: 0,
    };
    answer::put(&house.office, &house.fintech, &answer).await.unwrap();
    house.contracted(id, &[DocumentKind::Application]).await;
    house.steps(id, &[(&house.inspector, "start")]).await;
    id
}

/// From the first round to the final report, with one round of remediation.
pub(crate) async fn finished(house: &House) -> (InspectionId, FindingRow) {
    let (org, agency) = (&house.fintech, &house.inspector);
    let id = begun(house).await;
    house.pass_days(3);
    let finding = house.judge_all(agency, id, Some(ITEM)).await.unwrap();
    house.signed(id, "send-result").await;
    house.steps(id, &[(agency, "findings-exist")]).await;
    house.pass_days(5);
    house.remedy(&finding).await;
    house.steps(id, &[(org, "submit-remedied-documents")]).await;
    house.close(&finding).await;
    house.judge(agency, id, (ITEM, naru_core::Verdict::Satisfied)).await;
    house.steps(id, &[(agency, "accept-remedy"), (agency, "visit")]).await;
    house.judge_all(agency, id, None).await;
    house.signed(id, "send-result").await;
    house.steps(id, &[(agency, "no-findings")]).await;
    house.signed(id, "send-final-report").await;
    (id, finding)
}
