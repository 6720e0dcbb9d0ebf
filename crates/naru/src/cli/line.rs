//! `naru line`: lines to institutions.

use clap::Subcommand;

use super::{Context, Done, Failure};

/// What can be done.
#[derive(Subcommand)]
pub(super) enum LineCommand {
    /// Not yet there
    List,
}

pub(super) async fn run(_context: &Context, _command: LineCommand) -> Done {
    Err(Failure::Failed("not yet there".to_owned()))
}
