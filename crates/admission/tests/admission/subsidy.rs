//! Subsidies: a budget that cannot be overdrawn, whoever decides at the same moment.

use naru_admission::subsidy::service::{SubsidyError, apply, approve, budget, pay, propose, set_budget, withdraw};
use naru_core::{InspectionMachine, ProposalId, SubsidyId, Won};

use crate::house::House;
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
