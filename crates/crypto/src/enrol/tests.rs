//! Requests of every kind of key, requests that are refused, and lists of what was taken back.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256, RsaKeySize,
    SanType, SignatureAlgorithm,
};
use time::{Duration, OffsetDateTime};
use x509_parser::certificate::X509Certificate;
use x509_parser::pem::Pem;

use super::*;
use crate::authority::armoured;
use crate::certificate::{SubjectName, names};
use crate::{Reason, Revoked};

const NOW: i64 = 20_000 * DAY_SECONDS;

fn authority() -> Authority {
    let now = OffsetDateTime::UNIX_EPOCH + Duration::seconds(NOW);
    Authority::generate("Naru test CA", now).unwrap()
}

fn key(algorithm: &'static SignatureAlgorithm) -> KeyPair {
    KeyPair::generate_for(algorithm).unwrap()
}

fn request(key: &KeyPair) -> String {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "a name of its own choice");
    params.serialize_request(key).unwrap().pem().unwrap()
}

fn enrolment(csr_pem: &str) -> Enrolment<'_> {
    Enrolment {
        csr_pem,
        subject: "moafin",
        days: 365,
        serial: [7; 16],
        now: NOW,
    }
}

fn der(pem: &str) -> Vec<u8> {
    pem_block(pem, &["CERTIFICATE"]).unwrap().contents
}

fn read(der: &[u8]) -> X509Certificate<'_> {
    x509_parser::parse_x509_certificate(der).unwrap().1
}

fn is_refused(csr_pem: &str) -> bool {
    matches!(
        authority().issue_client(&enrolment(csr_pem)),
        Err(AuthorityError::Request(_))
    )
}

/// A request whose DER was changed, in PEM again.
fn changed(csr_pem: &str, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let block = pem_block(csr_pem, &["CERTIFICATE REQUEST"]).unwrap();
    let mut contents = block.contents;
    change(&mut contents);
    armoured("CERTIFICATE REQUEST", &contents)
}

#[test]
fn every_kind_of_key_we_take_gets_a_client_certificate() {
    let authority = authority();
    let authority_der = der(authority.certificate_pem());
    let root = read(&authority_der);
    let rsa = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    for key in [
        key(&PKCS_ECDSA_P256_SHA256),
        key(&PKCS_ECDSA_P384_SHA384),
        key(&PKCS_ED25519),
        rsa,
    ] {
        let issued = authority.issue_client(&enrolment(&request(&key))).unwrap();
        let der = der(&issued.pem);
        let certificate = read(&der);
        certificate.verify_signature(Some(root.public_key())).unwrap();
        assert_eq!(
            certificate.public_key().raw,
            rcgen::PublicKeyData::subject_public_key_info(&key)
        );
        assert_eq!(certificate.issuer().as_raw(), root.subject().as_raw());
        assert_eq!(issued.der_sha256, sha256(&der));
        assert_eq!(issued.serial_hex, "07".repeat(16));
        assert_eq!(issued.not_before, NOW - 3_600);
        assert_eq!(issued.not_after, NOW + 365 * DAY_SECONDS);
        assert_eq!(certificate.validity().not_before.timestamp(), issued.not_before);
        let names = names(&der).unwrap();
        assert_eq!(names.subject, SubjectName::parse("CN=moafin").unwrap());
        assert_eq!((names.serial, names.not_after), (vec![7; 16], issued.not_after));
    }
}

#[test]
fn what_a_request_asks_for_is_ignored() {
    let key = key(&PKCS_ECDSA_P256_SHA256);
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Naru test CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::Any];
    params.subject_alt_names = vec![SanType::DnsName("bank.test".try_into().unwrap())];
    params.custom_extensions = vec![CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0])];
    let csr = params.serialize_request(&key).unwrap().pem().unwrap();
    let issued = authority().issue_client(&enrolment(&csr)).unwrap();
    let der = der(&issued.pem);
    let certificate = read(&der);
    assert!(!certificate.is_ca());
    let usage = certificate.key_usage().unwrap().unwrap().value;
    assert!(usage.digital_signature() && !usage.key_cert_sign() && !usage.crl_sign());
    let extended = certificate.extended_key_usage().unwrap().unwrap().value;
    assert!(extended.client_auth && !extended.server_auth && !extended.any);
    assert!(certificate.subject_alternative_name().unwrap().is_none());
    assert_eq!(names(&der).unwrap().subject, SubjectName::parse("CN=moafin").unwrap());
}

#[test]
fn a_changed_request_is_refused() {
    let authority = authority();
    for key in [key(&PKCS_ECDSA_P256_SHA256), key(&PKCS_ED25519)] {
        let csr = request(&key);
        let contents = pem_block(&csr, &["CERTIFICATE REQUEST"]).unwrap().contents;
        for at in 0..contents.len() {
            let other = changed(&csr, |contents| contents[at] ^= 1);
            let Ok(issued) = authority.issue_client(&enrolment(&other)) else {
                continue;
            };
            // Only the tag in front of the algorithm's name, which no signature covers and the reader passes over.
            assert_eq!(contents[at - 2], 0x30, "byte {at}");
            assert_eq!(contents[at], 0x06, "byte {at}");
            let spki = rcgen::PublicKeyData::subject_public_key_info(&key);
            assert_eq!(read(&der(&issued.pem)).public_key().raw, spki);
        }
    }
}

#[test]
fn a_request_for_the_key_of_another_is_refused() {
    let (own, other) = (key(&PKCS_ECDSA_P256_SHA256), key(&PKCS_ECDSA_P256_SHA256));
    let [own, other] = [own, other].map(|key| rcgen::PublicKeyData::der_bytes(&key).to_vec());
    let csr = request(&key(&PKCS_ECDSA_P256_SHA256));
    let contents = pem_block(&csr, &["CERTIFICATE REQUEST"]).unwrap().contents;
    let point = contents
        .windows(4)
        .position(|bytes| bytes == [0x03, 0x42, 0x00, 0x04])
        .unwrap()
        + 3;
    for swapped in [own, other] {
        let csr = changed(&csr, |contents| contents[point..point + 65].copy_from_slice(&swapped));
        assert!(is_refused(&csr));
    }
}

#[test]
fn weak_and_unknown_keys_are_refused() {
    let weak = include_str!("rsa1024.csr.pem");
    assert!(is_refused(weak));
    assert!(is_refused(include_str!("p521.csr.pem")));
    assert!(is_refused(include_str!("sha1.csr.pem")));
    assert!(!is_refused(include_str!("p384-sha256.csr.pem")));
}

#[test]
fn what_is_no_request_is_refused() {
    let csr = request(&key(&PKCS_ECDSA_P256_SHA256));
    let authority = authority();
    for text in [
        "",
        "나루",
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        authority.certificate_pem(),
        authority.key_pem(),
        &csr.replace("CERTIFICATE REQUEST", "CERTIFICATE"),
        &changed(&csr, |contents| contents.push(0)),
        &changed(&csr, |contents| contents.truncate(40)),
        &format!("{csr}{}", " ".repeat(LONGEST_BYTES)),
    ] {
        assert!(is_refused(text), "{text}");
    }
    assert!(!is_refused(
        &csr.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
    ));
}

#[test]
fn terms_that_cannot_stand_are_refused() {
    let csr = request(&key(&PKCS_ECDSA_P256_SHA256));
    let authority = authority();
    let good = enrolment(&csr);
    let long = "가".repeat(65);
    let subjects = ["", " ", "a ", " a", "a\n", "a\0b", &long].map(|subject| Enrolment {
        subject,
        ..good.clone()
    });
    let days = [0, -1, 4_000, i64::MAX, i64::MIN].map(|days| Enrolment { days, ..good.clone() });
    let times = [i64::MIN, i64::MAX, NOW + 3650 * DAY_SECONDS].map(|now| Enrolment { now, ..good.clone() });
    let zero = Enrolment {
        serial: [0; 16],
        ..good.clone()
    };
    for bad in subjects.into_iter().chain(days).chain(times).chain([zero]) {
        let verdict = authority.issue_client(&bad);
        assert!(matches!(verdict, Err(AuthorityError::Terms(_))), "{bad:?}");
    }
    let longest = "가".repeat(64);
    let subject = Enrolment {
        subject: &longest,
        ..good
    };
    assert!(authority.issue_client(&subject).is_ok());
}

#[test]
fn serial_numbers_are_the_same_everywhere() {
    let csr = request(&key(&PKCS_ECDSA_P256_SHA256));
    let mut small = [0; 16];
    small[15] = 0x80;
    for (serial, hex) in [([0xff; 16], "ff".repeat(16)), (small, "80".to_owned())] {
        let issued = authority().issue_client(&Enrolment {
            serial,
            ..enrolment(&csr)
        });
        let issued = issued.unwrap();
        assert_eq!(issued.serial_hex, hex);
        assert_eq!(crate::hex(&names(&der(&issued.pem)).unwrap().serial), hex);
    }
}

fn revoked(serial: &[u8], reason: Reason) -> Revoked {
    Revoked {
        serial: serial.to_vec(),
        at: NOW,
        reason,
    }
}

#[test]
fn a_list_names_what_was_revoked_and_is_signed_by_the_authority() {
    let authority = authority();
    let root_der = der(authority.certificate_pem());
    let root = read(&root_der);
    let entries = [
        revoked(&[0, 0xff], Reason::KeyCompromise),
        revoked(&[7; 16], Reason::Unspecified),
        revoked(&[1; 20], Reason::CessationOfOperation),
        revoked(&[2], Reason::Superseded),
        revoked(&[3], Reason::AffiliationChanged),
        revoked(&[4], Reason::PrivilegeWithdrawn),
    ];
    let list = authority.crl(&entries, 42, NOW, NOW + 3_600).unwrap();
    let (_, parsed) = x509_parser::parse_x509_crl(&list.der).unwrap();
    parsed.verify_signature(root.public_key()).unwrap();
    assert_eq!(parsed.issuer().as_raw(), root.subject().as_raw());
    assert_eq!(parsed.crl_number(), Some(&42_u32.into()));
    assert_eq!(parsed.last_update().timestamp(), NOW);
    assert_eq!(parsed.next_update().unwrap().timestamp(), NOW + 3_600);
    let read: Vec<_> = parsed
        .iter_revoked_certificates()
        .map(|entry| {
            let reason = entry.reason_code().map(|(_, reason)| reason.0);
            (entry.raw_serial().to_vec(), entry.revocation_date.timestamp(), reason)
        })
        .collect();
    assert_eq!(read[0], (vec![0, 0xff], NOW, Some(1)));
    assert_eq!(read[1], (vec![7; 16], NOW, None));
    let reasons: Vec<_> = read.iter().map(|entry| entry.2).collect();
    assert_eq!(reasons, [Some(1), None, Some(5), Some(4), Some(3), Some(9)]);
    assert!(list.pem.starts_with("-----BEGIN X509 CRL-----"));
    let again = Pem::iter_from_buffer(list.pem.as_bytes()).next().unwrap().unwrap();
    assert_eq!(again.contents, list.der);
}

#[test]
fn an_empty_list_is_a_list_and_nonsense_is_refused() {
    let authority = authority();
    let list = authority.crl(&[], 1, NOW, NOW + 1).unwrap();
    let (_, parsed) = x509_parser::parse_x509_crl(&list.der).unwrap();
    assert_eq!(parsed.iter_revoked_certificates().count(), 0);
    for serial in [&[][..], &[0], &[0; 20], &[0x80; 20], &[1; 21]] {
        let entries = [revoked(serial, Reason::Unspecified)];
        assert!(authority.crl(&entries, 1, NOW, NOW + 1).is_err(), "{serial:?}");
    }
    for (from, to) in [(NOW, NOW), (NOW, NOW - 1), (i64::MIN, NOW), (NOW, i64::MAX)] {
        assert!(authority.crl(&[], 1, from, to).is_err(), "{from} to {to}");
    }
}
