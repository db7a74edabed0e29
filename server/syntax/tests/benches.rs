//! What facts cost: CPU time beside that of a bare parse with the grammar's own tags query, and
//! memory. `RUN_BENCHES=1 AIOS_BENCH_ROOT=<folder>` measures all Rust files of a folder; without,
//! two small checks of the same code run on the sources of this crate.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its fixtures")]

use std::{env, fs, path::Path, path::PathBuf};

use syntax::{FileFacts, facts, input_edit, parse};
use text::{Rope, TextRange, TextSize};
use tree_sitter::{Parser, Query, QueryCursor, StreamingIterator};

fn runs_benches() -> bool {
    env::var_os("RUN_BENCHES").is_some()
}

/// Nanoseconds this thread has run.
fn cpu_ns() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

fn timed<T>(acc: &mut u64, f: impl FnOnce() -> T) -> T {
    let before = cpu_ns();
    let res = f();
    *acc += cpu_ns() - before;
    res
}

fn rust_files(folder: &Path, acc: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, acc);
        } else if path.extension().is_some_and(|it| it == "rs") {
            acc.push(path);
        }
    }
    acc.sort();
}

#[test]
fn facts_of_a_tree_of_files() {
    let root = match env::var_os("AIOS_BENCH_ROOT") {
        Some(root) if runs_benches() => PathBuf::from(root),
        _ => Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
    };
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    let texts: Vec<String> = files.iter().map(|it| fs::read_to_string(it).unwrap()).collect();
    let language = grammars::language("rust").unwrap();
    let tags = Query::new(&language.grammar(), TAGS).unwrap();
    language.query().unwrap();
    let (mut bare_ns, mut facts_ns, mut encode_ns, mut decode_ns) = (0, 0, 0, 0);
    let (mut n_bytes, mut n_lines, mut n_tags) = (0, 0, 0);
    let mut all: Vec<FileFacts> = Vec::new();
    let mut encoded_len = 0;
    for (file, text) in files.iter().zip(&texts) {
        n_tags += timed(&mut bare_ns, || bare(&language.grammar(), &tags, text));
        let path = file.strip_prefix(&root).unwrap().to_string_lossy();
        let facts = timed(&mut facts_ns, || facts(&path, text, language));
        let bytes = timed(&mut encode_ns, || facts.to_bytes());
        let again = timed(&mut decode_ns, || FileFacts::from_bytes(&bytes)).unwrap();
        assert_eq!(again.symbols, facts.symbols, "{path}");
        assert_eq!(again.references, facts.references, "{path}");
        assert!(!facts.gave_up, "{path}");
        n_bytes += text.len();
        n_lines += facts.lines.n_lines();
        encoded_len += bytes.len();
        all.push(facts);
    }
    assert!(0 < n_tags);
    if runs_benches() {
        let ms = |ns: u64| ns / 1_000_000;
        report(&format!(
            "{} files, {n_lines} lines, {n_bytes} bytes\n\
             bare parse + tags {} ms, facts {} ms, ratio {:.2}\n\
             encode {} ms, decode {} ms, {encoded_len} bytes encoded\n{}",
            files.len(),
            ms(bare_ns),
            ms(facts_ns),
            facts_ns as f64 / bare_ns as f64,
            ms(encode_ns),
            ms(decode_ns),
            sizes(&all),
        ));
    }
}

fn bare(grammar: &tree_sitter::Language, tags: &Query, text: &str) -> usize {
    let mut parser = Parser::new();
    parser.set_language(grammar).unwrap();
    let tree = parser.parse(text, None).unwrap();
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(tags, tree.root_node(), text.as_bytes());
    let mut n = 0;
    while matches.next().is_some() {
        n += 1;
    }
    n
}

/// What the facts hold in memory, by list.
fn sizes(all: &[FileFacts]) -> String {
    let count = |f: fn(&FileFacts) -> (usize, usize)| {
        let each = all.iter().map(f);
        each.fold((0, 0), |acc, it| (acc.0 + it.0, acc.1 + it.1))
    };
    let lists: [(&str, (usize, usize)); 6] = [
        ("references", count(|it| (it.references.len(), size_of_val(&*it.references)))),
        ("symbols", count(|it| (it.symbols.len(), size_of_val(&*it.symbols)))),
        ("details", count(|it| (it.details.len(), size_of_val(&*it.details)))),
        ("scopes", count(|it| (it.scopes.len(), size_of_val(&*it.scopes)))),
        ("chunks", count(|it| (it.chunks.len(), size_of_val(&*it.chunks)))),
        (
            "names and lines",
            count(|it| {
                let (arena, ends) = it.names.parts();
                let lines = it.lines.n_lines() as usize;
                (it.names.len(), arena.len() + ends.len() * 4 + lines * 5)
            }),
        ),
    ];
    let total: usize = lines_total(&lists);
    let lines = lists.iter().map(|(name, (n, bytes))| format!("{name} {n}: {bytes} bytes\n"));
    lines.collect::<String>() + &format!("all {total} bytes")
}

fn lines_total(lists: &[(&str, (usize, usize))]) -> usize {
    lists.iter().map(|(_, (_, bytes))| bytes).sum()
}

#[allow(clippy::print_stderr, reason = "a benchmark is read by people")]
fn report(text: &str) {
    eprintln!("{text}");
}

#[test]
fn a_keystroke_in_a_large_file() {
    let (root, n_places) = match env::var_os("AIOS_BENCH_ROOT") {
        Some(root) if runs_benches() => (PathBuf::from(root), 20),
        _ => (Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), 2),
    };
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    let read = |it: &PathBuf| (it.clone(), fs::read_to_string(it).unwrap());
    let mut texts: Vec<(PathBuf, String)> = files.iter().map(read).collect();
    texts.sort_by_key(|(_, text)| std::cmp::Reverse(text.lines().count()));
    for (path, text) in texts.iter().take(if runs_benches() { 5 } else { 1 }) {
        type_into(&path.to_string_lossy(), text, n_places);
    }
}

/// A file of nothing but short functions has most facts for its size.
#[test]
fn a_keystroke_in_a_flat_file() {
    let (n_functions, n_keys) = if runs_benches() { (10_000, 200) } else { (100, 5) };
    let function = |it| format!("fn typed_{it}() {{ typed_0(); }}\n");
    let language = grammars::language("rust").unwrap();
    let mut rope = Rope::from_str(&(0..n_functions).map(function).collect::<String>());
    let mut last = parse("a.rs", &rope, language, None);
    last.facts();
    let mut all_ns = Vec::new();
    for key in 1..=n_keys {
        let at = TextSize::from_usize(rope.line_to_byte(key * 37 % n_functions) + 12);
        let edit = input_edit(&rope, TextRange::empty(at), "x");
        rope.insert(rope.byte_to_char(at.to_usize()), "x");
        let next = parse("a.rs", &rope, language, Some((&last, &[edit])));
        let mut ns = 0;
        timed(&mut ns, || next.facts().symbols.len());
        all_ns.push(ns);
        // What the text before had is given back while the user waits, too.
        timed(all_ns.last_mut().unwrap(), || last = next);
    }
    assert_eq!(**last.facts(), facts("a.rs", &rope.to_string(), language));
    if runs_benches() {
        all_ns.sort_unstable();
        let us = |percent: usize| all_ns[(all_ns.len() - 1) * percent / 100] / 1_000;
        report(&format!(
            "{n_functions} functions in a row: {n_keys} keystrokes, best {} us, p50 {} us, \
             p95 {} us, p99 {} us",
            us(0),
            us(50),
            us(95),
            us(99)
        ));
    }
}

/// Types letter by letter behind statements all over the text.
fn type_into(what: &str, text: &str, n_places: usize) {
    let language = grammars::language("rust").unwrap();
    let mut rope = Rope::from_str(text);
    let mut last = parse("a.rs", &rope, language, None);
    let mut whole_ns = 0;
    timed(&mut whole_ns, || last.facts().symbols.len());
    let (mut all_ns, mut parse_all_ns) = (Vec::new(), Vec::new());
    for place in 0..n_places {
        let from = rope.len_lines() / (n_places + 1) * (place + 1);
        let ends = |it: &usize| rope.line(*it).to_string().ends_with(";\n");
        let Some(line) = (from..rope.len_lines()).find(ends) else { continue };
        let mut at = TextSize::from_usize(rope.line_to_byte(line + 1));
        for index in 0..TYPED.len() {
            let new = &TYPED[index..=index];
            let edit = input_edit(&rope, TextRange::empty(at), new);
            rope.insert(rope.byte_to_char(at.to_usize()), new);
            at = at + TextSize::new(1);
            let (mut parse_ns, mut facts_ns) = (0, 0);
            let next = parse("a.rs", &rope, language, Some((&last, &[edit])));
            timed(&mut parse_ns, || next.errors());
            assert!(0 < timed(&mut facts_ns, || next.facts().symbols.len()));
            parse_all_ns.push(parse_ns);
            all_ns.push(parse_ns + facts_ns);
            if env::var_os("AIOS_BENCH_KEYS").is_some() {
                let (parse, facts) = (parse_ns / 1000, facts_ns / 1000);
                report(&format!("line {line} {new:?}: parse {parse} us, facts {facts} us"));
            }
            last = next;
        }
    }
    assert_eq!(last.facts().references, facts("a.rs", &rope.to_string(), language).references);
    if runs_benches() {
        let us = |all: &mut Vec<u64>, percent: usize| {
            all.sort_unstable();
            all[(all.len() - 1) * percent / 100] / 1000
        };
        report(&format!(
            "{what}, {} lines: facts of the whole tree {} us; {} keystrokes, p50 {} us, p95 {} us, \
             p99 {} us; of that the reparse p50 {} us, p99 {} us",
            rope.len_lines(),
            whole_ns / 1000,
            all_ns.len(),
            us(&mut all_ns, 50),
            us(&mut all_ns, 95),
            us(&mut all_ns, 99),
            us(&mut parse_all_ns, 50),
            us(&mut parse_all_ns, 99),
        ));
    }
}

const TYPED: &str = "    let fresh = other.call(1);\n";

/// `queries/tags.scm` of tree-sitter-rust 0.24, without its comments: the yardstick.
const TAGS: &str = r#"
(struct_item
    name: (type_identifier) @name) @definition.class
(enum_item
    name: (type_identifier) @name) @definition.class
(union_item
    name: (type_identifier) @name) @definition.class
(type_item
    name: (type_identifier) @name) @definition.class
(declaration_list
    (function_item
        name: (identifier) @name) @definition.method)
(function_item
    name: (identifier) @name) @definition.function
(trait_item
    name: (type_identifier) @name) @definition.interface
(mod_item
    name: (identifier) @name) @definition.module
(macro_definition
    name: (identifier) @name) @definition.macro
(call_expression
    function: (identifier) @name) @reference.call
(call_expression
    function: (field_expression
        field: (field_identifier) @name)) @reference.call
(macro_invocation
    macro: (identifier) @name) @reference.call
(impl_item
    trait: (type_identifier) @name) @reference.implementation
(impl_item
    type: (type_identifier) @name
    !trait) @reference.implementation
"#;
