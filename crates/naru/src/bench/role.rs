//! The processes beside the hub: the simulated institutions, and the floor. Each prints one line of JSON with its
//! addresses and ends when whoever started it is gone.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use axum::Router;
use axum::http::header;
use naru_sims::TlsFiles;
use naru_sims::bank::{self, BankSettings};
use naru_web::{Listener, ServerTls};
use serde::{Deserialize, Serialize};

use super::cast;
use crate::cli::Done;
use crate::config::read;

/// What such a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Role {
    /// Both institutions.
    Banks,
    /// A bare handler behind the hub's own listener.
    Floor,
}

/// Where the institutions are, in the order of [`BANKS`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct BankAddresses {
    /// Where their lines listen.
    pub(super) lines: Vec<SocketAddr>,
    /// Where their books are read.
    pub(super) admins: Vec<SocketAddr>,
}

/// The institutions, in the order of their codes.
pub(super) const BANKS: [&str; 2] = [cast::PEOPLE_BANK, cast::FINTECH_BANK];

const FREE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What the floor answers: of the size of a small answer of the hub.
const FLOOR_ANSWER: &str = concat!(
    r#"{"api_tran_id":"cal_00000000000000000000000000000000","api_tran_dtm":"20261121140327000","#,
    r#""rsp_code":"A0000","rsp_message":"","bank_tran_id":"M000000000U000000000","bank_tran_date":"20261121","#,
    r#""bank_code_tran":"004","bank_rsp_code":"000","bank_rsp_message":"","#,
    r#""balance_amt":"100000000000000","available_amt":"100000000000000"}"#
);

/// Plays a role until the benchmark is gone.
pub(super) async fn play(role: Role, dir: &Path) -> Done {
    match role {
        Role::Banks => banks(dir).await,
        Role::Floor => floor(dir).await,
    }
}

async fn banks(dir: &Path) -> Done {
    let mut running = Vec::new();
    for code in BANKS {
        let settings = BankSettings {
            code: code.to_owned(),
            name: format!("나루시험은행{code}"),
            line_addr: FREE,
            admin_addr: FREE,
            tls: Some(TlsFiles {
                cert: dir.join("bank.pem"),
                key: dir.join("bank.key"),
                client_ca: dir.join("ca.pem"),
            }),
            books_file: None,
            opening: cast::opening(code),
        };
        running.push(bank::start(settings).await?);
    }
    let addresses = BankAddresses {
        lines: running.iter().map(|bank| bank.line_addr).collect(),
        admins: running.iter().map(|bank| bank.admin_addr).collect(),
    };
    println!("{}", serde_json::to_string(&addresses)?);
    starter_is_gone().await;
    Ok(())
}

async fn floor(dir: &Path) -> Done {
    let tls = ServerTls {
        certificates_pem: read(&dir.join("hub.pem"))?,
        key_pem: read(&dir.join("hub.key"))?,
        client_roots_pem: Some(read(&dir.join("ca.pem"))?),
    };
    let listener = Listener::bind(FREE, Some(&tls)).await?;
    println!("{}", serde_json::to_string(&listener.addr())?);
    let kind = [(header::CONTENT_TYPE, "application/json; charset=UTF-8")];
    let served = listener.serve(Router::new().fallback(async move || (kind, FLOOR_ANSWER)));
    starter_is_gone().await;
    drop(served);
    Ok(())
}

/// Nobody writes to this process; its input ends with whoever holds the other side.
async fn starter_is_gone() {
    let ended = tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()));
    let _ = ended.await;
}
