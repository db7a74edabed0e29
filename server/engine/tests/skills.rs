//! Skills through the whole engine: what each answers, what it changes and what of that is undone.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{fs, sync::Arc};

use disk::Disk;
use engine::{
    Abilities, Area, Caller, ClientChange, ContextQuery, Engine, EngineConfig, LoadGraph, Notice,
    Notices, Place, RunOutcome, RunRequest, Stores, SystemClock, SystemRandom, Then, Threads,
};
use expect_test::{Expect, expect};
use settings::Layers;
use tempfile::TempDir;
use vfs::VfsPath;

const SHOP: &[(&str, &str)] = &[
    (
        "pay.py",
        "import os\n\ndef total(cart):\n    return tax(cart)\n\ndef tax(cart):\n    return 1\n\n\
         def _old(cart):\n    return 2\n",
    ),
    (
        "shop.py",
        "from pay import total\n\nclass Shop:\n    def buy(self):\n        return total([])\n\n\
         class Stall:\n    def buy(self):\n        return 0\n",
    ),
    ("test_shop.py", "from pay import total\n\ndef test_total():\n    assert total([]) == 1\n"),
];

/// A workspace with its engine.
struct Desk {
    dir: TempDir,
    engine: Engine,
    notices: Notices,
    told: Vec<Notice>,
}

impl Desk {
    fn new(files: &[(&str, &str)]) -> Desk {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("w")).unwrap();
        for (path, text) in files {
            let path = dir.path().join("w").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let root = VfsPath::from_path(&dir.path().join("w").canonicalize().unwrap()).unwrap();
        let config = EngineConfig {
            stores: Stores::Folder(dir.path().join("state")),
            loader: Arc::new(Disk),
            writer: None,
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom),
            threads: Threads { latency: 1, work: 1 },
            settings: Layers::default(),
            graph: LoadGraph::Always,
            watch: false,
            embedder: None,
            sandbox: None,
            chat: engine::no_models(),
        };
        let engine = Engine::start(config, Caller::local("test", Abilities::default())).unwrap();
        let notices = engine.subscribe();
        engine.post(ClientChange::OpenWorkspace { roots: vec![root] });
        let mut desk = Desk { dir, engine, notices, told: Vec::new() };
        desk.run(RunRequest::Index);
        desk
    }

    fn run(&mut self, request: RunRequest) -> RunOutcome {
        let wanted = self.engine.run(request);
        loop {
            match self.notices.blocking_recv().unwrap() {
                Notice::RunDone { run, outcome } if run == wanted => return outcome,
                other => self.told.push(other),
            }
        }
    }

    fn typed(&mut self, text: &str, at: Option<&str>) -> RunOutcome {
        let at = at.map(|it| Area::Place(Place::Symbol(it.to_owned())));
        self.run(RunRequest::Do { text: text.to_owned(), at, then: Then::Keep })
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.dir.path().join("w").join(path)).unwrap()
    }
}

/// What an outcome says: without addresses, which differ from run to run.
fn shown(outcome: &RunOutcome) -> String {
    let RunOutcome::Replied { markdown, understood, .. } = outcome else {
        return outcome.describe();
    };
    let understood = understood.as_ref().map(|it| format!("understood as {}\n", it.command));
    let mut res = understood.unwrap_or_default();
    let mut rest = markdown.as_str();
    while let Some((before, after)) = rest.split_once("](file:") {
        res.push_str(before);
        res.push(']');
        rest = after.split_once(')').unwrap().1;
    }
    res.push_str(rest);
    res
}

#[track_caller]
fn check(text: &str, expected: Expect) {
    expected.assert_eq(&shown(&Desk::new(SHOP).typed(text, None)));
}

#[test]
fn impact_tells_the_way_and_what_it_does_not_know() {
    check(
        "/impact tax",
        expect![[r#"
            # What depends on `tax`

            `tax` (function) · [pay.py:6]

            3 symbols, 1 directly, with 1 test among them:

            - `total` (function) · [pay.py:3] · calls, exact
              - `Shop::buy` (method) · [shop.py:4] · calls, exact
              - `test_total` (function) · [test_shop.py:3] · calls, exact · test
        "#]],
    );
}

#[test]
fn a_symbol_is_explained_from_the_graph() {
    check(
        "/explain total",
        expect![[r#"
            # `total`

            `total` (function) · [pay.py:3] · 1 caller · 1 test

            ```python
            def total(cart)
            ```

            ## Who calls it

            - `Shop::buy` (method) · [shop.py:4] · calls, exact
            - `test_total` (function) · [test_shop.py:3] · calls, exact · test

            ## What it calls

            - `tax` (function) · [pay.py:6] · calls, exact

            ## Tests

            - `test_total` (function) · [test_shop.py:3] · calls, exact · test

            A change of it may reach 2 symbols in 2 files.
        "#]],
    );
}

#[test]
fn a_file_is_explained_by_what_it_defines_and_imports() {
    check(
        "/explain shop.py",
        expect![[r#"
        # shop.py

        [shop.py]: Python, 10 lines.

        ## Definitions

        - `Shop` (class) · [shop.py:3] · 0 uses
          - `Shop::buy` (method) · [shop.py:4] · 0 callers
        - `Stall` (class) · [shop.py:7] · 0 uses
          - `Stall::buy` (method) · [shop.py:8] · 0 callers

        ## What it imports

        - [pay.py]
    "#]],
    );
}

#[test]
fn a_review_of_a_file_tells_each_thing_once() {
    check(
        "/review pay.py",
        expect![[r#"
            # Review of pay.py

            1 finding

            ## pay.py

            - [pay.py:9] `_old`: nothing refers to it · dead-code
              - to mend it: `/safe-delete pay.py:9:5`

            ## What this does not cover

            - looked for: import cycles, unresolved imports, dead code, functions of more than 70 lines, copies, names against convention, functions that no test reaches
        "#]],
    );
}

#[test]
fn several_symbols_of_a_name_are_a_choice() {
    check(
        "/history buy",
        expect![[r#"
        `buy` names 2 symbols: which one?

        - method Shop::buy at shop.py:4:9: `/history shop.py:4:9`
        - method Stall::buy at shop.py:8:9: `/history shop.py:8:9`
    "#]],
    );
}

#[test]
fn a_sentence_that_reads_is_carried_out_and_one_that_writes_is_asked_about() {
    let mut desk = Desk::new(SHOP);
    let outcome = desk.typed("who calls tax", None);
    assert!(shown(&outcome).starts_with("understood as /callers symbol=tax\n"), "{outcome:?}");
    let outcome = desk.typed("rename total to sum_all", None);
    let asked = shown(&outcome);
    assert!(asked.contains("`/rename symbol=total to=sum_all`"), "{asked}");
    assert!(asked.starts_with("this changes something"), "{asked}");
    let offered = desk.told.iter().any(|it| matches!(it, Notice::Offer { .. }));
    assert!(offered, "the choice is offered: {:?}", desk.told);
    assert_eq!(desk.text("pay.py"), SHOP[0].1);
    let nothing = shown(&desk.typed("make me a coffee", None));
    assert!(nothing.starts_with("no skill is like this"), "{nothing}");
}

#[test]
fn this_is_what_the_cursor_is_on() {
    let mut desk = Desk::new(SHOP);
    let outcome = desk.typed("/callers", Some("tax"));
    assert!(shown(&outcome).starts_with("# Who calls `tax`"), "{outcome:?}");
    assert_eq!(desk.typed("/callers", None).describe(), "/callers needs a symbol: name one");
}

#[test]
fn a_change_is_proposed_applied_told_in_the_changelog_and_undone() {
    let mut desk = Desk::new(SHOP);
    for (command, gone) in [("/safe-delete _old", "_old"), ("/rename tax to duty", "tax")] {
        let outcome = desk.typed(command, None);
        let RunOutcome::Proposed { proposal, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(desk.text("pay.py"), SHOP[0].1);
        let outcome = desk.run(RunRequest::Apply(proposal));
        assert!(matches!(outcome, RunOutcome::Changed { .. }), "{outcome:?}");
        assert!(!desk.text("pay.py").contains(gone));
        desk.run(RunRequest::Index);
        let told = shown(&desk.typed("/changelog since 2h", None));
        assert!(told.contains(gone), "{told}");
        let undone = desk.typed("/undo", None);
        assert!(matches!(undone, RunOutcome::Changed { .. }), "{undone:?}");
        assert_eq!(desk.text("pay.py"), SHOP[0].1);
        desk.run(RunRequest::Index);
    }
    let nothing = shown(&desk.typed("/changelog", None));
    assert!(nothing.starts_with("no change that was made here stands"), "{nothing}");
}

#[test]
fn documentation_a_broken_cycle_and_a_new_agent_are_applied_and_undone() {
    let files = &[
        ("one.py", "from two import b\n\ndef a():\n    return b()\n"),
        ("two.py", "from one import a\n\ndef b():\n    return 1\n\ndef c():\n    return a()\n"),
    ];
    let mut desk = Desk::new(files);
    let commands = [
        ("/document a", "one.py", "    \"\"\"A.\n"),
        ("/break-cycle one.py", "one.py", "from b import b"),
        ("/create-agent linter reads what I write", ".aios/agents/linter.yaml", "name: linter"),
    ];
    for (command, path, wanted) in commands {
        let outcome = desk.typed(command, None);
        let RunOutcome::Proposed { proposal, .. } = outcome else { panic!("{outcome:?}") };
        desk.run(RunRequest::Apply(proposal));
        assert!(desk.text(path).contains(wanted), "{command}: {}", desk.text(path));
        desk.run(RunRequest::Index);
        let undone = desk.typed("/undo", None);
        assert!(matches!(undone, RunOutcome::Changed { .. }), "{undone:?}");
        for (path, text) in files {
            assert_eq!(desk.text(path), *text, "{command}");
        }
        desk.run(RunRequest::Index);
    }
    assert!(!desk.dir.path().join("w/.aios/agents/linter.yaml").exists());
    assert!(!desk.dir.path().join("w/b.py").exists());
}

#[test]
fn a_context_begins_with_the_place_and_gives_each_piece_its_reason() {
    let mut desk = Desk::new(SHOP);
    let at = Some(Area::Place(Place::Symbol("total".to_owned())));
    let task = "charge more".to_owned();
    let query = ContextQuery { task, tokens_max: 400, with_history: false, at, relevance_min: 0.0 };
    let found = desk.engine.read_blocking("context", move |it| it.context(&query)).unwrap();
    let pieces = found.pack.pieces.iter().map(|it| (it.0.symbol.as_deref(), it.0.why.as_str()));
    let pieces: Vec<(Option<&str>, &str)> = pieces.collect();
    assert!(pieces[0].1.contains("the definition here"), "{pieces:?}");
    let why = |symbol: &str| {
        let it = pieces.iter().find(|it| it.0 == Some(symbol));
        it.unwrap_or_else(|| panic!("no {symbol} in {pieces:?}")).1
    };
    assert!(why("tax").contains("called by total"), "{pieces:?}");
    assert!(why("Shop::buy").contains("calls total"), "{pieces:?}");
    assert!(why("test_total").contains("tests total"), "{pieces:?}");
    let is_finding = |it: &(Option<&str>, &str)| it.1.contains("unused-private");
    assert!(pieces.iter().any(is_finding), "{pieces:?}");
    assert!(found.pack.tokens <= 400);
    let outcome = desk.typed("/context charge more", Some("total"));
    assert!(shown(&outcome).contains("the definition here"), "{outcome:?}");
}

#[test]
fn what_cannot_be_changed_says_why() {
    let mut desk = Desk::new(SHOP);
    let outcome = desk.typed("/safe-delete total", None);
    assert!(matches!(outcome, RunOutcome::Replied { .. }), "{outcome:?}");
    assert_eq!(desk.text("pay.py"), SHOP[0].1);
    let outcome = desk.typed("/rename total to class", None);
    assert!(matches!(outcome, RunOutcome::Replied { .. }), "{outcome:?}");
    assert_eq!(desk.typed("/callers nobody", None).describe(), "there is no symbol `nobody`");
}

#[test]
fn what_was_found_stays_until_it_is_cleared() {
    let mut desk = Desk::new(SHOP);
    desk.typed("/dead-code", None);
    let n_found =
        |desk: &Desk| desk.engine.read_blocking("found", |it| Ok(it.found.len())).unwrap();
    assert_eq!(n_found(&desk), 1);
    desk.run(RunRequest::ClearFindings);
    assert_eq!(n_found(&desk), 0);
}

#[test]
fn conventions_that_everything_keeps_to_are_told_as_a_report() {
    let names = (0..30).map(|it| format!("def pay_now{it}():\n    pass\n\n\n"));
    let text: String = names.collect();
    let mut desk = Desk::new(&[("pay.py", &text)]);
    let outcome = desk.typed("/conventions", None);
    let RunOutcome::Replied { markdown, .. } = &outcome else { panic!("{outcome:?}") };
    assert!(markdown.starts_with("# Conventions\n\nevery name keeps to its convention:\n\n- "));
    assert!(markdown.contains("\n- Python functions are snake_case: 30 of 30"), "{markdown}");
}

#[test]
fn a_function_is_long_by_its_code_and_not_by_its_documentation() {
    let doc = "    a line\n".repeat(80);
    let code = |n: usize| "    b()\n\n    # why\n".repeat(n);
    let text = format!(
        "def told():\n    \"\"\"\n{doc}    \"\"\"\n    b()\n\n\n\
         def short():\n{}\n\ndef long():\n{}",
        code(30),
        code(80),
    );
    let mut desk = Desk::new(&[("pay.py", &text)]);
    let outcome = desk.typed("/review file=pay.py", None);
    let RunOutcome::Replied { markdown, .. } = &outcome else { panic!("{outcome:?}") };
    let long: Vec<&str> = markdown.lines().filter(|it| it.contains("lines of code")).collect();
    assert_eq!(long.len(), 1, "{markdown}");
    assert!(long[0].contains("`long` has 81 lines of code"), "{long:?}");
}
