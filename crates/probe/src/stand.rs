//! What the tests look at: certificate authorities, servers over TLS on loopback, and a look with a clock of its own.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ALL_VERSIONS, RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{Identity, Look, Names, Reach, Settings, Target, trust};

/// 2026-11-01, 00:00 in UTC.
pub(crate) const NOW: i64 = 1_793_491_200;
/// The name every test server has.
pub(crate) const NAME: &str = "bank.example";
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A certificate and its key, as PEM.
pub(crate) struct Issued {
    pub(crate) chain: String,
    pub(crate) key: String,
}

impl Issued {
    pub(crate) fn identity(&self) -> Identity {
        Identity::from_pem(&self.chain, &self.key).unwrap()
    }
}

/// A certificate authority of the test.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Test root");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a name with the days it is valid, as year, month and day.
    pub(crate) fn issue(&self, name: &str, until: (i32, u8, u8)) -> Issued {
        let key = KeyPair::generate().unwrap();
        let certificate = params(name, until).signed_by(&key, &self.0).unwrap();
        Issued {
            chain: certificate.pem(),
            key: key.serialize_pem(),
        }
    }

    /// A certificate that lasts.
    pub(crate) fn issue_long(&self, name: &str) -> Issued {
        self.issue(name, (2036, 11, 1))
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        roots
    }
}

fn params(name: &str, (year, month, day): (i32, u8, u8)) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    (params.not_before, params.not_after) = (date_time_ymd(2024, 1, 1), date_time_ymd(year, month, day));
    params
}

/// A certificate that nobody vouches for.
pub(crate) fn self_signed(name: &str) -> Issued {
    let key = KeyPair::generate().unwrap();
    let certificate = params(name, (2036, 11, 1)).self_signed(&key).unwrap();
    Issued {
        chain: certificate.pem(),
        key: key.serialize_pem(),
    }
}

/// Which client certificates a test server asks for.
#[derive(Clone, Copy)]
pub(crate) enum Gate<'a> {
    Open,
    Of(&'a Authority),
    OptionalOf(&'a Authority),
}

/// The TLS side of a test server.
pub(crate) fn server_tls(
    issued: &Issued,
    versions: &[&'static SupportedProtocolVersion],
    gate: Gate<'_>,
) -> ServerConfig {
    server_tls_of(trust::provider(), issued, versions, gate)
}

pub(crate) fn server_tls_of(
    provider: rustls::crypto::CryptoProvider,
    issued: &Issued,
    versions: &[&'static SupportedProtocolVersion],
    gate: Gate<'_>,
) -> ServerConfig {
    let provider = Arc::new(provider);
    let verifier = |authority: &Authority| {
        WebPkiClientVerifier::builder_with_provider(Arc::new(authority.roots()), Arc::clone(&provider))
    };
    let chain = CertificateDer::pem_slice_iter(issued.chain.as_bytes())
        .map(Result::unwrap)
        .collect();
    let key = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap();
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .unwrap();
    let builder = match gate {
        Gate::Open => builder.with_no_client_auth(),
        Gate::Of(authority) => builder.with_client_cert_verifier(verifier(authority).build().unwrap()),
        Gate::OptionalOf(authority) => {
            builder.with_client_cert_verifier(verifier(authority).allow_unauthenticated().build().unwrap())
        }
    };
    builder.with_single_cert(chain, key).unwrap()
}

/// What a server says to a request, and whether the client showed a certificate.
pub(crate) type Speak = Arc<dyn Fn(&str, bool) -> Vec<u8> + Send + Sync>;

/// A server that answers every connection once; its port.
pub(crate) async fn serve(config: ServerConfig, speak: Speak) -> u16 {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, speak) = (acceptor.clone(), Arc::clone(&speak));
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => request.push(byte),
                        Err(_) => return,
                    }
                }
                let has_certificate = stream.get_ref().1.peer_certificates().is_some();
                let _ = stream
                    .write_all(&speak(&String::from_utf8(request).unwrap(), has_certificate))
                    .await;
                let _ = stream.shutdown().await;
            });
        }
    });
    port
}

/// A server of a good certificate that answers with one text.
pub(crate) async fn serve_text(authority: &Authority, answer: impl Into<Vec<u8>>) -> u16 {
    let answer = answer.into();
    let config = server_tls(&authority.issue_long(NAME), ALL_VERSIONS, Gate::Open);
    serve(config, Arc::new(move |_, _| answer.clone())).await
}

/// A server that takes connections and never answers.
pub(crate) async fn serve_silence() -> u16 {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    port
}

/// An answer with a content type and a body.
pub(crate) fn http(status: &str, fields: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{fields}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Short bounds; every name is this machine.
pub(crate) fn settings(roots_pem: &str) -> Settings {
    let mut reach = Reach::try_new(roots_pem).unwrap();
    reach.exempt = vec![LOOPBACK];
    reach.names = Names::Given(Arc::new(|_| vec![LOOPBACK]));
    let mut settings = Settings::new(reach);
    settings.budget = Duration::from_secs(20);
    settings.step = Duration::from_secs(4);
    settings.pause = Duration::ZERO;
    settings
}

pub(crate) fn target(port: u16) -> Target {
    Target::parse(&format!("https://{NAME}:{port}/"), false).unwrap()
}

/// Takes a look at [`NOW`] with a clock that moves by 5 microseconds a reading.
pub(crate) async fn with_look<F: Future>(settings: &Settings, work: impl FnOnce(Look<'static>) -> F) -> F::Output {
    let clock: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(0)));
    let read = Box::leak(Box::new(move || clock.fetch_add(5, Ordering::Relaxed)));
    let settings = Box::leak(Box::new(settings.clone()));
    work(Look {
        settings,
        now_micros: NOW * 1_000_000,
        elapsed_micros: read,
    })
    .await
}

/// `openssl s_server` with what the libraries of the house refuse to speak; ends with the value.
pub(crate) struct OldServer {
    child: Child,
    folder: PathBuf,
    pub(crate) port: u16,
}

impl OldServer {
    /// None, with a word on the test's output, where the tool is not installed.
    pub(crate) fn start(arguments: &[&str]) -> Option<Self> {
        if Command::new("openssl")
            .arg("version")
            .stdout(Stdio::null())
            .status()
            .is_err()
        {
            println!("skipped: no `openssl` is installed");
            return None;
        }
        let free = std::net::TcpListener::bind((LOOPBACK, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let folder = std::env::temp_dir().join(format!("naru-probe-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let run = |words: &[&str]| {
            let mut command = Command::new("openssl");
            command
                .args(words)
                .current_dir(&folder)
                .env("OPENSSL_CONF", "/dev/null");
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let subject = format!("/CN={NAME}");
        let made = run(&[
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha1", "-days", "3000", "-subj", &subject,
        ])
        .args(["-keyout", "key.pem", "-out", "certificate.pem"])
        .status();
        assert!(made.unwrap().success());
        let address = format!("127.0.0.1:{port}");
        let child = run(&[
            "s_server",
            "-accept",
            &address,
            "-cert",
            "certificate.pem",
            "-key",
            "key.pem",
        ])
        .args(["-quiet", "-www"])
        .args(arguments)
        .spawn()
        .unwrap();
        let server = Self { child, folder, port };
        for _ in 0..100 {
            if std::net::TcpStream::connect((LOOPBACK, port)).is_ok() {
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("openssl did not start with {arguments:?}");
    }
}

impl Drop for OldServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
