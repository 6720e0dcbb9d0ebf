//! The line over HTTP/1.1 with keep-alive and mutual TLS.
//!
//! What decides about money here is one question: can the request have left? It cannot have left as long as no
//! connection was made, and that is `Down`; from the moment a connection took the request, every error and every
//! passing of time is silence. A request that the pool takes back unsent from a connection which had just closed is
//! sent on another one; it never was on the wire.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::uri::{PathAndQuery, Scheme};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::{HttpConnector, capture_connection};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use naru_core::Institution;

use super::answer::Answer;
use super::ask::Ask;
use super::fault::LineFault;
use super::tls::LineTls;
use super::wire::{self, Expected};
use super::{Connect, Line};

/// The largest answer that is read, bytes.
const MOST_ANSWER_BYTES: usize = 1024 * 1024;
/// Institutions keep idle connections for at least 90 s; the hub lets go first, so that it does not send into a
/// connection that is being closed.
const IDLE_PATIENCE: Duration = Duration::from_secs(60);
const MOST_IDLE: i64 = 512;

/// Why a line cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LineSetup {
    /// The address is not `https://host[:port]` or, where that is allowed, `http://host[:port]`.
    #[error("line address: {why}")]
    Address {
        /// What is wrong with it.
        why: &'static str,
    },
    /// A PEM text is unreadable or unfit.
    #[error("line TLS, {what}: {why}")]
    Tls {
        /// `authorities`, `certificate` or `key`.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

/// The base address of a line: scheme and authority, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) scheme: Scheme,
    pub(super) authority: http::uri::Authority,
}

impl Base {
    pub(super) fn parse(url: &str) -> Result<Self, LineSetup> {
        let refuse = |why| Err(LineSetup::Address { why });
        let Ok(parts) = url.parse::<Uri>().map(Uri::into_parts) else {
            return refuse("not a URL");
        };
        let path = parts.path_and_query.as_ref().map_or("", PathAndQuery::as_str);
        match (parts.scheme, parts.authority) {
            _ if !matches!(path, "" | "/") => refuse("has a path or a query"),
            (Some(scheme), Some(authority)) if scheme == Scheme::HTTP || scheme == Scheme::HTTPS => {
                if authority.as_str().contains('@') {
                    return refuse("names a user");
                }
                Ok(Self { scheme, authority })
            }
            _ => refuse("neither https nor http with a host"),
        }
    }

    pub(super) fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    fn uri(&self, path: PathAndQuery) -> Uri {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path);
        Uri::from_parts(parts).expect("scheme, authority and path make a URI")
    }
}

/// The addresses of the calls, made once.
#[derive(Debug)]
struct Addresses {
    base: Base,
    accounts: Uri,
    holder: Uri,
    balance: Uri,
    transactions: Uri,
    debits: Uri,
    credits: Uri,
    status: Uri,
}

impl Addresses {
    fn of(base: Base) -> Self {
        let uri = |path| base.uri(PathAndQuery::from_static(path));
        Self {
            accounts: uri("/line/v1/accounts"),
            holder: uri("/line/v1/holder"),
            balance: uri("/line/v1/balance"),
            transactions: uri("/line/v1/transactions"),
            debits: uri("/line/v1/debits"),
            credits: uri("/line/v1/credits"),
            status: uri("/line/v1/status"),
            base,
        }
    }

    fn of_ask(&self, ask: &Ask) -> Uri {
        match ask {
            Ask::Accounts { .. } => self.accounts.clone(),
            Ask::Holder { .. } => self.holder.clone(),
            Ask::Balance { .. } => self.balance.clone(),
            Ask::Transactions(_) => self.transactions.clone(),
            Ask::Debit(_) => self.debits.clone(),
            Ask::Credit(_) => self.credits.clone(),
            Ask::Status => self.status.clone(),
            Ask::Outcome { reference } => {
                let path = PathAndQuery::try_from(wire::path(reference));
                self.base.uri(path.expect("a percent-encoded path is a path"))
            }
        }
    }
}

/// A line over HTTP, with its own pool of connections.
#[derive(Debug)]
pub struct HttpLine {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    addresses: Addresses,
}

impl HttpLine {
    /// A line to the address; no connection is made yet. At most `idle_max` idle connections are kept.
    ///
    /// # Errors
    /// An address that is not a plain base address, or `https` without TLS settings.
    pub fn try_new(url: &str, tls: Option<&LineTls>, idle_max: i64) -> Result<Self, LineSetup> {
        let base = Base::parse(url)?;
        if base.is_https() && tls.is_none() {
            return Err(LineSetup::Address {
                why: "https, and there are no TLS settings",
            });
        }
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let config = tls.map_or_else(no_trust, |tls| tls.hub().as_ref().clone());
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let idle_max = usize::try_from(idle_max.clamp(1, MOST_IDLE)).unwrap_or(1);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_PATIENCE)
            .pool_max_idle_per_host(idle_max)
            .build(connector);
        Ok(Self {
            client,
            addresses: Addresses::of(base),
        })
    }

    /// Asks, and reads the answer. Dropping the future closes the connection, so no late answer meets another call.
    async fn exchange(&self, ask: Ask, within: Duration) -> Result<Answer, LineFault> {
        let mut request = self.request(&ask);
        let expected = Expected::of(ask);
        let connection = capture_connection(&mut request);
        let answered = async {
            let response = self.client.request(request).await.map_err(Unanswered::Client)?;
            read(response).await
        };
        match tokio::time::timeout(within, answered).await {
            Ok(Ok((status, body))) => wire::read(status, &body, &expected),
            Ok(Err(Unanswered::Client(error))) if error.is_connect() => Err(LineFault::not_sent()),
            _ if connection.connection_metadata().is_none() => Err(LineFault::not_sent()),
            _ => Err(LineFault::silence()),
        }
    }

    fn request(&self, ask: &Ask) -> Request<Full<Bytes>> {
        let uri = self.addresses.of_ask(ask);
        let (method, body) = match wire::body(ask) {
            Some(body) => (http::Method::POST, Bytes::from(body)),
            None => (http::Method::GET, Bytes::new()),
        };
        let is_post = method == http::Method::POST;
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        if is_post {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(CONTENT_TYPE, json);
        }
        request
    }
}

impl Line for HttpLine {
    fn ask(&self, ask: Ask, within: Duration) -> BoxFuture<'_, Result<Answer, LineFault>> {
        Box::pin(self.exchange(ask, within))
    }
}

/// Why there is no answer to read.
enum Unanswered {
    Client(Error),
    Body,
}

async fn read(response: Response<Incoming>) -> Result<(StatusCode, Bytes), Unanswered> {
    let status = response.status();
    let body = Limited::new(response.into_body(), MOST_ANSWER_BYTES);
    let body = body.collect().await.map_err(|_| Unanswered::Body)?;
    Ok((status, body.to_bytes()))
}

/// TLS settings under which no server is trusted; for lines that never use TLS.
fn no_trust() -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has TLS 1.2 and 1.3")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

/// Makes [`HttpLine`]s, all with the same certificates.
#[derive(Debug, Clone)]
pub struct HttpConnect {
    tls: Option<LineTls>,
}

impl HttpConnect {
    /// Lines with these certificates; without any, only simulated institutions over plain HTTP can be reached.
    pub const fn new(tls: Option<LineTls>) -> Self {
        Self { tls }
    }
}

impl Connect for HttpConnect {
    /// A line in the clear is made for simulated institutions only. An address that cannot be used is logged once,
    /// when the line is made.
    fn connect(&self, institution: &Institution) -> Arc<dyn Line> {
        let made = Base::parse(&institution.line_url).and_then(|base| {
            if !base.is_https() && !institution.simulated {
                let why = "plain http, and the institution is not simulated";
                return Err(LineSetup::Address { why });
            }
            HttpLine::try_new(&institution.line_url, self.tls.as_ref(), institution.in_flight_max)
        });
        match made {
            Ok(line) => Arc::new(line),
            Err(why) => {
                tracing::error!(institution = %institution.code, %why, "line_unusable");
                Arc::new(Unusable)
            }
        }
    }
}

/// The line of an institution whose address cannot be used.
struct Unusable;

impl Line for Unusable {
    fn ask(&self, _: Ask, _: Duration) -> BoxFuture<'_, Result<Answer, LineFault>> {
        Box::pin(std::future::ready(Err(LineFault::not_sent())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_scheme_and_a_host() {
        for url in ["https://127.0.0.1:7443", "https://bank.example/", "http://[::1]:7001"] {
            assert!(Base::parse(url).is_ok(), "{url}");
        }
        for url in [
            "",
            "bank",
            "/line",
            "ftp://bank",
            "https://a:b@bank",
            "https://bank/x",
            "https://bank/?x",
        ] {
            assert!(Base::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_reference_cannot_leave_its_path() {
        let addresses = Addresses::of(Base::parse("https://bank:7443").unwrap());
        let uri = addresses.of_ask(&Ask::Outcome {
            reference: "../x?y#z".to_owned(),
        });
        assert_eq!(uri.to_string(), "https://bank:7443/line/v1/outcomes/..%2Fx%3Fy%23z");
    }

    #[test]
    fn https_needs_certificates() {
        assert!(HttpLine::try_new("https://bank", None, 1).is_err());
        assert!(HttpLine::try_new("http://bank", None, 1).is_ok());
    }
}
