//! Findings: objections, extensions, four eyes, what is told to whom, and what live evidence reopens.

use naru_admission::document::DocumentError;
use naru_admission::finding::{self, FindingAct};
use naru_admission::inspection::{self, Acted, InspectionError, Opening};
use naru_admission::proposal::ProposalError;
use naru_core::{Day, DocumentKind, InspectionId, InspectionOutcome};
use naru_rulebook::process::StepError;
use naru_storage::FindingRow;

use crate::house::{ACTOR, House};
use crate::paper::{PDF, receive, upload};

const ITEM: &str = "fsi-m-01-1";

/// An organisation that was told of a finding, and has until 5 December 2026.
async fn told(house: &House) -> (InspectionId, FindingRow) {
    let agency = house.inspector.organisation.id;
    let id = house.open(&Opening::Organisation { agency }).await.id;
    house.contracted(id, &[DocumentKind::Application]).await;
    house.steps(id, &[(&house.inspector, "start")]).await;
    let finding = house.judge_all(&house.inspector, id, Some(ITEM)).await.unwrap();
    house.signed(id, "send-result").await;
    house.steps(id, &[(&house.inspector, "findings-exist")]).await;
    (id, house.finding(&finding).await)
}

#[tokio::test]
async fn an_upheld_objection_withdraws_the_finding_and_sets_the_verdict_aside() {
    let house = House::new().await;
    let (id, finding) = told(&house).await;
    house
        .act_on(&house.fintech, (&finding, "object-with-reason"), &[])
        .await
        .unwrap();
    house
        .act_on(&house.inspector, (&finding, "dismiss-objection"), &[])
        .await
        .unwrap();
    assert_eq!(house.finding(&finding).await.state, "OPEN");
    house
        .act_on(&house.fintech, (&finding, "object-with-reason"), &[])
        .await
        .unwrap();
    let proposal = match house
        .act_on(&house.inspector, (&finding, "uphold-objection"), &[])
        .await
        .unwrap()
    {
        Acted::Proposed(proposal) => proposal,
        other => panic!("{other:?}"),
    };
    let done = finding::approve(&house.office, &house.approver, proposal.id, proposal.state_sha256).await;
    assert_eq!(done.unwrap().state, "WITHDRAWN");
    house
        .steps(
            id,
            &[
                (&house.fintech, "submit-remedied-documents"),
                (&house.inspector, "accept-remedy"),
            ],
        )
        .await;
}

#[tokio::test]
async fn to_close_a_finding_takes_two_people_and_not_its_author() {
    let house = House::new().await;
    let (_, finding) = told(&house).await;
    house.remedy(&finding).await;
    let proposal = match house.act_on(&house.approver, (&finding, "verify"), &[]).await.unwrap() {
        Acted::Proposed(proposal) => proposal,
        other => panic!("{other:?}"),
    };
    let approve = async |staff| finding::approve(&house.office, staff, proposal.id, proposal.state_sha256).await;
    let same = approve(&house.approver).await;
    assert_eq!(same, Err(InspectionError::Proposal(ProposalError::SameMember)));
    let mut author = house.inspector.clone();
    author.member.roles = naru_core::Roles::of(&[naru_core::Role::Approver]);
    assert_eq!(approve(&author).await, Err(InspectionError::Author));
    // More time in between changes what was shown.
    let seen = (finding.id, house.finding(&finding).await.version);
    let later = Day(20_261_231);
    finding::extend(&house.office, &house.inspector, seen, later, "명절")
        .await
        .unwrap();
    let roles = [naru_core::Role::Approver];
    let third = crate::house::colleague(&house.office, &house.inspector, "third", &roles).await;
    assert_eq!(
        approve(&third).await,
        Err(InspectionError::Proposal(ProposalError::Changed))
    );
    assert_eq!(house.finding(&finding).await.state, "REMEDY_SUBMITTED");
    house.close(&finding).await;
}

#[tokio::test]
async fn overdue_is_computed_and_an_extension_keeps_the_day_that_was_set_before() {
    let house = House::new().await;
    let (_, finding) = told(&house).await;
    assert_eq!(finding.due_on, Some(Day(20_261_205)));
    house.pass_days(15);
    let overview = inspection::overview(&house.office, &house.fintech).await.unwrap();
    assert_eq!((overview[0].overdue, overview[0].open_findings.len()), (1, 1));
    let extend = async |day, reason| {
        let seen = (finding.id, house.finding(&finding).await.version);
        finding::extend(&house.office, &house.inspector, seen, day, reason).await
    };
    assert_eq!(extend(Day(20_261_205), "같은 날").await, Err(InspectionError::DueDay));
    assert_eq!(extend(Day(20_261_220), " ").await, Err(InspectionError::Note));
    extend(Day(20_261_220), "기관의 요청").await.unwrap();
    let view = finding::view(&house.office, &house.fintech, finding.id).await.unwrap();
    assert!(!view.is_overdue);
    let days: Vec<_> = view.events.iter().map(|event| event.due_on).collect();
    assert_eq!(days, [None, Some(Day(20_261_205)), Some(Day(20_261_220))]);
    assert_eq!(view.next, ["acknowledge", "object-with-reason"]);
    let seen = (finding.id, view.finding.version);
    let by_org = finding::extend(&house.office, &house.fintech, seen, Day(20_270_101), "더").await;
    assert_eq!(by_org, Err(InspectionError::Unknown));
}

#[tokio::test]
async fn a_remedy_needs_documents_that_hold_and_the_step_must_be_there() {
    let house = House::new().await;
    let (_, finding) = told(&house).await;
    let early = house.act_on(&house.fintech, (&finding, "submit-evidence"), &[]).await;
    assert!(
        matches!(early, Err(InspectionError::Step(StepError::NoSuchEvent { .. }))),
        "{early:?}"
    );
    let foreign = house.act_on(&house.fintech, (&finding, "verify"), &[]).await;
    assert!(matches!(foreign, Err(InspectionError::Step(_))), "{foreign:?}");
    house
        .act_on(&house.fintech, (&finding, "acknowledge"), &[])
        .await
        .unwrap();
    let bare = house.act_on(&house.fintech, (&finding, "submit-evidence"), &[]).await;
    assert_eq!(bare, Err(InspectionError::Missing(vec![DocumentKind::Evidence])));
    let mut expiring = upload(DocumentKind::Evidence, "a.pdf");
    expiring.expires_on = Some(house.today());
    let revision = receive(&house, expiring, PDF).await.unwrap();
    house.pass_days(1);
    let expired = house
        .act_on(&house.fintech, (&finding, "submit-evidence"), &[revision.id])
        .await;
    assert!(
        matches!(expired, Err(InspectionError::Document(DocumentError::Expired { .. }))),
        "{expired:?}"
    );
    let stale = FindingAct {
        event: "submit-evidence",
        note: "증적",
        revisions: &[house.upload(DocumentKind::Evidence).await.id],
        version_seen: 1,
    };
    let stale = finding::act(&house.office, &house.fintech, finding.id, &stale).await;
    assert_eq!(stale, Err(InspectionError::Changed(None)));
}

#[tokio::test]
async fn the_organisation_is_told_when_the_result_is_sent_and_not_before() {
    let house = House::new().await;
    let agency = house.inspector.organisation.id;
    let id = house.open(&Opening::Organisation { agency }).await.id;
    house.contracted(id, &[DocumentKind::Application]).await;
    house.steps(id, &[(&house.inspector, "start")]).await;
    let finding = house.judge_all(&house.inspector, id, Some(ITEM)).await.unwrap();
    let written = async |staff| {
        let view = inspection::view(&house.office, staff, id).await.unwrap();
        let item = view.items.into_iter().find(|item| item.control.id == ITEM).unwrap();
        (item.verdicts.len(), item.findings.len())
    };
    assert_eq!(written(&house.inspector).await, (1, 1));
    assert_eq!(written(&house.fintech).await, (0, 0));
    let hidden = finding::view(&house.office, &house.fintech, finding.id).await;
    assert_eq!(hidden, Err(InspectionError::Unknown));
    house.signed(id, "send-result").await;
    assert_eq!(written(&house.fintech).await, (1, 1));
    let owner = house.fintech.organisation.id;
    let open = finding::open_findings(&house.office, &house.fintech, owner)
        .await
        .unwrap();
    assert_eq!(open.len(), 1);
}

#[tokio::test]
async fn a_signal_reopens_an_item_and_leaves_the_result_alone() {
    let house = House::new().await;
    let (id, finding) = told(&house).await;
    house.remedy(&finding).await;
    house.steps(id, &[(&house.fintech, "submit-remedied-documents")]).await;
    let organisation = house.fintech.organisation.id;
    let reopen = async |controls: &[&str]| {
        let done = house.office.hub.storage().run("reopen", &ACTOR, async |tx| {
            tx.trail(naru_core::Action::SignalObserved, organisation, serde_json::json!({}))
                .await?;
            let why = "sig-tls-config: fail";
            finding::reopen_item(&tx, &house.office.settings, organisation, (controls, why)).await
        });
        done.await.unwrap()
    };
    assert_eq!(reopen(&[ITEM]).await, [], "it is still under way");
    house.close(&finding).await;
    house
        .judge(&house.inspector, id, (ITEM, naru_core::Verdict::Satisfied))
        .await;
    house
        .steps(id, &[(&house.inspector, "accept-remedy"), (&house.inspector, "visit")])
        .await;
    house.judge_all(&house.inspector, id, None).await;
    house.signed(id, "send-result").await;
    house.steps(id, &[(&house.inspector, "no-findings")]).await;
    house.signed(id, "send-final-report").await;
    let reopened = reopen(&[ITEM, "fsi-web-01-1", "fsi-t-05-4"]).await;
    let controls: Vec<_> = reopened.iter().map(|finding| finding.control_id.as_str()).collect();
    assert_eq!(controls, [ITEM, "fsi-t-05-4"], "only what was inspected");
    assert_eq!(reopened[0].due_on, Some(Day(20_261_205)));
    assert_eq!(reopened[0].written_by, "hub:signals");
    assert_eq!(reopen(&[ITEM]).await, [], "once");
    assert_eq!(house.inspection(id).await.outcome, InspectionOutcome::Passed);
    let view = inspection::view(&house.office, &house.fintech, id).await.unwrap();
    let item = view.items.iter().find(|item| item.control.id == ITEM).unwrap();
    assert_eq!(item.findings.len(), 2);
    house.remedy(&reopened[0]).await;
    house.close(&reopened[0]).await;
}

#[tokio::test]
async fn a_mistaken_finding_is_struck_only_before_the_organisation_is_told() {
    let house = House::new().await;
    let agency = house.inspector.organisation.id;
    let id = house.open(&Opening::Organisation { agency }).await.id;
    house.contracted(id, &[DocumentKind::Application]).await;
    house.steps(id, &[(&house.inspector, "start")]).await;
    house.judge_all(&house.inspector, id, None).await;
    let mistake = finding::write(&house.office, &house.inspector, (id, ITEM), "잘못")
        .await
        .unwrap();
    let strike =
        async |staff, finding: &FindingRow| finding::strike(&house.office, staff, (finding.id, finding.version)).await;
    assert_eq!(
        strike(&house.fintech, &mistake).await,
        Err(InspectionError::Unknown),
        "it knows of none"
    );
    assert_eq!(strike(&house.inspector, &mistake).await, Ok(()));
    assert_eq!(strike(&house.inspector, &mistake).await, Err(InspectionError::Unknown));
    let sent = house.signed(id, "send-result").await;
    assert_eq!(sent.state, "DOC_RESULT_SENT");
}

#[tokio::test]
async fn the_inspected_decide_nothing_and_a_told_finding_is_not_struck() {
    let house = House::new().await;
    let (_, finding) = told(&house).await;
    let seen = (finding.id, finding.version);
    let late = finding::strike(&house.office, &house.inspector, seen).await;
    assert_eq!(late, Err(InspectionError::NotNow("DOC_REMEDIATION".to_owned())));
    house.remedy(&finding).await;
    let proposal = match house.act_on(&house.inspector, (&finding, "verify"), &[]).await.unwrap() {
        Acted::Proposed(proposal) => proposal,
        other => panic!("{other:?}"),
    };
    let own = finding::approve(&house.office, &house.fintech, proposal.id, proposal.state_sha256).await;
    assert_eq!(own, Err(InspectionError::Unknown));
    let own = finding::reject(&house.office, &house.fintech, proposal.id, "왜").await;
    assert_eq!(own, Err(InspectionError::Unknown));
    finding::reject(&house.office, &house.approver, proposal.id, "아직")
        .await
        .unwrap();
    house.close(&finding).await;
}
