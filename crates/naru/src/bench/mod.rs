//! `naru bench`: the hub beside the machine's own floor, in the same run.

use clap::Args;

use crate::cli::{Context, Done};

/// What `naru bench` is told.
#[derive(Args)]
pub struct BenchArgs {
    /// Seconds of each measurement
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

pub(crate) async fn run(_context: &Context, _args: BenchArgs) -> Done {
    Ok(())
}
