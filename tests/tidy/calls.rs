//! What code may reach: each outside thing has one crate that touches it, everyone else gets
//! values.

use tree_sitter::Node;

use crate::{
    rust::RustFile,
    tree::{Problem, crate_of},
};

/// A path that only some crates may name.
struct Door {
    prefixes: &'static [&'static str],
    crates: &'static [&'static str],
    why: &'static str,
}

const FLOORS: &str = "design: Floors";

/// Crates that may read clocks: the engine, what stands above it, and who kills at a deadline.
const CLOCKS: &[&str] = &["sandbox", "engine", "lsp", "aios"];

const DOORS: &[Door] = &[
    Door {
        prefixes: &["std::fs", "std::os::unix::fs", "tokio::fs"],
        // `sandbox` looks into /proc, and at what of the machine a command may see.
        crates: &["disk", "store", "sandbox", "aios", "xtask"],
        why: "files are read and written by `disk`, `store` and `aios` only; take a `&dyn Loader`",
    },
    Door {
        prefixes: &["std::process::Command", "std::process::Child", "tokio::process"],
        crates: &["sandbox", "aios", "xtask"],
        why: "processes are started by `sandbox` and `aios` only",
    },
    Door {
        prefixes: &["std::process::exit", "std::process::abort"],
        crates: &["aios"],
        why: "only the binary ends the process",
    },
    Door {
        prefixes: &["std::net", "std::os::unix::net", "tokio::net"],
        // `fixture` is test support: its stand-in for a provider listens on this machine.
        crates: &["models", "web", "fixture"],
        why: "only `models` speaks to a network",
    },
    Door {
        prefixes: &["ureq"],
        crates: &["models"],
        why: "only `models` speaks to a network; use `&dyn ChatModel`",
    },
    Door {
        prefixes: &["rusqlite", "usearch"],
        crates: &["store"],
        why: "only `store` knows its database; use `&dyn Store`",
    },
    Door {
        prefixes: &["tower_lsp", "lsp_types"],
        crates: &["lsp"],
        why: "only `lsp` knows the protocol; take plain values",
    },
    Door {
        // `disk` is woken by the operating system when files change; `sandbox` waits for processes.
        prefixes: &["std::thread", "tokio"],
        crates: &["disk", "sandbox", "fixture", "engine", "lsp", "aios"],
        why: "threads and futures belong to the engine and above; below, only values",
    },
    Door {
        prefixes: &[
            "std::time::Instant::now",
            "std::time::SystemTime::now",
            "Instant::now",
            "SystemTime::now",
            "jiff::Timestamp::now",
            "Timestamp::now",
            "jiff::Zoned::now",
            "Zoned::now",
        ],
        crates: CLOCKS,
        why: "time comes in as an argument (`now`); a clock read here makes the simulation lie",
    },
    Door {
        prefixes: &["std::collections::HashMap", "std::collections::HashSet"],
        // The protocol's own types hold these maps.
        crates: &["lsp"],
        why: "maps are `FxHashMap`, or `BTreeMap` where the order can be seen",
    },
    Door {
        prefixes: &["anyhow"],
        crates: &["lsp", "web", "mcp", "aios", "xtask"],
        why: "`anyhow` only on floors 8 and 9; below, an enum of the crate",
    },
];

/// Paths in `use` lines and in code that lead to a door of another crate.
pub(crate) fn doors(file: &RustFile) -> Vec<Problem> {
    let Some(own) = crate_of(&file.path) else { return Vec::new() };
    let mut acc = Vec::new();
    let mut check = |path: &str, node: Node<'_>| {
        if file.is_test(node) {
            return;
        }
        let plain: String = path.chars().filter(|it| !it.is_whitespace()).collect();
        let door = DOORS.iter().find(|door| {
            !door.crates.contains(&own) && door.prefixes.iter().any(|it| leads_to(&plain, it))
        });
        if let Some(door) = door {
            let message = format!("`{plain}` in `{own}`: {}", door.why);
            acc.push(Problem::new(&file.path, file.line_of(node), message, FLOORS));
        }
    };
    for (path, node) in file.uses() {
        check(&path, node);
    }
    file.each(|node| {
        let is_path = matches!(node.kind(), "scoped_identifier" | "scoped_type_identifier");
        let is_inner = node.parent().is_some_and(|it| it.kind().starts_with("scoped_"));
        let in_use = || ancestors(node).any(|it| it.kind() == "use_declaration");
        if is_path && !is_inner && !in_use() {
            check(file.text_of(node), node);
        }
    });
    acc
}

fn leads_to(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn ancestors(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(node.parent(), |it| it.parent())
}

/// `unwrap` is for tests; `expect` says why it cannot fail; nothing is left undone.
pub(crate) fn panics(file: &RustFile) -> Vec<Problem> {
    let mut acc = Vec::new();
    let mut say = |node: Node<'_>, message: &str| {
        acc.push(Problem::new(&file.path, file.line_of(node), message.to_owned(), "style: Errors"));
    };
    file.each(|node| {
        if file.is_test(node) {
            return;
        }
        match node.kind() {
            "call_expression" => match (method(file, node), argument(file, node)) {
                (Some("unwrap"), None) => {
                    say(
                        node,
                        "`unwrap` outside tests: return the error, or `expect` with a reason",
                    );
                }
                (Some("expect"), Some(reason))
                    if reason.starts_with('"') && reason.split_whitespace().count() < 3 =>
                {
                    say(node, "`expect` says why it cannot fail, in a few words");
                }
                _ => {}
            },
            "macro_invocation" => match macro_name(file, node) {
                "todo" | "unimplemented" => say(node, "something is left undone here"),
                "dbg" => say(node, "`dbg!` is for the desk, not for the tree"),
                _ => {}
            },
            _ => {}
        }
    });
    acc
}

/// Nothing but the binary writes to its standard streams: in `aios lsp` they carry the protocol.
pub(crate) fn prints(file: &RustFile) -> Vec<Problem> {
    let own = crate_of(&file.path);
    let mut acc = Vec::new();
    file.each(|node| {
        let is_print = node.kind() == "macro_invocation"
            && matches!(macro_name(file, node), "println" | "print" | "eprintln" | "eprint");
        if is_print && own.is_some_and(|it| it != "aios") && !file.is_test(node) {
            let message = "prints: log with `tracing`, or return the text".to_owned();
            acc.push(Problem::new(&file.path, file.line_of(node), message, FLOORS));
        }
    });
    acc
}

/// Tests wait for nothing and skip nothing.
pub(crate) fn tests_rules(file: &RustFile) -> Vec<Problem> {
    let mut acc = Vec::new();
    file.each(|node| {
        let text = || file.text_of(node);
        let message = match node.kind() {
            "attribute_item" if text().starts_with("#[ignore") => {
                "`#[ignore]`: a test that does not run says nothing"
            }
            "attribute_item" if text().starts_with("#[should_panic") => {
                "`#[should_panic]` passes for the wrong panic, too: check values"
            }
            "static_item" if text().contains("static mut ") => "`static mut`: pass the value",
            _ => return,
        };
        acc.push(Problem::new(&file.path, file.line_of(node), message.to_owned(), "style: Tests"));
    });
    acc
}

/// The name of the method that `call` calls.
fn method<'t>(file: &'t RustFile, call: Node<'t>) -> Option<&'t str> {
    let function = call.child_by_field_name("function")?;
    let field = function.child_by_field_name("field")?;
    (function.kind() == "field_expression").then(|| file.text_of(field))
}

/// The first argument of `call`.
fn argument<'t>(file: &'t RustFile, call: Node<'t>) -> Option<&'t str> {
    let first = call.child_by_field_name("arguments")?.named_child(0)?;
    Some(file.text_of(first))
}

fn macro_name<'t>(file: &'t RustFile, node: Node<'t>) -> &'t str {
    node.child_by_field_name("macro").map_or("", |it| file.text_of(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> RustFile {
        RustFile::parse(path, text.to_owned())
    }

    #[track_caller]
    fn check_doors(path: &str, text: &str, expected: usize) {
        let found = doors(&file(path, text));
        assert_eq!(found.len(), expected, "{found:?}");
    }

    #[test]
    fn files_are_opened_in_their_crates_only() {
        check_doors("server/graph/src/a.rs", "use std::{fmt, fs};", 1);
        check_doors("server/graph/src/a.rs", "fn a() { std::fs::read(\"x\"); }", 1);
        check_doors("server/graph/src/a.rs", "use std::{fmt, path::Path};", 0);
        check_doors("server/disk/src/a.rs", "use std::fs::{self, File};", 0);
        check_doors("server/graph/src/a.rs", "#[cfg(test)]\nmod tests { use std::fs; }", 0);
        check_doors("server/graph/tests/a.rs", "use std::fs;", 0);
    }

    #[test]
    fn clocks_and_threads_belong_to_the_engine() {
        let text = "use std::time::Instant;\nfn a() { let now = Instant::now(); }";
        check_doors("server/proposal/src/a.rs", text, 1);
        check_doors("server/engine/src/a.rs", text, 0);
        check_doors("server/ide/src/a.rs", "fn a() { std::thread::spawn(|| ()); }", 1);
        check_doors("server/ide/src/a.rs", "use std::sync::mpsc; fn a() { tokio::spawn(b()); }", 1);
    }

    #[test]
    fn the_protocol_and_the_database_have_one_crate_each() {
        check_doors("server/store/src/a.rs", "use tower_lsp::lsp_types::Range;", 1);
        check_doors("server/memory/src/a.rs", "fn a(db: &rusqlite::Connection) {}", 1);
        check_doors("server/lsp/src/a.rs", "use tower_lsp::lsp_types::Range;", 0);
    }

    #[test]
    fn unwrap_and_empty_reasons_are_for_tests() {
        let lines = |text: &str| -> Vec<usize> {
            panics(&file("server/x/src/a.rs", text)).iter().map(|it| it.line).collect()
        };
        assert_eq!(lines("fn a() {\n b.unwrap();\n c.unwrap_or(1);\n todo!();\n}"), [2, 4]);
        assert_eq!(lines("fn a() { b.expect(\"ok\"); }"), [1]);
        assert!(lines("fn a() { b.expect(\"the event came from a known file\"); }").is_empty());
        assert!(lines("#[test]\nfn a() { b.unwrap(); }").is_empty());
        assert!(lines("fn a() { self.expect(Token::Comma); }").is_empty());
    }

    #[test]
    fn only_the_binary_prints() {
        let text = "fn a() { println!(\"x\"); }";
        assert_eq!(prints(&file("server/lsp/src/a.rs", text)).len(), 1);
        assert!(prints(&file("server/aios/src/a.rs", text)).is_empty());
        assert!(prints(&file("grammars/build.rs", text)).is_empty());
    }

    #[test]
    fn ignored_tests_are_found() {
        let text = "#[test]\n#[ignore = \"slow\"]\nfn a() {}";
        assert_eq!(tests_rules(&file("tests/x.rs", text)).len(), 1);
    }
}
