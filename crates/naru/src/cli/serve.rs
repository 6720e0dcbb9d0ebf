//! `naru up`, `naru demo`, `naru serve`, `naru migrate`, `naru config`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Context, Done, Failure};
use crate::config::{Config, LogFormat, LogSection};
use crate::up::{self, UpOptions};
use crate::{app, demo};

/// What `naru up` is told.
#[derive(Args)]
pub(super) struct UpArgs {
    /// Where everything is kept; made if it is missing
    #[arg(long, default_value = "naru-data")]
    dir: PathBuf,
    /// Where the hub listens; port 0 for a free one
    #[arg(long, default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// Where health and numbers are; port 0 for a free one
    #[arg(long, default_value = "127.0.0.1:9443")]
    ops_listen: SocketAddr,
}

/// What `naru demo` is told.
#[derive(Args)]
pub(super) struct DemoArgs {
    /// Keeps the directory of the run instead of removing it
    #[arg(long)]
    keep: bool,
}

/// What can be done with a configuration.
#[derive(Subcommand)]
pub(super) enum ConfigCommand {
    /// Prints a configuration with every key
    Example,
    /// Reads the file of --config and says whether it can be used
    Check,
}

fn quiet() -> LogSection {
    let level = std::env::var("NARU_LOG").unwrap_or_else(|_| "warn".to_owned());
    LogSection {
        format: LogFormat::Text,
        level,
    }
}

/// The requests to end this process, caught from the moment this exists.
pub(super) struct Ending {
    interrupt: Signal,
    terminate: Signal,
}

impl Ending {
    /// Catches Ctrl-C and the request to terminate.
    pub(super) fn caught() -> Result<Self, std::io::Error> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits until somebody asks the process to end.
    pub(super) async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Ends the process when somebody asks a second time.
    fn at_once_when_asked_again(mut self) {
        tokio::spawn(async move {
            self.asked().await;
            leave();
        });
    }
}

#[expect(
    clippy::exit,
    reason = "somebody asked twice: what is in flight is parked in the database"
)]
fn leave() {
    std::process::exit(1);
}

pub(super) async fn up(context: &Context, args: &UpArgs) -> Done {
    app::start_logging(&quiet());
    let options = UpOptions {
        dir: args.dir.clone(),
        listen: args.listen,
        ops_listen: args.ops_listen,
        database: None,
        page_size: 25,
    };
    let mut ending = Ending::caught()?;
    let trial = up::start(&options).await?;
    let summary = &trial.summary;
    if context.json {
        println!("{}", serde_json::to_string(summary)?);
    } else {
        println!("{}", welcome(summary, &trial.running.parts));
    }
    ending.asked().await;
    eprintln!("naru: finishing what is in flight; Ctrl-C again ends at once");
    ending.at_once_when_asked_again();
    trial.stop().await;
    Ok(())
}

fn welcome(summary: &up::TrialSummary, parts: &app::Parts) -> String {
    let chance = parts.hub.storage().chance();
    let code = naru_core::ClientUseCode::parse(&summary.client_use_code);
    let id = code.map_or_else(|_| String::new(), |code| format!("{code}U{}", chance.digits(9)));
    let mut lines = vec![
        format!("나루 is up; its configuration is {}", summary.config_file),
        String::new(),
    ];
    let mut row = |name: &str, value: String| lines.push(format!("  {name:<10}{value}"));
    row("hub", summary.hub.clone());
    row("consents", format!("{}/grants", summary.hub));
    row("numbers", format!("{}/metrics", summary.ops));
    row("fintech", format!("client_id {}", summary.client_id));
    row("", format!("client_secret {}", summary.client_secret));
    row("", format!("client_use_code {}", summary.client_use_code));
    row("", format!("contract account {}", summary.contract_account));
    row("", format!("certificate {}", summary.client_cert_file));
    row("no person", format!("oob token {}", summary.oob_token));
    for person in &summary.people {
        row("person", format!("{} user_seq_no {}", person.name, person.user_seq_no));
        row("", format!("access token {}", person.access_token));
        for account in &person.accounts {
            let (number, bank) = (&account.fintech_use_num, &account.bank_code_std);
            row("", format!("account {number} at {bank}: {} won", account.balance_amt));
        }
    }
    for sim in &summary.sims {
        row("simulator", format!("{} {} {}", sim.kind, sim.bank_code_std, sim.admin));
    }
    let authorize = format!(
        "{}/oauth/2.0/authorize?response_type=code&client_id={}&redirect_uri={}&scope=login%20inquiry%20transfer\
         &state=12345678901234567890123456789012&auth_type=0",
        summary.hub, summary.client_id, summary.redirect_uri
    );
    lines.extend([
        String::new(),
        "Try it:".to_owned(),
        summary.curl_line(&id),
        String::new(),
    ]);
    lines.extend([
        "Consent as a person, in a browser:".to_owned(),
        authorize,
        String::new(),
    ]);
    lines.push("Ctrl-C stops it; starting it again finds everything as it was.".to_owned());
    lines.join("\n")
}

pub(super) async fn demo(context: &Context, args: &DemoArgs) -> Done {
    app::start_logging(&quiet());
    // Progress goes to standard error where the report goes to standard output.
    let json = context.json;
    let tell = |line: std::fmt::Arguments<'_>| if json { eprintln!("{line}") } else { println!("{line}") };
    let report = demo::run(args.keep, tell).await?;
    if context.json {
        println!("{}", serde_json::to_string(&report)?);
    }
    match report.failed() {
        None => Ok(()),
        Some(step) => Err(Failure::Failed(format!("the step `{step}` did not hold"))),
    }
}

pub(super) async fn serve(context: &Context) -> Done {
    let config = context.config()?;
    app::start_logging(&config.log);
    let mut ending = Ending::caught()?;
    let running = app::start(&config).await?;
    ending.asked().await;
    ending.at_once_when_asked_again();
    running.stop().await;
    Ok(())
}

pub(super) async fn migrate(context: &Context) -> Done {
    let storage = app::open_storage(&context.config()?)?;
    let steps = storage.migrate().await?;
    let version = naru_storage::SCHEMA_VERSION;
    let done = serde_json::json!({ "steps": steps, "version": version });
    context.print(&done, |_| {
        format!("{steps} steps taken; the schema is at version {version}")
    });
    Ok(())
}

pub(super) fn config(context: &Context, command: &ConfigCommand) -> Done {
    match command {
        ConfigCommand::Example => {
            println!("{}", Config::example().to_text());
            Ok(())
        }
        ConfigCommand::Check => {
            let config = context.config()?;
            let missing: Vec<String> = config
                .files()
                .into_iter()
                .filter(|path| !path.exists())
                .map(|path| path.display().to_string())
                .collect();
            if !missing.is_empty() {
                return Err(Failure::Failed(format!(
                    "these files are missing: {}",
                    missing.join(", ")
                )));
            }
            context.print(&serde_json::json!({ "ok": true }), |_| {
                "the configuration can be used".to_owned()
            });
            Ok(())
        }
    }
}
