//! Names that say nothing: a type or a module called so has no boundary.

use crate::{rust::RustFile, tree::Problem};

const BANNED: &[&str] = &["manager", "helper", "util", "common", "misc", "processor", "impl"];

const TYPES: &[&str] =
    &["struct_item", "enum_item", "union_item", "trait_item", "type_item", "mod_item"];

const SECTION: &str = "style: Names";

/// What lies at the top of the tree, besides files that begin with a dot.
const TOP: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "editors",
    "grammars",
    "server",
    "tests",
];

/// Types and modules inside a file.
pub(crate) fn banned(file: &RustFile) -> Vec<Problem> {
    let mut acc = Vec::new();
    file.each(|node| {
        if !TYPES.contains(&node.kind()) {
            return;
        }
        let Some(name) = node.child_by_field_name("name").map(|it| file.text_of(it)) else {
            return;
        };
        if let Some(word) = banned_word(name) {
            let message = format!("`{name}`: `{word}` does not say what it does, nor what not");
            acc.push(Problem::new(&file.path, file.line_of(node), message, SECTION));
        }
    });
    acc
}

/// Folders and files.
pub(crate) fn banned_in_path(path: &str) -> Option<Problem> {
    // A build folder of an installed editor is not ours to name; what is ours is Rust or Lua here.
    if !path.ends_with(".rs") {
        return None;
    }
    let word = path.split('/').find_map(|it| banned_word(it.split('.').next().unwrap_or(it)))?;
    let message = format!("`{word}` in a path does not say what is there, nor what is not");
    Some(Problem::new(path, 1, message, SECTION))
}

/// Files that lie where the design has no room for any.
pub(crate) fn stray(path: &str) -> Option<Problem> {
    let top = path.split('/').next().unwrap_or(path);
    if top.starts_with('.') || TOP.contains(&top) {
        return None;
    }
    let message = format!("`{top}` is no part of the top of the tree: {}", TOP.join(" "));
    Some(Problem::new(path, 1, message, "design: Folders"))
}

/// The banned word in `name`, which is in camel case or in snake case.
fn banned_word(name: &str) -> Option<&'static str> {
    let mut words: Vec<String> = vec![String::new()];
    for c in name.chars() {
        if c == '_' || c == '-' || c.is_uppercase() {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().expect("there is always a last word").extend(c.to_lowercase());
        }
    }
    BANNED
        .iter()
        .copied()
        .find(|banned| words.iter().any(|it| it == banned || it.strip_suffix('s') == Some(banned)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banned_words_are_found_as_words_only() {
        let file = |text: &str| RustFile::parse("server/x/src/a.rs", text.to_owned());
        assert_eq!(
            banned(&file("struct SearchHelper;\nmod utils {}\ntrait IndexerImpl {}")).len(),
            3
        );
        assert!(
            banned(&file("struct Simple; mod implementation {} enum Commonality {}")).is_empty()
        );
    }

    #[test]
    fn what_lies_about_is_found() {
        assert!(stray("h/a.html").is_some());
        assert!(stray("notes.txt").is_some());
        assert!(stray(".ci/run").is_none());
        assert!(stray("server/README.md").is_none());
    }

    #[test]
    fn paths_are_names_too() {
        assert!(banned_in_path("server/x/src/common/a.rs").is_some());
        assert!(banned_in_path("server/x/src/util.rs").is_some());
        assert!(banned_in_path("server/x/src/rank.rs").is_none());
    }
}
