//! An inspection in the middle of its work, made through the services, and its bundle of OSCAL documents as files.

use std::path::{Path, PathBuf};

use naru_admission::answer::{self, Answer};
use naru_admission::inspection::{Judgement, judge};
use naru_admission::{Office, Staff, finding, oscal};
use naru_core::{
    Action, Actor, InspectionId, InspectionKind, InspectionMachine, InspectionMethod, InspectionOutcome, Verdict,
};
use naru_storage::{InspectionEventRow, InspectionRow, StorageError};
use serde_json::{Value, json};

use crate::trial::{Folder, Stage};

/// NIST's schemas, where this machine has them beside the project.
const SCHEMAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/oscal");

/// Writes the bundle into a folder; what the judge of OSCAL is told.
pub(crate) async fn written(stage: &Stage, folder: &Folder) -> Value {
    let (fintech, inspector) = (
        stage.staff("sunny-pay", "first").await,
        stage.staff("agency", "inspector").await,
    );
    let office = &stage.parts().office;
    let id = under_way(office, &fintech, &inspector).await;
    judged(office, (&fintech, &inspector), id).await;
    let files = oscal::export_all(office, id).await.expect("it can be given out");
    let again = oscal::export_all(office, id).await.expect("it can be given out again");
    assert_eq!(files, again, "the same state gives the same bytes");
    let faults = oscal::check(files.clone()).expect("it can be read");
    assert!(faults.is_empty(), "{faults:?}");
    std::fs::create_dir_all(folder.path()).expect("the folder is ours");
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("the folder is ours");
    }
    let schemas = Path::new(SCHEMAS).is_dir().then(|| PathBuf::from(SCHEMAS));
    json!({ "folder": folder.path(), "schemas": schemas })
}

/// An organisation inspection whose documents are being looked at.
async fn under_way(office: &Office, fintech: &Staff, inspector: &Staff) -> InspectionId {
    let now = office.hub.now();
    let row = &InspectionRow {
        id: InspectionId::new(now, office.hub.storage().chance()),
        organisation_id: fintech.organisation.id,
        agency_id: Some(inspector.organisation.id),
        machine: InspectionMachine::Organisation,
        kind: InspectionKind::Organisation,
        platform: String::new(),
        service: String::new(),
        catalogue: "fsi-user-org".to_owned(),
        state: "DOC_INSPECTION".to_owned(),
        state_since: now,
        round: 1,
        outcome: InspectionOutcome::Pending,
        valid_until: None,
        ended_at: None,
        created_at: now,
        version: 1,
    };
    let states = [
        "CONSULTING",
        "PRE_REVIEW",
        "READY_TO_APPLY",
        "APPLIED",
        "CONTRACTED",
        "DOC_INSPECTION",
    ];
    let put = office
        .hub
        .storage()
        .run("inspection_put", &Actor::Hub("judged"), async |tx| {
            tx.inspection_insert(row).await?;
            for (sequence, pair) in (1..).zip(states.windows(2)) {
                let event = InspectionEventRow {
                    inspection_id: row.id,
                    sequence,
                    at: now,
                    actor: inspector.actor().to_string(),
                    event: "start".to_owned(),
                    from_state: pair[0].to_owned(),
                    to_state: pair[1].to_owned(),
                    note: String::new(),
                    revisions: Vec::new(),
                    round: 1,
                    proposal_id: None,
                };
                tx.inspection_event_insert(&event).await?;
            }
            tx.trail(Action::InspectionOpened, row.id, json!({})).await
        });
    let put: Result<(), StorageError> = put.await;
    put.expect("the inspection is stored");
    row.id
}

/// One item fulfilled, one not, with an answer and a finding.
async fn judged(office: &Office, (fintech, inspector): (&Staff, &Staff), id: InspectionId) {
    let answer = Answer {
        control_id: "fsi-m-01-1".to_owned(),
        body: "정보보호최고책임자를 지정하고 분기마다 스스로 점검합니다.".to_owned(),
        revisions: Vec::new(),
        version_seen: 0,
    };
    answer::put(office, fintech, &answer).await.expect("it is answered");
    let verdicts = [
        ("fsi-m-01-1", Verdict::Satisfied, ""),
        (
            "fsi-t-05-4",
            Verdict::NotSatisfied,
            "대외 구간 한 곳에서 TLS 1.0을 받아들입니다.",
        ),
        ("fsi-p-01-1", Verdict::Partially, "출입 기록이 두 달치만 남아 있습니다."),
    ];
    for (control_id, verdict, note) in verdicts {
        let judgement = Judgement {
            control_id,
            verdict,
            method: InspectionMethod::Examine,
            note,
            version_seen: 0,
        };
        judge(office, inspector, id, &judgement)
            .await
            .expect("a verdict is given");
    }
    finding::write(office, inspector, (id, "fsi-t-05-4"), "TLS 1.0을 끄고 결과를 내십시오.")
        .await
        .expect("a finding is written");
}
