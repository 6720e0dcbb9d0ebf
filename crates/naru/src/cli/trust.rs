//! `naru trust`: the chain of trust.

use clap::Subcommand;

use super::{Context, Done, Failure};

/// What can be done.
#[derive(Subcommand)]
pub(super) enum TrustCommand {
    /// Not yet there
    List,
}

pub(super) async fn run(_context: &Context, _command: TrustCommand) -> Done {
    Err(Failure::Failed("not yet there".to_owned()))
}
