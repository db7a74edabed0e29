//! What experiments are worth on real repositories: the search sees the oldest commits, the ruling
//! newer ones, and what was accepted is measured on the newest, which neither saw.
//!
//! `cargo run --release -p evolve --example worth -- FOLDER…`, each the work tree of a repository
//! with its history: what was accepted and what that gave, or why nothing was. A server that was
//! told yes tries again: up to three experiments are held, each beginning at what the one before
//! brought.
// A program for evaluation prints what it found and fails where it stands.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{ops::ControlFlow, path::Path, sync::Arc};

use evolve::{
    Arena, Comparison, EvidenceConfig, Evolution, EvolutionConfig, EvolutionStep, Evolved, Model,
    Next, Percents, Replay, Ruling, Trial, TrialConfig, Vocabulary, compare, declared, parameters,
    shipped, weights_of,
};
use history::{Repository, UpdateConfig, update};
use memory::{PieceConfig, Weights, words_of};
use store::commits::open_commits_in_memory;

/// Tasks of a repository at most: as many as the server takes, and a quarter more that nobody sees.
const TASKS_MAX: usize = 400;
/// The newest tasks, which nobody sees: they are asked with words learned from what lies before.
const UNSEEN: usize = 80;
/// Commits that are looked at.
const COMMITS_MAX: usize = 5_000;
/// Experiments one after the other.
const ROUNDS_MAX: u32 = 3;

fn main() {
    let mut gains = Vec::new();
    for folder in std::env::args().skip(1) {
        let began_s = cpu_s();
        let trial = trial_config();
        let mut evolved = evolved(Path::new(&folder), &trial);
        let Arena { tuning, held_out, .. } = &mut evolved.arena;
        let mut all = std::mem::take(tuning);
        all.append(held_out);
        let unseen = all.split_off(all.len() - UNSEEN.min(all.len() / 5));
        let n_held_out = all.len() * 2 / 5;
        evolved.arena.held_out = all.split_off(all.len() - n_held_out);
        evolved.arena.tuning = all;
        let words = &evolved.vocabulary;
        println!("{folder}: {} words, {} places", words.words.len(), words.often.len());
        let values = rounds(&evolved.arena, &trial);
        let gain = tell(&values, &trial, &unseen);
        println!("  {:.1} s of CPU time", cpu_s() - began_s);
        gains.push(gain);
    }
    let mean = |of: fn(&(f64, f64)) -> f64| gains.iter().map(of).sum::<f64>() / gains.len() as f64;
    println!(
        "mean of {} repositories on commits never seen: files {:+.2}, functions {:+.2}",
        gains.len(),
        100.0 * mean(|it| it.0),
        100.0 * mean(|it| it.1)
    );
}

fn trial_config() -> TrialConfig {
    let parameters = parameters();
    TrialConfig {
        now: shipped(&parameters),
        shipped: shipped(&parameters),
        declared: declared(&parameters, &shipped(&parameters)),
        parameters,
        given: Vec::new(),
        seed: 1,
        measured_max: 900,
        refinements_max: 2,
        looks: 0,
        known: Vec::new(),
        knows_words: true,
    }
}

/// All questions of a repository, asked; no trial is held yet.
fn evolved(folder: &Path, trial: &TrialConfig) -> Evolved {
    let commits = open_commits_in_memory().unwrap();
    let reading = UpdateConfig { commits_max: 50_000, newest: None, words: &words_of };
    let repository = || Repository::open(&folder.canonicalize().unwrap()).unwrap();
    update(repository(), &commits, &reading, &mut |_| ControlFlow::Continue(())).unwrap();
    let evidence = EvidenceConfig { tasks_max: TASKS_MAX, commits_max: COMMITS_MAX, until_s: None };
    let none = TrialConfig { measured_max: 0, refinements_max: 0, ..trial.clone() };
    let config = EvolutionConfig {
        evidence,
        trial: none,
        ruled: Vec::new(),
        standing: Vocabulary::default(),
        untaught: UNSEEN,
    };
    let embedder = Arc::new(models::built_in());
    let model = Model { embedder, pieces: PieceConfig::default() };
    let mut evolution =
        Evolution::begin(repository(), Arc::new(commits), Some(model), config).unwrap();
    loop {
        let step = evolution.step(&|| (1000.0 * cpu_s()) as u64).unwrap();
        if let EvolutionStep::Done(evolved) = step {
            return *evolved;
        }
    }
}

fn hold(arena: &Arena, config: TrialConfig) -> Ruling {
    let mut trial = Trial::new(config);
    loop {
        if let Next::Done(ruling) = trial.step(arena) {
            return ruling;
        }
    }
}

/// Experiments one after the other, printed; what is set in the end.
fn rounds(arena: &Arena, first: &TrialConfig) -> Percents {
    let mut trial = first.clone();
    for round in 0..ROUNDS_MAX {
        let ruling = hold(arena, trial.clone());
        println!("  experiment {}: {} variants measured", round + 1, ruling.n_measured);
        for attempt in &ruling.attempts {
            let verdict = attempt.against.as_deref().unwrap_or("accepted");
            println!("    {:?}: {verdict}", attempt.candidate.values);
            println!("      seen {}\n      ruled by {}", attempt.tuning, attempt.early);
        }
        trial.looks += ruling.attempts.len() as u32;
        trial.known.extend(ruling.attempts.iter().map(|it| it.candidate.values.clone()));
        let Some(accepted) = ruling.accepted() else { break };
        trial.now = accepted.candidate.values.clone();
        trial.declared = declared(&trial.parameters, &trial.now);
        trial.seed += 1;
    }
    trial.now
}

/// Prints what that gave on commits never seen: files and functions.
fn tell(values: &Percents, trial: &TrialConfig, unseen: &[Replay]) -> (f64, f64) {
    let before = weights_of(&trial.parameters, &trial.shipped);
    let after = weights_of(&trial.parameters, values);
    let files = difference(unseen, &before, &after, |it, of| it.score(of).files_at_5);
    let functions = difference(unseen, &before, &after, |it, of| it.score(of).functions_at_10);
    println!("  never seen: files {files}\n  never seen: functions {functions}");
    (files.gain(), functions.gain())
}

fn difference(
    replays: &[Replay],
    before: &Weights,
    after: &Weights,
    of: fn(&Replay, &Weights) -> f32,
) -> Comparison {
    let scores = |weights| replays.iter().map(|it| f64::from(of(it, weights))).collect::<Vec<_>>();
    compare(&scores(before), &scores(after), 0.95, 1)
}

fn cpu_s() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
