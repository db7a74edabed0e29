//! Seeded histories of the engine: random edits, opens, closes, saves, foreign writes, cancels and
//! restarts, with tasks carried out in a random order. What the engine answers is compared with an
//! engine that has just read everything.
//!
//! A failure prints its seed; `AIOS_SIM_SEED=<seed>` replays it. `AIOS_SIM_HISTORIES` sets how many
//! are tried.

mod answers;
mod history;
mod random;
mod world;

use history::History;

/// Histories of an ordinary test run.
const HISTORIES: u64 = 60;
/// Steps of one.
const STEPS: usize = 40;

#[test]
fn every_history_ends_as_if_all_had_been_read_at_once() {
    let replayed = std::env::var("AIOS_SIM_SEED").ok().and_then(|it| it.parse().ok());
    let histories = std::env::var("AIOS_SIM_HISTORIES").ok().and_then(|it| it.parse().ok());
    let seeds = match replayed {
        Some(seed) => seed..seed + 1,
        None => 0..histories.unwrap_or(HISTORIES),
    };
    for seed in seeds {
        let history = std::panic::catch_unwind(|| History::new(seed).play(STEPS));
        if let Err(panic) = history {
            eprintln!("history {seed} failed; replay it with AIOS_SIM_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}
