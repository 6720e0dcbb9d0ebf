//! What is refused: steps that are not there, for whom they are not, and who comes too late.

use std::collections::BTreeSet;

use naru_admission::inspection::{self, Act, InspectionError, Judgement, Opening};
use naru_admission::{Staff, finding};
use naru_core::{DocumentKind, InspectionId, InspectionMethod, OrganisationKind, Role, Verdict};
use naru_rulebook::process::StepError;

use crate::house::{House, staff};

async fn opened(house: &House) -> InspectionId {
    let agency = house.inspector.organisation.id;
    house.open(&Opening::Organisation { agency }).await.id
}

#[tokio::test]
async fn in_the_first_state_every_event_and_party_but_those_of_the_process_are_refused() {
    let house = House::new().await;
    let id = opened(&house).await;
    let machine = inspection::machine(&house.office.settings, house.inspection(id).await.machine);
    let events: BTreeSet<&str> = machine.transitions.iter().map(|step| step.on.as_str()).collect();
    let parties: [(&Staff, &[&str]); 3] = [
        (&house.fintech, &["submit-drafts", "withdraw"]),
        (&house.inspector, &[]),
        (&house.desk, &[]),
    ];
    for (staff, possible) in parties {
        for event in events.iter().filter(|event| !possible.contains(event)) {
            let refused = house.act(staff, (id, event), &[]).await;
            assert!(matches!(refused, Err(InspectionError::Step(_))), "{event}: {refused:?}");
        }
    }
    assert_eq!(house.inspection(id).await.version, 1, "nothing has moved");
    let wrong = house.act(&house.inspector, (id, "submit-drafts"), &[]).await;
    assert!(
        matches!(wrong, Err(InspectionError::Step(StepError::WrongActor { .. }))),
        "{wrong:?}"
    );
}

#[tokio::test]
async fn who_is_not_concerned_or_has_not_the_role_is_refused() {
    let house = House::new().await;
    let id = opened(&house).await;
    let office = &house.office;
    let other = staff(
        office,
        ("green-pay", OrganisationKind::Fintech),
        &[Role::SecurityOfficer],
    )
    .await;
    let agency = staff(office, ("agency-two", OrganisationKind::Agency), &[Role::Inspector]).await;
    for stranger in [&other, &agency] {
        let acted = house.act(stranger, (id, "submit-drafts"), &[]).await;
        assert_eq!(acted, Err(InspectionError::Unknown));
        assert_eq!(
            inspection::view(office, stranger, id).await.err(),
            Some(InspectionError::Unknown)
        );
    }
    let developer = crate::house::colleague(office, &house.fintech, "developer", &[Role::Developer]).await;
    let acted = house.act(&developer, (id, "submit-drafts"), &[]).await;
    assert!(matches!(acted, Err(InspectionError::Denied(_))), "{acted:?}");
    let opening = Opening::Organisation {
        agency: house.inspector.organisation.id,
    };
    for staff in [&developer, &house.desk, &house.inspector] {
        let refused = inspection::open(office, staff, &opening).await;
        assert!(matches!(refused, Err(InspectionError::Denied(_))), "{refused:?}");
    }
    let again = inspection::open(office, &house.second, &opening).await;
    assert_eq!(again, Err(InspectionError::Open), "one at a time");
}

#[tokio::test]
async fn who_saw_an_older_state_is_shown_the_new_one() {
    let house = House::new().await;
    let id = opened(&house).await;
    house.steps(id, &[(&house.fintech, "submit-drafts")]).await;
    let act = |version_seen, note| Act {
        event: "return-for-completion",
        note,
        revisions: &[],
        version_seen,
    };
    let late = inspection::act(&house.office, &house.inspector, id, &act(1, "왜")).await;
    let now = house.inspection(id).await;
    assert_eq!(late, Err(InspectionError::Changed(Some(Box::new(now)))));
    let silent = inspection::act(&house.office, &house.inspector, id, &act(2, " ")).await;
    assert_eq!(silent, Err(InspectionError::Note), "whoever sends back says why");
}

#[tokio::test]
async fn of_two_inspectors_who_judge_at_once_the_second_gets_what_the_first_wrote() {
    let house = House::new().await;
    let id = opened(&house).await;
    let judge = async |staff: &Staff, verdict, note, version_seen| {
        let judgement = Judgement {
            control_id: "fsi-m-01-1",
            verdict,
            method: InspectionMethod::Interview,
            note,
            version_seen,
        };
        inspection::judge(&house.office, staff, id, &judgement).await
    };
    let early = judge(&house.inspector, Verdict::Satisfied, "", 0).await;
    assert_eq!(early, Err(InspectionError::NotNow("CONSULTING".to_owned())));
    house.contracted(id, &[DocumentKind::Application]).await;
    house.steps(id, &[(&house.inspector, "start")]).await;
    let first = judge(&house.inspector, Verdict::Partially, "일부", 0).await.unwrap();
    let late = judge(&house.approver, Verdict::Satisfied, "", 0).await;
    assert_eq!(late, Err(InspectionError::VerdictChanged(Some(Box::new(first)))));
    let second = judge(&house.approver, Verdict::Satisfied, "", 1).await.unwrap();
    assert_eq!(second.version, 2);
    assert!(
        judge(&house.inspector, Verdict::NotSatisfied, "아니요", 1)
            .await
            .is_err()
    );
    assert_eq!(
        judge(&house.inspector, Verdict::NotSatisfied, "", 2).await,
        Err(InspectionError::Note)
    );
    let by_org = judge(&house.fintech, Verdict::Satisfied, "", 2).await;
    assert!(matches!(by_org, Err(InspectionError::NotNow(_))), "{by_org:?}");
}

#[tokio::test]
async fn a_result_needs_every_verdict_and_a_finding_for_what_is_missing() {
    let house = House::new().await;
    let id = opened(&house).await;
    let unwritten = finding::write(&house.office, &house.inspector, (id, "fsi-m-01-1"), "너무 이릅니다").await;
    assert!(matches!(unwritten, Err(InspectionError::NotNow(_))), "{unwritten:?}");
    house.contracted(id, &[DocumentKind::Application]).await;
    house.steps(id, &[(&house.inspector, "start")]).await;
    let none = house.act(&house.inspector, (id, "send-result"), &[]).await;
    assert!(matches!(none, Err(InspectionError::Unjudged(items)) if items.len() == 30));
    house.judge_all(&house.inspector, id, None).await;
    house
        .judge(&house.inspector, id, ("fsi-m-01-1", Verdict::Partially))
        .await;
    let disagrees = |control: &str| Err(InspectionError::Disagree(vec![control.to_owned()]));
    let bare = house.act(&house.inspector, (id, "send-result"), &[]).await;
    assert_eq!(bare, disagrees("fsi-m-01-1"), "no finding");
    house
        .judge(&house.inspector, id, ("fsi-m-01-1", Verdict::Satisfied))
        .await;
    finding::write(&house.office, &house.inspector, (id, "fsi-t-05-4"), "찾았습니다")
        .await
        .unwrap();
    let idle = house.act(&house.inspector, (id, "send-result"), &[]).await;
    assert_eq!(idle, disagrees("fsi-t-05-4"), "a finding on what is fulfilled");
    let stranger = finding::write(&house.office, &house.inspector, (id, "fsi-web-01-1"), "다른 항목").await;
    assert_eq!(stranger, Err(InspectionError::NotAnItem("fsi-web-01-1".to_owned())));
}

#[tokio::test]
async fn an_application_needs_its_form_and_a_contract_its_moment() {
    let house = House::new().await;
    let id = opened(&house).await;
    let contract = house.upload(DocumentKind::Contract).await.id;
    let early = inspection::sign_contract(&house.office, &house.fintech, id, contract).await;
    assert_eq!(early, Err(InspectionError::NothingToSign));
    house
        .steps(
            id,
            &[(&house.fintech, "submit-drafts"), (&house.inspector, "pre-review-done")],
        )
        .await;
    let apply = "submit-application-and-reviewed-documents";
    let bare = house.act(&house.fintech, (id, apply), &[]).await;
    assert_eq!(bare, Err(InspectionError::Missing(vec![DocumentKind::Application])));
    let form = house.upload(DocumentKind::Application).await.id;
    house.act(&house.fintech, (id, apply), &[form]).await.unwrap();
    let no_contract = inspection::sign_contract(&house.office, &house.fintech, id, form).await;
    assert_eq!(no_contract, Err(InspectionError::Missing(vec![DocumentKind::Contract])));
    let agency = inspection::sign_contract(&house.office, &house.inspector, id, contract).await;
    assert_eq!(agency, Err(InspectionError::Unknown), "its own signature is to accept");
}
