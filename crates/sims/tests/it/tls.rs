//! The line over mutual TLS, with certificates made for the test.

use std::path::Path;
use std::sync::Arc;

use naru_sims::bank::{self, BankSettings, RunningBank};
use naru_sims::{SimError, TlsFiles};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::client::{Client, order, scratch, settings};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate")
}

fn issued(authority: &Authority, purpose: ExtendedKeyUsagePurpose) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    params.extended_key_usages = vec![purpose];
    (params.signed_by(&key, authority).expect("a certificate"), key)
}

async fn start(authority: &Authority) -> RunningBank {
    let (cert, key) = issued(authority, ExtendedKeyUsagePurpose::ServerAuth);
    let write = |name: &str, text: String| {
        let path = scratch(name);
        std::fs::write(&path, text).expect("room");
        path
    };
    let tls = TlsFiles {
        cert: write("cert.pem", cert.pem()),
        key: write("key.pem", key.serialize_pem()),
        client_ca: write("ca.pem", authority.pem()),
    };
    bank::start(BankSettings {
        tls: Some(tls),
        ..settings()
    })
    .await
    .expect("fit files")
}

/// One debit with the client certificate given, if any; `None` when the connection fails.
async fn debit(bank: &RunningBank, server_ca: &Authority, client: Option<&Authority>) -> Option<String> {
    let mut roots = RootCertStore::empty();
    roots.add(server_ca.der().clone()).expect("an authority");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.expect("versions").with_root_certificates(roots);
    let config = match client {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let (cert, key) = issued(authority, ExtendedKeyUsagePurpose::ClientAuth);
            let chain: Vec<CertificateDer<'static>> = vec![cert.der().clone()];
            let key = PrivateKeyDer::try_from(key.serialize_der()).expect("PKCS#8");
            builder.with_client_auth_cert(chain, key).expect("a pair")
        }
    };
    let stream = TcpStream::connect(bank.line_addr).await.expect("a listener");
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()?;
    let body = order("r", "100").to_string();
    let answer = Client::over(stream)
        .await
        .send("POST", "/line/v1/debits", body)
        .await
        .ok()?;
    Some(answer.code())
}

#[tokio::test]
async fn only_a_client_of_the_authority_is_served() {
    let (ours, foreign) = (authority(), authority());
    let bank = start(&ours).await;
    assert_eq!(debit(&bank, &ours, None).await, None);
    assert_eq!(debit(&bank, &ours, Some(&foreign)).await, None);
    assert_eq!(bank.totals().debited_won, 0);
    assert_eq!(debit(&bank, &ours, Some(&ours)).await.as_deref(), Some("000"));
    assert_eq!(bank.totals().debited_won, 100);
}

#[tokio::test]
async fn an_unfit_file_is_named() {
    let nowhere = Path::new("/nonexistent/ca.pem").to_owned();
    let tls = TlsFiles {
        cert: nowhere.clone(),
        key: nowhere.clone(),
        client_ca: nowhere.clone(),
    };
    let refused = bank::start(BankSettings {
        tls: Some(tls),
        ..settings()
    })
    .await
    .expect_err("no file");
    assert!(matches!(refused, SimError::Tls { path, .. } if path == nowhere));
}
