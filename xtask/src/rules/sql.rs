//! SQL text, `.sql` files and the names of database drivers occur in `crates/storage` alone.
//!
//! Why: what the hub promises about money and consent is a promise about transactions. It can be read and tested
//! on both databases only while every statement lives in one crate; a single query elsewhere is a second truth.

use crate::report::Report;
use crate::rules::has_word;
use crate::tree::Tree;

const RULE: &str = "sql";
const HOME: &str = "crates/storage/";
const DRIVERS: [&str; 6] = [
    "rusqlite",
    "tokio_postgres",
    "deadpool_postgres",
    "postgres_types",
    "sqlx",
    "diesel",
];
/// Words that make a literal SQL when they follow one another in it.
const STATEMENTS: [&[&str]; 9] = [
    &["SELECT", "FROM"],
    &["INSERT", "INTO"],
    &["UPDATE", "SET"],
    &["DELETE", "FROM"],
    &["CREATE", "TABLE"],
    &["CREATE", "INDEX"],
    &["ALTER", "TABLE"],
    &["DROP", "TABLE"],
    &["PRAGMA", "="],
];

pub(crate) fn check(tree: &Tree, report: &mut Report) {
    for (path, file) in tree.files() {
        if path.starts_with(HOME) || tree.allows("sql", path) {
            continue;
        }
        if path.ends_with(".sql") {
            report.find(RULE, path, 1, format!("a file of SQL outside {HOME}: move it there"));
        }
        if path.ends_with("/Cargo.toml") {
            driver_lines(path, file.text.lines().map(|line| line.replace('-', "_")), report);
        }
        let Some(rust) = &file.rust else { continue };
        driver_lines(path, rust.lines.iter().cloned(), report);
        for literal in rust.source.strings.iter().filter(|literal| is_sql(&literal.text)) {
            let text = format!("SQL outside {HOME}: make it a named function of the transaction there");
            report.find(RULE, path, literal.line, text);
        }
    }
}

fn driver_lines(path: &str, lines: impl Iterator<Item = String>, report: &mut Report) {
    for (index, line) in lines.enumerate() {
        for driver in DRIVERS.iter().filter(|driver| has_word(&line, driver)) {
            let text = format!("`{driver}` is named outside {HOME}: use what naru-storage offers, or add it there");
            report.find(RULE, path, index + 1, text);
        }
    }
}

fn is_sql(text: &str) -> bool {
    STATEMENTS.iter().any(|statement| {
        let mut rest = text.split_whitespace();
        statement
            .iter()
            .all(|word| rest.any(|found| found.trim_matches(['(', ';', '"']) == *word))
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::findings;

    #[test]
    fn sql_at_home_and_prose_elsewhere_pass() {
        let home = "use rusqlite::Row;\nconst A: &str = \"SELECT a FROM b\";";
        let prose = "// SELECT a FROM b\nconst A: &str = \"select one from the list, UPDATE it, then the SETTING\";";
        let files = [
            ("crates/storage/src/a.rs", home),
            ("crates/storage/migrations/sqlite/0001_a.sql", ""),
        ];
        assert!(findings("sql", &files).is_empty());
        assert!(findings("sql", &[("crates/web/src/a.rs", prose)]).is_empty());
    }

    #[test]
    fn sql_elsewhere_is_found() {
        let text = "\nlet a = \"SELECT a\n  FROM b\";\nlet b = r#\"INSERT INTO t\"#;\n\
                    let c = \"UPDATE t SET a = $1\";\n\
                    let d = \"DELETE FROM t\";\nlet e = \"CREATE TABLE t (\";\nuse tokio_postgres::Client;\n";
        let found = findings("sql", &[("crates/web/src/a.rs", text)]);
        let places: Vec<_> = found.iter().filter_map(|f| f.split(": ").next()).collect();
        let expected = [2, 4, 5, 6, 7, 8].map(|line| format!("crates/web/src/a.rs:{line}"));
        assert_eq!(places, expected);
    }

    #[test]
    fn a_driver_in_another_manifest_is_found() {
        let manifest = "[dependencies]\ntokio-postgres.workspace = true\n";
        assert_eq!(findings("sql", &[("crates/web/Cargo.toml", manifest)]).len(), 1);
        assert!(
            findings(
                "sql",
                &[("Cargo.toml", manifest), ("crates/storage/Cargo.toml", manifest)]
            )
            .is_empty()
        );
    }
}
