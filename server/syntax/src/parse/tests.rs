//! Facts renewed by the nodes that are new are the facts of the whole tree, whatever is typed.

use std::{fmt, sync::Arc};

use text::{Rope, TextRange};

use crate::{FileFacts, Parse, facts, input_edit, parse, parse::Known};

/// A small generator: the same seed types the same text everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

/// Types `n` random edits into `text`, each from pieces of the text itself and from signs that
/// change how it parses, and compares after each.
fn check(path: &str, text: &str, seed: u64, n: usize) {
    let language = grammars::language_for_path(path, "").unwrap();
    let mut random = Random(seed);
    let mut rope = Rope::from_str(text);
    let mut last = parse(path, &rope, language, None);
    last.facts();
    for step in 0..n {
        // Several edits may come before anybody asks again, and of some only the tree is wanted.
        for _ in 0..=random.below(3) {
            if random.below(4) == 0 {
                last.errors();
            }
            let (range, new) = edit(&rope, text, &mut random);
            let edit = input_edit(&rope, range, &new);
            let start = rope.byte_to_char(range.start().to_usize());
            let end = rope.byte_to_char(range.end().to_usize());
            rope.remove(start..end);
            rope.insert(start, &new);
            last = parse(path, &rope, language, Some((&last, &[edit])));
        }
        assert_same(&last, (seed, step));
    }
}

fn edit(rope: &Rope, text: &str, random: &mut Random) -> (TextRange, String) {
    const SIGNS: [&str; 20] = [
        "{", "}", "(", ")", "\"", "'", ";", ",", "\n", " ", "a", "self.", "::", "fn f() {", "}\n",
        "/*", "*/", "x = 1\n", "#", "é",
    ];
    let from = random.below(rope.len_chars() + 1);
    let n_removed = if random.below(2) == 0 { 0 } else { random.below(12) };
    let to = (from + n_removed).min(rope.len_chars());
    let range = TextRange::from_usize(rope.char_to_byte(from), rope.char_to_byte(to));
    let new = match random.below(4) {
        0 => String::new(),
        1 => {
            let mut cut = random.below(text.len());
            while !text.is_char_boundary(cut) {
                cut -= 1;
            }
            text[cut..].chars().take(random.below(60)).collect()
        }
        _ => SIGNS[random.below(SIGNS.len())].to_owned(),
    };
    (range, new)
}

fn assert_same(parse: &Parse, (seed, step): (u64, usize)) {
    let text = parse.rope().to_string();
    let place = format!("{}, seed {seed}, step {step}", parse.path);
    let renewed = parse.facts();
    let known = Known { tree: parse.known.tree.clone(), ..Known::default() };
    let whole_tree = Parse { known: Arc::new(known), ..parse.clone() };
    if let Some(difference) = difference(renewed, whole_tree.facts()) {
        panic!("{place}: {difference}\nin\n{text}");
    }
    // How a broken text parses depends on how it came about; a sound one parses in one way.
    let whole_text = facts(&parse.path, &text, parse.language());
    if renewed.errors.is_empty()
        && whole_text.errors.is_empty()
        && let Some(difference) = difference(renewed, &whole_text)
    {
        panic!("{place}, whole text: {difference}\nin\n{text}");
    }
}

/// The first thing that differs.
fn difference(a: &FileFacts, b: &FileFacts) -> Option<String> {
    fn first<T: PartialEq + fmt::Debug>(what: &str, a: &[T], b: &[T]) -> Option<String> {
        let at = (0..a.len().max(b.len())).find(|it| a.get(*it) != b.get(*it))?;
        Some(format!("{what} {at}: {:?} but {:?}", a.get(at), b.get(at)))
    }
    let ranges = |it: &FileFacts| it.references.iter().map(|it| it.range()).collect::<Vec<_>>();
    first("scope", &a.scopes, &b.scopes)
        .or_else(|| first("reference", &ranges(a), &ranges(b)))
        .or_else(|| first("reference", &a.references, &b.references))
        .or_else(|| first("symbol", &a.symbols, &b.symbols))
        .or_else(|| first("import", &a.imports, &b.imports))
        .or_else(|| first("error", &a.errors, &b.errors))
        .or_else(|| first("chunk", &a.chunks, &b.chunks))
        .or_else(|| (a != b).then(|| "something else".to_owned()))
}

#[test]
fn rust_facts_are_renewed_exactly() {
    let fixtures = [
        include_str!("../../../../grammars/rust/fixtures/definitions.rs"),
        include_str!("../../../../grammars/rust/fixtures/bodies.rs"),
        include_str!("../names.rs"),
    ];
    for seed in 0..seeds() {
        check("a.rs", fixtures[seed as usize % fixtures.len()], seed, 25);
    }
}

#[test]
fn python_facts_are_renewed_exactly() {
    let fixtures = [
        include_str!("../../../../grammars/python/fixtures/definitions.py"),
        include_str!("../../../../grammars/python/fixtures/locals.py"),
        include_str!("../../../../grammars/python/fixtures/imports.py"),
    ];
    for seed in 0..seeds() {
        check("a.py", fixtures[seed as usize % fixtures.len()], seed, 25);
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test reads its fixtures")]
fn facts_of_every_language_are_renewed_exactly() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grammars");
    for language in &grammars::LANGUAGES {
        let fixtures = std::fs::read_dir(folder.join(language.id).join("fixtures")).unwrap();
        let mut files: Vec<_> = fixtures.map(|it| it.unwrap().path()).collect();
        files.sort();
        for (index, file) in files.iter().enumerate() {
            let text = std::fs::read_to_string(file).unwrap();
            let path = file.to_string_lossy();
            if grammars::language_for_path(&path, "") == Some(language) {
                let only = std::env::var("PACK");
                if only.is_ok_and(|it| it != language.id) {
                    continue;
                }
                check(&path, &text, index as u64, 4 * seeds() as usize);
            }
        }
    }
}

/// `SEEDS=200` looks further.
fn seeds() -> u64 {
    std::env::var("SEEDS").ok().and_then(|it| it.parse().ok()).unwrap_or(6)
}

#[test]
fn nothing_is_parsed_before_somebody_asks() {
    let language = grammars::language("rust").unwrap();
    let mut rope = Rope::from_str("fn f() {}\n");
    let mut last = parse("a.rs", &rope, language, None);
    for _ in 0..3 {
        let edit = input_edit(&rope, TextRange::from_usize(0, 0), "// a\n");
        rope.insert(0, "// a\n");
        last = parse("a.rs", &rope, language, Some((&last, &[edit])));
        assert!(!last.is_parsed());
    }
    let clone = last.clone();
    assert_eq!(last.facts().symbols.len(), 1);
    assert!(clone.is_parsed());
}

/// What is known after `new` was put in place of `old` in `text`; true where no tree was needed.
fn replaced(path: &str, text: &str, old: &str, new: &str) -> (Parse, bool) {
    let language = grammars::language_for_path(path, "").unwrap();
    let mut rope = Rope::from_str(text);
    let before = parse(path, &rope, language, None);
    before.facts();
    let start = text.find(old).unwrap();
    let range = TextRange::from_usize(start, start + old.len());
    let edit = input_edit(&rope, range, new);
    text::edit_rope(&mut rope, range, new).unwrap();
    let after = parse(path, &rope, language, Some((&before, &[edit])));
    assert_eq!(**after.facts(), facts(path, &rope.to_string(), language), "{path}");
    let is_parsed = after.is_parsed();
    (after, !is_parsed)
}

#[test]
fn an_edit_of_one_function_needs_no_tree_of_the_file() {
    let files = [
        (
            "a.rs",
            "/// One.\nfn one() { b(1); }\n\n/// B.\nfn b(n: u8) { let edit = n; }\nfn c() {}\n",
        ),
        ("a.go", "package a\nfunc one() { two(1) }\nfunc two(n int) { edit := n }\nfunc c() {}\n"),
        (
            "a.py",
            "import os\ndef one():\n    b(1)\n\ndef b(n):\n    edit = n\n\ndef c():\n    pass\n",
        ),
        (
            "a.ts",
            "function a() { b(1); }\nfunction b(n: number) { const edit = n; }\nfunction c() {}\n",
        ),
        (
            "a.js",
            "function one() { two(1); }\nfunction two(n) { const edit = n; }\nfunction c() {}\n",
        ),
        ("a.c", "void one() { two(1); }\nvoid two(int n) { int edit = n; }\nvoid three() {}\n"),
        ("a.cpp", "void one() { two(1); }\nvoid two(int n) { int edit = n; }\nvoid three() {}\n"),
        ("a.java", "class One { void f() {} }\nclass Two { int edit = 1; }\nclass Three {}\n"),
        ("a.cs", "class One { void F() {} }\nclass Two { int edit = 1; }\nclass Three {}\n"),
        ("a.rb", "def one\n  two(1)\nend\n\ndef two(n)\n  edit = n\nend\n\ndef three\nend\n"),
        (
            "a.lua",
            "function one() two(1) end\nfunction two(n) local edit = n end\nfunction three() end\n",
        ),
        ("a.sh", "one() { two 1; }\ntwo() { local edit=1; }\nthree() { :; }\n"),
        ("a.css", ".one { color: red; }\n.two { edit: red; }\n.three { color: red; }\n"),
    ];
    for (path, text) in files {
        assert!(replaced(path, text, "edit", "edited").1, "{path}");
    }
    // FIXME: A part of such a text does not say that it is code.
    let text = "<?php\nfunction one() {}\nfunction two() { $edit = 1; }\nfunction three() {}\n";
    assert!(!replaced("a.php", text, "edit", "edited").1);
}

#[test]
fn an_edit_that_reaches_further_is_read_with_the_whole_tree() {
    let check = |path, text, old, new| assert!(!replaced(path, text, old, new).1, "{old} {new}");
    let text = "use a::b;\nfn one() { two(); }\nfn two() { edit(); }\nfn three() {}\n";
    check("a.rs", text, "edit();", "edit(); {");
    check("a.rs", text, "edit();", "\"edit();");
    check("a.rs", text, "edit();", "edit(); /*");
    check("a.rs", text, "edit();", "use c::d; edit();");
    check("a.rs", text, "a::b", "a::c");
    // The name is defined twice, and the first counts.
    check("a.py", "x = 1\n\ndef f():\n    pass\n\nx = 2\n", "x = 1", "y = 1");
    // A statement that ended with its line goes on.
    check("a.js", "let a = b\nfunction f() {}\nlet c\n", "function f() {}", "(function f() {})");
    check("a.md", "# A\n\nedit\n\n# B\n", "edit", "edited");
}

#[test]
fn documentation_moves_to_what_follows_it() {
    let text = "fn one() {}\n/// Of two.\nfn two() {}\nfn three() {}\nfn four() {}\n";
    assert!(replaced("a.rs", text, "fn two() {}\n", "").1);
    assert!(replaced("a.rs", text, "/// Of two.\n", "").1);
    assert!(replaced("a.rs", text, "fn three", "/// Of three.\nfn three").1);
    assert!(replaced("a.rs", text, "fn four() {}\n", "").1);
    assert!(replaced("a.rs", text, "fn one", "// None.\n\nfn one").1);
}
