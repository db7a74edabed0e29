//! What patterns cost. With `RUN_BENCHES=1` on the workspace at `AIOS_BENCH_ROOT`:
//! `RUN_BENCHES=1 AIOS_BENCH_ROOT=… cargo test --release -p patterns --test cost -- --nocapture`.
// A benchmark reads the files it is given, looks at the clock and prints what it found.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use graph::CodeGraph;
use history::FilePast;
use patterns::{
    DuplicateConfig, Findings, Fingerprint, Unit, conventions, duplicates, fingerprint, hotspots,
    layering,
};
use syntax::{FileFacts, SymbolIdx};
use vfs::{FileId, VfsPath};

struct Source {
    file: FileId,
    text: String,
    facts: Arc<FileFacts>,
}

#[test]
fn cost_of_patterns() {
    if std::env::var_os("RUN_BENCHES").is_none() {
        return;
    }
    let root = PathBuf::from(std::env::var_os("AIOS_BENCH_ROOT").expect("AIOS_BENCH_ROOT is set"));
    let root = std::fs::canonicalize(root).unwrap();
    let mut graph = CodeGraph::default();
    let sources = read(&root, &mut graph);
    let bytes: usize = sources.iter().map(|it| it.text.len()).sum();
    println!("{} files, {} MB", sources.len(), bytes / 1_000_000);

    let (prints, cost) = measured(|| fingerprints(&sources));
    let kept: usize = prints.iter().map(|it| it.2.bytes()).sum();
    println!("{} fingerprints: {cost:?} CPU, {} kB kept", prints.len(), kept / 1000);
    let one = sources.iter().max_by_key(|it| it.text.len()).map(std::slice::from_ref);
    let (_, cost) = measured(|| fingerprints(one.unwrap_or_default()).len());
    println!("those of the longest file anew: {cost:?} CPU");
    let units: Vec<Unit<'_>> = prints
        .iter()
        .map(|(source, symbol, fingerprint)| Unit {
            file: sources[*source].file,
            range: sources[*source].facts.symbol(*symbol).range,
            name: sources[*source].facts.name_path(*symbol),
            fingerprint,
        })
        .collect();
    shown("duplicates", || duplicates(&units, &DuplicateConfig::MEASURED));
    shown("conventions", || conventions(&graph, 50));
    let past = FilePast { n_commits: 1, n_authors: 1, churn: 1.0, ..FilePast::default() };
    shown("hotspots, the past apart", || hotspots(&graph, &|_| Some((String::new(), past)), 50));
    let folder = |file: FileId| {
        let path = graph.path(file)?.as_str();
        Some(path.rsplit_once('/')?.0.to_owned())
    };
    shown("layering", || layering(&graph, &folder, 50, &mut || Ok(())).unwrap());
}

fn shown(name: &str, work: impl FnOnce() -> Findings) {
    let (findings, cost) = measured(work);
    println!("{name}: {cost:?} CPU, {} found, {:?}", findings.found.len(), findings.limits);
}

fn fingerprints(sources: &[Source]) -> Vec<(usize, SymbolIdx, Fingerprint)> {
    let mut res = Vec::new();
    for (nth, source) in sources.iter().enumerate() {
        for (symbol, _) in source.facts.symbols() {
            let print = fingerprint(&source.text, &source.facts, symbol);
            res.extend(print.map(|it| (nth, symbol, it)));
        }
    }
    res
}

fn read(root: &Path, graph: &mut CodeGraph) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut left = vec![root.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() && !entry.file_name().to_string_lossy().starts_with('.') {
                left.push(path);
            } else if kind.is_file()
                && let Some(language) = grammars::language_for_path(&path.to_string_lossy(), "")
                && let Ok(text) = std::fs::read_to_string(&path)
                && let Some(path) = VfsPath::from_path(&path)
            {
                let file = FileId::from_index(sources.len() as u32);
                let facts = Arc::new(syntax::facts(path.as_str(), &text, language));
                graph.set_file(file, &path, Some(Arc::clone(&facts)));
                sources.push(Source { file, text, facts });
            }
        }
    }
    sources
}

/// The result and the CPU time of this thread.
fn measured<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let before = cpu();
    let res = work();
    (res, cpu() - before)
}

fn cpu() -> Duration {
    // Nanoseconds on the processor are the first number.
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let ns: u64 = stat.split(' ').next().unwrap().parse().unwrap();
    Duration::from_nanos(ns)
}
