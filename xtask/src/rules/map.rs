//! Every repository path in backticks in `ARCHITECTURE.md`, `CONTRIBUTING.md` and `README.md` exists. In a pattern,
//! `<word>`, `{a,b}`, `*` and `NNNN` stand for anything, and at least one file must fit.
//!
//! Why: a map is believed. One that names a file which moved sends the reader looking, and teaches that the rest of
//! the page may be stale too.

use std::collections::BTreeSet;

use crate::report::Report;
use crate::tree::Tree;

const RULE: &str = "map";
const PAGES: [&str; 3] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"];
/// Folders that count as ours even while they hold nothing.
const OURS: [&str; 5] = ["crates", "docs", "xtask", ".ci", ".cargo"];

pub(crate) fn check(tree: &Tree, report: &mut Report) {
    let mut tops: BTreeSet<&str> = tree.files().filter_map(|(path, _)| path.split('/').next()).collect();
    tops.extend(OURS);
    for page in PAGES {
        let Some(text) = tree.text(page) else { continue };
        for (line, path) in named_paths(text) {
            let top = path.split('/').next().unwrap_or_default();
            if tops.contains(top) && !fits(tree, &path) {
                report.find(
                    RULE,
                    page,
                    line,
                    format!("`{path}` does not exist: correct the page or add the file"),
                );
            }
        }
    }
}

/// The words in backticks that look like paths, with their lines; fenced blocks are left out.
fn named_paths(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let spans = line.split('`').skip(1).step_by(2);
        for word in spans.flat_map(str::split_whitespace) {
            found.extend(path_of(word).map(|path| (index + 1, path)));
        }
    }
    found
}

/// The path in a word such as `./check`, `crates/core/src/clock.rs:12` or `docs/adr/`.
fn path_of(word: &str) -> Option<String> {
    let path = word.split(['#', ':']).next()?.trim_end_matches(['/', ',', ';', ')']);
    let bare = path.strip_prefix("./").unwrap_or(path);
    (word.contains('/') && !word.contains("://") && !bare.is_empty()).then(|| bare.to_owned())
}

fn fits(tree: &Tree, path: &str) -> bool {
    let is_pattern = path.contains(['<', '{', '*']) || path.contains("NNNN");
    if !is_pattern {
        return tree.exists(path);
    }
    let parts: Vec<Vec<String>> = path.split('/').map(fixed_parts).collect();
    tree.files().any(|(known, _)| {
        let known: Vec<&str> = known.split('/').collect();
        known.len() >= parts.len() && parts.iter().zip(known).all(|(part, name)| part_fits(part, name))
    })
}

/// What of a path segment is fixed: `NNNN_<name>.sql` becomes ``, `_`, `.sql`, with anything allowed in between.
fn fixed_parts(segment: &str) -> Vec<String> {
    let segment = segment.replace("NNNN", "*");
    let mut parts = vec![String::new()];
    let mut until = None;
    for c in segment.chars() {
        match (until, c) {
            (Some(end), _) if c == end => until = None,
            (Some(_), _) => {}
            (None, '<') => until = Some('>'),
            (None, '{') => until = Some('}'),
            (None, '*') => {}
            (None, _) => {
                parts.last_mut().into_iter().for_each(|part| part.push(c));
                continue;
            }
        }
        if until.is_none() {
            parts.push(String::new());
        }
    }
    parts
}

fn part_fits(parts: &[String], name: &str) -> bool {
    let [first, middle @ ..] = parts else { return false };
    let Some(mut rest) = name.strip_prefix(first.as_str()) else {
        return false;
    };
    let Some((last, middle)) = middle.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.split_once(part.as_str()) {
            Some((_, tail)) => rest = tail,
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use crate::rules::findings;

    const FILES: [(&str, &str); 3] = [
        ("crates/core/src/lib.rs", ""),
        ("crates/storage/migrations/sqlite/0001_first.sql", ""),
        ("check", ""),
    ];

    fn on_page(text: &str) -> Vec<String> {
        let mut files = FILES.to_vec();
        files.push(("README.md", text));
        findings("map", &files)
    }

    #[test]
    fn paths_that_exist_pass() {
        let page = "`crates/core/src/lib.rs:3`, `crates/core/`, `./check quick`, `crates/<name>/src/lib.rs`,\n\
                    `crates/storage/migrations/{sqlite,postgres}/NNNN_<name>.sql`, `application/json`, `/v2.0/x`,\n\
                    `target/debug/naru`\n```\n`crates/none`\n```\n";
        assert_eq!(on_page(page), Vec::<String>::new());
    }

    #[test]
    fn paths_that_do_not_exist_are_found() {
        let found = on_page("see\n`crates/none/src` and `crates/<name>/lib.rs` and `docs/adr/` and `crates/core/*.rs`");
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(
            found.iter().all(|finding| finding.starts_with("README.md:2: ")),
            "{found:?}"
        );
    }
}
