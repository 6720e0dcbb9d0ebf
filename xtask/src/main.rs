//! Chores of the workspace that need more than a shell line. `cargo xtask tidy` holds the house rules.
//!
//! It depends on nothing but a TOML reader, so that it builds in seconds and runs before everything else.

mod lex;
mod report;
mod rules;
mod shape;
mod tidy;
mod tree;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask tidy [RULE…]   hold the house rules, or only those named; exit 1 when one is broken
       cargo xtask tidy --list    print every rule with its reason
       cargo xtask tidy --debt    print what xtask/tidy-debt.toml would have to say about the tree as it is";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["tidy", "--list"] => tidy::list(),
        ["tidy", "--debt"] => tidy::debt(),
        ["tidy", names @ ..] if names.iter().all(|name| rules::named(name).is_some()) => tidy::run(names),
        ["-h" | "--help" | "help"] => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
