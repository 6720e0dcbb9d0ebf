//! `naru`: the one binary. Exit codes: 0 done, 1 the thing checked does not hold or failed, 2 wrong use.

use std::process::ExitCode;

fn main() -> ExitCode {
    naru::cli::main()
}
