//! A workspace on a real disk through the whole engine: what is read and what is left out, what is
//! kept between starts, and an outside that does not do its part.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use disk::Disk;
use engine::{
    Abilities, Caller, ClientChange, ContentEdit, Engine, EngineConfig, Health, IndexSummary,
    LoadGraph, Notice, Notices, ReadError, Reading, RunOutcome, RunRequest, Snapshot, Stores,
    SystemClock, SystemRandom, Threads,
};
use expect_test::{Expect, expect};
use memory::Query;
use settings::Layers;
use tempfile::TempDir;
use text::{LineCol, PositionEncoding};
use vfs::{FileEvent, VfsPath};

/// Longer than anything here takes; a test that waits so long has failed.
const WAIT: Duration = Duration::from_secs(60);

struct Desk {
    engine: Engine,
    notices: Notices,
    root: VfsPath,
    messages: Vec<String>,
}

/// A folder `w` with these files, and room for a state folder beside it.
fn workspace(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("w")).unwrap();
    for (path, bytes) in files {
        write(&dir, path, bytes);
    }
    dir
}

fn write(dir: &TempDir, path: &str, bytes: &[u8]) {
    let path = dir.path().join("w").join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

impl Desk {
    fn new(dir: &TempDir) -> Desk {
        Desk::with_graph(dir, LoadGraph::Always)
    }

    fn with_graph(dir: &TempDir, graph: LoadGraph) -> Desk {
        Desk::with_stores(dir, graph, Stores::Folder(dir.path().join("state")))
    }

    fn with_stores(dir: &TempDir, graph: LoadGraph, stores: Stores) -> Desk {
        let config = EngineConfig {
            stores,
            loader: Arc::new(Disk),
            writer: None,
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom),
            threads: Threads { latency: 1, work: 2 },
            settings: Layers::default(),
            embedder: None,
            chat: engine::no_models(),
            graph,
            watch: false,
            sandbox: None,
        };
        let abilities = Abilities { watched_files: true, ..Abilities::default() };
        let engine = Engine::start(config, Caller::local("test", abilities)).unwrap();
        let notices = engine.subscribe();
        let root = VfsPath::from_path(&dir.path().canonicalize().unwrap().join("w")).unwrap();
        engine.post(ClientChange::OpenWorkspace { roots: vec![root.clone()] });
        Desk { engine, notices, root, messages: Vec::new() }
    }

    fn index(&mut self) -> IndexSummary {
        let wanted = self.engine.run(RunRequest::Index);
        loop {
            match self.notices.blocking_recv().unwrap() {
                Notice::RunDone { run, outcome: RunOutcome::Indexed(it) } if run == wanted => {
                    return *it;
                }
                Notice::RunDone { run, outcome } if run == wanted => panic!("{outcome:?}"),
                Notice::Message { text, .. } => self.messages.push(text),
                _ => {}
            }
        }
    }

    fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Snapshot) -> Result<T, ReadError> + Send + 'static,
    ) -> T {
        self.engine.read_blocking("test", question).unwrap()
    }

    /// Waits until `question` says yes; every answer is a moment of its own.
    #[track_caller]
    fn until(&self, question: impl Fn(&Snapshot) -> bool + Send + Sync + 'static) {
        let question = Arc::new(question);
        let began = Instant::now();
        loop {
            let question = Arc::clone(&question);
            if self.read(move |it| Ok(question(it))) {
                return;
            }
            assert!(began.elapsed() < WAIT, "it does not come");
        }
    }

    fn names(&self) -> Vec<String> {
        self.read(|snapshot| {
            let hits = snapshot.analysis.workspace_symbols("", 100)?;
            let mut names: Vec<String> = hits.into_iter().map(|it| it.target.name).collect();
            names.sort();
            Ok(names)
        })
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

fn names_are(names: &'static [&'static str]) -> impl Fn(&Snapshot) -> bool + Send + Sync {
    move |snapshot| {
        let hits = snapshot.analysis.workspace_symbols("", 100).unwrap_or_default();
        let mut found: Vec<String> = hits.into_iter().map(|it| it.target.name).collect();
        found.sort();
        found == names
    }
}

#[track_caller]
fn check(summary: &IndexSummary, root: &VfsPath, expected: Expect) {
    let mut lines = vec![format!(
        "{} files, {} read, {} gone, {} symbols",
        summary.files, summary.read, summary.gone, summary.symbols
    )];
    for it in &summary.skipped {
        lines.push(format!("{}: {}", it.path.relative_to(root).unwrap(), it.reason));
    }
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn what_cannot_be_read_as_text_is_left_out_and_told_once() {
    let long = vec![b'x'; 5 * 1024 * 1024];
    let dir = workspace(&[
        ("a.py", b"def one(): pass\n"),
        ("picture.png", b"\x89PNG\0\0"),
        ("latin.txt", b"caf\xe9\n"),
        ("long.py", &long),
        ("build/out.py", b"def ignored(): pass\n"),
        ("notes/b.py", b"def two(): pass\n"),
        (".gitignore", b"build/\n"),
        (".aiosignore", b"notes\n"),
        (".hidden/c.py", b"def hidden(): pass\n"),
        (".github/ci.yml", b"on: push\n"),
    ]);
    let mut desk = Desk::new(&dir);
    let summary = desk.index();
    check(
        &summary,
        &desk.root,
        expect![[r#"
        2 files, 4 read, 0 gone, 2 symbols
        latin.txt: not UTF-8
        long.py: larger than 4194304 bytes
        picture.png: binary"#]],
    );
    drop(desk);

    let mut desk = Desk::new(&dir);
    let summary = desk.index();
    check(
        &summary,
        &desk.root,
        expect![[r#"
        2 files, 0 read, 0 gone, 2 symbols
        latin.txt: not UTF-8
        long.py: larger than 4194304 bytes
        picture.png: binary"#]],
    );
}

#[test]
fn a_start_reads_only_what_has_changed() {
    let dir = workspace(&[("a.py", b"def one(): pass\n"), ("b.py", b"def two(): one()\n")]);
    let first = Desk::new(&dir).index();
    assert_eq!((first.read, first.symbols), (2, 2));

    let second = Desk::with_graph(&dir, LoadGraph::IfChanged).index();
    assert_eq!((second.read, second.symbols, second.edges), (0, 2, first.edges));
    assert_eq!(second.languages, [("python".to_owned(), 2)]);

    write(&dir, "b.py", b"def two(): pass\n\ndef three(): pass\n");
    fs::remove_file(dir.path().join("w/a.py")).unwrap();
    let mut desk = Desk::with_graph(&dir, LoadGraph::IfChanged);
    let third = desk.index();
    check(&third, &desk.root, expect!["1 files, 1 read, 1 gone, 2 symbols"]);
    assert_eq!(desk.names(), ["three", "two"]);
}

#[test]
fn one_changed_file_of_many_is_taken_in_without_counting_all_anew() {
    let dir = workspace(&[]);
    for n in 0..30 {
        write(&dir, &format!("m{n}.py"), format!("def f{n}(): f{n}()\n").as_bytes());
    }
    let first = Desk::with_graph(&dir, LoadGraph::IfChanged).index();
    assert_eq!((first.read, first.symbols, first.edges_stale), (30, 30, false));
    write(&dir, "m7.py", b"def other(): pass\n\ndef third(): pass\n");
    let mut desk = Desk::with_graph(&dir, LoadGraph::IfChanged);
    let second = desk.index();
    assert_eq!((second.read, second.edges, second.edges_stale), (1, first.edges, true));
    // Symbols and lines are known of each file, so that their sums are those of now.
    assert_eq!((second.symbols, second.lines), (31, first.lines + 2));
    let hits = desk.read(|it| Ok(it.search(&Query::text("other", 5))?.hits));
    assert_eq!(hits.first().and_then(|it| it.symbol.as_deref()), Some("other"));
    drop(desk);
    // Whoever needs the graph has all of it, and counts what costs little.
    let mut desk = Desk::new(&dir);
    let third = desk.index();
    assert_eq!((third.read, third.symbols, third.edges_stale), (0, 31, true));
    assert_eq!(desk.names().len(), 31);
    drop(desk);
    fs::remove_file(dir.path().join("w/m7.py")).unwrap();
    let fourth = Desk::with_graph(&dir, LoadGraph::IfChanged).index();
    assert_eq!((fourth.gone, fourth.symbols, fourth.lines), (1, 29, first.lines - 2));
    assert_eq!(fourth.languages, [("python".to_owned(), 29)]);
}

#[test]
fn a_read_sees_every_edit_posted_before_it() {
    let dir = workspace(&[("a.py", b"")]);
    let desk = Desk::new(&dir);
    let path = desk.root.join("a.py");
    desk.engine.post(ClientChange::Open {
        path: path.clone(),
        language: "python".to_owned(),
        version: 1,
        text: String::new(),
    });
    for n in 0..100 {
        let end = LineCol { line: u32::MAX, col: 0 };
        let text = format!("def f{n}(): pass\n");
        desk.engine.post(ClientChange::Edit {
            path: path.clone(),
            version: n + 2,
            edits: vec![ContentEdit::Range { start: end, end, text }],
            encoding: PositionEncoding::Utf16,
        });
        let path = path.clone();
        let symbols = desk.read(move |snapshot| {
            Ok(snapshot.analysis.document_symbols(snapshot.file(&path)?)?.len())
        });
        assert_eq!(symbols, n as usize + 1);
    }
}

#[test]
fn what_happens_on_disk_is_followed() {
    let dir = workspace(&[("a.py", b"def one(): pass\n")]);
    let mut desk = Desk::new(&dir);
    desk.index();
    let told = |path: &str, event| {
        let changes = vec![(desk.root.join(path), event)];
        desk.engine.post(ClientChange::Watched(changes));
    };
    write(&dir, "new/b.py", b"def two(): pass\n");
    told("new", FileEvent::Created);
    desk.until(names_are(&["one", "two"]));

    write(&dir, "a.py", b"def other(): pass\n");
    told("a.py", FileEvent::Changed);
    desk.until(names_are(&["other", "two"]));

    fs::rename(dir.path().join("w/new"), dir.path().join("w/old")).unwrap();
    told("new", FileEvent::Deleted);
    told("old", FileEvent::Created);
    desk.until(names_are(&["other", "two"]));
    desk.until(|it| it.file(&it.roots[0].join("old/b.py")).is_ok());

    write(&dir, ".gitignore", b"old/\n");
    told(".gitignore", FileEvent::Created);
    desk.until(names_are(&["other"]));
}

#[test]
fn a_folder_that_leaves_the_workspace_takes_its_files_along() {
    let dir = workspace(&[("a/a.py", b"def one(): pass\n"), ("b/b.py", b"def two(): pass\n")]);
    let mut desk = Desk::new(&dir);
    desk.index();
    let (all, a) = (desk.root.clone(), desk.root.join("a"));
    desk.engine.post(ClientChange::Folders { added: vec![a], removed: vec![all] });
    desk.index();
    assert_eq!(desk.names(), ["one"]);
}

#[test]
fn a_search_finds_what_is_not_saved() {
    let dir = workspace(&[("a.py", b"def colour(): pass\n")]);
    let mut desk = Desk::new(&dir);
    desk.index();
    desk.engine.post(ClientChange::Open {
        path: desk.root.join("a.py"),
        language: "python".to_owned(),
        version: 1,
        text: "def parse_retry_delay(): pass\n".to_owned(),
    });
    let hits = desk.read(|snapshot| {
        let found = |text| Ok::<_, ReadError>(snapshot.search(&Query::text(text, 5))?.hits);
        Ok((found("retry delay")?, found("colour")?))
    });
    let names: Vec<_> = hits.0.iter().map(|it| it.symbol.as_deref()).collect();
    assert_eq!((names, hits.1.len()), (vec![Some("parse_retry_delay")], 0));
}

#[test]
fn a_corrupt_state_folder_is_told_and_the_index_built_again() {
    let dir = workspace(&[("a.py", b"def one(): pass\n")]);
    Desk::new(&dir).index();
    let index = dir.path().join("state/index.db");
    fs::write(&index, b"this is no database, far from it").unwrap();
    // Where the log of the last writes is still there, SQLite repairs the file from it.
    let _ = fs::remove_file(index.with_extension("db-wal"));
    fs::write(dir.path().join("state/history.db"), b"neither is this, not at all").unwrap();
    let mut desk = Desk::new(&dir);
    let summary = desk.index();
    check(&summary, &desk.root, expect!["1 files, 1 read, 0 gone, 1 symbols"]);
    let messages = desk.messages.join("\n");
    assert!(messages.contains("index.db: damaged"), "{messages}");
    assert!(messages.contains("history.db: damaged"), "{messages}");
    let health = desk.read(|it| Ok(it.status.health));
    assert_eq!(health, Health::Warning);
}

#[test]
fn an_index_that_the_disk_has_no_room_for_is_told_once_and_names_are_found_all_the_same() {
    let lines: String = (0..5_000).map(|it| format!("def name{it}(): pass\n")).collect();
    let files = [("a.py", lines.as_bytes()), ("b.py", lines.as_bytes())];
    let dir = workspace(&files);
    let state = dir.path().join("state");
    let opened = store::open(&state, store::Access::ReadWrite, "1").unwrap();
    opened.store.limit_pages(4).unwrap();
    let stores = Stores::Open { index: Arc::new(opened.store), history: None };
    let mut desk = Desk::with_stores(&dir, LoadGraph::Always, stores);
    let is_told = |it: &str| {
        it.ends_with("index.db: the disk is full: what was read is not kept in the index")
    };
    assert!(desk.index().unkept.is_some_and(|it| is_told(&it)));
    write(&dir, "b.py", b"def other(): pass\n");
    desk.index();
    let told = desk.messages.iter().filter(|it| is_told(it));
    assert_eq!(told.count(), 1, "{:?}", desk.messages);
    desk.until(|it| {
        let found = it.analysis.workspace_symbols("other", 1).unwrap_or_default();
        found.first().is_some_and(|it| it.target.name == "other")
    });
}

#[test]
fn a_state_folder_that_cannot_be_made_leaves_an_index_in_memory() {
    let dir = workspace(&[("a.py", b"def one(): pass\n")]);
    fs::write(dir.path().join("state"), b"a file stands in the way").unwrap();
    let mut desk = Desk::new(&dir);
    let summary = desk.index();
    check(&summary, &desk.root, expect!["1 files, 1 read, 0 gone, 1 symbols"]);
    let messages = desk.messages.join("\n");
    assert!(messages.contains("the index is kept in memory"), "{messages}");
    assert!(messages.contains("nothing can be changed or undone"), "{messages}");
}

#[test]
fn a_second_server_answers_and_leaves_the_index_to_the_first() {
    let dir = workspace(&[("a.py", b"def one(): pass\n")]);
    let mut first = Desk::new(&dir);
    first.index();
    let mut second = Desk::new(&dir);
    second.index();
    assert_eq!(second.names(), ["one"]);
    assert!(second.read(|it| Ok(it.status.read_only)));
    assert!(!first.read(|it| Ok(it.status.read_only)));
    let messages = second.messages.join("\n");
    assert!(messages.contains("the index is read, not written"), "{messages}");
    // What it reads anew it knows, though it may not write it down.
    write(&dir, "b.py", b"def two(): pass\n");
    let changes = vec![(second.root.join("b.py"), FileEvent::Created)];
    second.engine.post(ClientChange::Watched(changes));
    second.until(names_are(&["one", "two"]));
}

#[test]
fn a_panic_in_a_read_fails_that_read_only() {
    let dir = workspace(&[]);
    let desk = Desk::new(&dir);
    let res: Result<(), ReadError> = desk.engine.read_blocking("test", |_| panic!("a bug"));
    assert_eq!(res, Err(ReadError::Panicked));
    assert_eq!(desk.read(|it| Ok(it.roots.len())), 1);
    desk.engine.stop();
    let res: Result<(), ReadError> = desk.engine.read_blocking("test", |_| Ok(()));
    assert_eq!(res, Err(ReadError::Stopped));
}

#[test]
fn a_read_that_the_end_finds_waiting_is_told_of_the_end() {
    let dir = workspace(&[]);
    let desk = Desk::new(&dir);
    let (go_on, gate) = std::sync::mpsc::channel::<()>();
    let (begun, has_begun) = std::sync::mpsc::channel();
    // There is one thread for them.
    let mut first = desk.engine.read("first", move |_| {
        begun.send(()).unwrap();
        let _ = gate.recv();
        Ok(1)
    });
    has_begun.recv().unwrap();
    let mut second = desk.engine.read("second", |_| Ok(2));
    let answer = |reading: &mut Reading<i32>| {
        let began = Instant::now();
        loop {
            if let Some(answer) = reading.try_answer() {
                return answer;
            }
            assert!(began.elapsed() < WAIT, "it does not come");
            std::thread::yield_now();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| desk.engine.stop());
        assert_eq!(answer(&mut second), Err(ReadError::Stopped));
        go_on.send(()).unwrap();
        assert_eq!(answer(&mut first), Ok(1));
    });
}

#[test]
fn settings_of_the_workspace_are_read_with_it() {
    let config = b"[index]\nfiles_max = \"many\"\nfile_bytes_max = 2000\n";
    let dir = workspace(&[("a.py", &[b'#'; 3000]), (".aios/config.toml", config)]);
    let mut desk = Desk::new(&dir);
    desk.index();
    let summary = desk.index();
    assert_eq!(summary.n_skipped, 1, "{:?}", summary.skipped);
    let messages = desk.messages.join("\n");
    let expected = ".aios/config.toml:2: index.files_max: a text is no whole number";
    assert!(messages.contains(expected), "{messages}");
    assert_eq!(desk.read(|it| Ok(it.settings.file_bytes_max)), 2000);
}

#[test]
#[cfg(unix)]
fn links_made_while_the_server_runs_are_listed_and_linked_settings_do_not_count() {
    use std::os::unix::fs::symlink;
    let dir = workspace(&[("a.rs", b"fn a() {}")]);
    let outside = dir.path().join("outside.toml");
    fs::write(&outside, "preview = \"never\"\nnonsense").unwrap();
    fs::create_dir(dir.path().join("w/.aios")).unwrap();
    symlink(&outside, dir.path().join("w/.aios/config.toml")).unwrap();
    let mut desk = Desk::new(&dir);
    desk.index();
    let told = ".aios/config.toml: link outside the workspace; what was good stays";
    assert_eq!(desk.messages, [told]);

    let link = dir.path().join("w/link.rs");
    symlink(&outside, &link).unwrap();
    let path = desk.root.join("link.rs");
    let told = |event| ClientChange::Watched(vec![(path.clone(), event)]);
    let is_listed =
        |it: &Snapshot| it.status.skipped.iter().any(|it| it.path.as_str().ends_with("link.rs"));
    desk.engine.post(told(FileEvent::Created));
    desk.until(is_listed);
    fs::remove_file(&link).unwrap();
    desk.engine.post(told(FileEvent::Deleted));
    desk.until(move |it| !is_listed(it));
}

#[test]
fn a_secret_is_listed_and_not_searched() {
    let files: [(&str, &[u8]); 2] =
        [("conf/secrets.yml", b"token: needle\n"), ("b.py", b"def b(): pass\n")];
    let dir = workspace(&files);
    let mut desk = Desk::new(&dir);
    let summary = desk.index();
    let told: Vec<String> = summary.skipped.iter().map(|it| it.reason.to_string()).collect();
    assert_eq!(told, ["a secret, by its name"]);
    let hits = desk.read(|it| Ok(it.search(&Query::text("needle", 5))?.hits));
    assert_eq!(hits.len(), 0);
}

#[test]
fn a_text_that_would_make_the_parser_hang_is_searched_as_text_and_told() {
    let hostile = format!("needle = 1\n{}", "/*\n".repeat(4_000));
    let dir = workspace(&[("a.py", hostile.as_bytes()), ("b.py", b"def b(): pass\n")]);
    for graph in [LoadGraph::Always, LoadGraph::Always, LoadGraph::IfChanged] {
        let mut desk = Desk::with_graph(&dir, graph);
        let summary = desk.index();
        let told: Vec<String> = summary.skipped.iter().map(|it| it.reason.to_string()).collect();
        assert_eq!(told, ["too broken to parse, searched as plain text"]);
    }
    let mut desk = Desk::new(&dir);
    desk.index();
    let hits = desk.read(|it| Ok(it.search(&Query::text("needle", 5))?.hits));
    assert_eq!(hits.len(), 1);
    write(&dir, "a.py", b"needle = 1\n");
    let changed = vec![(desk.root.join("a.py"), FileEvent::Changed)];
    desk.engine.post(ClientChange::Watched(changed));
    desk.until(|it| it.status.skipped.is_empty());
}
