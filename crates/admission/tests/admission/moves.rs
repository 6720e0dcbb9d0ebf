//! The states of admission: two people for every step, over exactly what was shown.

use naru_admission::organisation::fact;
use naru_admission::organisation::{OrganisationError, Wanted, approve, leave, propose};
use naru_admission::policy::service::{NewPolicy, confirm, record};
use naru_admission::proposal::{Approved, ProposalError, reject};
use naru_core::{
    AdmissionEvent, AdmissionState, Day, FactKind, InspectionMachine, OrganisationKind, Proposal, ProposalId, Role, Won,
};
use naru_storage::StorageError;

use crate::house::{House, colleague, staff};

pub(crate) fn wanted<'a>(house: &House, event: AdmissionEvent) -> Wanted<'a> {
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

pub(crate) async fn moved(house: &House, event: AdmissionEvent) {
    let id = propose(&house.office, &house.desk[0], &wanted(house, event))
        .await
        .unwrap();
    decide(house, &proposal(house, id).await, &[1]).await.unwrap();
}

/// A policy that covers every limit of the tests.
pub(crate) async fn insured(house: &House, to: &str) {
    insured_from(house, ("20260101", to)).await;
}

pub(crate) async fn insured_from(house: &House, (from, to): (&str, &str)) {
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
