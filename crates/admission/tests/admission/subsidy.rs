//! Subsidies: a budget that cannot be overdrawn, whoever decides at the same moment.

use naru_admission::subsidy::service::{SubsidyError, apply, approve, budget, pay, propose, set_budget, withdraw};
use naru_core::{Action, InspectionMachine, InspectionOutcome, ProposalId, Role, Roles, SubsidyId, Won};
use naru_storage::{InspectionRow, StorageError};

use crate::house::{ACTOR, House};
use crate::moves::proposal;

async fn applied(house: &House, won: i64) -> SubsidyId {
    let inspection = house.passed(InspectionMachine::Service, "web", "FINAL_REPORTED").await;
    apply(&house.office, &house.fintech, (inspection, Won(1_000), Won(won)))
        .await
        .unwrap()
}

async fn granting(house: &House, id: SubsidyId, won: i64) -> ProposalId {
    propose(&house.office, &house.desk[0], (id, Some(Won(won))), "within the budget")
        .await
        .unwrap()
}

async fn approved(house: &House, id: ProposalId) -> Result<(), SubsidyError> {
    let seen = proposal(house, id).await.state_sha256;
    approve(&house.office, &house.desk[1], (id, seen)).await.map(drop)
}

#[tokio::test]
async fn a_subsidy_is_applied_for_granted_by_two_and_paid_once() {
    let house = House::new("20260201").await;
    set_budget(&house.office, &house.desk[0], (2026, Won(700)))
        .await
        .unwrap();
    let id = applied(&house, 750).await;
    let proposal = granting(&house, id, 700).await;
    let early = pay(&house.office, &house.desk[0], id, "B-1").await;
    assert!(matches!(early, Err(SubsidyError::Illegal { .. })), "{early:?}");
    approved(&house, proposal).await.unwrap();
    let bound = budget(&house.office, 2026).await.unwrap().unwrap();
    assert_eq!((bound.granted_won, bound.paid_won), (Won(700), Won(0)));
    pay(&house.office, &house.desk[0], id, "B-1").await.unwrap();
    let twice = pay(&house.office, &house.desk[0], id, "B-1").await;
    assert!(matches!(twice, Err(SubsidyError::Illegal { .. })), "{twice:?}");
    assert_eq!(budget(&house.office, 2026).await.unwrap().unwrap().paid_won, Won(700));
    let below = set_budget(&house.office, &house.desk[0], (2026, Won(699))).await;
    assert!(matches!(below, Err(SubsidyError::Field { .. })), "{below:?}");
}

#[tokio::test]
async fn a_budget_is_never_overdrawn() {
    let house = House::new("20260201").await;
    set_budget(&house.office, &house.desk[0], (2026, Won(1_000)))
        .await
        .unwrap();
    let (first, second) = (applied(&house, 600).await, applied(&house, 600).await);
    let (one, two) = (granting(&house, first, 600).await, granting(&house, second, 600).await);
    let (one, two) = tokio::join!(approved(&house, one), approved(&house, two));
    let refused: Vec<_> = [one, two].into_iter().filter_map(Result::err).collect();
    assert_eq!(
        refused,
        [SubsidyError::OverBudget {
            year: 2026,
            left_won: 400
        }]
    );
    assert_eq!(
        budget(&house.office, 2026).await.unwrap().unwrap().granted_won,
        Won(600)
    );
}

#[tokio::test]
async fn more_than_the_share_twice_or_for_anothers_inspection_is_refused() {
    let house = House::new("20260201").await;
    let inspection = house.passed(InspectionMachine::Service, "web", "FINAL_REPORTED").await;
    let ask = async |won| apply(&house.office, &house.fintech, (inspection, Won(1_000), Won(won))).await;
    assert!(
        matches!(ask(751).await, Err(SubsidyError::Field { .. })),
        "75 % of 1,000 is 750"
    );
    assert!(matches!(ask(0).await, Err(SubsidyError::Field { .. })));
    let id = ask(750).await.unwrap();
    assert_eq!(ask(750).await, Err(SubsidyError::Twice));
    withdraw(&house.office, &house.fintech, id).await.unwrap();
    assert!(ask(750).await.is_ok(), "what was taken back can be asked for again");
    let unknown = naru_core::InspectionId::new(house.office.hub.now(), house.office.hub.storage().chance());
    let foreign = apply(&house.office, &house.fintech, (unknown, Won(10), Won(1))).await;
    assert!(matches!(foreign, Err(SubsidyError::Field { .. })), "{foreign:?}");
}

/// An inspection that was taken back after its subsidy was applied for.
async fn take_back(house: &House, id: SubsidyId) {
    let storage = house.office.hub.storage();
    let done = storage.run("test", &ACTOR, async |tx| {
        let subsidy = tx.subsidy_find(id).await?.expect("it was applied for");
        let found = tx.inspection_find(subsidy.inspection_id).await?.expect("it is there");
        let row = InspectionRow {
            state: "WITHDRAWN".to_owned(),
            outcome: InspectionOutcome::Withdrawn,
            ..found
        };
        assert!(tx.inspection_update(&row).await?);
        tx.trail(Action::InspectionMoved, row.id, ()).await
    });
    done.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
}

#[tokio::test]
async fn only_an_agencys_inspection_that_stands_is_supported() {
    let house = House::new("20260201").await;
    set_budget(&house.office, &house.desk[0], (2026, Won(5_000)))
        .await
        .unwrap();
    let own = house.passed(InspectionMachine::OwnInspection, "", "ACCEPTED").await;
    let refused = apply(&house.office, &house.fintech, (own, Won(1_000), Won(100))).await;
    assert!(
        matches!(
            refused,
            Err(SubsidyError::Field {
                field: "inspection",
                ..
            })
        ),
        "{refused:?}"
    );
    let (early, late) = (applied(&house, 100).await, applied(&house, 100).await);
    take_back(&house, early).await;
    let proposed = propose(
        &house.office,
        &house.desk[0],
        (early, Some(Won(100))),
        "within the budget",
    )
    .await;
    assert!(
        matches!(
            proposed,
            Err(SubsidyError::Field {
                field: "inspection",
                ..
            })
        ),
        "{proposed:?}"
    );
    propose(&house.office, &house.desk[0], (early, None), "it was taken back")
        .await
        .expect("it can be refused");
    let proposal = granting(&house, late, 100).await;
    take_back(&house, late).await;
    let granted = approved(&house, proposal).await;
    assert!(
        matches!(
            granted,
            Err(SubsidyError::Field {
                field: "inspection",
                ..
            })
        ),
        "{granted:?}"
    );
    assert_eq!(budget(&house.office, 2026).await.unwrap().unwrap().granted_won, Won(0));
}

#[tokio::test]
async fn who_may_not_apply_takes_no_application_back() {
    let house = House::new("20260201").await;
    let id = applied(&house, 100).await;
    let mut reader = house.fintech.clone();
    reader.member.roles = Roles::of(&[Role::Reader, Role::Developer]);
    let refused = withdraw(&house.office, &reader, id).await;
    assert!(matches!(refused, Err(SubsidyError::Denied(_))), "{refused:?}");
    withdraw(&house.office, &house.fintech, id).await.unwrap();
}
