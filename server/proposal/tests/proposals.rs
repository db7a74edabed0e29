//! What a proposal says of a change, and how it is shown.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use proposal::{
    Context, DiffLineKind, DiffStyle, Draft, LeftSite, Origin, PresentFile, Proposal, ProposalId,
    ProposeError, Risk, RiskLevel, Simulation, diff_lines, diff_text, needs_preview, propose,
};
use settings::Preview;
use text::{TextEdit, TextEdits, TextRange};
use vfs::{FileOperation, ReadError, SourceChange, VfsPath};

type Files<'a> = &'a [(&'a str, &'a str)];

fn path(path: &str) -> VfsPath {
    VfsPath::new("/w").unwrap().join(path)
}

/// Every word `from` of these files becomes `to`.
fn replace(files: Files<'_>, from: &str, to: &str) -> SourceChange {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut res = SourceChange::default();
    for (name, text) in files {
        let places = text.match_indices(from).filter(|(at, _)| {
            !text[..*at].ends_with(is_word) && !text[at + from.len()..].starts_with(is_word)
        });
        let edits = places.map(|(at, _)| TextEdit {
            range: TextRange::from_usize(at, at + from.len()),
            text: to.to_owned(),
        });
        let edits = TextEdits::new(edits.collect()).unwrap();
        if !edits.is_empty() {
            res.edits.insert(path(name), edits);
        }
    }
    res
}

fn try_propose(files: Files<'_>, draft: Draft) -> Result<(Proposal, Simulation), ProposeError> {
    let files: BTreeMap<VfsPath, &str> = files.iter().map(|it| (path(it.0), it.1)).collect();
    let present = |path: &VfsPath| -> Result<Option<PresentFile>, ReadError> {
        Ok(files.get(path).map(|it| match *it {
            "latin-1" => PresentFile::closed(*b"caf\xe9"),
            text => PresentFile::open(text, 7),
        }))
    };
    propose(
        draft,
        &Context {
            id: ProposalId::new(1_795_392_000_000, 0xabc),
            now_ms: 1_795_392_000_000,
            roots: &[VfsPath::new("/w").unwrap()],
            present: &present,
            facts: &|_, _| None,
        },
    )
}

fn draft(change: SourceChange) -> Draft {
    Draft {
        title: "Change it".to_owned(),
        origin: Origin { caller: "local".to_owned(), action: "test".to_owned() },
        change,
        ..Draft::default()
    }
}

#[track_caller]
fn check(files: Files<'_>, draft: Draft, expected: Expect) -> Proposal {
    let (proposal, simulation) = try_propose(files, draft).unwrap();
    let roots = [VfsPath::new("/w").unwrap()];
    let style = DiffStyle { roots: &roots, answers: &["Apply: aios apply ID"], has_marks: false };
    expected.assert_eq(&diff_text(&proposal, &simulation, &style));
    let n_parts = proposal.change.edits.values().map(|it| it.iter().len()).sum::<usize>()
        + proposal.change.operations.len();
    let n_places: usize = proposal.annotations.iter().map(|it| it.places.len()).sum();
    assert_eq!(n_places, n_parts, "each part has exactly one reason");
    proposal
}

#[track_caller]
fn check_refused(files: Files<'_>, change: SourceChange, expected: &str) {
    assert_eq!(try_propose(files, draft(change)).unwrap_err().to_string(), expected);
}

fn operations(operations: Vec<FileOperation>) -> SourceChange {
    SourceChange { operations, ..SourceChange::default() }
}

fn create(name: &str, text: &str) -> FileOperation {
    FileOperation::Create { path: path(name), text: text.to_owned() }
}

#[test]
fn a_rename_says_what_it_touches_and_what_it_leaves() {
    let files = [
        (
            "src/area.rs",
            "/// The area.\npub fn area(r: f32) -> f32 {\n    r * r\n}\n\n\
             fn two() -> f32 {\n    area(2.0)\n}\n",
        ),
        ("src/lib.rs", "mod area;\n\nuse area::area;\n\nfn one() -> f32 {\n    area(1.0)\n}\n"),
    ];
    let mut change = replace(&files, "area", "surface");
    // Only the function, not the module of the same name.
    let lib = change.edits[&path("src/lib.rs")].iter().skip(2).cloned().collect();
    change.edits.insert(path("src/lib.rs"), TextEdits::new(lib).unwrap());
    let mut draft = draft(change);
    draft.title = "Rename `area` to `surface`".to_owned();
    draft.reason = "4 places\nthat mean it".to_owned();
    draft.left = vec![LeftSite {
        path: path("shop.py"),
        range: TextRange::from_usize(0, 4),
        line: 11,
        text: "    area(3)".to_owned(),
        reason: "only the name is the same".to_owned(),
    }];
    let proposal = check(
        &files,
        draft,
        expect![[r#"
            # Rename `area` to `surface`
            # p-20261123-000abc: test, asked for by local
            # Why: 4 places that mean it
            # Risk: medium
            #   medium: renames or removes what other files may see: area
            #   medium: 1 place could not be proved and is left to you
            # Touches: 2 files; +5 -5 lines; 3 references
            #   the way back was tried: every byte and file as before
            #   definition: 1 place in 1 file
            #   imports: 1 place in 1 file
            #   references in the same file: 1 place in 1 file
            #   references in other files: 1 place in 1 file
            #   edits: 1 place in 1 file
            # Left to you:
            #   shop.py:12: only the name is the same: area(3)
            # Apply: aios apply ID
            diff --git a/src/area.rs b/src/area.rs
            --- a/src/area.rs
            +++ b/src/area.rs
            @@ -1,5 +1,5 @@ 1.1 edits, definition
            -/// The area.
            -pub fn area(r: f32) -> f32 {
            +/// The surface.
            +pub fn surface(r: f32) -> f32 {
                 r * r
             }

            @@ -6,3 +6,3 @@ 1.2 references in the same file
             fn two() -> f32 {
            -    area(2.0)
            +    surface(2.0)
             }
            diff --git a/src/lib.rs b/src/lib.rs
            --- a/src/lib.rs
            +++ b/src/lib.rs
            @@ -1,5 +1,5 @@ 2.1 imports
             mod area;

            -use area::area;
            +use area::surface;

             fn one() -> f32 {
            @@ -6,2 +6,2 @@ 2.2 references in other files
            -    area(1.0)
            +    surface(1.0)
             }
        "#]],
    );
    assert_eq!(proposal.version_of(&path("src/lib.rs")), Some(7));
}

#[test]
fn a_change_that_no_longer_parses_is_a_high_risk() {
    let files = [("a.rs", "fn a() {}\n\nfn b() {\n    a();\n}\n")];
    check(
        &files,
        draft(replace(&files, "a", "a(")),
        expect![[r#"
            # Change it
            # p-20261123-000abc: test, asked for by local
            # Risk: high
            #   high: no longer parses as before: a.rs:1
            # Touches: 1 file; +2 -2 lines; 1 reference
            #   the way back was tried: every byte and file as before
            #   definition: 1 place in 1 file
            #   references in the same file: 1 place in 1 file
            # Apply: aios apply ID
            diff --git a/a.rs b/a.rs
            --- a/a.rs
            +++ b/a.rs
            @@ -1,3 +1,3 @@ 1.1 definition
            -fn a() {}
            +fn a(() {}

             fn b() {
            @@ -4,2 +4,2 @@ 1.2 references in the same file
            -    a();
            +    a(();
             }
        "#]],
    );
    // What did not parse before is no new error.
    let files = [("a.rs", "fn a() {\n    b(;\n}\n")];
    let (proposal, _) = try_propose(&files, draft(replace(&files, "b", "c"))).unwrap();
    assert_eq!(proposal.impact.syntax_errors, []);
}

#[test]
fn line_ends_are_shown_where_they_differ_and_only_there() {
    let files = [("crlf.txt", "one\r\n\r\ntwo\r\nthree"), ("plain.txt", "one\n\n\none\n")];
    check(
        &files,
        draft(replace(&files, "one", "1")),
        expect![[r#"
            # Change it
            # p-20261123-000abc: test, asked for by local
            # Risk: low
            # Touches: 2 files; +3 -3 lines
            #   the way back was tried: every byte and file as before
            #   edits: 3 places in 2 files
            # Apply: aios apply ID
            diff --git a/crlf.txt b/crlf.txt
            --- a/crlf.txt
            +++ b/crlf.txt
            \ every line ends with CRLF
            @@ -1,4 +1,4 @@ 1.1 edits
            -one
            +1

             two
             three
            \ No newline at end of file
            diff --git a/plain.txt b/plain.txt
            --- a/plain.txt
            +++ b/plain.txt
            @@ -1,3 +1,3 @@ 2.1 edits
            -one
            +1


            @@ -4 +4 @@ 2.2 edits
            -one
            +1
        "#]],
    );
    let files = [("a.txt", "one\ntwo\nthree\n")];
    let change = SourceChange {
        edits: BTreeMap::from([(
            path("a.txt"),
            TextEdits::new(vec![TextEdit {
                range: TextRange::from_usize(3, 4),
                text: "\r\n".to_owned(),
            }])
            .unwrap(),
        )]),
        ..SourceChange::default()
    };
    check(
        &files,
        draft(change),
        expect![[r#"
            # Change it
            # p-20261123-000abc: test, asked for by local
            # Risk: low
            # Touches: 1 file; +1 -1 lines
            #   the way back was tried: every byte and file as before
            #   edits: 1 place in 1 file
            # Apply: aios apply ID
            diff --git a/a.txt b/a.txt
            --- a/a.txt
            +++ b/a.txt
            @@ -1,3 +1,3 @@ 1.1 edits
            -one
            +one␍
             two
             three
        "#]],
    );
    let files = [("a.txt", "one")];
    check(
        &files,
        draft(replace(&files, "one", "one\n")),
        expect![[r#"
            # Change it
            # p-20261123-000abc: test, asked for by local
            # Risk: low
            # Touches: 1 file; +1 -1 lines
            #   the way back was tried: every byte and file as before
            #   edits: 1 place in 1 file
            # Apply: aios apply ID
            diff --git a/a.txt b/a.txt
            --- a/a.txt
            +++ b/a.txt
            @@ -1 +1 @@ 1.1 edits
            -one
            \ No newline at end of file
            +one
        "#]],
    );
}

#[test]
fn distant_changes_are_hunks_of_their_own() {
    let text: String = (1..=30).map(|n| format!("line {n}\n")).collect();
    let files = [("a.txt", &*text)];
    let mut change = SourceChange::default();
    let at = |line: &str| text.find(line).unwrap();
    let (first, second) = (at("line 2\n"), at("line 20\n"));
    let edit = |at: usize, len: usize, text: &str| TextEdit {
        range: TextRange::from_usize(at, at + len),
        text: text.to_owned(),
    };
    let edits = TextEdits::new(vec![edit(first, 0, "new\n"), edit(second, 8, "")]).unwrap();
    change.edits.insert(path("a.txt"), edits);
    let (proposal, simulation) = try_propose(&files, draft(change)).unwrap();
    let style = DiffStyle { roots: &[], answers: &[], has_marks: false };
    let lines = diff_lines(&proposal, &simulation, &style);
    let hunks = lines.iter().filter(|it| it.kind == DiffLineKind::Hunk);
    let hunks: Vec<_> = hunks.map(|it| (it.text.as_str(), it.place)).collect();
    assert_eq!(
        hunks,
        [
            ("@@ -1,4 +1,5 @@ 1.1 edits", Some((0, 0))),
            ("@@ -17,7 +18,6 @@ 1.2 edits", Some((0, 1)))
        ]
    );
}

#[test]
fn settings_of_the_product_itself_stand_out() {
    let change = operations(vec![create(".aios/config.toml", "# preview = \"always\"\n")]);
    let proposal = check(
        &[],
        draft(change),
        expect![[r##"
            # Change it
            # p-20261123-000abc: test, asked for by local
            # Risk: medium
            #   medium: changes how this server behaves: .aios/config.toml
            # Touches: 1 file, 1 created; +1 -0 lines
            #   the way back was tried: every byte and file as before
            #   creates .aios/config.toml
            # Apply: aios apply ID
            # 1 creates the file
            diff --git a/.aios/config.toml b/.aios/config.toml
            new file mode 100644
            --- /dev/null
            +++ b/.aios/config.toml
            @@ -0,0 +1 @@
            +# preview = "always"
        "##]],
    );
    for policy in [Preview::Always, Preview::Risky, Preview::Never] {
        assert!(needs_preview(&Risk::default(), policy, &proposal.change));
    }
}

#[test]
fn preview_follows_the_setting() {
    let change = replace(&[("a", "x")], "x", "y");
    let risk = |level| Risk { level, reasons: Vec::new() };
    let needs = |level, policy| needs_preview(&risk(level), policy, &change);
    assert!(needs(RiskLevel::Low, Preview::Always));
    assert!(!needs(RiskLevel::Low, Preview::Risky));
    assert!(needs(RiskLevel::Medium, Preview::Risky));
    assert!(!needs(RiskLevel::High, Preview::Never));
}

#[test]
fn files_that_come_go_and_move_are_shown() {
    let files = [("old.rs", "pub fn gone() {}\n"), ("from.txt", "text\n"), ("bin", "latin-1")];
    let change = operations(vec![
        FileOperation::Delete { path: path("old.rs") },
        FileOperation::Rename { from: path("from.txt"), to: path("to.txt") },
        FileOperation::Rename { from: path("bin"), to: path("bin2") },
        create("new.txt", ""),
    ]);
    check(
        &files,
        draft(change),
        expect![[r#"
            # Change it
            # p-20261123-000abc: test, asked for by local
            # Risk: medium
            #   medium: deletes old.rs
            #   medium: moves bin2, to.txt
            #   medium: renames or removes what other files may see: gone
            # Touches: 4 files, 1 created, 1 deleted, 2 moved; +0 -1 lines
            #   the way back was tried: every byte and file as before
            #   creates new.txt
            #   deletes old.rs
            #   moves bin to bin2
            #   moves from.txt to to.txt
            # Apply: aios apply ID
            # 1 moves the file
            diff --git a/bin b/bin2
            rename from bin
            rename to bin2
            # 2 moves the file
            diff --git a/from.txt b/to.txt
            rename from from.txt
            rename to to.txt
            # 3 creates the file
            diff --git a/new.txt b/new.txt
            new file mode 100644
            --- /dev/null
            +++ b/new.txt
            # 4 deletes the file
            diff --git a/old.rs b/old.rs
            deleted file mode 100644
            --- a/old.rs
            +++ /dev/null
            @@ -1 +0,0 @@
            -pub fn gone() {}
        "#]],
    );
}

#[test]
fn secrets_are_not_shown() {
    let files = [(".env", "KEY=hunter2\n"), ("a.txt", "KEY\n")];
    let proposal = check(
        &files,
        draft(replace(&files, "KEY", "TOKEN")),
        expect![[r#"
            # Change it
            # p-20261123-000abc: test, asked for by local
            # Risk: high
            #   high: contents of secret files are not kept, so this cannot be taken back: .env
            # Touches: 2 files; +2 -2 lines
            #   edits: 2 places in 2 files
            # Apply: aios apply ID
            # 1 changes a secret file
            diff --git a/.env b/.env
            --- a/.env
            +++ b/.env
            \ a secret file: its contents are not shown
            diff --git a/a.txt b/a.txt
            --- a/a.txt
            +++ b/a.txt
            @@ -1 +1 @@ 2.1 edits
            -KEY
            +TOKEN
        "#]],
    );
    assert!(proposal.files[0].is_secret);
}

#[test]
fn what_cannot_be_seen_or_would_move_the_cursor_is_made_visible() {
    let files = [("a.txt", "x\x1b[2J\u{202e}\n")];
    check(
        &files,
        draft(replace(&files, "x", "y")),
        expect![[r#"
            # Change it
            # p-20261123-000abc: test, asked for by local
            # Risk: low
            # Touches: 1 file; +1 -1 lines
            #   the way back was tried: every byte and file as before
            #   edits: 1 place in 1 file
            # Apply: aios apply ID
            diff --git a/a.txt b/a.txt
            --- a/a.txt
            +++ b/a.txt
            @@ -1 +1 @@ 1.1 edits
            -x‹U+001B›[2J‹U+202E›
            +y‹U+001B›[2J‹U+202E›
        "#]],
    );
}

#[test]
fn what_is_not_ours_is_not_changed() {
    check_refused(&[], SourceChange::default(), "the change is empty");
    check_refused(&[], operations(vec![create("../etc/x", "")]), "/etc/x: outside the workspace");
    check_refused(&[], operations(vec![create("", "")]), "/w: outside the workspace");
    check_refused(
        &[],
        operations(vec![create(".git/hooks/pre-commit", "")]),
        "/w/.git/hooks/pre-commit: belongs to git",
    );
    let latin = [("a.txt", "latin-1")];
    let change = replace(&[("a.txt", "caf")], "caf", "x");
    check_refused(&latin, change, "/w/a.txt: not UTF-8 at byte 3");
    let same = [("a.txt", "x")];
    check_refused(&same, replace(&same, "x", "x"), "the change is empty");
    let delete = FileOperation::Delete { path: path("no") };
    check_refused(&same, operations(vec![delete]), "/w/no: no such file");
}
