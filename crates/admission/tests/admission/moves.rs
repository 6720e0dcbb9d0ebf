//! The states of admission: two people for every step, over exactly what was shown.

use naru_admission::gate::jobs::round;
use naru_admission::organisation::fact;
use naru_admission::organisation::{OrganisationError, Wanted, approve, leave, propose};
use naru_admission::policy::service::{NewPolicy, confirm, record};
use naru_admission::proposal::{Approved, ProposalError, reject};
use naru_core::{
    Action, AdmissionEvent, AdmissionState, Day, DocumentId, DocumentKind, FactKind, FileKind, InspectionMachine,
    InspectionOutcome, OrganisationKind, Proposal, ProposalId, ProposalKind, RevisionId, Role, Won,
};
use naru_storage::{RevisionRow, StorageError};

use crate::house::{ACTOR, House, colleague, staff};

fn wanted<'a>(house: &House, event: AdmissionEvent) -> Wanted<'a> {
    Wanted {
        organisation_id: house.fintech_id(),
        event,
        reason: "the papers are complete",
        extension_until: None,
        circumstance: None,
    }
}

pub(crate) async fn proposal(house: &House, id: ProposalId) -> Proposal {
    let found: Result<Option<Proposal>, StorageError> = house
        .office
        .hub
        .storage()
        .read("proposal", async |tx| tx.proposal_find(id).await)
        .await;
    found.unwrap().expect("it was proposed")
}

/// The members of the desk with these numbers approve; an error where that does not decide.
pub(crate) async fn decide(house: &House, proposal: &Proposal, desk: &[usize]) -> Result<(), String> {
    let mut last = Err("nobody approved".to_owned());
    for number in desk {
        let approved = approve(
            &house.office,
            &house.desk[*number],
            (proposal.id, proposal.state_sha256),
        )
        .await;
        last = match approved {
            Ok(Approved::Decided) => Ok(()),
            Ok(Approved::Seconded) => Err("seconded".to_owned()),
            Err(error) => Err(error.to_string()),
        };
    }
    last
}

async fn moved(house: &House, event: AdmissionEvent) {
    let id = propose(&house.office, &house.desk[0], &wanted(house, event))
        .await
        .unwrap();
    decide(house, &proposal(house, id).await, &[1]).await.unwrap();
}

/// A policy that covers every limit of the tests.
pub(crate) async fn insured(house: &House, to: &str) {
    insured_from(house, ("20260101", to)).await;
}

async fn insured_from(house: &House, (from, to): (&str, &str)) {
    let policy = NewPolicy {
        insurer: "서울보증보험",
        number: "P-1",
        cover_won: Won(1_000_000_000),
        from_day: Day::parse(from).unwrap(),
        to_day: Day::parse(to).unwrap(),
        revision_id: None,
    };
    let id = record(&house.office, &house.fintech, &policy).await.unwrap();
    confirm(&house.office, &house.desk[0], id).await.unwrap();
}

/// Everything that lets a fintech in, except the organisation inspection.
pub(crate) async fn live(house: &House) {
    moved(house, AdmissionEvent::ApproveSuitability).await;
    house.function_test_passed().await;
    house.fact(FactKind::Platform, "web", "20260101", None).await;
    house.passed(InspectionMachine::Service, "web", "FINAL_REPORTED").await;
    insured(house, "20271231").await;
    moved(house, AdmissionEvent::AllGatesOpen).await;
    assert_eq!(house.organisation().await.state, AdmissionState::Live);
}

#[tokio::test]
async fn a_fintech_is_let_in_by_two_people_once_every_gate_is_open() {
    let house = House::new("20260201").await;
    let refused = propose(
        &house.office,
        &house.desk[0],
        &wanted(&house, AdmissionEvent::AllGatesOpen),
    )
    .await;
    assert!(matches!(refused, Err(OrganisationError::Refused(_))), "{refused:?}");
    moved(&house, AdmissionEvent::ApproveSuitability).await;
    let early = propose(
        &house.office,
        &house.desk[0],
        &wanted(&house, AdmissionEvent::AllGatesOpen),
    )
    .await;
    let Err(OrganisationError::Refused(why)) = early else {
        panic!("{early:?}")
    };
    assert!(why.contains("function_test"), "{why}");
    house
        .passed(InspectionMachine::Organisation, "", "FINAL_REPORTED")
        .await;
    house.function_test_passed().await;
    house.fact(FactKind::Platform, "web", "20260101", None).await;
    house.passed(InspectionMachine::Service, "web", "FINAL_REPORTED").await;
    insured(&house, "20271231").await;
    let id = propose(
        &house.office,
        &house.desk[0],
        &wanted(&house, AdmissionEvent::AllGatesOpen),
    )
    .await
    .unwrap();
    let proposed = proposal(&house, id).await;
    let own = decide(&house, &proposed, &[0]).await;
    assert!(own.unwrap_err().contains("another person"));
    assert_eq!(house.organisation().await.state, AdmissionState::Suitable);
    decide(&house, &proposed, &[1]).await.unwrap();
    let organisation = house.organisation().await;
    assert_eq!(organisation.state, AdmissionState::Live);
    assert_eq!(organisation.admission().closed_gate(house.office.hub.now()), None);
    let again = decide(&house, &proposed, &[2]).await;
    assert!(again.unwrap_err().contains("decided before"));
}

#[tokio::test]
async fn what_has_changed_since_it_was_proposed_is_void() {
    let house = House::new("20260201").await;
    let id = propose(
        &house.office,
        &house.desk[0],
        &wanted(&house, AdmissionEvent::ApproveSuitability),
    )
    .await
    .unwrap();
    let proposed = proposal(&house, id).await;
    let other = approve(&house.office, &house.desk[1], (id, [9; 32])).await;
    assert!(
        matches!(other, Err(OrganisationError::Proposal(ProposalError::Changed))),
        "{other:?}"
    );
    assert!(
        proposal(&house, id).await.decision.is_none(),
        "a wrong digest voids nothing"
    );
    house.fact(FactKind::LegalType, "EFIN", "20260101", None).await;
    let stale = approve(&house.office, &house.desk[1], (id, proposed.state_sha256)).await;
    assert!(
        matches!(stale, Err(OrganisationError::Proposal(ProposalError::Changed))),
        "{stale:?}"
    );
    assert_eq!(proposal(&house, id).await.decision, Some(naru_core::Decision::Void));
    assert_eq!(house.organisation().await.state, AdmissionState::Applied);
    moved(&house, AdmissionEvent::ApproveSuitability).await;
}

#[tokio::test]
async fn only_the_desk_of_the_operator_proposes_and_decides() {
    let house = House::new("20260201").await;
    let reader = colleague(&house.office, &house.desk[0], "reader", &[Role::Reader]).await;
    let agency = staff(&house.office, ("agency", OrganisationKind::Agency), &[Role::Inspector]).await;
    for nobody in [&reader, &agency, &house.fintech] {
        let refused = propose(
            &house.office,
            nobody,
            &wanted(&house, AdmissionEvent::ApproveSuitability),
        )
        .await;
        assert!(matches!(refused, Err(OrganisationError::Denied(_))), "{refused:?}");
    }
    let id = propose(
        &house.office,
        &house.desk[0],
        &wanted(&house, AdmissionEvent::ApproveSuitability),
    )
    .await
    .unwrap();
    let proposed = proposal(&house, id).await;
    let refused = approve(&house.office, &reader, (id, proposed.state_sha256)).await;
    assert!(matches!(refused, Err(OrganisationError::Denied(_))), "{refused:?}");
    let twice = propose(
        &house.office,
        &house.desk[1],
        &wanted(&house, AdmissionEvent::ApproveSuitability),
    )
    .await;
    assert!(
        matches!(twice, Err(OrganisationError::Proposal(ProposalError::Open))),
        "{twice:?}"
    );
}

#[tokio::test]
async fn a_restriction_needs_a_rule_and_an_extension_needs_a_late_agency() {
    let house = House::new("20260201").await;
    house.fact(FactKind::LegalType, "BANK", "20200101", None).await;
    house.fact(FactKind::Launched, "", "20260110", None).await;
    live(&house).await;
    let early = propose(&house.office, &house.desk[0], &wanted(&house, AdmissionEvent::Restrict)).await;
    let Err(OrganisationError::Refused(why)) = early else {
        panic!("{early:?}")
    };
    assert!(why.contains("DEFERRED"), "{why}");
    let extension = Wanted {
        extension_until: Some(Day::parse("20270630").unwrap()),
        ..wanted(&house, AdmissionEvent::ExtendDeadline)
    };
    let refused = propose(&house.office, &house.desk[0], &extension).await;
    let Err(OrganisationError::Refused(why)) = refused else {
        panic!("{refused:?}")
    };
    assert!(why.contains("late"), "{why}");
}

#[tokio::test]
async fn a_late_agency_moves_the_deadline_with_its_proof_instead_of_a_restriction() {
    let house = House::new("20260201").await;
    house.fact(FactKind::LegalType, "BANK", "20200101", None).await;
    house.fact(FactKind::Launched, "", "20250401", None).await;
    live(&house).await;
    house.under_way(&["CONTRACTED", "DOC_INSPECTION"]).await;
    let extension = Wanted {
        extension_until: Some(Day::parse("20260630").unwrap()),
        ..wanted(&house, AdmissionEvent::ExtendDeadline)
    };
    house.pass_days(20);
    let early = propose(&house.office, &house.desk[0], &extension).await;
    assert!(
        matches!(early, Err(OrganisationError::Refused(_))),
        "four weeks are not over: {early:?}"
    );
    house.pass_days(45);
    assert_eq!(house.office.hub.now().day(), Day(20_260_407));
    house.work_out().await;
    assert_eq!(house.organisation().await.duty.status, "OVERDUE");
    let id = propose(&house.office, &house.desk[0], &extension).await.unwrap();
    let proposed = proposal(&house, id).await;
    assert!(proposed.state.contains("agency_was_due_by"), "{}", proposed.state);
    house.pass_days(1);
    decide(&house, &proposed, &[1]).await.unwrap();
    let after = house.organisation().await;
    assert_eq!(
        (after.state, after.duty.status.as_str()),
        (AdmissionState::Live, "DEFERRED")
    );
    assert_eq!(after.duty.due, Day::parse("20260630"));
    let facts = fact::list(&house.office, after.id).await.unwrap();
    let fact = facts
        .iter()
        .find(|fact| fact.kind == FactKind::Extension)
        .expect("the extension is a dated fact");
    assert_eq!(
        (fact.value.as_str(), fact.evidence.as_str()),
        ("20260401", id.to_string().as_str()),
        "old day, proof"
    );
}

#[tokio::test]
async fn a_fintech_leaves_by_itself_and_cannot_come_back() {
    let house = House::new("20260201").await;
    let early = leave(&house.office, &house.fintech, "we stop").await;
    assert!(matches!(early, Err(OrganisationError::Refused(_))), "{early:?}");
    house.fact(FactKind::LegalType, "BANK", "20200101", None).await;
    live(&house).await;
    leave(&house.office, &house.fintech, "we stop").await.unwrap();
    assert_eq!(house.organisation().await.state, AdmissionState::Terminated);
    let back = propose(&house.office, &house.desk[0], &wanted(&house, AdmissionEvent::DutyMet)).await;
    assert!(matches!(back, Err(OrganisationError::Refused(_))), "{back:?}");
}

#[tokio::test]
async fn a_rejected_proposal_changes_nothing_and_can_be_made_again() {
    let house = House::new("20260201").await;
    let id = propose(&house.office, &house.desk[0], &wanted(&house, AdmissionEvent::Refuse))
        .await
        .unwrap();
    let proposed = proposal(&house, id).await;
    let by = house.desk[1].member.id;
    let rejected: Result<(), ProposalError> = house
        .office
        .hub
        .storage()
        .run("reject", &house.desk[1].actor(), async |tx| {
            reject(&tx, &proposed, by, "not yet").await
        })
        .await;
    rejected.unwrap();
    assert_eq!(proposal(&house, id).await.decision, Some(naru_core::Decision::Rejected));
    assert_eq!(house.organisation().await.state, AdmissionState::Applied);
    moved(&house, AdmissionEvent::Refuse).await;
    assert_eq!(house.organisation().await.state, AdmissionState::Refused);
}

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
