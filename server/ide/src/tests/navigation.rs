//! Outline, definition, references, highlights, hover, calls, actions.

use expect_test::{Expect, expect};
use text::TextRange;

use crate::{
    FileRange, NavTarget, OutlineItem, Uses,
    fixture::{analysis_at, render_place},
};

fn render_target(analysis: &crate::Analysis, it: &NavTarget) -> String {
    let place = render_place(analysis, it.file, it.name_range);
    let container = it.container.as_ref().map(|it| format!(" in {it}")).unwrap_or_default();
    format!("{place} {:?} {}{container} ({}: {})", it.kind, it.name, it.resolution, it.why)
}

#[track_caller]
fn check_definition(fixture: &str, expected: Expect) {
    let (analysis, position) = analysis_at(fixture);
    let targets = analysis.definition(position).unwrap();
    let lines = targets.iter().map(|it| render_target(&analysis, it));
    expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[track_caller]
fn check_outline(fixture: &str, expected: Expect) {
    fn render(items: &[OutlineItem], depth: usize, acc: &mut String) {
        for it in items {
            let detail = if it.detail.is_empty() { "" } else { " - " };
            let indent = "  ".repeat(depth);
            acc.push_str(&format!("{indent}{:?} {}{detail}{}\n", it.kind, it.name, it.detail));
            render(&it.children, depth + 1, acc);
        }
    }
    let (analysis, position) = analysis_at(fixture);
    let mut lines = String::new();
    render(&analysis.document_symbols(position.file).unwrap(), 0, &mut lines);
    expected.assert_eq(&lines);
}

#[track_caller]
fn check_references(fixture: &str, expected: Expect) {
    let (analysis, position) = analysis_at(fixture);
    let references = analysis.references(position).unwrap().expect("a symbol at the cursor");
    let mut lines: Vec<String> =
        references.declarations.iter().map(|it| render_target(&analysis, it)).collect();
    lines.extend(references.found.iter().map(|it| {
        let place = render_place(&analysis, it.file, it.range);
        let write = if it.is_write { " write" } else { "" };
        let within = it.within.as_deref().unwrap_or("the file");
        format!("{place} {}{write} {} in {within}", it.kind.as_str(), it.resolution)
    }));
    expected.assert_eq(&lines.join("\n"));
}

#[track_caller]
fn check_highlights(fixture: &str, expected: Expect) {
    let (analysis, position) = analysis_at(fixture);
    let lines =
        analysis.highlights(position).unwrap().into_iter().map(|it| {
            format!("{} {:?}", render_place(&analysis, position.file, it.range), it.kind)
        });
    expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[track_caller]
fn check_hover(fixture: &str, expected: Expect) {
    let (analysis, position) = analysis_at(fixture);
    let hover = analysis.hover(position, Uses::Counted).unwrap();
    expected.assert_eq(&hover.map_or("nothing".to_owned(), |it| it.markdown));
}

#[track_caller]
fn check_actions(fixture: &str, expected: Expect) {
    let (analysis, position) = analysis_at(fixture);
    let at = FileRange { file: position.file, range: TextRange::empty(position.offset) };
    let lines = analysis.actions(at).unwrap().into_iter().map(|it| {
        let disabled = it.disabled.map(|it| format!("\n(disabled: {it})")).unwrap_or_default();
        format!("{} {}{disabled}", it.kind, it.title)
    });
    expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_name_from_outside_leads_to_its_import() {
    let text = "//- /a.ts\nimport { useState as use } from 'react';\nuse$0();\n";
    check_definition(
        text,
        expect!["/a.ts:1:22 Module use (exact: imported from outside the workspace)"],
    );
    check_definition(
        "//- /a.py\nfrom requests import get\nget$0()\n",
        expect!["/a.py:1:22 Module get (exact: imported from outside the workspace)"],
    );
    // The language's own library is known well enough.
    check_definition("//- /a.py\nfrom os import getcwd\ngetcwd$0()\n", expect![""]);
    check_definition("//- /a.py\nprint$0()\n", expect![""]);
}

#[test]
fn the_outline_is_a_tree_without_locals() {
    check_outline(
        r#"
struct Cart { n: u8 }
impl Clone for Cart { fn clone(&self) -> Cart { let a = 1; $0 } }
mod m { fn f() {} }
fn g() {}"#,
        expect![[r#"
            Struct Cart
              Field n
            Implementation Cart - impl Clone
              Method clone - Cart
            Module m
              Function f
            Function g
        "#]],
    );
}

#[test]
fn a_definition_leads_to_itself() {
    check_definition("fn pay$0() {}", expect!["/main.rs:1:4 Function pay (exact: its definition)"]);
}

#[test]
fn a_definition_may_be_a_whole_file() {
    check_definition(
        "//- /a.ts\nimport * as b$0 from './b';\n//- /b.ts\nexport const n = 1;\n",
        expect!["/b.ts:1:1 Module b.ts (exact: module of that path)"],
    );
}

#[test]
fn a_call_of_a_class_leads_to_its_constructor() {
    check_definition(
        "//- /A.java\nclass A {\n A() {}\n A(int n) {}\n A f() { return new A$0(1); } }\n",
        expect!["/A.java:3:2 Constructor A in A (exact: constructor of the called type)"],
    );
}

#[test]
fn guesses_are_given_only_when_asked_for() {
    let fixture =
        "struct A;\nimpl A { fn take(&self) {} }\nfn f() { unknown().take$0(); }\nfn take() {}";
    check_definition(fixture, expect![""]);
    let (analysis, position) = analysis_at(fixture);
    let guesses = analysis.candidates(position).unwrap();
    let lines = guesses.iter().map(|it| render_target(&analysis, it));
    expect!["/main.rs:2:13 Method take in A (candidate: by its name only)"]
        .assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn references_tell_what_they_do() {
    check_references(
        r#"
//- /a.ts
export let n$0 = 1;
function f() { n = 2; }
//- /b.ts
import { n as m } from './a';
f(m);
"#,
        expect![[r#"
            /a.ts:1:12 Variable n (exact: its definition)
            /a.ts:2:16 references write exact in f
            /b.ts:1:10 imports exact in the file
            /b.ts:2:3 references exact in the file"#]],
    );
}

#[test]
fn highlights_stay_in_the_file_and_tell_writes() {
    check_highlights(
        "fn f() {\n let mut n = 1;\n n = 2;\n g(n$0);\n}\nfn g(n: u8) { n; }",
        expect![[r#"
            /main.rs:2:10 Write
            /main.rs:3:2 Write
            /main.rs:4:4 Read"#]],
    );
    check_highlights(
        "//- /a.ts\nimport { map } from 'x';\nmap(map$0);\n",
        expect![[r#"
        /a.ts:1:10 Read
        /a.ts:2:1 Read
        /a.ts:2:5 Read"#]],
    );
}

#[test]
fn hover_shows_signature_doc_place_and_how_it_was_found() {
    check_hover(
        r#"
//- /src/lib.rs
mod a;
use a::pay;
fn f() { pay$0(1); }
//- /src/a.rs
/// Pays.
///
/// At once.
pub fn pay(
    amount: u8,
) -> bool {
    true
}
"#,
        expect![[r#"
            ```rust
            pub fn pay(
                amount: u8,
            ) -> bool
            ```

            Pays.

            At once.

            `pay · src/a.rs:4`  
            *exact · imported by name*  
            1 caller"#]],
    );
    check_hover("fn f() { unknown$0(); }", expect!["nothing"]);
}

#[test]
fn calls_are_grouped_by_who_calls() {
    let (analysis, position) = analysis_at(
        "fn pay$0() { log(); }\nfn log() {}\nfn f() { pay(); pay(); }\nfn g() { pay(); }",
    );
    let symbol = analysis.symbols_at(position).unwrap()[0];
    let render = |calls: Vec<crate::Call>| {
        let lines = calls.iter().map(|it| format!("{} {}", it.target.name, it.sites.len()));
        lines.collect::<Vec<_>>().join(", ")
    };
    expect!["f 2, g 1"].assert_eq(&render(analysis.callers(symbol).unwrap()));
    expect!["log 1"].assert_eq(&render(analysis.callees(symbol).unwrap()));
}

#[test]
fn symbols_are_found_by_written_path_and_file() {
    let (analysis, _) = analysis_at(
        r#"
//- /a.rs
struct A; impl A { fn f(&self) {} } $0
//- /b.rs
fn f() {}
struct B; impl B { fn f(&self) {} }
"#,
    );
    let at = |path: &str| {
        let found = analysis.find_symbol(path).unwrap();
        found.iter().map(|it| render_target(&analysis, it)).collect::<Vec<_>>().join("\n")
    };
    expect!["/b.rs:2:23 Method f in B (exact: its definition)"].assert_eq(&at("B::f"));
    expect!["/a.rs:1:23 Method f in A (exact: its definition)"].assert_eq(&at("a.rs:f"));
    expect![""].assert_eq(&at("nothing"));
}

#[test]
fn actions_are_offered_where_they_make_sense() {
    check_actions(
        "\n\nfn pay$0() {}",
        expect![[r#"
            refactor.rewrite.aios.rename Rename symbol everywhere
            refactor.rewrite.aios.safeDelete Delete unused function `pay`
            refactor.rewrite.aios.document Document `pay`"#]],
    );
    check_actions(
        "\n\nfn f() { String$0::new(); }",
        expect![[r#"
            refactor.rewrite.aios.rename Rename symbol everywhere
            (disabled: `String` is defined outside the workspace)"#]],
    );
    check_actions("\n\nfn f() { $0 }", expect![""]);
    check_actions("$0\nfn f() {}", expect!["source.aios.createSettings Create workspace settings"]);
}
