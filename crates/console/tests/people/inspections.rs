//! What a fintech sees of its inspections: a report only where there is one, and findings that the hub reopened.

use naru_core::{
    Action, Actor, FindingId, InspectionId, InspectionKind, InspectionMachine, InspectionOutcome, Role, Timestamp,
};
use naru_storage::{FindingRow, InspectionRow, StorageError};

use crate::bed::Bed;
use crate::fintech::{fintech, signed_in};

const ACTOR: Actor = Actor::Hub("tests");

#[tokio::test]
async fn a_report_is_offered_where_there_is_one_and_a_reopened_finding_says_what_to_do() {
    let bed = Bed::new().await;
    let member = fintech(&bed, ("moafin", 1), &[Role::SecurityOfficer]).await;
    let (now, chance) = (bed.hub.now(), bed.hub.storage().chance());
    let row = |state: &str, ended_at: Option<Timestamp>| InspectionRow {
        id: InspectionId::new(now, chance),
        organisation_id: member.organisation_id,
        agency_id: None,
        machine: InspectionMachine::OwnInspection,
        kind: InspectionKind::Organisation,
        platform: String::new(),
        service: String::new(),
        catalogue: "fsi-user-org".to_owned(),
        state: state.to_owned(),
        state_since: now,
        round: 1,
        outcome: InspectionOutcome::Passed,
        valid_until: None,
        ended_at,
        created_at: now,
        version: 1,
    };
    let waits = &row("CONFIRMATION_DUE", None);
    let ended = &row("ACCEPTED", Some(now));
    let finding = &FindingRow {
        id: FindingId::new(now, chance),
        inspection_id: ended.id,
        organisation_id: member.organisation_id,
        control_id: "fsi-m-01-1".to_owned(),
        round: 1,
        state: "OPEN".to_owned(),
        statement: "signal".to_owned(),
        due_on: None,
        written_by: "hub:signals".to_owned(),
        created_at: now,
        changed_at: now,
        version: 1,
    };
    let put = bed.hub.storage().run("test_inspection", &ACTOR, async |tx| {
        tx.inspection_insert(waits).await?;
        tx.inspection_insert(ended).await?;
        tx.finding_insert(finding).await?;
        tx.trail(Action::InspectionOpened, ended.id, ()).await
    });
    put.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
    let mut browser = signed_in(&bed, 1).await;
    for (inspection, has_report) in [(waits, false), (ended, true)] {
        let path = format!("/fintech/inspections/{}", inspection.id);
        let page = browser.get(&path).await;
        assert_eq!(
            page.text.contains(&format!("{path}/report?")),
            has_report,
            "{}: {}",
            inspection.state,
            page.text
        );
        assert!(page.text.contains(&format!("{path}/oscal?")), "{}", page.text);
    }
    for path in [
        "/fintech/inspections".to_owned(),
        format!("/fintech/findings/{}", finding.id),
    ] {
        let page = browser.get(&path).await;
        assert!(
            page.text.contains("허브가 살핀 신호가 실패했거나"),
            "{path}: {}",
            page.text
        );
    }
}
