use super::*;

fn reach(addresses: &'static [&'static str]) -> Reach {
    let names = Names::Given(Arc::new(|_| addresses.iter().map(|a| a.parse().unwrap()).collect()));
    Reach {
        names,
        ..Reach::try_new("").unwrap()
    }
}

#[tokio::test]
async fn a_name_with_one_refused_address_is_refused() {
    let target = Target::parse("https://bank.example/", false).unwrap();
    let refused = reach(&["1.1.1.1", "::ffff:10.0.0.1"]).addresses(&target).await;
    assert_eq!(refused, Err(Fault::RefusedAddress("::ffff:10.0.0.1".parse().unwrap())));
    assert_eq!(
        reach(&[]).addresses(&target).await,
        Err(Fault::NoAddress("bank.example".to_owned()))
    );
    assert_eq!(
        reach(&["1.1.1.1"]).addresses(&target).await,
        Ok(vec!["1.1.1.1:443".parse().unwrap()])
    );
}

#[tokio::test]
async fn the_ports_of_other_services_are_not_reached() {
    let at = async |port: u16, low_ports: &[u16]| {
        let target = Target::parse(&format!("https://bank.example:{port}/"), false).unwrap();
        let reach = Reach {
            low_ports: low_ports.to_vec(),
            ..reach(&["1.1.1.1"])
        };
        reach.addresses(&target).await.map(|found| found[0].port())
    };
    for port in [22, 25, 1_023] {
        assert_eq!(at(port, &[443]).await, Err(Fault::RefusedPort(port)));
    }
    for port in [443, 1_024, 8_443] {
        assert_eq!(at(port, &[443]).await, Ok(port));
    }
    assert_eq!(at(22, &[22]).await, Ok(22));
    assert_eq!(at(443, &[]).await, Err(Fault::RefusedPort(443)));
}

#[tokio::test]
async fn a_literal_is_checked_too() {
    let target = Target::parse("https://127.0.0.1/", true).unwrap();
    let refused = reach(&[]).addresses(&target).await;
    assert_eq!(refused, Err(Fault::RefusedAddress("127.0.0.1".parse().unwrap())));
}

#[tokio::test]
async fn the_systems_resolver_is_checked_too() {
    let target = Target::parse("https://localhost/", false).unwrap();
    let refused = Reach::try_new("").unwrap().addresses(&target).await;
    assert!(
        matches!(refused, Err(Fault::RefusedAddress(address)) if address.is_loopback()),
        "{refused:?}"
    );
}

#[test]
fn roots_that_are_none_are_refused() {
    let text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(Reach::try_new(text).err(), Some(RootsError::NoAnchor(1)));
    let torn = "-----BEGIN CERTIFICATE-----\nAAAA\n";
    assert_eq!(Reach::try_new(torn).err(), Some(RootsError::NoPem(1)));
}
