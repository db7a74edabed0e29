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
use ide::{AnalysisHost, Change, FileDelta, FilePosition, FileState};
use syntax::FileFacts;
use vfs::{FileId, VfsPath};

/// Names asked for, spread over the workspace.
const QUESTIONS: usize = 2000;

#[test]
fn cost_of_a_workspace() {
    if std::env::var_os("RUN_BENCHES").is_none() {
        return;
    }
    let root = PathBuf::from(std::env::var_os("AIOS_BENCH_ROOT").expect("AIOS_BENCH_ROOT is set"));
    let root = std::fs::canonicalize(root).unwrap();
    let (texts, parse) = measured(|| read(&root));
    let (facts, extract) = measured(|| extract(&texts));
    let bytes: usize = texts.iter().map(|it| it.1.len()).sum();
    println!("{} files, {} MB, read in {parse:?}", texts.len(), bytes / 1_000_000);
    let bare_mb = bare_parse(&texts, extract);
    let before = resident_mb();
    let copies: Vec<_> =
        facts.iter().map(|(path, it)| (path.clone(), Arc::new((**it).clone()))).collect();
    let facts_mb = resident_mb() - before;
    let before = resident_mb();
    let (graph, build) = measured(|| build(&copies));
    println!(
        "graph: {build:?} CPU, {:.3} of the facts, {} MB more",
        build.as_secs_f64() / extract.as_secs_f64(),
        resident_mb() - before
    );
    let graph_mb = facts_mb + resident_mb() - before;
    println!(
        "memory of facts and graph: {graph_mb} MB, {:.2} of the trees",
        graph_mb as f64 / bare_mb as f64
    );
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
    one_file_changed(graph, &texts, &copies);
    questions(&copies);
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

fn questions(facts: &[(VfsPath, Arc<FileFacts>)]) {
    let mut host = AnalysisHost::new();
    let files = facts.iter().enumerate().map(|(index, (path, facts))| FileDelta {
        file: FileId::from_index(index as u32),
        path: path.clone(),
        state: FileState::Settled(Arc::clone(facts)),
    });
    host.apply_change(Change { files: files.collect() });
    let analysis = host.analysis(Arc::new(|_| None));
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
}

/// What the same files cost that are only parsed, their trees kept; gives the trees' memory.
fn bare_parse(texts: &[(VfsPath, String)], extract: Duration) -> i64 {
    let before = resident_mb();
    let (trees, parse) = measured(|| {
        let trees = texts.iter().filter_map(|(path, text)| {
            let language = grammars::language_for_path(path.as_str(), "")?;
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&language.grammar()).ok()?;
            parser.parse(text, None)
        });
        trees.collect::<Vec<_>>()
    });
    let trees_mb = resident_mb() - before;
    println!("bare parse: {parse:?} CPU, {} trees, {trees_mb} MB", trees.len());
    let ratio = extract.as_secs_f64() / parse.as_secs_f64();
    println!("facts, parsing included: {extract:?} CPU, {ratio:.2} of the bare parse");
    trees_mb
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
