//! `naru sim`: simulated institutions and agencies.

use clap::Subcommand;

use super::{Context, Done, Failure};

/// What can be done.
#[derive(Subcommand)]
pub(super) enum SimCommand {
    /// Not yet there
    List,
}

pub(super) async fn run(_context: &Context, _command: SimCommand) -> Done {
    Err(Failure::Failed("not yet there".to_owned()))
}
