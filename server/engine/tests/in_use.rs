//! After it was accepted: what is worse in use, by the questions that people asked and the hits
//! that they opened before and since, is proposed to be taken back; once, and nothing else is.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod hours;

use std::{fs, ops::Range};

use engine::{EvolveRequest, RunRequest};
use evolve::TAKEN_BACK;
use fixture::past::{changed, telling_paths};
use hours::{Days, MINUTE_MS, repository};
use proposal::{ProposalId, ProposalState};
use tempfile::TempDir;

/// Weights with proof in force, after 60 questions whose first or second hit was of use.
fn accepted() -> (TempDir, Days) {
    let dir = tempfile::tempdir().unwrap();
    repository(dir.path(), &telling_paths(110));
    let mut days = Days::begin(dir.path());
    days.ask(0..60, |nth| 1 + nth % 2);
    let given = vec![("weights.path".to_owned(), "300".to_owned())];
    let proposal =
        days.proposed(RunRequest::Evolve(EvolveRequest { given, ..EvolveRequest::default() }));
    days.applied(RunRequest::Apply(proposal));
    days.offers.clear();
    (dir, days)
}

impl Days {
    fn ask(&mut self, which: Range<usize>, place: impl Fn(usize) -> usize) {
        let files: Vec<String> = (0..10).map(changed).collect();
        which.for_each(|nth| {
            self.asks(&format!("where is {nth}"), &files, (place(nth), 2 * MINUTE_MS))
        });
    }

    fn settings(&self) -> Option<String> {
        fs::read_to_string(self.root.join(".aios/config.toml").as_path()).ok()
    }

    fn proposed_last(&self) -> ProposalId {
        self.proposals()[0].proposal.id.clone()
    }
}

#[test]
fn what_is_worse_in_use_is_proposed_to_be_taken_back_with_its_table() {
    let (_dir, mut days) = accepted();
    let set = days.settings();
    assert!(set.is_some());
    days.ask(60..99, |nth| 5 + nth % 3);
    days.pass_hours(3, false);
    assert_eq!(days.offers, Vec::<String>::new(), "39 questions are too few");
    days.ask(99..100, |_| 5);
    days.pass_hours(3, false);
    assert_eq!(days.offers.len(), 1);
    let told = &days.offers[0];
    assert!(told.contains("worse in use") && told.contains("of 40 since"), "{told}");
    assert!(told.contains("weights.path 300 → 100"), "{told}");
    assert_eq!(days.settings(), set, "nothing is changed before somebody says yes");
    let row = days.experiments().remove(0);
    assert_eq!(row.outcome, TAKEN_BACK);
    let report = evolve::report(&row, &|_| "then".to_owned());
    assert!(report.contains("| where the hits stood that were opened and used | 40 |"), "{report}");
    let proposal = days.proposed_last();
    days.applied(RunRequest::Apply(proposal));
    assert_eq!(days.settings(), None, "nothing of it is left");
    days.pass_hours(12, false);
    assert_eq!(days.offers.len(), 1, "{:?}", days.offers);
}

#[test]
fn whoever_wants_to_keep_it_is_not_asked_again() {
    let (_dir, mut days) = accepted();
    let set = days.settings();
    days.ask(60..100, |_| 0);
    days.pass_hours(2, false);
    assert_eq!(days.offers.len(), 1);
    let proposal = days.proposed_last();
    days.engine.engine().run(RunRequest::Reject(proposal));
    days.engine.calm();
    assert_eq!(days.proposals()[0].state, ProposalState::Rejected);
    days.ask(100..180, |_| 0);
    days.pass_hours(6, false);
    assert_eq!((days.offers.len(), days.settings()), (1, set));
}

#[test]
fn what_is_no_worse_stays() {
    let (_dir, mut days) = accepted();
    let set = days.settings();
    days.ask(60..220, |nth| 1 + nth % 2);
    days.pass_hours(3, false);
    assert_eq!((days.offers.clone(), days.settings()), (Vec::new(), set));
}
