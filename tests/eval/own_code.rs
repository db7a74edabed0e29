//! Labelled questions about this repository itself, with a floor under the share that is answered.

use std::{fs, path::Path};

use memory::{Answer, Query, Sources, Weights, search};
use store::open_in_memory;

use crate::corpus::{SourceFile, put_all, read_folder};

/// Share of the questions whose file is among the first five files. A question or two below what
/// was measured, for the code that is searched changes; it is only ever raised.
const FILE_AT_5_MIN: f64 = 0.75;

/// Share of the questions whose symbol is among the first ten hits.
const SYMBOL_AT_10_MIN: f64 = 0.63;

/// Folders of the repository that are searched.
const FOLDERS: [&str; 2] = ["server", "grammars"];

/// A question and the symbol that answers it.
struct Question {
    text: String,
    path: String,
    symbol: String,
}

#[test]
fn questions_about_this_repository_are_answered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files: Vec<SourceFile> = Vec::new();
    for folder in FOLDERS {
        files.extend(
            read_folder(&root.join(folder))
                .into_iter()
                .map(|it| SourceFile { path: format!("{folder}/{}", it.path), text: it.text }),
        );
    }
    let questions = questions(&root.join("tests/eval/questions.txt"), &files);
    assert!(30 <= questions.len(), "only {} questions", questions.len());

    let store = open_in_memory().expect("there is memory for a store");
    put_all(&store, &files);
    let weights = Weights::default();
    let (mut n_files, mut n_symbols) = (0, 0);
    let mut missed = String::new();
    for question in &questions {
        let answer = search(&Sources::saved(&store, &weights), &Query::text(&question.text, 50))
            .expect("a search");
        let has_file = has_file(&answer, question);
        let has_symbol = has_symbol(&answer, question);
        n_files += usize::from(has_file);
        n_symbols += usize::from(has_symbol);
        if !has_file || !has_symbol {
            missed.push_str(&told(&answer, question));
        }
    }
    let share = |n: usize| n as f64 / questions.len() as f64;
    let (file_at_5, symbol_at_10) = (share(n_files), share(n_symbols));
    eprintln!(
        "{} questions: file R@5 {file_at_5:.3}, symbol R@10 {symbol_at_10:.3}",
        questions.len()
    );
    assert!(
        FILE_AT_5_MIN <= file_at_5 && SYMBOL_AT_10_MIN <= symbol_at_10,
        "file R@5 {file_at_5:.3}, symbol R@10 {symbol_at_10:.3}\n{missed}"
    );
}

/// The questions of a file: `question => path symbol`, `#` before a remark. Each answer must exist,
/// or a renamed function would count as a bad search.
fn questions(path: &Path, files: &[SourceFile]) -> Vec<Question> {
    let text = fs::read_to_string(path).expect("the questions are part of the repository");
    let lines = text.lines().filter(|it| !it.is_empty() && !it.starts_with('#'));
    let questions = lines.map(|line| {
        let (text, answer) = line.split_once(" => ").expect("a question has an answer");
        let (path, symbol) = answer.split_once(' ').expect("an answer is a path and a symbol");
        let file = files.iter().find(|it| it.path == path);
        let is_there = file.is_some_and(|it| it.text.contains(symbol));
        assert!(is_there, "`{text}`: no `{symbol}` in {path}; is the question out of date?");
        Question {
            text: text.replace("\\n", "\n"),
            path: path.to_owned(),
            symbol: symbol.to_owned(),
        }
    });
    questions.collect()
}

fn has_file(answer: &Answer, question: &Question) -> bool {
    let mut paths: Vec<&str> = Vec::new();
    for hit in &answer.hits {
        if !paths.contains(&hit.path.as_str()) {
            paths.push(&hit.path);
        }
    }
    paths.iter().take(5).any(|it| *it == question.path)
}

fn has_symbol(answer: &Answer, question: &Question) -> bool {
    let mut first = answer.hits.iter().take(10);
    first.any(|it| it.path == question.path && it.symbol.as_deref() == Some(&question.symbol))
}

fn told(answer: &Answer, question: &Question) -> String {
    let Question { text, path, symbol } = question;
    let mut res = format!("`{text}` misses {path} {symbol}; it gives\n");
    for hit in answer.hits.iter().take(5) {
        let symbol = hit.symbol.as_deref().unwrap_or("-");
        res.push_str(&format!("    {}:{} {symbol}: {}\n", hit.path, hit.lines.0, hit.why()));
    }
    res
}
