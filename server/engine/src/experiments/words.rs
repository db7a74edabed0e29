//! Words that were learned anew: which of them are in force, and what is there again once they are
//! taken back.

use evolve::{Vocabulary, WORDS_ANEW_KEY};
use store::history::ExperimentRow;

/// Which words that an experiment of `past` learned anew are `now`; 0 where none are.
pub(super) fn in_force<'a>(
    past: impl IntoIterator<Item = &'a ExperimentRow>,
    now: &Vocabulary,
) -> u16 {
    let is_now = |it: &&ExperimentRow| {
        let anew = it.body.words.as_ref().and_then(|it| Vocabulary::parse(&it.1).ok());
        anew.is_some_and(|it| it.0 == *now)
    };
    past.into_iter().find(is_now).map_or(0, |it| after(it))
}

/// The number of words that are learned anew now.
pub(super) fn next<'a>(past: impl IntoIterator<Item = &'a ExperimentRow>) -> u16 {
    let most = past.into_iter().filter(|it| it.body.words.is_some()).map(after).max();
    most.unwrap_or_default().saturating_add(1)
}

/// What the words with this number say, as the newest of `older` (newest first) knows that set them
/// or found them set.
pub(super) fn text<'a>(
    older: impl IntoIterator<Item = &'a ExperimentRow>,
    number: u16,
) -> Option<&'a str> {
    older.into_iter().find_map(|it| {
        let (before, anew) = it.body.words.as_ref()?;
        match (after(it) == number, self::before(it) == number) {
            (true, _) => Some(anew.as_str()),
            (false, true) => Some(before.as_str()),
            _ => None,
        }
    })
}

fn before(row: &ExperimentRow) -> u16 {
    numbered(&row.body.before)
}

fn after(row: &ExperimentRow) -> u16 {
    evolve::accepted_variant(row).map_or(0, |it| numbered(&it.values))
}

fn numbered(values: &[(String, u16)]) -> u16 {
    values.iter().find(|it| it.0 == WORDS_ANEW_KEY).map_or(0, |it| it.1)
}
