//! The files of this repository as the checks see them, and what a check says of one.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use crate::rust::RustFile;

/// Folders that hold no source: what is built, what is installed, what belongs to a tool.
const FOLDERS_SKIPPED: &[&str] =
    &["target", "node_modules", "dist", ".git", ".vscode-test", ".aios"];

/// What a check found.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// Relative to the root of the repository.
    pub(crate) path: String,
    /// From 1.
    pub(crate) line: usize,
    /// What is wrong, and what would be right.
    pub(crate) message: String,
    /// The section of the style guide or of the design that says why, by its title.
    pub(crate) section: &'static str,
}

impl Problem {
    pub(crate) fn new(path: &str, line: usize, message: String, section: &'static str) -> Problem {
        Problem { path: path.to_owned(), line, message, section }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {} ({})", self.path, self.line, self.message, self.section)
    }
}

/// A file of the repository, relative to its root.
pub(crate) struct Entry {
    pub(crate) path: String,
    pub(crate) bytes: u64,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).expect("the crate lies two folders below the root").to_owned()
}

/// All files of the repository, sorted by path.
pub(crate) fn entries() -> Vec<Entry> {
    let mut acc = Vec::new();
    collect(&root(), "", &mut acc);
    acc.sort_by(|a, b| a.path.cmp(&b.path));
    acc
}

fn collect(folder: &Path, prefix: &str, acc: &mut Vec<Entry>) {
    let listed = fs::read_dir(folder).expect("folders of the source tree can be listed");
    for entry in listed.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(kind) = entry.file_type() else { continue };
        let path = format!("{prefix}{name}");
        if kind.is_dir() {
            if !FOLDERS_SKIPPED.contains(&name.as_str()) {
                collect(&entry.path(), &format!("{path}/"), acc);
            }
        } else if kind.is_file() {
            // Gone between listing and asking: then there is nothing to check.
            let Ok(metadata) = entry.metadata() else { continue };
            acc.push(Entry { path, bytes: metadata.len() });
        }
    }
}

/// The text of the file at `path`; `None` where there is no such file or it is no text.
pub(crate) fn read(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// Every Rust file, parsed; fixtures are data. A dozen tests look at all of them, so they are
/// parsed once.
pub(crate) fn rust_files() -> &'static [RustFile] {
    static FILES: LazyLock<Vec<RustFile>> = LazyLock::new(parse_rust_files);
    &FILES
}

fn parse_rust_files() -> Vec<RustFile> {
    let mut files: Vec<RustFile> = entries()
        .into_iter()
        .filter(|it| it.path.ends_with(".rs") && !it.path.contains("/fixtures/"))
        .filter_map(|it| Some(RustFile::parse(&it.path, read(&it.path)?)))
        .collect();
    let tests: Vec<String> = files.iter().flat_map(RustFile::test_modules).collect();
    for file in &mut files {
        let is_in = |module: &String| {
            let rest = file.path.strip_prefix(module.as_str());
            rest.is_some_and(|it| it == ".rs" || it.starts_with('/'))
        };
        if tests.iter().any(is_in) {
            file.set_test();
        }
    }
    files
}

/// The crate that owns `path`: `store` for `server/store/src/lib.rs`.
pub(crate) fn crate_of(path: &str) -> Option<&str> {
    let mut parts = path.split('/');
    match parts.next()? {
        "server" => parts.next().filter(|_| parts.next().is_some()),
        "grammars" => Some("grammars"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_belong_to_the_crate_of_their_folder() {
        assert_eq!(crate_of("server/store/src/lib.rs"), Some("store"));
        assert_eq!(crate_of("grammars/src/lib.rs"), Some("grammars"));
        assert_eq!(crate_of("server/README.md"), None);
        assert_eq!(crate_of("tests/sim/main.rs"), None);
    }

    #[test]
    fn the_tree_is_found_and_holds_this_very_file() {
        assert!(entries().iter().any(|it| it.path == "tests/tidy/tree.rs"));
        assert!(entries().iter().all(|it| !it.path.starts_with("target/")));
    }

    #[test]
    fn a_problem_names_file_line_rule_and_section() {
        let problem = Problem::new("a.rs", 3, "too long".to_owned(), "style: Size and shape");
        assert_eq!(problem.to_string(), "a.rs:3: too long (style: Size and shape)");
    }
}
