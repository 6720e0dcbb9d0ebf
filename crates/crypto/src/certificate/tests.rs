//! Names read from certificates made here, and names compared.

use rcgen::string::{BmpString, Ia5String, PrintableString, UniversalString};
use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, KeyPair, SanType, SerialNumber};

use super::{CertificateError, SubjectName, names};

/// A certificate with these attributes of the subject, first part first, and these alternative names.
fn certificate(subject: Vec<(DnType, DnValue)>, alternative: Vec<SanType>) -> Vec<u8> {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in subject {
        params.distinguished_name.push(kind, value);
    }
    params.subject_alt_names = alternative;
    params.serial_number = Some(SerialNumber::from(vec![0x80, 1]));
    params.self_signed(&key).unwrap().der().to_vec()
}

fn utf8(text: &str) -> DnValue {
    DnValue::Utf8String(text.to_owned())
}

fn printable(text: &str) -> DnValue {
    DnValue::PrintableString(PrintableString::try_from(text).unwrap())
}

fn subject(attributes: Vec<(DnType, DnValue)>) -> SubjectName {
    names(&certificate(attributes, Vec::new())).unwrap().subject
}

fn parsed(text: &str) -> SubjectName {
    SubjectName::parse(text).unwrap()
}

#[test]
fn every_kind_of_name_is_read() {
    let ia5 = |text: &str| Ia5String::try_from(text).unwrap();
    let der = certificate(
        vec![(DnType::CommonName, utf8("moafin"))],
        vec![
            SanType::DnsName(ia5("a.moafin.test")),
            SanType::URI(ia5("urn:moafin:1")),
            SanType::Rfc822Name(ia5("a@moafin.test")),
            SanType::IpAddress("192.0.2.1".parse().unwrap()),
            SanType::IpAddress("2001:db8::1".parse().unwrap()),
            SanType::DnsName(ia5("B.moafin.test")),
        ],
    );
    let names = names(&der).unwrap();
    assert_eq!(names.san_dns, ["a.moafin.test", "B.moafin.test"]);
    assert_eq!(names.san_uri, ["urn:moafin:1"]);
    assert_eq!(names.san_email, ["a@moafin.test"]);
    assert_eq!(names.san_ip.len(), 2);
    assert!(names.san_ip.iter().any(|ip| ip.to_string() == "2001:db8::1"));
    assert_eq!(names.serial, [0x80, 1]);
    assert!(names.not_after > 0);
    assert_eq!(names.subject, parsed("CN=moafin"));
}

#[test]
fn what_is_not_one_certificate_is_refused() {
    let der = certificate(vec![(DnType::CommonName, utf8("a"))], Vec::new());
    for len in 0..der.len() {
        assert!(names(&der[..len]).is_err(), "length {len}");
    }
    let longer = [der.as_slice(), &[0]].concat();
    assert!(names(&longer).is_err());
    assert!(names(&vec![0; 64 * 1024 + 1]).is_err());
}

#[test]
fn a_changed_certificate_never_stops_the_process() {
    let der = certificate(
        vec![(DnType::CommonName, utf8("a"))],
        vec![SanType::IpAddress("192.0.2.1".parse().unwrap())],
    );
    for at in 0..der.len() {
        for byte in [0x00, 0x01, 0x30, 0x7f, 0x80, 0xff] {
            let mut other = der.clone();
            other[at] = byte;
            let _ = names(&other).map(|names| names.subject.to_string());
        }
    }
}

#[test]
fn the_order_of_parts_matters_and_text_names_the_last_first() {
    let name = subject(vec![
        (DnType::CountryName, printable("KR")),
        (DnType::OrganizationName, utf8("모아핀")),
        (DnType::CommonName, utf8("moafin")),
    ]);
    assert_eq!(name, parsed("CN=moafin,O=모아핀,C=KR"));
    assert_eq!(name, parsed("cn=moafin , o = 모아핀, 2.5.4.6=KR"));
    assert_eq!(name, parsed("CN=moafin,O=\\EB\\AA\\A8아핀,C=KR"));
    assert_eq!(name.to_string(), "CN=moafin,O=모아핀,C=KR");
    for other in [
        "C=KR,O=모아핀,CN=moafin",
        "CN=moafin,C=KR,O=모아핀",
        "CN=moafin,O=모아핀",
        "CN=moafin,O=모아핀,C=KR,C=KR",
        "CN=moafin+O=모아핀,C=KR",
        "CN=Moafin,O=모아핀,C=KR",
        "CN=moafin,OU=모아핀,C=KR",
        "CN=moafin\\,O=모아핀,C=KR",
    ] {
        assert_ne!(name, parsed(other), "{other}");
    }
}

#[test]
fn a_name_inside_a_value_is_no_name() {
    let name = subject(vec![(DnType::CommonName, utf8("moafin,O=Bank"))]);
    assert_ne!(name, parsed("CN=moafin,O=Bank"));
    assert_eq!(name, parsed("CN=moafin\\,O=Bank"));
    assert_eq!(name, parsed("CN=moafin\\2cO=Bank"));
    let name = subject(vec![(DnType::CommonName, utf8("moafin\0.test"))]);
    assert_ne!(name, parsed("CN=moafin"));
    assert_eq!(name, parsed("CN=moafin\\00.test"));
}

#[test]
fn kinds_of_strings_do_not_matter() {
    let expected = parsed("CN=moafin");
    for value in [
        utf8("moafin"),
        printable("moafin"),
        DnValue::Ia5String(Ia5String::try_from("moafin").unwrap()),
        DnValue::BmpString(BmpString::try_from("moafin").unwrap()),
        DnValue::UniversalString(UniversalString::try_from("moafin").unwrap()),
    ] {
        assert_eq!(subject(vec![(DnType::CommonName, value)]), expected);
    }
    // The same value as BER: UTF8String and PrintableString.
    assert_eq!(parsed("CN=#0c066d6f6166696e"), expected);
    assert_eq!(parsed("CN=#13066D6F6166696E"), expected);
    assert_ne!(parsed("CN=#04066d6f6166696e"), expected, "an OCTET STRING is no text");
}

#[test]
fn a_part_of_several_attributes_is_a_set() {
    assert_eq!(parsed("CN=a+UID=1,O=b"), parsed("UID=1+CN=a,O=b"));
    assert_ne!(parsed("CN=a+UID=1,O=b"), parsed("CN=a,UID=1,O=b"));
    assert_ne!(parsed("CN=a+UID=1"), parsed("CN=a+UID=1+UID=2"));
}

#[test]
fn the_samples_of_rfc_4514_are_read() {
    for (text, again) in [
        ("UID=jsmith,DC=example,DC=net", "UID=jsmith,DC=example,DC=net"),
        ("CN=J.  Smith+OU=Sales,DC=example", "OU=Sales+CN=J.  Smith,DC=example"),
        (
            "CN=James \\\"Jim\\\" Smith\\, III,DC=net",
            "CN=James \\\"Jim\\\" Smith\\, III,DC=net",
        ),
        ("CN=Before\\0dAfter,DC=net", "CN=Before\\0dAfter,DC=net"),
        ("CN=Lu\\C4\\8Di\\C4\\87", "CN=Lučić"),
        ("CN=\\ a\\ ", "CN=\\ a\\ "),
        ("CN=\\#a#", "CN=\\#a#"),
        ("CN=", "CN="),
        ("1.2.3.4=x", "1.2.3.4=x"),
        ("CN=a=b", "CN=a=b"),
    ] {
        assert_eq!(parsed(text).to_string(), again, "{text}");
        assert_eq!(parsed(again), parsed(text), "{text}");
    }
    let ber = parsed("1.3.6.1.4.1.1466.0=#04024869");
    assert!(ber.to_string().starts_with("1.3.6.1.4.1.1466.0="));
    assert_eq!(parsed("1.3.6.1.4.1.1466.0=#04024869 "), ber);
}

#[test]
fn texts_of_another_form_are_refused() {
    let many = vec!["CN=a"; 33].join(",");
    let long = format!("CN={}", "a".repeat(2048));
    let wide = ["CN=a"; 9].join("+");
    for text in [
        "",
        " ",
        ",",
        "=",
        "CN",
        "CN=a,",
        "CN=a+",
        ",CN=a",
        "CN=a,,O=b",
        "=a",
        "XX=a",
        "나루=a",
        "2.5.4.03=a",
        "2.=a",
        ".2=a",
        "2=a",
        "CN=\"a\"",
        "CN=a;O=b",
        "CN=<a",
        "CN=a>",
        "CN=a\0",
        "CN=\\",
        "CN=\\x",
        "CN=\\4",
        "CN=\\나",
        "CN=\\ff",
        "CN=#",
        "CN=#0",
        "CN=#0c",
        "CN=#0c01",
        "CN=#0c0161ff",
        "CN=#0c0161x",
        "CN=#0c0161 x",
        "/CN=a",
        &many,
        &long,
        &wide,
    ] {
        assert!(
            matches!(SubjectName::parse(text), Err(CertificateError::Name(_))),
            "{text}"
        );
    }
}

#[test]
fn an_empty_subject_equals_nothing() {
    let name = subject(Vec::new());
    assert_eq!(name.to_string(), "");
    assert_ne!(name, parsed("CN="));
    assert!(SubjectName::parse(&name.to_string()).is_err());
}
