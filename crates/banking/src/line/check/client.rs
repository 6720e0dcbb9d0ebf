//! A plain HTTP/1.1 client of which every connection is in hand: with or without a certificate, kept or not, with a
//! body that arrives at once or drop by drop. The line's own client hides all of that, and rightly.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderValue};
use http::{Method, Request, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::Frame;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::line::http::Base;
use crate::line::tls::LineTls;

const MOST_ANSWER_BYTES: usize = 1024 * 1024;
/// Parts of a body that is sent slowly.
const DROPS: u32 = 8;

type CheckBody = UnsyncBoxBody<Bytes, Infallible>;

/// Where the line is and how to get in.
pub(super) struct Door {
    base: Base,
    tls: Option<LineTls>,
    patience: Duration,
}

/// An answer as it arrived.
pub(super) struct Raw {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

/// One connection.
pub(super) struct Connection {
    sender: SendRequest<CheckBody>,
    host: HeaderValue,
    patience: Duration,
}

impl Door {
    pub(super) fn try_new(url: &str, tls: Option<LineTls>, patience: Duration) -> Result<Self, String> {
        let base = Base::parse(url).map_err(|why| why.to_string())?;
        if base.is_https() && tls.is_none() {
            return Err("https needs a certificate, its key and the authority".to_owned());
        }
        Ok(Self { base, tls, patience })
    }

    pub(super) fn is_https(&self) -> bool {
        self.base.is_https()
    }

    /// A new connection, with the hub's certificate unless it is to be `anonymous`.
    pub(super) async fn connect(&self, anonymous: bool) -> Result<Connection, String> {
        let connected = tokio::time::timeout(self.patience, self.open(anonymous)).await;
        connected.map_err(|_| "no connection in time".to_owned())?
    }

    async fn open(&self, anonymous: bool) -> Result<Connection, String> {
        let host = self.base.authority.host().trim_matches(['[', ']']);
        let port = if self.is_https() { 443 } else { 80 };
        let port = self.base.authority.port_u16().unwrap_or(port);
        let stream = TcpStream::connect((host, port)).await;
        let stream = stream.map_err(|why| format!("no connection: {why}"))?;
        stream.set_nodelay(true).map_err(|why| why.to_string())?;
        match self.tls.as_ref().filter(|_| self.is_https()) {
            None => self.converse(stream).await,
            Some(tls) => {
                let config = if anonymous { tls.anonymous() } else { tls.hub() };
                let name = ServerName::try_from(host.to_owned()).map_err(|why| why.to_string())?;
                let stream = TlsConnector::from(config.clone()).connect(name, stream).await;
                self.converse(stream.map_err(|why| format!("no TLS: {why}"))?).await
            }
        }
    }

    async fn converse<S>(&self, stream: S) -> Result<Connection, String>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|why| why.to_string())?;
        // Ends by itself when the sender is dropped.
        tokio::spawn(connection);
        let host = HeaderValue::from_str(self.base.authority.as_str()).map_err(|why| why.to_string())?;
        Ok(Connection {
            sender,
            host,
            patience: self.patience,
        })
    }
}

impl Connection {
    pub(super) async fn get(&mut self, path: &str) -> Result<Raw, String> {
        let body = Full::new(Bytes::new()).boxed_unsync();
        self.send(Request::get(path), body).await
    }

    pub(super) async fn post(&mut self, path: &str, body: Bytes) -> Result<Raw, String> {
        self.send(Request::post(path), Full::new(body).boxed_unsync()).await
    }

    /// Posts a body of known length in eight parts.
    pub(super) async fn post_slowly(&mut self, path: &str, body: Bytes, slowness: Duration) -> Result<Raw, String> {
        let size = body.len().div_ceil(DROPS as usize).max(1);
        let length = body.len();
        let drops = stream::unfold(body, move |mut rest| async move {
            if rest.is_empty() {
                return None;
            }
            tokio::time::sleep(slowness / DROPS).await;
            let drop = rest.split_to(size.min(rest.len()));
            Some((Ok(Frame::data(drop)), rest))
        });
        let request = Request::post(path).header(CONTENT_LENGTH, length);
        self.send(request, StreamBody::new(drops).boxed_unsync()).await
    }

    async fn send(&mut self, request: http::request::Builder, body: CheckBody) -> Result<Raw, String> {
        let mut request = request.body(body).map_err(|why| why.to_string())?;
        request.headers_mut().insert(HOST, self.host.clone());
        if request.method() == Method::POST {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(CONTENT_TYPE, json);
        }
        let exchanged = tokio::time::timeout(self.patience, self.exchange(request)).await;
        exchanged.map_err(|_| "no answer in time".to_owned())?
    }

    async fn exchange(&mut self, request: Request<CheckBody>) -> Result<Raw, String> {
        let lost = |why: hyper::Error| format!("no answer: {why}");
        self.sender.ready().await.map_err(lost)?;
        let response = self.sender.send_request(request).await.map_err(lost)?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MOST_ANSWER_BYTES).collect().await;
        let body = body.map_err(|_| "an answer that was cut off or is over 1 MiB".to_owned())?;
        Ok(Raw {
            status,
            body: body.to_bytes(),
        })
    }
}
