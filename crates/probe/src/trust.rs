//! Whom a look trusts over TLS: the given roots at the caller's time, or, to record what is presented, nobody.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WantsClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, SignatureScheme, WantsVerifier};

use crate::fault::Fault;
use crate::look::Look;

/// Most certificates of a presented chain that are kept.
const CHAIN: usize = 10;

/// The one cryptographic library of the house.
pub(crate) fn provider() -> CryptoProvider {
    aws_lc_rs::default_provider()
}

#[derive(Debug)]
struct At(UnixTime);

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.0)
    }
}

fn builder(look: &Look<'_>) -> ConfigBuilder<ClientConfig, WantsVerifier> {
    ClientConfig::builder_with_details(Arc::new(provider()), Arc::new(At(look.unix_time())))
        .with_safe_default_protocol_versions()
        .expect("the provider has suites for both versions")
}

/// A client that trusts the given roots.
pub(crate) fn trusting(look: &Look<'_>) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, Fault> {
    let roots = &look.settings.reach.roots;
    if roots.is_empty() {
        return Err(Fault::NoRoots);
    }
    Ok(builder(look).with_root_certificates(Arc::clone(roots)))
}

/// A client that takes every certificate and keeps what was presented. Nothing is sent or believed over such a
/// connection; it is closed after the handshake.
pub(crate) fn recording(look: &Look<'_>) -> (ClientConfig, Arc<Presented>) {
    let presented = Arc::new(Presented {
        provider: provider(),
        chain: Mutex::new(Vec::new()),
    });
    let verifier: Arc<dyn ServerCertVerifier> = Arc::<Presented>::clone(&presented);
    let config = builder(look)
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    (config, presented)
}

/// The chain a server presented, the leaf first.
#[derive(Debug)]
pub(crate) struct Presented {
    provider: CryptoProvider,
    chain: Mutex<Vec<CertificateDer<'static>>>,
}

impl Presented {
    /// What was presented: empty before the server came to it.
    pub(crate) fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.chain.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Presented {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let all = std::iter::once(end_entity).chain(intermediates);
        let chain = all
            .take(CHAIN)
            .map(|certificate| certificate.clone().into_owned())
            .collect();
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = chain;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
