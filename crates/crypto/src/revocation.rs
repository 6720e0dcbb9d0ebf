//! The list of certificates an authority has taken back (RFC 5280 clause 5).

use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevocationReason, RevokedCertParams, SerialNumber};

use crate::authority::{Authority, AuthorityError};
use crate::enrol::{moment, shortest_serial};

/// Why a certificate was taken back (RFC 5280 clause 5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nothing is said; the entry then has no reason.
    Unspecified,
    /// Its private key is known or feared to be in other hands.
    KeyCompromise,
    /// Its owner is called otherwise or belongs elsewhere.
    AffiliationChanged,
    /// Another certificate takes its place.
    Superseded,
    /// It is not needed any more.
    CessationOfOperation,
    /// Its owner may no longer do what it was for.
    PrivilegeWithdrawn,
}

/// A certificate that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Its serial number, 1 to 20 bytes; zero bytes in front do not count.
    pub serial: Vec<u8>,
    /// When, in unix seconds.
    pub at: i64,
    /// Why.
    pub reason: Reason,
}

/// A signed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// The list, DER: `application/pkix-crl` (RFC 2585 clause 4.2).
    pub der: Vec<u8>,
    /// The list, PEM.
    pub pem: String,
}

impl Authority {
    /// Signs a list of everything revoked, complete, as version 2 with its number. The next one is promised for
    /// `next_update`; both times are in unix seconds.
    ///
    /// # Errors
    /// [`AuthorityError::Terms`] for a serial number or a time that cannot stand in a list;
    /// [`AuthorityError::Library`] when `next_update` is not after `this_update`.
    pub fn crl(
        &self,
        revoked: &[Revoked],
        number: u64,
        this_update: i64,
        next_update: i64,
    ) -> Result<RevocationList, AuthorityError> {
        let revoked_certs = revoked.iter().map(entry).collect::<Result<_, _>>()?;
        let params = CertificateRevocationListParams {
            this_update: moment(this_update)?,
            next_update: moment(next_update)?,
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: self.own()?.1.map_or(KeyIdMethod::Sha256, KeyIdMethod::PreSpecified),
        };
        let list = params.signed_by(self.issuer())?;
        Ok(RevocationList {
            pem: list.pem()?,
            der: list.der().to_vec(),
        })
    }
}

fn entry(revoked: &Revoked) -> Result<RevokedCertParams, AuthorityError> {
    Ok(RevokedCertParams {
        serial_number: SerialNumber::from(shortest_serial(&revoked.serial)?.to_vec()),
        revocation_time: moment(revoked.at)?,
        reason_code: match revoked.reason {
            Reason::Unspecified => None,
            Reason::KeyCompromise => Some(RevocationReason::KeyCompromise),
            Reason::AffiliationChanged => Some(RevocationReason::AffiliationChanged),
            Reason::Superseded => Some(RevocationReason::Superseded),
            Reason::CessationOfOperation => Some(RevocationReason::CessationOfOperation),
            Reason::PrivilegeWithdrawn => Some(RevocationReason::PrivilegeWithdrawn),
        },
        invalidity_date: None,
    })
}
