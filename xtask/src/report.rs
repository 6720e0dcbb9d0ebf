//! What a rule says about the tree: findings, which fail the check, and notes, which do not.

/// One broken rule at one place. Lines count from 1; 0 means the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) rule: &'static str,
    /// What is wrong, and what to do about it.
    pub(crate) text: String,
}

/// Collects what the rules say.
#[derive(Debug, Default)]
pub(crate) struct Report {
    findings: Vec<Finding>,
    notes: Vec<String>,
}

impl Report {
    /// Adds a finding; `text` says what is wrong and what to do.
    pub(crate) fn find(&mut self, rule: &'static str, path: &str, line: usize, text: impl Into<String>) {
        self.findings.push(Finding {
            path: path.to_owned(),
            line: line.max(1),
            rule,
            text: text.into(),
        });
    }

    /// Adds something the reader should know although it breaks no rule, such as a check that could not be made.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// The findings in the order in which a person walks through the tree.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let mut sorted = self.findings.clone();
        sorted.sort();
        sorted.dedup();
        sorted
    }

    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_sorted_and_told_once() {
        let mut report = Report::default();
        report.find("size", "b.rs", 2, "long");
        report.find("size", "a.rs", 0, "long");
        report.find("size", "b.rs", 2, "long");
        let places: Vec<_> = report.findings().into_iter().map(|f| (f.path, f.line)).collect();
        assert_eq!(places, [("a.rs".to_owned(), 1), ("b.rs".to_owned(), 2)]);
    }
}
