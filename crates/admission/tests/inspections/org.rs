//! A whole inspection of an organisation: document and on-site, two rounds, the clock, and the final report.

use naru_admission::answer::{self, Answer};
use naru_admission::inspection::{self, Acted, InspectionError, Opening};
use naru_admission::proposal::ProposalError;
use naru_core::{Decision, DocumentKind, InspectionId, InspectionOutcome, Verdict};
use naru_rulebook::process::Owner;

use crate::house::House;

const ITEM: &str = "fsi-t-05-4";

async fn opened(house: &House) -> InspectionId {
    let agency = house.inspector.organisation.id;
    let id = house.open(&Opening::Organisation { agency }).await.id;
    house.contracted(id, &[DocumentKind::Application]).await;
    house.steps(id, &[(&house.inspector, "start")]).await;
    id
}

#[tokio::test]
async fn a_whole_inspection_with_two_rounds_ends_in_a_passed_report() {
    let house = House::new().await;
    let (org, agency) = (&house.fintech, &house.inspector);
    let id = opened(&house).await;
    house.pass_days(5);
    let finding = house.judge_all(agency, id, Some(ITEM)).await.unwrap();
    assert_eq!(house.signed(id, "send-result").await.state, "DOC_RESULT_SENT");
    house.steps(id, &[(agency, "findings-exist")]).await;
    let told = house.finding(&finding).await;
    assert_eq!(
        told.due_on.map(|due| due.0),
        Some(20_261_210),
        "14 days from the day of the result"
    );
    house.pass_days(10);
    // The first remedy does not suffice: a second round.
    house.remedy(&finding).await;
    house.steps(id, &[(org, "submit-remedied-documents")]).await;
    house.act_on(agency, (&finding, "reject"), &[]).await.unwrap();
    house.steps(id, &[(agency, "reject-remedy-new-round")]).await;
    assert_eq!(house.inspection(id).await.round, 3);
    assert_eq!(
        house.finding(&finding).await.due_on.map(|due| due.0),
        Some(20_261_220),
        "anew"
    );
    house.pass_days(2);
    house.remedy(&finding).await;
    house.steps(id, &[(org, "submit-remedied-documents")]).await;
    house.close(&finding).await;
    let unjudged = house.act(agency, (id, "accept-remedy"), &[]).await;
    assert_eq!(
        unjudged,
        Err(InspectionError::Unjudged(vec![ITEM.to_owned()])),
        "only what was remedied"
    );
    house.judge(agency, id, (ITEM, Verdict::Satisfied)).await;
    house.steps(id, &[(agency, "accept-remedy"), (agency, "visit")]).await;
    house.judge_all(agency, id, None).await;
    house.signed(id, "send-result").await;
    house.steps(id, &[(agency, "no-findings")]).await;
    let done = house.signed(id, "send-final-report").await;
    assert_eq!(
        (done.state.as_str(), done.outcome),
        ("FINAL_REPORTED", InspectionOutcome::Passed)
    );
    assert_eq!(done.ended_at, Some(house.office.hub.now()));
    let view = inspection::view(&house.office, org, id).await.unwrap();
    let item = view.items.iter().find(|item| item.control.id == ITEM).unwrap();
    let verdicts: Vec<_> = item
        .verdicts
        .iter()
        .map(|verdict| (verdict.round, verdict.verdict))
        .collect();
    let expected = [
        (1, Verdict::NotSatisfied),
        (3, Verdict::Satisfied),
        (4, Verdict::Satisfied),
    ];
    assert_eq!(verdicts, expected);
    assert_eq!(view.items.len(), 30);
    assert_eq!(view.next, [""; 0], "nothing is left to do");
    let clearances = house.get(async |tx| tx.clearance_list(org.organisation.id).await).await;
    assert_eq!(clearances.len(), 1, "the gate finds it");
}

#[tokio::test]
async fn the_time_of_the_organisation_is_not_the_agencys() {
    let house = House::new().await;
    let (org, agency) = (&house.fintech, &house.inspector);
    let id = opened(&house).await;
    house.pass_days(10);
    let finding = house.judge_all(agency, id, Some(ITEM)).await.unwrap();
    house.signed(id, "send-result").await;
    house.steps(id, &[(agency, "findings-exist")]).await;
    house.pass_days(40);
    house.remedy(&finding).await;
    house.steps(id, &[(org, "submit-remedied-documents")]).await;
    house.pass_days(17);
    let queue = inspection::queue(&house.office, agency, "").await.unwrap();
    let time = queue[0].time.clone().unwrap();
    let days = |micros: i64| micros / 86_400_000_000;
    assert_eq!(
        (days(time.spent.agency_micros), days(time.spent.organisation_micros)),
        (27, 40)
    );
    assert!(!time.spent.is_agency_late, "27 of 28 days");
    assert_eq!(time.spent.due_by, Some(house.office.hub.now().plus_days(1)));
    house.pass_days(2);
    let overview = inspection::overview(&house.office, org).await.unwrap();
    let time = overview[0].time.clone().unwrap();
    assert!(time.spent.is_agency_late);
    let of = |owner| {
        let own = time.intervals.iter().filter(|interval| interval.owner == Some(owner));
        own.map(|interval| interval.until.micros_since(interval.from))
            .sum::<i64>()
    };
    assert_eq!(
        of(Owner::Agency),
        time.spent.agency_micros,
        "the intervals are the proof"
    );
    assert_eq!(of(Owner::Organisation), time.spent.organisation_micros);
    assert_eq!(time.intervals[0].state, "DOC_INSPECTION");
}

#[tokio::test]
async fn the_queue_shows_the_oldest_clock_first_and_can_be_filtered() {
    let house = House::new().await;
    let agency = house.inspector.organisation.id;
    let android = Opening::Service {
        agency,
        service: "blue".to_owned(),
        platform: naru_rulebook::Platform::Web,
    };
    let waiting = house.open(&android).await.id;
    let running = opened(&house).await;
    let ids = async |state| {
        let queue = inspection::queue(&house.office, &house.inspector, state).await.unwrap();
        queue.into_iter().map(|entry| entry.inspection.id).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, [running, waiting]);
    assert_eq!(ids("DOC_INSPECTION").await, [running]);
    let queue = inspection::queue(&house.office, &house.inspector, "").await.unwrap();
    assert_eq!(queue[0].next, ["send-result"]);
    assert_eq!(
        (queue[1].next.len(), queue[1].organisation_code.as_str()),
        (0, "blue-pay")
    );
    assert!(inspection::queue(&house.office, &house.fintech, "").await.is_err());
}

#[tokio::test]
async fn a_remedy_is_rejected_only_so_often_and_then_the_inspection_fails() {
    let house = House::on("20261121", |settings| settings.rounds_max = 1).await;
    let (org, agency) = (&house.fintech, &house.inspector);
    let id = opened(&house).await;
    let finding = house.judge_all(agency, id, Some(ITEM)).await.unwrap();
    house.signed(id, "send-result").await;
    let none = house.act(agency, (id, "no-findings"), &[]).await;
    assert_eq!(none, Err(InspectionError::FindingsOpen(1)));
    house.steps(id, &[(agency, "findings-exist")]).await;
    let early = house.act(org, (id, "submit-remedied-documents"), &[]).await;
    assert_eq!(early, Err(InspectionError::Unanswered(1)));
    house.remedy(&finding).await;
    house.steps(id, &[(org, "submit-remedied-documents")]).await;
    house.act_on(agency, (&finding, "reject"), &[]).await.unwrap();
    let over = house.act(agency, (id, "reject-remedy-new-round"), &[]).await;
    assert_eq!(over, Err(InspectionError::RoundsOver(1)));
    house.judge(agency, id, (ITEM, Verdict::NotSatisfied)).await;
    house.steps(id, &[(agency, "accept-remedy"), (agency, "visit")]).await;
    house.judge_all(agency, id, None).await;
    house.signed(id, "send-result").await;
    house.steps(id, &[(agency, "findings-exist")]).await;
    house.remedy(&finding).await;
    house
        .steps(id, &[(org, "submit-remedied-documents"), (agency, "accept-remedy")])
        .await;
    let done = house.signed(id, "send-final-report").await;
    assert_eq!(done.outcome, InspectionOutcome::Failed, "a finding is open");
}

#[tokio::test]
async fn whoever_proposed_or_judged_does_not_approve() {
    let house = House::new().await;
    let id = opened(&house).await;
    house.judge_all(&house.inspector, id, None).await;
    let proposal = house.propose(&house.approver, id, "send-result").await;
    let approve = async |staff| inspection::approve(&house.office, staff, proposal.id, proposal.state_sha256).await;
    let same = approve(&house.approver).await;
    assert_eq!(same, Err(InspectionError::Proposal(ProposalError::SameMember)));
    let inspector = approve(&house.inspector).await;
    assert!(matches!(inspector, Err(InspectionError::Denied(_))), "{inspector:?}");
    let roles = [naru_core::Role::Inspector, naru_core::Role::Approver];
    let mut author = house.inspector.clone();
    author.member.roles = naru_core::Roles::of(&roles);
    assert_eq!(approve(&author).await, Err(InspectionError::Author));
    assert_eq!(house.inspection(id).await.state, "DOC_INSPECTION");
    let third = crate::house::colleague(&house.office, &house.inspector, "third", &roles).await;
    assert_eq!(approve(&third).await.unwrap().state, "DOC_RESULT_SENT");
    let again = approve(&third).await;
    assert_eq!(again, Err(InspectionError::Proposal(ProposalError::Ended)));
}

#[tokio::test]
async fn what_has_changed_since_it_was_shown_voids_the_approval() {
    let house = House::new().await;
    let id = opened(&house).await;
    house.judge_all(&house.inspector, id, None).await;
    let proposal = house.propose(&house.inspector, id, "send-result").await;
    let unseen = inspection::approve(&house.office, &house.approver, proposal.id, [0; 32]).await;
    assert_eq!(
        unseen,
        Err(InspectionError::Proposal(ProposalError::Changed)),
        "another digest"
    );
    let again = house.act(&house.inspector, (id, "send-result"), &[]).await;
    assert_eq!(
        again,
        Err(InspectionError::Proposal(ProposalError::Open)),
        "it still waits"
    );
    house.judge(&house.inspector, id, (ITEM, Verdict::NotApplicable)).await;
    let approve = async |proposal: &naru_core::Proposal| {
        inspection::approve(&house.office, &house.approver, proposal.id, proposal.state_sha256).await
    };
    assert_eq!(
        approve(&proposal).await,
        Err(InspectionError::Proposal(ProposalError::Changed))
    );
    let found = house.get(async |tx| tx.proposal_find(proposal.id).await).await.unwrap();
    assert_eq!(found.decision, Some(Decision::Void), "and that stays");
    assert_eq!(house.inspection(id).await.state, "DOC_INSPECTION");
    // An answer with other evidence voids it as well, and a fresh proposal takes the place of the stale one.
    let stale = house.propose(&house.inspector, id, "send-result").await;
    let answer = Answer {
        control_id: ITEM.to_owned(),
        body: "예".to_owned(),
        revisions: vec![house.upload(DocumentKind::Evidence).await.id],
        version_seen: 0,
    };
    answer::put(&house.office, &house.fintech, &answer).await.unwrap();
    let fresh = house.propose(&house.inspector, id, "send-result").await;
    assert_eq!(
        approve(&stale).await,
        Err(InspectionError::Proposal(ProposalError::Ended))
    );
    assert_eq!(approve(&fresh).await.unwrap().state, "DOC_RESULT_SENT");
}

#[tokio::test]
async fn withdrawing_is_possible_at_any_time_and_voids_what_waits() {
    let house = House::new().await;
    let id = opened(&house).await;
    house.judge_all(&house.inspector, id, None).await;
    let proposal = house.propose(&house.inspector, id, "send-result").await;
    match house.act(&house.fintech, (id, "withdraw"), &[]).await.unwrap() {
        Acted::Moved(after) => assert_eq!(after.outcome, InspectionOutcome::Withdrawn),
        other => panic!("{other:?}"),
    }
    let late = inspection::approve(&house.office, &house.approver, proposal.id, proposal.state_sha256).await;
    assert_eq!(late, Err(InspectionError::Proposal(ProposalError::Ended)));
    assert_eq!(house.inspection(id).await.state, "WITHDRAWN");
    let agency = house.inspector.organisation.id;
    house.open(&Opening::Organisation { agency }).await;
}

#[tokio::test]
async fn a_rejected_proposal_moves_nothing_and_can_be_made_again() {
    let house = House::new().await;
    let id = opened(&house).await;
    house.judge_all(&house.inspector, id, None).await;
    let proposal = house.propose(&house.inspector, id, "send-result").await;
    let outsider = inspection::reject(&house.office, &house.fintech, proposal.id, "왜").await;
    assert_eq!(outsider, Err(InspectionError::Unknown));
    let outsider = inspection::approve(&house.office, &house.fintech, proposal.id, proposal.state_sha256).await;
    assert_eq!(outsider, Err(InspectionError::Unknown));
    let open = house.get(async |tx| tx.proposal_find(proposal.id).await).await.unwrap();
    assert_eq!(open.decision, None, "whom it concerns does not decide it");
    let rejected = inspection::reject(&house.office, &house.approver, proposal.id, "근거가 부족합니다").await;
    assert_eq!(rejected, Ok(()));
    house.propose(&house.inspector, id, "send-result").await;
    assert_eq!(house.inspection(id).await.state, "DOC_INSPECTION");
}
