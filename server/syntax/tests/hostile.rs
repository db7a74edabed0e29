//! Texts made to break or to hang: facts are always given, in bounded time and without a deep
//! stack.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its fixtures")]

use std::fmt::Write as _;

use syntax::{FileFacts, facts, folding_ranges, parse, selection_ranges};
use text::{Rope, TextSize};

/// Facts, foldings and selections of `text` in a thread with a small stack.
fn check(path: &'static str, text: String) -> FileFacts {
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || {
        let language = grammars::language_for_path(path, "").unwrap();
        let facts = facts(path, &text, language);
        let parse = parse(path, &Rope::from_str(&text), language, None);
        assert_eq!(*parse.facts().references, *facts.references);
        folding_ranges(&parse);
        let selected = selection_ranges(&parse, TextSize::from_usize(text.len() / 2));
        assert!(selected.is_sorted_by(|a, b| b.contains_range(*a)));
        facts
    });
    thread.unwrap().join().unwrap()
}

#[test]
fn too_deep_nesting_is_given_up_and_says_so() {
    let n = 60_000;
    let text = format!("fn f() {{ {}let x = 1;{} }}", "{".repeat(n), "}".repeat(n));
    let facts = check("a.rs", text);
    assert!(facts.gave_up && facts.symbols.is_empty() && !facts.chunks.is_empty());
}

/// Nesting that overflows a stack where anything goes down by calls.
fn depth() -> usize {
    if std::env::var_os("RUN_SLOW_TESTS").is_some() { 100_000 } else { 4_000 }
}

#[test]
fn deep_nesting_is_read() {
    let n = depth();
    check("a.rs", format!("fn f() {{ {}x{} }}", "(".repeat(n), ")".repeat(n)));
    check("a.rs", format!("fn f() {{ {}let x = 1;{} }}", "{".repeat(n), "}".repeat(n)));
    check("a.py", format!("x = {}1{}", "[".repeat(n), "]".repeat(n)));
    check("a.json", format!("{}1{}", "{\"a\":".repeat(n), "}".repeat(n)));
    check("a.js", format!("f({}0{})", "a.b(".repeat(n), ")".repeat(n)));
}

#[test]
fn unfinished_nesting_is_read() {
    check("a.rs", "fn f() { ".repeat(depth() / 20));
    check("a.js", "a(".repeat(depth() / 20));
    check("a.py", "x = [".repeat(depth() / 20));
}

/// Facts alone of `n` times `line`; foldings and selections are another matter.
fn facts_of_lines(path: &str, line: &str, n: usize) -> FileFacts {
    facts(path, &line.repeat(n), grammars::language_for_path(path, "").unwrap())
}

#[test]
fn rows_of_brackets_are_given_up_before_they_cost_their_square() {
    for (path, line) in [("a.json", "[\n"), ("a.py", "(\n"), ("a.js", "= \n")] {
        assert!(facts_of_lines(path, line, 40_000).gave_up, "{path} {line:?}");
        assert!(!facts_of_lines(path, line, 1_000).gave_up, "{path} {line:?}");
    }
}

#[test]
fn long_lines_and_odd_bytes_are_read() {
    let mut line = String::new();
    for index in 0..depth() {
        let _ = write!(line, "x{index} = {{a: {index}}}; ");
    }
    let found = check("a.js", line);
    assert!(depth() <= found.references.len() + found.symbols.len());
    check("a.rs", "\0\u{feff}fn \u{301}f() {}\r\r\n\n\u{2028}".to_owned());
    check("a.py", String::new());
    check("a.md", "\n".repeat(1000));
}

#[test]
fn names_of_any_length_are_kept_or_left_out() {
    let long = "a".repeat(syntax::NAME_BYTES_MAX + 1);
    let facts = check("a.rs", format!("fn {long}() {{ b({long}) }}"));
    let names: Vec<&str> = facts.names.iter().map(|(_, it)| it).collect();
    assert_eq!(names, ["b"]);
}

/// Signs and words that some grammar treats in a way of its own.
const TOKENS: [&str; 64] = [
    "a",
    "b1",
    "0x",
    "1",
    "\"",
    "'",
    "`",
    "/*",
    "*/",
    "//",
    "#",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    ",",
    ";",
    ":",
    "::",
    ".",
    "..",
    "=",
    "=>",
    "->",
    "+",
    "-",
    "*",
    "/",
    "&",
    "|",
    "!",
    "?",
    "@",
    "$",
    "\\",
    "%",
    "\n",
    " ",
    "\t",
    "\r",
    "\0",
    "\u{202e}",
    "\u{1f600}",
    "\"\"\"",
    "<<E\n",
    "${",
    "<!--",
    "-->",
    "<?php ",
    "---\n",
    "```",
    "r#\"",
    "if ",
    "def ",
    "fn ",
    "class ",
    "[==[",
    "{\"a\":",
    "- ",
    "a: ",
];

/// The next of a row of numbers, from 0 to below `n`.
fn random(state: &mut u64, n: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 11) as usize % n
}

#[test]
fn a_text_that_is_given_up_within_a_character_ends_nothing() {
    let language = grammars::language("lua").unwrap();
    for shift in 0..4 {
        let text = format!("{}{}", "a".repeat(shift), "[==[😀".repeat(20_000));
        assert!(facts("a.lua", &text, language).gave_up);
    }
}

#[test]
fn facts_of_any_shape_in_any_language_are_no_larger_than_its_text() {
    let n_seeds = if std::env::var_os("RUN_SLOW_TESTS").is_some() { 60 } else { 3 };
    for (nth, language) in grammars::LANGUAGES.iter().enumerate() {
        for seed in 1..=n_seeds {
            let mut state = (seed * 64 + nth as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let unit = |state: &mut u64| {
                let n_tokens = 1 + random(state, 4);
                (0..n_tokens).map(|_| TOKENS[random(state, 64)]).collect::<String>()
            };
            let (open, close) = (unit(&mut state), unit(&mut state));
            let text = format!("{}{}", open.repeat(1_000), close.repeat(random(&mut state, 1_000)));
            let found = facts("a", &text, language);
            let n_facts = found.symbols.len() + found.references.len() + found.scopes.len();
            let what = format!("{} seed {seed}: {open:?} {close:?}", language.id);
            assert!(n_facts <= 8 * text.len() + 8, "{what}: {n_facts}");
            assert!(found.doc_links.len() <= text.len(), "{what}");
            let covered: u32 = found.chunks.iter().map(|it| it.range.len().raw()).sum();
            assert!(covered as usize <= text.len(), "{what}: {covered}");
        }
    }
}
