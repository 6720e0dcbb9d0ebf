//! After the end: what is open again, who sees it, and what people are warned of.

use naru_admission::answer::{self, Answer};
use naru_admission::document::{self, DocumentError};
use naru_admission::inspection::{self, InspectionError, Opening};
use naru_admission::notice::round::{Round, round};
use naru_admission::proposal::ProposalError;
use naru_admission::{Staff, finding, notice};
use naru_core::{
    Action, DocumentKind, InspectionId, InspectionOutcome, NoticeKind, OrganisationKind, Role, SignalKind,
    SignalOutcome, Timestamp,
};
use naru_rulebook::Platform;
use naru_storage::{FindingRow, NoticeRow, SignalRow, StorageError};
use serde_json::json;

use crate::house::{ACTOR, House, staff};
use crate::paper::{PDF, receive, upload};

/// An item on which TLS is evidence, and the one of a web service that we judge here.
const ITEM: &str = "fsi-web-01-1";

/// A service that was inspected and has passed.
async fn passed(house: &House, service: &str) -> InspectionId {
    let opening = Opening::Service {
        agency: house.inspector.organisation.id,
        service: service.to_owned(),
        platform: Platform::Web,
    };
    let id = house.open(&opening).await.id;
    house.contracted(id, &[DocumentKind::Application]).await;
    house.steps(id, &[(&house.inspector, "start")]).await;
    house.judge_all(&house.inspector, id, None).await;
    let done = house.signed(id, "send-final-report").await;
    assert_eq!(done.outcome, InspectionOutcome::Passed);
    id
}

async fn reopen(house: &House, control: &str) -> FindingRow {
    let organisation = house.fintech.organisation.id;
    let done = house.office.hub.storage().run("reopen", &ACTOR, async |tx| {
        tx.trail(Action::SignalObserved, organisation, json!({})).await?;
        let why = "sig-tls-config: fail";
        finding::reopen_item(&tx, &house.office.settings, organisation, (&[control], why)).await
    });
    done.await.unwrap().remove(0)
}

async fn reopened(house: &House, staff: &Staff) -> Vec<(FindingRow, Vec<&'static str>)> {
    let listed = finding::reopened(&house.office, staff).await.unwrap();
    listed.into_iter().map(|one| (one.open.finding, one.next)).collect()
}

async fn notices(house: &House, kind: NoticeKind) -> Vec<NoticeRow> {
    let all = notice::list_open(&house.office, house.fintech.organisation.id).await;
    let all = all.unwrap().into_iter();
    all.filter(|notice| notice.kind == kind).collect()
}

async fn warn(house: &House) -> Round {
    round(&house.office).await.unwrap()
}

#[tokio::test]
async fn an_agency_finds_what_was_reopened_on_an_ended_inspection_and_closes_it() {
    let house = House::new().await;
    let id = passed(&house, "블루페이").await;
    assert_eq!(reopened(&house, &house.inspector).await, []);
    let finding = reopen(&house, ITEM).await;
    let waiting = reopened(&house, &house.inspector).await;
    assert_eq!(waiting, [(finding.clone(), Vec::new())], "the organisation is next");
    let other = staff(&house.office, ("other", OrganisationKind::Agency), &[Role::Inspector]).await;
    assert_eq!(reopened(&house, &other).await, [], "it inspected somebody else");
    assert_eq!(
        reopened(&house, &house.desk).await,
        [],
        "the operator judges what no agency does"
    );
    let refused = finding::reopened(&house.office, &house.fintech).await;
    assert!(matches!(refused, Err(InspectionError::Denied(_))), "{refused:?}");
    let overview = inspection::overview(&house.office, &house.fintech).await.unwrap();
    assert_eq!(
        overview[0].open_findings,
        std::slice::from_ref(&finding),
        "its people see it too"
    );
    house.remedy(&finding).await;
    let waiting = reopened(&house, &house.inspector).await;
    assert_eq!(waiting[0].1, ["verify", "reject"]);
    house.close(&finding).await;
    assert_eq!(reopened(&house, &house.inspector).await, []);
    assert_eq!(house.inspection(id).await.outcome, InspectionOutcome::Passed);
}

#[tokio::test]
async fn ended_inspections_are_an_archive_that_is_turned_page_by_page() {
    let house = House::new().await;
    let first = passed(&house, "블루페이").await;
    house.pass_days(1);
    let second = passed(&house, "레드페이").await;
    let open = reopen(&house, ITEM).await;
    assert_eq!(open.inspection_id, second, "the latest that has the item");
    let page = async |staff: &Staff, behind| inspection::archive(&house.office, staff, behind, 1).await;
    let newest = page(&house.inspector, None).await.unwrap();
    assert_eq!(
        (newest.len(), newest[0].inspection.id, newest[0].open_findings),
        (1, second, 1)
    );
    assert_eq!(newest[0].organisation_code, "blue-pay");
    let behind = |row: &naru_storage::EndedInspection| Some((row.inspection.ended_at.unwrap(), row.inspection.id));
    let next = page(&house.inspector, behind(&newest[0])).await.unwrap();
    assert_eq!((next[0].inspection.id, next[0].open_findings), (first, 0));
    assert_eq!(page(&house.inspector, behind(&next[0])).await.unwrap(), []);
    assert_eq!(page(&house.desk, None).await.unwrap(), newest);
    let other = staff(&house.office, ("other", OrganisationKind::Agency), &[Role::Inspector]).await;
    assert_eq!(page(&other, None).await.unwrap(), []);
    let refused = page(&house.fintech, None).await;
    assert!(matches!(refused, Err(InspectionError::Denied(_))), "{refused:?}");
}

/// Leaves a signal of the fintech at its own rows as a look would.
async fn stands(house: &House, signal: SignalKind, (outcome, failures, expires_at): (SignalOutcome, i64, Timestamp)) {
    let whose = house.fintech.organisation.id;
    let put = house.office.hub.storage().run("signal_put", &ACTOR, async |tx| {
        tx.signal_plan(whose, (signal, None), (tx.now(), expires_at)).await?;
        let row = SignalRow {
            organisation_id: whose,
            signal,
            endpoint_id: None,
            due_at: tx.now(),
            lease_until: Timestamp(0),
            lease_version: 0,
            outcome,
            observation_id: None,
            observed_at: Some(tx.now()),
            expires_at: Some(expires_at),
            failures,
        };
        assert!(tx.signal_settle(&row).await?);
        tx.trail(Action::SignalObserved, whose, json!({})).await
    });
    let put: Result<(), StorageError> = put.await;
    put.unwrap();
}

#[tokio::test]
async fn a_finding_that_is_closed_while_its_signal_still_fails_is_opened_by_the_next_round() {
    let house = House::new().await;
    let id = house
        .open(&Opening::Organisation {
            agency: house.inspector.organisation.id,
        })
        .await
        .id;
    house.contracted(id, &[DocumentKind::Application]).await;
    house.steps(id, &[(&house.inspector, "start")]).await;
    house.judge_all(&house.inspector, id, None).await;
    house.signed(id, "send-result").await;
    house
        .steps(id, &[(&house.inspector, "no-findings"), (&house.inspector, "visit")])
        .await;
    house.judge_all(&house.inspector, id, None).await;
    house.signed(id, "send-result").await;
    house.steps(id, &[(&house.inspector, "no-findings")]).await;
    house.signed(id, "send-final-report").await;
    let fresh = house.office.hub.now().plus_days(9);
    stands(&house, SignalKind::DormantCredential, (SignalOutcome::Fail, 0, fresh)).await;
    let first = warn(&house).await;
    assert!(first.reopened > 0, "{first:?}");
    assert_eq!(warn(&house).await.reopened, 0, "it is open already");
    let finding = reopened(&house, &house.inspector).await.remove(0).0;
    house.remedy(&finding).await;
    house.close(&finding).await;
    assert_eq!(warn(&house).await.reopened, 1, "the signal still fails");
    let again = reopened(&house, &house.inspector).await;
    let again: Vec<_> = again
        .into_iter()
        .map(|(f, _)| f)
        .filter(|f| f.control_id == finding.control_id)
        .collect();
    assert_eq!(again.len(), 1);
    stands(&house, SignalKind::DormantCredential, (SignalOutcome::Pass, 0, fresh)).await;
    house.remedy(&again[0]).await;
    house.close(&again[0]).await;
    assert_eq!(warn(&house).await.reopened, 0, "and now it passes");
}

#[tokio::test]
async fn a_finding_is_warned_of_before_and_after_its_day_until_a_remedy_is_handed_in() {
    let house = House::new().await;
    passed(&house, "블루페이").await;
    let finding = reopen(&house, ITEM).await;
    assert_eq!(warn(&house).await, Round::default(), "its day is two weeks off");
    house.pass_days(7);
    assert_eq!(warn(&house).await.given, 1);
    assert_eq!(warn(&house).await.given, 0, "once");
    let due = notices(&house, NoticeKind::FindingDue).await;
    assert_eq!((due.len(), due[0].subject.clone()), (1, finding.id.to_string()));
    house.pass_days(8);
    assert_eq!(warn(&house).await.given, 1);
    assert_eq!(notices(&house, NoticeKind::FindingOverdue).await.len(), 1);
    house.remedy(&finding).await;
    for kind in [NoticeKind::FindingDue, NoticeKind::FindingOverdue] {
        assert_eq!(notices(&house, kind).await, [], "{kind}");
    }
}

#[tokio::test]
async fn a_document_is_warned_of_and_when_it_has_ended_what_rests_on_it_is_open() {
    let house = House::new().await;
    let mut evidence = upload(DocumentKind::Evidence, "정책.pdf");
    evidence.expires_on = Some(house.office.hub.now().plus_days(40).day());
    let ends = receive(&house, evidence, PDF).await.unwrap();
    let answer = |revisions, version_seen| Answer {
        control_id: ITEM.to_owned(),
        body: "정책이 있습니다".to_owned(),
        revisions,
        version_seen,
    };
    answer::put(&house.office, &house.fintech, &answer(vec![ends.id], 0))
        .await
        .unwrap();
    passed(&house, "블루페이").await;
    assert_eq!(warn(&house).await, Round::default());
    house.pass_days(15);
    assert_eq!(warn(&house).await, Round { given: 1, reopened: 0 });
    let told = notices(&house, NoticeKind::DocumentEnds).await;
    assert_eq!(
        (told[0].subject.clone(), Some(told[0].due_on)),
        (ends.id.to_string(), ends.expires_on)
    );
    house.pass_days(25);
    assert_eq!(warn(&house).await.reopened, 0, "its last day counts");
    house.pass_days(1);
    assert_eq!(warn(&house).await.reopened, 1);
    let open = reopened(&house, &house.inspector).await;
    assert!(open[0].0.statement.contains(&ends.id.to_string()), "{:?}", open[0].0);
    answer::put(&house.office, &house.fintech, &answer(Vec::new(), 1))
        .await
        .unwrap();
    warn(&house).await;
    assert_eq!(
        notices(&house, NoticeKind::DocumentEnds).await,
        [],
        "nothing rests on it"
    );
}

#[tokio::test]
async fn who_has_a_signal_that_nobody_could_look_at_is_warned_before_it_is_stale() {
    let house = House::new().await;
    let now = house.office.hub.now();
    stands(
        &house,
        SignalKind::IsmsCert,
        (SignalOutcome::Error, 1, now.plus_days(3)),
    )
    .await;
    stands(
        &house,
        SignalKind::ScimLeaver,
        (SignalOutcome::Pass, 0, now.plus_seconds(60)),
    )
    .await;
    assert_eq!(warn(&house).await.given, 0, "one has time, the other was looked at");
    house.pass_days(2);
    assert_eq!(warn(&house).await.given, 1);
    let told = notices(&house, NoticeKind::SignalStale).await;
    assert_eq!(
        (told[0].subject.as_str(), told[0].due_on),
        ("sig-isms-cert", now.plus_days(3).day())
    );
}

#[tokio::test]
async fn what_is_signed_names_every_answer_and_an_ended_inspection_keeps_them() {
    let house = House::new().await;
    let evidence = house.upload(DocumentKind::Evidence).await;
    let say = async |body: &str, revisions, version_seen| {
        let answer = Answer {
            control_id: ITEM.to_owned(),
            body: body.to_owned(),
            revisions,
            version_seen,
        };
        answer::put(&house.office, &house.fintech, &answer).await.unwrap();
    };
    say("처음", vec![evidence.id], 0).await;
    let opening = Opening::Service {
        agency: house.inspector.organisation.id,
        service: "블루페이".to_owned(),
        platform: Platform::Web,
    };
    let id = house.open(&opening).await.id;
    let read = async || {
        document::open(&house.office, &house.inspector, evidence.id)
            .await
            .map(|(row, _)| row.id)
    };
    assert_eq!(read().await, Err(DocumentError::Unknown), "nothing was handed in yet");
    house.contracted(id, &[DocumentKind::Application]).await;
    assert_eq!(read().await, Ok(evidence.id));
    house.steps(id, &[(&house.inspector, "start")]).await;
    house.judge_all(&house.inspector, id, None).await;
    let before = house.propose(&house.inspector, id, "send-final-report").await;
    let sha256 = naru_crypto::hex(&naru_crypto::sha256("처음".as_bytes()));
    assert!(before.state.contains(&sha256), "{}", before.state);
    say("둘째", vec![evidence.id], 1).await;
    let late = inspection::approve(&house.office, &house.approver, before.id, before.state_sha256).await;
    assert_eq!(
        late,
        Err(InspectionError::Proposal(ProposalError::Changed)),
        "the words changed"
    );
    house.signed(id, "send-final-report").await;
    house.pass_days(1);
    say("셋째", Vec::new(), 2).await;
    let view = inspection::view(&house.office, &house.inspector, id).await.unwrap();
    let item = view.items.iter().find(|item| item.control.id == ITEM).unwrap();
    assert_eq!(item.answer().unwrap().body, "둘째", "as it was when it ended");
    assert_eq!(read().await, Ok(evidence.id), "the signed state names it");
    let other = house.upload(DocumentKind::Evidence).await;
    let unnamed = document::open(&house.office, &house.inspector, other.id)
        .await
        .map(|(row, _)| row.id);
    assert_eq!(unnamed, Err(DocumentError::Unknown), "nothing names it");
    let list = answer::list(
        &house.office,
        &house.inspector,
        house.fintech.organisation.id,
        "fsi-web",
    )
    .await;
    assert!(list.is_err(), "the answers of today are not the agency's any more");
}

#[tokio::test]
async fn an_organisation_has_so_many_inspections_under_way_and_no_more() {
    let house = House::on("20261121", |settings| settings.inspections_max = 2).await;
    let service = |name: &str| Opening::Service {
        agency: house.inspector.organisation.id,
        service: name.to_owned(),
        platform: Platform::Web,
    };
    let first = house.open(&service("하나")).await.id;
    house.open(&service("둘")).await;
    let third = inspection::open(&house.office, &house.fintech, &service("셋")).await;
    assert_eq!(third, Err(InspectionError::TooManyOpen(2)));
    house.steps(first, &[(&house.fintech, "withdraw")]).await;
    house.open(&service("셋")).await;
}

#[tokio::test]
async fn an_agency_declines_an_application_with_a_reason_and_a_contract_is_signed_once() {
    let house = House::new().await;
    let agency = house.inspector.organisation.id;
    let id = house.open(&Opening::Organisation { agency }).await.id;
    let steps = [(&house.fintech, "submit-drafts"), (&house.inspector, "pre-review-done")];
    house.steps(id, &steps).await;
    let application = house.upload(DocumentKind::Application).await.id;
    let apply = async || {
        let event = "submit-application-and-reviewed-documents";
        house.act(&house.fintech, (id, event), &[application]).await.unwrap();
    };
    apply().await;
    let contract = house.upload(DocumentKind::Contract).await.id;
    let sign = async || inspection::sign_contract(&house.office, &house.fintech, id, contract).await;
    sign().await.unwrap();
    assert_eq!(sign().await, Err(InspectionError::SignedAlready));
    let version_seen = house.inspection(id).await.version;
    let silent = inspection::Act {
        event: "decline-application",
        note: " ",
        revisions: &[],
        version_seen,
    };
    let refused = inspection::act(&house.office, &house.inspector, id, &silent).await;
    assert_eq!(refused, Err(InspectionError::Note));
    let foreign = house.act(&house.fintech, (id, "decline-application"), &[]).await;
    assert!(matches!(foreign, Err(InspectionError::Step(_))), "{foreign:?}");
    house.steps(id, &[(&house.inspector, "decline-application")]).await;
    assert_eq!(house.inspection(id).await.state, "READY_TO_APPLY");
    apply().await;
    sign().await.unwrap();
}
