//! Whether a callback accepts the hub's client certificate and refuses none and a wrong one: three connections, each
//! with one small request.
//!
//! A server of TLS 1.3 refuses a client after the client believes the handshake done, so that every connection is
//! read until an alert, an end or a status line. Some servers refuse in HTTP instead; which it was is recorded.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::AlertDescription;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::dial;
use crate::fault::Fault;
use crate::look::Look;
use crate::observation::{Findings, Observation, Probe};
use crate::target::Target;
use crate::trust;

#[path = "mutual_judge.rs"]
mod judge;

/// A client certificate with its key.
#[derive(Clone)]
pub struct Identity(Arc<CertifiedKey>);

/// A text that is no client certificate with its key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no client certificate: {0}")]
pub struct IdentityError(String);

impl Identity {
    /// An identity whose key may live elsewhere: it is only asked to sign.
    pub fn new(key: Arc<CertifiedKey>) -> Self {
        Self(key)
    }

    /// Reads a chain, the leaf first, and its key (PEM, RFC 7468; PKCS#8, PKCS#1 or SEC1).
    pub fn from_pem(chain: &str, key: &str) -> Result<Self, IdentityError> {
        let refused = |why: &dyn fmt::Display| IdentityError(why.to_string());
        let chain = CertificateDer::pem_slice_iter(chain.as_bytes()).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|_| IdentityError("the chain is no PEM".to_owned()))?;
        if chain.is_empty() {
            return Err(IdentityError("the chain is empty".to_owned()));
        }
        let key =
            PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| IdentityError("the key is no PEM".to_owned()))?;
        let certified = CertifiedKey::from_der(chain, key, &trust::provider()).map_err(|why| refused(&why))?;
        Ok(Self(Arc::new(certified)))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(..)")
    }
}

/// Looks at how a callback takes client certificates. `right` is the hub's own; `wrong` is of another authority, with
/// the same names. The request is a GET of the target's path, which the organisation agreed to.
pub async fn mutual(look: &Look<'_>, target: &Target, right: &Identity, wrong: &Identity) -> Observation {
    look.take(Probe::MtlsHandshake, target, three(look, target, right, wrong))
        .await
}

async fn three(look: &Look<'_>, target: &Target, right: &Identity, wrong: &Identity) -> Result<Findings, Fault> {
    let addresses = look.step(look.settings.reach.addresses(target)).await?;
    let (_, address) = dial::connect(look, &addresses).await?;
    let mut tries = Vec::new();
    for identity in [Some(right), None, Some(wrong)] {
        tokio::time::sleep(look.settings.pause).await;
        let offer = Arc::new(Offer {
            identity: identity.map(|identity| Arc::clone(&identity.0)),
            asked: AtomicBool::new(false),
        });
        let config = trust::trusting(look)?.with_client_cert_resolver(Arc::<Offer>::clone(&offer));
        let (stream, _) = dial::connect(look, &[address]).await?;
        let answer = look
            .step(async { Ok(converse(look, target, stream, config).await) })
            .await;
        tries.push(Try {
            answer: answer.unwrap_or_else(Answer::Unknown),
            was_asked: offer.asked.load(Ordering::Relaxed),
        });
    }
    let [right, none, wrong] = <[Try; 3]>::try_from(tries).expect("three were made");
    let raw = json!({
        "request": { "url": target.to_string(), "address": address.ip().to_string(), "method": "GET" },
        "right": right.facts(), "none": none.facts(), "wrong": wrong.facts(),
    });
    Ok(Findings {
        checks: judge::judge(&right.answer, &none.answer, &wrong.answer),
        raw,
    })
}

#[derive(Debug)]
struct Try {
    answer: Answer,
    was_asked: bool,
}

impl Try {
    fn facts(&self) -> Value {
        json!({ "answer": self.answer.to_string(), "asked_for_certificate": self.was_asked })
    }
}

/// How one of the three connections went.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    /// An HTTP answer with its status.
    Http(u16),
    /// A TLS alert; `late` when the client's part of the handshake was done.
    Alert { alert: AlertDescription, late: bool },
    /// The connection ended without a word.
    Closed,
    /// It cannot be said.
    Unknown(Fault),
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(status) => write!(f, "HTTP {status}"),
            Self::Alert { alert, late: false } => write!(f, "alert {alert:?} in the handshake"),
            Self::Alert { alert, late: true } => write!(f, "alert {alert:?} after the handshake"),
            Self::Closed => f.write_str("the connection ended"),
            Self::Unknown(fault) => write!(f, "{fault}"),
        }
    }
}

/// What the client shows when asked: always the same, whichever authorities the server names.
#[derive(Debug)]
struct Offer {
    identity: Option<Arc<CertifiedKey>>,
    asked: AtomicBool,
}

impl ResolvesClientCert for Offer {
    fn resolve(&self, _: &[&[u8]], _: &[rustls::SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        self.identity.clone()
    }

    fn has_certs(&self) -> bool {
        self.identity.is_some()
    }
}

async fn converse(look: &Look<'_>, target: &Target, stream: TcpStream, config: rustls::ClientConfig) -> Answer {
    let connector = TlsConnector::from(Arc::new(config));
    let mut stream = match connector.connect(target.server_name(), stream).await {
        Ok(stream) => stream,
        Err(why) => return ended(&why, false),
    };
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        target.path(),
        target.authority(),
        look.settings.agent(),
    );
    // A server that has refused already does not take the request; its alert is still to be read.
    let _ = stream.write_all(request.as_bytes()).await;
    let _ = stream.flush().await;
    status(&mut stream).await
}

/// Reads a status line (RFC 9112 4): `HTTP/1.1 200`.
async fn status(stream: &mut TlsStream<TcpStream>) -> Answer {
    const LINE: usize = 12;
    let mut line = Vec::with_capacity(LINE);
    while line.len() < LINE {
        let mut part = [0; LINE];
        match stream.read(&mut part[..LINE - line.len()]).await {
            Ok(0) if line.is_empty() => return Answer::Closed,
            Ok(0) => break,
            Ok(read) => line.extend(part.iter().take(read)),
            Err(why) => return ended(&why, true),
        }
    }
    let line = String::from_utf8_lossy(&line);
    let code = line
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split(' ').nth(1))
        .and_then(|code| code.parse().ok());
    match code {
        Some(status @ 200..=599) => Answer::Http(status),
        _ => Answer::Unknown(Fault::NoHttp("no status line".to_owned())),
    }
}

fn ended(why: &io::Error, late: bool) -> Answer {
    match dial::tls_error(why) {
        Some(rustls::Error::AlertReceived(alert)) => Answer::Alert { alert: *alert, late },
        Some(_) => Answer::Unknown(dial::tls_fault(why)),
        None => match why.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Answer::Closed,
            _ => Answer::Unknown(dial::tls_fault(why)),
        },
    }
}

#[cfg(test)]
#[path = "mutual_tests.rs"]
mod tests;
