//! `naru books`: the journal and the trail.

use clap::Subcommand;

use super::{Context, Done, Failure};

/// What can be done.
#[derive(Subcommand)]
pub(super) enum BooksCommand {
    /// Not yet there
    List,
}

pub(super) async fn run(_context: &Context, _command: BooksCommand) -> Done {
    Err(Failure::Failed("not yet there".to_owned()))
}
