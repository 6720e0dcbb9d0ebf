//! The dependencies among the crates of the workspace equal the table in `xtask/tidy.toml`, and `ARCHITECTURE.md`
//! shows the same table in a fenced block headed `text crate-edges`. Development dependencies are free.
//!
//! Why: the rooms of the house are its first design decision. An edge that nobody decided is how a monolith loses
//! its modules; an edge that is allowed but no longer used is a door somebody will walk through. Hence *equal*.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::Report;
use crate::tree::Tree;

const RULE: &str = "edges";
const TABLE: &str = "xtask/tidy.toml";
const PAGE: &str = "ARCHITECTURE.md";
const FENCE: &str = "```text crate-edges";

type Edges = BTreeMap<String, BTreeSet<String>>;

pub(crate) fn check(tree: &Tree, report: &mut Report) {
    let manifests = manifests(tree, report);
    let table = &tree.config.edges;
    for (name, (path, uses)) in &manifests {
        let Some(expected) = table.get(name) else {
            report.find(
                RULE,
                path,
                1,
                format!("crate `{name}` is not in {TABLE}: decide its edges and add it there"),
            );
            continue;
        };
        for extra in uses.difference(expected) {
            let line = line_naming(tree.text(path).unwrap_or_default(), extra);
            let text =
                format!("`{name}` may not depend on `{extra}`: remove the edge, or decide it in {TABLE} and {PAGE}");
            report.find(RULE, path, line, text);
        }
        for missing in expected.difference(uses) {
            let text =
                format!("`{name}` does not depend on `{missing}` although {TABLE} says so: take it out of the table");
            report.find(RULE, path, 1, text);
        }
    }
    for name in table.keys().filter(|name| !manifests.contains_key(*name)) {
        report.find(
            RULE,
            TABLE,
            1,
            format!("there is no crate `{name}`: take it out of the table"),
        );
    }
    page(tree, report);
}

/// For each crate, by short name, its manifest and the workspace crates it depends on.
fn manifests(tree: &Tree, report: &mut Report) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut found = Vec::new();
    for (path, file) in tree.files() {
        let folder = path.strip_suffix("/Cargo.toml").unwrap_or_default();
        if folder != "xtask" && folder.strip_prefix("crates/").is_none_or(|name| name.contains('/')) {
            continue;
        }
        match file.text.parse::<toml::Table>() {
            Ok(manifest) => found.push((path.to_owned(), manifest)),
            Err(why) => report.find(RULE, path, 1, format!("is not TOML, correct it: {}", why.message())),
        }
    }
    let members: BTreeSet<String> = found.iter().map(|(_, manifest)| package(manifest)).collect();
    let uses = |manifest: &toml::Table| {
        dependencies(manifest)
            .intersection(&members)
            .map(|name| short(name))
            .collect()
    };
    found
        .iter()
        .map(|(path, manifest)| (short(&package(manifest)), (path.clone(), uses(manifest))))
        .collect()
}

fn package(manifest: &toml::Table) -> String {
    let name = manifest
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(toml::Value::as_str);
    name.unwrap_or_default().to_owned()
}

/// Package names in every table of dependencies except the development ones, target tables included.
fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for kind in ["dependencies", "build-dependencies"] {
        for (name, value) in manifest.get(kind).and_then(toml::Value::as_table).into_iter().flatten() {
            found.insert(
                value
                    .get("package")
                    .and_then(toml::Value::as_str)
                    .unwrap_or(name)
                    .to_owned(),
            );
        }
    }
    let targets = manifest
        .get("target")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flatten();
    found.extend(targets.filter_map(|(_, table)| table.as_table()).flat_map(dependencies));
    found
}

fn short(package: &str) -> String {
    package.strip_prefix("naru-").unwrap_or(package).to_owned()
}

fn line_naming(text: &str, name: &str) -> usize {
    let starts = |line: &str| line.starts_with(&format!("naru-{name}")) || line.starts_with(name);
    text.lines().position(starts).map_or(1, |index| index + 1)
}

/// Holds the table on the page against the one in `tidy.toml`.
fn page(tree: &Tree, report: &mut Report) {
    let Some(text) = tree.text(PAGE) else {
        report.find(
            RULE,
            PAGE,
            1,
            format!("is missing: write it, with the edges in a block that begins with {FENCE}"),
        );
        return;
    };
    let Some(start) = text.lines().position(|line| line.trim() == FENCE) else {
        report.find(
            RULE,
            PAGE,
            1,
            format!("does not show the edges: add a block that begins with {FENCE}"),
        );
        return;
    };
    let block = text
        .lines()
        .skip(start + 1)
        .take_while(|line| !line.trim_start().starts_with("```"));
    let shown: Edges = block.filter_map(edge_line).collect();
    if shown == tree.config.edges {
        return;
    }
    for name in shown.keys().chain(tree.config.edges.keys()) {
        if shown.get(name) != tree.config.edges.get(name) {
            let text = format!("the line of `{name}` differs from {TABLE}: make the two agree");
            report.find(RULE, PAGE, start + 1, text);
        }
    }
}

/// Reads `crate -> a, b`; nothing, `(none)` and `-` all mean that there is no edge.
fn edge_line(line: &str) -> Option<(String, BTreeSet<String>)> {
    let (name, uses) = line.split_once("->")?;
    let uses = uses
        .split(',')
        .map(str::trim)
        .filter(|name| !matches!(*name, "" | "-" | "(none)" | "none"));
    Some((name.trim().to_owned(), uses.map(str::to_owned).collect()))
}

#[cfg(test)]
mod tests {
    use crate::rules::findings;

    const TOML: (&str, &str) = ("xtask/tidy.toml", "[edges]\ncore = []\nweb = [\"core\"]\n");
    const PAGE: (&str, &str) = (
        "ARCHITECTURE.md",
        "# x\n```text crate-edges\ncore -> (none)\nweb  -> core\n```\n",
    );
    const CORE: (&str, &str) = (
        "crates/core/Cargo.toml",
        "[package]\nname = \"naru-core\"\n[dependencies]\ntime = \"1\"\n",
    );
    const WEB: &str = "[package]\nname = \"naru-web\"\n[dependencies]\nnaru-core.workspace = true\n";

    #[test]
    fn equal_edges_pass_and_development_ones_are_free() {
        let free = "[package]\nname = \"naru-core\"\n[dev-dependencies]\nnaru-web.workspace = true\n";
        assert!(findings("edges", &[TOML, PAGE, CORE, ("crates/web/Cargo.toml", WEB)]).is_empty());
        let tree = [
            TOML,
            PAGE,
            ("crates/core/Cargo.toml", free),
            ("crates/web/Cargo.toml", WEB),
        ];
        assert!(findings("edges", &tree).is_empty());
    }

    #[test]
    fn an_extra_a_missing_and_an_unknown_edge_are_found() {
        let extra = "[package]\nname = \"naru-core\"\n[target.x.dependencies]\nnaru-web.workspace = true\n";
        let missing = "[package]\nname = \"naru-web\"\n";
        let unknown = "[package]\nname = \"naru-new\"\n";
        let tree = [
            TOML,
            PAGE,
            ("crates/core/Cargo.toml", extra),
            ("crates/web/Cargo.toml", missing),
            ("crates/new/Cargo.toml", unknown),
        ];
        let found = findings("edges", &tree);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            found[0].starts_with("crates/core/Cargo.toml:4: `core` may not depend on `web`"),
            "{found:?}"
        );
        assert!(found[1].contains("`new` is not in"), "{found:?}");
        assert!(found[2].contains("`web` does not depend on `core`"), "{found:?}");
    }

    #[test]
    fn the_page_must_show_the_same_table() {
        let web = ("crates/web/Cargo.toml", WEB);
        let other = (
            "ARCHITECTURE.md",
            "```text crate-edges\ncore ->\nweb -> core, crypto\n```\n",
        );
        assert!(findings("edges", &[TOML, other, CORE, web])[0].contains("the line of `web` differs"));
        assert!(findings("edges", &[TOML, CORE, web])[0].contains("is missing"));
        assert!(findings("edges", &[TOML, ("ARCHITECTURE.md", "# x"), CORE, web])[0].contains("does not show"));
    }
}
