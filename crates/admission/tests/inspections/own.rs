//! Self-inspections: only where the dated rules allow one, signed by two, confirmed by an agency where they ask for it.

use naru_admission::finding;
use naru_admission::inspection::{self, Acted, InspectionError, Opening};
use naru_admission::proposal::ProposalError;
use naru_core::{Action, Day, FactKind, InspectionId, InspectionOutcome, Role, Verdict};
use serde_json::json;

use crate::house::{ACTOR, House, colleague};

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

/// One of the organisation proposes what another one signs; who judged does not sign, whoever proposes.
async fn corrected(house: &House, id: InspectionId) {
    let event = "correct-and-sign-off";
    let proposal = house.propose(&house.second, id, event).await;
    let author = inspection::approve(&house.office, &house.fintech, proposal.id, proposal.state_sha256).await;
    assert_eq!(author, Err(InspectionError::Author));
    inspection::reject(&house.office, &house.second, proposal.id, "다시")
        .await
        .unwrap();
    let proposal = house.propose(&house.fintech, id, event).await;
    let done = inspection::approve(&house.office, &house.second, proposal.id, proposal.state_sha256).await;
    assert_eq!(done.unwrap().state, "SIGNED_OFF");
}

/// Two of the operator accept what was handed in.
async fn accepted(house: &House, id: InspectionId) {
    let proposal = house.propose(&house.desk, id, "accept").await;
    let approve = async |staff| inspection::approve(&house.office, staff, proposal.id, proposal.state_sha256).await;
    let same = approve(&house.desk).await;
    assert_eq!(same, Err(InspectionError::Proposal(ProposalError::SameMember)));
    assert_eq!(approve(&house.desk_two).await.unwrap().state, "ACCEPTED");
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
    house.judge(&house.fintech, id, (ITEM, Verdict::Partially)).await;
    corrected(&house, id).await;
    house.steps(id, &[(&house.fintech, "submit-result-per-item")]).await;
    let unfulfilled = house.act(&house.desk, (id, "accept"), &[]).await;
    assert_eq!(unfulfilled, Err(InspectionError::Unfulfilled(vec![ITEM.to_owned()])));
    house.steps(id, &[(&house.desk, "return")]).await;
    house.judge(&house.fintech, id, (ITEM, Verdict::Satisfied)).await;
    corrected(&house, id).await;
    house.steps(id, &[(&house.fintech, "submit-result-per-item")]).await;
    assert_eq!(keep_in_step(&house).await, 0, "no confirmation, and nothing was lost");
    accepted(&house, id).await;
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
    house.steps(id, &[(&house.fintech, "submit-result-per-item")]).await;
    accepted(&house, id).await;
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
    let looked = async || inspection::view(&house.office, &house.inspector, id).await.err();
    assert_eq!(looked().await, Some(InspectionError::Unknown), "none has taken it yet");
    house.steps(id, &[(&house.inspector, "start")]).await;
    assert_eq!(looked().await, None);
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

#[tokio::test]
async fn a_confirmation_whose_rounds_are_used_up_ends_with_its_findings() {
    let house = House::on("20200301", |settings| settings.rounds_max = 1).await;
    house.fact(FactKind::LegalType, "EFIN", Day(20_190_903)).await;
    let id = signed_off(&house).await;
    house.steps(id, &[(&house.fintech, "submit-result-per-item")]).await;
    assert_eq!(keep_in_step(&house).await, 1);
    house.steps(id, &[(&house.inspector, "start")]).await;
    let finding = house.judge_all(&house.inspector, id, Some(ITEM)).await.unwrap();
    house.steps(id, &[(&house.inspector, "findings-exist")]).await;
    house.remedy(&finding).await;
    house.steps(id, &[(&house.fintech, "submit-remedy")]).await;
    house.judge(&house.inspector, id, (ITEM, Verdict::NotSatisfied)).await;
    let again = house.act(&house.inspector, (id, "findings-exist"), &[]).await;
    assert_eq!(again, Err(InspectionError::RoundsOver(1)));
    let done = house.signed(id, "send-result").await;
    assert_eq!(
        (done.state.as_str(), done.outcome),
        ("CONFIRMED", InspectionOutcome::Failed),
        "it has ended, and has not confirmed"
    );
    assert!(done.ended_at.is_some());
}

#[tokio::test]
async fn who_judged_in_any_round_or_wrote_a_closed_finding_does_not_sign() {
    let house = House::new().await;
    let agency = house.inspector.organisation.id;
    let id = house.open(&Opening::Organisation { agency }).await.id;
    house.contracted(id, &[naru_core::DocumentKind::Application]).await;
    house.steps(id, &[(&house.inspector, "start")]).await;
    let chief = colleague(
        &house.office,
        &house.inspector,
        "chief",
        &[Role::Inspector, Role::Approver],
    )
    .await;
    house.judge_all(&house.inspector, id, None).await;
    house.judge(&house.approver, id, (ITEM, Verdict::NotSatisfied)).await;
    let finding = finding::write(&house.office, &house.approver, (id, ITEM), "없습니다")
        .await
        .unwrap();
    let sign = async |event: &str, staff| {
        let proposal = house.propose(&house.inspector, id, event).await;
        let done = inspection::approve(&house.office, staff, proposal.id, proposal.state_sha256).await;
        if done.is_err() {
            let reason = "다시";
            inspection::reject(&house.office, &house.inspector, proposal.id, reason)
                .await
                .unwrap();
        }
        done.map(|row| row.state)
    };
    assert_eq!(sign("send-result", &chief).await.unwrap(), "DOC_RESULT_SENT");
    house.steps(id, &[(&house.inspector, "findings-exist")]).await;
    house.remedy(&finding).await;
    house.steps(id, &[(&house.fintech, "submit-remedied-documents")]).await;
    let closing = match house.act_on(&house.inspector, (&finding, "verify"), &[]).await.unwrap() {
        Acted::Proposed(proposal) => proposal,
        other => panic!("{other:?}"),
    };
    finding::approve(&house.office, &chief, closing.id, closing.state_sha256)
        .await
        .unwrap();
    house.judge(&house.inspector, id, (ITEM, Verdict::Satisfied)).await;
    house
        .steps(id, &[(&house.inspector, "accept-remedy"), (&house.inspector, "visit")])
        .await;
    house.judge_all(&house.inspector, id, None).await;
    assert_eq!(
        sign("send-result", &house.approver).await,
        Err(InspectionError::Author),
        "of an earlier round, and of a finding that is closed"
    );
    assert_eq!(sign("send-result", &chief).await.unwrap(), "ONSITE_RESULT_SENT");
}

#[tokio::test]
async fn a_reading_of_the_sources_is_a_setting_that_every_decision_follows() {
    for survives in [false, true] {
        let change: fn(&mut naru_admission::AdmissionSettings) = match survives {
            true => |settings| settings.switches.efin_isms_survives = true,
            false => |_| {},
        };
        let house = House::on("20260301", change).await;
        house.fact(FactKind::LegalType, "EFIN", Day(20_190_903)).await;
        house.fact(FactKind::IsmsCertificate, "ISMS-1", Day(20_250_101)).await;
        let opened = inspection::open(&house.office, &house.fintech, &Opening::OwnOrganisation).await;
        assert_eq!(opened.is_ok(), survives, "{opened:?}");
        let standing = naru_admission::organisation::standing::standing(&house.office, &house.fintech).await;
        let methods = standing.unwrap().duty.methods;
        assert_eq!(methods.len(), 1 + usize::from(survives), "{methods:?}");
    }
}
