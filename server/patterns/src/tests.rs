//! Patterns of small workspaces.

use std::sync::Arc;

use expect_test::{Expect, expect};
use fixture::Fixture;
use graph::CodeGraph;
use history::FilePast;
use vfs::{FileId, VfsPath};

use crate::{Findings, Site, complexity, conventions, hotspots, layering};

fn graph_of(files: &[(String, String)]) -> CodeGraph {
    let mut graph = CodeGraph::default();
    for (index, (path, text)) in files.iter().enumerate() {
        let first = text.lines().next().unwrap_or_default();
        let language = grammars::language_for_path(path, first).unwrap();
        let facts = Arc::new(syntax::facts(path, text, language));
        let path = VfsPath::new(path).unwrap();
        graph.set_file(FileId::from_index(index as u32), &path, Some(facts));
    }
    graph
}

fn fixture(text: &str) -> CodeGraph {
    let files = Fixture::parse(text).files.into_iter().map(|it| (it.path, it.text));
    graph_of(&files.collect::<Vec<_>>())
}

#[track_caller]
fn check(findings: &Findings, expected: Expect) {
    let mut shown = String::new();
    for finding in &findings.found {
        shown.push_str(&format!("{}\n", finding.title));
        for it in &finding.evidence {
            let name = match &it.site {
                Site::Code { name, .. } => name,
                Site::Path(path) => path,
            };
            shown.push_str(&format!("    {name}: {}\n", it.note));
        }
    }
    expected.assert_eq(&shown);
}

#[test]
fn nested_blocks_are_harder_than_a_row_of_them() {
    let of = |language: &str, text: &str| {
        let language = grammars::language(language).unwrap();
        let facts = syntax::facts("a", text, language);
        complexity(&facts, &facts.symbols[0])
    };
    let texts = [
        (
            "rust",
            "fn a() {}",
            "fn a() { if b() { c(); } if d() { e(); } }",
            "fn a() { if b() { if d() { e(); } } }",
        ),
        (
            "python",
            "def a():\n    b()\n",
            "def a():\n    if b():\n        c()\n    for d in e():\n        f()\n",
            "def a():\n    if b():\n        for d in e():\n            f()\n",
        ),
        (
            "ruby",
            "def a\n  b\nend\n",
            "def a\n  if b\n    c\n  end\n  while d\n    e\n  end\nend\n",
            "def a\n  if b\n    while d\n      e\n    end\n  end\nend\n",
        ),
        (
            "php",
            "<?php\nfunction a() {}\n",
            "<?php\nfunction a() { if (b()) { c(); } while (d()) { e(); } }\n",
            "<?php\nfunction a() { if (b()) { while (d()) { e(); } } }\n",
        ),
    ];
    for (language, plain, row, nested) in texts {
        let all = [plain, row, nested].map(|it| of(language, it));
        assert!(all[0] < all[1] && all[1] < all[2], "{language}: {all:?}");
    }
}

#[test]
fn a_name_that_keeps_to_no_convention_is_an_exception() {
    let mut files = vec![];
    for n in 0..25 {
        let text = format!("def pay_now{n}():\n    pass\n\n\ndef ship{n}():\n    pass\n");
        files.push((format!("/w/part{n}.py"), text));
    }
    files.push(("/w/odd.py".to_owned(), "def payLater():\n    pass\n".to_owned()));
    check(
        &conventions(&graph_of(&files), 10),
        expect![[r#"
        Python functions are snake_case: 25 of 26, 1 exception
            payLater: camelCase instead
    "#]],
    );
}

#[test]
fn the_hard_file_that_changes_often_comes_first() {
    let graph = fixture(
        r#"
//- /w/calm.rs
fn a() { if b() { if c() { d() } } }
//- /w/hot.rs
fn e() { if b() { if c() { d() } } }
//- /w/easy.rs
fn f() {}
"#,
    );
    let past_of = |file: FileId| {
        let n = [1, 9, 9][file.index()];
        let churn = n as f32;
        let path = graph.path(file)?.as_str().trim_start_matches('/').to_owned();
        Some((path, FilePast { n_commits: n, n_authors: 1, churn, ..FilePast::default() }))
    };
    let found = hotspots(&graph, &past_of, 2);
    let titles: Vec<&str> = found.found.iter().map(|it| it.title.as_str()).collect();
    expect![[r#"
        [
            "w/hot.rs: 9 commits by 1 author, churn 9.0, complexity 16 in 1 function",
            "w/easy.rs: 9 commits by 1 author, churn 9.0, complexity 2 in 1 function",
        ]
    "#]]
    .assert_debug_eq(&titles);
    let still = "1 file of fewer than 3 commits is not told";
    assert!(found.limits.iter().any(|it| it == still), "{:?}", found.limits);
}

#[test]
fn an_import_against_the_direction_of_most_is_told() {
    let mut files = vec![
        ("/w/core/base.py".to_owned(), "from web.page0 import show\n".to_owned()),
        ("/w/core/__init__.py".to_owned(), String::new()),
        ("/w/web/__init__.py".to_owned(), String::new()),
    ];
    for n in 0..6 {
        let text = "from core import base\n\n\ndef show():\n    pass\n".to_owned();
        files.push((format!("/w/web/page{n}.py"), text));
    }
    let graph = graph_of(&files);
    let folder_of = |file: FileId| {
        let path = graph.path(file)?.as_str().strip_prefix("/w/")?.to_owned();
        Some(path.rsplit_once('/')?.0.to_owned())
    };
    let found = layering(&graph, &folder_of, 10, &mut || Ok(())).unwrap();
    check(
        &found,
        expect![[r#"
        web imports core 6 times, and core imports web 1 times
            base.py: imports web
    "#]],
    );
}
