use super::*;

fn reach(addresses: &'static [&'static str]) -> Reach {
    let names = Names::Given(Arc::new(|_| addresses.iter().map(|a| a.parse().unwrap()).collect()));
    Reach {
        names,
        ..Reach::try_new("").unwrap()
    }
}

#[test]
fn addresses_that_are_not_public_are_known() {
    let refused = [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "100::1",
        "fec0::1",
    ];
    for address in refused {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
    let public = [
        "1.1.1.1",
        "9.255.255.255",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2001:200::1",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ];
    for address in public {
        assert!(is_public(address.parse().unwrap()), "{address}");
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
