//! Seeded histories of the engine: random edits, opens, closes, saves, foreign writes, cancels,
//! restarts and changes, with tasks carried out in a random order. What the engine answers is
//! compared with an engine that has just read everything, what it says of a change with what became
//! of the texts.
//!
//! A failure prints its seed; `AIOS_SIM_SEED=<seed>` replays it. `AIOS_SIM_HISTORIES` sets how many
//! are tried.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

mod answers;
mod changes;
mod history;
mod random;
mod world;

use std::panic;

use changes::Changes;
use history::History;

/// Histories of an ordinary test run.
const HISTORIES: u64 = 40;

#[track_caller]
fn each_seed(play: fn(u64)) {
    let replayed = std::env::var("AIOS_SIM_SEED").ok().and_then(|it| it.parse().ok());
    let histories = std::env::var("AIOS_SIM_HISTORIES").ok().and_then(|it| it.parse().ok());
    let seeds = match replayed {
        Some(seed) => seed..seed + 1,
        None => 0..histories.unwrap_or(HISTORIES),
    };
    for seed in seeds {
        if let Err(panic) = panic::catch_unwind(|| play(seed)) {
            println!("history {seed} failed; replay it with AIOS_SIM_SEED={seed}");
            panic::resume_unwind(panic);
        }
    }
}

#[test]
fn every_history_ends_as_if_all_had_been_read_at_once() {
    each_seed(|seed| History::new(seed).play(40));
}

#[test]
fn every_change_is_what_the_server_says_it_is_and_can_be_taken_back() {
    each_seed(|seed| Changes::new(seed).play(6));
}
