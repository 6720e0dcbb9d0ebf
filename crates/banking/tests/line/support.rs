//! A simulated bank behind mutual TLS, the hub's lines to it, and the bank's admin endpoints.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use naru_banking::line::{HttpConnect, LineTls, Lines, MoveAsk};
use naru_core::{BankCode, Clock, Institution, InstitutionStatus, Timestamp, Won};
use naru_crypto::{Authority, Subject};
use naru_sims::TlsFiles;
use naru_sims::bank::{self, BankSettings, OpeningAccount, RunningBank};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// The person's account of the simulated bank.
pub(crate) const ACCOUNT: &str = "97010000001001";
/// The person's linking value.
pub(crate) const LINKING_VALUE: &str = "ci-one";
/// What the account holds at first.
pub(crate) const OPENING_WON: i64 = 100_000;

pub(crate) fn code() -> BankCode {
    BankCode::parse("097").expect("three digits")
}

/// An institution behind an address, with two seconds and eight places for calls.
pub(crate) fn institution(line_url: &str) -> Institution {
    Institution {
        code: code(),
        name_ko: "나루시험은행".to_owned(),
        name_en: "Naru Test Bank".to_owned(),
        line_url: line_url.to_owned(),
        simulated: true,
        status: InstitutionStatus::Open,
        timeout_ms: 2_000,
        in_flight_max: 8,
        net_debit_cap: None,
        updated_at: Timestamp(0),
        version: 1,
    }
}

pub(crate) fn order(reference: &str, won: i64) -> MoveAsk {
    MoveAsk {
        reference: reference.to_owned(),
        account_num: ACCOUNT.to_owned(),
        amount: Won(won),
        print_content: "나루페이".to_owned(),
        counterpart_bank_code: code(),
        counterpart_name: "나루페이".to_owned(),
        purpose: "TR".to_owned(),
        return_of: String::new(),
    }
}

fn settings(tls: Option<TlsFiles>) -> BankSettings {
    let free: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    BankSettings {
        code: "097".to_owned(),
        name: "나루시험은행".to_owned(),
        line_addr: free,
        admin_addr: free,
        tls,
        books_file: None,
        opening: vec![OpeningAccount::person(
            ACCOUNT,
            LINKING_VALUE,
            ("김하늘", "920314"),
            OPENING_WON,
        )],
    }
}

/// A bank that speaks in the clear.
pub(crate) async fn plain_bank() -> RunningBank {
    bank::start(settings(None)).await.expect("a free port")
}

/// A bank behind mutual TLS, and the hub's side of it.
pub(crate) struct SecureBank {
    pub(crate) bank: RunningBank,
    pub(crate) url: String,
    pub(crate) tls: LineTls,
}

pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(Clock::system().now().0 / 1_000_000).expect("a moment")
}

pub(crate) fn authority() -> Authority {
    Authority::generate("Naru test CA", now()).expect("an authority")
}

/// The hub's certificate by one authority, and trust in another (or the same).
pub(crate) fn hub_tls(trusted: &Authority, issuer: &Authority) -> LineTls {
    let hub = issuer
        .issue(&Subject::Client("naru hub"), 1, now())
        .expect("a certificate");
    LineTls::from_pem(trusted.certificate_pem(), &hub.certificate_pem, &hub.key_pem).expect("a fit pair")
}

/// A bank that accepts clients of `authority` and has its certificate from it.
pub(crate) async fn secure_bank_of(authority: &Authority) -> SecureBank {
    let server = authority
        .issue(&Subject::Server(&["localhost", "127.0.0.1"]), 1, now())
        .expect("a certificate");
    let write = |name: &str, text: &str| {
        let path = scratch(name);
        std::fs::write(&path, text).expect("room");
        path
    };
    let files = TlsFiles {
        cert: write("cert.pem", &server.certificate_pem),
        key: write("key.pem", &server.key_pem),
        client_ca: write("ca.pem", authority.certificate_pem()),
    };
    let bank = bank::start(settings(Some(files.clone()))).await.expect("fit files");
    for file in [files.cert, files.key, files.client_ca] {
        std::fs::remove_dir_all(file.parent().expect("a folder of its own")).expect("it was just made");
    }
    let url = format!("https://127.0.0.1:{}", bank.line_addr.port());
    let tls = hub_tls(authority, authority);
    SecureBank { bank, url, tls }
}

pub(crate) async fn secure_bank() -> SecureBank {
    secure_bank_of(&authority()).await
}

fn scratch(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let directory = std::env::temp_dir().join(format!("naru-line-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a writable folder");
    directory.join(name)
}

/// The hub's lines with this one institution.
pub(crate) fn lines(tls: Option<LineTls>, institution: &Institution) -> Lines {
    let lines = Lines::new(Arc::new(HttpConnect::new(tls)), Clock::system());
    lines.refresh(std::slice::from_ref(institution));
    lines
}

/// The hub's lines to the bank, with `timeout_ms` for each call.
pub(crate) fn lines_to(bank: &SecureBank, timeout_ms: i64) -> Lines {
    let mut institution = institution(&bank.url);
    institution.timeout_ms = timeout_ms;
    lines(Some(bank.tls.clone()), &institution)
}

/// One plain HTTP call with a JSON body (or none).
pub(crate) async fn call(addr: SocketAddr, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let body = if body.is_null() {
        Bytes::new()
    } else {
        Bytes::from(body.to_string())
    };
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://{addr}{path}"));
    let request = request
        .header("content-type", "application/json")
        .body(Full::new(body))
        .expect("a request");
    let response = client.request(request).await.expect("an answer");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a whole body").to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// Serves a router until the test ends: in the clear, or over TLS that asks for no client certificate.
pub(crate) async fn serve(router: Router, tls: Option<TlsAcceptor>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let addr = listener.local_addr().expect("a bound listener");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (router, tls) = (router.clone(), tls.clone());
            let service = service_fn(move |request: hyper::Request<Incoming>| router.clone().oneshot(request));
            tokio::spawn(async move {
                let http = http1::Builder::new();
                let Some(tls) = tls else {
                    return http.serve_connection(TokioIo::new(stream), service).await.is_ok();
                };
                let Ok(stream) = tls.accept(stream).await else {
                    return false;
                };
                http.serve_connection(TokioIo::new(stream), service).await.is_ok()
            });
        }
    });
    addr
}

/// TLS with a certificate of the authority, for whoever comes.
pub(crate) fn careless_tls(authority: &Authority) -> TlsAcceptor {
    let server = authority
        .issue(&Subject::Server(&["127.0.0.1"]), 1, now())
        .expect("a certificate");
    let certificate = CertificateDer::from_pem_slice(server.certificate_pem.as_bytes()).expect("PEM");
    let key = PrivateKeyDer::from_pem_slice(server.key_pem.as_bytes()).expect("PEM");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a fit pair");
    TlsAcceptor::from(Arc::new(config))
}

/// Puts a fault in force.
pub(crate) async fn fault(bank: &RunningBank, fault: Value) {
    let (status, answer) = call(bank.admin_addr, "POST", "/admin/faults", &fault).await;
    assert_eq!(status, 200, "{answer}");
}

/// Opens or closes the whole bank.
pub(crate) async fn set_state(bank: &RunningBank, state: &str) {
    let (status, answer) = call(bank.admin_addr, "POST", "/admin/status", &json!({ "state": state })).await;
    assert_eq!(status, 200, "{answer}");
}
