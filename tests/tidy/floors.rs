//! Who may know whom: the floors of the root manifest against the manifest of every crate.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::tree::Problem;

const SECTION: &str = "design: Floors";

/// Crates of the registry that only some of ours may use: what they stand for has one owner.
const HOMES: &[(&str, &[&str])] = &[
    ("tower-lsp", &["lsp"]),
    ("rusqlite", &["store"]),
    ("usearch", &["store"]),
    ("ignore", &["disk"]),
    ("notify", &["disk"]),
    ("tree-sitter", &["grammars", "syntax"]),
    ("ropey", &["text"]),
    ("ureq", &["models"]),
    ("tokio", &["engine", "lsp", "aios"]),
    ("clap", &["aios", "xtask"]),
    ("indicatif", &["aios"]),
    ("anyhow", &["lsp", "aios", "xtask"]),
    // A type that crosses a wire or a disk belongs to whoever puts it there.
    ("serde", &["settings", "sandbox", "store", "models", "lsp", "aios"]),
];

/// The root manifest: the floor of each crate, and where each member lies.
pub(crate) struct Floors {
    /// Crate to floor.
    floors: BTreeMap<String, u64>,
    /// Folder of each member.
    pub(crate) members: Vec<String>,
}

impl Floors {
    pub(crate) fn read(root: &str) -> Floors {
        let root: Table = root.parse().expect("cargo has parsed the root manifest already");
        let workspace = root["workspace"].as_table().expect("the root manifest is a workspace");
        let mut floors = BTreeMap::new();
        let listed = workspace.get("metadata").and_then(|it| it.get("floors"));
        for (floor, crates) in listed.and_then(Value::as_table).into_iter().flatten() {
            let floor = floor.parse().expect("floors are numbered");
            for name in crates.as_array().into_iter().flatten().filter_map(Value::as_str) {
                floors.insert(name.to_owned(), floor);
            }
        }
        let members = workspace.get("members").and_then(Value::as_array);
        let members = members.into_iter().flatten().filter_map(Value::as_str);
        Floors { floors, members: members.map(str::to_owned).collect() }
    }

    /// Every member stands on a floor, and every crate on a floor is a member.
    pub(crate) fn complete(&self) -> Vec<Problem> {
        let name_of = |it: &str| it.rsplit('/').next().unwrap_or(it).to_owned();
        let names: Vec<String> = self.members.iter().map(|it| name_of(it)).collect();
        let without = names.iter().filter(|it| !self.floors.contains_key(*it));
        let unknown = self.floors.keys().filter(|it| !names.contains(it));
        without
            .map(|it| format!("`{it}` stands on no floor of [workspace.metadata.floors]"))
            .chain(unknown.map(|it| format!("`{it}` is on a floor but is no member")))
            .map(|message| Problem::new("Cargo.toml", 1, message, SECTION))
            .collect()
    }

    /// The dependencies of the crate whose manifest is `text` at `path`.
    pub(crate) fn check(&self, path: &str, text: &str) -> Vec<Problem> {
        let table: Table = text.parse().expect("cargo has parsed this manifest already");
        let own = table["package"]["name"].as_str().expect("a crate has a name").to_owned();
        let mut acc = Vec::new();
        let lints = table.get("lints").and_then(|it| it.get("workspace"));
        if lints.and_then(Value::as_bool) != Some(true) {
            let message = format!("`{own}` takes no lints from the workspace: `[lints]`");
            acc.push(Problem::new(path, 1, message, SECTION));
        }
        for (section, dependencies) in sections(&table) {
            for (name, value) in dependencies {
                let mut say = |message: String| {
                    acc.push(Problem::new(path, line_of(text, name), message, SECTION));
                };
                if let Some(message) = self.edge(&own, name, section == "dev-dependencies") {
                    say(message);
                }
                let is_here = value.get("workspace").is_none();
                if is_here && own != "grammars" {
                    say(format!(
                        "`{name}`: versions stand in the root manifest; `workspace = true`"
                    ));
                }
            }
        }
        acc
    }

    fn edge(&self, own: &str, name: &str, is_dev: bool) -> Option<String> {
        if !is_dev && let Some((_, homes)) = HOMES.iter().find(|(it, _)| *it == name) {
            let is_home = homes.contains(&own);
            return (!is_home).then(|| format!("`{name}` belongs to {} only", homes.join(", ")));
        }
        let theirs = self.floors.get(name)?;
        let ours = self.floors.get(own)?;
        if is_dev && name == "fixture" {
            return None;
        }
        if name == "fixture" {
            return Some("`fixture` is for tests: [dev-dependencies]".to_owned());
        }
        (theirs >= ours).then(|| {
            format!("`{own}` (floor {ours}) knows `{name}` (floor {theirs}); only lower floors")
        })
    }
}

/// Each table of dependencies in a manifest, those of single targets too.
fn sections(table: &Table) -> Vec<(&str, &Table)> {
    let targets = table.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flatten().filter_map(|(_, it)| it.as_table());
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    [table]
        .into_iter()
        .chain(targets)
        .flat_map(|it| kinds.map(|kind| (kind, it.get(kind).and_then(Value::as_table))))
        .filter_map(|(kind, it)| Some((kind, it?)))
        .collect()
}

fn line_of(text: &str, name: &str) -> usize {
    let is_it =
        |line: &str| line.strip_prefix(name).is_some_and(|it| it.starts_with(['.', ' ', '=']));
    text.lines().position(is_it).map_or(1, |it| it + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = r#"
[workspace]
members = ["server/text", "server/vfs", "server/graph", "server/fixture"]
[workspace.metadata.floors]
0 = ["text", "fixture"]
1 = ["vfs"]
2 = ["graph"]
"#;

    #[track_caller]
    fn check(name: &str, dependencies: &str, expected: &[&str]) {
        let package = format!("[package]\nname = \"{name}\"");
        let manifest = format!("{package}\n{dependencies}\n[lints]\nworkspace = true");
        let found = Floors::read(ROOT).check("server/x/Cargo.toml", &manifest);
        let found: Vec<String> =
            found.iter().map(|it| format!("{}: {}", it.line, it.message)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn only_lower_floors_are_known() {
        check("graph", "[dependencies]\ntext.workspace = true\nvfs.workspace = true", &[]);
        check(
            "vfs",
            "[dependencies]\ngraph.workspace = true",
            &["4: `vfs` (floor 1) knows `graph` (floor 2); only lower floors"],
        );
        check(
            "vfs",
            "[target.'cfg(unix)'.dependencies]\ngraph.workspace = true",
            &["4: `vfs` (floor 1) knows `graph` (floor 2); only lower floors"],
        );
    }

    #[test]
    fn fixture_is_for_tests_of_any_floor() {
        check("text", "[dev-dependencies]\nfixture.workspace = true", &[]);
        check(
            "graph",
            "[dependencies]\nfixture.workspace = true",
            &["4: `fixture` is for tests: [dev-dependencies]"],
        );
    }

    #[test]
    fn what_is_outside_has_one_owner_and_one_version() {
        check(
            "graph",
            "[dependencies]\nrusqlite.workspace = true",
            &["4: `rusqlite` belongs to store only"],
        );
        check(
            "graph",
            "[dependencies]\ntoml = \"1\"",
            &["4: `toml`: versions stand in the root manifest; `workspace = true`"],
        );
    }

    #[test]
    fn lints_come_from_the_workspace() {
        let manifest = "[package]\nname = \"text\"\n";
        assert_eq!(Floors::read(ROOT).check("a", manifest).len(), 1);
    }

    #[test]
    fn every_crate_stands_on_a_floor() {
        assert!(Floors::read(ROOT).complete().is_empty());
        let broken = ROOT.replace("1 = [\"vfs\"]", "1 = [\"vsf\"]");
        assert_eq!(Floors::read(&broken).complete().len(), 2);
    }
}
