//! Facts that a rename changes in place are those that reading the new text gives.
//! `RENAMED_IN=<folder> cargo test -p syntax --test renamed -- --nocapture` tries every name of
//! every file below a folder.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its fixtures")]

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use grammars::Language;
use syntax::{FileFacts, NameChange, facts, renamed};
use text::{TextEdit, TextEdits};

const PATH: &str = "src/a";

/// The text with `to` wherever the facts have a reference to `from`.
fn replaced(before: &FileFacts, text: &str, names: NameChange<'_>) -> (TextEdits, String) {
    let used = before.references.iter().filter(|it| before.name(it.name()) == names.from);
    let edits = used.map(|it| TextEdit { range: it.range(), text: names.to.to_owned() });
    let edits = TextEdits::new(edits.collect()).unwrap();
    let after = edits.apply(text).unwrap();
    (edits, after)
}

/// How many renames of names that a text uses were done in place, and how many there are.
#[derive(Default, Debug, Clone, Copy)]
struct Tried {
    in_place: usize,
    all: usize,
}

/// Renames each name in `text` to some others and compares.
fn try_all(text: &str, language: &'static Language, acc: &mut Tried) {
    let before = facts(PATH, text, language);
    let used: BTreeSet<&str> = before.references.iter().map(|it| before.name(it.name())).collect();
    for from in used {
        let longer = format!("{from}_of_the_same_kind");
        let shorter = &from[..from.char_indices().nth(1).map_or(from.len(), |it| it.0)];
        let first = if from.starts_with(char::is_uppercase) { "I" } else { "i" };
        let others = [&longer, shorter, &format!("{first}n_1"), &format!("{first}nstance")];
        for to in others {
            let names = NameChange { from, to };
            let (edits, after) = replaced(&before, text, names);
            acc.all += 1;
            let Some(found) = renamed(&before, (text, &after), &edits, names) else { continue };
            acc.in_place += 1;
            let expected = facts(PATH, &after, language);
            assert!(found == expected, "{from} -> {to} in\n{text}\n{found:#?}\n{expected:#?}");
        }
    }
}

#[test]
fn every_name_of_every_fixture_is_renamed_as_if_it_was_read_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grammars");
    for language in &grammars::LANGUAGES {
        let mut tried = Tried::default();
        for entry in fs::read_dir(folder.join(language.id).join("fixtures")).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            try_all(&text, language, &mut tried);
        }
        let is_alike = language.read_apart.is_some();
        assert!(is_alike || tried.in_place == 0, "{}: {tried:?}", language.id);
        // Many names of a fixture are defined there, too.
        let is_tried = !is_alike || tried.all < 100 || 15 <= tried.in_place;
        assert!(is_tried, "{}: {tried:?}", language.id);
    }
}

fn files(folder: &Path, acc: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().filter_map(Result::ok) {
        let path = entry.path();
        match path.is_dir() {
            true if path.is_symlink() => {}
            true => files(&path, acc),
            false => acc.push(path),
        }
    }
    acc.sort();
}

/// A part of this crate without, a folder with `RENAMED_IN`.
#[test]
fn every_name_of_real_files_is_renamed_as_if_it_was_read_again() {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("src/parse");
    let folder = env::var_os("RENAMED_IN").map_or_else(own, PathBuf::from);
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let mut tried = Tried::default();
    for path in paths {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let Some(language) = grammars::language_for_path(&path.to_string_lossy(), "") else {
            continue;
        };
        try_all(&text, language, &mut tried);
    }
    println!("{tried:?}");
    assert!(40 < tried.in_place, "{tried:?}");
}

#[track_caller]
fn check(path: &str, text: &str, (from, to): (&str, &str), is_in_place: bool) {
    let language = grammars::language_for_path(path, "").unwrap();
    let before = facts(path, text, language);
    let names = NameChange { from, to };
    let (edits, after) = replaced(&before, text, names);
    let found = renamed(&before, (text, &after), &edits, names);
    assert_eq!(found.is_some(), is_in_place, "{path}: {from} -> {to}");
    if let Some(found) = found {
        assert_eq!(found, facts(path, &after, language));
    }
}

#[test]
fn what_only_uses_a_name_is_renamed_in_place() {
    check("a.rs", "use crate::area;\nfn f() { area(1); }\n", ("area", "surface"), true);
    check("a.rs", "fn f() { log!(\"{area}\", area = 1, area); }\n", ("area", "a"), true);
    check("a.py", "from shop import pay\n\ndef f():\n    pay()\n", ("pay", "settle"), true);
    check("a.ts", "import { pay } from './pay';\nexport { pay };\n", ("pay", "settle"), true);
    check("a.go", "package a\n\nfunc f() { Area(1) }\n", ("Area", "Surface"), true);
    check("A.java", "class A { void f() { Util.pay(1); } }\n", ("pay", "settle"), true);
}

#[test]
fn what_may_be_read_otherwise_is_read_again() {
    // Words of a language, of its parser, and of our own queries.
    check("a.rs", "fn f() { area(1); }\n", ("area", "u8"), false);
    check("a.rs", "fn f() { area(1); }\n", ("area", "macro_rules"), false);
    check("a.rs", "fn f(x: Area) { x.y; }\n", ("Area", "Option"), false);
    check("a.js", "f()\narea(1)\n", ("area", "in_area"), false);
    check("a.py", "x = area(y)\n", ("area", "print"), false);
    check("a.go", "package a\n\nvar x = Area(1)\n", ("Area", "make"), false);
    // Another first letter, a name that is there already, letters that a prefix may be made of.
    check("a.go", "package a\n\nvar x = area(1)\n", ("area", "Area"), false);
    check("a.rs", "fn f(b: u8) { area(b); }\n", ("area", "b"), false);
    check("a.py", "__all__ = [\"area\"]\n", ("area", "surface"), false);
    // It is more than used, a part of a path, or documented; or the text has errors.
    check("a.rs", "fn area() { area(); }\n", ("area", "surface"), false);
    check("a.rs", "use area::b;\n", ("area", "surface"), false);
    check("a.rs", "/// See [`area`].\nfn f() { area(); }\n", ("area", "surface"), false);
    check("a.rs", "fn f( { area(); }\n", ("area", "surface"), false);
    check("a.lua", "area(1)\n", ("area", "surface"), false);
}

#[test]
fn a_definition_that_grows_beyond_a_chunk_is_cut() {
    let calls = "    area();\n".repeat(8 * 1024 / 12 - 4);
    let text = format!("fn f() {{\n{calls}}}\n");
    check("a.rs", &text, ("area", "are"), true);
    check("a.rs", &text, ("area", "surface_of_it"), false);
    let calls = "    area();\n".repeat(8 * 1024 / 12 + 20);
    let text = format!("fn f() {{\n{calls}}}\n");
    check("a.rs", &text, ("area", "surface_of_it"), true);
    check("a.rs", &text, ("area", "a"), false);
}

#[test]
fn a_gap_that_becomes_worth_a_chunk_is_one() {
    let text = "use crate::area;\nfn f() { area(); }\n";
    check("a.rs", text, ("area", "surface"), true);
    check("a.rs", text, ("area", "surface_of_the_circle"), false);
}
