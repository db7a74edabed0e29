//! What the graph costs. With `RUN_BENCHES=1` on the workspace at `AIOS_BENCH_ROOT`:
//! `RUN_BENCHES=1 AIOS_BENCH_ROOT=… cargo test --release -p ide --test cost -- --nocapture`.
// A benchmark reads the files it is given, looks at the clock and prints what it found.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use graph::CodeGraph;
use ide::{
    Analysis, AnalysisHost, Change, CycleKind, DeadCodeConfig, Exported, FileDelta, FilePosition,
    FileState, WalkConfig,
};
use syntax::{FileFacts, SymbolKind};
use vfs::{FileId, VfsPath};

/// Names asked for, spread over the workspace.
const QUESTIONS: usize = 2000;
/// Functions whose impact is asked for, those first whose names are mentioned in most files.
const IMPACTS: usize = 20;
/// Says to a process of this test that it is to measure what one thing keeps in memory.
const PART: &str = "AIOS_BENCH_PART";
/// Where the facts are that such a process reads.
const FACTS: &str = "AIOS_BENCH_FACTS";

#[test]
fn cost_of_a_workspace() {
    if std::env::var_os("RUN_BENCHES").is_none() {
        return;
    }
    let root = PathBuf::from(std::env::var_os("AIOS_BENCH_ROOT").expect("AIOS_BENCH_ROOT is set"));
    let root = std::fs::canonicalize(root).unwrap();
    if let Some(part) = std::env::var_os(PART) {
        return memory_of(&part.to_string_lossy(), &root);
    }
    let (texts, parse) = measured(|| read(&root));
    let (facts, extract) = measured(|| extract(&texts));
    let bytes: usize = texts.iter().map(|it| it.1.len()).sum();
    println!("{} files, {} MB, read in {parse:?}", texts.len(), bytes / 1_000_000);
    let bare = bare_parse(&texts);
    let (graph, build) = measured(|| build(&facts));
    let ratio = |it: Duration| it.as_secs_f64() / bare.as_secs_f64();
    println!("bare parse: {bare:?} CPU");
    println!("facts, parsing included: {extract:?} CPU, {:.2} of the bare parse", ratio(extract));
    println!("graph: {build:?} CPU, {:.3} of the bare parse", ratio(build));
    memory(&facts);
    println!("{:?}", graph.summary());
    let (counts, all) = measured(|| graph.count_edges_by_kind(&mut || Ok(())).unwrap());
    println!("every reference resolved: {all:?} CPU");
    for (kind, it) in counts {
        let n = it.exact + it.inferred + it.candidates + it.modules + it.external + it.unresolved;
        let share = |n_of: usize| 100.0 * n_of as f64 / n.max(1) as f64;
        println!(
            "  {} {n}: exact {:.1} %, inferred {:.1} %, candidate {:.1} %, module {:.1} %, \
             external {:.1} %, unresolved {:.1} %",
            kind.as_str(),
            share(it.exact),
            share(it.inferred),
            share(it.candidates),
            share(it.modules),
            share(it.external),
            share(it.unresolved)
        );
    }
    one_file_changed(graph, &texts, &facts);
    questions(&texts, &facts);
}

/// What trees, facts and graph keep in memory, each in a process of its own: what one of them has
/// given back would be taken for nothing by the next.
fn memory(facts: &[(VfsPath, Arc<FileFacts>)]) {
    let encoded = std::env::temp_dir().join(format!("aios-cost-{}", std::process::id()));
    let mut bytes = Vec::new();
    for (path, it) in facts {
        let it = it.to_bytes();
        for part in [path.as_str().as_bytes(), &it] {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part);
        }
    }
    std::fs::write(&encoded, bytes).unwrap();
    for part in ["trees", "facts"] {
        let test = std::env::current_exe().unwrap();
        let mut child = std::process::Command::new(test);
        child.env(PART, part).env(FACTS, &encoded).arg("--nocapture");
        let out = child.output().unwrap();
        let told = String::from_utf8_lossy(&out.stdout);
        told.lines().filter(|it| it.contains(" MB")).for_each(|it| println!("{it}"));
    }
    std::fs::remove_file(&encoded).unwrap();
}

/// Measures in this process what one thing keeps in memory.
fn memory_of(part: &str, root: &Path) {
    if part == "trees" {
        let texts = read(root);
        let before = resident_mb();
        let trees: Vec<_> = trees(&texts).collect();
        println!("memory of {} trees: {} MB", trees.len(), resident_mb() - before);
        return;
    }
    let bytes = std::fs::read(std::env::var_os(FACTS).unwrap()).unwrap();
    let before = resident_mb();
    let facts = decoded(&bytes);
    let facts_mb = resident_mb() - before;
    let graph = build(&facts);
    let graph_mb = resident_mb() - before - facts_mb;
    println!("memory of facts: {facts_mb} MB, of the graph's indexes: {graph_mb} MB");
    assert_eq!(graph.summary().files, facts.len());
}

/// Facts as they were written, path by path.
fn decoded(mut bytes: &[u8]) -> Vec<(VfsPath, Arc<FileFacts>)> {
    let mut part = || {
        let (len, rest) = bytes.split_first_chunk::<8>()?;
        let (part, rest) = rest.split_at(u64::from_le_bytes(*len) as usize);
        bytes = rest;
        Some(part)
    };
    let mut res = Vec::new();
    while let (Some(path), Some(facts)) = (part(), part()) {
        let path = VfsPath::new(std::str::from_utf8(path).unwrap()).unwrap();
        res.push((path, Arc::new(FileFacts::from_bytes(facts).unwrap())));
    }
    res
}

fn one_file_changed(
    mut graph: CodeGraph,
    texts: &[(VfsPath, String)],
    facts: &[(VfsPath, Arc<FileFacts>)],
) {
    let index = (0..texts.len()).filter(|it| texts[*it].0.extension() == Some("rs"));
    let mut by_len: Vec<usize> = index.collect();
    by_len.sort_by_key(|it| texts[*it].1.len());
    let at = |share: usize| by_len[(by_len.len() * share / 100).min(by_len.len() - 1)];
    for index in [at(50), at(95), at(100)] {
        let (path, text) = &texts[index];
        let edited = format!("{text}\nfn appended_by_the_benchmark() {{}}\n");
        let snapshot = graph.clone();
        let (new, extract) = measured(|| facts_of(path, &edited));
        let file = FileId::from_index(index as u32);
        let ((), cost) = measured(|| graph.set_file(file, path, Some(new)));
        let lines = facts[index].1.lines.n_lines();
        println!("one saved file of {lines} lines: facts {extract:?}, graph {cost:?} CPU");
        let n_before = snapshot.definitions_named("appended_by_the_benchmark").len();
        let n_after = graph.definitions_named("appended_by_the_benchmark").len();
        assert_eq!(n_after, n_before + 1);
    }
}

fn questions(texts: &[(VfsPath, String)], facts: &[(VfsPath, Arc<FileFacts>)]) {
    let mut host = AnalysisHost::new();
    let files = facts.iter().enumerate().map(|(index, (path, facts))| FileDelta {
        file: FileId::from_index(index as u32),
        path: path.clone(),
        state: FileState::Settled(Arc::clone(facts)),
    });
    host.apply_change(Change { files: files.collect() });
    let by_file: Vec<Arc<str>> = texts.iter().map(|it| Arc::from(it.1.as_str())).collect();
    let analysis = host.analysis(Arc::new(move |it| by_file.get(it.index()).cloned()));
    let all: usize = facts.iter().map(|it| it.1.references.len()).sum();
    let every = (all / QUESTIONS).max(1);
    let (mut definitions, mut references) = (Vec::new(), Vec::new());
    let mut n = 0;
    for (index, (_, facts)) in facts.iter().enumerate() {
        for reference in &facts.references {
            n += 1;
            if n % every != 0 {
                continue;
            }
            let file = FileId::from_index(index as u32);
            let position = FilePosition { file, offset: reference.start() };
            let start = Instant::now();
            let found = analysis.definition(position).unwrap();
            definitions.push(start.elapsed());
            if n % (every * 10) == 0 && !found.is_empty() {
                let start = Instant::now();
                analysis.references(position).unwrap();
                references.push(start.elapsed());
            }
        }
    }
    report("definition", definitions);
    report("references", references);
    let start = Instant::now();
    let hits = analysis.workspace_symbols("parse", 100).unwrap().len();
    println!("workspace symbols: {hits} hits in {:?}", start.elapsed());
    wide_questions(&analysis, facts);
}

/// Questions that walk over much of the workspace.
fn wide_questions(analysis: &Analysis, facts: &[(VfsPath, Arc<FileFacts>)]) {
    let graph = analysis.graph();
    let mut functions = Vec::new();
    for (index, (_, facts)) in facts.iter().enumerate() {
        let file = FileId::from_index(index as u32);
        let is_function = |it: &syntax::Symbol| {
            matches!(it.kind, SymbolKind::Function | SymbolKind::Method) && !it.is_test
        };
        let found = facts.symbols().filter(|(_, it)| is_function(it));
        functions.extend(found.map(|(symbol, it)| {
            (graph.files_mentioning(facts.name(it.name)).len(), graph::SymbolRef { file, symbol })
        }));
    }
    functions.sort();
    let walk = WalkConfig { depth_max: 8, items_max: 500 };
    let impacts = functions.iter().rev().take(IMPACTS).map(|(_, symbol)| {
        let (answer, took) = measured(|| analysis.impact(&[*symbol], walk).unwrap());
        assert!(answer.items.len() <= walk.items_max);
        took
    });
    report("impact of the functions mentioned most, CPU", impacts.collect());
    for kind in [CycleKind::Imports, CycleKind::Calls] {
        let (answer, took) = measured(|| analysis.cycles(kind, 100, &mut |_, _| ()).unwrap());
        println!("cycles of {kind:?}: {} lines in {took:?} CPU", answer.items.len());
    }
    let config = DeadCodeConfig { exported: Exported::Alive, items_max: 1000 };
    let (answer, took) = measured(|| analysis.dead_code(config, &mut |_, _| ()).unwrap());
    println!("dead code: {} symbols in {took:?} CPU", answer.items.len());
}

/// CPU time for the same files when they are only parsed.
fn bare_parse(texts: &[(VfsPath, String)]) -> Duration {
    measured(|| trees(texts).count()).1
}

fn trees(texts: &[(VfsPath, String)]) -> impl Iterator<Item = tree_sitter::Tree> {
    texts.iter().filter_map(|(path, text)| {
        let language = grammars::language_for_path(path.as_str(), "")?;
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&language.grammar()).ok()?;
        parser.parse(text, None)
    })
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    println!("{what}: n {} p50 {:?} p95 {:?} max {:?}", times.len(), at(50), at(95), at(100));
}

fn build(facts: &[(VfsPath, Arc<FileFacts>)]) -> CodeGraph {
    let mut graph = CodeGraph::default();
    for (index, (path, facts)) in facts.iter().enumerate() {
        graph.set_file(FileId::from_index(index as u32), path, Some(Arc::clone(facts)));
    }
    graph
}

fn extract(texts: &[(VfsPath, String)]) -> Vec<(VfsPath, Arc<FileFacts>)> {
    texts.iter().map(|(path, text)| (path.clone(), facts_of(path, text))).collect()
}

fn facts_of(path: &VfsPath, text: &str) -> Arc<FileFacts> {
    let first = text.lines().next().unwrap_or_default();
    Arc::new(match grammars::language_for_path(path.as_str(), first) {
        Some(language) => syntax::facts(path.as_str(), text, language),
        None => syntax::facts_of_text(path.as_str(), text),
    })
}

fn read(root: &Path) -> Vec<(VfsPath, String)> {
    let mut texts = Vec::new();
    let mut left = vec![root.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() && !entry.file_name().to_string_lossy().starts_with('.') {
                left.push(path);
            } else if kind.is_file() && is_code(&path) {
                let Ok(text) = std::fs::read_to_string(&path) else { continue };
                texts.extend(VfsPath::from_path(&path).map(|it| (it, text)));
            }
        }
    }
    texts.sort();
    texts
}

fn is_code(path: &Path) -> bool {
    grammars::language_for_path(&path.to_string_lossy(), "").is_some()
}

fn measured<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let before = cpu_time();
    let res = work();
    (res, cpu_time() - before)
}

/// CPU time of this process, all threads.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanos = stat.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or(0);
    let own = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let own: u64 = own.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or(nanos);
    Duration::from_nanos(own.max(nanos))
}

fn resident_mb() -> i64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: i64 = statm.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
    pages * 4096 / 1_000_000
}
