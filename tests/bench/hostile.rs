//! What texts cost that were made to cost much: each kind of them in each language, indexed by a
//! process of its own.
//!
//! By default a few of them, which must stay within the bounds. `RUN_BENCHES=1 cargo test --release
//! --test bench hostile -- --nocapture` tries all and prints the dearest.

use std::{fs, thread};

use crate::{Cost, index};

/// No text may cost more memory, nor, in a release build, more CPU time.
const PEAK_MB_MAX: f64 = 300.0;
const CPU_S_MAX: f64 = if cfg!(debug_assertions) { 30.0 } else { 5.0 };

/// So many are printed.
const PRINTED: usize = 12;

/// A piece of text, how often it stands there, and what follows it as often.
type Made = (&'static str, &'static str, usize, &'static str);

const TEXTS: [Made; 26] = [
    ("pairs of words", "a a\n", 5_000, ""),
    ("words in a line", "word ", 200_000, ""),
    ("one word", "a", 1_000_000, ""),
    ("short lines", "a\n", 200_000, ""),
    ("blank lines", "\n", 500_000, ""),
    ("numbers", "1, ", 300_000, ""),
    ("unclosed brackets", "(", 20_000, ""),
    ("rows of brackets", "[\n", 40_000, ""),
    ("nested brackets", "(", 100_000, ")"),
    ("nested braces", "{", 20_000, "}"),
    ("nested keys", "{\"a\":", 20_000, "}"),
    ("unclosed generics", "a<", 10_000, ""),
    ("unclosed types", "<a ", 8_000, ""),
    ("unclosed tags", "<a>", 20_000, ""),
    ("unclosed calls", "f(a ", 10_000, ""),
    ("unclosed comments", "/* ", 10_000, ""),
    ("unclosed quotes", "\"a\" 'b ", 10_000, ""),
    ("unclosed heredocs", "<<E\n", 5_000, ""),
    ("unclosed templates", "${a ", 10_000, ""),
    ("arrows", "a => ", 8_000, ""),
    ("cases", "case a: ", 5_000, ""),
    ("broken functions", "def f( { a a;\n", 4_000, ""),
    ("else without if", "} else { ", 10_000, ""),
    ("list items", "- a\n", 50_000, ""),
    ("headings", "# a\n", 50_000, ""),
    ("combining marks", "e\u{301} ", 50_000, ""),
];

fn text_of((_, piece, n, end): Made) -> String {
    format!("{}{}\n", piece.repeat(n), end.repeat(n))
}

/// What one text cost in the language of `extension`, and how it was read.
struct Tried {
    what: String,
    cost: Cost,
    read_as: String,
}

/// A unit, and how much of it a text cost.
type Key = (&'static str, fn(&Tried) -> f64);

fn try_text(extension: &str, made: Made) -> Tried {
    let scratch = tempfile::tempdir().expect("a temporary folder can be made");
    let root = scratch.path().join("work");
    fs::create_dir(&root).expect("a folder is made");
    fs::write(root.join(format!("a.{extension}")), text_of(made)).expect("a file is written");
    let (cost, summary) = index(&root, &scratch.path().join("state"));
    let read_as = match summary["skipped"].as_u64() {
        Some(0) => "parsed",
        _ => "left out or read as text",
    };
    Tried { what: format!("{}: {}", extension, made.0), cost, read_as: read_as.to_owned() }
}

#[test]
fn hostile_texts_cost_bounded_time_and_memory() {
    let is_real = std::env::var_os("RUN_BENCHES").is_some();
    let all = grammars::LANGUAGES.iter().filter_map(|it| it.extensions.first());
    let extensions: Vec<&str> = all.copied().filter(|it| is_real || *it == "java").collect();
    let texts = TEXTS.iter().step_by(if is_real { 1 } else { 8 });
    let cases: Vec<(&str, Made)> =
        texts.flat_map(|made| extensions.iter().map(|it| (*it, *made))).collect();
    let n_threads = thread::available_parallelism().map_or(1, usize::from);
    let mut tried: Vec<Tried> = thread::scope(|scope| {
        let shares = cases.chunks(cases.len().div_ceil(n_threads));
        let running: Vec<_> = shares
            .map(|share| {
                scope.spawn(|| {
                    share.iter().map(|(it, made)| try_text(it, *made)).collect::<Vec<Tried>>()
                })
            })
            .collect();
        running.into_iter().flat_map(|it| it.join().expect("each says what failed")).collect()
    });
    let n_read = tried.iter().filter(|it| it.read_as == "parsed").count();
    println!("{} texts, {n_read} of them parsed", tried.len());
    let keys: [Key; 2] = [("CPU s", |it| it.cost.cpu_s), ("MB", |it| it.cost.peak_mb)];
    for (unit, key) in keys {
        tried.sort_by(|a, b| key(b).total_cmp(&key(a)));
        for it in tried.iter().take(PRINTED) {
            println!("{:>8.2} {unit:<6} {}, {}", key(it), it.what, it.read_as);
        }
    }
    for it in &tried {
        let is_bounded = it.cost.cpu_s <= CPU_S_MAX && it.cost.peak_mb <= PEAK_MB_MAX;
        assert!(is_bounded, "{}: {:?}", it.what, it.cost);
    }
}
