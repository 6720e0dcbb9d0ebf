//! Every `NNNN_name.sql` in `crates/storage/migrations/sqlite` has its twin in `crates/storage/migrations/postgres`;
//! the numbers run from 0001 without gaps; and a migration of the last commit is neither changed nor removed.
//!
//! Why: the schema only moves forward. A migration that has run somewhere is history; changing its text makes two
//! databases with the same number and different tables. Numbers that agree let one program check both.

use std::collections::BTreeSet;

use crate::report::Report;
use crate::tree::{History, Tree};

const RULE: &str = "migrations";
const HOME: &str = "crates/storage/migrations";
const KINDS: [&str; 2] = ["sqlite", "postgres"];

pub(crate) fn check(tree: &Tree, report: &mut Report) {
    let [sqlite, postgres] = KINDS.map(|kind| names(tree, kind));
    for (kind, own, other) in [("postgres", &sqlite, &postgres), ("sqlite", &postgres, &sqlite)] {
        for missing in own.difference(other) {
            let path = format!("{HOME}/{kind}/{missing}");
            report.find(
                RULE,
                &path,
                1,
                "is missing: every migration exists for both databases under the same name",
            );
        }
    }
    for kind in KINDS {
        numbers(tree, kind, report);
    }
    unchanged(tree, report);
}

fn names(tree: &Tree, kind: &str) -> BTreeSet<String> {
    let folder = format!("{HOME}/{kind}/");
    let files = tree.files().filter_map(|(path, _)| path.strip_prefix(folder.as_str()));
    files.filter(|name| name.ends_with(".sql")).map(str::to_owned).collect()
}

fn numbers(tree: &Tree, kind: &str, report: &mut Report) {
    let mut expected = 1;
    for name in names(tree, kind) {
        let path = format!("{HOME}/{kind}/{name}");
        let number = name
            .split_once('_')
            .filter(|(digits, rest)| digits.len() == 4 && rest.len() > ".sql".len());
        match number.and_then(|(digits, _)| digits.parse::<usize>().ok()) {
            None => report.find(RULE, &path, 1, "is not called NNNN_name.sql: rename it"),
            Some(number) if number == expected => expected += 1,
            Some(number) => {
                let text =
                    format!("has number {number:04} where {expected:04} is next: number without gaps or doubles");
                report.find(RULE, &path, 1, text);
                expected = number + 1;
            }
        }
    }
}

fn unchanged(tree: &Tree, report: &mut Report) {
    let committed = match &tree.history {
        History::Head(files) => files,
        History::Absent(why) => {
            report.note(format!(
                "migrations: not compared with the last commit, git has none to show ({why})"
            ));
            return;
        }
    };
    for (path, text) in committed.iter().filter(|(path, _)| path.ends_with(".sql")) {
        match tree.text(path) {
            Some(now) if now == text => {}
            Some(_) => report.find(
                RULE,
                path,
                1,
                "was changed after it was committed: restore it, add a new migration",
            ),
            None => report.find(
                RULE,
                path,
                1,
                "was removed after it was committed: restore it, add a new migration",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{History, Report, Tree, check};
    use crate::rules::findings;

    const SQLITE: &str = "crates/storage/migrations/sqlite/0001_first.sql";
    const POSTGRES: &str = "crates/storage/migrations/postgres/0001_first.sql";

    #[test]
    fn pairs_in_order_pass() {
        let second = "crates/storage/migrations/sqlite/0002_second.sql";
        let twin = "crates/storage/migrations/postgres/0002_second.sql";
        let files = [(SQLITE, ""), (POSTGRES, ""), (second, ""), (twin, "")];
        assert!(findings("migrations", &files).is_empty());
        assert!(findings("migrations", &[]).is_empty());
    }

    #[test]
    fn a_lonely_one_a_gap_and_a_wrong_name_are_found() {
        let gap = "crates/storage/migrations/sqlite/0003_third.sql";
        let wrong = "crates/storage/migrations/sqlite/four.sql";
        let found = findings("migrations", &[(SQLITE, ""), (gap, ""), (wrong, "")]);
        assert_eq!(
            found.iter().filter(|f| f.contains("is missing")).count(),
            3,
            "{found:?}"
        );
        assert!(found.iter().any(|f| f.contains("0003 where 0002 is next")), "{found:?}");
        assert!(
            found.iter().any(|f| f.contains("is not called NNNN_name.sql")),
            "{found:?}"
        );
    }

    #[test]
    fn history_may_not_be_changed() {
        let mut tree = Tree::of(&[(SQLITE, "new"), (POSTGRES, "same")]);
        let gone = "crates/storage/migrations/sqlite/0000_gone.sql";
        let head = [(SQLITE, "old"), (POSTGRES, "same"), (gone, "")];
        tree.history = History::Head(head.map(|(path, text)| (path.to_owned(), text.to_owned())).into());
        let mut report = Report::default();
        check(&tree, &mut report);
        let found: Vec<_> = report.findings().into_iter().map(|f| (f.path, f.text)).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found
                .iter()
                .any(|(path, text)| path == SQLITE && text.starts_with("was changed")),
            "{found:?}"
        );
        assert!(
            found
                .iter()
                .any(|(path, text)| path == gone && text.starts_with("was removed")),
            "{found:?}"
        );
    }

    #[test]
    fn without_history_there_is_a_note() {
        let mut report = Report::default();
        check(&Tree::of(&[(SQLITE, ""), (POSTGRES, "")]), &mut report);
        assert!(report.findings().is_empty());
        assert_eq!(report.notes().len(), 1);
    }
}
