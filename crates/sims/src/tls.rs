//! Mutual TLS for a simulator's listener: rustls with aws-lc-rs given explicitly, TLS 1.2 and 1.3.
//! A client must present a certificate that the configured authority issued; there are no session tickets and no
//! resumption, so every connection proves its certificate anew.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use crate::SimError;

/// PEM files for a listener with mutual TLS.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The server's certificate chain, its own certificate first.
    pub cert: PathBuf,
    /// The server's private key (PKCS#8, SEC1 or PKCS#1).
    pub key: PathBuf,
    /// The authorities whose client certificates are accepted.
    pub client_ca: PathBuf,
}

/// Reads the files and makes an acceptor.
pub(crate) fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, SimError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    for authority in certificates(&files.client_ca)? {
        roots.add(authority).map_err(|error| unfit(&files.client_ca, &error))?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| unfit(&files.client_ca, &error))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unfit(&files.key, &error))?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|error| unfit(&files.cert, &error))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificates(&files.cert)?, key)
        .map_err(|error| unfit(&files.cert, &error))?;
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, SimError> {
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| unfit(path, &error))?;
    let certificates: Vec<_> = certificates
        .collect::<Result<_, _>>()
        .map_err(|error| unfit(path, &error))?;
    if certificates.is_empty() {
        return Err(unfit(path, &"holds no certificate"));
    }
    Ok(certificates)
}

fn unfit(path: &Path, why: &dyn std::fmt::Display) -> SimError {
    SimError::Tls {
        path: path.to_owned(),
        why: why.to_string(),
    }
}
