//! `naru sim`: simulated institutions and agencies, until Ctrl-C. Never for a machine that serves real people.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use naru_sims::bank::{self, BankSettings};
use naru_sims::identity::{self, IdentitySettings};
use naru_sims::{SimError, TlsFiles, demo, seoul};
use serde_json::json;

use super::serve::Ending;
use super::{Context, Done, Failure};
use crate::app;
use crate::config::{LogFormat, LogSection};

/// What can be simulated.
#[derive(Subcommand)]
pub(super) enum SimCommand {
    /// An institution: books, a line, and faults on demand
    Bank(BankArgs),
    /// An identity agency that knows the three invented people of the trial
    Identity {
        /// Where services call; port 0 for a free one
        #[arg(long, value_name = "ADDR")]
        listen: SocketAddr,
        /// Where faults and messages are, on loopback; port 0 for a free one
        #[arg(long, value_name = "ADDR")]
        admin: SocketAddr,
    },
}

/// What a simulated institution is told.
#[derive(Args)]
pub(super) struct BankArgs {
    /// Its code, 3 digits
    #[arg(long)]
    code: String,
    /// Its name; with --demo the invented one of that code, unless another is named
    #[arg(long, required_unless_present = "demo")]
    name: Option<String>,
    /// Where its line listens; port 0 for a free one
    #[arg(long, value_name = "ADDR")]
    line: SocketAddr,
    /// Where faults are set and books are read, on loopback; port 0 for a free one
    #[arg(long, value_name = "ADDR")]
    admin: SocketAddr,
    /// The line's certificate, PEM; without it the line is in the clear
    #[arg(long, value_name = "FILE", requires_all = ["key", "client_ca"])]
    cert: Option<PathBuf>,
    /// The certificate's private key, PEM
    #[arg(long, value_name = "FILE", requires_all = ["cert", "client_ca"])]
    key: Option<PathBuf>,
    /// The authority of the hub's certificate, PEM
    #[arg(long, value_name = "FILE", requires_all = ["cert", "key"])]
    client_ca: Option<PathBuf>,
    /// Where the books are kept over restarts; without it, in memory
    #[arg(long, value_name = "FILE")]
    books: Option<PathBuf>,
    /// Opens the accounts that the trial's invented people hold at this code
    #[arg(long)]
    demo: bool,
}

pub(super) async fn run(context: &Context, command: SimCommand) -> Done {
    let level = std::env::var("NARU_LOG").unwrap_or_else(|_| "warn".to_owned());
    app::start_logging(&LogSection {
        format: LogFormat::Text,
        level,
    });
    match command {
        SimCommand::Bank(args) => run_bank(context, args).await,
        SimCommand::Identity { listen, admin } => run_identity(context, listen, admin).await,
    }
}

/// A setting or file that cannot be used is wrong use; an address in use failed.
fn failure(error: SimError) -> Failure {
    match error {
        SimError::Setting { .. } | SimError::Tls { .. } => Failure::Usage(error.to_string()),
        SimError::Listen { .. } | SimError::BooksFile { .. } => Failure::Failed(error.to_string()),
    }
}

fn bank_settings(args: BankArgs) -> Result<BankSettings, Failure> {
    let tls = match (args.cert, args.key, args.client_ca) {
        (Some(cert), Some(key), Some(client_ca)) => Some(TlsFiles { cert, key, client_ca }),
        _ => None,
    };
    let (mut name, mut opening) = (args.name, Vec::new());
    if args.demo {
        let banks = demo::banks(seoul::now().date());
        let codes = banks
            .iter()
            .map(|bank| bank.code.clone())
            .collect::<Vec<_>>()
            .join(", ");
        let Some(bank) = banks.into_iter().find(|bank| bank.code == args.code) else {
            return Err(Failure::Usage(format!("--demo knows the codes {codes}")));
        };
        name.get_or_insert(bank.name);
        opening = bank.accounts;
    }
    Ok(BankSettings {
        code: args.code,
        name: name.unwrap_or_default(),
        line_addr: args.line,
        admin_addr: args.admin,
        tls,
        books_file: args.books,
        opening,
    })
}

async fn run_bank(context: &Context, args: BankArgs) -> Done {
    let settings = bank_settings(args)?;
    let (code, name) = (settings.code.clone(), settings.name.clone());
    let scheme = if settings.tls.is_some() { "https" } else { "http" };
    let mut ending = Ending::caught()?;
    let running = bank::start(settings).await.map_err(failure)?;
    let (line, admin) = (running.line_addr, running.admin_addr);
    let value = json!({
        "kind": "bank",
        "bank_code_std": code,
        "name": name,
        "line": format!("{scheme}://{line}"),
        "admin": format!("http://{admin}/admin"),
    });
    context.print(&value, |_| {
        format!("bank {code} {name} line {scheme}://{line} admin http://{admin}/admin")
    });
    ending.asked().await;
    running.stop().await;
    Ok(())
}

async fn run_identity(context: &Context, listen: SocketAddr, admin: SocketAddr) -> Done {
    let settings = IdentitySettings {
        addr: listen,
        admin_addr: admin,
        tls: None,
        people: demo::people(),
    };
    let mut ending = Ending::caught()?;
    let running = identity::start(settings).await.map_err(failure)?;
    let (addr, admin) = (running.addr, running.admin_addr);
    let value = json!({
        "kind": "identity",
        "line": format!("http://{addr}"),
        "admin": format!("http://{admin}/admin"),
    });
    context.print(&value, |_| format!("identity http://{addr} admin http://{admin}/admin"));
    ending.asked().await;
    running.stop().await;
    Ok(())
}
