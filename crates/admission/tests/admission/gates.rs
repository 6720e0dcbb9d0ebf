//! Gates through the database: what opens and closes them, and the round that keeps them in step with the calendar.

use naru_admission::gate::jobs::round;
use naru_core::{Action, AdmissionState, Day, FactKind, Gate, InspectionMachine, NoticeKind, ProposalKind};
use naru_storage::StorageError;

use crate::house::{ACTOR, House};
use crate::moves::{decide, live};

#[tokio::test]
async fn whoever_signs_up_has_every_gate_closed_with_a_reason() {
    let house = House::new("20260201").await;
    let organisation = house.organisation().await;
    assert_eq!(organisation.state, AdmissionState::Applied);
    assert_eq!(organisation.gates.len(), Gate::ALL.len());
    for gate in &organisation.gates {
        assert!(!gate.open && !gate.evidence.is_empty(), "{gate:?}");
    }
    assert_eq!(organisation.duty.status, "BLOCKED_BEFORE_LAUNCH");
}

#[tokio::test]
async fn a_fact_opens_its_gate_in_its_own_commit_and_its_end_closes_it() {
    let house = House::new("20260201").await;
    house
        .fact(FactKind::IsmsCertificate, "ISMS-1", "20260101", Some("20260630"))
        .await;
    assert!(
        !house.is_open(Gate::OrganisationInspection).await,
        "a certificate alone inspects nothing"
    );
    house.passed(InspectionMachine::OwnInspection, "", "ACCEPTED").await;
    let gate = house.gate(Gate::OrganisationInspection).await;
    assert!(gate.open && gate.rule.contains("R-ORG-SUB-ISMS"), "{gate:?}");
    house.pass_days(150);
    assert!(
        !house.is_open(Gate::OrganisationInspection).await,
        "no job ran, and yet it is closed after its day"
    );
    let changed = round(&house.office).await.unwrap();
    assert_eq!(changed, 1);
    assert!(!house.gate(Gate::OrganisationInspection).await.open);
    assert_eq!(
        round(&house.office).await.unwrap(),
        0,
        "a second round of the day finds nothing new"
    );
}

/// The open notices of the fintech.
async fn notices(house: &House) -> Vec<NoticeKind> {
    let id = house.fintech_id();
    let storage = house.office.hub.storage();
    let listed: Result<Vec<_>, StorageError> = storage.read("notices", async |tx| tx.notice_list_open(id).await).await;
    listed.unwrap().into_iter().map(|notice| notice.kind).collect()
}

#[tokio::test]
async fn a_warning_is_closed_as_soon_as_its_cause_has_ended_and_not_before() {
    let house = House::new("20260201").await;
    house.fact(FactKind::LegalType, "BANK", "20200101", None).await;
    house.fact(FactKind::Launched, "", "20250220", None).await;
    house
        .fact(FactKind::IsmsCertificate, "ISMS-1", "20250301", Some("20260228"))
        .await;
    live(&house).await;
    let (id, ends) = (house.fintech_id(), Day(20_260_228));
    let given = house.office.hub.storage().run("it", &ACTOR, async |tx| {
        tx.notice_give(id, NoticeKind::IsmsEnds, ("ISMS-1", ends)).await?;
        tx.trail(Action::NoticeGiven, id, ()).await
    });
    given.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
    for _ in 0..2 {
        round(&house.office).await.unwrap();
        assert_eq!(notices(&house).await.len(), 2, "both causes are still there");
        house.pass_days(1);
    }
    house
        .fact(FactKind::IsmsCertificate, "ISMS-2", "20260301", Some("20270228"))
        .await;
    round(&house.office).await.unwrap();
    assert_eq!(
        notices(&house).await,
        [NoticeKind::DutyDue],
        "the next certificate follows on"
    );
    house.passed(InspectionMachine::OwnInspection, "", "ACCEPTED").await;
    house.pass_days(1);
    round(&house.office).await.unwrap();
    assert_eq!(notices(&house).await, [], "the duty is met");
}

#[tokio::test]
async fn an_overdue_duty_is_warned_of_and_proposed_once_and_decided_by_two() {
    let house = House::new("20260201").await;
    house.fact(FactKind::LegalType, "BANK", "20200101", None).await;
    house.fact(FactKind::Launched, "", "20250220", None).await;
    live(&house).await;
    round(&house.office).await.unwrap();
    let notices = async || notices(&house).await;
    assert_eq!(notices().await, [NoticeKind::DutyDue], "19 days before");
    house.pass_days(20);
    round(&house.office).await.unwrap();
    assert_eq!(notices().await, [NoticeKind::DutyDue, NoticeKind::DutyOverdue]);
    house.pass_days(1);
    round(&house.office).await.unwrap();
    let open: Result<Vec<_>, StorageError> = house
        .office
        .hub
        .storage()
        .read("proposals", async |tx| {
            tx.proposal_list_open(Some(ProposalKind::Admission), None).await
        })
        .await;
    let [proposal] = <[_; 1]>::try_from(open.unwrap()).expect("proposed once, however many rounds");
    assert_eq!(
        (proposal.proposed_by, proposal.event.as_str()),
        (None, "duty-overdue-and-decision-taken")
    );
    assert_eq!(
        house.organisation().await.state,
        AdmissionState::Live,
        "overdue is computed, suspension is decided"
    );
    assert!(house.is_open(Gate::OrganisationInspection).await);
    decide(&house, &proposal, &[0]).await.unwrap_err();
    decide(&house, &proposal, &[0, 1]).await.unwrap();
    assert_eq!(house.organisation().await.state, AdmissionState::Restricted);
}
