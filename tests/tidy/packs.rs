//! Language packs: every folder is in the table and has fixtures. That every query compiles, and
//! that the fixtures show every pattern, is tested beside the packs.

use std::{collections::BTreeSet, path::Path};

use grammars::Language;

use crate::tree::{Entry, Problem};

const SECTION: &str = "style: Queries and language packs";

/// The languages compiled into the server against the folders of the tree.
pub(crate) fn complete(entries: &[Entry], languages: &[Language]) -> Vec<Problem> {
    let mut acc = Vec::new();
    let folders: BTreeSet<&str> = entries.iter().filter_map(|it| pack_of(&it.path)).collect();
    for id in &folders {
        let manifest = format!("grammars/{id}/language.toml");
        let mut say = |message: &str| {
            acc.push(Problem::new(&manifest, 1, message.to_owned(), SECTION));
        };
        if !entries.iter().any(|it| it.path == manifest) {
            say("the pack has no `language.toml`");
        } else if !languages.iter().any(|it| it.id == *id) {
            say("the pack is not in the table of languages");
        }
        let has_fixture =
            |it: &Entry| Path::new(&it.path).starts_with(format!("grammars/{id}/fixtures"));
        if !entries.iter().any(has_fixture) {
            say("the pack has no fixtures");
        }
    }
    acc
}

/// The pack that `path` is part of.
fn pack_of(path: &str) -> Option<&str> {
    let (folder, _) = path.strip_prefix("grammars/")?.split_once('/')?;
    (!matches!(folder, "src" | "tests")).then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_needs_a_manifest_and_fixtures() {
        let entry = |path: &str| Entry { path: path.to_owned(), bytes: 1 };
        let found = complete(&[entry("grammars/lisp/tags.scm"), entry("grammars/src/lib.rs")], &[]);
        let messages: Vec<&str> = found.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(messages, ["the pack has no `language.toml`", "the pack has no fixtures"]);
    }
}
