//! Calls to other servers: JSON over HTTPS, with a time budget, a bound on what comes back, and the hub's own
//! certificate where the other side asks for one.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Method, Request, Uri, header};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use naru_core::is_public;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An answer's body at most, bytes.
const ANSWER_MAX: usize = 1024 * 1024;
/// Idle connections are closed after this.
const IDLE: Duration = Duration::from_secs(60);

/// Whom to trust, and what to show.
#[derive(Debug, Clone, Default)]
pub struct ClientTls {
    /// Authorities whose servers are trusted, PEM.
    pub roots_pem: Vec<u8>,
    /// The hub's own certificate and key, PEM.
    pub identity_pem: Option<(Vec<u8>, Vec<u8>)>,
}

impl ClientTls {
    /// The settings as rustls takes them.
    pub fn config(&self) -> Result<rustls::ClientConfig, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(crate::listener::roots(&self.roots_pem)?);
        match &self.identity_pem {
            None => Ok(builder.with_no_client_auth()),
            Some((certificates, key)) => {
                let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| format!("private key: {error}"))?;
                builder
                    .with_client_auth_cert(crate::listener::certificates(certificates)?, key)
                    .map_err(|error| error.to_string())
            }
        }
    }
}

/// Which addresses are connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Every one: the operator named the server.
    Anywhere,
    /// Public ones: somebody outside named it, and must not have the hub knock at its own network.
    Public,
}

impl Reach {
    fn has(self, address: IpAddr) -> bool {
        self == Self::Anywhere || is_public(address)
    }
}

/// The system's answers for a name. What is checked here is what is connected to: the name is not asked a second time.
#[derive(Clone)]
struct Names {
    reach: Reach,
    system: GaiResolver,
}

impl tower::Service<Name> for Names {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        tower::Service::poll_ready(&mut self.system, context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (reach, answers) = (self.reach, tower::Service::call(&mut self.system, name));
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = answers.await?.collect();
            // An honest name has no address that is refused.
            if addresses.iter().all(|address| reach.has(address.ip())) {
                Ok(addresses.into_iter())
            } else {
                Err(io::Error::other("an address of the name is not public"))
            }
        })
    }
}

/// Why no usable answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The request could not be made or sent.
    #[error("could not be reached")]
    Unreachable,
    /// No answer within the time budget.
    #[error("did not answer in time")]
    Silent,
    /// An answer that is not what was agreed.
    #[error("answered with HTTP status {0}")]
    Status(u16),
    /// A body that cannot be read.
    #[error("answered something that cannot be read")]
    Body,
}

/// A client of one server.
#[derive(Clone)]
pub struct Outbound {
    client: Client<HttpsConnector<HttpConnector<Names>>, Full<Bytes>>,
    reach: Reach,
    base: String,
    budget: Duration,
}

impl Outbound {
    /// A client of the server at `base` (scheme, host and port), with a time budget for each call.
    pub fn new(base: &str, tls: &ClientTls, budget: Duration) -> Result<Self, String> {
        Self::reaching(Reach::Anywhere, base, (tls, budget))
    }

    /// The same for addresses that somebody else named.
    pub(crate) fn reaching(reach: Reach, base: &str, (tls, budget): (&ClientTls, Duration)) -> Result<Self, String> {
        let names = Names {
            reach,
            system: GaiResolver::new(),
        };
        let mut tcp = HttpConnector::new_with_resolver(names);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config(tls.config()?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Ok(Self {
            client,
            reach,
            base: base.trim_end_matches('/').to_owned(),
            budget,
        })
    }

    /// Posts JSON and reads JSON.
    pub async fn post<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<A, OutboundError> {
        let body = serde_json::to_vec(body).map_err(|_| OutboundError::Unreachable)?;
        let uri: Uri = format!("{}{path}", self.base)
            .parse()
            .map_err(|_| OutboundError::Unreachable)?;
        let request = Request::builder()
            .method(Method::POST)
            .uri(uri)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| OutboundError::Unreachable)?;
        tokio::time::timeout(self.budget, self.send(request))
            .await
            .unwrap_or(Err(OutboundError::Silent))
    }

    /// Gets a text, such as a key set.
    pub async fn get(&self, path: &str) -> Result<String, OutboundError> {
        let uri: Uri = format!("{}{path}", self.base)
            .parse()
            .map_err(|_| OutboundError::Unreachable)?;
        // The connector asks no resolver for an address that is written out.
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        if host.parse().is_ok_and(|address| !self.reach.has(address)) {
            return Err(OutboundError::Unreachable);
        }
        let request = Request::builder()
            .method(Method::GET)
            .uri(uri)
            .header(header::ACCEPT, "application/json")
            .body(Full::default())
            .map_err(|_| OutboundError::Unreachable)?;
        let body = tokio::time::timeout(self.budget, self.bytes(request))
            .await
            .unwrap_or(Err(OutboundError::Silent))?;
        String::from_utf8(body.to_vec()).map_err(|_| OutboundError::Body)
    }

    async fn send<A: DeserializeOwned>(&self, request: Request<Full<Bytes>>) -> Result<A, OutboundError> {
        let body = self.bytes(request).await?;
        serde_json::from_slice(&body).map_err(|_| OutboundError::Body)
    }

    async fn bytes(&self, request: Request<Full<Bytes>>) -> Result<Bytes, OutboundError> {
        let response = self
            .client
            .request(request)
            .await
            .map_err(|_| OutboundError::Unreachable)?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER_MAX).collect().await;
        let body = body.map_err(|_| OutboundError::Body)?.to_bytes();
        if !status.is_success() {
            return Err(OutboundError::Status(status.as_u16()));
        }
        Ok(body)
    }
}
