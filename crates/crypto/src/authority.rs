//! The development certificate authority: made by a trial on one machine, never by a serving hub.
//!
//! Certificates are X.509 version 3 (RFC 5280) over P-256, for servers (subject alternative names) or for clients.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};

use crate::sha256;

/// Why a certificate could not be made.
#[derive(Debug, thiserror::Error)]
#[error("certificate authority: {0}")]
pub struct AuthorityError(#[from] rcgen::Error);

/// An authority that can issue.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate_pem: String,
    key_pem: String,
}

/// For whom a certificate is.
#[derive(Debug, Clone)]
pub enum Subject<'a> {
    /// A server reached under these names and addresses.
    Server(&'a [&'a str]),
    /// A client of this common name.
    Client(&'a str),
}

/// A certificate and its key.
#[derive(Clone)]
pub struct Issued {
    /// The certificate, PEM.
    pub certificate_pem: String,
    /// The private key, PKCS#8 PEM: a secret.
    pub key_pem: String,
    /// SHA-256 of the certificate (DER): the confirmation value of RFC 8705.
    pub sha256: [u8; 32],
}

impl Authority {
    /// A new authority, valid for ten years from `now`.
    pub fn generate(common_name: &str, now: OffsetDateTime) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = now - Duration::hours(1);
        params.not_after = now + Duration::days(3650);
        let certificate_pem = params.self_signed(&key)?.pem();
        let key_pem = key.serialize_pem();
        Ok(Self {
            issuer: Issuer::new(params, key),
            certificate_pem,
            key_pem,
        })
    }

    /// The authority of an earlier run, from its own PEM texts.
    pub fn load(common_name: &str, certificate_pem: String, key_pem: String) -> Result<Self, AuthorityError> {
        let key = KeyPair::from_pem(&key_pem)?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(Self {
            issuer: Issuer::new(params, key),
            certificate_pem,
            key_pem,
        })
    }

    /// The authority's own certificate, PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The authority's private key, PKCS#8 PEM: a secret.
    pub fn key_pem(&self) -> &str {
        &self.key_pem
    }

    /// Issues a certificate with a fresh key, valid for `days` from `now`.
    pub fn issue(&self, subject: &Subject<'_>, days: i64, now: OffsetDateTime) -> Result<Issued, AuthorityError> {
        let key = KeyPair::generate()?;
        let (names, common_name, usage) = match subject {
            Subject::Server(names) => (
                names.iter().map(|name| (*name).to_owned()).collect(),
                names.first().copied().unwrap_or("server"),
                ExtendedKeyUsagePurpose::ServerAuth,
            ),
            Subject::Client(name) => (Vec::new(), *name, ExtendedKeyUsagePurpose::ClientAuth),
        };
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.extended_key_usages = vec![usage];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        params.not_before = now - Duration::hours(1);
        params.not_after = now + Duration::days(days);
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Issued {
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            sha256: sha256(certificate.der()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loaded_authority_issues_like_the_first() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let first = Authority::generate("Naru development CA", now).unwrap();
        let (certificate, key) = (first.certificate_pem().to_owned(), first.key_pem().to_owned());
        let again = Authority::load("Naru development CA", certificate, key).unwrap();
        let issued = again.issue(&Subject::Client("moafin"), 365, now).unwrap();
        assert!(issued.certificate_pem.contains("BEGIN CERTIFICATE"));
        assert!(issued.key_pem.contains("PRIVATE KEY"));
        assert_ne!(
            issued.sha256,
            first
                .issue(&Subject::Server(&["localhost", "127.0.0.1"]), 1, now)
                .unwrap()
                .sha256
        );
    }
}
