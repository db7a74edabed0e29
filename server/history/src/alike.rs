//! Files that commits which speak like a question touched.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use store::commits::{CommitId, CommitRow, Commits};

use crate::{CO_CHANGE_FILES_MAX, HistoryError};

/// Commits that are looked at, the most alike first.
const ALIKE_MAX: usize = 30;
/// Commits that are asked for, where only those before a moment count.
const FOUND_MAX: usize = 400;

/// A file, by its path in the repository after those commits, and how much they speak for it: 1 for
/// the one that they speak for most.
pub type TouchedAlike = (String, f32);

/// The files that were touched by the commits whose messages have most of `words`; only by those
/// before `until_s` (seconds since 1970), where that is given. A commit speaks for its files the
/// more, the more alike it is and the fewer they are.
///
/// # Errors
/// What the store reports.
pub fn touched_alike(
    commits: &dyn Commits,
    words: &[String],
    until_s: Option<i64>,
) -> Result<Vec<TouchedAlike>, HistoryError> {
    let n_found = if until_s.is_some() { FOUND_MAX } else { ALIKE_MAX };
    let found = commits.search(words, n_found)?;
    let ids: Vec<CommitId> = found.iter().map(|it| it.id).collect();
    let scores: FxHashMap<CommitId, f32> = found.iter().map(|it| (it.id, it.score)).collect();
    let mut of_files: BTreeMap<String, f32> = BTreeMap::new();
    let rows = commits.commits(&ids)?;
    let is_wanted = |it: &&CommitRow| {
        until_s.is_none_or(|until| it.time_s < until)
            && 0 < it.n_files
            && it.n_files <= CO_CHANGE_FILES_MAX
    };
    for row in rows.iter().filter(is_wanted).take(ALIKE_MAX) {
        let score = scores.get(&row.id).copied().unwrap_or_default();
        let share = score / (row.n_files as f32).sqrt();
        for change in commits.changes_of(row.id)? {
            *of_files.entry(change.path).or_default() += share;
        }
    }
    let best = of_files.values().copied().fold(0.0, f32::max);
    if best <= 0.0 {
        return Ok(Vec::new());
    }
    Ok(of_files.into_iter().map(|(path, sum)| (path, sum / best)).collect())
}
