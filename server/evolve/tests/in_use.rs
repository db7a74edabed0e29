//! What is worse in use is told from what is not, by made-up episodes.

// A test may fail where it stands.
#![allow(clippy::unwrap_used)]

use evolve::{InUse, Seeded, WORSE_CHANCE_MAX, in_use};
use store::history::EpisodeRow;

const MINUTE_MS: u64 = 60_000;

fn row(kind: &str, nth: u64, place: u64) -> EpisodeRow {
    EpisodeRow {
        kind: kind.to_owned(),
        at_ms: nth * 2 * MINUTE_MS + if kind == "question" { 0 } else { MINUTE_MS },
        client: "editor".to_owned(),
        what: format!("where is {nth}"),
        place,
        ..EpisodeRow::default()
    }
}

/// `n` questions from the `first` on; `place` tells which hit was used, 0: none was opened.
fn asked(first: u64, n: u64, mut place: impl FnMut(u64) -> u64) -> Vec<EpisodeRow> {
    let mut res = Vec::new();
    for nth in first..first + n {
        res.push(row("question", nth, 10));
        let at = place(nth);
        res.extend((at != 0).then(|| row("used", nth, at)));
    }
    res
}

const ACCEPTED: u64 = 100;

fn check(before: &[EpisodeRow], after: &[EpisodeRow]) -> InUse {
    let mut all = [before, after].concat();
    // The store gives the newest first.
    all.reverse();
    in_use(&all, ACCEPTED * 2 * MINUTE_MS, u64::MAX)
}

#[test]
fn hits_that_stand_later_than_before_are_worse_and_those_that_stand_as_before_are_not() {
    let before = asked(0, 100, |nth| 1 + nth % 3);
    let InUse::Worse(found) = check(&before, &asked(ACCEPTED, 40, |nth| 4 + nth % 5)) else {
        panic!("places 4 to 8 where there were 1 to 3");
    };
    assert_eq!((found.n_before, found.n_after), (100, 40));
    assert!(found.high < 0.0 && found.chance < 0.00625, "{found}");
    // What nobody opens any more is worse, too.
    let none = check(&before, &asked(ACCEPTED, 40, |nth| nth % 2 * 2));
    assert!(matches!(none, InUse::Worse(_)), "{none}");
    let same = check(&before, &asked(ACCEPTED, 400, |nth| 1 + nth % 3));
    assert!(matches!(same, InUse::NotWorse(it) if it.n_after == 320), "{same}");
    let better = check(&before, &asked(ACCEPTED, 60, |_| 1));
    assert!(matches!(better, InUse::NotWorse(it) if it.n_after == 40), "{better}");
}

#[test]
fn too_few_questions_on_either_side_tell_nothing() {
    let (before, after) = (asked(0, 100, |_| 1), asked(ACCEPTED, 39, |_| 0));
    assert_eq!(check(&before, &after), InUse::TooFew { n_before: 100, n_after: 39 });
    let after = asked(ACCEPTED, 60, |_| 0);
    let few = check(&asked(0, 39, |_| 1), &after);
    assert_eq!(few, InUse::TooFew { n_before: 39, n_after: 60 });
    // What was asked in the last hour is not settled.
    let all = [before, after].concat();
    let now_ms = (ACCEPTED + 60) * 2 * MINUTE_MS;
    let young = in_use(&all, ACCEPTED * 2 * MINUTE_MS, now_ms);
    assert_eq!(young, InUse::TooFew { n_before: 100, n_after: 31 });
}

#[test]
fn whoever_never_opens_a_hit_is_not_heard() {
    let mut agent = asked(ACCEPTED, 60, |_| 0);
    agent.iter_mut().for_each(|it| it.client = "agent".to_owned());
    let found = check(&asked(0, 100, |_| 1), &agent);
    assert_eq!(found, InUse::TooFew { n_before: 100, n_after: 0 });
}

#[test]
fn a_hit_counts_for_the_last_time_that_it_was_asked_for_by_the_best_that_was_done_with_it() {
    let same = |rows: &mut Vec<EpisodeRow>| {
        rows.iter_mut().for_each(|it| "where is it".clone_into(&mut it.what));
    };
    let mut before = asked(0, 100, |_| 1);
    let mut after = asked(ACCEPTED, 40, |_| 3);
    // Opened first, at a later place; worked on then.
    after.extend((ACCEPTED..ACCEPTED + 40).map(|nth| row("opened", nth, 9)));
    same(&mut before);
    same(&mut after);
    let InUse::Worse(found) = check(&before, &after) else { panic!("third, where it was first") };
    assert_eq!((found.before, found.after), (1.0, 0.5));
}

/// What is no worse is called worse no more often than declared, all looks together.
#[test]
fn chance_is_called_worse_as_seldom_as_declared() {
    const RUNS: u64 = 400;
    let n_called = (0..RUNS).filter(|run| {
        let mut random = Seeded::new(*run);
        let mut place = |_| [0, 0, 1, 1, 2, 4][random.below(6)];
        let (before, after) = (asked(0, 100, &mut place), asked(ACCEPTED, 320, &mut place));
        // The looks as they come, each after so many questions.
        [40, 80, 160, 320].iter().any(|n| {
            let end = after.iter().position(|it| {
                it.kind == "question" && it.at_ms == (ACCEPTED + *n as u64) * 2 * MINUTE_MS
            });
            let seen = &after[..end.unwrap_or(after.len())];
            matches!(check(&before, seen), InUse::Worse(_))
        })
    });
    let n_called = n_called.count();
    assert!(n_called as f64 <= 2.0 * WORSE_CHANCE_MAX * RUNS as f64, "{n_called} of {RUNS}");
}
