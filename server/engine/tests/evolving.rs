//! Experiments through the whole engine: on a repository whose past teaches something, from the
//! experiment to the proposal, applied, outliving a restart, and taken back.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod desk;

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use desk::Desk;
use engine::{EvolveRequest, RunOutcome, RunRequest, Then};
use evolve::VOCABULARY_FILE;
use fixture::past::{
    changed, changed_by_other_words, changed_by_words, message, other_words, telling_paths,
    telling_words,
};
use memory::Query;
use proposal::{ProposalId, ProposalState};
use store::history::ExperimentRow;
use tempfile::TempDir;

/// Changes in the past: two fifths of them are held out.
const CHANGES: usize = 110;

/// A folder with a repository whose past says that paths tell what is meant.
fn repository() -> TempDir {
    repository_of(&telling_paths(CHANGES))
}

/// A folder with a repository of this past.
fn repository_of(past: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("w");
    std::fs::create_dir(&folder).unwrap();
    git(&folder, &["init", "-q", "-b", "main"], "");
    git(&folder, &["fast-import", "--quiet"], past);
    git(&folder, &["reset", "-q", "--hard"], "");
    dir
}

fn git(folder: &Path, args: &[&str], input: &str) {
    let mut command = Command::new("git");
    command.args(args).current_dir(folder).env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("HOME", folder).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "git {args:?}");
}

impl Desk {
    fn evolved(&mut self, request: EvolveRequest) -> (ExperimentRow, Option<ProposalId>) {
        match self.run(RunRequest::Evolve(request)) {
            RunOutcome::Evolved { experiment, proposal } => (*experiment, proposal),
            other => panic!("{other:?}"),
        }
    }

    /// The code that is found for what a change said of itself: files, best first, each once.
    fn found(&self, nth: usize) -> Vec<String> {
        let query = Query::text(&message(nth), 20);
        let answer = self.engine.read_blocking("search", move |it| it.search(&query)).unwrap();
        let mut paths: Vec<String> = answer.hits.into_iter().map(|it| it.path).collect();
        paths.retain(|it| !it.starts_with(".aios/"));
        paths.dedup();
        paths
    }

    /// Weights that are not as shipped.
    fn bent(&self) -> Vec<(&'static str, u16)> {
        let settings = self.settings();
        let weights = settings.weights.iter().copied();
        weights.filter(|it| it.1 != 100 && it != &("history", 0)).collect()
    }

    fn state_of(&self, id: &ProposalId) -> ProposalState {
        let id = id.clone();
        let state = self.engine.read_blocking("state", move |it| {
            Ok(it.journal.as_ref().unwrap().proposal(&id)?.state)
        });
        state.unwrap()
    }
}

#[test]
fn what_there_is_proof_of_is_applied_outlives_a_restart_and_is_taken_back() {
    let mut desk = Desk::open(repository());
    let before = desk.found(3);
    assert!(!before[..5].contains(&changed(3)), "{before:?}");
    let (experiment, proposal) = desk.evolved(EvolveRequest::default());
    assert_eq!(experiment.outcome, "accepted", "{experiment:?}");
    let proposal = proposal.expect("what is accepted is proposed");
    // Nothing is changed before somebody says yes.
    assert_eq!((desk.text(".aios/config.toml"), desk.bent()), (None, Vec::new()));
    let report = evolve::report(&experiment, &|_| "then".to_owned());
    let row = "| both, on commits that the search did not see | 44 |";
    assert!(report.contains(row), "{report}");
    let shown = desk.engine.read_blocking("proposal", {
        let id = proposal.clone();
        move |it| Ok(it.journal.as_ref().unwrap().proposal(&id)?.proposal)
    });
    let shown = shown.unwrap();
    assert!(shown.reason.contains("weights.path 100 → "), "{}", shown.reason);
    assert!(shown.reason.contains("aios evolve history"), "{}", shown.reason);

    desk.applied(RunRequest::Apply(proposal.clone()));
    let after = desk.found(3);
    assert_eq!(after[0], changed(3), "{after:?}");
    assert!(desk.text(".aios/config.toml").unwrap().starts_with("[weights]\n"));
    let mut desk = desk.reopen();
    assert_eq!(desk.found(3), after, "it outlives the server");
    desk.undo();
    assert_eq!(desk.found(3), before);
    assert_eq!(desk.text(".aios/config.toml"), None);
    assert_ne!(desk.state_of(&proposal), ProposalState::Applied);
    let desk = desk.reopen();
    assert_eq!((desk.found(3), desk.bent()), (before, Vec::new()));
}

#[test]
fn what_words_stand_for_is_learned_as_a_file_that_people_correct_and_take_back() {
    let mut desk = Desk::open(repository_of(&telling_words(CHANGES)));
    let before = desk.found(3);
    assert!(!before[..5].contains(&changed_by_words(3)), "{before:?}");
    let (experiment, proposal) = desk.evolved(EvolveRequest::default());
    assert_eq!(experiment.outcome, "accepted", "{experiment:?}");
    let summary = evolve::summary(&experiment);
    assert!(summary.contains("weights.vocabulary 0 → "), "{summary}");
    assert_eq!(desk.text(VOCABULARY_FILE), None, "nothing is changed before somebody says yes");
    desk.applied(RunRequest::Apply(proposal.expect("what is accepted is proposed")));
    let after = desk.found(3);
    assert_eq!(after[0], changed_by_words(3), "{after:?}");
    let text = desk.text(VOCABULARY_FILE).unwrap();
    let place = format!(" {}\"", changed_by_words(3));
    let line = text.lines().find(|it| it.contains(&place)).unwrap_or_else(|| panic!("{text}"));
    let (word, _) = line.split_once(" = ").unwrap();
    assert!(message(3).contains(word), "{line}");

    // What its reader takes out counts no more, and it outlives the server.
    let rest: Vec<&str> = text.lines().filter(|it| !it.contains(&changed_by_words(3))).collect();
    let mut desk = desk.reopen();
    assert_eq!(desk.found(3), after);
    desk.change(VOCABULARY_FILE, &rest.join("\n"));
    assert!(!desk.found(3)[..5].contains(&changed_by_words(3)));
    assert_eq!(desk.found(4)[0], changed_by_words(4), "the others count");
    desk.change(VOCABULARY_FILE, &text);

    let id = Some(experiment.id);
    let proposal = desk.proposed(RunRequest::TakeBackExperiment(id, Then::Keep));
    desk.applied(RunRequest::Apply(proposal));
    assert_eq!((desk.text(VOCABULARY_FILE), desk.text(".aios/config.toml")), (None, None));
    assert_eq!(desk.found(3), before);
    let desk = desk.reopen();
    assert_eq!((desk.found(3), desk.bent()), (before, Vec::new()));
}

/// Words in force that stand for other places by now are learned anew, from newer commits than they
/// know, and the old ones come back byte by byte.
#[test]
fn words_that_stand_for_other_places_by_now_are_learned_anew_and_taken_back() {
    let mut desk = Desk::open(repository_of(&telling_words(CHANGES)));
    let (_, proposal) = desk.evolved(EvolveRequest::default());
    desk.applied(RunRequest::Apply(proposal.unwrap()));
    let (old, settings) = (desk.text(VOCABULARY_FILE), desk.text(".aios/config.toml"));
    assert_eq!(desk.found(3)[0], changed_by_words(3));
    let folder = desk.dir.path().join("w");
    git(&folder, &["fast-import", "--quiet"], &other_words(70));
    git(&folder, &["reset", "-q", "--hard", "HEAD"], "");
    let mut desk = desk.reopen();
    let found = desk.found(3);
    assert_eq!(found[0], changed_by_words(3), "nobody learned anything yet");
    assert!(!found[..5].contains(&changed_by_other_words(3)), "{found:?}");

    let (experiment, proposal) = desk.evolved(EvolveRequest::default());
    assert_eq!(experiment.outcome, "accepted", "{experiment:?}");
    let summary = evolve::summary(&experiment);
    assert!(summary.starts_with("words learned anew 0 → 1: "), "{summary}");
    assert_eq!(desk.text(VOCABULARY_FILE), old, "nothing is changed before somebody says yes");
    desk.applied(RunRequest::Apply(proposal.unwrap()));
    assert_ne!(desk.text(VOCABULARY_FILE), old);
    assert_eq!(desk.text(".aios/config.toml"), settings, "what the words weigh stays");
    // The old place still says one of the words.
    let anew = desk.found(3);
    assert!(anew[..2].contains(&changed_by_other_words(3)), "{anew:?}");
    let mut desk = desk.reopen();
    assert_eq!(desk.found(3), anew, "it outlives the server");

    let id = Some(experiment.id.clone());
    let proposal = desk.proposed(RunRequest::TakeBackExperiment(id, Then::Keep));
    desk.applied(RunRequest::Apply(proposal));
    assert_eq!((desk.text(VOCABULARY_FILE), desk.text(".aios/config.toml")), (old, settings));
    assert_eq!(desk.found(3), found);
    // The older one is taken back as ever, and nothing is left.
    let proposal = desk.proposed(RunRequest::TakeBackExperiment(None, Then::Keep));
    desk.applied(RunRequest::Apply(proposal));
    assert_eq!((desk.text(VOCABULARY_FILE), desk.text(".aios/config.toml")), (None, None));
}

/// What a repository says that its words stand for would put any place before what was asked for.
#[test]
fn words_that_come_with_a_repository_count_once_they_are_trusted() {
    let mut desk = Desk::open(repository_of(&telling_words(CHANGES)));
    let hostile = changed_by_words(50);
    assert!(!desk.found(3).contains(&hostile));
    let words: Vec<String> =
        message(3).split(' ').map(|it| format!("{it:?} = [\"9/9 {hostile}\"]\n")).collect();
    let text = format!("[words]\n{}", words.concat());
    desk.edit(VOCABULARY_FILE, &text);
    assert_eq!(desk.own().standing, engine::Standing::Untrusted);
    assert!(desk.own().vocabulary_waits());
    assert!(!desk.found(3).contains(&hostile), "nobody trusts it");
    assert!(desk.told.iter().any(|it| it.starts_with(VOCABULARY_FILE)), "{:?}", desk.told);
    // Nor is anything put in its place unseen.
    let (experiment, proposal) = desk.evolved(EvolveRequest::default());
    assert!(experiment.body.before.iter().all(|it| it.0 != "weights.vocabulary"));
    assert!(proposal.is_none() || desk.text(VOCABULARY_FILE).as_ref() == Some(&text));
    desk.trust();
    assert_eq!(desk.found(3)[0], hostile, "now it counts");
    // Trust is in the content: what is pulled later is asked about anew, across a restart too.
    desk.edit(VOCABULARY_FILE, &text.replace("9/9", "8/9"));
    assert!(!desk.found(3).contains(&hostile));
    let mut desk = desk.reopen();
    assert!(!desk.found(3).contains(&hostile));
    desk.edit(VOCABULARY_FILE, &text);
    assert_eq!(desk.found(3)[0], hostile);
}

/// Rules on this variant alone: what is proposed.
fn variant(key: &str, value: &str) -> EvolveRequest {
    EvolveRequest { given: vec![(key.to_owned(), value.to_owned())], ..EvolveRequest::default() }
}

#[test]
fn an_experiment_is_taken_back_by_its_name_and_once_only() {
    let mut desk = Desk::open(repository());
    let before = desk.found(3);
    let (experiment, proposal) = desk.evolved(variant("weights.path", "300"));
    desk.applied(RunRequest::Apply(proposal.unwrap()));
    assert_eq!(desk.bent(), [("path", 300)]);
    desk = desk.reopen();
    let id = Some(experiment.id.clone());
    let proposal = desk.proposed(RunRequest::TakeBackExperiment(id.clone(), Then::Keep));
    assert_eq!(desk.bent(), [("path", 300)], "it is a proposal like any other");
    desk.applied(RunRequest::Apply(proposal));
    assert_eq!((desk.bent(), desk.found(3)), (Vec::new(), before));
    assert_eq!(desk.text(".aios/config.toml"), None, "nothing of it is left");
    let again = desk.run(RunRequest::TakeBackExperiment(id, Then::Keep));
    assert!(matches!(&again, RunOutcome::Refused(why) if why.contains("in force")), "{again:?}");
    // Whoever takes that back, too, has the experiment in force again.
    desk.undo();
    assert_eq!(desk.bent(), [("path", 300)]);
    let all = desk.engine.read_blocking("experiments", |it| it.experiments(10)).unwrap();
    let in_force: Vec<&str> =
        all.iter().filter(|it| it.is_in_force).map(|it| it.row.id.as_str()).collect();
    assert_eq!(in_force, [experiment.id.as_str()]);
}

#[test]
fn a_candidate_that_reaches_for_what_judges_it_is_refused_with_the_reason() {
    let mut desk = Desk::open(repository());
    for (key, reason) in [
        ("evolve_cpu_seconds_max", "what they may cost"),
        ("evolve", "it decides over experiments"),
        ("preview", "it is policy"),
        ("server/evolve/src/trial.rs", "out of reach of what they judge"),
        ("trust.toml", "out of reach of what they judge"),
        ("split", "out of reach of what they judge"),
    ] {
        match desk.run(RunRequest::Evolve(variant(key, "3600"))) {
            RunOutcome::Refused(why) => assert!(why.contains(reason), "{key}: {why}"),
            other => panic!("{key}: {other:?}"),
        }
    }
    assert_eq!(desk.text(".aios/config.toml"), None);
}
