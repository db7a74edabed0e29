//! Pairs of documentation and code for the training of the static embedding: reads folders of
//! sources as the server does, and prints each documented function as a JSON object.
//!
//! `cargo run --release -p memory --example pairs -- FOLDER`, where each folder in FOLDER is a
//! package.

use std::{
    env, fs,
    io::{BufWriter, stdout},
    path::Path,
};

use grammars::language_for_path;
use serde_json::json;
use syntax::{FileFacts, SymbolKind};
use text::TextRange;

/// Larger files are generated.
const FILE_BYTES_MAX: u64 = 400_000;

/// Bytes of a function that is neither a line nor a screenful of data.
const CODE_BYTES: std::ops::Range<usize> = 40..6_000;

/// Functions taken from one package: no package is to outweigh all others.
const PER_PACKAGE_MAX: usize = 4_000;

fn main() {
    let folder = env::args().nth(1).expect("a folder of packages");
    let mut packages: Vec<_> = fs::read_dir(folder).expect("a folder").flatten().collect();
    packages.sort_by_key(fs::DirEntry::file_name);
    let mut out = BufWriter::new(stdout().lock());
    for package in packages {
        let name = package.file_name().to_string_lossy().into_owned();
        let mut files = Vec::new();
        add_files(&mut files, &package.path());
        files.sort();
        let mut n_pairs = 0;
        for file in files {
            if PER_PACKAGE_MAX <= n_pairs {
                break;
            }
            n_pairs += print_pairs(&mut out, &name, &file);
        }
    }
}

fn add_files(acc: &mut Vec<std::path::PathBuf>, folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(it) if it.is_dir() => add_files(acc, &entry.path()),
            Ok(it) if it.is_file() => acc.push(entry.path()),
            _ => {}
        }
    }
}

fn print_pairs(out: &mut impl std::io::Write, package: &str, file: &Path) -> usize {
    let is_small = fs::metadata(file).is_ok_and(|it| it.len() <= FILE_BYTES_MAX);
    let (Some(path), true) = (file.to_str(), is_small) else { return 0 };
    let Ok(text) = fs::read_to_string(file) else { return 0 };
    let first_line = text.lines().next().unwrap_or_default();
    let Some(language) = language_for_path(path, first_line) else { return 0 };
    if syntax::classify(path, text.as_bytes()).is_some() {
        return 0;
    }
    let facts = syntax::facts(path, &text, language);
    if facts.is_test {
        return 0;
    }
    let mut n_pairs = 0;
    for (name, doc, code) in pairs(&text, &facts) {
        let line = json!({
            "lang": language.id, "pkg": package, "name": name, "doc": doc, "code": code,
        });
        writeln!(out, "{line}").expect("standard output takes what is written");
        n_pairs += 1;
    }
    n_pairs
}

/// Name, documentation and the rest of each documented function.
fn pairs<'a>(text: &'a str, facts: &'a FileFacts) -> Vec<(&'a str, &'a str, String)> {
    let mut res = Vec::new();
    for chunk in &facts.chunks {
        let Some(symbol) = chunk.symbol.map(|it| facts.symbol(it)) else { continue };
        let is_function = matches!(
            symbol.kind,
            SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor
        );
        let doc = facts.doc(symbol).filter(|it| chunk.range.contains_range(*it));
        let (Some(doc), true) = (doc, is_function && !symbol.is_test) else { continue };
        let before = text.get(TextRange::new(chunk.range.start(), doc.start()).to_usize());
        let after = text.get(TextRange::new(doc.end(), chunk.range.end()).to_usize());
        let (Some(before), Some(after)) = (before, after) else { continue };
        let code = without_doc(before, after);
        let has_body = 2 <= code.lines().filter(|it| 2 < it.trim().len()).count();
        if CODE_BYTES.contains(&code.len()) && has_body {
            res.push((facts.name(symbol.name), &text[doc.to_usize()], code));
        }
    }
    res
}

/// What stands before and after the documentation. Lines keep their indentation: in Python it is
/// part of what they say.
fn without_doc(before: &str, after: &str) -> String {
    let (before, after) = (before.trim(), after.trim_end());
    if before.is_empty() {
        return after.trim_start().to_owned();
    }
    let first_line = after.find(|it: char| !it.is_whitespace()).unwrap_or(0);
    let start = after[..first_line].rfind('\n').map_or(0, |it| it + 1);
    format!("{before}\n{}", &after[start..])
}
