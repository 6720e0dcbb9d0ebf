//! Guarantee insurance: it counts once somebody else looked it up, and only as far as it reaches.

use naru_admission::policy::service::{NewPolicy, PolicyError, confirm, end, record};
use naru_core::{Day, Gate, OrganisationKind, Role, Won};

use crate::house::{House, staff};
use crate::moves::insured;

fn policy<'a>() -> NewPolicy<'a> {
    NewPolicy {
        insurer: "서울보증보험",
        number: "P-7",
        cover_won: Won(1),
        from_day: Day::parse("20260101").unwrap(),
        to_day: Day::parse("20261231").unwrap(),
        revision_id: None,
    }
}

#[tokio::test]
async fn a_policy_counts_from_its_confirmation_to_its_last_day() {
    let house = House::new("20260201").await;
    let id = record(&house.office, &house.fintech, &policy()).await.unwrap();
    assert!(!house.is_open(Gate::GuaranteeInsurance).await, "nobody looked it up");
    let own = confirm(&house.office, &house.fintech, id).await;
    assert!(matches!(own, Err(PolicyError::Denied(_))), "{own:?}");
    confirm(&house.office, &house.desk[0], id).await.unwrap();
    assert!(house.is_open(Gate::GuaranteeInsurance).await);
    let twice = confirm(&house.office, &house.desk[1], id).await;
    assert_eq!(twice, Err(PolicyError::Settled));
    house.pass_days(334);
    assert!(!house.is_open(Gate::GuaranteeInsurance).await, "2027-01-01");
}

#[tokio::test]
async fn a_policy_ends_by_hand_for_its_own_fintech_and_the_operator_alone() {
    let house = House::new("20260201").await;
    insured(&house, "20261231").await;
    let id = record(&house.office, &house.fintech, &policy()).await.unwrap();
    let other = staff(
        &house.office,
        ("other", OrganisationKind::Fintech),
        &[Role::SecurityOfficer],
    )
    .await;
    assert!(matches!(
        end(&house.office, &other, id).await,
        Err(PolicyError::Denied(_))
    ));
    end(&house.office, &house.desk[0], id).await.unwrap();
    assert_eq!(end(&house.office, &house.fintech, id).await, Err(PolicyError::Settled));
    assert!(house.is_open(Gate::GuaranteeInsurance).await, "the other policy stands");
}

#[tokio::test]
async fn values_that_cannot_be_are_refused() {
    let house = House::new("20260201").await;
    let wrong = [
        NewPolicy {
            insurer: " ",
            ..policy()
        },
        NewPolicy {
            cover_won: Won(0),
            ..policy()
        },
        NewPolicy {
            to_day: Day::parse("20251231").unwrap(),
            ..policy()
        },
    ];
    for wrong in wrong {
        let refused = record(&house.office, &house.fintech, &wrong).await;
        assert!(matches!(refused, Err(PolicyError::Field { .. })), "{refused:?}");
    }
}
