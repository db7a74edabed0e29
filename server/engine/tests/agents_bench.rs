//! What a thousand runs of a trivial agent cost that are all wanted at once.
//! `RUN_BENCHES=1 cargo test --release -p engine --test agents_bench -- --nocapture` prints it;
//! without `RUN_BENCHES` a few runs show that the bench works.

// A benchmark sets the scene by itself, and is read by people.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

mod desk;

use std::{collections::BTreeMap, fs, time::Instant};

use agent::End;
use desk::Desk;
use engine::{AgentTask, Notice, RunOutcome, RunRequest};

/// An answer may take so long, on a machine that others use too.
const LAST_SECONDS_MAX: u64 = 120;
/// What all runs together may add to the memory of the process.
const GROWTH_KIB_MAX: u64 = 256 * 1024;

fn n_runs() -> usize {
    if std::env::var_os("RUN_BENCHES").is_some() { 1_000 } else { 20 }
}

/// A number of `/proc/self/status`, in KiB; 0 elsewhere than on Linux.
fn status(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|it| it.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|it| it.parse().ok()).unwrap_or(0)
}

fn cpu_ms() -> u64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|it| it.parse::<u64>().ok()).sum();
    ticks * 10
}

#[test]
fn a_thousand_runs_at_once_are_bounded_in_memory_and_time() {
    let mut desk = Desk::new(&[("cart.py", "def total(items):\n    return sum(items)\n")]);
    let task = || {
        let arguments = [("query".to_owned(), "total".to_owned())].into();
        RunRequest::RunAgent(Box::new(AgentTask { arguments, ..AgentTask::by_user("find") }))
    };
    desk.run(task());
    let (rss, cpu, began) = (status("VmRSS:"), cpu_ms(), Instant::now());
    let wanted: BTreeMap<_, _> =
        (0..n_runs()).map(|_| (desk.engine.run(task()), Instant::now())).collect();
    let mut took_ms = Vec::new();
    while took_ms.len() < wanted.len() {
        if let Notice::RunDone { run, outcome } = desk.notices.blocking_recv().unwrap()
            && let Some(asked) = wanted.get(&run)
        {
            let RunOutcome::Ran(report) = outcome else { panic!("{outcome:?}") };
            assert_eq!(report.end, End::Done);
            took_ms.push(asked.elapsed().as_millis() as u64);
        }
    }
    took_ms.sort_unstable();
    let at = |percent: usize| took_ms[(took_ms.len() * percent / 100).min(took_ms.len() - 1)];
    let grown = status("VmHWM:").saturating_sub(rss);
    let n = took_ms.len() as u64;
    println!(
        "{n} runs wanted at once: {} ms wall, {} us CPU a run; answered after {} ms (50 %), {} ms \
         (99 %); memory grew by {grown} KiB at most",
        began.elapsed().as_millis(),
        (cpu_ms() - cpu) * 1_000 / n,
        at(50),
        at(99),
    );
    assert!(at(100) <= LAST_SECONDS_MAX * 1_000);
    assert!(grown <= GROWTH_KIB_MAX, "{grown} KiB");
    let runs = desk.engine.read_blocking("runs", |it| it.agent_runs(2_000)).unwrap();
    assert!(n as usize <= runs.len() && runs.iter().all(|it| it.end.state == "done"));
}
