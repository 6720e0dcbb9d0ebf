//! How many strangers may sign up.

use naru_admission::AdmissionSettings;
use naru_admission::member::arrival::{ArrivalError, check};
use naru_core::OrganisationKind;

use crate::house::House;

const DAY: i64 = 86_400;

#[tokio::test]
async fn strangers_sign_up_so_many_a_day_and_so_many_without_anybody_who_enrolled() {
    let house = House::with(AdmissionSettings {
        sign_ups_day_max: 3,
        sign_ups_open_max: 2,
        ..AdmissionSettings::default()
    })
    .await;
    let may = async || check(&house.office).await;
    assert_eq!(may().await, Ok(()));
    house.party("agency", OrganisationKind::Agency).await;
    house.party("one", OrganisationKind::Fintech).await;
    assert_eq!(may().await, Ok(()));
    let two = house.party("two", OrganisationKind::Fintech).await;
    assert_eq!(may().await, Err(ArrivalError::Open));
    house.give(two.staff.member.id).await;
    assert_eq!(may().await, Ok(()), "somebody has enrolled");
    house.party("three", OrganisationKind::Fintech).await;
    assert_eq!(may().await, Err(ArrivalError::Day));
    house.pass_seconds(DAY + 1);
    assert_eq!(may().await, Err(ArrivalError::Open), "their invitations last");
    house.pass_seconds(2 * DAY);
    assert_eq!(may().await, Ok(()), "who did not come no longer counts");
}
