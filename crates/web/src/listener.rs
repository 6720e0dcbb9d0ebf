//! The listener: TLS in the process, so that a handler knows which certificate its caller proved to hold.
//!
//! No session is resumed, by ticket or by id: a certificate that is no longer trusted must not outlive its handshake.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::IntoResponse as _;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use naru_crypto::sha256;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::Service as _;

use crate::revoked::RevokedCertificates;

/// Connections served at once at most; further ones wait in the system's queue.
const CONNECTIONS_MAX: usize = 8_192;
const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADERS: Duration = Duration::from_secs(15);
/// How long open connections may go on after a shutdown began: longer than the longest call.
const DRAIN: Duration = Duration::from_secs(35);

/// Why a listener could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ListenerError {
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}: {source}")]
    Bind {
        /// Which address.
        addr: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The TLS settings cannot be used.
    #[error("TLS: {0}")]
    Tls(String),
}

/// What a TLS server shows and asks for.
#[derive(Debug, Clone)]
pub struct ServerTls {
    /// Its certificate and those above it, PEM.
    pub certificates_pem: Vec<u8>,
    /// Its private key, PEM.
    pub key_pem: Vec<u8>,
    /// The authorities whose client certificates are accepted, PEM; `None` asks for no certificate.
    pub client_roots_pem: Option<Vec<u8>>,
}

impl ServerTls {
    fn acceptor(&self) -> Result<TlsAcceptor, String> {
        let provider = Arc::new(recommended());
        let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let builder = match &self.client_roots_pem {
            None => builder.with_no_client_auth(),
            Some(pem) => {
                let roots = Arc::new(roots(pem)?);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider)
                    .allow_unauthenticated()
                    .build()
                    .map_err(|error| format!("client authorities: {error}"))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let chain = certificates(&self.certificates_pem)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key_pem).map_err(|error| format!("private key: {error}"))?;
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(|error| error.to_string())?;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// The provider with TLS 1.3, and of TLS 1.2 only the suites that BCP 195 recommends (RFC 9325 4.2).
fn recommended() -> rustls::crypto::CryptoProvider {
    use rustls::CipherSuite as Suite;
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    provider.cipher_suites.retain(|suite| {
        suite.tls13().is_some()
            || matches!(
                suite.suite(),
                Suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                    | Suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
                    | Suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
                    | Suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
            )
    });
    provider
}

pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("certificates: {error}"))
}

pub(crate) fn roots(pem: &[u8]) -> Result<rustls::RootCertStore, String> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in certificates(pem)? {
        roots
            .add(certificate)
            .map_err(|error| format!("authorities: {error}"))?;
    }
    Ok(roots)
}

/// The certificate that the caller proved to hold; in every request's extensions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeerCertificate {
    /// SHA-256 of the certificate (DER), as RFC 8705 binds tokens to it.
    pub sha256: Option<[u8; 32]>,
    /// The certificate itself, DER; it chains to a trusted authority, else there were no connection.
    pub der: Option<Arc<[u8]>>,
}

/// From where the connection came; in every request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerAddress(pub std::net::IpAddr);

/// An open address.
pub struct Listener {
    tcp: TcpListener,
    tls: Option<TlsAcceptor>,
    addr: SocketAddr,
    revoked: RevokedCertificates,
}

/// A listener that serves, until it is told to stop.
pub struct Served {
    stop: watch::Sender<bool>,
    done: tokio::task::JoinHandle<()>,
    /// Where it listens.
    pub addr: SocketAddr,
}

impl Listener {
    /// Opens an address; port 0 asks for a free one.
    pub async fn bind(addr: SocketAddr, tls: Option<&ServerTls>) -> Result<Self, ListenerError> {
        let tls = tls.map(ServerTls::acceptor).transpose().map_err(ListenerError::Tls)?;
        let tcp = TcpListener::bind(addr)
            .await
            .map_err(|source| ListenerError::Bind { addr, source })?;
        let addr = tcp
            .local_addr()
            .map_err(|source| ListenerError::Bind { addr, source })?;
        Ok(Self {
            tcp,
            tls,
            addr,
            revoked: RevokedCertificates::default(),
        })
    }

    /// With certificates that are refused although they chain to a trusted authority.
    #[must_use]
    pub fn refusing(self, revoked: RevokedCertificates) -> Self {
        Self { revoked, ..self }
    }

    /// Where it listens.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves a router in the background.
    pub fn serve(self, router: Router) -> Served {
        let (stop, stopped) = watch::channel(false);
        let addr = self.addr;
        let done = tokio::spawn(self.accept(router, stopped));
        Served { stop, done, addr }
    }

    async fn accept(self, router: Router, mut stopped: watch::Receiver<bool>) {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            let place = tokio::select! {
                place = Arc::clone(&places).acquire_owned() => place,
                _ = stopped.wait_for(|stop| *stop) => break,
            };
            let accepted = tokio::select! {
                accepted = self.tcp.accept() => accepted,
                _ = stopped.wait_for(|stop| *stop) => break,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file handles, mostly: pause instead of spinning.
                    tracing::warn!(event = "accept_failed", %error, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let (tls, router, watcher) = (self.tls.clone(), router.clone(), graceful.watcher());
            let revoked = self.revoked.clone();
            tokio::spawn(async move {
                connection(stream, (tls, revoked), router, watcher).await;
                drop(place);
            });
        }
        drop(self.tcp);
        if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
            tracing::warn!(
                event = "drain_cut",
                "connections were still open at the end of the drain"
            );
        }
    }
}

impl Served {
    /// Takes no further connections, lets the open ones finish their calls, and ends.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.done.await;
    }
}

async fn connection(
    stream: TcpStream,
    (tls, revoked): (Option<TlsAcceptor>, RevokedCertificates),
    router: Router,
    watcher: Watcher,
) {
    let _ = stream.set_nodelay(true);
    let Ok(from) = stream.peer_addr() else { return };
    let from = PeerAddress(from.ip());
    let Some(acceptor) = tls else {
        let peer = (PeerCertificate::default(), from, revoked);
        return http(TokioIo::new(stream), peer, router, watcher).await;
    };
    match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
            let peer = PeerCertificate {
                sha256: shown.map(|certificate| sha256(certificate)),
                der: shown.map(|certificate| Arc::from(certificate.as_ref())),
            };
            if peer.sha256.is_some_and(|sha256| revoked.has(&sha256)) {
                tracing::info!(
                    event = "certificate_revoked",
                    "a connection with a revoked certificate was closed"
                );
                return;
            }
            http(TokioIo::new(stream), (peer, from, revoked), router, watcher).await;
        }
        Ok(Err(error)) => tracing::debug!(event = "handshake_failed", %error, "no TLS connection"),
        Err(_) => tracing::debug!(event = "handshake_slow", "no TLS connection in time"),
    }
}

/// Whether a request says once for whom it is meant (RFC 9112 3.2).
fn has_one_host(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(http::header::HOST).iter();
    let first = hosts.next().is_some();
    hosts.next().is_none() && (first || request.version() == http::Version::HTTP_10)
}

async fn http<I>(
    io: I,
    (peer, from, revoked): (PeerCertificate, PeerAddress, RevokedCertificates),
    router: Router,
    watcher: Watcher,
) where
    I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request: Request = request.map(Body::new);
        let router = router.clone();
        // Revoked on an open connection: from the next request on it is as if none had been shown.
        let refused = peer.sha256.is_some_and(|sha256| revoked.has(&sha256));
        let shown = if refused {
            PeerCertificate::default()
        } else {
            peer.clone()
        };
        request.extensions_mut().insert(shown);
        request.extensions_mut().insert(from);
        async move {
            if has_one_host(&request) {
                router.clone().call(request).await
            } else {
                Ok(crate::Problem::no_host().into_response())
            }
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_headers(64)
        .serve_connection(io, service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(event = "connection_failed", %error, "a connection ended early");
    }
}
