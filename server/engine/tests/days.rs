//! Days of use in simulated time: experiments begin while nobody does anything, wait as soon as
//! somebody does, ask once, and leave little behind.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod hours;

use std::{collections::BTreeSet, fs, path::Path};

use engine::{EPISODES_MAX, EvolveRequest, RunOutcome, RunRequest, Then};
use evolve::{Accepted, VOCABULARY_FILE};
use fixture::past::{changed, telling_paths, telling_thrice};
use hours::{Days, repository};
use proposal::{ProposalState, UndoScope};
use settings::WORKSPACE_FILE;

/// What experiments and episodes of days may leave in the journal's file.
const HISTORY_BYTES_MAX: u64 = 1024 * 1024;

#[test]
fn days_of_use_are_left_alone_and_asked_once() {
    let dir = tempfile::tempdir().unwrap();
    repository(dir.path(), &telling_paths(110));
    let mut days = Days::begin(dir.path());

    // It begins after ten minutes without anybody, and waits as soon as somebody is there.
    days.pass(false);
    days.pass(false);
    assert_eq!(days.n_late, 0);
    days.pass_hours(8, true);
    assert!(days.n_late <= 1, "{} steps while somebody worked", days.n_late);
    assert_eq!(days.experiments(), [], "it waits");
    // In the evening and at night it goes on, and asks once.
    days.pass_hours(15, false);
    assert_eq!(days.experiments().len(), 1);
    assert_eq!(days.experiments()[0].outcome, "accepted", "{:?}", days.experiments()[0]);
    assert_eq!((days.proposals().len(), days.offers.len()), (1, 1), "{:?}", days.offers);
    // Whoever is asked is not asked again meanwhile.
    days.pass_hours(24, false);
    assert_eq!((days.experiments().len(), days.proposals().len()), (1, 1));
    let id = days.proposals()[0].proposal.id.clone();
    days.engine.engine().run(RunRequest::Reject(id));
    days.engine.calm();
    assert_eq!(days.proposals()[0].state, ProposalState::Rejected);
    // Nor soon after they said no.
    days.pass_hours(48, false);
    assert_eq!((days.experiments().len(), days.proposals().len(), days.offers.len()), (1, 1, 1));
    assert!(!dir.path().join("w/.aios").exists());
    let bytes = fs::metadata(dir.path().join("state/history.db")).unwrap().len();
    assert!(bytes < HISTORY_BYTES_MAX, "{bytes} bytes");
}

/// Settings that somebody wrote by hand.
const OWN: &str = "# mine\n[memory]\ntop_k = 12 # enough\n";
/// Questions of an hour of work: more in a day than are kept.
const QUESTIONS_AN_HOUR: usize = 200;
/// What a day may leave in the state folder beside the index: two thirds of it is the log that the
/// database writes ahead.
const DAY_BYTES_MAX: u64 = 6 * 1024 * 1024;

impl Days {
    /// An hour in which somebody asks and opens a little of what is found.
    fn work_an_hour(&mut self, hour: usize) {
        let files: Vec<String> = (0..10).map(changed).collect();
        for nth in 0..QUESTIONS_AN_HOUR {
            let place = if nth.is_multiple_of(20) { 1 } else { 0 };
            self.asks(&format!("where is {nth} of {hour}"), &files, (place, 18_000));
        }
    }

    fn try_and_accept(&mut self, key: &str, value: &str) {
        let given = vec![(key.to_owned(), value.to_owned())];
        let proposal =
            self.proposed(RunRequest::Evolve(EvolveRequest { given, ..EvolveRequest::default() }));
        self.applied(RunRequest::Apply(proposal));
    }

    /// What is set: the settings file and the words.
    fn set(&self) -> (Option<String>, Option<String>) {
        let text = |it: &str| fs::read_to_string(self.root.join(it).as_path()).ok();
        (text(WORKSPACE_FILE), text(VOCABULARY_FILE))
    }

    fn take_back(&mut self, id: &str) {
        let request = RunRequest::TakeBackExperiment(Some(id.to_owned()), Then::Keep);
        let proposal = self.proposed(request);
        self.applied(RunRequest::Apply(proposal));
    }
}

/// The settings as they would be had only `accepted` been.
fn with(accepted: &[&Accepted]) -> String {
    let set = accepted.iter().flat_map(|it| &it.patch);
    let mut numbers: Vec<(String, u16)> = set.map(|it| (it.0.clone(), it.2)).collect();
    // What words count is as by default.
    numbers.retain(|it| it.0 != "weights.vocabulary");
    settings::with_numbers(OWN, &numbers).unwrap()
}

/// Every order of `n` things.
fn orders(n: usize) -> Vec<Vec<usize>> {
    let Some(last) = n.checked_sub(1) else { return vec![Vec::new()] };
    let with_last = |order: Vec<usize>| {
        (0..n).map(move |place| {
            let mut res = order.clone();
            res.insert(place, last);
            res
        })
    };
    orders(last).into_iter().flat_map(with_last).collect()
}

fn bytes_of(folder: &Path, is_counted: &dyn Fn(&str) -> bool) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap());
    let bytes = entries.map(|it| match it.file_type().unwrap().is_dir() {
        true => bytes_of(&it.path(), is_counted),
        false if is_counted(&it.file_name().to_string_lossy()) => it.metadata().unwrap().len(),
        false => 0,
    });
    bytes.sum()
}

/// A day from midnight to midnight: an experiment at night, work from eight to six with a pause,
/// two more experiments that somebody asks for, and a quiet evening.
#[test]
fn a_day_of_use_is_left_alone_leaves_little_and_is_taken_back_in_any_order() {
    let dir = tempfile::tempdir().unwrap();
    repository(dir.path(), &telling_thrice(110));
    fs::create_dir(dir.path().join("w/.aios")).unwrap();
    fs::write(dir.path().join("w").join(WORKSPACE_FILE), OWN).unwrap();
    let mut days = Days::begin(dir.path());
    let state = dir.path().join("state");
    let left = || bytes_of(&state, &|it| it.starts_with("history"));
    // What somebody wrote by hand is asked about, once.
    assert_eq!(std::mem::take(&mut days.offers).len(), 1);
    let trusted = days.run(RunRequest::Trust { seen: None });
    assert!(matches!(trusted, RunOutcome::Done(_)), "{trusted:?}");

    days.pass_hours(8, false);
    assert_eq!((days.experiments().len(), days.offers.len()), (1, 1), "{:?}", days.offers);
    assert_eq!(days.set(), (Some(OWN.to_owned()), None), "it only asks");
    let id = days.proposals()[0].proposal.id.clone();
    days.applied(RunRequest::Apply(id));
    (8..11).for_each(|hour| days.work_an_hour(hour));
    days.try_and_accept("weights.path", "300");
    days.work_an_hour(11);
    // A pause of an hour is idle, and nobody is asked anything: there was an experiment today.
    let n_offers = days.offers.len();
    days.pass_hours(1, false);
    days.try_and_accept("weights.name", "300");
    days.work_an_hour(13);
    let before = left();
    (14..18).for_each(|hour| days.work_an_hour(hour));
    days.pass_hours(6, false);

    // Idle only: what was under way when somebody came ended its step.
    assert!(days.n_late <= 1, "{} steps while somebody worked", days.n_late);
    // Bounded: the second half of the day left nothing that the first had not.
    let noted = |kind: &str| days.journal.episodes().noted_episodes(Some(kind), usize::MAX / 2);
    for kind in ["question", "opened", "used", "command", "change"] {
        assert!(noted(kind).unwrap().len() <= EPISODES_MAX, "{kind}");
    }
    assert_eq!(noted("question").unwrap().len(), EPISODES_MAX, "more were asked than are kept");
    assert!(left() < before + before / 4, "{before} bytes, then {}", left());
    assert!(left() < DAY_BYTES_MAX, "{} bytes", left());
    // Nothing was proposed twice, and nothing in the evening.
    assert_eq!(days.offers.len(), n_offers + 1, "{:#?}", days.offers);
    let experiments = days.experiments();
    let values: BTreeSet<String> = experiments
        .iter()
        .map(|it| format!("{:?}", evolve::accepted_variant(it).unwrap().values))
        .collect();
    assert_eq!((experiments.len(), values.len(), days.proposals().len()), (3, 3, 3));

    taken_back_in_any_order(&mut days);
}

fn taken_back_in_any_order(days: &mut Days) {
    let experiments = days.experiments();
    let accepted: Vec<Accepted> =
        experiments.iter().rev().map(|it| Accepted::of(it, true).unwrap()).collect();
    let words = accepted.iter().position(|it| it.patch.iter().any(|it| it.0.ends_with("ulary")));
    let words = words.expect("words were learned at night");
    let all = days.set();
    for order in orders(accepted.len()) {
        let mut left: Vec<usize> = (0..accepted.len()).collect();
        for nth in &order {
            days.take_back(&accepted[*nth].id);
            left.retain(|it| it != nth);
            let rest: Vec<&Accepted> = left.iter().map(|it| &accepted[*it]).collect();
            let (settings, vocabulary) = days.set();
            assert_eq!(settings, Some(with(&rest)), "{order:?}, {left:?} left");
            let expected = all.1.as_ref().filter(|_| left.contains(&words));
            assert_eq!(vocabulary.as_ref(), expected, "{order:?}, {left:?} left");
        }
        assert_eq!(days.set(), (Some(OWN.to_owned()), None));
        // Taking back is taken back.
        for _ in &order {
            let scope = UndoScope::Transaction;
            days.applied(RunRequest::Undo { transaction: None, scope });
        }
        assert_eq!(days.set(), all, "{order:?}");
    }
}
