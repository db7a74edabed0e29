//! How often files change, when they did last, and with which others: plain values for ranking and
//! for patterns.

use rustc_hash::{FxHashMap, FxHashSet};
use store::commits::{CommitId, Commits};

use crate::{HistoryError, Repository};

/// Commits of more files say nothing about which files belong together.
pub const CO_CHANGE_FILES_MAX: u32 = 30;
/// Habits are those of a file's last commits: what it was changed with long ago says less than it
/// did.
const HABIT_COMMITS: usize = 30;
/// A change counts half after so many days.
const HALF_LIFE_DAYS: f64 = 180.0;
/// Files changed together fewer times than this are no partners.
const TOGETHER_MIN: u32 = 2;

/// The past of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FilePast {
    /// Commits that changed it, under this and its earlier paths.
    pub n_commits: u32,
    /// Authors of them.
    pub n_authors: u32,
    /// When it was changed last, in seconds since 1970.
    pub last_s: i64,
    /// The commit that did.
    pub last: Option<CommitId>,
    /// The commits, each counted the less the older it is: half after 180 days.
    pub churn: f32,
}

/// A file that was changed together with others.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    /// Its path below the folder.
    pub path: String,
    /// In how many commits.
    pub together: u32,
    /// Of how many commits of the file asked for: the last 30 of at most [`CO_CHANGE_FILES_MAX`]
    /// files.
    pub of: u32,
}

impl Partner {
    /// The share, from 0 to 1.
    pub fn share(&self) -> f32 {
        self.together as f32 / self.of.max(1) as f32
    }
}

/// The past of all files of a folder, as of one head. Paths are those of today, below the folder.
#[derive(Clone, Debug, Default)]
pub struct Past {
    files: Vec<(Box<str>, FilePast)>,
    by_path: FxHashMap<Box<str>, u32>,
    /// By file, the small commits that changed it, newest first.
    commits_of: Vec<Vec<u32>>,
    /// By small commit, its files.
    files_of: Vec<Vec<u32>>,
}

impl Past {
    /// Reads what is known of the past of `repository`'s folder.
    ///
    /// # Errors
    /// What the store reports.
    pub fn load(
        repository: &Repository,
        commits: &dyn Commits,
        now_s: i64,
    ) -> Result<Past, HistoryError> {
        let mut past = Past::default();
        // Newest first, so a new path is met before the old one that it comes from.
        let mut renamed: FxHashMap<Box<str>, u32> = FxHashMap::default();
        let mut authors: FxHashSet<(u32, i64)> = FxHashSet::default();
        let mut small: Option<(CommitId, u32)> = None;
        commits.each_change(&mut |seen| {
            let Some(path) = repository.in_folder(seen.path) else { return };
            let file = match renamed.get(path) {
                Some(file) => *file,
                None => past.file_number(path),
            };
            if let Some(from) = seen.from.and_then(|it| repository.in_folder(it)) {
                renamed.insert(from.into(), file);
            }
            let it = &mut past.files[file as usize].1;
            let age_days = (now_s - seen.time_s).max(0) as f64 / 86_400.0;
            it.churn += (-age_days / HALF_LIFE_DAYS).exp2() as f32;
            it.n_commits += 1;
            it.n_authors += u32::from(authors.insert((file, seen.author)));
            if it.last.is_none() {
                (it.last, it.last_s) = (Some(seen.commit), seen.time_s);
            }
            if CO_CHANGE_FILES_MAX < seen.n_files {
                return;
            }
            let number = match small {
                Some((id, number)) if id == seen.commit => number,
                _ => {
                    past.files_of.push(Vec::new());
                    past.files_of.len() as u32 - 1
                }
            };
            small = Some((seen.commit, number));
            past.files_of[number as usize].push(file);
            past.commits_of[file as usize].push(number);
        })?;
        Ok(past)
    }

    /// The past of the file at `path`; `None` where no commit changed it.
    pub fn file(&self, path: &str) -> Option<&FilePast> {
        Some(&self.files[*self.by_path.get(path)? as usize].1)
    }

    /// All files that were ever changed, those that are gone among them, in no order.
    pub fn files(&self) -> impl Iterator<Item = (&str, &FilePast)> {
        self.files.iter().map(|(path, past)| (&**path, past))
    }

    /// True where nothing is known.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files that were changed in the same commits as one of `paths`, the surest first. Files
    /// that are gone are among them.
    pub fn partners(&self, paths: &[&str], max: usize) -> Vec<Partner> {
        let seeds: FxHashSet<u32> =
            paths.iter().filter_map(|it| self.by_path.get(*it).copied()).collect();
        let mut together: FxHashMap<u32, (u32, u32)> = FxHashMap::default();
        for seed in &seeds {
            let own = &self.commits_of[*seed as usize];
            let own = &own[..own.len().min(HABIT_COMMITS)];
            let mut mine: FxHashMap<u32, u32> = FxHashMap::default();
            for file in own.iter().flat_map(|it| &self.files_of[*it as usize]) {
                if !seeds.contains(file) {
                    *mine.entry(*file).or_default() += 1;
                }
            }
            // Of several seeds, the one that says most.
            for (file, n) in mine {
                let of = own.len() as u32;
                let best = together.entry(file).or_insert((n, of));
                if best.0 * of < n * best.1 {
                    *best = (n, of);
                }
            }
        }
        let mut res: Vec<Partner> = together
            .into_iter()
            .filter(|it| TOGETHER_MIN <= it.1.0)
            .map(|(file, (together, of))| Partner {
                path: self.files[file as usize].0.to_string(),
                together,
                of,
            })
            .collect();
        res.sort_by(|a, b| {
            let by_share = b.share().total_cmp(&a.share());
            by_share.then(b.together.cmp(&a.together)).then(a.path.cmp(&b.path))
        });
        res.truncate(max);
        res
    }

    fn file_number(&mut self, path: &str) -> u32 {
        if let Some(file) = self.by_path.get(path) {
            return *file;
        }
        let file = self.files.len() as u32;
        self.files.push((path.into(), FilePast::default()));
        self.by_path.insert(path.into(), file);
        self.commits_of.push(Vec::new());
        file
    }
}
