//! Nothing prints except `crates/naru` and `xtask` (tests may, the runner captures it). Nothing asks the machine for
//! the time or for chance outside the list `time_and_chance` in `xtask/tidy.toml` and tests. `unsafe` is nowhere.
//!
//! Why: a library that prints cannot be used by a program with a protocol on its output, and its words escape the log.
//! Time and chance come from the hub's own clock, so that a test owns time and one seed is one run. Memory safety
//! is the reason for the language; `unsafe` gives it back.

use crate::report::Report;
use crate::rules::has_word;
use crate::tree::Tree;

const RULE: &str = "layers";
const PRINTERS: [&str; 4] = ["println", "eprintln", "print", "eprint"];
const TIME_AND_CHANCE: [&str; 10] = [
    "SystemTime::now",
    "Instant::now",
    "OffsetDateTime::now_utc",
    "OffsetDateTime::now_local",
    "UtcDateTime::now",
    "Uuid::now_v7",
    "Uuid::new_v4",
    "rand::rng",
    "rand::random",
    "thread_rng",
];

pub(crate) fn check(tree: &Tree, report: &mut Report) {
    for (path, rust) in tree.rust() {
        for (line, code) in (1..).zip(&rust.lines) {
            if let Some((text, list)) = wrong(code)
                && !list.is_some_and(|list| tree.allows(list, path) || tree.is_test(path, line))
            {
                report.find(RULE, path, line, text);
            }
        }
    }
}

/// What is wrong with a line of code, and the list of exceptions that may excuse it.
fn wrong(code: &str) -> Option<(String, Option<&'static str>)> {
    if has_word(code, "unsafe") {
        return Some((
            "`unsafe` is not used here: find a safe way, or a crate whose subject it is".to_owned(),
            None,
        ));
    }
    if has_word(code, "dbg") && code.contains("dbg!") {
        return Some(("`dbg!` was left behind: take it out".to_owned(), None));
    }
    let is_printer = |word: &&&str| has_word(code, word) && code.contains(&format!("{word}!"));
    if let Some(word) = PRINTERS.iter().find(is_printer) {
        return Some((
            format!("`{word}!` outside the command line: log an event, or return a value"),
            Some("print"),
        ));
    }
    let word = TIME_AND_CHANCE.iter().find(|word| has_word(code, word))?;
    Some((
        format!("`{word}` asks the machine: take time and chance from the hub's clock"),
        Some("time_and_chance"),
    ))
}

#[cfg(test)]
mod tests {
    use crate::rules::findings;

    const LISTS: (&str, &str) = (
        "xtask/tidy.toml",
        "[allow]\nprint = [\"crates/naru/\"]\ntime_and_chance = [\"crates/core/src/clock.rs\"]\n",
    );

    #[test]
    fn the_excepted_places_and_tests_pass() {
        let clock = "fn now() { SystemTime::now(); Instant::now() }";
        let tests = "#[cfg(test)]\nmod tests {\n  fn f() { Instant::now(); println!(\"a\"); }\n}\n";
        let prose = "//! println! unsafe\n#![forbid(unsafe_code)]\nfn f() { let a = \"Instant::now dbg!\"; print(a) }";
        let files = [
            LISTS,
            ("crates/core/src/clock.rs", clock),
            ("crates/naru/src/main.rs", "fn f() { println!() }"),
            ("crates/web/src/a.rs", tests),
            ("crates/web/tests/it.rs", "fn f() { eprintln!(); rand::rng(); }"),
            ("crates/web/src/b.rs", prose),
        ];
        assert_eq!(findings("layers", &files), Vec::<String>::new());
    }

    #[test]
    fn the_machine_the_terminal_and_unsafe_code_are_found() {
        let text = "fn a() { std::time::Instant::now() }\nfn b() { eprintln!() }\nuse rand::rng;\n\nunsafe fn c() {}\n\
                    fn d() { Uuid::now_v7() }\n#[cfg(test)]\nmod tests {\n  fn e() { dbg!(1); }\n}\n";
        let found = findings("layers", &[LISTS, ("crates/web/src/a.rs", text)]);
        let lines: Vec<_> = found.iter().filter_map(|f| f.split(':').nth(1)).collect();
        assert_eq!(lines, ["1", "2", "3", "5", "6", "9"], "{found:?}");
    }
}
