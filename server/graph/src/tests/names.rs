//! What names stand for in every language, one short text after the other: `names.txt`. With
//! `UPDATE_EXPECT=1` the answers are written anew.
// A test that reads and writes its own table.
#![allow(clippy::disallowed_methods)]

use std::fmt::Write as _;

use crate::fixture::{graph_at, render_resolved};

/// The ending of files in which a text of a language stands that names none.
const ENDINGS: [(&str, &str); 11] = [
    ("rust", "rs"),
    ("python", "py"),
    ("ts", "ts"),
    ("js", "js"),
    ("go", "go"),
    ("java", "java"),
    ("cpp", "cpp"),
    ("c", "c"),
    ("csharp", "cs"),
    ("ruby", "rb"),
    ("php", "php"),
];

#[test]
fn names_in_short_texts_stand_for_what_the_table_says() {
    let table = include_str!("names.txt");
    let mut answered = String::new();
    for case in table.split("=== ").skip(1) {
        let (title, rest) = case.split_once('\n').expect("a case has a title");
        let (text, _) = rest.split_once("\n--- ").expect("a case has an answer");
        let answer = answer(title, text).replace('\n', "\n    ");
        let _ = writeln!(answered, "=== {title}\n{text}\n--- {answer}");
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/names.txt");
        std::fs::write(path, &answered).expect("the table can be written");
    } else {
        for (is, should) in answered.split("=== ").zip(table.split("=== ")) {
            assert_eq!(is, should);
        }
    }
}

fn answer(title: &str, text: &str) -> String {
    let language = title.split(':').next().unwrap_or_default();
    let ending = ENDINGS.iter().find(|it| it.0 == language).expect("the language is known").1;
    let text = match text.starts_with("//- /") {
        true => text.to_owned(),
        false => format!("//- /main.{ending}\n{text}"),
    };
    let (graph, file, offset) = graph_at(&format!("{text}\n"));
    match graph.facts(file).expect("the file has facts").reference_at(offset) {
        Some(reference) => render_resolved(&graph, &graph.resolve(file, reference)),
        None => "no reference".to_owned(),
    }
}
