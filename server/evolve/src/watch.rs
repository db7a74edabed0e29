//! Whether what was accepted is worse in use: of the questions that people asked before and since,
//! where the hit stood that they opened and worked on. Declared beforehand: when it is looked, and
//! how often chance may be taken for harm.

use std::fmt;

use rustc_hash::FxHashSet;
use store::history::EpisodeRow;

use crate::{Apart, compare::apart, random::Seeded};

/// All looks at one experiment together call it worse so often where it is not.
pub const WORSE_CHANCE_MAX: f64 = 0.025;
/// So many questions after it was accepted it is looked, each time at these questions; then it has
/// stood the test. Whoever looks in between sees the same again, which costs nothing of the chance.
const LOOKS: [usize; 4] = [40, 80, 160, 320];
/// Fewer questions before tell nothing, and more are too long ago.
const BEFORE_MIN: usize = 40;
const BEFORE_MAX: usize = 400;
/// Hits of a younger question may still be opened and used.
const SETTLED_MS: u64 = 60 * 60 * 1000;
/// What a hit is worth that was opened and not worked on.
const OPENED_WORTH: f64 = 0.5;
/// What the draws of chance begin with: the same episodes always say the same.
const SEED: u64 = 0x5eed;

/// How something that was accepted does in use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InUse {
    /// Too few questions to tell.
    TooFew {
        /// Before it was accepted.
        n_before: usize,
        /// Since.
        n_after: usize,
    },
    /// It is not worse beyond chance.
    NotWorse(Apart),
    /// It is worse beyond chance.
    Worse(Apart),
}

/// How what was accepted at `accepted_ms` does in use, by `episodes` (questions, what was opened
/// and what was used, in any order) as far as they are settled at `now_ms`.
pub fn in_use(episodes: &[EpisodeRow], accepted_ms: u64, now_ms: u64) -> InUse {
    let mut asked = answered(episodes, now_ms);
    let after = asked.split_off(asked.partition_point(|it| it.0 < accepted_ms));
    let before = &asked[asked.len().saturating_sub(BEFORE_MAX)..];
    let look = LOOKS.iter().rev().find(|it| **it <= after.len());
    let Some(n_after) = look.filter(|_| BEFORE_MIN <= before.len()) else {
        return InUse::TooFew { n_before: before.len(), n_after: after.len() };
    };
    let gains = |of: &[(u64, f64)]| of.iter().map(|it| it.1).collect::<Vec<f64>>();
    let level = WORSE_CHANCE_MAX / LOOKS.len() as f64;
    let mut random = Seeded::new(SEED);
    let found = apart(&gains(before), &gains(&after[..*n_after]), 1.0 - 2.0 * level, &mut random);
    match found.high < 0.0 && found.chance < level {
        true => InUse::Worse(found),
        false => InUse::NotWorse(found),
    }
}

/// When each question was asked and how well it was answered, the oldest first. Only those of
/// clients count that open hits at all: an agent or a shell reads them where they stand.
fn answered(episodes: &[EpisodeRow], now_ms: u64) -> Vec<(u64, f64)> {
    let is_opening = |it: &&EpisodeRow| matches!(it.kind.as_str(), "opened" | "used");
    let opens: FxHashSet<&str> =
        episodes.iter().filter(is_opening).map(|it| it.client.as_str()).collect();
    let is_settled = |it: &EpisodeRow| it.at_ms.saturating_add(SETTLED_MS) <= now_ms;
    let questions = episodes.iter().filter(|it| it.kind == "question" && is_settled(it));
    let mut questions: Vec<(&EpisodeRow, f64)> =
        questions.filter(|it| opens.contains(it.client.as_str())).map(|it| (it, 0.0)).collect();
    questions.sort_by_key(|it| it.0.at_ms);
    for it in episodes.iter().filter(is_opening) {
        // The last time before that the same was asked there.
        let end = questions.partition_point(|of| of.0.at_ms <= it.at_ms);
        let same = |of: &&mut (&EpisodeRow, f64)| of.0.what == it.what && of.0.client == it.client;
        let Some(of) = questions[..end].iter_mut().rev().find(same) else { continue };
        let worth = if it.kind == "used" { 1.0 } else { OPENED_WORTH };
        of.1 = of.1.max(worth / (it.place.max(1) as f64 + 1.0).log2());
    }
    questions.into_iter().map(|it| (it.0.at_ms, it.1)).collect()
}

impl fmt::Display for InUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InUse::TooFew { n_before, n_after } => write!(
                f,
                "{n_before} questions before and {n_after} since are too few to tell (at least \
                 {BEFORE_MIN} and {})",
                LOOKS[0]
            ),
            InUse::NotWorse(it) => write!(f, "no worse beyond chance: {it}"),
            InUse::Worse(it) => write!(f, "worse beyond chance: {it}"),
        }
    }
}
