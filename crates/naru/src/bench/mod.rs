//! `naru bench`: the hub beside the machine's own floor, in the same run, everything on one machine.
//!
//! The hub runs as `naru serve`, the simulated institutions and the floor run in processes of their own, and this
//! process is the load: keep-alive connections over mutual TLS, every answer checked. A wrong answer or a check that
//! does not hold fails the run; a target that is missed is said, and does not.

mod admission;
mod auth;
mod caller;
mod cast;
mod check;
mod child;
mod crowd;
mod figure;
mod load;
mod postgres;
mod proc;
mod report;
mod revocation;
mod role;
mod room;
mod run;
mod stage;

use std::path::PathBuf;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{Context, Done, Failure};

/// What `naru bench` is told.
#[derive(Args)]
pub struct BenchArgs {
    /// What is measured: the main job, or the authorization server beside another one
    #[arg(value_enum, default_value_t = Subject::Main)]
    subject: Subject,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Connections that call at once
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1000))]
    connections: u16,
    /// Only the figures whose name contains this
    #[arg(long, default_value = "")]
    only: String,
    /// What a process that the benchmark itself has started is for.
    #[arg(long = "as", hide = true, requires = "dir")]
    role: Option<role::Role>,
    /// Where such a process finds its files.
    #[arg(long, hide = true, requires = "role")]
    dir: Option<PathBuf>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Subject {
    /// Inquiries and withdrawals.
    Main,
    /// Tokens, introspection, and what checking a token adds to a call.
    Auth,
    /// Ten thousand organisations: the pipeline page, the duty of all, and what the organisation link adds to a call.
    Admission,
}

pub(crate) async fn run(context: &Context, args: BenchArgs) -> Done {
    if let (Some(role), Some(dir)) = (args.role, &args.dir) {
        return role::play(role, dir).await;
    }
    let plan = run::Plan {
        seconds: args.seconds,
        connections: args.connections,
        only: args.only,
    };
    // Whatever ends first: dropping the measurement ends its processes and removes what it made.
    let report = tokio::select! {
        report = async {
            match args.subject {
                Subject::Main => run::measure(&plan).await,
                Subject::Auth => auth::measure(&plan).await,
                Subject::Admission => admission::measure(&plan).await,
            }
        } => report?,
        stopped = asked_to_end() => {
            stopped?;
            return Err(Failure::Failed("stopped before its end; nothing is reported".to_owned()));
        }
    };
    if context.json {
        eprintln!("{}", report.text());
    }
    context.print(&report, report::Report::text);
    report.verdict()
}

async fn asked_to_end() -> Result<(), std::io::Error> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    }
}
