//! What reading a history costs. With `RUN_BENCHES=1` on the repository at `AIOS_BENCH_ROOT`:
//! `RUN_BENCHES=1 AIOS_BENCH_ROOT=… cargo test --release -p history --test cost -- --nocapture`.
// A benchmark looks at the clock and prints what it found.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::{ops::ControlFlow, path::PathBuf, time::Duration};

use history::{
    Past, Repository, Stretch, TRACE_COMMITS_MAX, TraceLimits, UpdateConfig, link, trace, update,
};
use store::commits::{Commits, open_commits};

/// Commits that are read, unless the repository has fewer.
const COMMITS: usize = 50_000;
/// Files that are followed back, and commits that are linked to symbols.
const QUESTIONS: usize = 50;

#[test]
fn cost_of_a_history() {
    if std::env::var_os("RUN_BENCHES").is_none() {
        return;
    }
    let root = PathBuf::from(std::env::var_os("AIOS_BENCH_ROOT").expect("AIOS_BENCH_ROOT is set"));
    let root = std::fs::canonicalize(root).unwrap();
    let state = tempfile::tempdir().unwrap();
    let commits = open_commits(state.path(), "bench").unwrap().commits;
    let words = |it: &str| it.to_lowercase();
    let config = UpdateConfig { commits_max: COMMITS, newest: None, words: &words };
    let mut go_on = |_| ControlFlow::Continue(());
    let before = resident_mb();
    let (read, cost) = measured(|| {
        update(Repository::open(&root).unwrap(), &commits, &config, &mut go_on).unwrap()
    });
    let tenths = read.reached as f64 / 10_000.0;
    println!("{read:?}");
    println!(
        "first reading: {cost:?} CPU, {:.2} s for 10,000 commits; {} MB more in memory",
        cost.as_secs_f64() / tenths,
        resident_mb().saturating_sub(before)
    );
    let kept: u64 = std::fs::read_dir(state.path().join("commits"))
        .unwrap()
        .map(|it| it.unwrap().metadata().unwrap().len())
        .sum();
    let kept_mb = kept as f64 / 1e6;
    println!("kept: {kept_mb:.1} MB, {:.1} MB for 10,000 commits", kept_mb / tenths);
    let (_, again) = measured(|| {
        update(Repository::open(&root).unwrap(), &commits, &config, &mut go_on).unwrap()
    });
    println!("nothing new: {again:?} CPU");

    let repository = Repository::open(&root).unwrap();
    let before = resident_mb();
    let (past, cost) = measured(|| Past::load(&repository, &commits, 1_800_000_000).unwrap());
    let more = resident_mb().saturating_sub(before);
    println!("the past of {} files: {cost:?} CPU, {more} MB", past.files().count());
    let (_, cost) = measured(|| {
        past.files().take(1_000).map(|it| past.partners(&[it.0], 10).len()).sum::<usize>()
    });
    println!("partners of one file: {:?} CPU", cost / 1_000);
    questions(&repository, &commits, &past);
}

fn questions(repository: &Repository, commits: &dyn Commits, past: &Past) {
    let head = repository.head().unwrap();
    let mut files: Vec<(&str, u32)> = past.files().map(|it| (it.0, it.1.n_commits)).collect();
    files.sort_by_key(|it| std::cmp::Reverse(it.1));
    let mut costs = Vec::new();
    let mut versions = 0;
    for (path, _) in &files {
        if costs.len() == QUESTIONS {
            break;
        }
        let in_repository = repository.in_repository(path);
        let Some(key) = repository.file_at(&head, &in_repository).unwrap() else { continue };
        let Some(text) = repository.blob(&key).and_then(|it| String::from_utf8(it).ok()) else {
            continue;
        };
        let middle = text.lines().count() as u32 / 2;
        let stretch = Stretch { path: &in_repository, text: &text, lines: middle..middle + 20 };
        let limits = TraceLimits { versions_max: TRACE_COMMITS_MAX, touches_max: usize::MAX };
        let (traced, cost) =
            measured(|| trace(repository, commits, &stretch, limits, &mut || Ok(())).unwrap());
        versions += traced.n_versions;
        costs.push(cost);
    }
    println!("followed back, 20 lines of the files that changed most, {versions} versions in all:");
    shown(costs);
    let mut costs = Vec::new();
    for (path, _) in files.iter().take(QUESTIONS) {
        let path = repository.in_repository(path);
        let Some((commit, _)) = commits.commits_of(&path, 1).unwrap().pop() else { continue };
        let (_, cost) = measured(|| link(repository, commits, commit.id, &mut || Ok(())).unwrap());
        costs.push(cost);
    }
    println!("symbols of a commit, looked at for the first time:");
    shown(costs);
}

fn shown(mut costs: Vec<Duration>) {
    costs.sort_unstable();
    let at = |share: f64| costs[((costs.len() - 1) as f64 * share) as usize];
    println!("  p50 {:?}, p95 {:?}, most {:?} CPU", at(0.5), at(0.95), at(1.0));
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

fn resident_mb() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|it| it.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() / 1024
}
