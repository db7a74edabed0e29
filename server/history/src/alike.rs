//! Files that commits which speak like a question touched.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use store::commits::{CommitId, CommitRow, Commits, ScoredCommit};

use crate::{CO_CHANGE_FILES_MAX, HistoryError};

/// Commits that are looked at, the most alike first.
const ALIKE_MAX: usize = 100;
/// Commits that are asked for, where only those before a moment count.
const FOUND_MAX: usize = 400;
/// A commit that is half as alike as the best speaks for its files by a half to this power: of a
/// hundred alike the many little ones must not outvote the few that say the same.
const ALIKE_POWER: f32 = 2.5;

/// Which path a file has now, by the paths that it had.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Renames(FxHashMap<Box<str>, Box<str>>);

impl Renames {
    /// Those of all commits that were read.
    ///
    /// # Errors
    /// What the store reports.
    pub fn load(commits: &dyn Commits) -> Result<Renames, HistoryError> {
        let mut res = Renames::default();
        // Newest first, so where a path leads is known before what led to it.
        commits.renames(&mut |from, to| {
            let now = res.now(to).into();
            res.0.entry(from.into()).or_insert(now);
        })?;
        Ok(res)
    }

    /// The path of today of what once was at `path`.
    pub fn now<'a>(&'a self, path: &'a str) -> &'a str {
        self.0.get(path).map_or(path, |it| it)
    }
}

/// A file, by its path in the repository now, and how much the past speaks for it: 1
/// for the file that it speaks for most.
pub type TouchedAlike = (String, f32);

/// The files that were touched by the commits whose messages have most of `words`, each once; only
/// by those before `until_s` (seconds since 1970), where that is given. Every commit speaks for its
/// files, the more, the more alike it is and the fewer they are, and what all say is added up.
///
/// # Errors
/// What the store reports.
pub fn touched_alike(
    commits: &dyn Commits,
    renames: &Renames,
    words: &[String],
    until_s: Option<i64>,
) -> Result<Vec<TouchedAlike>, HistoryError> {
    let mut found = commits.search(words, if until_s.is_some() { FOUND_MAX } else { ALIKE_MAX })?;
    if let Some(until_s) = until_s {
        let ids: Vec<CommitId> = found.iter().map(|it| it.id).collect();
        let is_later = |it: &CommitRow| until_s <= it.time_s;
        let later = commits.commits(&ids)?.into_iter().filter(is_later).map(|it| it.id);
        let later: Vec<CommitId> = later.collect();
        found.retain(|it| !later.contains(&it.id));
        found.truncate(ALIKE_MAX);
    }
    let best = found.first().map_or(1.0, |it| it.score.max(f32::EPSILON));
    let ids: Vec<CommitId> = found.iter().map(|it| it.id).collect();
    let mut sums: BTreeMap<String, f32> = BTreeMap::new();
    let touched = commits.paths_of(&ids, CO_CHANGE_FILES_MAX)?;
    for (ScoredCommit { score, .. }, paths) in found.iter().zip(touched) {
        let share = (score / best).max(0.0).powf(ALIKE_POWER) / (paths.len() as f32).sqrt();
        for path in paths {
            *sums.entry(renames.now(&path).to_owned()).or_default() += share;
        }
    }
    let most = sums.values().copied().fold(f32::EPSILON, f32::max);
    Ok(sums.into_iter().map(|(path, sum)| (path, sum / most)).collect())
}

#[cfg(test)]
mod tests {
    use super::{Renames, touched_alike};
    use crate::tests::World;

    #[track_caller]
    fn check(world: &World, question: &str, expected: &[(&str, f32)]) {
        let words: Vec<String> = question.split(' ').map(str::to_owned).collect();
        let renames = Renames::load(&world.commits).unwrap();
        let found = touched_alike(&world.commits, &renames, &words, None).unwrap();
        let found: Vec<(&str, f32)> = found.iter().map(|it| (it.0.as_str(), it.1)).collect();
        assert_eq!(found, expected);
    }

    fn commit(world: &mut World, message: &str, paths: &[&str]) {
        paths.iter().for_each(|it| world.write(it, message));
        world.commit(message);
    }

    #[test]
    fn what_alike_commits_say_of_a_file_is_added_up() {
        let mut world = World::new();
        (0..8).for_each(|n| commit(&mut world, &format!("other {n}"), &["d.txt"]));
        commit(&mut world, "wake the timer", &["a.txt"]);
        commit(&mut world, "wake the queue", &["b.txt"]);
        commit(&mut world, "wake the timer", &["a.txt"]);
        world.update();
        check(&world, "timer", &[("a.txt", 1.0)]);
        check(&world, "queue", &[("b.txt", 1.0)]);
        check(&world, "nothing", &[]);
    }

    #[test]
    fn what_was_done_to_a_file_is_said_of_where_it_is_now() {
        let mut world = World::new();
        (0..8).for_each(|n| commit(&mut world, &format!("other {n}"), &["d.txt"]));
        commit(&mut world, "wake the timer", &["a.txt"]);
        for (from, to) in [("a.txt", "b.txt"), ("b.txt", "c.txt")] {
            world.git(&["mv", from, to]);
            world.commit("rename");
        }
        world.update();
        check(&world, "timer", &[("c.txt", 1.0)]);
    }

    #[test]
    fn a_commit_of_many_files_says_less_of_each() {
        let mut world = World::new();
        (0..8).for_each(|n| commit(&mut world, &format!("other {n}"), &["d.txt"]));
        commit(&mut world, "wake the timer", &["a.txt"]);
        commit(&mut world, "wake the timer", &["b.txt", "c1.txt", "c2.txt", "c3.txt"]);
        world.update();
        let half = [("a.txt", 1.0), ("b.txt", 0.5), ("c1.txt", 0.5), ("c2.txt", 0.5)];
        check(&world, "timer", &[half.as_slice(), &[("c3.txt", 0.5)]].concat());
    }
}
