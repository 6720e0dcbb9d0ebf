//! `naru grant`: what people granted.

use clap::Subcommand;

use super::{Context, Done, Failure};

/// What can be done.
#[derive(Subcommand)]
pub(super) enum GrantCommand {
    /// Not yet there
    List,
}

pub(super) async fn run(_context: &Context, _command: GrantCommand) -> Done {
    Err(Failure::Failed("not yet there".to_owned()))
}
