//! What the engine costs on a real workspace: cold, warm, after one saved file, after a keystroke,
//! and how soon it answers. `RUN_BENCHES=1 AIOS_BENCH_ROOT=<folder> cargo test --release -p engine
//! --test bench -- --nocapture` copies the folder, measures CPU time of the whole process, and
//! prints it beside that of a bare parse; `tests/bench/README.md` tells the figures.

// A benchmark sets the scene by itself, and is read by people.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use disk::Disk;
use engine::{
    Abilities, Caller, ClientChange, ContentEdit, Engine, EngineConfig, LoadGraph, Notice, Notices,
    RunOutcome, RunRequest, Stores, SystemClock, SystemRandom, Threads,
};
use settings::Layers;
use text::{LineCol, PositionEncoding};
use vfs::{FileEvent, VfsPath};

/// Lines of the file that is typed in.
const LINES: usize = 10_000;
/// Keystrokes of a measurement.
const KEYS: i32 = 200;

struct Desk {
    engine: Engine,
    notices: Notices,
    root: VfsPath,
}

impl Desk {
    fn new(dir: &Path) -> Desk {
        let config = EngineConfig {
            stores: Stores::Folder(dir.join("state")),
            loader: Arc::new(Disk),
            writer: None,
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom),
            threads: Threads::for_server(),
            settings: Layers::default(),
            embedder: None,
            chat: engine::no_models(),
            graph: LoadGraph::Always,
            watch: false,
            sandbox: None,
        };
        let abilities = Abilities { watched_files: true, ..Abilities::default() };
        let engine = Engine::start(config, Caller::local("bench", abilities)).unwrap();
        let notices = engine.subscribe();
        let root = VfsPath::from_path(&dir.canonicalize().unwrap().join("w")).unwrap();
        engine.post(ClientChange::OpenWorkspace { roots: vec![root.clone()] });
        Desk { engine, notices, root }
    }

    fn index(&mut self) -> usize {
        let wanted = self.engine.run(RunRequest::Index);
        loop {
            if let Some(Notice::RunDone { run, outcome }) = self.notices.blocking_recv()
                && run == wanted
            {
                let RunOutcome::Indexed(summary) = outcome else { panic!("{outcome:?}") };
                return summary.files;
            }
        }
    }

    /// Brings the index up to date and asks it all the while; the folder was opened at `began`.
    fn index_and_ask(&mut self, began: Instant) -> String {
        let wanted = self.engine.run(RunRequest::Index);
        let mut first = None;
        let mut waits = Vec::new();
        let files = loop {
            if let Ok(Notice::RunDone { run, outcome }) = self.notices.try_recv()
                && run == wanted
            {
                let RunOutcome::Indexed(summary) = outcome else { panic!("{outcome:?}") };
                break summary.files;
            }
            let asked = Instant::now();
            let found = self.engine.read_blocking("bench", |snapshot| {
                let hits = snapshot.analysis.workspace_symbols("new", 10)?;
                Ok((!hits.is_empty()).then(|| snapshot.analysis.graph().files().len()))
            });
            waits.push(asked.elapsed());
            if let Ok(Some(n_files)) = found {
                first.get_or_insert((began.elapsed(), n_files));
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        waits.sort();
        let at = |share: usize| waits[(waits.len() - 1) * share / 100].as_millis();
        let first = first.map(|(after, n)| format!("after {} ms, of {n} files", after.as_millis()));
        let first = first.unwrap_or_else(|| "none before the end".to_owned());
        format!(
            "{files} files; asked {} times, first answer {first}; wall p50 {} ms, p99 {} ms",
            waits.len(),
            at(50),
            at(99)
        )
    }

    /// Waits until `path` has a symbol called `name`.
    fn until_known(&self, path: &VfsPath, name: &'static str) {
        loop {
            let path = path.clone();
            let is_known = self.engine.read_blocking("bench", move |snapshot| {
                let items = snapshot.analysis.document_symbols(snapshot.file(&path)?)?;
                Ok(items.iter().any(|it| it.name == name))
            });
            if is_known == Ok(true) {
                return;
            }
            // To ask without a pause would be measured too.
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn what_a_workspace_costs() {
    let from = std::env::var_os("AIOS_BENCH_ROOT").map(PathBuf::from);
    let (Some(from), true) = (from, std::env::var_os("RUN_BENCHES").is_some()) else { return };
    let dir = tempfile::tempdir().unwrap();
    copy(&from, &dir.path().join("w"));
    let lines: String = (0..LINES).map(|n| format!("fn typed_{n}() {{ typed_0(); }}\n")).collect();
    fs::write(dir.path().join("w/typed.rs"), &lines).unwrap();

    let (opened, began) = (Instant::now(), cpu());
    let mut desk = Desk::new(dir.path());
    let asked = desk.index_and_ask(opened);
    println!("cold, with the questions: {} ms CPU; {asked}", (cpu() - began).as_millis());
    desk.engine.stop();

    let began = cpu();
    let mut desk = Desk::new(dir.path());
    desk.index();
    println!("warm, with the graph: {} ms CPU", (cpu() - began).as_millis());

    let path = desk.root.join("typed.rs");
    let mut saves = Vec::new();
    for name in ["saved_a", "saved_b", "saved_c", "saved_d", "saved_e"] {
        let began = cpu();
        fs::write(dir.path().join("w/typed.rs"), format!("fn {name}() {{}}\n{lines}")).unwrap();
        desk.engine.post(ClientChange::Watched(vec![(path.clone(), FileEvent::Changed)]));
        desk.until_known(&path, name);
        saves.push((cpu() - began).as_millis());
    }
    saves.sort_unstable();
    println!("one saved file of {LINES} lines, five times: {saves:?} ms CPU");

    println!("keystroke to fresh symbols in {LINES} lines: {}", keystrokes(&desk, &path, &lines));
    println!("yardstick, a bare parse of these lines: {} us CPU", bare_parse(&lines).as_micros());
    desk.engine.stop();
}

fn keystrokes(desk: &Desk, path: &VfsPath, text: &str) -> String {
    desk.engine.post(ClientChange::Open {
        path: path.clone(),
        language: "rust".to_owned(),
        version: 0,
        text: text.to_owned(),
    });
    let mut times = Vec::new();
    for n in 1..=KEYS {
        let began = (Instant::now(), cpu());
        let at = LineCol { line: (n as u32 * 37) % LINES as u32, col: 12 };
        desk.engine.post(ClientChange::Edit {
            path: path.clone(),
            version: n,
            edits: vec![ContentEdit::Range { start: at, end: at, text: "x".to_owned() }],
            encoding: PositionEncoding::Utf16,
        });
        let asked = path.clone();
        let outline = desk.engine.read_blocking("bench", move |snapshot| {
            Ok(snapshot.analysis.document_symbols(snapshot.file(&asked)?)?.len())
        });
        assert_eq!(outline, Ok(LINES));
        times.push((began.0.elapsed(), cpu() - began.1));
    }
    let (mut wall, mut cpu): (Vec<_>, Vec<_>) = times.into_iter().unzip();
    [&mut wall, &mut cpu].iter_mut().for_each(|it| it.sort());
    let at = |times: &[Duration], share: usize| times[times.len() * share / 100].as_micros();
    let (p50, p99) = (at(&cpu, 50), at(&cpu, 99));
    format!("CPU p50 {p50} us, p99 {p99} us; wall p50 {}, p99 {}", at(&wall, 50), at(&wall, 99))
}

/// CPU time of a parse from nothing, without facts.
fn bare_parse(text: &str) -> Duration {
    let language = grammars::language("rust").unwrap();
    let rope = text::Rope::from_str(text);
    let began = cpu();
    assert!(syntax::parse("typed.rs", &rope, language, None).errors().is_empty());
    cpu() - began
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        let to = to.join(entry.file_name());
        if kind.is_dir() {
            copy(&entry.path(), &to);
        } else if kind.is_file() {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// CPU time of all threads that live; zero where the system does not tell.
fn cpu() -> Duration {
    let Ok(threads) = fs::read_dir("/proc/self/task") else { return Duration::ZERO };
    let ns = threads.flatten().filter_map(|it| {
        let stat = fs::read_to_string(it.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(ns.sum())
}
