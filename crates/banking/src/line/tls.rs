//! The hub's side of mutual TLS: rustls with aws-lc-rs given explicitly, TLS 1.2 and 1.3, an authority of its own.
//! The system's roots are not consulted, and no session is resumed: every connection proves both certificates anew.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use super::http::LineSetup;

/// Whom a line trusts and how the hub proves itself. Cheap to clone.
#[derive(Clone)]
pub struct LineTls {
    hub: Arc<ClientConfig>,
    anonymous: Arc<ClientConfig>,
}

impl std::fmt::Debug for LineTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LineTls(sealed)")
    }
}

impl LineTls {
    /// Reads PEM texts: the authorities whose server certificates are accepted, and the hub's own certificate chain
    /// and private key (PKCS#8, SEC1 or PKCS#1).
    ///
    /// # Errors
    /// [`LineSetup::Tls`] names the text that is empty, unreadable or unfit.
    pub fn from_pem(authorities: &str, certificate: &str, key: &str) -> Result<Self, LineSetup> {
        let roots = roots(authorities)?;
        let chain = certificates("certificate", certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|why| unfit("key", &why))?;
        let trusting = || Ok::<_, LineSetup>(builder()?.with_root_certificates(roots.clone()));
        let hub = trusting()?
            .with_client_auth_cert(chain, key)
            .map_err(|why| unfit("certificate", &why))?;
        Ok(Self {
            hub: Arc::new(without_resumption(hub)),
            anonymous: Arc::new(without_resumption(trusting()?.with_no_client_auth())),
        })
    }

    /// Presents the hub's certificate.
    pub(super) fn hub(&self) -> &Arc<ClientConfig> {
        &self.hub
    }

    /// Presents no certificate; only the conformance check uses it, to see that it is refused.
    pub(super) fn anonymous(&self) -> &Arc<ClientConfig> {
        &self.anonymous
    }
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, LineSetup> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|why| unfit("certificate", &why))
}

fn without_resumption(mut config: ClientConfig) -> ClientConfig {
    config.resumption = Resumption::disabled();
    config
}

fn roots(pem: &str) -> Result<RootCertStore, LineSetup> {
    let mut roots = RootCertStore::empty();
    for authority in certificates("authorities", pem)? {
        roots.add(authority).map_err(|why| unfit("authorities", &why))?;
    }
    Ok(roots)
}

fn certificates(what: &'static str, pem: &str) -> Result<Vec<CertificateDer<'static>>, LineSetup> {
    let read = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
    match read {
        Ok(certificates) if certificates.is_empty() => Err(unfit(what, &"holds no certificate")),
        Ok(certificates) => Ok(certificates),
        Err(why) => Err(unfit(what, &why)),
    }
}

fn unfit(what: &'static str, why: &dyn std::fmt::Display) -> LineSetup {
    LineSetup::Tls {
        what,
        why: why.to_string(),
    }
}
