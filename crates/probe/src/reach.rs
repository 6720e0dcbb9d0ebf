//! Where a look may reach. An address is checked and then connected to; the name is not asked a second time, so that
//! an answer that changes between check and connection (DNS rebinding) leads nowhere.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use naru_core::is_public;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::fault::Fault;
use crate::target::Target;

/// Most addresses of one name that are looked at.
const ADDRESSES: usize = 8;

/// The addresses of a name.
pub type Answers = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// Who answers for names.
#[derive(Clone)]
pub enum Names {
    /// The system's resolver.
    System,
    /// The caller: the addresses of a name, none if it has none.
    Given(Arc<Answers>),
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Given(_) => "Given",
        })
    }
}

/// Why the roots could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootsError {
    /// The text is no PEM (RFC 7468).
    #[error("certificate {0} of the roots is no PEM")]
    NoPem(usize),
    /// A certificate cannot be a trust anchor.
    #[error("certificate {0} of the roots cannot be one")]
    NoAnchor(usize),
}

/// Where a look may reach, and whom it trusts.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Refuse every address that is not public ([`is_public`]).
    pub public_only: bool,
    /// Addresses that may be looked at though they are not public: a test environment, a line to a partner.
    pub exempt: Vec<IpAddr>,
    /// The ports below 1,024 that may be reached; those above may.
    pub low_ports: Vec<u16>,
    /// Take a redirect to an IP literal too.
    pub ip_literals: bool,
    /// Who answers for names.
    pub names: Names,
    /// The trusted certificate authorities; there are no others.
    pub(crate) roots: Arc<RootCertStore>,
}

impl Reach {
    /// Public addresses only, by the system's resolver, trusting the certificates of a PEM text (which may be empty:
    /// chains are then not tested, and what needs a trusted connection is an error).
    pub fn try_new(roots_pem: &str) -> Result<Self, RootsError> {
        let mut roots = RootCertStore::empty();
        for (index, certificate) in CertificateDer::pem_slice_iter(roots_pem.as_bytes()).enumerate() {
            let certificate = certificate.map_err(|_| RootsError::NoPem(index + 1))?;
            roots.add(certificate).map_err(|_| RootsError::NoAnchor(index + 1))?;
        }
        Ok(Self {
            public_only: true,
            exempt: Vec::new(),
            low_ports: vec![443],
            ip_literals: false,
            names: Names::System,
            roots: Arc::new(roots),
        })
    }

    /// The addresses of a target, every one of them checked: a name with one refused address is refused, because an
    /// honest name has none.
    pub(crate) async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, Fault> {
        if !target.is_at_port_of(&self.low_ports) {
            return Err(Fault::RefusedPort(target.port()));
        }
        let found = match target.literal() {
            Some(literal) => vec![literal],
            None => self.ask(target).await?,
        };
        if found.is_empty() {
            return Err(Fault::NoAddress(target.host().to_owned()));
        }
        if let Some(refused) = found.iter().find(|address| !self.may_reach(**address)) {
            return Err(Fault::RefusedAddress(*refused));
        }
        Ok(found
            .into_iter()
            .take(ADDRESSES)
            .map(|address| SocketAddr::new(address, target.port()))
            .collect())
    }

    fn may_reach(&self, address: IpAddr) -> bool {
        !self.public_only || is_public(address) || self.exempt.contains(&address)
    }

    async fn ask(&self, target: &Target) -> Result<Vec<IpAddr>, Fault> {
        match &self.names {
            Names::Given(answer) => Ok(answer(target.host())),
            Names::System => {
                let found = tokio::net::lookup_host((target.host(), target.port())).await;
                let found = found.map_err(|_| Fault::NoAddress(target.host().to_owned()))?;
                Ok(found.map(|address| address.ip()).collect())
            }
        }
    }
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
