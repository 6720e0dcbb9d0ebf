//! A plain HTTP/1.1 client and the bank that most tests talk to.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use naru_sims::bank::{self, BankSettings, OpeningAccount, RunningBank};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// The person's account at [`start_bank`].
pub(crate) const ACCOUNT: &str = "97010000001001";

/// Settings of a bank with one person's account (100,000 won) and one contract account, on free ports.
pub(crate) fn settings() -> BankSettings {
    let free: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    BankSettings {
        code: "097".to_owned(),
        name: "나루시험은행".to_owned(),
        line_addr: free,
        admin_addr: free,
        tls: None,
        books_file: None,
        opening: vec![
            OpeningAccount::person(ACCOUNT, "ci-one", ("김하늘", "920314"), 100_000),
            OpeningAccount::contract("97090000000017", "나루페이", "0000000017", 50_000_000),
        ],
    }
}

/// That bank, started.
pub(crate) async fn start_bank() -> RunningBank {
    bank::start(settings()).await.expect("a free port")
}

/// A path that no other test uses.
pub(crate) fn scratch(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let directory = std::env::temp_dir().join(format!("naru-sims-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a writable temporary directory");
    directory.join(name)
}

/// An answer: status and raw body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON answer")
    }

    /// The `code` of a line answer.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().expect("a code").to_owned()
    }
}

/// One connection.
pub(crate) struct Client(SendRequest<Full<Bytes>>);

impl Client {
    pub(crate) async fn connect(addr: SocketAddr) -> Self {
        Self::over(TcpStream::connect(addr).await.expect("a listener")).await
    }

    pub(crate) async fn over<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(stream: S) -> Self {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP/1.1");
        tokio::spawn(connection);
        Self(sender)
    }

    /// One call on this connection; an error when the connection ends without an answer.
    pub(crate) async fn send(&mut self, method: &str, path: &str, body: impl Into<Bytes>) -> hyper::Result<Answer> {
        self.0.ready().await?;
        let request = http::Request::builder().method(method).uri(path).header("host", "bank");
        let request = request.body(Full::new(body.into())).expect("a right request");
        let response = self.0.send_request(request).await?;
        let status = response.status().as_u16();
        Ok(Answer {
            status,
            body: response.into_body().collect().await?.to_bytes(),
        })
    }
}

/// One call on a connection of its own.
pub(crate) async fn call(addr: SocketAddr, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    Client::connect(addr)
        .await
        .send(method, path, body)
        .await
        .expect("an answer")
}

/// The body of a debit or credit.
pub(crate) fn order(reference: &str, amount: &str) -> Value {
    json!({
        "reference": reference, "account_num": ACCOUNT, "amount": amount, "print_content": "나루페이",
        "counterpart_bank_code": "097", "counterpart_name": "나루페이", "purpose": "TR"
    })
}

/// A debit of the person's account.
pub(crate) async fn debit(bank: &RunningBank, reference: &str, amount: &str) -> Answer {
    call(bank.line_addr, "POST", "/line/v1/debits", &order(reference, amount)).await
}

/// The outcome of a reference.
pub(crate) async fn outcome(bank: &RunningBank, reference: &str) -> Value {
    call(
        bank.line_addr,
        "GET",
        &format!("/line/v1/outcomes/{reference}"),
        &Value::Null,
    )
    .await
    .json()
}
