//! Where a look may reach. An address is checked and then connected to; the name is not asked a second time, so that
//! an answer that changes between check and connection (DNS rebinding) leads nowhere.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

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
            ip_literals: false,
            names: Names::System,
            roots: Arc::new(roots),
        })
    }

    /// The addresses of a target, every one of them checked: a name with one refused address is refused, because an
    /// honest name has none.
    pub(crate) async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, Fault> {
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

/// Whether an address is reached over the public Internet: not loopback, private, link-local, shared (RFC 6598),
/// unique local, multicast, documentation, a tunnel or the metadata service of a cloud (IANA special-purpose address
/// registries, RFC 6890). An IPv4 address inside an IPv6 address counts as itself.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    /// The metadata and agent service of one large cloud, at a public address.
    const CLOUD_AGENT: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);
    let refused = match address.octets() {
        [0 | 10 | 127 | 224..=255, ..] => true,
        [100, 64..=127, ..] | [169, 254, ..] | [172, 16..=31, ..] | [192, 168, ..] | [198, 18..=19, ..] => true,
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        _ => address == CLOUD_AGENT,
    };
    !refused
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    match address.segments() {
        // NAT64 (RFC 6052): the last four octets are the real address.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
