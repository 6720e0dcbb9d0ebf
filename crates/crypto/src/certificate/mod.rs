//! What a certificate says about its owner, read for the comparison of RFC 8705 clause 2.1.2.
//!
//! Nothing here decides whether a certificate is to be trusted: the chain was verified by the listener.

mod subject;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use x509_parser::extensions::GeneralName;

pub use subject::SubjectName;

/// The longest certificate, in bytes of DER.
const LONGEST_BYTES: usize = 64 * 1024;

/// Why a certificate or a name could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not an X.509 certificate, or one with an extension that says nothing readable.
    #[error("certificate: {0}")]
    Certificate(&'static str),
    /// Not a distinguished name in the form of RFC 4514.
    #[error("distinguished name: {0}")]
    Name(&'static str),
}

/// The names of a certificate, as written in it: nothing is lower-cased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateNames {
    /// The subject.
    pub subject: SubjectName,
    /// Names of hosts among the alternative names (RFC 5280 clause 4.2.1.6).
    pub san_dns: Vec<String>,
    /// Addresses of resources among them.
    pub san_uri: Vec<String>,
    /// Network addresses among them.
    pub san_ip: Vec<IpAddr>,
    /// Mail addresses among them.
    pub san_email: Vec<String>,
    /// The last second it is valid, in unix seconds.
    pub not_after: i64,
    /// The serial number, big-endian, without zero bytes in front.
    pub serial: Vec<u8>,
}

/// Reads the names of a certificate, DER.
///
/// # Errors
/// [`CertificateError::Certificate`] when it is not exactly one certificate, or its alternative names cannot be read or
/// stand there twice.
pub fn names(der: &[u8]) -> Result<CertificateNames, CertificateError> {
    if der.len() > LONGEST_BYTES {
        return Err(CertificateError::Certificate("it has at most 64 KiB"));
    }
    let Ok(([], certificate)) = x509_parser::parse_x509_certificate(der) else {
        return Err(CertificateError::Certificate("it cannot be read"));
    };
    let zeros = certificate.raw_serial().iter().take_while(|byte| **byte == 0).count();
    let mut names = CertificateNames {
        subject: SubjectName::of(certificate.subject()),
        san_dns: Vec::new(),
        san_uri: Vec::new(),
        san_ip: Vec::new(),
        san_email: Vec::new(),
        not_after: certificate.validity().not_after.timestamp(),
        serial: certificate.raw_serial().get(zeros..).unwrap_or_default().to_vec(),
    };
    let alternative = certificate
        .subject_alternative_name()
        .map_err(|_| CertificateError::Certificate("its alternative names cannot be read"))?;
    for name in alternative.iter().flat_map(|extension| &extension.value.general_names) {
        names.add(name)?;
    }
    Ok(names)
}

impl CertificateNames {
    fn add(&mut self, name: &GeneralName<'_>) -> Result<(), CertificateError> {
        match name {
            GeneralName::DNSName(name) => self.san_dns.push((*name).to_owned()),
            GeneralName::URI(name) => self.san_uri.push((*name).to_owned()),
            GeneralName::RFC822Name(name) => self.san_email.push((*name).to_owned()),
            GeneralName::IPAddress(bytes) => self.san_ip.push(address(bytes)?),
            GeneralName::Invalid(..) => {
                return Err(CertificateError::Certificate("an alternative name cannot be read"));
            }
            _ => {}
        }
        Ok(())
    }
}

fn address(bytes: &[u8]) -> Result<IpAddr, CertificateError> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let sixteen = <[u8; 16]>::try_from(bytes).map(IpAddr::from);
    four.or(sixteen)
        .map_err(|_| CertificateError::Certificate("a network address has 4 or 16 bytes"))
}
