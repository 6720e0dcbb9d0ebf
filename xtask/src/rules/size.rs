//! A file has at most 400 lines, a function 70 lines and 5 parameters (`self` counted; where a trait prescribes them
//! they are its own), a line 120 characters. Rust, SQL, shell, HTML, CSS and JavaScript are measured; minified files
//! and `vendor` folders are not. Old sins stand in `xtask/tidy-debt.toml` with their size: the size there is the exact
//! one, so it only goes down, and an entry that is no longer needed must go.
//!
//! Why: code is read in windows, and in the head. What does not fit on a page is read in part, and the part that was
//! not read is where the mistake is. Limits that bend once bend always; hence the list instead of an exception.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::report::Report;
use crate::shape;
use crate::tree::{File, Tree};

const RULE: &str = "size";
const DEBT: &str = "xtask/tidy-debt.toml";
const MEASURED: [&str; 6] = [".rs", ".sql", ".sh", ".html", ".css", ".js"];

/// What is measured: the section in the debt file, the limit, and what the number counts.
const KINDS: [(&str, usize, &str); 4] = [
    ("files", 400, "lines: split it by noun"),
    (
        "functions",
        70,
        "lines: a numbered comment or a blank line in it is where a function wants to be",
    ),
    ("parameters", 5, "parameters: some of them belong together in a type"),
    ("lines", 0, "lines that are too long: break them"),
];
const LINE_LIMIT: usize = 120;

/// Sizes by section and name (a path, or `path::function`), with the line where the thing stands.
type Sizes = BTreeMap<(&'static str, String), (usize, usize)>;

pub(crate) fn check(tree: &Tree, report: &mut Report) {
    let sizes = sizes(tree);
    let debt = debt(tree, report);
    for ((kind, name), (size, line)) in &sizes {
        let path = name.split("::").next().unwrap_or(name);
        let (_, limit, counted) = limit(kind);
        match debt.get(&((*kind).to_owned(), name.clone())) {
            Some(listed) if size == listed => {}
            Some(listed) if size < listed => {
                let text = format!("{kind}: `{name}` has shrunk from {listed} to {size}: write {size} in {DEBT}");
                report.find(RULE, DEBT, 1, text);
            }
            Some(listed) => {
                let text = format!("{kind}: `{name}` grew from {listed} to {size}: a listed one may only shrink");
                report.find(RULE, path, *line, text);
            }
            None if *kind == "lines" => long_lines(tree, path, report),
            None => report.find(
                RULE,
                path,
                *line,
                format!("`{name}` has {size} {counted} (at most {limit})"),
            ),
        }
    }
    for (kind, name) in debt.keys() {
        if !sizes.iter().any(|((known, thing), _)| known == kind && thing == name) {
            report.find(
                RULE,
                DEBT,
                1,
                format!("{kind}: `{name}` is within its limit or gone: take the entry out"),
            );
        }
    }
}

/// The debt file that would describe the tree exactly.
pub(crate) fn debt_of(tree: &Tree) -> String {
    let mut text = String::new();
    let sizes = sizes(tree);
    for (kind, ..) in KINDS {
        writeln!(text, "[{kind}]").expect("writing to a string cannot fail");
        for ((_, name), (size, _)) in sizes.iter().filter(|((known, _), _)| *known == kind) {
            writeln!(text, "\"{name}\" = {size}").expect("writing to a string cannot fail");
        }
    }
    text
}

fn limit(kind: &str) -> (&'static str, usize, &'static str) {
    KINDS
        .into_iter()
        .find(|(name, ..)| *name == kind)
        .expect("every size is of a kind in KINDS")
}

/// Everything in the tree that is over its limit.
fn sizes(tree: &Tree) -> Sizes {
    let mut found = Sizes::new();
    for (path, file) in tree.files().filter(|(path, _)| is_measured(path)) {
        for (kind, name, size, line) in measure(path, file) {
            let place = found.entry((kind, name)).or_insert((size, line));
            if size > place.0 {
                *place = (size, line);
            }
        }
    }
    found.retain(|(kind, _), (size, _)| *size > limit(kind).1);
    found
}

fn is_measured(path: &str) -> bool {
    let is_made = path.contains(".min.") || path.split('/').any(|part| part == "vendor");
    !is_made && (path == "check" || path == ".ci/run" || MEASURED.iter().any(|end| path.ends_with(end)))
}

fn measure(path: &str, file: &File) -> Vec<(&'static str, String, usize, usize)> {
    let long: Vec<usize> = (1..)
        .zip(file.text.lines())
        .filter(|(_, l)| is_long(l))
        .map(|(n, _)| n)
        .collect();
    let mut found = vec![("files", path.to_owned(), file.text.lines().count(), 1)];
    found.push(("lines", path.to_owned(), long.len(), long.first().copied().unwrap_or(1)));
    for function in file.rust.iter().flat_map(|rust| shape::functions(&rust.source.code)) {
        let name = format!("{path}::{}", function.name);
        found.push(("functions", name.clone(), function.lines, function.line));
        // Whoever implements a trait does not choose the parameters.
        if !function.is_prescribed {
            found.push(("parameters", name, function.parameters, function.line));
        }
    }
    found
}

fn long_lines(tree: &Tree, path: &str, report: &mut Report) {
    for (number, line) in (1..)
        .zip(tree.text(path).unwrap_or_default().lines())
        .filter(|(_, line)| is_long(line))
    {
        let size = line.chars().count();
        report.find(
            RULE,
            path,
            number,
            format!("the line has {size} characters (at most {LINE_LIMIT}): break it"),
        );
    }
}

fn is_long(line: &str) -> bool {
    line.chars().count() > LINE_LIMIT
}

/// The old sins, by section and name.
fn debt(tree: &Tree, report: &mut Report) -> BTreeMap<(String, String), usize> {
    let mut found = BTreeMap::new();
    let text = tree.text(DEBT).unwrap_or_default();
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(why) => {
            report.find(RULE, DEBT, 1, format!("is not TOML, correct it: {}", why.message()));
            return found;
        }
    };
    for (kind, entries) in &table {
        if KINDS.iter().all(|(known, ..)| known != kind) {
            report.find(
                RULE,
                DEBT,
                1,
                format!("`{kind}` is not a kind of size: take the section out"),
            );
            continue;
        }
        for (name, size) in entries.as_table().into_iter().flatten() {
            let size = size
                .as_integer()
                .and_then(|size| usize::try_from(size).ok())
                .unwrap_or_default();
            found.insert((kind.clone(), name.clone()), size);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::rules::findings;

    fn function(lines: usize) -> String {
        format!("fn long() {{\n{}}}\n", "    work();\n".repeat(lines - 2))
    }

    #[test]
    fn what_is_just_small_enough_passes() {
        let line = format!("// {}\n", "가".repeat(117));
        let text = format!(
            "{}{line}fn five(a: u8, b: u8, c: u8, d: u8, e: u8) {{}}\n",
            function(70)
        );
        assert!(findings("size", &[("a.rs", &text), ("b.rs", &"\n".repeat(400))]).is_empty());
    }

    #[test]
    fn what_a_trait_prescribes_is_not_ours_to_shorten() {
        let six = "fn six(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8) {}";
        let prescribed = format!("impl<T> Verifier for Own<T> {{\n    {six}\n}}\n");
        assert!(findings("size", &[("a.rs", &prescribed)]).is_empty());
        let own = format!("impl Own {{\n    {six}\n}}\n");
        assert_eq!(findings("size", &[("a.rs", &own)]).len(), 1);
    }

    #[test]
    fn what_is_too_large_is_found() {
        let line = format!("// {}\n", "가".repeat(118));
        let text = format!(
            "{}{line}fn six(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8) {{}}\n",
            function(71)
        );
        let found = findings("size", &[("a.rs", &text), ("b.sql", &"\n".repeat(401))]);
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].starts_with("a.rs:1: `a.rs::long` has 71 lines"), "{found:?}");
        assert!(
            found[1].starts_with("a.rs:72: the line has 121 characters"),
            "{found:?}"
        );
        assert!(
            found[2].starts_with("a.rs:73: `a.rs::six` has 6 parameters"),
            "{found:?}"
        );
        assert!(found[3].starts_with("b.sql:1: `b.sql` has 401 lines"), "{found:?}");
    }

    #[test]
    fn made_files_are_not_measured() {
        let long = "x".repeat(500);
        assert!(
            findings(
                "size",
                &[("a.min.js", &long), ("crates/a/vendor/b.js", &long), ("c.md", &long)]
            )
            .is_empty()
        );
    }

    #[test]
    fn a_listed_sin_may_only_shrink() {
        let debt = |size: usize| format!("[functions]\n\"a.rs::long\" = {size}\n");
        let found = |lines: usize, size: usize| {
            findings(
                "size",
                &[("a.rs", &function(lines)), ("xtask/tidy-debt.toml", &debt(size))],
            )
        };
        assert!(found(90, 90).is_empty());
        assert!(found(91, 90)[0].contains("grew from 90 to 91"));
        assert!(found(89, 90)[0].contains("has shrunk from 90 to 89: write 89"));
        assert!(found(70, 90)[0].contains("within its limit or gone"));
    }
}
