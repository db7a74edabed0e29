//! What indexing and searching cost, in CPU time, beside a yardstick of the same run.
//!
//! `RUN_BENCHES=1 AIOS_BENCH_ROOT=… cargo test --release -p memory --test eval cost -- --nocapture`
//! measures a real folder; without them a small part of this repository shows that it runs.

use std::{env, fs, path::Path, path::PathBuf};

use memory::{Query, Sources, Weights, search};
use store::{Access, FileWrite, Store, open};

use crate::corpus::{BATCH, ROOT, SourceFile, facts_of, read_folder, write_of};

/// Questions of all kinds, for any code: names, sentences, errors.
const QUESTIONS: [&str; 8] = [
    "parse",
    "read_to_string",
    "fix crash when the file is empty",
    "resolve names through imports",
    "thread 'main' panicked at src/main.rs:10:5: index out of bounds",
    "avoid allocating a new string for each line\nThe loop copies every line; borrow it instead.",
    "error: expected type, found function",
    "where is the configuration loaded and checked",
];

/// CPU seconds of full text (words and writing) for a million lines.
const SECONDS_PER_MLINES_MAX: f64 = 7.0;

/// CPU seconds to open the cache and read every row, for a hundred thousand files.
const WARM_SECONDS_PER_100K_FILES_MAX: f64 = 1.5;

/// CPU seconds of one search in a workspace of a million lines, at the 95th percentile.
const SEARCH_SECONDS_MAX: f64 = 0.1;

#[test]
fn indexing_and_searching_stay_within_their_budgets() {
    let is_real = env::var_os("RUN_BENCHES").is_some();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store");
    let root = env::var_os("AIOS_BENCH_ROOT").filter(|_| is_real).map_or(own, PathBuf::from);
    let files = read_folder(&root);
    let n_lines: usize = files.iter().map(|it| it.text.lines().count()).sum();
    let dir = tempfile::tempdir().expect("a scratch folder");

    let cold = index(dir.path(), &files);
    let n_bytes = fs::metadata(dir.path().join("index.db")).map_or(0, |it| it.len());
    let warm = cpu_seconds(|| {
        let store = open(dir.path(), Access::ReadWrite, "bench").expect("the cache opens").store;
        assert_eq!(store.files(ROOT).expect("rows").len(), files.len());
    });
    let store = open(dir.path(), Access::ReadWrite, "bench").expect("the cache opens").store;
    let saved = cpu_seconds(|| {
        let file = &files[files.len() / 2];
        store.put(ROOT, &[write_of(file, &facts_of(file))]).expect("a put");
    });
    let weights = Weights::default();
    let mut searches: Vec<f64> = QUESTIONS
        .iter()
        .map(|it| {
            let query = Query::text(it, 20);
            cpu_seconds(|| {
                drop(search(&Sources::saved(&store, &weights), &query).expect("a search"))
            })
        })
        .collect();
    searches.sort_by(f64::total_cmp);

    let full_text = cold.words + cold.put;
    eprintln!(
        "{}: {} files, {n_lines} lines, index {} KiB",
        root.display(),
        files.len(),
        n_bytes >> 10
    );
    eprintln!("  facts (the yardstick)    {:8.3} CPU s", cold.facts);
    eprintln!(
        "  words                    {:8.3} CPU s  {:.2} ×",
        cold.words,
        cold.words / cold.facts
    );
    eprintln!("  writing                  {:8.3} CPU s  {:.2} ×", cold.put, cold.put / cold.facts);
    eprintln!("  nothing changed          {warm:8.3} CPU s");
    eprintln!("  one saved file           {saved:8.3} CPU s");
    eprintln!("  a search, p50            {:8.3} CPU s", searches[searches.len() / 2]);
    eprintln!("  a search, slowest        {:8.3} CPU s", searches[searches.len() - 1]);
    eprintln!("  peak memory              {:8} MiB (the corpus itself included)", peak_mib());
    if is_real && !cfg!(debug_assertions) {
        let mlines = (n_lines as f64 / 1e6).max(0.05);
        assert!(full_text <= SECONDS_PER_MLINES_MAX * mlines, "full text {full_text:.2} s");
        let warm_max = 0.02 + WARM_SECONDS_PER_100K_FILES_MAX * files.len() as f64 / 1e5;
        assert!(warm <= warm_max, "nothing changed: {warm:.3} s");
        assert!(saved <= 0.1, "one saved file: {saved:.3} s");
        let slowest = searches[searches.len() - 1];
        assert!(slowest <= SEARCH_SECONDS_MAX * mlines.max(1.0), "a search: {slowest:.3} s");
    }
}

/// CPU seconds of each step of a cold index.
#[derive(Default)]
struct Cold {
    facts: f64,
    words: f64,
    put: f64,
}

fn index(dir: &Path, files: &[SourceFile]) -> Cold {
    let store = open(dir, Access::ReadWrite, "bench").expect("a new cache opens").store;
    let mut res = Cold::default();
    for batch in files.chunks(BATCH) {
        let mut facts = Vec::new();
        res.facts += cpu_seconds(|| facts.extend(batch.iter().map(facts_of)));
        let mut writes: Vec<FileWrite> = Vec::new();
        res.words += cpu_seconds(|| {
            writes.extend(batch.iter().zip(&facts).map(|(file, facts)| write_of(file, facts)));
        });
        res.put += cpu_seconds(|| store.put(ROOT, &writes).expect("a put"));
    }
    res.put += cpu_seconds(|| drop(store));
    res
}

/// CPU time of this thread, which does all the work.
pub(crate) fn cpu_seconds(work: impl FnOnce()) -> f64 {
    let now = || {
        let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let nanos = text.split(' ').next().and_then(|it| it.parse::<f64>().ok());
        nanos.unwrap_or(0.0) / 1e9
    };
    let before = now();
    work();
    now() - before
}

/// The most memory this process ever held.
fn peak_mib() -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    let kib = line.and_then(|it| it.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
