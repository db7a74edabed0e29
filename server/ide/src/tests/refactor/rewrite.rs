//! Rewriting every match of a pattern.

use expect_test::{Expect, expect};
use fixture::Fixture;

use crate::{FilePosition, FileRange, Rewrite, fixture::World};

#[track_caller]
fn check(language: &str, (pattern, replacement): (&str, &str), fixture: &str, expected: Expect) {
    let analysis = World::new(&Fixture::parse(fixture)).analysis();
    let rewrite = Rewrite {
        pattern: pattern.to_owned(),
        replacement: replacement.to_owned(),
        language: language.to_owned(),
        below: None,
    };
    super::check_done(&analysis, analysis.rewrite(&rewrite), &expected);
}

#[test]
fn every_match_is_rewritten_in_rust() {
    check(
        "rust",
        ("$A.unwrap_or($B::new())", "$A.unwrap_or_default()"),
        r#"
//- /a.rs
fn f() { g(a.b().unwrap_or(Vec::new())); }
//- /b.rs
fn f() { c.unwrap_or(d); /* e.unwrap_or(F::new()) */ }
"#,
        expect![[r#"
            //- /a.rs
            fn f() { g(a.b().unwrap_or_default()); }"#]],
    );
}

#[test]
fn a_list_of_parts_is_kept_in_python() {
    check(
        "python",
        ("assertEquals($A, $$$B)", "check($$$B, wanted=$A)"),
        "//- /a.py\ndef f():\n    assertEquals(1, g(2), \"m\")\n",
        expect![[r#"
            //- /a.py
            def f():
                check(g(2), "m", wanted=1)"#]],
    );
}

#[test]
fn the_same_name_matches_the_same_text_in_typescript() {
    check(
        "typescript",
        ("$A && $A()", "$A?.()"),
        "//- /a.ts\na.b && a.b();\na && b();\n",
        expect![[r#"
            //- /a.ts
            a.b?.();
            a && b();"#]],
    );
}

#[test]
fn a_match_inside_a_match_waits_in_go() {
    check(
        "go",
        ("f($A)", "g($A)"),
        "//- /a.go\npackage a\n\nfunc h() { f(f(1)) }\n",
        expect![[r#"
        //- /a.go
        package a

        func h() { g(f(1)) }"#]],
    );
}

#[test]
fn a_statement_is_rewritten_in_java() {
    check(
        "java",
        ("log.debug($A);", "log.atDebug().log($A);"),
        "//- /A.java\nclass A { void f() { log.debug(\"a\" + b); } }\n",
        expect![[r#"
            //- /A.java
            class A { void f() { log.atDebug().log("a" + b); } }"#]],
    );
}

#[test]
fn what_cannot_be_done_is_said() {
    check_refused(
        ("$A.b()", "$B"),
        expect!["refused: `$B` of the replacement is not in the pattern"],
    );
    check_refused(("a(", "b"), expect!["refused: `a(` is not Rust that parses"]);
    check_refused(
        ("a; b", "b"),
        expect![
            "refused: `a; b` is more than one piece of code: write one expression or statement"
        ],
    );
    check_refused(("a.b", "b"), expect!["refused: nothing matches `a.b`"]);
}

/// Whoever asks may have made the pattern so on purpose, and whoever wrote the code too.
#[test]
fn a_pattern_that_is_too_large_or_too_deep_is_refused() {
    let nested = format!("{}x{}", "f(".repeat(1_000), ")".repeat(1_000));
    check_refused((&nested, "y"), expect!["refused: a pattern is at most 200 nodes deep"]);
    check_refused((&"x".repeat(9_000), "y"), expect!["refused: a pattern has at most 8192 bytes"]);
    check_refused(("x", &"y".repeat(9_000)), expect!["refused: a pattern has at most 8192 bytes"]);
    // The code is as deep and as wide as it likes.
    let rewritten = |pattern: &str, replacement: &str, text: &str| {
        let fixture = format!("//- /a.py\n{text}");
        let analysis = World::new(&Fixture::parse(&fixture)).analysis();
        analysis.rewrite(&Rewrite {
            pattern: pattern.to_owned(),
            replacement: replacement.to_owned(),
            language: "python".to_owned(),
            below: None,
        })
    };
    let deep = format!("y = {}1{}\nf(a, b)\n", "[".repeat(900), "]".repeat(900));
    let done = rewritten("f($A, $B)", "f($B, $A)", &deep).unwrap();
    assert_eq!(done.reason, "1 place matches the pattern, in 1 file");
    let wide: String = (0..2_000).map(|it| format!("a{it}, ")).collect();
    let backtracks = "f($$$A, $B, $$$C, $D, $$$E, $F, $$$G, never)";
    let error = rewritten(backtracks, "g()", &format!("f({wide})\n")).unwrap_err().to_string();
    assert!(error.starts_with("nothing matches `f($$$A, $B"), "{error}");
    let unclosed = rewritten(&"(".repeat(3_000), "y", "f(a)\n").unwrap_err().to_string();
    assert!(unclosed.len() < 200, "{unclosed}");
}

#[track_caller]
fn check_refused(change: (&str, &str), expected: Expect) {
    check("rust", change, "//- /a.rs\nfn f() {}\n", expected);
}

#[test]
fn an_unknown_language_is_refused_with_those_that_are_known() {
    let analysis = World::new(&Fixture::parse("//- /a.rs\n")).analysis();
    let rewrite = Rewrite {
        pattern: "a".to_owned(),
        replacement: "b".to_owned(),
        language: "cobol".to_owned(),
        below: None,
    };
    let why = analysis.rewrite(&rewrite).unwrap_err().to_string();
    assert!(why.starts_with("there is no language `cobol`: bash, c, cpp"), "{why}");
}

#[test]
fn a_comment_asks_for_a_rewrite() {
    let fixture = Fixture::parse("// aios:rewrite f($A) ==> g($A)$0\nfn h() { f(1); }\n");
    let analysis = World::new(&fixture).analysis();
    let (_, offset) = fixture.cursor();
    let position = FilePosition { file: analysis.graph().files()[0], offset };
    let range = text::TextRange::empty(position.offset);
    let actions = analysis.actions(FileRange { file: position.file, range }).unwrap();
    let titles: Vec<&str> = actions.iter().map(|it| it.title.as_str()).collect();
    expect![[r#"
        Rewrite `f($A)` to `g($A)`
        Create workspace settings"#]]
    .assert_eq(&titles.join("\n"));
}
