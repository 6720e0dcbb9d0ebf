//! The files of the repository as the rules see them: read once, kept in memory, so that a rule is a pure function
//! of a tree and a test can hand it one made of a few strings.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::lex::{self, Source};
use crate::shape::{self, Tests};

const MIGRATIONS: &str = "crates/storage/migrations";
/// Folders that are never part of the source, besides what `.gitignore` names.
const SKIPPED: [&str; 3] = [".git", "target", "node_modules"];

/// A file: its text when it is text, taken apart when it is Rust.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) text: String,
    pub(crate) rust: Option<Rust>,
}

/// A Rust file taken apart.
#[derive(Debug)]
pub(crate) struct Rust {
    pub(crate) source: Source,
    /// The blanked code, line by line.
    pub(crate) lines: Vec<String>,
    tests: Tests,
}

/// `xtask/tidy.toml`, parsed strictly.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// For each crate the crates it depends on, by short name.
    pub(crate) edges: BTreeMap<String, BTreeSet<String>>,
    /// For each exception list the path prefixes it excepts.
    pub(crate) allow: BTreeMap<String, Vec<String>>,
}

/// What git has to say about the migrations.
#[derive(Debug)]
pub(crate) enum History {
    /// The migrations of the last commit, by path.
    Head(BTreeMap<String, String>),
    /// Git cannot be asked, and why.
    Absent(String),
}

/// The whole tree.
#[derive(Debug)]
pub(crate) struct Tree {
    files: BTreeMap<String, File>,
    pub(crate) config: Config,
    pub(crate) history: History,
    /// Names of the packages that some crate of the workspace really builds; `None` when cargo was not asked.
    pub(crate) built: Option<BTreeSet<String>>,
}

impl Tree {
    /// Reads the workspace around the current folder.
    pub(crate) fn load() -> Result<Self, String> {
        let root = root()?;
        let ignored = ignored(&std::fs::read_to_string(root.join(".gitignore")).unwrap_or_default());
        let mut paths = Vec::new();
        walk(&root, "", &ignored, &mut paths).map_err(|why| format!("cannot read the tree: {why}"))?;
        let mut files = BTreeMap::new();
        for path in paths {
            let bytes = std::fs::read(root.join(&path)).map_err(|why| format!("cannot read {path}: {why}"))?;
            files.insert(path, String::from_utf8(bytes).unwrap_or_default());
        }
        let mut tree = Self::of_files(files)?;
        tree.history = history(&root);
        tree.built = built(&root);
        Ok(tree)
    }

    /// A tree of the given files, without history.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        Self::of_files(files).expect("the sample's tidy.toml parses")
    }

    fn of_files(texts: BTreeMap<String, String>) -> Result<Self, String> {
        let config = texts
            .get("xtask/tidy.toml")
            .map_or(Ok(Config::default()), |text| config(text))?;
        let files = texts.into_iter().map(|(path, text)| {
            let rust = path.ends_with(".rs").then(|| Rust::of(&text));
            (path, File { text, rust })
        });
        let history = History::Absent("no repository was read".to_owned());
        Ok(Self {
            files: files.collect(),
            config,
            history,
            built: None,
        })
    }

    pub(crate) fn count(&self) -> usize {
        self.files.len()
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &Rust)> {
        self.files()
            .filter_map(|(path, file)| Some((path, file.rust.as_ref()?)))
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(|file| file.text.as_str())
    }

    /// Whether a file or a folder of this name exists.
    pub(crate) fn exists(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        self.files
            .keys()
            .any(|known| known == path || known.starts_with(&folder))
    }

    /// Whether an exception list of `tidy.toml` names this path or a folder above it.
    pub(crate) fn allows(&self, list: &str, path: &str) -> bool {
        self.config
            .allow
            .get(list)
            .is_some_and(|paths| paths.iter().any(|prefix| covers(prefix, path)))
    }

    /// Whether this line is compiled for tests only.
    pub(crate) fn is_test(&self, path: &str, line: usize) -> bool {
        let stem = path.trim_end_matches(".rs");
        let in_folder = path.split('/').any(|part| part == "tests" || part == "benches")
            || ["/tests.rs", "_tests.rs"].iter().any(|end| path.ends_with(end));
        let in_region = |rust: &Rust| rust.tests.lines.iter().any(|region| region.contains(&line));
        let in_module = || {
            self.rust()
                .any(|(parent, rust)| rust.tests.modules.iter().any(|m| declares(parent, m, stem)))
        };
        in_folder
            || self
                .files
                .get(path)
                .and_then(|f| f.rust.as_ref())
                .is_some_and(in_region)
            || in_module()
    }
}

impl Rust {
    fn of(text: &str) -> Self {
        let source = lex::source(text);
        let lines = source.code_lines();
        let tests = shape::tests(&source.code);
        Self { source, lines, tests }
    }
}

/// Whether the file with this stem is the module `name` declared in the file `parent`.
fn declares(parent: &str, name: &str, stem: &str) -> bool {
    let (folder, file) = parent.rsplit_once('/').unwrap_or(("", parent));
    let inner = match file {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => parent.trim_end_matches(".rs").to_owned(),
    };
    let module = format!("{inner}/{name}");
    stem == module
        || stem
            .strip_prefix(module.as_str())
            .is_some_and(|rest| rest.starts_with('/'))
}

fn covers(prefix: &str, path: &str) -> bool {
    if prefix.ends_with('/') {
        path.starts_with(prefix)
    } else {
        path == prefix
    }
}

/// Finds the folder that holds the workspace, upward from the current one.
fn root() -> Result<PathBuf, String> {
    let here = std::env::current_dir().map_err(|why| format!("no current folder: {why}"))?;
    let is_root = |folder: &&Path| folder.join("xtask/Cargo.toml").is_file() && folder.join("Cargo.toml").is_file();
    let found = here.ancestors().find(is_root).map(Path::to_path_buf);
    found.ok_or_else(|| "run it inside the workspace".to_owned())
}

/// The simple patterns of `.gitignore`: `/name` at the root, `*.end` anywhere.
fn ignored(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

fn is_ignored(path: &str, ignored: &[String]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let matches = |pattern: &String| {
        let pattern = pattern.trim_end_matches('/');
        match pattern.strip_prefix('*') {
            Some(end) => name.ends_with(end),
            None => pattern
                .strip_prefix('/')
                .map_or(name == pattern, |rooted| path == rooted),
        }
    };
    SKIPPED.contains(&name) || ignored.iter().any(matches)
}

fn walk(root: &Path, folder: &str, ignored: &[String], found: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() {
            name
        } else {
            format!("{folder}/{name}")
        };
        let kind = entry.file_type()?;
        match is_ignored(&path, ignored) {
            true => {}
            false if kind.is_dir() => walk(root, &path, ignored, found)?,
            false if kind.is_file() => found.push(path),
            false => {}
        }
    }
    Ok(())
}

fn config(text: &str) -> Result<Config, String> {
    let wrong = |what: &str| format!("xtask/tidy.toml: {what}");
    let table: toml::Table = text.parse().map_err(|why| wrong(&format!("{why}")))?;
    let mut config = Config::default();
    for (section, value) in &table {
        let entries = value
            .as_table()
            .ok_or_else(|| wrong(&format!("{section} is not a table")))?;
        for (key, value) in entries {
            let list = value
                .as_array()
                .ok_or_else(|| wrong(&format!("{section}.{key} is not a list")))?;
            let names = list.iter().filter_map(|name| name.as_str().map(str::to_owned));
            match section.as_str() {
                "edges" => drop(config.edges.insert(key.clone(), names.collect())),
                "allow" => drop(config.allow.insert(key.clone(), names.collect())),
                _ => return Err(wrong(&format!("unknown section {section}"))),
            }
        }
    }
    Ok(config)
}

fn git(root: &Path, words: &[&str]) -> Result<String, String> {
    output(Command::new("git").arg("-C").arg(root).args(words))
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|why| format!("{} cannot be run: {why}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let why = String::from_utf8_lossy(&output.stderr)
        .lines()
        .next()
        .unwrap_or("no reason given")
        .to_owned();
    Err(why)
}

fn history(root: &Path) -> History {
    let listed = git(root, &["ls-tree", "-r", "--name-only", "HEAD", "--", MIGRATIONS]);
    let read = |path: &str| git(root, &["show", &format!("HEAD:{path}")]).map(|text| (path.to_owned(), text));
    match listed.and_then(|paths| paths.lines().map(read).collect()) {
        Ok(files) => History::Head(files),
        Err(why) => History::Absent(why),
    }
}

/// What is built for this machine; the lock file also lists packages that no enabled feature reaches.
fn built(root: &Path) -> Option<BTreeSet<String>> {
    let words = [
        "tree",
        "--workspace",
        "--edges",
        "normal,build,dev",
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--locked",
    ];
    let lines = output(Command::new("cargo").current_dir(root).args(words)).ok()?;
    Some(
        lines
            .lines()
            .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_code_is_known_by_folder_region_and_declaration() {
        let tree = Tree::of(&[
            (
                "crates/a/src/lib.rs",
                "#[cfg(test)]\nmod checks;\nfn f() {}\n#[cfg(test)]\nmod t {\n}\n",
            ),
            ("crates/a/src/checks.rs", "fn g() {}\n"),
            ("crates/a/tests/it.rs", "fn h() {}\n"),
        ]);
        assert!(tree.is_test("crates/a/src/checks.rs", 1));
        assert!(tree.is_test("crates/a/tests/it.rs", 1));
        assert!(tree.is_test("crates/a/src/lib.rs", 5));
        assert!(!tree.is_test("crates/a/src/lib.rs", 3));
    }

    #[test]
    fn exceptions_name_files_or_folders() {
        let tree = Tree::of(&[("xtask/tidy.toml", "[allow]\nsql = [\"crates/s/\", \"a.rs\"]\n")]);
        assert!(tree.allows("sql", "crates/s/src/lib.rs") && tree.allows("sql", "a.rs"));
        assert!(!tree.allows("sql", "a.rs.bak") && !tree.allows("print", "a.rs"));
    }

    #[test]
    fn the_configuration_is_parsed_strictly() {
        assert!(config("[edges]\ncore = []\n").is_ok());
        assert!(config("[edegs]\ncore = []\n").is_err());
        assert!(config("[edges]\ncore = 1\n").is_err());
    }

    #[test]
    fn ignored_patterns_are_understood() {
        let patterns = ignored("/target\n# note\n*.tmp\n/naru-data/\n");
        for path in ["target", "a/x.tmp", "naru-data", ".git"] {
            assert!(is_ignored(path, &patterns), "{path}");
        }
        assert!(!is_ignored("a/naru-data", &patterns));
    }
}
