//! The `tidy` command: reads the tree once, runs the rules over it, prints what they found.

use std::process::ExitCode;

use crate::report::Report;
use crate::rules::{self, RULES};
use crate::tree::Tree;

/// Runs the named rules, or all of them when no name is given.
pub(crate) fn run(names: &[&str]) -> ExitCode {
    let tree = match Tree::load() {
        Ok(tree) => tree,
        Err(why) => {
            eprintln!("tidy: {why}");
            return ExitCode::from(2);
        }
    };
    let chosen: Vec<_> = RULES
        .iter()
        .filter(|rule| names.is_empty() || names.contains(&rule.name))
        .collect();
    let mut report = Report::default();
    for rule in &chosen {
        (rule.check)(&tree, &mut report);
    }
    for note in report.notes() {
        println!("note: {note}");
    }
    let findings = report.findings();
    for finding in &findings {
        println!("{}:{}: {}: {}", finding.path, finding.line, finding.rule, finding.text);
    }
    println!(
        "tidy: {} rules, {} files, {} findings",
        chosen.len(),
        tree.count(),
        findings.len()
    );
    if findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Prints every rule with its reason, taken from the comment at the head of its module.
pub(crate) fn list() -> ExitCode {
    for rule in RULES {
        println!("{}\n{}\n", rule.name, rules::doc(rule));
    }
    ExitCode::SUCCESS
}

/// Prints the debt file the tree would need, for a reader who has just made something smaller.
pub(crate) fn debt() -> ExitCode {
    match Tree::load() {
        Ok(tree) => {
            print!("{}", rules::size::debt_of(&tree));
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("tidy: {why}");
            ExitCode::from(2)
        }
    }
}
