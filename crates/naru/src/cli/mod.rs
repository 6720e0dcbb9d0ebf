//! The command line: one noun per command. Progress goes to standard error, results to standard output.

mod admission;
mod books;
mod certificate;
mod client;
mod client_view;
mod credential;
mod grant;
mod institution;
mod keys;
mod line;
mod organisation;
mod oscal;
mod serve;
mod sim;
mod transfer;
mod trust;

use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use naru_core::Actor;
use naru_storage::Storage;
use serde::Serialize;

use crate::app;
use crate::config::Config;

/// The operator's side of open finance: one hub, every call judged.
#[derive(Parser)]
#[command(name = "naru", version, about, long_about = None)]
struct Cli {
    /// The hub's configuration file.
    #[arg(long, global = true, default_value = "naru-data/naru.toml")]
    config: PathBuf,
    /// One JSON object on standard output instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything for a trial on this machine, until Ctrl-C
    Up(serve::UpArgs),
    /// The main journey as a program: fails when a step fails
    Demo(serve::DemoArgs),
    /// Serves a hub from its configuration file
    Serve,
    /// Simulated institutions and agencies
    #[command(subcommand)]
    Sim(sim::SimCommand),
    /// Brings the database's schema up to date
    Migrate,
    /// The configuration file
    #[command(subcommand)]
    Config(serve::ConfigCommand),
    /// Organisations and their people
    #[command(subcommand)]
    Organisation(organisation::OrganisationCommand),
    /// Which inspection binds whom, by the dated rules
    #[command(subcommand)]
    Admission(admission::AdmissionCommand),
    /// Inspections as OSCAL documents
    #[command(subcommand)]
    Oscal(oscal::OscalCommand),
    /// Fintechs' clients
    #[command(subcommand)]
    Client(client::ClientCommand),
    /// Certificates that the hub issues to clients
    #[command(subcommand)]
    Certificate(certificate::CertificateCommand),
    /// Institutions
    #[command(subcommand)]
    Institution(institution::InstitutionCommand),
    /// What people granted
    #[command(subcommand)]
    Grant(grant::GrantCommand),
    /// Transfers and the operator's queue
    #[command(subcommand)]
    Transfer(transfer::TransferCommand),
    /// The chain of trust
    #[command(subcommand)]
    Trust(trust::TrustCommand),
    /// The journal and the trail
    #[command(subcommand)]
    Books(books::BooksCommand),
    /// The keys with which the hub signs
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Lines to institutions
    #[command(subcommand)]
    Line(line::LineCommand),
    /// Measures the hub beside the machine's own floor
    Bench(crate::bench::BenchArgs),
}

/// How a command ended.
pub(crate) enum Failure {
    /// What was to be checked does not hold, or the work failed.
    Failed(String),
    /// Wrong use.
    Usage(String),
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

pub(crate) type Done = Result<(), Failure>;

/// What every command needs.
pub(crate) struct Context {
    pub(crate) config: PathBuf,
    pub(crate) json: bool,
}

impl Context {
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        Config::load(&self.config).map_err(|error| Failure::Usage(error.to_string()))
    }

    /// The database of the configuration, with a schema this program knows.
    pub(crate) async fn storage(&self) -> Result<Storage, Failure> {
        let storage = app::open_storage(&self.config()?)?;
        storage.schema_check().await?;
        Ok(storage)
    }

    /// Prints a result as JSON, or as the text that `text` makes of it.
    pub(crate) fn print<T: Serialize>(&self, value: &T, text: impl FnOnce(&T) -> String) {
        let text = if self.json {
            serde_json::to_string(value).unwrap_or_default()
        } else {
            text(value)
        };
        // A reader that has left, such as `head`, is no fault of ours.
        let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
    }
}

/// In whose name commands write: the account that runs them.
pub(crate) fn operator() -> Actor {
    let named = ["SUDO_USER", "USER", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok());
    let account = named.or_else(|| {
        std::fs::metadata("/proc/self")
            .ok()
            .map(|own| format!("uid {}", own.uid()))
    });
    Actor::Operator(account.unwrap_or_else(|| "unknown".to_owned()))
}

/// Rows as an aligned table with a heading.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let width = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let mut widths: Vec<usize> = heading.iter().map(|cell| width(cell)).collect();
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            widths[at] = widths[at].max(width(cell));
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<_> = cells
            .zip(&widths)
            .map(|(cell, most)| format!("{cell}{}", " ".repeat(most.saturating_sub(width(cell)))))
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut heading.iter().copied())];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}

/// Reads a file that a command names.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let Ok(runtime) = runtime else {
        eprintln!("naru: the system gives no threads");
        return ExitCode::from(1);
    };
    let done = runtime.block_on(run(cli));
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(why)) => {
            eprintln!("naru: {why}");
            ExitCode::from(1)
        }
        Err(Failure::Usage(why)) => {
            eprintln!("naru: {why}");
            ExitCode::from(2)
        }
    }
}

async fn run(cli: Cli) -> Done {
    let context = Context {
        config: cli.config,
        json: cli.json,
    };
    match cli.command {
        Command::Up(args) => serve::up(&context, &args).await,
        Command::Demo(args) => serve::demo(&context, &args).await,
        Command::Serve => serve::serve(&context).await,
        Command::Sim(command) => sim::run(&context, command).await,
        Command::Migrate => serve::migrate(&context).await,
        Command::Config(command) => serve::config(&context, &command),
        Command::Organisation(command) => organisation::run(&context, command).await,
        Command::Admission(command) => admission::run(&context, command),
        Command::Oscal(command) => oscal::run(&context, command).await,
        Command::Client(command) => client::run(&context, command).await,
        Command::Certificate(command) => certificate::run(&context, command).await,
        Command::Institution(command) => institution::run(&context, command).await,
        Command::Grant(command) => grant::run(&context, command).await,
        Command::Transfer(command) => transfer::run(&context, command).await,
        Command::Trust(command) => trust::run(&context, command).await,
        Command::Books(command) => books::run(&context, command).await,
        Command::Keys(command) => keys::run(&context, command).await,
        Command::Line(command) => line::run(&context, command).await,
        Command::Bench(args) => crate::bench::run(&context, args).await,
    }
}
