//! The hub behind a real listener, and browsers and clients that speak to it over TLS.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use naru_crypto::{Authority, Issued, Subject};
use naru_web::{Listener, Served, ServerTls};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Answer, Call};

/// The moment at which handshakes happen: certificates are judged by the machine's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the library that verifies certificates asks the machine"
)]
pub(crate) fn today() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// An authority, as good as its name.
pub(crate) fn authority(name: &str) -> Authority {
    Authority::generate(name, today()).unwrap()
}

/// A certificate for a client of this name.
pub(crate) fn issued(authority: &Authority, name: &str) -> Issued {
    authority.issue(&Subject::Client(name), 30, today()).unwrap()
}

/// What a server of these names shows, and whose clients it takes.
pub(crate) fn server(authority: &Authority, names: &[&str], clients: Option<&Authority>) -> ServerTls {
    let certificate = authority.issue(&Subject::Server(names), 30, today()).unwrap();
    ServerTls {
        certificates_pem: certificate.certificate_pem.into_bytes(),
        key_pem: certificate.key_pem.into_bytes(),
        client_roots_pem: clients.map(|clients| clients.certificate_pem().as_bytes().to_vec()),
    }
}

/// Serves a router on a free port.
pub(crate) async fn serve(router: axum::Router, tls: &ServerTls) -> Served {
    let addr = SocketAddr::from(([127, 0, 0, 1], 0));
    Listener::bind(addr, Some(tls)).await.unwrap().serve(router)
}

/// Opens a connection that trusts this authority and shows this certificate, and sends one request.
pub(crate) async fn send(
    addr: SocketAddr,
    (trusted, shown): (&Authority, Option<&Issued>),
    call: &Call,
) -> Result<Answer, std::io::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(trusted.certificate_pem().as_bytes()).unwrap())
        .unwrap();
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match shown {
        None => builder.with_no_client_auth(),
        Some(issued) => {
            let chain = vec![CertificateDer::from_pem_slice(issued.certificate_pem.as_bytes()).unwrap()];
            let key = PrivateKeyDer::from_pem_slice(issued.key_pem.as_bytes()).unwrap();
            builder.with_client_auth_cert(chain, key).unwrap()
        }
    };
    let tcp = TcpStream::connect(addr).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut tls = TlsConnector::from(Arc::new(config)).connect(name, tcp).await?;
    let mut text = format!(
        "{} {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n",
        call.method, call.path
    );
    for (name, value) in &call.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n", call.body.len()));
    tls.write_all(&[text.as_bytes(), &call.body].concat()).await?;
    let mut read = Vec::new();
    tls.read_to_end(&mut read).await?;
    Ok(parsed(&read))
}

fn parsed(read: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(read).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    Answer {
        status: StatusCode::from_bytes(status.as_bytes()).unwrap(),
        headers,
        body: body.as_bytes().to_vec(),
    }
}

/// Sends the first message of a handshake of this version, offering these suites; gives the kind of the record that
/// comes back (22 for a handshake that goes on, 21 for an alert), or nothing where the connection is closed.
pub(crate) async fn hello(addr: SocketAddr, version: [u8; 2], suites: &[u16]) -> Option<u8> {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(&client_hello(version, suites)).await.unwrap();
    let mut kind = [0; 1];
    match stream.read(&mut kind).await {
        Ok(1) => Some(kind[0]),
        _ => None,
    }
}

fn client_hello(version: [u8; 2], suites: &[u16]) -> Vec<u8> {
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap().to_be_bytes().to_vec();
    let with_length = |bytes: Vec<u8>| [length(&bytes), bytes].concat();
    let extension = |kind: u16, body: Vec<u8>| [kind.to_be_bytes().to_vec(), with_length(body)].concat();
    let extensions = [
        extension(10, with_length(vec![0, 23, 0, 29])),
        extension(11, vec![1, 0]),
        extension(13, with_length(vec![4, 3, 5, 3, 8, 4, 8, 5, 4, 1, 2, 3, 2, 1])),
        extension(23, Vec::new()),
    ]
    .concat();
    let suites: Vec<u8> = suites.iter().flat_map(|suite| suite.to_be_bytes()).collect();
    let mut body = version.to_vec();
    body.extend([7; 32]);
    body.push(0);
    body.extend(with_length(suites));
    body.extend([1, 0]);
    body.extend(with_length(extensions));
    let handshake = [vec![1, 0], with_length(body)].concat();
    [vec![22, 3, 1], with_length(handshake)].concat()
}
