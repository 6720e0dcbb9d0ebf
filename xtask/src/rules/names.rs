//! No type is called after nothing in particular (the endings in `EMPTY_ENDINGS`), no banned package is built
//! (`BANNED_PACKAGES`; one that only the lock file mentions is not built), and no comment or macro says that the
//! work is unfinished (`UNFINISHED`).
//!
//! Why: an empty word in a name says that the thing was not understood, and everything fits into it afterwards. One
//! TLS and one cryptographic library means one place to watch. A note that something is to be done later is read by
//! everyone and done by nobody: an issue has an owner, a comment has not.

use crate::report::Report;
use crate::rules::has_word;
use crate::tree::Tree;

const RULE: &str = "names";
const EMPTY_ENDINGS: [&str; 7] = ["Manager", "Helper", "Helpers", "Util", "Utils", "Data", "Info"];
const BANNED_PACKAGES: [&str; 4] = ["openssl", "openssl-sys", "ring", "native-tls"];
/// Exact words, and phrases in any case.
const UNFINISHED: [&str; 6] = ["todo!", "unimplemented!", "TODO", "FIXME", "XXX", "HACK"];
const UNFINISHED_PHRASES: [&str; 2] = ["for now", "placeholder"];
/// How a comment begins in files that are not Rust, by the end of their name.
const COMMENT_MARKS: [(&str, &str); 7] = [
    (".toml", "#"),
    (".sh", "#"),
    (".yml", "#"),
    (".yaml", "#"),
    (".sql", "--"),
    (".html", "{#"),
    (".html", "<!--"),
];

pub(crate) fn check(tree: &Tree, report: &mut Report) {
    for (path, file) in tree.files() {
        if let Some(rust) = &file.rust {
            for (line, code) in (1..).zip(&rust.lines) {
                type_name(path, line, code, report);
                for word in UNFINISHED
                    .iter()
                    .filter(|word| word.ends_with('!') && code.contains(**word))
                {
                    unfinished(path, line, word, report);
                }
            }
            for comment in &rust.source.comments {
                comment_line(path, comment.line, &comment.text, report);
            }
        }
        for (_, mark) in COMMENT_MARKS.iter().filter(|(end, _)| path.ends_with(end)) {
            for (line, text) in (1..).zip(file.text.lines()) {
                if let Some((_, comment)) = text.split_once(mark) {
                    comment_line(path, line, comment, report);
                }
            }
        }
    }
    packages(tree, report);
}

fn type_name(path: &str, line: usize, code: &str, report: &mut Report) {
    let mut words = code
        .split(|c: char| !crate::lex::is_word(c))
        .filter(|word| !word.is_empty())
        .peekable();
    // An associated type is named by the trait, which may be somebody else's.
    let is_ours = |word: &str| match word {
        "struct" | "enum" | "trait" | "union" => true,
        "type" => !code.starts_with(' '),
        _ => false,
    };
    while let Some(word) = words.next() {
        let Some(name) = words.peek().filter(|_| is_ours(word)) else {
            continue;
        };
        if let Some(ending) = EMPTY_ENDINGS.iter().find(|ending| name.ends_with(**ending)) {
            let text = format!("`{name}` ends in `{ending}`, which says nothing: name what it is or does");
            report.find(RULE, path, line, text);
        }
    }
}

fn comment_line(path: &str, line: usize, text: &str, report: &mut Report) {
    let lower = text.to_lowercase();
    let exact = UNFINISHED.iter().filter(|word| word_or_call(text, word));
    let phrases = UNFINISHED_PHRASES.iter().filter(|phrase| has_word(&lower, phrase));
    for word in exact.chain(phrases) {
        unfinished(path, line, word, report);
    }
}

fn word_or_call(text: &str, word: &str) -> bool {
    if word.ends_with('!') {
        text.contains(word)
    } else {
        has_word(text, word)
    }
}

fn unfinished(path: &str, line: usize, word: &str, report: &mut Report) {
    let text = format!("`{word}` marks unfinished work: finish it, or open an issue and take the mark out");
    report.find(RULE, path, line, text);
}

fn packages(tree: &Tree, report: &mut Report) {
    let lines = tree.text("Cargo.lock").unwrap_or_default().lines();
    for (line, text) in (1..).zip(lines) {
        let Some(name) = text.strip_prefix("name = ").map(|name| name.trim_matches('"')) else {
            continue;
        };
        let is_built = tree.built.as_ref().is_none_or(|built| built.contains(name));
        if BANNED_PACKAGES.contains(&name) && is_built {
            let text =
                format!("package `{name}` is banned: find the feature that pulls it in with `cargo tree -i {name}`");
            report.find(RULE, "Cargo.lock", line, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Report, Tree, packages};
    use crate::rules::findings;

    #[test]
    fn good_names_and_comments_pass() {
        let text = "/// Metadata of a transfer, in force now.\nstruct Metadata;\n\
                    impl Body for A {\n    type Data = Bytes;\n}\n\
                    fn f() { let todo = \"FIXME for now\"; }";
        let files = [
            ("a.rs", text),
            ("Cargo.lock", "name = \"rustls\"\n"),
            ("a.toml", "a = \"placeholder\" # why\n"),
        ];
        assert_eq!(findings("names", &files), Vec::<String>::new());
    }

    #[test]
    fn empty_endings_are_found() {
        let text = "pub struct KeyManager;\npub(crate) enum UserInfo {}\ntype TokenData = u8;\ntrait DateUtils {}\n";
        assert_eq!(findings("names", &[("a.rs", text)]).len(), 4);
    }

    #[test]
    fn marks_of_unfinished_work_are_found() {
        let text =
            "// FIXME\n/* For now */\n//! a placeholder\nfn f() { todo!() }\nfn g() { unimplemented!(\"x\") }\n// XXX";
        let files = [
            ("a.rs", text),
            ("a.sql", "-- for now\n"),
            ("b.sh", "x # TODO\n"),
            ("c.html", "<!-- XXX -->"),
        ];
        let found = findings("names", &files);
        assert_eq!(found.len(), 9, "{found:?}");
        assert!(found.contains(
            &"a.rs:4: `todo!` marks unfinished work: finish it, or open an issue and take the mark out".to_owned()
        ));
    }

    #[test]
    fn banned_packages_are_found_when_they_are_built() {
        let mut tree = Tree::of(&[("Cargo.lock", "[[package]]\nname = \"ring\"\n")]);
        let count = |tree: &Tree| {
            let mut report = Report::default();
            packages(tree, &mut report);
            report.findings().len()
        };
        assert_eq!(count(&tree), 1);
        tree.built = Some(["rustls".to_owned()].into());
        assert_eq!(count(&tree), 0);
    }
}
