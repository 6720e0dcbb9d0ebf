//! Extensions: instead of a restriction while the agency is late, for a confirmation too, and for another special
//! circumstance; and how much a fintech may say of itself.

use naru_admission::Staff;
use naru_admission::gate::jobs::round;
use naru_admission::organisation::{OrganisationError, Wanted, approve, fact, propose};
use naru_core::{
    Action, AdmissionEvent, AdmissionState, Day, DocumentId, DocumentKind, FactKind, FileKind, InspectionMachine,
    InspectionOutcome, Proposal, ProposalKind, RevisionId,
};
use naru_storage::{RevisionRow, StorageError};

use crate::house::{ACTOR, House};
use crate::moves::{decide, insured_from, live, moved, proposal, wanted};

async fn open_proposals(house: &House) -> Vec<Proposal> {
    let kind = Some(ProposalKind::Admission);
    let storage = house.office.hub.storage();
    let open = storage.read("proposals", async |tx| tx.proposal_list_open(kind, None).await);
    let open: Result<Vec<Proposal>, StorageError> = open.await;
    open.unwrap()
}

/// A bank that launched so long ago that its year ends on 1 April 2026, and is let in on 1 February.
async fn overdue_soon() -> House {
    let house = House::new("20260201").await;
    house.fact(FactKind::LegalType, "BANK", "20200101", None).await;
    house.fact(FactKind::Launched, "", "20250401", None).await;
    live(&house).await;
    house
}

#[tokio::test]
async fn while_the_agency_is_late_the_hub_proposes_an_extension_and_no_restriction() {
    let house = overdue_soon().await;
    house.under_way(&["CONTRACTED", "DOC_INSPECTION"]).await;
    house.pass_days(65);
    round(&house.office).await.unwrap();
    round(&house.office).await.unwrap();
    let open = open_proposals(&house).await;
    let [proposed] = <[_; 1]>::try_from(open).expect("one, however many rounds");
    assert_eq!(
        (proposed.proposed_by, proposed.event.as_str()),
        (None, "extend-deadline-because-agency-late")
    );
    assert!(proposed.state.contains("agency_was_due_by"), "{}", proposed.state);
    let restrict = propose(&house.office, &house.desk[0], &wanted(&house, AdmissionEvent::Restrict)).await;
    let Err(OrganisationError::Refused(why)) = restrict else {
        panic!("{restrict:?}")
    };
    assert!(why.contains("late itself") && why.contains("R-EXTEND"), "{why}");
    decide(&house, &proposed, &[0]).await.unwrap_err();
    decide(&house, &proposed, &[0, 1]).await.unwrap();
    let after = house.organisation().await;
    assert_eq!(
        (after.state, after.duty.status.as_str()),
        (AdmissionState::Live, "DEFERRED")
    );
    assert_eq!(after.duty.due, Day::parse("20260507"), "30 days from 7 April");
}

#[tokio::test]
async fn a_restriction_that_was_proposed_is_not_approved_once_the_agency_is_late() {
    let house = overdue_soon().await;
    house.pass_days(65);
    house.under_way(&["CONTRACTED", "DOC_INSPECTION"]).await;
    house.work_out().await;
    let restrict = wanted(&house, AdmissionEvent::Restrict);
    let id = propose(&house.office, &house.desk[0], &restrict).await.unwrap();
    let proposed = proposal(&house, id).await;
    house.pass_days(29);
    let refused = approve(&house.office, &house.desk[1], (id, proposed.state_sha256)).await;
    let Err(OrganisationError::Refused(why)) = refused else {
        panic!("{refused:?}")
    };
    assert!(why.contains("late itself"), "{why}");
    assert_eq!(proposal(&house, id).await.decision, Some(naru_core::Decision::Void));
    assert_eq!(house.organisation().await.state, AdmissionState::Live);
}

#[tokio::test]
async fn an_agency_that_never_begins_what_was_signed_is_late_too() {
    let house = overdue_soon().await;
    house.under_way(&["APPLIED"]).await;
    house.pass_days(65);
    let extension = Wanted {
        extension_until: Day::parse("20260630"),
        ..wanted(&house, AdmissionEvent::ExtendDeadline)
    };
    let unsigned = propose(&house.office, &house.desk[0], &extension).await;
    assert!(
        matches!(unsigned, Err(OrganisationError::Refused(_))),
        "the organisation has not signed: {unsigned:?}"
    );
    let house = overdue_soon().await;
    house.under_way(&["APPLIED", "APPLIED"]).await;
    house.pass_days(27);
    let early = propose(&house.office, &house.desk[0], &extension_of(&house)).await;
    assert!(matches!(early, Err(OrganisationError::Refused(_))), "{early:?}");
    house.pass_days(2);
    propose(&house.office, &house.desk[0], &extension_of(&house))
        .await
        .unwrap();
}

fn extension_of(house: &House) -> Wanted<'_> {
    Wanted {
        extension_until: Day::parse("20260630"),
        ..wanted(house, AdmissionEvent::ExtendDeadline)
    }
}

#[tokio::test]
async fn a_late_confirmation_moves_its_own_day_with_old_day_new_day_and_proof() {
    let house = House::new("20200301").await;
    house.fact(FactKind::LegalType, "EFIN", "20190903", None).await;
    house.fact(FactKind::Launched, "", "20191218", None).await;
    let (own, passed) = (InspectionMachine::OwnInspection, InspectionOutcome::Passed);
    house
        .under_way_as(own, ("DRAFT", &["SIGNED_OFF", "SUBMITTED", "CONFIRMATION_DUE"]), passed)
        .await;
    insured_from(&house, ("20200101", "20211231")).await;
    moved(&house, AdmissionEvent::ApproveSuitability).await;
    house.function_test_passed().await;
    house.fact(FactKind::Platform, "web", "20200101", None).await;
    house.passed(InspectionMachine::Service, "web", "FINAL_REPORTED").await;
    moved(&house, AdmissionEvent::AllGatesOpen).await;
    assert_eq!(house.organisation().await.duty.status, "CONFIRMATION_DUE");
    let extension = Wanted {
        extension_until: Day::parse("20200930"),
        ..wanted(&house, AdmissionEvent::ExtendDeadline)
    };
    house.pass_days(27);
    let early = propose(&house.office, &house.desk[0], &extension).await;
    assert!(matches!(early, Err(OrganisationError::Refused(_))), "{early:?}");
    house.pass_days(2);
    let id = propose(&house.office, &house.desk[0], &extension).await.unwrap();
    let proposed = proposal(&house, id).await;
    assert!(proposed.state.contains("agency_was_due_by"), "{}", proposed.state);
    decide(&house, &proposed, &[1]).await.unwrap();
    assert_eq!(house.organisation().await.duty.confirmation_due, Day::parse("20200930"));
    let facts = fact::list(&house.office, house.fintech_id()).await.unwrap();
    let fact = facts.iter().find(|fact| fact.kind == FactKind::Extension).unwrap();
    assert_eq!(
        (fact.value.as_str(), fact.valid_to),
        ("20200630", Day::parse("20200930")),
        "old day, new day"
    );
}

#[tokio::test]
async fn another_special_circumstance_is_shown_by_a_document_of_the_organisation() {
    let house = overdue_soon().await;
    let revision = |owner| RevisionRow {
        id: RevisionId::new(house.office.hub.now(), house.office.hub.storage().chance()),
        document_id: DocumentId::new(house.office.hub.now(), house.office.hub.storage().chance()),
        organisation_id: owner,
        kind: DocumentKind::Evidence,
        title: "화재 증명".to_owned(),
        revision: 1,
        sha256: [7; 32],
        bytes: 9,
        file: FileKind::Pdf,
        file_name: "화재.pdf".to_owned(),
        covers_from: None,
        covers_to: None,
        expires_on: None,
        uploaded_by: house.fintech.member.id,
        uploaded_at: house.office.hub.now(),
    };
    let (own, foreign) = (revision(house.fintech_id()), revision(house.desk[0].organisation.id));
    let put = house.office.hub.storage().run("revision_put", &ACTOR, async |tx| {
        tx.revision_insert(&own).await?;
        tx.revision_insert(&foreign).await?;
        tx.trail(Action::DocumentAdded, own.id, serde_json::json!({})).await
    });
    let put: Result<(), StorageError> = put.await;
    put.unwrap();
    let with = |circumstance| Wanted {
        reason: "전산실에 불이 났습니다",
        circumstance: Some(circumstance),
        ..extension_of(&house)
    };
    let refused = propose(&house.office, &house.desk[0], &with(foreign.id)).await;
    assert!(
        matches!(
            refused,
            Err(OrganisationError::Field {
                field: "circumstance",
                ..
            })
        ),
        "{refused:?}"
    );
    let id = propose(&house.office, &house.desk[0], &with(own.id)).await.unwrap();
    let proposed = proposal(&house, id).await;
    assert!(proposed.state.contains("불이 났습니다"), "{}", proposed.state);
    decide(&house, &proposed, &[1]).await.unwrap();
    assert_eq!(house.organisation().await.duty.due, Day::parse("20260630"));
}

#[tokio::test]
async fn what_a_fintech_says_of_itself_never_takes_the_operators_room() {
    let house = House::new("20260201").await;
    let say = async |staff: &Staff, kind, from: &str| {
        let fact = fact::NewFact {
            organisation_id: house.fintech_id(),
            kind,
            value: if kind == FactKind::Platform { "web" } else { "EFIN" },
            valid_from: Day::parse(from).unwrap(),
            valid_to: None,
            evidence: "said",
        };
        fact::record(&house.office, staff, &fact).await
    };
    for number in 0..100 {
        let id = say(&house.fintech, FactKind::Platform, "20260101").await.unwrap();
        if number % 2 == 0 {
            let whose = (house.fintech_id(), id);
            fact::end(&house.office, &house.fintech, whose).await.unwrap();
        }
    }
    let full = say(&house.fintech, FactKind::Platform, "20260101").await;
    assert!(matches!(full, Err(OrganisationError::Refused(_))), "{full:?}");
    say(&house.desk[0], FactKind::LegalType, "20200101").await.unwrap();
    say(&house.desk[0], FactKind::Platform, "20260101").await.unwrap();
}
