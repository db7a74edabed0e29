//! Files that commits which speak like a question touched.

use store::commits::{CommitId, CommitRow, Commits};

use crate::{CO_CHANGE_FILES_MAX, HistoryError};

/// Commits that are looked at, the most alike first.
const ALIKE_MAX: usize = 24;
/// Words of the question that are looked for in them.
const WORDS_MAX: usize = 32;
/// Commits that are asked for, where only those before a moment count.
const FOUND_MAX: usize = 400;

/// A file, by its path in the repository after a commit, and how much that commit speaks for it: 1
/// for the only file of the commit that is most alike.
pub type TouchedAlike = (String, f32);

/// The files that were touched by the commits whose messages have most of `words`; only by those
/// before `until_s` (seconds since 1970), where that is given. A commit speaks for its files the
/// more, the more alike it is and the fewer they are; a file may come several times.
///
/// # Errors
/// What the store reports.
pub fn touched_alike(
    commits: &dyn Commits,
    words: &[String],
    until_s: Option<i64>,
) -> Result<Vec<TouchedAlike>, HistoryError> {
    let words = &words[..words.len().min(WORDS_MAX)];
    let found = commits.search(words, if until_s.is_some() { FOUND_MAX } else { ALIKE_MAX })?;
    let mut scored: Vec<(CommitId, f32)> = found.iter().map(|it| (it.id, it.score)).collect();
    if let Some(until_s) = until_s {
        let ids: Vec<CommitId> = scored.iter().map(|it| it.0).collect();
        let is_later = |it: &CommitRow| until_s <= it.time_s;
        let later = commits.commits(&ids)?.into_iter().filter(is_later).map(|it| it.id);
        let later: Vec<CommitId> = later.collect();
        scored.retain(|it| !later.contains(&it.0));
        scored.truncate(ALIKE_MAX);
    }
    let best = scored.first().map_or(1.0, |it| it.1.max(f32::EPSILON));
    let mut res = Vec::new();
    for (id, score) in scored {
        let changes = commits.changes_of(id)?;
        if changes.is_empty() || CO_CHANGE_FILES_MAX < changes.len() as u32 {
            continue;
        }
        let share = (score / best).powi(2) / (changes.len() as f32).sqrt();
        res.extend(changes.into_iter().map(|it| (it.path, share)));
    }
    Ok(res)
}
