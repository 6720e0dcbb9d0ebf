//! `naru client`: fintechs' clients.

use clap::Subcommand;

use super::{Context, Done, Failure};

/// What can be done.
#[derive(Subcommand)]
pub(super) enum ClientCommand {
    /// Not yet there
    List,
}

pub(super) async fn run(_context: &Context, _command: ClientCommand) -> Done {
    Err(Failure::Failed("not yet there".to_owned()))
}
