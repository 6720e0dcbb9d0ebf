//! `naru transfer`: transfers and the operator's queue.

use clap::Subcommand;

use super::{Context, Done, Failure};

/// What can be done.
#[derive(Subcommand)]
pub(super) enum TransferCommand {
    /// Not yet there
    List,
}

pub(super) async fn run(_context: &Context, _command: TransferCommand) -> Done {
    Err(Failure::Failed("not yet there".to_owned()))
}
