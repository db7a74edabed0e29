//! Foldings and selections of small files.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its fixtures")]

use expect_test::{Expect, expect};
use syntax::{folding_ranges, parse, selection_ranges};
use text::{Rope, TextSize};

#[track_caller]
fn check_folds(path: &str, text: &str, expected: Expect) {
    let language = grammars::language_for_path(path, "").unwrap();
    let parse = parse(path, &Rope::from_str(text), language, None);
    let line = |at: TextSize| parse.facts().lines.line_of(at) + 1;
    let folds = folding_ranges(&parse).into_iter().map(|it| {
        let last = it.range.end() - TextSize::new(1);
        format!("{}-{} {:?}\n", line(it.range.start()), line(last), it.kind)
    });
    expected.assert_eq(&folds.collect::<String>());
}

#[track_caller]
fn check_selection(path: &str, text: &str, expected: Expect) {
    let language = grammars::language_for_path(path, "").unwrap();
    let at = text.find("$0").unwrap();
    let text = text.replace("$0", "");
    let parse = parse(path, &Rope::from_str(&text), language, None);
    let ranges = selection_ranges(&parse, TextSize::from_usize(at));
    let shown = ranges.iter().map(|it| format!("{:?}\n", &text[it.to_usize()]));
    expected.assert_eq(&shown.collect::<String>());
}

#[test]
fn bodies_comments_and_imports_fold() {
    check_folds(
        "a.rs",
        "\
use a;
use b::{
  c,
};

// One.
// Two.
fn f(
  a: u8,
) {
  if a {
    b();
  }
}
// Three.
",
        expect![[r#"
            1-4 Imports
            2-4 Region
            6-7 Comment
            8-14 Region
            10-14 Region
            11-13 Region
        "#]],
    );
    check_folds(
        "a.py",
        "\
import a
import b

class A:
    def f(self):
        return [
            1,
        ]
",
        expect![[r#"
            1-2 Imports
            4-8 Region
            5-8 Region
            6-8 Region
        "#]],
    );
}

#[test]
fn selection_grows_from_the_word() {
    check_selection(
        "a.rs",
        "fn f() { let x = a.b$0(1); }",
        expect![[r#"
        "("
        "(1)"
        "a.b(1)"
        "let x = a.b(1);"
        "{ let x = a.b(1); }"
        "fn f() { let x = a.b(1); }"
    "#]],
    );
    check_selection(
        "a.rs",
        "fn f() { $0 }",
        expect![[r#"
        "{  }"
        "fn f() {  }"
    "#]],
    );
}
