//! Every decision in `docs/adr/NNNN-title.md` has the sections Context, Decision and Consequences and a line
//! `Enforced by:` that names, in backticks, at least one test or tidy rule; whatever it names exists. The numbers
//! run without gaps. A rule is named `tidy: size` or `xtask tidy size`, a test by its function, with or without path.
//!
//! Why: a decision that nothing enforces is a memory. Naming the test makes it a property of the program, and this
//! rule notices when the test is renamed or removed.

use std::collections::BTreeSet;

use crate::report::Report;
use crate::rules;
use crate::shape;
use crate::tree::Tree;

const RULE: &str = "docs";
const HOME: &str = "docs/adr/";
const SECTIONS: [&str; 3] = ["Context", "Decision", "Consequences"];
const MARK: &str = "Enforced by:";

pub(crate) fn check(tree: &Tree, report: &mut Report) {
    let records: Vec<(&str, &str)> = tree
        .files()
        .filter_map(|(path, file)| Some((path, record(path, &file.text)?)))
        .collect();
    if records.is_empty() {
        return;
    }
    let functions = functions(tree);
    let mut expected = None;
    for (path, text) in records {
        let digits = path.trim_start_matches(HOME).split('-').next().unwrap_or_default();
        match digits.parse::<usize>().ok().filter(|_| digits.len() == 4) {
            None => report.find(RULE, path, 1, "is not called NNNN-title.md: rename it"),
            Some(number) => {
                if expected.unwrap_or(1) != number && !(expected.is_none() && number == 0) {
                    report.find(
                        RULE,
                        path,
                        1,
                        format!("number {number:04} leaves a gap or is taken: renumber"),
                    );
                }
                expected = Some(number + 1);
            }
        }
        for section in SECTIONS.iter().filter(|section| !has_section(text, section)) {
            report.find(RULE, path, 1, format!("has no section {section}: add it"));
        }
        enforced(tree, &functions, (path, text), report);
    }
}

fn record<'a>(path: &str, text: &'a str) -> Option<&'a str> {
    let name = path.strip_prefix(HOME)?;
    (name.ends_with(".md") && !name.contains('/') && name != "README.md").then_some(text)
}

fn has_section(text: &str, section: &str) -> bool {
    text.lines()
        .any(|line| line.starts_with('#') && line.trim_start_matches('#').trim() == section)
}

/// Checks what the decision names as its guard: the line with the mark and those after it, up to an empty one.
fn enforced(tree: &Tree, functions: &BTreeSet<String>, (path, text): (&str, &str), report: &mut Report) {
    let plain = |line: &str| {
        line.replace("**", "")
            .trim_start_matches(['-', '#', ' ', '*'])
            .to_owned()
    };
    let Some(start) = text.lines().position(|line| plain(line).starts_with(MARK)) else {
        report.find(
            RULE,
            path,
            1,
            format!("has no line `{MARK}`: name the test or the tidy rule that holds it"),
        );
        return;
    };
    let paragraph: Vec<&str> = text
        .lines()
        .skip(start)
        .take_while(|line| !line.trim().is_empty())
        .collect();
    let paragraph = paragraph.join(" ");
    let mut guards = 0;
    for name in paragraph.split('`').skip(1).step_by(2) {
        match is_guard(functions, name) {
            true => guards += 1,
            false if tree.exists(name.trim_end_matches('/')) => {}
            false => report.find(
                RULE,
                path,
                start + 1,
                format!("`{name}` is no test, no tidy rule and no file: correct it"),
            ),
        }
    }
    if guards == 0 {
        report.find(
            RULE,
            path,
            start + 1,
            "names neither a test nor a tidy rule in backticks: add one",
        );
    }
}

fn is_guard(functions: &BTreeSet<String>, name: &str) -> bool {
    let last = name.rsplit([':', ' ', '/']).next().unwrap_or(name);
    let is_rule = name.contains("tidy") && rules::named(last).is_some();
    is_rule || functions.contains(last.trim_end_matches("()"))
}

fn functions(tree: &Tree) -> BTreeSet<String> {
    tree.rust()
        .flat_map(|(_, rust)| shape::functions(&rust.source.code))
        .map(|function| function.name)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::findings;

    const TEST: (&str, &str) = ("crates/a/tests/it.rs", "#[test]\nfn no_route_is_open() {}\n");
    const BODY: &str = "# One\n## Context\nx\n## Decision\nx\n## Consequences\nx\n\n";

    fn with(line: &str) -> Vec<String> {
        findings("docs", &[TEST, ("docs/adr/0001-one.md", &format!("{BODY}{line}\n"))])
    }

    #[test]
    fn a_decision_with_a_guard_passes() {
        for line in [
            "Enforced by: `no_route_is_open`",
            "**Enforced by:** `a::it::no_route_is_open` in `crates/a/tests/it.rs`, and\n`cargo xtask tidy sql`.",
            "- Enforced by: `tidy: size`",
        ] {
            assert_eq!(with(line), Vec::<String>::new());
        }
    }

    #[test]
    fn a_decision_without_a_guard_is_found() {
        assert!(with("")[0].contains("has no line"));
        assert!(with("Enforced by: review")[0].contains("names neither"));
        assert!(with("Enforced by: `tidy: size`, `gone_test`")[0].contains("`gone_test` is no test"));
    }

    #[test]
    fn sections_and_numbers_are_held() {
        let text = "# Two\n## Context\n## Decision\nEnforced by: `tidy: size`\n";
        let found = findings("docs", &[("docs/adr/0002-two.md", text), ("docs/adr/README.md", "")]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("has no section Consequences"), "{found:?}");
        assert!(found[1].contains("number 0002 leaves a gap"), "{found:?}");
    }
}
