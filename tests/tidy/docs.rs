//! Documents that say what the code says: they are wrong the day the code changes, unless this
//! fails.

use crate::{rust::RustFile, tree::Problem};

const SECTION: &str = "style: Commits, docs, releases";

/// The map of crates in `server/README.md` lists exactly the crates of the workspace: each has a
/// line of a table that begins with its name in backticks.
pub(crate) fn crate_map(readme: &str, crates: &[String]) -> Vec<Problem> {
    let path = "server/README.md";
    let listed: Vec<(usize, &str)> = readme
        .lines()
        .enumerate()
        .filter_map(|(row, line)| Some((row + 1, first_cell(line)?)))
        .collect();
    let mut acc = Vec::new();
    for name in crates.iter().filter(|name| !listed.iter().any(|(_, it)| it == name)) {
        let message = format!("the map of crates has no line for `{name}`");
        acc.push(Problem::new(path, 1, message, SECTION));
    }
    acc
}

/// The name in `| `name` | …`.
fn first_cell(line: &str) -> Option<&str> {
    let cell = line.strip_prefix('|')?.split('|').next()?.trim();
    cell.strip_prefix('`')?.strip_suffix('`').filter(|it| !it.contains('`'))
}

/// Folders named in the README's table that are no crates (any more).
pub(crate) fn crates_gone(readme: &str, crates: &[String]) -> Vec<Problem> {
    let mut in_map = false;
    let mut acc = Vec::new();
    for (row, line) in readme.lines().enumerate() {
        if line.starts_with('|') && line.contains("crate") {
            in_map = true;
        } else if !line.starts_with('|') {
            in_map = false;
        }
        let Some(name) = first_cell(line).filter(|_| in_map) else { continue };
        if !crates.iter().any(|it| it == name) {
            let message = format!("the map of crates lists `{name}`, which is no crate");
            acc.push(Problem::new("server/README.md", row + 1, message, SECTION));
        }
    }
    acc
}

/// Words of the code that users meet: string literals that begin with one of `prefixes`, such as
/// the names of commands and methods (`aios.` and `aios/`).
pub(crate) fn public_words(file: &RustFile, prefixes: &[&str]) -> Vec<(String, usize)> {
    let mut acc = Vec::new();
    file.each(|node| {
        if node.kind() != "string_literal" || file.is_test(node) {
            return;
        }
        let word = file.text_of(node).trim_matches('"');
        let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '/' | '_' | '-');
        let is_word =
            prefixes.iter().any(|it| word.strip_prefix(it).is_some_and(|it| !it.is_empty()));
        if is_word && word.chars().all(is_name) && !word.ends_with(['.', '/']) {
            acc.push((word.to_owned(), file.line_of(node)));
        }
    });
    acc
}

/// Words of `file` that no document explains.
pub(crate) fn undocumented(file: &RustFile, prefixes: &[&str], documents: &str) -> Vec<Problem> {
    let mut words = public_words(file, prefixes);
    words.sort();
    words.dedup_by(|a, b| a.0 == b.0);
    words
        .into_iter()
        .filter(|(word, _)| !documents.contains(&format!("`{word}`")))
        .map(|(word, line)| {
            let message = format!("`{word}` is met by users and explained in no document");
            Problem::new(&file.path, line, message, SECTION)
        })
        .collect()
}

/// Settings that no document explains; `schema` is the file that has their keys.
pub(crate) fn settings(keys: &[&str], schema: &str, documents: &str) -> Vec<Problem> {
    let path = "server/settings/src/schema.rs";
    let line = |key: &str| {
        let quoted = format!("\"{key}\"");
        schema.lines().position(|it| it.contains(&quoted)).map_or(1, |it| it + 1)
    };
    let is_explained = |key: &str| {
        documents.contains(&format!("`{key}`")) || documents.contains(&format!("`aios.{key}`"))
    };
    keys.iter()
        .filter(|key| !is_explained(key))
        .map(|key| {
            let message = format!("the setting `{key}` is explained in no document");
            Problem::new(path, line(key), message, SECTION)
        })
        .collect()
}

/// Links of the document at `path` to files of this repository that are not there.
pub(crate) fn links(path: &str, text: &str, exists: &dyn Fn(&str) -> bool) -> Vec<Problem> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut acc = Vec::new();
    let mut in_code = false;
    for (row, line) in text.lines().enumerate() {
        in_code ^= line.trim_start().starts_with("```");
        for (at, _) in line.match_indices("](").filter(|_| !in_code) {
            let target = line[at + 2..].split([')', ' ', '#']).next().unwrap_or_default();
            if target.is_empty() || target.contains(':') || exists(&join(folder, target)) {
                continue;
            }
            let message = format!("links to `{target}`, which is not there");
            acc.push(Problem::new(path, row + 1, message, SECTION));
        }
    }
    acc
}

/// `target` as seen from `folder`, without `.` and `..`.
fn join(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The changelog has a place for what is not released yet.
pub(crate) fn changelog(text: &str) -> Option<Problem> {
    if text.lines().any(|it| it == "## Unreleased") {
        return None;
    }
    let message = "there is no `## Unreleased`, in which users read what is new".to_owned();
    Some(Problem::new("CHANGELOG.md", 1, message, SECTION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_and_the_crates_agree() {
        let crates = ["text".to_owned(), "vfs".to_owned()];
        let readme =
            "| crate | floor |\n| --- | --- |\n| `text` | 0 |\n| `gone` | 1 |\n\n| `other` |\n";
        assert_eq!(
            crate_map(readme, &crates)[0].message,
            "the map of crates has no line for `vfs`"
        );
        let gone = crates_gone(readme, &crates);
        assert_eq!(gone.len(), 1);
        assert_eq!(gone[0].line, 4);
    }

    #[test]
    fn settings_and_news_are_explained() {
        let found = settings(&["preview", "watch"], "a\nkey: \"watch\"", "set `aios.preview`");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 2);
        assert!(changelog("# News\n\n## Unreleased\n").is_none());
        assert!(changelog("# News\n").is_some());
    }

    #[test]
    fn links_lead_somewhere() {
        let text = "[a](b.md) [c](../d.md#e) [f](https://example.org)\n```\n[g](h)\n```\n";
        let found = links("server/README.md", text, &|it| it == "server/b.md");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].message.contains("../d.md"));
        assert!(links("server/README.md", text, &|it| !it.contains("..")).is_empty());
    }

    #[test]
    fn words_that_users_meet_are_explained() {
        let text = "const A: &str = \"aios.search\";\nconst B: &str = \"aios/tree\";\n\
                    const C: &str = \"aios is here\";\n";
        let file = RustFile::parse("server/lsp/src/a.rs", text.to_owned());
        let found = undocumented(&file, &["aios.", "aios/"], "see `aios.search`");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 2);
    }
}
