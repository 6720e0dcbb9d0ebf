//! `naru institution`: the institutions that the hub reaches.

use clap::Subcommand;

use super::{Context, Done, Failure};

/// What can be done.
#[derive(Subcommand)]
pub(super) enum InstitutionCommand {
    /// Not yet there
    List,
}

pub(super) async fn run(_context: &Context, _command: InstitutionCommand) -> Done {
    Err(Failure::Failed("not yet there".to_owned()))
}
