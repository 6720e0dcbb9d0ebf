//! Self-inspections: only where the dated rules allow one, signed by two, confirmed by an agency where they ask for it.

use naru_admission::finding;
use naru_admission::inspection::{self, Acted, InspectionError, Opening};
use naru_admission::proposal::ProposalError;
use naru_core::{Action, Day, FactKind, InspectionId, InspectionOutcome, Verdict};
use serde_json::json;

use crate::house::{ACTOR, House};

const ITEM: &str = "fsi-m-01-1";

async fn signed_off(house: &House) -> InspectionId {
    let id = house.open(&Opening::OwnOrganisation).await.id;
    let early = house.act(&house.fintech, (id, "second-person-sign-off"), &[]).await;
    assert!(matches!(early, Err(InspectionError::Unjudged(items)) if items.len() == 30));
    house.judge_all(&house.fintech, id, None).await;
    let proposal = house.propose(&house.fintech, id, "second-person-sign-off").await;
    let approve = async |staff| inspection::approve(&house.office, staff, proposal.id, proposal.state_sha256).await;
    let same = approve(&house.fintech).await;
    assert_eq!(same, Err(InspectionError::Proposal(ProposalError::SameMember)));
    assert_eq!(approve(&house.second).await.unwrap().state, "SIGNED_OFF");
    id
}

async fn keep_in_step(house: &House) -> usize {
    let organisation = house.fintech.organisation.id;
    let moved = house.office.hub.storage().run("keep_in_step", &ACTOR, async |tx| {
        tx.trail(Action::GatesWorkedOut, organisation, json!({})).await?;
        inspection::keep_in_step(&tx, &house.office.settings, organisation).await
    });
    moved.await.unwrap()
}

#[tokio::test]
async fn a_bank_inspects_itself_and_the_operator_accepts() {
    let house = House::new().await;
    let refused = inspection::open(&house.office, &house.fintech, &Opening::OwnOrganisation).await;
    assert_eq!(
        refused,
        Err(InspectionError::OwnInspectionNotAllowed),
        "neither bank nor certificate"
    );
    house.fact(FactKind::LegalType, "BANK", Day(20_190_903)).await;
    let id = signed_off(&house).await;
    house
        .steps(
            id,
            &[(&house.fintech, "submit-result-per-item"), (&house.desk, "return")],
        )
        .await;
    house.judge(&house.second, id, (ITEM, Verdict::Partially)).await;
    let steps = [
        (&house.second, "correct-and-sign-off"),
        (&house.fintech, "submit-result-per-item"),
    ];
    house.steps(id, &steps).await;
    let unfulfilled = house.act(&house.desk, (id, "accept"), &[]).await;
    assert_eq!(unfulfilled, Err(InspectionError::Unfulfilled(vec![ITEM.to_owned()])));
    house.steps(id, &[(&house.desk, "return")]).await;
    house.judge(&house.fintech, id, (ITEM, Verdict::Satisfied)).await;
    house.steps(id, &steps).await;
    assert_eq!(keep_in_step(&house).await, 0, "no confirmation, and nothing was lost");
    house.steps(id, &[(&house.desk, "accept")]).await;
    let done = house.inspection(id).await;
    assert_eq!(
        (done.state.as_str(), done.outcome),
        ("ACCEPTED", InspectionOutcome::Passed)
    );
}

#[tokio::test]
async fn without_an_agency_two_of_the_operator_close_what_a_signal_reopened() {
    let house = House::new().await;
    house.fact(FactKind::LegalType, "BANK", Day(20_190_903)).await;
    let id = signed_off(&house).await;
    let steps = [(&house.fintech, "submit-result-per-item"), (&house.desk, "accept")];
    house.steps(id, &steps).await;
    let organisation = house.fintech.organisation.id;
    let reopened = house.office.hub.storage().run("reopen", &ACTOR, async |tx| {
        let why = ([ITEM].as_slice(), "sig-leaver-latency: stale");
        finding::reopen_item(&tx, &house.office.settings, organisation, why).await
    });
    let reopened = reopened.await.unwrap();
    house.remedy(&reopened[0]).await;
    let proposal = match house.act_on(&house.desk, (&reopened[0], "verify"), &[]).await.unwrap() {
        Acted::Proposed(proposal) => proposal,
        other => panic!("{other:?}"),
    };
    let approve = async |staff| finding::approve(&house.office, staff, proposal.id, proposal.state_sha256).await;
    let same = approve(&house.desk).await;
    assert_eq!(same, Err(InspectionError::Proposal(ProposalError::SameMember)));
    let stranger = approve(&house.approver).await;
    assert_eq!(
        stranger,
        Err(InspectionError::Unknown),
        "an agency that is not concerned"
    );
    assert_eq!(approve(&house.desk_two).await.unwrap().state, "CLOSED");
}

#[tokio::test]
async fn an_agency_confirms_what_an_e_finance_operator_cleared_itself() {
    let house = House::on("20200301", |_| {}).await;
    house.fact(FactKind::LegalType, "EFIN", Day(20_190_903)).await;
    let id = signed_off(&house).await;
    house.steps(id, &[(&house.fintech, "submit-result-per-item")]).await;
    let accepted = house.act(&house.desk, (id, "accept"), &[]).await;
    assert_eq!(accepted, Err(InspectionError::ConfirmationDue));
    assert_eq!(keep_in_step(&house).await, 1);
    assert_eq!(keep_in_step(&house).await, 0);
    let due = house.inspection(id).await;
    assert_eq!(
        (due.state.as_str(), due.outcome),
        ("CONFIRMATION_DUE", InspectionOutcome::Passed)
    );
    assert_eq!(due.ended_at, None, "it has cleared itself, and is not at its end");
    house.steps(id, &[(&house.inspector, "start")]).await;
    assert_eq!(
        house.inspection(id).await.agency_id,
        Some(house.inspector.organisation.id)
    );
    let finding = house.judge_all(&house.inspector, id, Some(ITEM)).await.unwrap();
    let early = house.act(&house.inspector, (id, "send-result"), &[]).await;
    assert_eq!(early, Err(InspectionError::FindingsOpen(1)));
    house.steps(id, &[(&house.inspector, "findings-exist")]).await;
    house.remedy(&finding).await;
    house.steps(id, &[(&house.fintech, "submit-remedy")]).await;
    house.close(&finding).await;
    house.judge(&house.inspector, id, (ITEM, Verdict::Satisfied)).await;
    let done = house.signed(id, "send-result").await;
    assert_eq!(
        (done.state.as_str(), done.outcome),
        ("CONFIRMED", InspectionOutcome::Passed)
    );
    assert!(done.ended_at.is_some());
}

#[tokio::test]
async fn a_self_inspection_is_void_when_what_allowed_it_is_lost() {
    let house = House::new().await;
    let certificate = house.fact(FactKind::IsmsCertificate, "ISMS-1", Day(20_190_903)).await;
    let id = signed_off(&house).await;
    assert_eq!(keep_in_step(&house).await, 0);
    let ended = house.office.hub.storage().run("fact_end", &ACTOR, async |tx| {
        tx.fact_end(certificate).await?;
        tx.trail(Action::FactRecorded, certificate, json!({})).await
    });
    let ended: Result<(), naru_storage::StorageError> = ended.await;
    ended.unwrap();
    assert_eq!(keep_in_step(&house).await, 1);
    let lost = house.inspection(id).await;
    assert_eq!((lost.state.as_str(), lost.outcome), ("VOID", InspectionOutcome::Void));
    let events = house.get(async |tx| tx.inspection_event_list(id).await).await;
    assert_eq!(events.last().unwrap().actor, "hub:inspections");
}
