//! Trials on made-up pasts: what is really better is accepted, and nothing else is.

// A test may fail where it stands.
#![allow(clippy::unwrap_used)]

use evolve::{
    Arena, Found, FoundBy, Guard, LOOKS_MAX, Next, Parameter, Replay, Ruling, Seeded, Trial,
    TrialConfig, declared, parameters, shipped,
};
use memory::{Feature, QuestionKind, Values};

/// Candidates of each question.
const CANDIDATES: usize = 15;
/// Trials on nothing, with `RUN_BENCHES`; the chance to accept something is too small for few.
const NULL_RUNS: u64 = 400;

/// Questions about a project in which `telling` says what is right far better than the body does.
/// Without one nothing says it: the labels are those of other questions.
fn questions(n: usize, telling: Option<Feature>, seed: u64) -> Vec<Replay> {
    let mut random = Seeded::new(seed);
    (0..n).map(|_| question(telling, CANDIDATES, &mut random)).collect()
}

fn question(telling: Option<Feature>, n_candidates: usize, random: &mut Seeded) -> Replay {
    let right = random.below(n_candidates);
    let found = (0..n_candidates).map(|nth| {
        let mut values = Values::default();
        for feature in [Feature::Body, Feature::Name, Feature::File, Feature::Path] {
            values[feature] = random.share() as f32;
        }
        // What was learned of words and places speaks for few.
        for feature in [Feature::Vocabulary, Feature::Often] {
            values[feature] = (3.0 * random.share() - 2.0).max(0.0) as f32;
        }
        if let Some(telling) = telling.filter(|_| nth == right) {
            values[telling] = 0.6 + 0.4 * random.share() as f32;
        }
        let is_right = nth == right;
        Found {
            file: nth as u16,
            functions: u8::from(is_right),
            is_of_right_file: is_right,
            values,
        }
    });
    let kind = QuestionKind::Change;
    Replay { kind, found: found.collect(), n_files: 1, n_functions: 1 }
}

fn config(seed: u64) -> TrialConfig {
    let parameters = parameters();
    TrialConfig {
        now: shipped(&parameters),
        shipped: shipped(&parameters),
        parameters,
        given: Vec::new(),
        declared: Vec::new(),
        seed,
        measured_max: 240,
        refinements_max: 2,
        looks: 0,
        known: Vec::new(),
        knows_words: false,
    }
}

fn hold(arena: &Arena, config: TrialConfig) -> Ruling {
    let mut trial = Trial::new(config);
    for _ in 0..10_000 {
        if let Next::Done(ruling) = trial.step(arena) {
            return ruling;
        }
    }
    panic!("a trial has an end");
}

fn place(key: &str) -> usize {
    parameters().iter().position(|it: &Parameter| it.key == key).unwrap()
}

#[test]
fn what_is_better_on_commits_that_the_search_did_not_see_is_accepted() {
    let arena = Arena {
        tuning: questions(150, Some(Feature::Path), 1),
        held_out: questions(100, Some(Feature::Path), 2),
        ..Arena::default()
    };
    let ruling = hold(&arena, config(1));
    let accepted = ruling.accepted().expect("paths say it all here");
    assert!(100 < accepted.candidate.values[place("weights.path")], "{accepted:?}");
    assert!(accepted.held_out.is_better(), "{}", accepted.held_out);
    assert_eq!(ruling, hold(&arena, config(1)), "a seed is one trial");
}

/// The null test: where labels are shuffled there is nothing to learn, whatever fits the past best.
#[test]
fn shuffled_labels_are_never_accepted() {
    let n_runs = if std::env::var_os("RUN_BENCHES").is_some() { NULL_RUNS } else { 20 };
    let accepted: Vec<u64> = (0..n_runs).filter(|run| accepts_noise(*run)).collect();
    // In one of four hundred something may be accepted; of twenty that is none.
    let allowed = n_runs as usize / 100;
    assert!(accepted.len() <= allowed, "{} of {n_runs}: {accepted:?}", accepted.len());
}

/// True where a trial on shuffled labels accepts something.
fn accepts_noise(run: u64) -> bool {
    let shuffled = |n: usize, seed: u64| {
        let mut random = Seeded::new(seed);
        (0..n).map(|_| question(None, 40, &mut random)).collect()
    };
    let arena = Arena {
        tuning: shuffled(120, 0x7e57_0000 + 2 * run),
        held_out: shuffled(80, 0x7e57_0001 + 2 * run),
        // Words in force that are as good as those learned anew.
        standing: shuffled(120, 0x57a4_d000 + run),
        ..Arena::default()
    };
    let trial = config(0x5eed + run);
    let declared = declared(&trial.parameters, &trial.now);
    let ruling = hold(&arena, TrialConfig { measured_max: 450, declared, ..trial });
    let is_accepted = ruling.accepted().is_some();
    assert!(is_accepted || 0 < ruling.n_measured, "it did search");
    is_accepted
}

/// A variant made for the tuning tasks: it gains there and nowhere else.
#[test]
fn what_games_the_tuning_tasks_is_dropped_and_the_reason_told() {
    let arena = Arena {
        tuning: questions(150, Some(Feature::Path), 1),
        held_out: questions(100, Some(Feature::Name), 2),
        ..Arena::default()
    };
    let mut gamed = shipped(&parameters());
    gamed[place("weights.path")] = 300;
    gamed[place("weights.name")] = 0;
    let ruling = hold(&arena, TrialConfig { given: vec![gamed.clone()], ..config(1) });
    assert_eq!(ruling.accepted(), None);
    let attempt = &ruling.attempts[0];
    assert_eq!(attempt.candidate.values, gamed);
    assert!(0.0 < attempt.tuning.gain() && attempt.held_out.gain() < 0.0, "{attempt:?}");
    let why = attempt.against.as_deref().unwrap();
    assert!(why.contains("worse") || why.contains("did not see"), "{why}");
}

#[test]
fn what_hurts_a_guard_is_dropped_however_much_it_gains() {
    let arena = Arena {
        tuning: questions(150, Some(Feature::Path), 1),
        held_out: questions(100, Some(Feature::Path), 2),
        // Names are found by their names alone.
        guards: vec![Guard { name: "exact names", replays: names(40) }],
        ..Arena::default()
    };
    let mut given = shipped(&parameters());
    given[place("weights.path")] = 400;
    given[place("weights.name")] = 0;
    let config = TrialConfig { given: vec![given], measured_max: 0, ..config(1) };
    let ruling = hold(&arena, config);
    let why = ruling.attempts[0].against.as_deref().unwrap();
    assert!(why.starts_with("exact names are answered worse"), "{why}");
}

/// Questions whose answer has nothing but its name, among others that have a little of everything.
fn names(n: usize) -> Vec<Replay> {
    let mut random = Seeded::new(9);
    let question = |_| {
        let found = (0..CANDIDATES).map(|nth| {
            let mut values = Values::default();
            values[Feature::Path] = 0.3 * random.share() as f32;
            if nth == 0 {
                values = Values::default();
                values[Feature::Name] = 1.0;
            }
            let (file, is_right) = (nth as u16, nth == 0);
            Found { file, functions: u8::from(is_right), is_of_right_file: is_right, values }
        });
        let found = found.collect();
        Replay { kind: QuestionKind::Change, found, n_files: 1, n_functions: 1 }
    };
    (0..n).map(question).collect()
}

#[test]
fn what_makes_questions_dear_is_dropped() {
    let arena = Arena {
        tuning: questions(150, Some(Feature::Path), 1),
        held_out: questions(100, Some(Feature::Path), 2),
        cost_ms: (10.0, 9.0),
        ..Arena::default()
    };
    let mut now = shipped(&parameters());
    now[place("weights.history")] = 0;
    let mut given = now.clone();
    given[place("weights.path")] = 300;
    given[place("weights.history")] = 100;
    let config = TrialConfig { now, given: vec![given], measured_max: 0, ..config(1) };
    let ruling = hold(&arena, config);
    let why = ruling.attempts[0].against.as_deref().unwrap();
    assert_eq!(why, "a question would cost 1.9 times what it does");
}

#[test]
fn what_was_dropped_is_not_tried_again_and_the_same_commits_prove_no_more_than_they_can() {
    let arena = Arena {
        tuning: questions(60, Some(Feature::Path), 1),
        held_out: questions(60, None, 2),
        ..Arena::default()
    };
    let first = hold(&arena, config(4));
    let known: Vec<Vec<u16>> =
        first.attempts.iter().map(|it| it.candidate.values.clone()).collect();
    assert!(!known.is_empty());
    assert_eq!(first.accepted(), None);
    let again = hold(&arena, TrialConfig { known: known.clone(), ..config(4) });
    assert!(again.attempts.iter().all(|it| !known.contains(&it.candidate.values)));
    let exhausted = hold(&arena, TrialConfig { looks: LOOKS_MAX, ..config(5) });
    assert!(exhausted.attempts.is_empty() && exhausted.is_out_of_looks);
}

/// The newest `n` questions, and the same asked with words in force that say nothing of what is
/// right.
fn words_anew(n: usize) -> Arena {
    let (tuning, held_out) =
        (questions(80, Some(Feature::Vocabulary), 1), questions(50, Some(Feature::Vocabulary), 2));
    let mut standing = [tuning.as_slice(), &held_out].concat().split_off(130 - n);
    let found = standing.iter_mut().flat_map(|it| &mut it.found);
    found.filter(|it| it.is_of_right_file).for_each(|it| it.values[Feature::Vocabulary] = 0.0);
    Arena { tuning, held_out, standing, ..Arena::default() }
}

/// With words in force.
fn in_force() -> TrialConfig {
    let mut now = shipped(&parameters());
    now[place("weights.vocabulary")] = 400;
    TrialConfig { now, measured_max: 0, refinements_max: 0, ..config(1) }
}

#[test]
fn words_learned_anew_are_accepted_where_they_find_newer_commits_better() {
    let ruling = hold(&words_anew(60), in_force());
    let accepted = ruling.accepted().expect("the old words say nothing");
    assert_eq!(accepted.candidate.found_by, FoundBy::LearnedAnew);
    assert_eq!(accepted.candidate.values, in_force().now, "what they weigh stays");
    assert_eq!(accepted.early.n, 60);
    // Nor are they looked at where too few commits came since, or they were dropped lately.
    assert_eq!(hold(&words_anew(39), in_force()).attempts, []);
    let lately = TrialConfig { knows_words: true, ..in_force() };
    assert_eq!(hold(&words_anew(60), lately).attempts, []);
}

#[test]
fn words_learned_anew_that_hurt_a_guard_are_dropped() {
    let mut arena = words_anew(60);
    arena.standing_guards = vec![Guard { name: "exact names", replays: names(40) }];
    let mut worse = names(40);
    worse.iter_mut().for_each(|it| it.found[0].values[Feature::Name] = 0.0);
    arena.guards = vec![Guard { name: "exact names", replays: worse }];
    let ruling = hold(&arena, in_force());
    let why = ruling.attempts[0].against.as_deref().unwrap();
    assert!(why.starts_with("exact names are answered worse"), "{why}");
}
