//! Client certificates for keys that clients made themselves: a signing request (PKCS #10, RFC 2986) comes in, a
//! certificate for client authentication goes out.
//!
//! Of the request only the public key is taken. Its subject and the extensions it asks for are ignored: the hub says
//! who the certificate is for.

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose, SerialNumber,
    SubjectPublicKeyInfo,
};
use time::OffsetDateTime;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION, OID_PKCS1_SHA1WITHRSA,
    OID_SHA1_WITH_RSA, OID_SIG_ED25519,
};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo as RequestedKey;

use crate::authority::{Authority, AuthorityError, pem_block};
use crate::{hex, sha256};

/// The longest request, in bytes of PEM.
const LONGEST_BYTES: usize = 16 * 1024;
/// The longest common name, in characters (RFC 5280 appendix A.1, `ub-common-name`).
const LONGEST_NAME: usize = 64;
const DAY_SECONDS: i64 = 86_400;
/// How far back a certificate begins, for clocks that are behind ours.
const EARLIER_SECONDS: i64 = 3_600;

/// What a client is given a certificate for.
#[derive(Debug, Clone)]
pub struct Enrolment<'a> {
    /// The signing request, PEM.
    pub csr_pem: &'a str,
    /// The common name, chosen by the hub: 1 to 64 characters.
    pub subject: &'a str,
    /// How long it is valid, in days from `now`.
    pub days: i64,
    /// The serial number: 16 random bytes, a positive number (RFC 5280 clause 4.1.2.2).
    pub serial: [u8; 16],
    /// The time of issue, in unix seconds.
    pub now: i64,
}

/// A certificate for a client's own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// The certificate, PEM.
    pub pem: String,
    /// SHA-256 of the certificate (DER): the confirmation value of RFC 8705 clause 3.1.
    pub der_sha256: [u8; 32],
    /// The serial number in lower-case hexadecimal, without zero bytes in front.
    pub serial_hex: String,
    /// The first second it is valid, in unix seconds.
    pub not_before: i64,
    /// The last second it is valid, in unix seconds.
    pub not_after: i64,
}

impl Authority {
    /// Issues a certificate for client authentication (RFC 5280 clause 4.2.1.12) over the key of a signing request.
    ///
    /// # Errors
    /// [`AuthorityError::Request`] when the request cannot be read, was not signed by its own key, or its key is not
    /// RSA of 2048 to 4096 bits, P-256, P-384 or Ed25519; [`AuthorityError::Terms`] for a name, serial number or number
    /// of days that cannot stand in a certificate, or one that would outlive the authority.
    pub fn issue_client(&self, enrolment: &Enrolment<'_>) -> Result<IssuedCertificate, AuthorityError> {
        let key = requested_key(enrolment.csr_pem)?;
        let serial = shortest_serial(&enrolment.serial)?;
        let not_before = enrolment.now.saturating_sub(EARLIER_SECONDS);
        let not_after = end(enrolment)?;
        if not_after > self.own()?.0 {
            return Err(AuthorityError::Terms("it would outlive the authority"));
        }
        let mut params = CertificateParams::default();
        params.distinguished_name = named(enrolment.subject)?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        params.serial_number = Some(SerialNumber::from(serial.to_vec()));
        params.not_before = moment(not_before)?;
        params.not_after = moment(not_after)?;
        let certificate = params.signed_by(&key, self.issuer())?;
        Ok(IssuedCertificate {
            pem: certificate.pem(),
            der_sha256: sha256(certificate.der()),
            serial_hex: hex(serial),
            not_before,
            not_after,
        })
    }
}

fn end(enrolment: &Enrolment<'_>) -> Result<i64, AuthorityError> {
    if enrolment.days < 1 {
        return Err(AuthorityError::Terms("it is valid for a day at least"));
    }
    let seconds = enrolment.days.checked_mul(DAY_SECONDS);
    seconds
        .and_then(|seconds| enrolment.now.checked_add(seconds))
        .ok_or(AuthorityError::Terms("its end cannot be written"))
}

/// A time within the years that a certificate can name (RFC 5280 clause 4.1.2.5).
pub(crate) fn moment(unix_seconds: i64) -> Result<OffsetDateTime, AuthorityError> {
    OffsetDateTime::from_unix_timestamp(unix_seconds)
        .ok()
        .filter(|moment| (1950..=9999).contains(&moment.year()))
        .ok_or(AuthorityError::Terms("a time cannot be written"))
}

/// A serial number of 1 to 20 bytes without zero bytes in front, not zero (RFC 5280 clause 4.1.2.2).
pub(crate) fn shortest_serial(serial: &[u8]) -> Result<&[u8], AuthorityError> {
    let zeros = serial.iter().take_while(|byte| **byte == 0).count();
    match serial.get(zeros..) {
        Some(shortest @ [high, ..]) if shortest.len() < 20 || (shortest.len() == 20 && *high < 0x80) => Ok(shortest),
        _ => Err(AuthorityError::Terms(
            "a serial number has 1 to 20 bytes and is not zero",
        )),
    }
}

fn named(subject: &str) -> Result<DistinguishedName, AuthorityError> {
    let length = subject.chars().count();
    if !(1..=LONGEST_NAME).contains(&length) || subject.chars().any(char::is_control) || subject.trim() != subject {
        return Err(AuthorityError::Terms(
            "a common name has 1 to 64 characters, none of them control characters, and no space around it",
        ));
    }
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, subject);
    Ok(name)
}

/// The key of a request that was signed by that very key.
fn requested_key(csr_pem: &str) -> Result<SubjectPublicKeyInfo, AuthorityError> {
    if csr_pem.len() > LONGEST_BYTES {
        return Err(AuthorityError::Request("it has at most 16 KiB"));
    }
    let pem = pem_block(csr_pem, &["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"]).ok_or(
        AuthorityError::Request("it is not a PEM block `CERTIFICATE REQUEST` (PKCS #10)"),
    )?;
    let Ok(([], request)) = X509CertificationRequest::from_der(&pem.contents) else {
        return Err(AuthorityError::Request("it cannot be read (PKCS #10)"));
    };
    let key = &request.certification_request_info.subject_pki;
    if !is_taken(key) {
        return Err(AuthorityError::Request(
            "its key is not RSA of 2048 to 4096 bits, P-256, P-384 or Ed25519",
        ));
    }
    if request.signature_value.unused_bits != 0 || key.subject_public_key.unused_bits != 0 {
        return Err(AuthorityError::Request(
            "its key or signature is not a whole number of bytes",
        ));
    }
    let algorithm = &request.signature_algorithm.algorithm;
    if *algorithm == OID_PKCS1_SHA1WITHRSA || *algorithm == OID_SHA1_WITH_RSA || request.verify_signature().is_err() {
        return Err(AuthorityError::Request(
            "its signature is not that of its own key, or is over SHA-1",
        ));
    }
    SubjectPublicKeyInfo::from_der(key.raw).map_err(|_| AuthorityError::Request("its key cannot be read"))
}

fn is_taken(key: &RequestedKey<'_>) -> bool {
    let kind = &key.algorithm.algorithm;
    if *kind == OID_SIG_ED25519 {
        return key.subject_public_key.data.len() == 32;
    }
    if *kind == OID_KEY_TYPE_EC_PUBLIC_KEY {
        let parameters = key.algorithm.parameters.as_ref();
        let curve = parameters.and_then(|parameters| parameters.as_oid().ok());
        return curve.is_some_and(|curve| curve == OID_EC_P256 || curve == OID_NIST_EC_P384);
    }
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) if *kind == OID_PKCS1_RSAENCRYPTION => {
            let zeros = rsa.modulus.iter().take_while(|byte| **byte == 0).count();
            rsa.modulus.get(zeros..).is_some_and(|modulus| match modulus {
                [high, ..] => modulus.len() <= 512 && (modulus.len() > 256 || (modulus.len() == 256 && *high >= 0x80)),
                [] => false,
            })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
