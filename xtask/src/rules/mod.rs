//! The house rules. Each is a module whose head comment states the rule and its reason; `--list` prints just that.

pub(crate) mod docs;
pub(crate) mod edges;
pub(crate) mod layers;
pub(crate) mod map;
pub(crate) mod migrations;
pub(crate) mod names;
pub(crate) mod personal;
pub(crate) mod size;
pub(crate) mod sql;

use crate::report::Report;
use crate::tree::Tree;

/// A rule: its name, the source of its module, and the function that holds it.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    source: &'static str,
    pub(crate) check: fn(&Tree, &mut Report),
}

/// Every rule, in the order in which they are run and listed.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "edges",
        source: include_str!("edges.rs"),
        check: edges::check,
    },
    Rule {
        name: "map",
        source: include_str!("map.rs"),
        check: map::check,
    },
    Rule {
        name: "sql",
        source: include_str!("sql.rs"),
        check: sql::check,
    },
    Rule {
        name: "size",
        source: include_str!("size.rs"),
        check: size::check,
    },
    Rule {
        name: "names",
        source: include_str!("names.rs"),
        check: names::check,
    },
    Rule {
        name: "migrations",
        source: include_str!("migrations.rs"),
        check: migrations::check,
    },
    Rule {
        name: "layers",
        source: include_str!("layers.rs"),
        check: layers::check,
    },
    Rule {
        name: "docs",
        source: include_str!("docs.rs"),
        check: docs::check,
    },
    Rule {
        name: "personal",
        source: include_str!("personal.rs"),
        check: personal::check,
    },
];

/// The rule of this name.
pub(crate) fn named(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}

/// What the head comment of the rule's module says, indented.
pub(crate) fn doc(rule: &Rule) -> String {
    let lines = rule.source.lines().map_while(|line| line.strip_prefix("//!"));
    lines
        .map(|line| format!("   {line}").trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether `word` occurs in `line` with no letter, digit or underscore touching it on either side.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    let touches = |c: Option<char>| c.is_some_and(crate::lex::is_word);
    let mut before = None;
    let mut rest = line;
    while let Some((head, tail)) = rest.split_once(word) {
        before = head.chars().next_back().or(before);
        if !touches(before) && !touches(tail.chars().next()) {
            return true;
        }
        before = word.chars().next_back();
        rest = tail;
    }
    false
}

#[cfg(test)]
pub(crate) fn findings(rule: &str, files: &[(&str, &str)]) -> Vec<String> {
    let rule = named(rule).expect("the test names a rule that exists");
    let mut report = Report::default();
    (rule.check)(&Tree::of(files), &mut report);
    report
        .findings()
        .into_iter()
        .map(|f| format!("{}:{}: {}", f.path, f.line, f.text))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_says_why() {
        for rule in RULES {
            assert!(doc(rule).contains("Why:"), "{} gives no reason", rule.name);
        }
    }

    #[test]
    fn words_are_found_whole() {
        assert!(has_word("unsafe {", "unsafe") && has_word("unsafe_code unsafe", "unsafe"));
        assert!(!has_word("unsafe_code", "unsafe") && !has_word("not_unsafe", "unsafe"));
    }
}
