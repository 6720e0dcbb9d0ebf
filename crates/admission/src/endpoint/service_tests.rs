//! Who may register what, and how many.

use super::*;
use crate::signal::house::House;

const KIND: EndpointKind = EndpointKind::Callback;

#[tokio::test]
async fn an_address_is_https_with_a_public_name() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    for url in [
        "http://www.moafin.example/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://user@www.moafin.example/",
        "ftp://www.moafin.example/",
        "www.moafin.example",
        "",
    ] {
        let refused = register(&house.office, &staff, (KIND, url)).await.unwrap_err();
        assert!(matches!(refused, EndpointError::Url(_)), "{url}: {refused}");
    }
    for port in [22, 25, 1_023] {
        let url = format!("https://www.moafin.example:{port}/");
        let refused = register(&house.office, &staff, (KIND, &url)).await.unwrap_err();
        assert_eq!(refused, EndpointError::Port(port));
    }
    assert!(house.signals(staff.organisation.id).await.is_empty());
    let endpoint = house
        .endpoint(&staff, KIND, " https://WWW.moafin.example/callback ")
        .await;
    assert_eq!(endpoint.url, "https://www.moafin.example/callback");
    let again = register(&house.office, &staff, (KIND, "https://www.moafin.example/callback")).await;
    assert_eq!(again.unwrap_err(), EndpointError::Taken);
    assert_eq!(house.signals(staff.organisation.id).await.len(), 3);
}

#[tokio::test]
async fn developers_and_administrators_change_their_own_and_nobody_else() {
    let house = House::new().await;
    let url = "https://www.moafin.example/";
    for role in [Role::Developer, Role::Administrator] {
        let staff = house.staff(role.as_str(), &[role]).await;
        house.endpoint(&staff, KIND, url).await;
    }
    let owner = house.staff("owner", &[Role::Developer]).await;
    let endpoint = house.endpoint(&owner, KIND, url).await;
    let reader = house.staff("reader", &[Role::Reader, Role::SecurityOfficer]).await;
    let refused = register(&house.office, &reader, (KIND, url)).await.unwrap_err();
    assert!(matches!(refused, EndpointError::Denied(_)), "{refused}");
    let other = house.staff("other", &[Role::Developer]).await;
    let refused = remove(&house.office, &other, endpoint.id).await.unwrap_err();
    assert_eq!(refused, EndpointError::Unknown);
    remove(&house.office, &owner, endpoint.id).await.unwrap();
    assert_eq!(
        remove(&house.office, &owner, endpoint.id).await.unwrap_err(),
        EndpointError::Unknown
    );
    assert!(list(&house.office, owner.organisation.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn their_number_is_bounded_and_a_removed_one_makes_room() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[Role::Developer]).await;
    let mut last = None;
    for place in 0..ENDPOINTS_MAX {
        last = Some(
            house
                .endpoint(&staff, KIND, &format!("https://www.moafin.example/{place}"))
                .await,
        );
    }
    let one_more = "https://www.moafin.example/more";
    let refused = register(&house.office, &staff, (KIND, one_more)).await.unwrap_err();
    assert_eq!(refused, EndpointError::TooMany);
    remove(&house.office, &staff, last.unwrap().id).await.unwrap();
    house.endpoint(&staff, KIND, one_more).await;
}
