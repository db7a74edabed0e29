//! A Rust file with its syntax tree: which parts are tests, and where its functions, names and
//! calls are.

use std::ops::Range;

use tree_sitter::{Node, Parser, Tree};

/// A Rust file, parsed.
pub(crate) struct RustFile {
    pub(crate) path: String,
    pub(crate) text: String,
    tree: Tree,
    /// Byte ranges of items that only tests have.
    tests: Vec<Range<usize>>,
    /// The file holds tests and nothing else.
    is_test: bool,
}

impl RustFile {
    pub(crate) fn parse(path: &str, text: String) -> RustFile {
        let language = grammars::language("rust").expect("the pack for Rust is in the tree");
        let mut parser = Parser::new();
        parser.set_language(&language.grammar()).expect("the grammar fits this tree-sitter");
        let tree = parser.parse(&text, None).expect("parsing has no limit here");
        let mut file =
            RustFile { path: path.to_owned(), text, tree, tests: Vec::new(), is_test: false };
        file.is_test = is_test_path(path);
        file.tests = file.test_ranges();
        file
    }

    /// The text of `node`.
    pub(crate) fn text_of(&self, node: Node<'_>) -> &str {
        &self.text[node.byte_range()]
    }

    /// The line of `node`, from 1.
    pub(crate) fn line_of(&self, node: Node<'_>) -> usize {
        node.start_position().row + 1
    }

    /// True where `node` is part of a test.
    pub(crate) fn is_test(&self, node: Node<'_>) -> bool {
        let start = node.start_byte();
        self.is_test || self.tests.iter().any(|it| it.contains(&start))
    }

    /// Lines that are no tests.
    pub(crate) fn code_lines(&self) -> usize {
        let lines = |it: &Range<usize>| self.text[it.clone()].matches('\n').count() + 1;
        self.text.lines().count().saturating_sub(self.tests.iter().map(lines).sum())
    }

    /// All nodes of the tree, outer before inner, with their kinds.
    pub(crate) fn each<'t>(&'t self, mut visit: impl FnMut(Node<'t>)) {
        let mut cursor = self.tree.walk();
        loop {
            visit(cursor.node());
            if cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    /// Makes the whole file a test.
    pub(crate) fn set_test(&mut self) {
        self.is_test = true;
    }

    fn test_ranges(&self) -> Vec<Range<usize>> {
        let mut acc: Vec<Range<usize>> = Vec::new();
        self.each(|node| {
            if !matches!(
                node.kind(),
                "mod_item" | "function_item" | "impl_item" | "use_declaration"
            ) {
                return;
            }
            let is_nested = acc.iter().any(|it| it.contains(&node.start_byte()));
            if !is_nested && self.attributes(node).iter().any(|it| is_test_attribute(it)) {
                acc.push(node.byte_range());
            }
        });
        acc
    }

    /// The attributes right above `node`, as written.
    fn attributes(&self, node: Node<'_>) -> Vec<&str> {
        let mut acc = Vec::new();
        let mut above = node.prev_named_sibling();
        while let Some(it) = above {
            match it.kind() {
                "attribute_item" => acc.push(self.text_of(it)),
                "line_comment" | "block_comment" => {}
                _ => break,
            }
            above = it.prev_named_sibling();
        }
        acc
    }

    /// Modules in files of their own that only tests have (`#[cfg(test)] mod model;`), as the paths
    /// where those files may be.
    pub(crate) fn test_modules(&self) -> Vec<String> {
        let stem = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
        let folder = if matches!(name, "lib" | "main" | "mod") { folder } else { stem };
        let mut acc = Vec::new();
        self.each(|node| {
            let is_elsewhere =
                node.kind() == "mod_item" && node.child_by_field_name("body").is_none();
            if is_elsewhere && self.attributes(node).iter().any(|it| is_test_attribute(it)) {
                let name = node.child_by_field_name("name").map_or("", |it| self.text_of(it));
                acc.push(format!("{folder}/{name}"));
            }
        });
        acc
    }

    /// Every name that a `use` brings in, as a whole path: `use std::{fs, io::Read}` gives two.
    pub(crate) fn uses(&self) -> Vec<(String, Node<'_>)> {
        let mut acc = Vec::new();
        self.each(|node| {
            if node.kind() == "use_declaration"
                && let Some(argument) = node.child_by_field_name("argument")
            {
                self.expand_use(argument, "", &mut acc);
            }
        });
        acc
    }

    fn expand_use<'t>(&'t self, node: Node<'t>, prefix: &str, acc: &mut Vec<(String, Node<'t>)>) {
        let join = |name: &str| match prefix {
            "" => name.to_owned(),
            _ => format!("{prefix}::{name}"),
        };
        match node.kind() {
            "scoped_use_list" => {
                let path = node.child_by_field_name("path").map_or("", |it| self.text_of(it));
                let prefix = join(path);
                if let Some(list) = node.child_by_field_name("list") {
                    self.expand_use(list, &prefix, acc);
                }
            }
            "use_list" => {
                let mut cursor = node.walk();
                for child in node.named_children(&mut cursor) {
                    self.expand_use(child, prefix, acc);
                }
            }
            "use_as_clause" => {
                if let Some(path) = node.child_by_field_name("path") {
                    acc.push((join(self.text_of(path)), node));
                }
            }
            "self" => acc.push((prefix.to_owned(), node)),
            "line_comment" | "block_comment" => {}
            _ => acc.push((join(self.text_of(node)), node)),
        }
    }
}

/// Folders and files whose whole content is tests or support for them.
fn is_test_path(path: &str) -> bool {
    let is_folder = path.split('/').any(|it| matches!(it, "tests" | "benches" | "examples"));
    let file_name = path.rsplit('/').next().unwrap_or(path);
    is_folder || matches!(file_name, "tests.rs" | "build.rs")
}

fn is_test_attribute(attribute: &str) -> bool {
    let plain: String = attribute.chars().filter(|it| !it.is_whitespace()).collect();
    plain == "#[test]" || plain.starts_with("#[cfg(test)") || plain.starts_with("#[cfg(all(test")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> RustFile {
        RustFile::parse("server/x/src/a.rs", text.to_owned())
    }

    #[test]
    fn uses_are_expanded_to_whole_paths() {
        let file = file("use std::{fs, io::{self, Read as R}};\nuse a::*;");
        let uses: Vec<String> = file.uses().into_iter().map(|(path, _)| path).collect();
        assert_eq!(uses, ["std::fs", "std::io", "std::io::Read", "a::*"]);
    }

    #[test]
    fn test_modules_and_functions_are_known_as_tests() {
        let file = file(
            "fn a() {}\n#[cfg(test)]\n// Why.\nmod tests {\n    fn b() {}\n}\n#[test]\nfn c() {}\n",
        );
        let mut res = Vec::new();
        file.each(|node| {
            if node.kind() == "function_item" {
                res.push(file.is_test(node));
            }
        });
        assert_eq!(res, [false, true, true]);
        assert_eq!(file.code_lines(), 8 - 4);
    }

    #[test]
    fn files_of_test_modules_are_found_beside_their_parent() {
        let text = "mod a;\n#[cfg(test)]\nmod model;\n";
        let lib = RustFile::parse("server/x/src/lib.rs", text.to_owned());
        assert_eq!(lib.test_modules(), ["server/x/src/model"]);
        let other = RustFile::parse("server/x/src/b.rs", text.to_owned());
        assert_eq!(other.test_modules(), ["server/x/src/b/model"]);
    }

    #[test]
    fn folders_of_tests_and_build_scripts_are_tests() {
        assert!(is_test_path("tests/sim/main.rs"));
        assert!(is_test_path("server/ide/src/rename/tests.rs"));
        assert!(is_test_path("grammars/build.rs"));
        assert!(!is_test_path("server/ide/src/rename.rs"));
    }
}
