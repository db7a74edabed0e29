//! Days of use in simulated time: experiments begin while nobody does anything, wait as soon as
//! somebody does, ask once, and leave little behind.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod hours;

use std::fs;

use engine::RunRequest;
use fixture::past::telling_paths;
use hours::{Days, repository};
use proposal::ProposalState;

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
